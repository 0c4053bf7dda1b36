/**
 * One simulation from one seed: declares the scenario, lets its domains measure, its clients register and delete queries and
 * its faults happen, heals everything, waits until it has settled, and lets the checkers judge.
 */
import type { QueryOptions } from '../src/agent/query.ts';
import { toCodedError } from '../src/model/errors.ts';
import type { Trigger } from '../src/model/trigger.ts';
import type { DomainName } from '../src/model/ids.ts';
import type { Value } from '../src/model/value.ts';
import { makeCheckers } from './checkers/make-checkers.ts';
import { SameAsOneEngine } from './checkers/same-as-one-engine.ts';
import type { ScenarioDeclaration, ScenarioOptions, SimFault, SimMetric, SimScenario } from './scenarios/scenario.ts';
import type { Checker, HandedTrigger, QueryRun, SimRun } from './sim-run.ts';
import { Measurer } from './workload/measure.ts';
import { WorkerPool } from './workload/pool.ts';
import { WORLD_START_MS } from './world/domain-clock.ts';
import { SeededRandom } from './world/seeded-random.ts';
import { SimWorld } from './world/sim-world.ts';
import { NO_FAULTS } from './world/virtual-network.ts';
import { domainsOf } from '../src/model/plan.ts';

/** Measurements begin here: agents are up. */
const LOAD_FROM_MS = 200;

/** Healed world after the load: longer than a domain is waited for, leases are renewed and a request may take. */
const SETTLE_MS = 20_000;

/** Compared is what happens up to here after the load: timers of windows that empty. */
const COMPARE_TAIL_MS = 10_000;

const SAMPLE_EVERY_MS = 100;

/** A client whose registration failed for want of an answer tries again after so long. */
const REGISTER_AGAIN_MS = 500;

/** And gives up so long after the load: one that began in a partition may end in the healed world. */
const REGISTER_UNTIL_MS = 10_000;

/** Refusals that pass: everything else is an answer. */
const PASSING: ReadonlySet<string> = new Set(['TIMEOUT', 'DOMAIN_UNREACHABLE', 'START_PASSED', 'POLICY_REFUSED']);

export interface SimResult {
  readonly run: SimRun;
  readonly violations: readonly { readonly checker: string; readonly message: string }[];
  readonly faults: readonly SimFault[];
  /** True if no call of the one engine lay in a flagged gap: everything was compared. */
  readonly exact: boolean;
}

export async function simulate(declaration: ScenarioDeclaration, options: ScenarioOptions): Promise<SimResult> {
  const simulation = new Simulation(declaration.declare(options), options.seed);
  await simulation.run();
  const violations = simulation.judge();
  const { scenario } = simulation.result;
  return { run: simulation.result, violations, faults: scenario.faults, exact: simulation.exact };
}

class Simulation {
  readonly result: SimRun;
  readonly #scenario: SimScenario;
  readonly #world: SimWorld;
  readonly #queries: readonly QueryRun[];
  readonly #checkers: readonly Checker[];
  readonly #random: SeededRandom;
  #pool: WorkerPool | null = null;

