/** Tables of functions: aggregations and built-in single-row functions, by lower-case name (Esper reference §10). */

/** How the type of an aggregation follows from its first argument. */
type AggregateResult = 'count' | 'sum' | 'double' | 'argument' | 'array' | 'boolean' | 'sketch';

export interface AggregateInfo {
  readonly result: AggregateResult;
  /** The first argument must be numeric. */
  readonly numeric: boolean;
  /** Least and greatest number of positional arguments, a trailing filter not counted. */
  readonly args: readonly [number, number];
  /** A trailing boolean argument is a filter: `sum(x, f)`. */
  readonly trailingFilter: boolean;
  readonly wildcard: boolean;
}

function info(
  result: AggregateResult,
  numeric: boolean,
  args: readonly [number, number],
  trailingFilter: boolean,
  wildcard = false,
): AggregateInfo {
  return { result, numeric, args, trailingFilter, wildcard };
}

const AGGREGATES: ReadonlyMap<string, AggregateInfo> = new Map([
  ['avg', info('double', true, [1, 1], true)],
  ['sum', info('sum', true, [1, 1], true)],
  ['count', info('count', false, [1, 1], true, true)],
  ['countever', info('count', false, [1, 1], true, true)],
  ['min', info('argument', false, [1, 1], false)],
  ['max', info('argument', false, [1, 1], false)],
  ['fmin', info('argument', false, [1, 1], true)],
  ['fmax', info('argument', false, [1, 1], true)],
  ['minever', info('argument', false, [1, 1], true)],
  ['maxever', info('argument', false, [1, 1], true)],
  ['fminever', info('argument', false, [1, 1], true)],
  ['fmaxever', info('argument', false, [1, 1], true)],
  ['median', info('double', true, [1, 1], true)],
  ['stddev', info('double', true, [1, 1], true)],
  ['avedev', info('double', true, [1, 1], true)],
  ['first', info('argument', false, [1, 2], false, true)],
  ['last', info('argument', false, [1, 2], false, true)],
  ['firstever', info('argument', false, [1, 1], true, true)],
  ['lastever', info('argument', false, [1, 1], true, true)],
  ['nth', info('argument', false, [2, 2], true)],
  ['window', info('array', false, [1, 1], false, true)],
  ['leaving', info('boolean', false, [0, 0], false)],
  ['rate', info('double', false, [1, 2], true)],
  ['sorted', info('array', false, [1, 16], false)],
  ['maxby', info('argument', false, [1, 16], false)],
  ['minby', info('argument', false, [1, 16], false)],
  ['maxbyever', info('argument', false, [1, 16], false)],
  ['minbyever', info('argument', false, [1, 16], false)],
  ['countminsketchadd', info('sketch', false, [1, 1], true)],
]);

export function aggregateInfo(name: string): AggregateInfo | undefined {
  return AGGREGATES.get(name.toLowerCase());
}

/** `min(a, b)` and `max(a, b)` are row functions: the number of arguments is looked at elsewhere. */
export function isAggregation(name: string): boolean {
  return AGGREGATES.has(name.toLowerCase());
}

/** Names of functions for "did you mean". */
export function functionNames(): readonly string[] {
  return [...AGGREGATES.keys(), ...ROW_FUNCTIONS];
}

export const ROW_FUNCTIONS: readonly string[] = [
  'coalesce',
  'cast',
  'instanceof',
  'typeof',
  'exists',
  'current_timestamp',
  'prev',
  'prevtail',
  'prevcount',
  'prevwindow',
  'prior',
  'grouping',
  'grouping_id',
  'istream',
];

/** Names that stand for values without parentheses, by the clause that has them. */
export const OUTPUT_BUILTINS: ReadonlyMap<string, 'int' | 'long'> = new Map([
  ['count_insert', 'int'],
  ['count_insert_total', 'int'],
  ['count_remove', 'int'],
  ['count_remove_total', 'int'],
  ['last_output_timestamp', 'long'],
] as const);

export const EXPR_WINDOW_BUILTINS: ReadonlyMap<string, 'int' | 'long' | 'event'> = new Map([
  ['current_count', 'int'],
  ['expired_count', 'int'],
  ['newest_timestamp', 'long'],
  ['oldest_timestamp', 'long'],
  ['newest_event', 'event'],
  ['oldest_event', 'event'],
] as const);
