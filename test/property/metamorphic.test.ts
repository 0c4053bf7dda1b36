/**
 * Rewrites that change nothing: a statement and its rewriting hand out the same rows at every step, over random statements
 * and traces; and over every golden scenario where the rewriting does not need to know the text.
 *
 *   METAMORPHIC_RUNS=10000 METAMORPHIC_SEED=1 vitest run --config test/vitest.config.ts --project property test/property/metamorphic
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareOutputs } from '../../src/cli/replay/compare.ts';
import { runScenario } from '../../src/cli/replay/run-central.ts';
import { parseScenario, type Scenario, type ScenarioStep } from '../../src/cli/replay/scenario.ts';
import { EplRun, eventType } from '../support/epl-run.ts';
import {
  NAIVE_TYPES,
  arbitraryJoin,
  arbitraryPredicate,
  arbitrarySingle,
  arbitraryTrace,
} from '../support/naive/arbitrary.ts';
import type { TraceStep } from '../support/naive/arbitrary.ts';
import { predicateText, statementText } from '../support/naive/statement.ts';
import type { NaiveStatement, Predicate, Ref } from '../support/naive/statement.ts';

const RUNS = Number(process.env['METAMORPHIC_RUNS'] ?? 250);
const SEED = Number(process.env['METAMORPHIC_SEED'] ?? 20_261_122);
const types = Object.entries(NAIVE_TYPES).map(([name, properties]) => eventType(name, properties));

/** Rows of the calls of statement `s`, step by step, each call a multiset. */
function rowsOf(epl: string, trace: readonly TraceStep[], advance: (run: EplRun, toMs: number) => void): unknown {
  const run = new EplRun(types);
  run.deploy(epl);
  const bag = (rows: readonly Readonly<Record<string, unknown>>[]): readonly string[] =>
    rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
  return trace.map(({ t, event }) => {
    advance(run, t);
    if (event !== null) run.send(event.type, { host: event.host, k: event.k, v: event.v, ts: t }, t);
    return run
      .take()
      .filter((call) => call.statement === 's' && call.insert.length + call.remove.length > 0)
      .map((call) => [bag(call.insert), bag(call.remove)]);
  });
}

const atOnce = (run: EplRun, toMs: number): void => run.engine.advanceTime(toMs);

/** The way to `toMs` in steps that meet no grid, and back. */
function inSteps(run: EplRun, toMs: number): void {
  for (let t = run.engine.nowMs + 37; t < toMs; t += 171) run.engine.advanceTime(t);
  run.engine.advanceTime(toMs);
  run.engine.advanceTime(toMs - 400);
}

const NAMESPACES: Readonly<Record<string, string>> = {
  unique: 'std',
  firstunique: 'std',
  lastevent: 'std',
  firstevent: 'std',
  groupwin: 'std',
  sort: 'ext',
};

/** `#length(3)` as `.win:length(3)`. */
function oldSpelling(epl: string): string {
  return epl.replace(
    /#(\w+)(\([^)]*\))?/g,
    (_, name: string, args: string | undefined) => `.${NAMESPACES[name] ?? 'win'}:${name}${args ?? '()'}`,
  );
}

function renamed(epl: string): string {
  return epl.replaceAll(/\b([ab])\./g, '$1$1_1.').replaceAll(/ as ([ab])\b/g, ' as $1$1_1');
}

function swapPredicate(p: Predicate): Predicate {
  if (p.kind === 'not') return { ...p, of: swapPredicate(p.of) };
  if (p.kind === 'compare' || p.kind === 'null') return { ...p, ref: swapRef(p.ref) };
  return { ...p, left: swapPredicate(p.left), right: swapPredicate(p.right) };
}

function swapRef(ref: Ref): Ref {
  return { ...ref, stream: 1 - ref.stream };
}

