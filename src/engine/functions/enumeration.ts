/**
 * Enumeration methods that test, pick or order elements (Esper doc chapter 10). A null source gives null. A predicate that
 * gives null lets the element pass in `where`, `countOf`, `firstOf`, `lastOf`, `takeWhile`, and counts as false in `anyOf`
 * and `allOf` (conformance enum-nulltest-01, enum-anyall-01). Lambdas get element, index and size.
 */
import type { Value } from '../../model/value.ts';
import { compareValues, equalValues, isList, keyOf } from './values.ts';
import type { Key } from './values.ts';

type Source = Value;
type List = readonly Value[];
export type Lambda = (element: Value, index: number, size: number) => Value;

const IDENTITY: Lambda = (element) => element;

function listOf(source: Source): List | null {
  return isList(source) ? source : null;
}

export function where(source: Source, test: Lambda): Value {
  const list = listOf(source);
  return list === null ? null : list.filter((x, i) => test(x, i, list.length) !== false);
}

export function anyOf(source: Source, test: Lambda): Value {
  const list = listOf(source);
  return list === null ? null : list.some((x, i) => test(x, i, list.length) === true);
}

export function allOf(source: Source, test: Lambda): Value {
  const list = listOf(source);
  return list === null ? null : list.every((x, i) => test(x, i, list.length) === true);
}

export function countOf(source: Source, test?: Lambda): Value {
  const list = listOf(source);
  if (list === null || test === undefined) return list === null ? null : list.length;
  return list.reduce((count: number, x, i) => (test(x, i, list.length) === false ? count : count + 1), 0);
}

export function firstOf(source: Source, test?: Lambda): Value {
  const list = listOf(source);
  if (list === null) return null;
  if (test === undefined) return list[0] ?? null;
  return list.find((x, i) => test(x, i, list.length) !== false) ?? null;
}

export function lastOf(source: Source, test?: Lambda): Value {
  const list = listOf(source);
  if (list === null) return null;
  if (test === undefined) return list.at(-1) ?? null;
  return list.findLast((x, i) => test(x, i, list.length) !== false) ?? null;
}

/** Results that are null are left out. */
export function selectFrom(source: Source, map: Lambda): Value {
  const list = listOf(source);
  return list === null ? null : list.map((x, i) => map(x, i, list.length)).filter((x) => x !== null);
}

export function arrayOf(source: Source, map: Lambda = IDENTITY): Value {
  const list = listOf(source);
  return list === null ? null : list.map((x, i) => map(x, i, list.length));
}

export function take(source: Source, count: Value): Value {
  const list = listOf(source);
  return list === null || typeof count !== 'number' ? null : list.slice(0, Math.max(0, count));
}

export function takeLast(source: Source, count: Value): Value {
  const list = listOf(source);
  if (list === null || typeof count !== 'number') return null;
  return count <= 0 ? [] : list.slice(-count);
}

export function takeWhile(source: Source, test: Lambda): Value {
  const list = listOf(source);
  if (list === null) return null;
  const end = list.findIndex((x, i) => test(x, i, list.length) === false);
  return end < 0 ? list : list.slice(0, end);
}

/** From the end backwards, where the index counts from 0; the elements stay in their order. */
export function takeWhileLast(source: Source, test: Lambda): Value {
  const list = listOf(source);
  if (list === null) return null;
  const end = list.toReversed().findIndex((x, i) => test(x, i, list.length) === false);
  return end < 0 ? list : list.slice(list.length - end);
}

export function reverse(source: Source): Value {
  const list = listOf(source);
  return list === null ? null : list.toReversed();
}

/** Stable; `sign` -1 for descending. */
export function orderBy(source: Source, sign: 1 | -1, by: Lambda = IDENTITY): Value {
  const list = listOf(source);
  if (list === null) return null;
  const keyed = list.map((x, i) => ({ x, key: by(x, i, list.length) }));
  return keyed.toSorted((a, b) => sign * compareValues(a.key, b.key)).map((k) => k.x);
}

/** Keeps the first element of each key. */
export function distinctOf(source: Source, by: Lambda = IDENTITY): Value {
  const list = listOf(source);
  if (list === null) return null;
  const seen = new Set<Key>();
  return list.filter((x, i) => {
    const key = keyOf(by(x, i, list.length));
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** Keeps duplicates. */
export function union(source: Source, other: Value): Value {
  const list = listOf(source);
  return list === null ? null : [...list, ...(listOf(other) ?? [])];
}

/** Elements of the source that are in the other, each as often as in the source. */
export function intersect(source: Source, other: Value): Value {
  const list = listOf(source);
  if (list === null) return null;
  const keys = new Set((listOf(other) ?? []).map(keyOf));
  return list.filter((x) => keys.has(keyOf(x)));
}

/** Drops every element that equals one of the other. */
export function except(source: Source, other: Value): Value {
  const list = listOf(source);
  if (list === null) return null;
  const keys = new Set((listOf(other) ?? []).map(keyOf));
  return list.filter((x) => !keys.has(keyOf(x)));
}

export function sequenceEqual(source: Source, other: Value): Value {
  const list = listOf(source);
  if (list === null) return null;
  return isList(other) && equalValues(list, other);
}
