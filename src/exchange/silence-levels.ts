/** Levels of the atoms of a silent having (model/silence.ts): from partial aggregates of one group in one domain. Pure. */
import type { SilentAtom } from '../model/silence.ts';

/** Partial aggregates of one column (of all rows for `count(*)`) in one group. */
export interface PartialValues {
  /** Values that are not null. */
  readonly count: number;
  /** Unrounded sum, rounded once. */
  readonly sum: number;
  /** Σ|x|. */
  readonly mass: number;
  readonly min: number | null;
  readonly max: number | null;
  /** NaN and infinities among the values: nothing is proved while there are any. */
  readonly special: number;
}

/**
 * By how much the levels of sum and avg are raised, relative to Σ|x| + |c|·n: far more than the rounding of a sum that is
 * read as float (2^-24), of a quotient, and of the bounds' own sum over all domains.
 */
const MARGIN = 2 ** -20;

export function levelOf(atom: SilentAtom, p: PartialValues): number {
  if (p.special > 0) return Infinity;
  const sign = isUpper(atom) ? 1 : -1;
  switch (atom.aggregate) {
    case 'count':
      return sign * p.count;
    case 'sum':
      return sign * p.sum + MARGIN * p.mass;
    case 'avg':
      return sign * (p.sum - atom.value * p.count) + MARGIN * (p.mass + Math.abs(atom.value) * p.count);
    case 'max':
      return p.max === null ? emptyLevel(atom) : sign * p.max;
    case 'min':
      return p.min === null ? emptyLevel(atom) : sign * p.min;
  }
}

/** Level of a group without rows. */
export function emptyLevel(atom: SilentAtom): number {
  switch (combines(atom)) {
    case 'sum':
      return 0;
    case 'all':
      return -Infinity;
    case 'one':
      return Infinity;
  }
}

/** How levels of domains prove the atom false: their sum, every one of them, or one of them stays below the total. */
export function combines(atom: SilentAtom): 'sum' | 'all' | 'one' {
  switch (atom.aggregate) {
    case 'count':
    case 'sum':
    case 'avg':
      return 'sum';
    case 'max':
      return isUpper(atom) ? 'all' : 'one';
    case 'min':
      return isUpper(atom) ? 'one' : 'all';
  }
}

/** What the levels together must not exceed. */
export function totalOf(atom: SilentAtom): number {
  if (atom.aggregate === 'avg') return 0;
  return isUpper(atom) ? atom.value : -atom.value;
}

/** True if a level must lie below its bound, not at it. */
export function isStrict(atom: SilentAtom): boolean {
  return atom.op === '>=' || atom.op === '<=';
}

function isUpper(atom: SilentAtom): boolean {
  return atom.op === '>' || atom.op === '>=';
}
