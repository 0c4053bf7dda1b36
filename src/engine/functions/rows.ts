/** What the rows of a subquery mean in each of its forms. A row is the list of its columns' values. */
import type { CompareOp, Quantifier } from '../../model/checked.ts';
import type { MapValue, Value } from '../../model/value.ts';
import { inList, quantified } from './scalar.ts';

type Rows = readonly (readonly Value[])[];

/** The only column of the only row; null when there are none or several rows. */
export function scalarOf(rows: Rows): Value {
  return rows.length === 1 ? (rows[0]?.[0] ?? null) : null;
}

export function mapOf(names: readonly string[], row: readonly Value[] | undefined): MapValue {
  const members: Record<string, Value> = Object.create(null);
  names.forEach((name, i) => {
    members[name] = row?.[i] ?? null;
  });
  return members;
}

/** `(select a, b …) as x`: without exactly one row all members are null. */
export function structOf(rows: Rows, names: readonly string[]): Value {
  return mapOf(names, rows.length === 1 ? rows[0] : undefined);
}

/** Source of an enumeration method; null, not empty, without rows (conformance enum-subquery-01). */
export function listOf(rows: Rows, names: readonly string[] | null): Value {
  if (rows.length === 0) return null;
  return names === null ? rows.map((row) => row[0] ?? null) : rows.map((row) => mapOf(names, row));
}

export function inRows(value: Value, rows: Rows): boolean | null {
  if (rows.length === 0) return false;
  return inList(
    value,
    rows.map((row) => row[0] ?? null),
  );
}

export function quantifiedRows(op: CompareOp, quantifier: Quantifier, value: Value, rows: Rows): boolean | null {
  if (rows.length === 0) return quantifier === 'all';
  const members = rows.map((row) => row[0] ?? null);
  return quantifiedMembers(op, quantifier, value, members);
}

/** SQL's rule: an undecided answer is null if a null took part. */
function quantifiedMembers(
  op: CompareOp,
  quantifier: Quantifier,
  value: Value,
  members: readonly Value[],
): boolean | null {
  const decided = quantified(
    op,
    quantifier,
    value,
    members.filter((m) => m !== null),
  );
  const all = quantifier === 'all';
  if (decided === !all || decided === null) return decided;
  return members.includes(null) ? null : decided;
}
