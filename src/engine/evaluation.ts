/**
 * The contract between compiled expressions and the runtime that calls them.
 *
 * `compile/` turns a checked expression into an {@link Evaluator}; `runtime/`, `result/`, `join/` and `subquery/` call it
 * with the events of one row and a context. Nothing else is visible to generated code.
 */
import type { Event } from '../model/event.ts';
import type { PathStep } from '../model/checked.ts';
import type { Value } from '../model/value.ts';

/** Events of one row by stream index; null where an outer join pads. */
export type EventRow = readonly (Event | null)[];

/** What a window lets an expression see (`prev`, `prior`): of the data window of one stream of the statement. */
export interface WindowAccess {
  /** The event `offset` places before the newest in window order; null if there is none or `of` is not in the window. */
  previous(of: Event, offset: number): Event | null;
  previousFromTail(of: Event, offset: number): Event | null;
  count(of: Event): number | null;
  /** Newest first. */
  events(of: Event): readonly Event[] | null;
  /** The event that arrived `offset` events before `of`; kept for removed rows too. */
  prior(of: Event, offset: number): Event | null;
}

/** All that an expression can read besides the events of its row. One object per statement instance, updated in place. */
export interface EvaluationContext {
  /** Engine clock, ms. */
  readonly nowMs: number;
  /** Values of the statement's aggregations for the row's group, by index of `aggregates`. */
  readonly aggregates: readonly Value[];
  /** Rows of the enclosing selects, for correlated subqueries: `outer[0]` is level 1. */
  readonly outer: readonly EventRow[];
  /** Bit i set: groupBy[i] is rolled up in this row. */
  readonly rolledUp: number;
  variable(name: string): Value;
  contextProperty(path: readonly PathStep[]): Value;
  /** The row of a table by its primary key, as it is now; null if there is none. */
  tableRow(table: string, keys: readonly Value[]): Event | null;
  /** The keys of all rows of a table: values, or arrays where the key has several columns. */
  tableKeys(table: string): readonly Value[];
  window(stream: number): WindowAccess;
  /** True while rows of the remove stream are evaluated: `prev` is null there. */
  readonly removing: boolean;
  /** Rows of a subquery (values of its columns), evaluated for the given row; the form (scalar, exists, …) is applied by generated code. */
  subquery(index: number, row: EventRow): readonly (readonly Value[])[];
}

export type Evaluator = (row: EventRow, context: EvaluationContext) => Value;
/** Null counts as false. */
export type Predicate = (row: EventRow, context: EvaluationContext) => boolean;
/** For filters and windows of one stream: no row array on the hot path. */
export type EventEvaluator = (event: Event, context: EvaluationContext) => Value;
export type EventPredicate = (event: Event, context: EvaluationContext) => boolean;

/** The tags of a match so far: an object of the pattern's own class, with a field `$tag` for each of its tags. */
export interface Tags {
  readonly [slot: `$${string}`]: Value;
}
export type TagsEvaluator = (tags: Tags, context: EvaluationContext) => Value;
/** A filter of a pattern atom that looks at tags. */
export type AtomPredicate = (event: Event, tags: Tags, context: EvaluationContext) => boolean;

/** Constants of a statement that code shared with others reads. */
export interface ResidualConstants {
  readonly k0: unknown;
  readonly k1: unknown;
  readonly more: readonly unknown[];
}

/** What the filter index does not answer of a filter: shared code, and the constants that make it this filter's. */
export interface Residual extends ResidualConstants {
  readonly test: (event: Event, context: EvaluationContext, of: ResidualConstants) => boolean;
}

/** Incremental state of one aggregation for one group. `row` is the joined row that enters or leaves. */
export interface Accumulator {
  enter(row: EventRow, context: EvaluationContext): void;
  leave(row: EventRow, context: EvaluationContext): void;
  value(): Value;
  clear(): void;
  /** Gives back what counts against a bound that accumulators share; it is not used afterwards. */
  release?(): void;
  /** Plain data from which `restore` makes an equal accumulator. */
  snapshot(): unknown;
  restore(state: unknown): void;
}

export type AccumulatorConstructor = () => Accumulator;
