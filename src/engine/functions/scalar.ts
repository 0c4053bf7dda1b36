/** Small scalar functions that generated code calls: membership, quantified comparison, bit operations on longs. */
import { CodedError } from '../../model/errors.ts';
import type { CompareOp, Quantifier } from '../../model/checked.ts';
import type { Value } from '../../model/value.ts';
import { equalValues, isList, orderOf } from './values.ts';

/** True if `op` holds of two values that are not null. */
export function holds(op: CompareOp, a: Value, b: Value): boolean {
  switch (op) {
    case '=':
    case 'is':
      return equalValues(a, b);
    case '!=':
    case 'is not':
      return !equalValues(a, b);
    case '<':
      return orderOf(a, b) < 0;
    case '<=':
      return orderOf(a, b) <= 0;
    case '>':
      return orderOf(a, b) > 0;
    case '>=':
      return orderOf(a, b) >= 0;
  }
}

/**
 * `value in (list)`: true on a match, null when there is none but a null member or a null left side, else false. Members
 * that are arrays stand for their elements; a null array for none (conformance NOTES-expressions).
 */
export function inList(value: Value, list: readonly Value[]): boolean | null {
  if (value === null) return null;
  let sawNull = false;
  for (const item of list) {
    if (item === null) sawNull = true;
    else if (equalValues(value, item)) return true;
  }
  return sawNull ? null : false;
}

/** Members of a list for `in`, `any`, `all`: arrays are spread; `spread[i]` says that item i is an array by its type. */
export function spread(items: readonly Value[], arrays: readonly boolean[]): Value[] {
  const out: Value[] = [];
  items.forEach((item, i) => {
    if (isList(item)) out.push(...item);
    else if (item !== null || arrays[i] !== true) out.push(item);
  });
  return out;
}

/**
 * `value op any|all (list)` after Esper's ExprEqualsAllAnyNode and ExprRelationalOpAllAnyNode: for = and != a null
 * member makes an undecided answer null; for < > it is skipped by `any` and ends `all` with null. Without any member
 * that is not null the answer is null.
 */
export function quantified(
  op: CompareOp,
  quantifier: Quantifier,
  value: Value,
  list: readonly Value[],
): boolean | null {
  const relational = op !== '=' && op !== '!=' && op !== 'is' && op !== 'is not';
  const all = quantifier === 'all';
  let sawNull = false;
  let sawValue = false;
  for (const item of list) {
    if (item === null) {
      if (relational && all) return null;
      sawNull = true;
      continue;
    }
    sawValue = true;
    if (value !== null && holds(op, value, item) !== all) return !all;
  }
  if (!sawValue || value === null || (sawNull && !relational)) return null;
  return all;
}

/** `%` of ints and longs: by zero it is an error, as in Java (doubles give NaN). @throws CodedError EVALUATION */
export function remainder(a: number, b: number): number {
  if (b === 0) throw new CodedError('EVALUATION', 'remainder of a division of whole numbers by zero');
  return (a % b) + 0;
}

/** Bit operations on longs: both sides are whole numbers within 2^53. */
export function longBits(op: '&' | '|' | '^', a: number, b: number): number {
  if ((a | 0) === a && (b | 0) === b) return op === '&' ? a & b : op === '|' ? a | b : a ^ b;
  const x = BigInt(Math.trunc(a));
  const y = BigInt(Math.trunc(b));
  const bits = op === '&' ? x & y : op === '|' ? x | y : x ^ y;
  return Number(BigInt.asIntN(64, bits));
}

/**
 * `low <= value <= high` by Esper's rule: bounds in either order, ends as flagged, and a point range holds if its lower
 * end is included (numbers) or both are (texts). None of the three is null.
 */
export function between(value: Value, low: Value, high: Value, lowIn: boolean, highIn: boolean): boolean {
  const reversed = orderOf(low, high) > 0;
  const toLow = orderOf(value, reversed ? high : low);
  const toHigh = orderOf(value, reversed ? low : high);
  if (typeof value === 'string')
    return (toLow > 0 || (lowIn && toLow === 0)) && (toHigh < 0 || (highIn && toHigh === 0));
  if (toLow > 0) return toHigh < 0 || (highIn && toHigh === 0);
  return lowIn && toLow === 0;
}

/** Greatest or least of values that are not null. */
export function extreme(sign: 1 | -1, values: readonly Value[]): Value {
  let best: Value = null;
  for (const value of values) {
    if (value === null) return null;
    if (best === null || orderOf(value, best) * sign > 0) best = value;
  }
  return best;
}
