/**
 * Silent having (DESIGN §5): what of a having condition domains can prove false together, and how they agree on it.
 *
 * Of a condition's conjuncts those are used that compare one sum, count, avg, min or max with a constant. Each is turned
 * into a *level* per domain and group, so that small levels prove it false:
 *
 * | conjunct | level in one domain | false for sure while |
 * |---|---|---|
 * | `sum(x) > c`, `< c` | Σx, −Σx | the levels' sum ≤ c, −c |
 * | `avg(x) > c`, `< c` | Σx − c·n, c·n − Σx | the levels' sum ≤ 0 |
 * | `count(x) > c`, `< c` | n, −n | the levels' sum ≤ c, −c |
 * | `max(x) > c`, `min(x) < c` | max, −min | every level ≤ c, −c |
 * | `min(x) > c`, `max(x) < c` | min, −max | one level ≤ c, −c |
 *
 * For `>=` and `<=` every ≤ is <. Levels of sum and avg are raised by more than all rounding can amount to.
 */
import type { RowValues } from './delta.ts';
import type { FragmentId } from './ids.ts';

export interface SilentAtom {
  readonly aggregate: 'sum' | 'avg' | 'count' | 'min' | 'max';
  /** Place of the argument among the fragment's columns; null for `count(*)`. */
  readonly column: number | null;
  /** `>` and `>=` are true for large values, `<` and `<=` for small ones. */
  readonly op: '>' | '>=' | '<' | '<=';
  readonly value: number;
  /** A sum of ints, which wraps at 32 bits: proved only while no sum can get so far. */
  readonly wraps: boolean;
}

export interface SilentCondition {
  /** At least one; that any of them is false is enough. */
  readonly atoms: readonly SilentAtom[];
  /** Places of the group's key among the fragment's columns; empty without group by: then there is one group, always. */
  readonly groupBy: readonly number[];
}

/** What one domain promises to stay below. */
export interface SilentBounds {
  /** Which of the condition's atoms is proved. */
  readonly atom: number;
  /** Bound of groups that are not listed, where they have rows; null: they must have none. */
  readonly others: number | null;
  readonly groups: readonly { readonly key: RowValues; readonly bound: number }[];
  /** Largest Σ|x| of one group, for sums that wrap; Infinity for others. */
  readonly mass: number;
}

/** Levels of the groups that have rows (of the one group, always, where there is no group by). */
export interface SilentReport {
  readonly groups: readonly { readonly key: RowValues; readonly levels: readonly number[] }[];
}

/**
 * report: tell the present levels. arm: watch these bounds from now on. begin: from `atMs` on keep deltas back while the
 * bounds hold. end: hand over what is in the window just before `atMs`, and everything from then on.
 */
export type SilenceStep = 'report' | 'arm' | 'begin' | 'end';

export interface SilenceRequest {
  readonly kind: 'silence';
  readonly fragmentId: FragmentId;
  readonly step: SilenceStep;
  /** Ascends with each attempt of the query's owner; what is older than one that ended is refused. */
  readonly version: number;
  readonly atMs: number;
  /** With `arm`. */
  readonly bounds?: SilentBounds | undefined;
}

export interface SilenceReply {
  readonly kind: 'silence';
  /** False: the bounds do not hold (any more), there are too many groups, or the version is over. */
  readonly done: boolean;
  /** With `arm`: the bounds are watched from the causes of this instant on, and hold just before it. */
  readonly atMs: number;
  /** With `report`. */
  readonly report?: SilentReport | undefined;
}

/** In a heartbeat, of a fragment whose bounds are being watched. */
export interface SilentProgress {
  readonly version: number;
  /** The bounds held after every cause with a timestamp below this, and after the phase-0 causes of it unless `broken`. */
  readonly heldMs: number;
  /** They do not hold any more, by a cause of `heldMs`. */
  readonly broken: boolean;
}

/** Tells groups apart. Keys are texts, booleans and whole numbers, or null. */
export function groupName(key: RowValues): string {
  return key.length === 0 ? '' : JSON.stringify(key);
}