  constructor(scenario: SimScenario, seed: number) {
    this.#scenario = scenario;
    // The load has its own stream of chance: what the network does must not change what is measured.
    this.#random = new SeededRandom(seed * 7919 + 1);
    this.#world = new SimWorld({
      seed,
      domains: metricsOf(scenario),
      network: scenario.network,
      skew: scenario.skew,
      gridMs: scenario.gridMs,
      rules: scenario.rules,
      placed: scenario.placed,
      offers: scenario.offers ?? [],
      onTrigger: (trigger) => this.#handOut(trigger),
    });
    this.#queries = scenario.queries.map((spec) => ({
      spec,
      id: null,
      startMs: 0,
      canonical: '',
      domains: new Set(),
      changes: [],
      endClockMs: null,
      refusal: null,
      lastRefusal: null,
      triggers: [],
    }));
    this.result = {
      scenario,
      world: this.#world,
      queries: this.#queries,
      compareUntilMs: WORLD_START_MS + scenario.durationMs + COMPARE_TAIL_MS,
      carried: this.#world.network.totals,
    };
    this.#checkers = makeCheckers(this.result);
  }

  async run(): Promise<void> {
    const { durationMs } = this.#scenario;
    const world = this.#world;
    world.start();
    this.#scheduleLoad();
    for (const query of this.#queries) this.#at(query.spec.fromMs, () => this.#register(query));
    for (const fault of this.#scenario.faults) this.#schedule(fault);
    this.#sample();
    await world.runUntil(durationMs);
    this.result.carried = { ...world.network.totals };
    world.network.faults = NO_FAULTS;
    await world.runUntil(durationMs + SETTLE_MS);
  }

  /** Known after {@link judge}. */
  get exact(): boolean {
    return this.#checkers.every((c) => !(c instanceof SameAsOneEngine) || c.flagged === 0);
  }

  judge(): SimResult['violations'] {
    const violations: { checker: string; message: string }[] = [];
    for (const checker of this.#checkers) {
      for (const message of checker.finish(this.result)) violations.push({ checker: checker.name, message });
    }
    return violations;
  }

  #at(ms: number, task: () => void): void {
    this.#world.time.after(ms - this.#world.nowMs, task);
  }

  #sample(): void {
    for (const checker of this.#checkers) checker.sample?.(this.result);
    this.#world.time.after(SAMPLE_EVERY_MS, () => this.#sample());
  }

  // ------------------------------------------------------------------------------------------ load

  #scheduleLoad(): void {
    for (const generator of this.#scenario.generators) {
      const measurer = new Measurer(generator, new SeededRandom(Math.floor(this.#random.next() * 2 ** 40)));
      const next = (): void => {
        if (this.#world.nowMs >= this.#scenario.durationMs) return;
        this.#measure(generator.domain, generator.metric, measurer.measure());
        this.#world.time.after(measurer.pauseMs(), next);
      };
      this.#at(LOAD_FROM_MS + this.#random.next() * generator.everyMs, next);
    }
    const { pool } = this.#scenario;
    if (pool === null) return;
    const world = this.#world;
    this.#pool = new WorkerPool(
      pool,
      {
        get nowMs() {
          return world.nowMs;
        },
        after: (delayMs, task) => void world.time.after(delayMs, task),
        measure: (domain, metric, values) => this.#measure(domain, metric, values),
      },
      this.#random,
      this.#scenario.durationMs,
    );
    this.#at(LOAD_FROM_MS, () => this.#pool?.start());
  }

  /** What a domain measures while its agent is down is measured in vain. */
  #measure(domain: DomainName, metric: string, values: Readonly<Record<string, Value>>): void {
    this.#world.agent(domain)?.ingest(metric, values, this.#world.nowMs);
  }

  // ------------------------------------------------------------------------------------------ clients

  #register(query: QueryRun): void {
    const { spec } = query;
    const { untilMs } = spec;
    if (this.#world.nowMs >= Math.min(untilMs ?? Infinity, this.#scenario.durationMs + REGISTER_UNTIL_MS)) return;
    const agent = this.#world.agent(spec.owner);
    const again = (): void => void this.#world.time.after(REGISTER_AGAIN_MS, () => this.#register(query));
    if (agent === undefined) {
      again();
      return;
    }
    const options: QueryOptions = {
      jid: null,
      subscribers: [],
      listener: null,
      onSilence: spec.onSilence,
      name: spec.name,
    };
    let answered = false;
    // Who gets no answer from an agent that died registers again with its next run.
    const watch = (): void => {
      if (answered) return;
      if (agent.alive) this.#world.time.after(REGISTER_AGAIN_MS, watch);
      else this.#register(query);
    };
    watch();
    agent.register(spec.epl, options).then(
      (id) => {
        if (!agent.alive) return;
        answered = true;
        const { startMs, canonical, changes, plan } = agent.core.queries.get(id);
        query.changes = changes;
        query.domains = new Set(domainsOf(plan));
        query.id = id;
        query.lastRefusal = null;
        query.startMs = startMs;
        query.canonical = canonical;
        if (untilMs !== null) this.#at(untilMs, () => this.#delete(query));
      },
      (error: unknown) => {
        if (!agent.alive) return;
        answered = true;
        const { code, message } = toCodedError(error);
        query.lastRefusal = code;
        if (PASSING.has(code)) again();
        else query.refusal = `${code}: ${message}`;
      },
    );
  }

  #delete(query: QueryRun): void {
    const agent = this.#world.agent(query.spec.owner);
    const running = agent?.core.queries.queries.find((q) => q.id === query.id);
    if (agent === undefined || running?.group === undefined || running.group === null) return;
    query.endClockMs = running.group.clockMs;
    void agent.book.delete(running.id); // what cannot be reached lets its lease end
  }

  #handOut(trigger: Trigger): void {
    const name = this.#world.agent(trigger.owner)?.core.queries.get(trigger.queryId).options.name;
    const query = this.#queries.find((q) => q.spec.name === name);
    if (query === undefined) return;
    const handed: HandedTrigger = { trigger, trueMs: this.#world.nowMs };
    query.triggers.push(handed);
    for (const checker of this.#checkers) checker.onTrigger?.(query, handed);
    if (trigger.insert.length > 0) this.#pool?.onTrigger(query.spec.name);
  }

  // ------------------------------------------------------------------------------------------ faults

  #schedule(fault: SimFault): void {
    const { network } = this.#world;
    const endMs = Math.min(fault.atMs + fault.forMs, this.#scenario.durationMs);
    switch (fault.kind) {
      case 'policy':
        this.#at(fault.atMs, () => this.#world.setPolicy(fault.domain, fault.policy));
        if (Number.isFinite(fault.forMs)) this.#at(endMs, () => this.#world.setPolicy(fault.domain, null));
        return;
      case 'clock':
        this.#at(fault.atMs, () => this.#world.setAhead(fault.domain, fault.aheadMs));
        this.#at(endMs, () => this.#world.setAhead(fault.domain, 0));
        return;
      case 'partition': {
        const links = fault.from.flatMap((a) =>
          fault.to.flatMap((b) => {
            const there: (readonly [DomainName, DomainName])[] = a === b ? [] : [[a, b]];
            return fault.oneWay || a === b ? there : [...there, [b, a] as const];
          }),
        );
        this.#at(fault.atMs, () => links.forEach(([a, b]) => network.cut(a, b)));
        this.#at(endMs, () => links.forEach(([a, b]) => network.heal(a, b)));
        return;
      }
      case 'slow':
        this.#at(fault.atMs, () => network.slow(fault.domain, fault.extraMs));
        this.#at(endMs, () => network.slow(fault.domain, 0));
        return;
      case 'crash':
        this.#at(fault.atMs, () => this.#world.crash(fault.domain, fault.disk));
        this.#at(endMs, () => this.#world.restart(fault.domain));
        return;
    }
  }
}

function metricsOf(scenario: SimScenario): ReadonlyMap<DomainName, readonly SimMetric[]> {
  const measured = new Map<DomainName, Set<string>>(scenario.domains.map((d) => [d, new Set()]));
  for (const g of scenario.generators) measured.get(g.domain)?.add(g.metric);
  const { pool } = scenario;
  if (pool !== null) {
    measured.get(pool.queueDomain)?.add(pool.queueMetric);
    measured.get(pool.poolDomain)?.add(pool.poolMetric);
  }
  return new Map([...measured].map(([domain, names]) => [domain, scenario.metrics.filter((m) => names.has(m.name))]));
}
