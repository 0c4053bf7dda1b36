/**
 * One scenario through a federation (`pqa replay --federate`): one agent per domain over the virtual network, the query
 * registered at the domain `client`, which owns no stream. Rules in the README of the conformance set, "Modes".
 */
import { CHAOS, NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import type { GroupOutput } from '../../agent/group-output.ts';
import type { QueryGroup } from '../../agent/query-group.ts';
import type { Query, QueryOptions } from '../../agent/query.ts';
import { rowToObject } from '../../engine/engine.ts';
import { toValue } from '../../engine/runtime/event-class.ts';
import { analyzeModule } from '../../epl/analyze.ts';
import { LayeredCatalog } from '../../epl/catalog.ts';
import { analyzeQuery } from '../../epl/analyze-query.ts';
import { parseModule, parseStatement } from '../../epl/parse.ts';
import { eventKey } from '../../model/cause-key.ts';
import { CodedError, toCodedError } from '../../model/errors.ts';
import type { Column } from '../../model/checked.ts';
import type { Value } from '../../model/value.ts';
import type { PlanTuning } from '../../planner/planning.ts';
import { compareOutputs, type StatementTraits } from './compare.ts';
import { CLIENT_DOMAIN, describe, refusedAs, traitsOf, type ScenarioResult } from './run-central.ts';
import type { Scenario, ScenarioOutput, ScenarioRow, ScenarioStep } from './scenario.ts';
import { splitScenario, type FederatedScenario } from './split-scenario.ts';

export interface FederatedOptions {
  readonly seed: number;
  /** Delay, loss, duplication and reordering from the seed. */
  readonly chaos: boolean;
  /** Rewrites to use. @default all, by cost */
  readonly tuning?: PlanTuning | undefined;
  /** Told what was counted in the run. */
  readonly onCounters?: ((totals: ReadonlyMap<string, number>) => void) | undefined;
}

/** Network time that passes with each step, ms; under chaos a random part of it. */
const NETWORK_MS_PER_STEP = 40;

const OPTIONS: QueryOptions = { jid: null, subscribers: [], listener: null, onSilence: 'wait', name: null };

/** Never rejects: whatever goes wrong is the result. */
export async function runFederated(scenario: Scenario, options: FederatedOptions): Promise<ScenarioResult> {
  let run: FederatedRun;
  try {
    run = new FederatedRun(scenario, options);
    await run.start();
  } catch (error) {
    return refusedAs(scenario, error);
  }
  const { name, expect } = scenario;
  try {
    if (!expect.ok)
      return { name, result: 'accepted', detail: `expected: ${expect.error ?? 'a rejection'}`, outputs: [] };
    await run.steps();
    const outputs = run.outputs();
    const difference = compareOutputs(run.atFirstStep(expect.outputs), run.atFirstStep(outputs), run.traits);
    return { name, result: difference === null ? 'pass' : 'differs', detail: difference ?? '', outputs };
  } catch (error) {
    return { name, result: 'crash', detail: describe(error), outputs: run.outputs() };
  } finally {
    await run.stop();
  }
}

interface Recorded {
  readonly timeMs: number;
  /** True for what timers did that were armed during `timeMs` for it: it belongs to the next step that moves the clock. */
  readonly late: boolean;
  readonly output: Omit<ScenarioOutput, 'step'>;
}

class FederatedRun {
  readonly traits = new Map<string, StatementTraits>();
  readonly #scenario: Scenario;
  readonly #options: FederatedOptions;
  readonly #split: FederatedScenario;
  readonly #world: VirtualFederation;
  /** Clock of each step, ms. */
  readonly #times: readonly number[];
  readonly #catalog: LayeredCatalog;
  readonly #recorded: (Recorded | ScenarioOutput)[] = [];
  #query: Query | null = null;
  #controls = 0;
  #step = 0;

  constructor(scenario: Scenario, options: FederatedOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#split = splitScenario(scenario);
    this.#times = timesOf(scenario.steps);
    this.#catalog = new LayeredCatalog(this.#split.catalog);
    this.#world = new VirtualFederation({
      seed: options.seed,
      faults: options.chaos ? CHAOS : NO_FAULTS,
      tuning: options.tuning,
      codec: WIRE_CODEC,
      domains: this.#split.domains,
      client: CLIENT_DOMAIN,
      catalog: this.#split.catalog,
      iterated: new Set(scenario.steps.flatMap((s) => (s.iterate === undefined ? [] : [s.iterate]))),
      onOutput: (_query, output) => this.#record(output),
      onFailure: (error, key) => {
        const late = key.phase === 2;
        this.#recorded.push({ timeMs: key.timestampMs, late, output: { error: `${error.code}: ${error.message}` } });
      },
    });
  }

  async start(): Promise<void> {
    this.#learn(this.#split.epl);
    await this.#world.start();
    // Deployment completes before the first step, on a network that loses nothing: it is not what is tested.
    const { query } = await this.#world.settle(this.#world.client.queries.register(this.#split.epl, OPTIONS));
    this.#query = query;
  }

  stop(): Promise<void> {
    this.#options.onCounters?.(this.#world.counters.totals);
    return this.#world.stop();
  }

  async steps(): Promise<void> {
    for (const [i, step] of this.#scenario.steps.entries()) {
      this.#step = i;
      try {
        await this.#run(step, this.#times[i] ?? 0);
      } catch (error) {
        const coded = toCodedError(error);
        if (coded.code === 'INTERNAL') throw error;
        this.#recorded.push({ step: i, error: `${coded.code}: ${coded.message}` });
      }
    }
    await this.#world.barrier();
  }

  /** What was handed out, each by the step of its time on the query's clock; what comes after the last step is dropped. */
  outputs(): readonly ScenarioOutput[] {
    return this.#recorded.flatMap((r): readonly ScenarioOutput[] => {
      if (!('timeMs' in r)) return [r];
      const step = this.#times.findIndex((t) => (r.late ? t > r.timeMs : t >= r.timeMs));
      return step < 0 ? [] : [{ step, ...r.output }];
    });
  }

  /** Steps of one time are one sequence: all of it stands at the first of them. */
  atFirstStep(outputs: readonly ScenarioOutput[]): readonly ScenarioOutput[] {
    return outputs.map((o) => ({ ...o, step: this.#times.indexOf(this.#times[o.step] ?? 0) }));
  }

  async #run(step: ScenarioStep, timeMs: number): Promise<void> {
    const { random } = this.#world;
    this.#world.time.setWall(timeMs);
    if (step.send !== undefined) this.#send(step.send, step);
    this.#world.advance(timeMs);
    await this.#world.runFor(this.#options.chaos ? random.next() * NETWORK_MS_PER_STEP : 0);
    if (
      step.setvar === undefined &&
      step.deploy === undefined &&
      step.iterate === undefined &&
      step.query === undefined
    )
      return;
    await this.#world.barrier();
    const group = this.#query?.group;
    if (group === undefined || group === null || this.#query === null) return;
    if (step.setvar !== undefined)
      group.engine.setVariable(step.setvar, toValue(step.value), eventKey(timeMs, CLIENT_DOMAIN, ++this.#controls));
    if (step.deploy !== undefined) {
      this.#learn(step.deploy);
      await this.#world.settle(this.#world.client.queries.extend(this.#query.id, step.deploy));
    }
    if (step.iterate !== undefined) this.#iterate(step.iterate);
    if (step.query !== undefined) this.#ask(step.query, group, timeMs);
  }

  /** All that was sent before is in: the query is the next cause. */
  #ask(epl: string, { engine }: QueryGroup, timeMs: number): void {
    const checked = analyzeQuery(parseStatement(epl), this.#catalog);
    const { rows } = engine.query(checked, eventKey(timeMs, CLIENT_DOMAIN, ++this.#controls));
    this.#recorded.push({ step: this.#step, query: rows.map(rowToObject) });
  }

  #send(typeName: string, step: ScenarioStep): void {
    const { domain, stream, values } = this.#split.route(typeName, step);
    this.#world.agent(domain).ingest(stream, values);
  }

  #iterate(statement: string): void {
    const found = this.#query?.group?.iterate(statement) ?? null;
    if (found === null) throw new CodedError('UNKNOWN_QUERY', `no statement is named '${statement}'`);
    this.#recorded.push({ step: this.#step, statement, iterate: found.rows.map((r) => objectOf(found.columns, r)) });
  }

  #record(output: GroupOutput): void {
    const { statement, columns } = output;
    const { listen } = this.#scenario;
    if (statement === null || (listen !== null && !listen.includes(statement))) return;
    this.#recorded.push({
      timeMs: output.timeMs,
      late: output.key.phase === 2,
      output: {
        statement,
        new: output.source?.insert.map(rowToObject) ?? output.insert.map((r) => objectOf(columns, r)),
        old: output.source?.remove.map(rowToObject) ?? output.remove.map((r) => objectOf(columns, r)),
      },
    });
  }

  /** Remembers what the comparison must know of the statements. */
  #learn(epl: string): void {
    const module = analyzeModule(parseModule(epl), this.#catalog);
    this.#catalog.addModule(module);
    traitsOf(module, this.traits);
  }
}

function objectOf(columns: readonly Column[], values: readonly Value[]): ScenarioRow {
  return Object.fromEntries(columns.map((c, i) => [c.name, values[i] ?? null]));
}

function timesOf(steps: readonly ScenarioStep[]): readonly number[] {
  let nowMs = 0;
  return steps.map((s) => {
    nowMs = Math.max(nowMs, s.t ?? nowMs);
    return nowMs;
  });
}
