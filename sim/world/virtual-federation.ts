/**
 * Agents in one process over the virtual network and clock: production code of engine, planner, exchange, fragment-host and
 * query-service; only ports are replaced.
 */
import { AgentCore } from '../../src/agent/agent-core.ts';
import { ExportPolicies } from '../../src/agent/export-policies.ts';
import type { GroupOutput } from '../../src/agent/group-output.ts';
import type { Query } from '../../src/agent/query.ts';
import type { EventType } from '../../src/model/event-type.ts';
import type { CauseKey } from '../../src/model/cause-key.ts';
import type { CodedError } from '../../src/model/errors.ts';
import type { DomainName } from '../../src/model/ids.ts';
import type { ExportPolicy } from '../../src/model/policy.ts';
import type { FederatedCatalog } from '../../src/planner/catalog.ts';
import type { PlanTuning } from '../../src/planner/planning.ts';
import type { Counters } from '../../src/ports/counters.ts';
import type { Log } from '../../src/ports/log.ts';
import { randomFrom, SeededRandom } from './seeded-random.ts';
import { VirtualNetwork, type FrameCodec, type NetworkFaults } from './virtual-network.ts';
import { VirtualTime } from './virtual-time.ts';

/** Tasks of the network that one settling may take before the world is declared stuck. */
export const MAX_SETTLE_TASKS = 2_000_000;

export interface VirtualFederationOptions {
  readonly seed: number;
  readonly faults: NetworkFaults;
  readonly codec: FrameCodec;
  /** Types that exist at each domain; the order of domains is that of the map. */
  readonly domains: ReadonlyMap<DomainName, readonly EventType[]>;
  /** Name of the domain at which queries are registered; it may be one of `domains`. */
  readonly client: DomainName;
  readonly catalog: FederatedCatalog;
  readonly iterated: ReadonlySet<string>;
  /** Export policies of domains. @default open to all */
  /** Rewrites that agents use. @default all, by cost */
  readonly tuning?: PlanTuning | undefined;
  readonly policies?: ReadonlyMap<DomainName, readonly ExportPolicy[]> | undefined;
  onOutput(query: Query, output: GroupOutput): void;
  /** A statement failed at run time. @default ignored */
  onFailure?(error: CodedError, key: CauseKey): void;
}

export const SILENT_LOG: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => SILENT_LOG,
};

export class CountingCounters implements Counters {
  readonly totals = new Map<string, number>();

  add(name: string, by = 1, labels: Readonly<Record<string, string>> = {}): void {
    const key = [name, ...Object.values(labels)].join('/');
    this.totals.set(key, (this.totals.get(key) ?? 0) + by);
  }
}

export class VirtualFederation {
  readonly time = new VirtualTime(0);
  readonly random: SeededRandom;
  readonly network: VirtualNetwork;
  readonly counters = new CountingCounters();
  readonly agents = new Map<DomainName, AgentCore>();
  readonly #options: VirtualFederationOptions;

  constructor(options: VirtualFederationOptions) {
    this.#options = options;
    this.random = new SeededRandom(options.seed);
    this.network = new VirtualNetwork({ time: this.time, random: this.random, codec: options.codec });
    for (const [domain, types] of options.domains) this.#addAgent(domain, types);
    if (!this.agents.has(options.client)) this.#addAgent(options.client, []);
  }

  get client(): AgentCore {
    return this.agent(this.#options.client);
  }

  agent(domain: DomainName): AgentCore {
    const agent = this.agents.get(domain);
    if (agent === undefined) throw new Error(`no domain '${domain}' in this world`);
    return agent;
  }

  async start(): Promise<void> {
    for (const agent of this.agents.values()) await agent.start();
    this.network.faults = this.#options.faults;
  }

  async stop(): Promise<void> {
    for (const agent of this.agents.values()) await agent.stop();
  }

  /** Moves the wall clock of all domains; each says how far it is. */
  advance(toMs: number): void {
    this.time.setWall(toMs);
    for (const agent of this.agents.values()) agent.tick();
  }

  /** Lets so much network time pass. */
  async runFor(networkMs: number): Promise<void> {
    const untilMs = this.time.monotonicMs() + networkMs;
    while (this.time.step(untilMs)) await breathe();
  }

  /** Runs the network until `done`; throws when it never is. */
  async runUntil(done: () => boolean): Promise<void> {
    await breathe();
    for (let i = 0; !done(); i++) {
      if (i >= MAX_SETTLE_TASKS || !this.time.step()) throw new Error('the virtual network ran dry without settling');
      await breathe();
    }
  }

  /** Settles a promise of production code by running the network. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const mark = (): void => {
      over = true;
    };
    promise.then(mark, mark);
    await this.runUntil(() => over);
    return promise;
  }

  /** Runs until every consumer has everything that any domain has made so far, then releases all of it. */
  async barrier(): Promise<void> {
    const nowMs = this.time.nowMs();
    // What residuals that run elsewhere say is news to the owners of their queries.
    await this.#release(nowMs, (agent) => agent.queries.placed.queries);
    await this.#release(nowMs, (agent) => agent.queries.queries);
  }

  async #release(nowMs: number, queriesOf: (agent: AgentCore) => readonly Query[]): Promise<void> {
    if ([...this.agents.values()].every((agent) => queriesOf(agent).length === 0)) return;
    await this.runUntil(() => this.#caughtUp(nowMs, queriesOf));
    for (const agent of this.agents.values()) {
      for (const query of queriesOf(agent)) query.group?.drainBarrier(nowMs);
      agent.host.flush();
    }
  }

  #caughtUp(nowMs: number, queriesOf: (agent: AgentCore) => readonly Query[]): boolean {
    for (const agent of this.agents.values()) {
      for (const query of queriesOf(agent)) {
        const silent = query.group?.silence?.state === 'silent';
        for (const m of query.group?.members ?? []) {
          const [progress] = this.agent(m.fragment.domain).host.progress(agent.domain, [m.fragmentId]).fragments;
          if (progress === undefined || m.receiver.buffered > 0) return false;
          if (m.receiver.takenSeq < progress.lastSeq) return false;
          // A domain that keeps silent, and may, has nothing to say beyond where it stands.
          const standsMs = silent && progress.silence?.broken === false ? progress.watermarkMs : nowMs;
          if (m.receiver.watermarkMs < Math.min(standsMs, nowMs)) return false;
        }
      }
    }
    return true;
  }

  #addAgent(domain: DomainName, types: readonly EventType[]): void {
    const secret = this.random.bytes(32);
    const agent = new AgentCore(
      {
        transport: this.network.join(domain),
        clock: this.time,
        random: randomFrom(secret),
        counters: this.counters,
        log: SILENT_LOG,
        catalog: () => Promise.resolve(this.#options.catalog),
        offer: () => null,
        policies: new ExportPolicies(domain, this.#options.policies?.get(domain) ?? []),
        onOutput: (query, output) => this.#options.onOutput(query, output),
        onFailure: (_query, error, key) => this.#options.onFailure?.(error, key),
      },
      {
        epoch: 1,
        secret,
        startMs: 0,
        barrier: true,
        // Silences are as frequent as can be: what is exact for one is exact for all.
        silencePauseMs: 0,
        strict: true,
        iterated: this.#options.iterated,
        tuning: this.#options.tuning,
      },
    );
    for (const type of types) agent.runtime.addType(type);
    this.agents.set(domain, agent);
  }
}

/** Lets promises of production code run to where they wait for the network. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
