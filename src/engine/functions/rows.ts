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

/**
 * `value op any|all (select …)`: over nothing any is false and all is true. An undecided answer is null if a null row took
 * part, except that `< > any` passes over null rows as long as there is another (conformance joins/sub-any-all-01).
 */
export function quantifiedRows(op: CompareOp, quantifier: Quantifier, value: Value, rows: Rows): boolean | null {
  const all = quantifier === 'all';
  if (rows.length === 0) return all;
  const members = rows.map((row) => row[0] ?? null);
  const present = members.filter((m) => m !== null);
  const decided = quantified(op, quantifier, value, present);
  if (decided === !all || decided === null || present.length === members.length) return decided;
  const relational = op !== '=' && op !== '!=';
  return relational && !all ? decided : null;
}
