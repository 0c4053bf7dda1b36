/** What a simulation is: data. Domains, what they measure, who asks what, what goes wrong, for how long. */
import type { DomainName } from '../../src/model/ids.ts';
import type { OnSilence } from '../../src/agent/query.ts';
import type { RuleName } from '../../src/planner/rules/rule-names.ts';
import type { NetworkFaults } from '../world/virtual-network.ts';

export type FieldType = 'string' | 'int' | 'double';

export interface SimMetric {
  readonly name: string;
  readonly properties: Readonly<Record<string, FieldType>>;
}

/** How one property gets its values; all chance comes from the world's seed. */
export type FieldGenerator =
  | { readonly kind: 'constant'; readonly value: string | number }
  | { readonly kind: 'pick'; readonly of: readonly (string | number)[] }
  /** Uniform, rounded to `digits` decimals. */
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number; readonly digits: number }
  /** Random walk from `from` by up to `step`, held in [min, max]. */
  | {
      readonly kind: 'walk';
      readonly from: number;
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly digits: number;
    }
  /** `low` with noise, and for a share of the measurements `high` with noise: what is interesting is rare. */
  | {
      readonly kind: 'rarely';
      readonly low: number;
      readonly high: number;
      readonly noise: number;
      readonly share: number;
    };

export interface SimGenerator {
  readonly domain: DomainName;
  readonly metric: string;
  readonly everyMs: number;
  /** Each pause is longer or shorter by up to so much. */
  readonly jitterMs: number;
  readonly fields: Readonly<Record<string, FieldGenerator>>;
}

/** A closed loop: a pool of workers whose queue is measured in one domain and which grows on triggers in another. */
export interface SimPool {
  readonly queueDomain: DomainName;
  readonly queueMetric: string;
  readonly poolDomain: DomainName;
  readonly poolMetric: string;
  readonly measureEveryMs: number;
  readonly jobsPerSecond: number;
  readonly jobMs: number;
  readonly firstWorkers: number;
  readonly mostWorkers: number;
  /** From the trigger to the workers' first job. */
  readonly provisionMs: number;
  /** Names of queries whose triggers add or take a worker. */
  readonly growOn: string;
  readonly shrinkOn: string;
}

export interface SimQuery {
  /** Unique in the scenario. */
  readonly name: string;
  readonly owner: DomainName;
  readonly epl: string;
  readonly onSilence: OnSilence;
  readonly fromMs: number;
  /** When it is deleted; null: never. */
  readonly untilMs: number | null;
  /** Nothing older than this can bear on an output (the longest window); what follows a gap is compared after it. */
  readonly memoryMs: number;
}

export interface SimOffer {
  readonly domain: DomainName;
  readonly metric: string;
  readonly fromMs: number;
  /** Null: to the end. */
  readonly untilMs: number | null;
}

/** What a domain lets out of one metric while the fault lasts; before and after it is open to all. */
export interface SimPolicy {
  readonly metric: string;
  readonly readers: '*' | readonly DomainName[];
  readonly columns: '*' | readonly string[];
  /** Rows that may leave: those with less than `below` in the column. Null: all. */
  readonly rows: { readonly column: string; readonly below: number } | null;
}

export type SimFault =
  /** The domain has the rule for the time; Infinity: to the end of the world. */
  | {
      readonly kind: 'policy';
      readonly atMs: number;
      readonly forMs: number;
      readonly domain: DomainName;
      readonly policy: SimPolicy;
    }
  /** No frame gets from one group to the other; in both directions unless `oneWay`. */
  | {
      readonly kind: 'partition';
      readonly atMs: number;
      readonly forMs: number;
      readonly from: readonly DomainName[];
      readonly to: readonly DomainName[];
      readonly oneWay: boolean;
    }
  | {
      readonly kind: 'slow';
      readonly atMs: number;
      readonly forMs: number;
      readonly domain: DomainName;
      readonly extraMs: number;
    }
  | {
      readonly kind: 'crash';
      readonly atMs: number;
      readonly forMs: number;
      readonly domain: DomainName;
      readonly disk: 'kept' | 'lost';
    }
  /** The domain's wall clock is ahead by so much for the time. */
  | {
      readonly kind: 'clock';
      readonly atMs: number;
      readonly forMs: number;
      readonly domain: DomainName;
      readonly aheadMs: number;
    };

export interface SimScenario {
  readonly domains: readonly DomainName[];
  readonly metrics: readonly SimMetric[];
  readonly generators: readonly SimGenerator[];
  readonly pool: SimPool | null;
  readonly queries: readonly SimQuery[];
  /** Domains that offer a metric, to everybody, for a part of the time only. @default all that they measure, always */
  readonly offers?: readonly SimOffer[] | undefined;
  readonly network: NetworkFaults;
  /** Clocks differ from true time by up to so much. */
  readonly skew: { readonly offsetMs: number; readonly driftPpm: number };
  readonly faults: readonly SimFault[];
  /** Stamps fall on multiples of it. */
  readonly gridMs: number;
  /** Measurements and faults end here. */
  readonly durationMs: number;
  /** Rewrites that agents use. @default all */
  readonly rules?: ReadonlySet<RuleName> | undefined;
  /** True: residuals run at a domain that they read wherever that is safe; no other rewrite of statements is used. @default false */
  readonly placed?: boolean | undefined;
}

export interface ScenarioOptions {
  readonly seed: number;
  /** Domains asked for; null: as many as the scenario has by itself. */
  readonly domains: number | null;
}

export interface ScenarioDeclaration {
  readonly name: string;
  readonly title: string;
  /** What is known not to hold yet: violations are shown and do not fail the run. */
  readonly knownGap?: string | undefined;
  declare(options: ScenarioOptions): SimScenario;
}
