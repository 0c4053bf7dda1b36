/**
 * The world of one simulation: agents of all domains over one virtual time, their skewed clocks, crashes and restarts, and
 * the log of what was measured. It drives nothing by itself; `simulate.ts` does.
 */
import { CatalogOfDomains, typesOfMetric } from '../../src/agent/federated-catalog.ts';
import type { EventType } from '../../src/model/event-type.ts';
import type { DomainName } from '../../src/model/ids.ts';
import type { ExportPolicy } from '../../src/model/policy.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import { DOUBLE, INT, STRING, type ValueType } from '../../src/model/value.ts';
import type { FieldType, SimMetric, SimOffer, SimPolicy } from '../scenarios/scenario.ts';
import type { RuleName } from '../../src/planner/rules/rule-names.ts';
import { DomainClock, type ClockSkew } from './domain-clock.ts';
import type { StoreSnapshot } from './memory-store.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimAgent } from './sim-agent.ts';
import { SourceLog } from './source-log.ts';
import { CountingCounters, SILENT_LOG } from './virtual-federation.ts';
import { VirtualNetwork, type NetworkFaults } from './virtual-network.ts';
import { VirtualTime } from './virtual-time.ts';
import { WIRE_CODEC } from './wire-codec.ts';

/** Agents start within so much of each other: heartbeats do not all beat at once. */
const START_SPREAD_MS = 100;

export interface SimWorldOptions {
  readonly seed: number;
  /** What each domain measures. */
  readonly domains: ReadonlyMap<DomainName, readonly SimMetric[]>;
  readonly network: NetworkFaults;
  readonly skew: { readonly offsetMs: number; readonly driftPpm: number };
  readonly gridMs: number;
  readonly rules?: ReadonlySet<RuleName> | undefined;
  readonly placed?: boolean | undefined;
  /** Metrics that domains offer for a time only. */
  readonly offers: readonly SimOffer[];
  onTrigger(trigger: Trigger): void;
}

export class SimWorld {
  readonly time = new VirtualTime(0);
  readonly network: VirtualNetwork;
  readonly counters = new CountingCounters();
  readonly sources = new SourceLog();
  readonly catalog: CatalogOfDomains;
  readonly #options: SimWorldOptions;
  readonly #random: SeededRandom;
  readonly #agents = new Map<DomainName, SimAgent>();
  readonly #clocks = new Map<DomainName, DomainClock>();
  readonly #skews = new Map<DomainName, ClockSkew>();
  /** Rules of domains, the one in force last. */
  readonly #policies = new Map<DomainName, { readonly fromMs: number; readonly policy: SimPolicy | null }[]>();
  readonly #disks = new Map<DomainName, StoreSnapshot>();

