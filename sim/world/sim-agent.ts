/**
 * One run of an agent in the simulation: AgentCore, the book of queries and the maker of triggers as `agent/agent.ts` puts
 * them together, over the virtual network and clock and a store in memory. A crash ends the run; what its store holds may
 * begin the next one.
 */
import { AgentCore } from '../../src/agent/agent-core.ts';
import { ExportPolicies } from '../../src/agent/export-policies.ts';
import type { QueryOptions } from '../../src/agent/query.ts';
import { QueryBook } from '../../src/agent/query-book.ts';
import { readRun } from '../../src/agent/run-state.ts';
import { speaks, TriggerMaker } from '../../src/agent/trigger-maker.ts';
import type { EventType } from '../../src/model/event-type.ts';
import { stringifyStreamName, type DomainName, type QueryId } from '../../src/model/ids.ts';
import type { ExportPolicy } from '../../src/model/policy.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import type { Value } from '../../src/model/value.ts';
import type { FederatedCatalog } from '../../src/planner/catalog.ts';
import type { PlanTuning } from '../../src/planner/planning.ts';
import type { RuleName } from '../../src/planner/rules/rule-names.ts';
import type { Counters } from '../../src/ports/counters.ts';
import type { TriggerPublisher } from '../../src/ports/listener.ts';
import type { Log } from '../../src/ports/log.ts';
import type { DomainClock } from './domain-clock.ts';
import { MemoryStore, type StoreSnapshot } from './memory-store.ts';
import { randomFrom, type SeededRandom } from './seeded-random.ts';
import type { SourceLog } from './source-log.ts';
import type { VirtualNetwork } from './virtual-network.ts';

export interface SimAgentDeps {
  readonly network: VirtualNetwork;
  readonly clock: DomainClock;
  readonly random: SeededRandom;
  readonly counters: Counters;
  readonly log: Log;
  readonly catalog: () => FederatedCatalog;
  readonly sources: SourceLog;
  onTrigger(trigger: Trigger): void;
}

export interface SimAgentOptions {
  readonly domain: DomainName;
  readonly types: readonly EventType[];
  readonly policies: readonly ExportPolicy[];
  /** What the last run left on its disk; absent for a first run and for a lost disk. */
  readonly disk?: StoreSnapshot | undefined;
  readonly heartbeatMs?: number | undefined;
  readonly rules?: ReadonlySet<RuleName> | undefined;
  readonly placed?: boolean | undefined;
}

const PLACED: PlanTuning = {
  choose: 'always',
  rules: new Set(['push-filter', 'push-columns', 'push-where', 'push-window', 'place-residual']),
};

export class SimAgent {
  readonly domain: DomainName;
  readonly core: AgentCore;
  readonly book: QueryBook;
  readonly #deps: SimAgentDeps;
  readonly #store: MemoryStore;
  #alive = true;

  constructor(deps: SimAgentDeps, options: SimAgentOptions) {
    const { clock, counters, log, random, network } = deps;
    this.#deps = deps;
    this.domain = options.domain;
    this.#store = new MemoryStore(options.disk);
    const run = readRun(this.#store, random);
    const maker = new TriggerMaker({ clock }, { owner: options.domain });
    this.core = new AgentCore(
      {
        transport: network.join(options.domain),
        clock,
        random: randomFrom(run.secret, run.epoch),
        counters,
        log,
        catalog: () => Promise.resolve(deps.catalog()),
        offer: () => null,
        onPlanChanged: (query) => this.book.onPlanChanged(query),
        policies: new ExportPolicies(options.domain, options.policies),
        onOutput: (query, output) => {
          if (!this.#alive || !speaks(query.plan, output)) return;
          deps.onTrigger(maker.make(query, output));
          query.triggers++;
        },
      },
      {
        epoch: run.epoch,
        secret: run.secret,
        firstSeq: run.firstSeq,
        heartbeatMs: options.heartbeatMs,
        tuning: options.placed === true ? PLACED : options.rules === undefined ? undefined : { rules: options.rules },
      },
    );
    for (const type of options.types) this.core.runtime.addType(type);
    this.book = new QueryBook({
      store: this.#store,
      service: this.core.queries,
      publisher: NO_PUBLISHER,
      clock,
      log,
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  async start(): Promise<void> {
    await this.core.start();
    this.book.start();
  }

  /** One measurement of this domain, stamped and logged at the source. */
  ingest(metric: string, measured: Readonly<Record<string, Value>>, trueMs: number): void {
    const stream = stringifyStreamName(this.domain, metric);
    const values = { ...measured, domain: this.domain };
    const { runtime, host } = this.core;
    // A domain whose clock is wrong ingests nothing.
    if (!runtime.admitsEvents()) return;
    // The log is written before anything that the event sets off, which may be a trigger.
    const stampMs = runtime.tick();
    this.#deps.sources.write(
      { timestampMs: stampMs, domain: this.domain, seq: runtime.nextSeq },
      stream,
      values,
      trueMs,
    );
    runtime.ingest(stream, values);
    host.flush();
  }

  async register(epl: string, options: QueryOptions): Promise<QueryId> {
    return (await this.book.register(epl, options)).id;
  }

  /** The process is gone from one task to the next; answers what its disk holds. */
  crash(): StoreSnapshot {
    this.#alive = false;
    this.#deps.clock.halt();
    this.book.stop();
    void this.core.stop(); // resolves at once: the virtual transport only forgets its handlers
    return this.#store.snapshot();
  }
}

/** Triggers are taken where they are made: the outbox and XMPP are not what is simulated. */
const NO_PUBLISHER: TriggerPublisher = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  targetOf: (queryId) => ({ queryId, service: '', node: queryId, uri: '' }),
  ensureTarget: () => undefined,
  removeTarget: () => undefined,
  publish: () => undefined,
};
