/** match_recognize, checked. Which streams its expressions see: epl/check-rows.ts. */
import type { AggregateSpec, CheckedExpression } from './checked.ts';
import type { Position } from './errors.ts';
import type { EventType } from './event-type.ts';

/** `match_recognize (…)`. Which streams its expressions see: epl/check-rows.ts. */
export interface RowPatternSpec {
  readonly partitionBy: readonly CheckedExpression[];
  readonly pattern: RowPattern;
  readonly variables: readonly RowVariable[];
  /** How many rows back each `prev` stream looks; they stand behind the variables' streams. */
  readonly previous: readonly number[];
  /** Stream 0 of define and measures: the variables of several rows, as arrays. */
  readonly matchType: EventType;
  /** Type of the rows. */
  readonly rowType: EventType;
  /** One property per measure. */
  readonly resultType: EventType;
  readonly measures: readonly RowMeasure[];
  /** Aggregations in measures, each over the rows of one variable. */
  readonly aggregates: readonly AggregateSpec[];
  readonly allMatches: boolean;
  readonly skip: 'past last row' | 'to next row' | 'to current row';
  readonly interval: { readonly period: CheckedExpression; readonly orTerminated: boolean } | null;
  /** Properties of the rows that anything here reads; null when whole rows are read. */
  readonly reads: readonly string[] | null;
  readonly position: Position;
}

export interface RowVariable {
  readonly name: string;
  /** True if a match can hold several rows of it. */
  readonly multiple: boolean;
  /** Null: every row will do. */
  readonly condition: CheckedExpression | null;
  /** True if the condition reads rows of other variables, or earlier ones of its own. */
  readonly correlated: boolean;
}

export interface RowMeasure {
  readonly name: string;
  readonly expression: CheckedExpression;
}

/** Permutations are written out as alternations. `high` null is open. */
export type RowPattern =
  | { readonly kind: 'variable'; readonly variable: number }
  | { readonly kind: 'sequence'; readonly items: readonly RowPattern[] }
  | { readonly kind: 'alternation'; readonly operands: readonly RowPattern[] }
  | {
      readonly kind: 'repeat';
      readonly operand: RowPattern;
      readonly low: number;
      readonly high: number | null;
      readonly reluctant: boolean;
    };