/** The same join with its streams the other way round; a left join becomes a right one. */
function commuted(s: NaiveStatement): string {
  const swapped: NaiveStatement = {
    ...s,
    streams: s.streams.map((x) => ({ ...x, filter: x.filter === null ? null : swapPredicate(x.filter) })).toReversed(),
    where: s.where === null ? null : swapPredicate(s.where),
    items: s.items.map((item) => ({ ...item, ref: swapRef(item.ref) })),
    groupBy: s.groupBy === null ? null : swapRef(s.groupBy),
    having:
      s.having === null
        ? null
        : { ...s.having, aggregate: { ...s.having.aggregate, ref: swapRef(s.having.aggregate.ref) } },
  };
  return statementText(swapped).replace(' left outer join ', ' right outer join ');
}

const UNRELATED =
  "; @name('other') select irstream host, sum(k) as q from A#time(700 msec) group by host output last every 3 events; create variable int unrelated = 3; insert into Elsewhere select * from B(k > unrelated)#length_batch(2)";

const single = arbitrarySingle;
const either = fc.oneof(arbitrarySingle, arbitraryJoin);

function holds(
  statements: fc.Arbitrary<NaiveStatement>,
  original: (s: NaiveStatement, p: readonly Predicate[]) => string,
  rewritten: (s: NaiveStatement, p: readonly Predicate[]) => string,
  advance = atOnce,
): void {
  const predicates = fc.tuple(arbitraryPredicate(1), arbitraryPredicate(1), arbitraryPredicate(1));
  fc.assert(
    fc.property(statements, predicates, arbitraryTrace, (s, p, trace) => {
      const [one, other] = [original(s, p), rewritten(s, p)];
      const shown = trace.map((step) => `${step.t} ${JSON.stringify(step.event)}`).join('\n');
      expect(rowsOf(other, trace, advance), `${one}\n${other}\n${shown}`).toEqual(rowsOf(one, trace, atOnce));
    }),
    { numRuns: RUNS, seed: SEED },
  );
}

const withWhere = (s: NaiveStatement, where: Predicate | null): NaiveStatement => ({ ...s, where });
const withFilter = (s: NaiveStatement, text: string): string =>
  statementText({ ...s, streams: s.streams.map((x) => ({ ...x, filter: null })) }).replace(' from A', ` from A${text}`);
const and = (left: Predicate, right: Predicate): Predicate => ({ kind: 'and', left, right });
const plain = (p: Predicate): string => predicateText(p).replaceAll('a.', '');

describe(`rewrites (METAMORPHIC_SEED=${SEED} METAMORPHIC_RUNS=${RUNS})`, () => {
  test('a filter in parentheses is a where on a stream without window', () => {
    const windowless = single.filter((s) => s.streams[0]?.window.kind === 'none');
    holds(
      windowless,
      (s, [p = never()]) => withFilter(withWhere(s, null), `(${plain(p)})`),
      (s, [p = never()]) => withFilter(withWhere(s, p), ''),
    );
  });

  test('the order of conjuncts in where says nothing', () => {
    holds(
      single,
      (s, [p = never(), q = never(), r = never()]) => statementText(withWhere(s, and(p, and(q, r)))),
      (s, [p = never(), q = never(), r = never()]) => statementText(withWhere(s, and(and(r, p), q))),
    );
  });

  test('the order of conjuncts in a filter says nothing, nor a comma for and', () => {
    holds(
      single,
      (s, [p = never(), q = never(), r = never()]) => withFilter(s, `(${plain(and(p, and(q, r)))})`),
      (s, [p = never(), q = never(), r = never()]) => withFilter(s, `(${plain(r)}, ${plain(p)}, ${plain(q)})`),
    );
  });

  test('a filter twice negated is the filter', () => {
    holds(
      single,
      (s, [p = never()]) => withFilter(s, `(${plain(p)})`),
      (s, [p = never()]) => withFilter(s, `(not (not (${plain(p)})))`),
    );
  });

  test('a and b are two filters one behind the other', () => {
    holds(
      single,
      (s, [p = never(), q = never()]) => withFilter(s, `(${plain(and(p, q))})`),
      (s, [p = never(), q = never()]) =>
        `insert into Passed select * from A(${plain(q)}); ${withFilter(s, '').replace(' from A', ` from Passed(${plain(p)})`)}`,
    );
  });

  test('aliases have no meaning', () => {
    holds(either, statementText, (s) => renamed(statementText(s)));
  });

  test('windows may be spelt as in older texts', () => {
    holds(either, statementText, (s) => oldSpelling(statementText(s)));
  });

  test('joined streams commute', () => {
    holds(arbitraryJoin, statementText, commuted);
  });

  test('an unrelated statement changes nothing', () => {
    holds(either, statementText, (s) => statementText(s) + UNRELATED);
    holds(either, statementText, (s) => UNRELATED.slice(2) + '; ' + statementText(s));
  });

  test('the same statement deployed before changes nothing', () => {
    holds(either, statementText, (s) => `${statementText(s).replace("@name('s')", "@name('t')")}; ${statementText(s)}`);
  });

  test('time in one step is time in many', () => {
    holds(either, statementText, statementText, inSteps);
  });
});

