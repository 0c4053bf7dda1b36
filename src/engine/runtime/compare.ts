/** Order of lists of sort keys. */
import type { Value } from '../../model/value.ts';
import { compareValues } from '../functions/values.ts';

export function compareKeysBy(a: readonly Value[], b: readonly Value[], descending: readonly boolean[]): number {
  for (let i = 0; i < descending.length; i++) {
    const d = compareValues(a[i] ?? null, b[i] ?? null);
    if (d !== 0) return descending[i] === true ? -d : d;
  }
  return 0;
}
