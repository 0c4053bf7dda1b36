/** Plans: who computes what (DESIGN §5). */
import type { Column } from './checked.ts';
import type { DomainName } from './ids.ts';
import type { SilentCondition } from './silence.ts';

/**
 * stream: events that pass the filter, inserts only, each with its id.
 * view: rows of a data window above which conjuncts were pushed; removals by row id.
 * result: rows of a whole statement; removals by value.
 */
export type FragmentKind = 'stream' | 'view' | 'result';

/** The part of a query that one domain evaluates. Travels as text; nothing else of it is trusted across a border. */
export interface PlannedFragment {
  /** Name within the plan, `f0`, `f1`, …; the fragment id of the exchange is made by the domain that runs it. */
  readonly name: string;
  readonly domain: DomainName;
  readonly kind: FragmentKind;
  readonly epl: string;
  readonly columns: readonly Column[];
  /** Rewrites that made it, by name of rule, for `explain`. */
  readonly rules: readonly string[];
  /** The predicate that its events pass, without alias; of stream fragments with one: the running one measures it. */
  readonly selects?: { readonly stream: string; readonly predicate: string } | undefined;
  /** What it is expected to send; absent where nothing was estimated. */
  readonly estimate?: FragmentEstimate | undefined;
  /** Of a residual that runs at this domain (kind `result`): what its text reads of others. */
  readonly placed?: PlacedResidual | undefined;
}

/** The DAG below a residual that does not run at the owner of its query: that domain reads these fragments. */
export interface PlacedResidual {
  readonly fragments: readonly PlannedFragment[];
  readonly inputs: readonly PlannedInput[];
}

/** What a fragment is expected to send to one consumer, per second; heartbeats apart. */
export interface FragmentEstimate {
  readonly deltasHz: number;
  readonly insertsHz: number;
  readonly removesHz: number;
  /** Envelopes and all that is in them. */
  readonly bytesHz: number;
}

/** What a fragment really sent lately. */
export interface MeasuredFragment extends FragmentEstimate {
  /** Name within the plan. */
  readonly name: string;
  /** The time that the rates are over. */
  readonly seconds: number;
}

export interface MeasuredPlan {
  readonly fragments: readonly MeasuredFragment[];
  /** From the stamp of the event to the trigger, over the latest `count` triggers; null before the first. */
  readonly latencyMs: { readonly count: number; readonly p50: number; readonly p99: number } | null;
}

/** A plan that was not taken. */
export interface PlanAlternative {
  /** Which rewrites it does not make, or makes, beside the chosen plan. */
  readonly title: string;
  /** Across borders, heartbeats included. */
  readonly bytesHz: number;
}

/** A remote input of the residual: one name in its from clauses, fed by the union of fragments in key order. */
export interface PlannedInput {
  readonly name: string;
  readonly kind: FragmentKind;
  readonly fragments: readonly string[];
  readonly columns: readonly Column[];
  /** The type that the query's text named, for `typeof` and messages. */
  readonly standsFor: string;
  /** Of the statement that reads it: its fragments keep silent while this is proved false. @default none */
  readonly silent?: SilentCondition | undefined;
}

/**
 * A DAG of fragments with one root at the owner. `residual` is the module that the owner runs over the inputs;
 * a statement that was shipped whole is an input of kind `result` and has no text in the residual.
 */
export interface Plan {
  readonly owner: DomainName;
  /** `local`: everything lives at the owner and runs on its stamp clock; `merged`: on the merged clock of the inputs. */
  readonly clock: 'local' | 'merged';
  readonly fragments: readonly PlannedFragment[];
  readonly inputs: readonly PlannedInput[];
  readonly statements: readonly PlannedStatement[];
  readonly notes: readonly string[];
  /** Plans that were weighed against this one, cheapest first. */
  readonly alternatives?: readonly PlanAlternative[] | undefined;
}

export interface PlannedStatement {
  /** Name of the statement in the query, null when unnamed. */
  readonly name: string | null;
  /** EPL of the residual over inputs, or null if shipped whole. */
  readonly epl: string | null;
  /** Input of kind `result` whose rows are this statement's output, or null. */
  readonly shippedAs: string | null;
  readonly columns: readonly Column[];
  /** True if its rows are there for other statements: `insert into`, and unnamed windows, tables, variables. @default false */
  readonly feeds?: boolean | undefined;
}

/** Domains that run fragments of the plan, also those below a residual that runs elsewhere. */
export function domainsOf(below: PlacedResidual): readonly DomainName[] {
  return [...new Set(allFragments(below).map((f) => f.domain))];
}

/** The whole DAG, each fragment before those that it reads. */
export function allFragments({ fragments }: PlacedResidual): readonly PlannedFragment[] {
  return fragments.flatMap((f) => (f.placed === undefined ? [f] : [f, ...allFragments(f.placed)]));
}
