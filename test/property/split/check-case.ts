/** Runs one case both ways and says where they differ; makes a failing case smaller. */
import type { ScenarioStep } from '../../../src/cli/replay/scenario.ts';
import { runScenario } from '../../../src/cli/replay/run-central.ts';
import { runFederated } from '../../../src/cli/replay/run-federated.ts';
import type { Scenario } from '../../../src/cli/replay/scenario.ts';
import type { PlanTuning } from '../../../src/planner/planning.ts';
import { scenarioOf, type SplitCase, type StatementSpec } from './random-case.ts';

export interface Verdict {
  /** refused: one engine does not take the query, so nothing is said of the federation. */
  readonly result: 'same' | 'refused' | 'differs';
  readonly detail: string;
  /** Listener calls of the one engine. */
  readonly outputs: number;
  /** With what the one engine answered as expectation. */
  readonly scenario: Scenario;
}

export interface Network {
  readonly seed: number;
  readonly chaos: boolean;
  /** Rewrites to use. @default all, by cost */
  readonly tuning?: PlanTuning | undefined;
}

/** The scenario with what one engine answers as its expectation; null when it does not take the query. */
export function expectCentral(scenario: Scenario): Scenario | string {
  const central = runScenario({ ...scenario, expect: { ok: true, outputs: [], error: null } });
  if (central.result === 'rejected' || central.result === 'crash') return central.detail;
  return { ...scenario, expect: { ok: true, outputs: central.outputs, error: null } };
}

export async function checkCase(c: SplitCase, network: Network): Promise<Verdict> {
  return checkScenario(scenarioOf(c), network);
}

export async function checkScenario(scenario: Scenario, network: Network): Promise<Verdict> {
  const expected = expectCentral(scenario);
  if (typeof expected === 'string') return { result: 'refused', detail: expected, outputs: 0, scenario };
  const outputs = expected.expect.outputs.length;
  const federated = await runFederated(expected, network);
  const same = federated.result === 'pass';
  const detail = same ? '' : `${federated.result}: ${federated.detail}`;
  return { result: same ? 'same' : 'differs', detail, outputs, scenario: expected };
}

/** Runs that making a case smaller may take. */
const SHRINK_RUNS = 600;

/** A smaller case that still differs, by leaving out steps and clauses one after the other. */
export async function shrinkCase(c: SplitCase, network: Network): Promise<SplitCase> {
  let best = c;
  let runs = 0;
  for (let progress = true; progress && runs < SHRINK_RUNS;) {
    progress = false;
    for (const candidate of smaller(best)) {
      if (++runs > SHRINK_RUNS) break;
      if ((await checkCase(candidate, network)).result !== 'differs') continue;
      best = candidate;
      progress = true;
      break;
    }
  }
  return best;
}

function* smaller(c: SplitCase): Generator<SplitCase> {
  for (let size = Math.ceil(c.steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let i = 0; i < c.steps.length; i += size) yield { ...c, steps: without(c.steps, i, size) };
  }
  for (let i = 0; i < c.prelude.length; i++) yield { ...c, prelude: without(c.prelude, i, 1) };
  for (let i = 0; i < c.statements.length; i++) {
    if (c.statements.length > 1) yield { ...c, statements: without(c.statements, i, 1) };
    const statement = c.statements[i];
    if (statement === undefined) continue;
    for (const s of smallerStatements(statement)) {
      yield { ...c, statements: c.statements.map((old, j) => (j === i ? s : old)) };
    }
  }
  for (const domain of Object.keys(c.domains)) {
    if (c.steps.some((s: ScenarioStep) => s.domain === domain)) continue;
    yield { ...c, domains: Object.fromEntries(Object.entries(c.domains).filter(([d]) => d !== domain)) };
  }
}

function* smallerStatements(s: StatementSpec): Generator<StatementSpec> {
  if (s.declarations !== '') yield { ...s, declarations: '', where: s.where.filter((w) => !w.startsWith('big(')) };
  if (s.distinct) yield { ...s, distinct: false };
  if (s.output !== null) yield { ...s, output: null };
  if (s.orderBy !== null) yield { ...s, orderBy: null };
  if (s.limit !== null) yield { ...s, limit: null };
  if (s.having !== null) yield { ...s, having: null };
  if (s.selector !== '') yield { ...s, selector: '' };
  for (let i = 0; i < s.where.length; i++) yield { ...s, where: without(s.where, i, 1) };
  for (let i = 0; i < s.groupBy.length; i++) yield { ...s, groupBy: without(s.groupBy, i, 1) };
  if (s.items.length > 1) for (let i = 0; i < s.items.length; i++) yield { ...s, items: without(s.items, i, 1) };
  if (s.streams.length > 1) {
    yield { ...s, streams: s.streams.slice(0, -1), joins: s.joins.slice(0, -1) };
    yield { ...s, streams: s.streams.slice(1), joins: s.joins.slice(1) };
  }
  for (const [i, stream] of s.streams.entries()) {
    const put = (changed: typeof stream): StatementSpec => ({
      ...s,
      streams: s.streams.map((old, j) => (j === i ? changed : old)),
    });
    if (stream.filter !== null) yield put({ ...stream, filter: null });
    if (stream.windows !== '' && s.streams.length === 1) yield put({ ...stream, windows: '' });
    for (const windows of ['#keepall', '#length(2)']) {
      if (stream.windows.length > windows.length && s.streams.length > 1) yield put({ ...stream, windows });
    }
  }
}

function without<T>(list: readonly T[], at: number, n: number): readonly T[] {
  return [...list.slice(0, at), ...list.slice(at + n)];
}
