/** What a run of a simulation leaves for its checkers and its report. */
import type { Query, UnionChange } from '../src/agent/query.ts';
import type { DomainName, QueryId } from '../src/model/ids.ts';
import type { Trigger } from '../src/model/trigger.ts';
import type { SimQuery, SimScenario } from './scenarios/scenario.ts';
import type { NetworkTotals } from './world/virtual-network.ts';
import type { SimWorld } from './world/sim-world.ts';

export interface HandedTrigger {
  readonly trigger: Trigger;
  /** Virtual true time at which it was handed out, ms since the world began. */
  readonly trueMs: number;
}

export interface QueryRun {
  readonly spec: SimQuery;
  id: QueryId | null;
  /** S, on the query's clock. */
  startMs: number;
  canonical: string;
  /** Domains that it read when it was registered, and what changed since. */
  domains: ReadonlySet<DomainName>;
  changes: readonly UnionChange[];
  /** Where the query's clock stood when it was deleted: what it handed out of that instant may be a part. Null: it ran on. */
  endClockMs: number | null;
  /** Why it was refused for good. */
  refusal: string | null;
  /** Code of the last refusal while it tries again; null: none, or it was registered since. */
  lastRefusal: string | null;
  readonly triggers: HandedTrigger[];
}

export interface SimRun {
  readonly scenario: SimScenario;
  readonly world: SimWorld;
  readonly queries: readonly QueryRun[];
  /** Query clocks have passed it at the end: what is compared ends here. */
  readonly compareUntilMs: number;
  /** What the network had carried when the load ended. */
  carried: Readonly<NetworkTotals>;
}

/** Watches a run and judges it; knows nothing of how the load is made. */
export interface Checker {
  readonly name: string;
  /** Called every 100 virtual ms, and once at the end. */
  sample?(run: SimRun): void;
  /** Called as a trigger is handed out. */
  onTrigger?(query: QueryRun, handed: HandedTrigger): void;
  /** One sentence per violation. */
  finish(run: SimRun): readonly string[];
}

/** The query as its owner holds it now; undefined while the owner is down or fills it in. */
export function runningQuery(run: SimRun, { spec, id }: QueryRun): Query | undefined {
  if (id === null) return undefined;
  return run.world.agent(spec.owner)?.core.queries.queries.find((q) => q.id === id);
}