function never(): never {
  throw new Error('three predicates were made');
}

/** Scenarios that pass as they are; the rewritten one must answer what the recorded one does. */
const ROOT = new URL('../conformance/scenarios/', import.meta.url);
const gaps: object = JSON.parse(readFileSync(new URL('../conformance/gaps.json', import.meta.url), 'utf8'));
const golden: readonly Scenario[] = readdirSync(ROOT).flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, ROOT))
    .map((file) => parseScenario(readFileSync(new URL(`${folder}/${file}`, ROOT), 'utf8')))
    .filter((s) => s.expect.ok && !(s.name in gaps)),
);

/** Steps with more clock steps between them, and to which original step each belongs. */
function splitClock(steps: readonly ScenarioStep[]): { steps: readonly ScenarioStep[]; original: readonly number[] } {
  const split: ScenarioStep[] = [];
  const original: number[] = [];
  let now = 0;
  steps.forEach((step, i) => {
    const { t } = step;
    if (t !== undefined && t > now) {
      for (const part of [0.21, 0.5, 0.83]) {
        split.push({ t: now + Math.floor((t - now) * part) });
        original.push(i);
      }
      split.push({ t });
      original.push(i);
      now = t;
    }
    split.push(step);
    original.push(i);
  });
  return { steps: split, original };
}

describe('golden scenarios', () => {
  test('time in one step is time in many', () => {
    expect(golden.length).toBeGreaterThan(300);
    const wrong: string[] = [];
    for (const scenario of golden) {
      const { steps, original } = splitClock(scenario.steps);
      const { outputs } = runScenario({ ...scenario, steps });
      const back = outputs.map((o) => ({ ...o, step: original[o.step] ?? -1 }));
      const difference = compareOutputs(runScenario(scenario).outputs, back, new Map());
      if (difference !== null) wrong.push(`${scenario.name}: ${difference}`);
    }
    expect(wrong).toEqual([]);
  });

  test.each([
    // Behind the module's name, which stands first.
    [
      'deployed before',
      (s: Scenario, more: string) => s.epl.replace(/^(\s*module\s[^;]*;)?/i, (header) => `${header} ${more}; `),
    ],
    ['deployed after', (s: Scenario, more: string) => `${s.epl}; ${more}`],
  ])('an unrelated statement changes nothing, %s', (_, join) => {
    const wrong: string[] = [];
    for (const scenario of golden) {
      const [type] = Object.keys(scenario.types);
      if (type === undefined) continue;
      const more = `@name('unrelated') select irstream count(*) as n from \`${type}\`#time(3 sec) output last every 2 events`;
      const listen = scenario.listen ?? [...scenario.epl.matchAll(/@name\('([^']*)'\)/gi)].map((m) => m[1] ?? '');
      const { outputs } = runScenario({ ...scenario, listen, epl: join(scenario, more) });
      const difference = compareOutputs(runScenario({ ...scenario, listen }).outputs, outputs, new Map());
      if (difference !== null) wrong.push(`${scenario.name}: ${difference}`);
    }
    expect(wrong).toEqual([]);
  });
});