  constructor(options: SimWorldOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.network = new VirtualNetwork({ time: this.time, random: this.#random, codec: WIRE_CODEC });
    this.catalog = catalogOf(options.domains, () => true, options.placed === true);
    for (const domain of options.domains.keys()) {
      const spread = (limit: number): number => (this.#random.next() * 2 - 1) * limit;
      this.#skews.set(domain, {
        offsetMs: Math.round(spread(options.skew.offsetMs)),
        driftPpm: spread(options.skew.driftPpm),
      });
    }
  }

  /** What the domains offer now; the oracle reads all of it at all times. */
  offered(): CatalogOfDomains {
    const { domains, offers } = this.#options;
    if (offers.length === 0) return this.catalog;
    return catalogOf(domains, (domain, metric) => {
      const own = offers.filter((o) => o.domain === domain && o.metric === metric);
      return own.length === 0 || own.some((o) => o.fromMs <= this.nowMs && this.nowMs < (o.untilMs ?? Infinity));
    });
  }

  /** Ms since the world began. */
  get nowMs(): number {
    return this.time.monotonicMs();
  }

  get agents(): Iterable<SimAgent> {
    return this.#agents.values();
  }

  /** The run of a domain's agent that is up; undefined while it is down. */
  agent(domain: DomainName): SimAgent | undefined {
    const agent = this.#agents.get(domain);
    return agent?.alive === true ? agent : undefined;
  }

  skewOf(domain: DomainName): ClockSkew {
    return this.#skews.get(domain) ?? { offsetMs: 0, driftPpm: 0 };
  }

  /** All agents join; from then on the network is as the options say. */
  start(): void {
    for (const domain of this.#options.domains.keys()) {
      this.#boot(domain);
      this.time.after(this.#random.next() * START_SPREAD_MS, () => void this.agent(domain)?.start());
    }
    this.network.faults = this.#options.network;
  }

  crash(domain: DomainName, disk: 'kept' | 'lost'): void {
    const agent = this.agent(domain);
    if (agent === undefined) return;
    const left = agent.crash();
    if (disk === 'kept') this.#disks.set(domain, left);
    else this.#disks.delete(domain);
  }

  /** Sets the wall clock of a domain ahead, by 0: right again. */
  setAhead(domain: DomainName, aheadMs: number): void {
    const clock = this.#clocks.get(domain);
    if (clock !== undefined) clock.aheadMs = aheadMs;
  }

  /** Sets what a domain lets out; null: everything. */
  setPolicy(domain: DomainName, policy: SimPolicy | null): void {
    const change = { fromMs: this.nowMs, policy };
    const changes = this.#policies.get(domain);
    if (changes === undefined) this.#policies.set(domain, [change]);
    else changes.push(change);
    this.agent(domain)?.core.setPolicies(this.#rulesOf(domain));
  }

  /** The rule in force; undefined: none. */
  policyOf(domain: DomainName): SimPolicy | undefined {
    return this.#policies.get(domain)?.at(-1)?.policy ?? undefined;
  }

  /** The rule that was in force `ms` after the world began. */
  policyAt(domain: DomainName, ms: number): SimPolicy | undefined {
    return this.#policies.get(domain)?.findLast((c) => c.fromMs <= ms)?.policy ?? undefined;
  }

  #rulesOf(domain: DomainName): readonly ExportPolicy[] {
    const policy = this.policyOf(domain);
    if (policy === undefined) return [];
    const { metric, readers, columns, rows } = policy;
    return [{ metric, domains: readers, columns, where: rows === null ? undefined : `${rows.column} < ${rows.below}` }];
  }

  restart(domain: DomainName): void {
    if (this.agent(domain) !== undefined) return;
    this.#boot(domain);
    void this.agent(domain)?.start();
  }

  /** Lets virtual time pass. */
  async runUntil(untilMs: number): Promise<void> {
    while (this.time.step(untilMs)) await breathe();
  }

  #boot(domain: DomainName): void {
    const types: EventType[] = (this.#options.domains.get(domain) ?? []).flatMap((m) => [
      ...typesOfMetric(domain, m.name, propertiesOf(m)),
    ]);
    const clock = new DomainClock(this.time, this.skewOf(domain), this.#options.gridMs);
    this.#clocks.set(domain, clock);
    const agent = new SimAgent(
      {
        network: this.network,
        clock,
        random: this.#random,
        counters: this.counters,
        log: SILENT_LOG,
        catalog: () => this.offered(),
        sources: this.sources,
        onTrigger: (trigger) => this.#options.onTrigger(trigger),
      },
      {
        domain,
        types,
        policies: this.#rulesOf(domain),
        disk: this.#disks.get(domain),
        rules: this.#options.rules,
        placed: this.#options.placed,
      },
    );
    this.#agents.set(domain, agent);
  }
}

function catalogOf(
  domains: ReadonlyMap<DomainName, readonly SimMetric[]>,
  offers: (domain: DomainName, metric: string) => boolean,
  unionsFixed = false,
): CatalogOfDomains {
  return new CatalogOfDomains(
    [...domains].map(([domain, metrics]) => ({
      domain,
      version: 1,
      metrics: metrics
        .filter((m) => offers(domain, m.name))
        .map((m) => ({ name: m.name, description: '', properties: propertiesOf(m), units: {} })),
    })),
    { unionsFixed },
  );
}

const TYPES: Readonly<Record<FieldType, ValueType>> = { string: STRING, int: INT, double: DOUBLE };

function propertiesOf(metric: SimMetric): readonly { readonly name: string; readonly type: ValueType }[] {
  return Object.entries(metric.properties).map(([name, type]) => ({ name, type: TYPES[type] }));
}

/** Lets promises of production code run to where they wait for the network. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
