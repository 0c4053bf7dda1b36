/** Rows as multisets, numbers to 1e-6 relative: sums over the same rows in another order are the same. */
import type { Value } from '../../src/model/value.ts';

const RELATIVE = 1e-6;
const ABSOLUTE = 1e-9;

export function sameRowSets(a: readonly (readonly Value[])[], b: readonly (readonly Value[])[]): boolean {
  if (a.length !== b.length) return false;
  const rest = [...b];
  for (const row of a) {
    const at = rest.findIndex((other) => sameValue(row, other));
    if (at < 0) return false;
    rest.splice(at, 1);
  }
  return true;
}

function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a === 'number' && typeof b === 'number') {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
    const distance = Math.abs(a - b);
    return distance <= ABSOLUTE || distance <= RELATIVE * Math.max(Math.abs(a), Math.abs(b));
  }
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, i) => sameValue(item, b[i] ?? null));
  // Maps and events come from the same engine on both sides: their members are in the same order.
  return typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
