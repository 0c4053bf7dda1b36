/** Enumeration methods that fold elements into one value or a map. Nulls do not count; over nothing the value is null. */
import type { MapValue, Value, ValueType } from '../../model/value.ts';
import type { Lambda } from './enumeration.ts';
import { textOf } from './text.ts';
import { compareValues, isList, keyOf } from './values.ts';
import type { Key } from './values.ts';

const IDENTITY: Lambda = (element) => element;

/** `kind` is the kind of the sum: int wraps, float is rounded. */
export function sumOf(source: Value, kind: ValueType['kind'], of: Lambda = IDENTITY): Value {
  if (!isList(source)) return null;
  let sum: number | null = null;
  source.forEach((x, i) => {
    const n = of(x, i, source.length);
    if (typeof n === 'number') sum = kind === 'int' ? ((sum ?? 0) + n) | 0 : (sum ?? 0) + n;
  });
  return sum === null || kind !== 'float' ? sum : Math.fround(sum);
}

export function average(source: Value, of: Lambda = IDENTITY): Value {
  if (!isList(source)) return null;
  let sum = 0;
  let count = 0;
  source.forEach((x, i) => {
    const n = of(x, i, source.length);
    if (typeof n !== 'number') return;
    sum += n;
    count++;
  });
  return count === 0 ? null : sum / count;
}

/** Greatest (`sign` 1) or least value of `of`. */
export function extremeOf(source: Value, sign: 1 | -1, of: Lambda = IDENTITY): Value {
  if (!isList(source)) return null;
  let best: Value = null;
  source.forEach((x, i) => {
    const value = of(x, i, source.length);
    if (value !== null && (best === null || compareValues(value, best) * sign > 0)) best = value;
  });
  return best;
}

/** The element whose key is greatest or least; the first of equals. */
export function extremeBy(source: Value, sign: 1 | -1, by: Lambda): Value {
  if (!isList(source)) return null;
  let best: Value = null;
  let element: Value = null;
  source.forEach((x, i) => {
    const key = by(x, i, source.length);
    if (key === null || (best !== null && compareValues(key, best) * sign <= 0)) return;
    best = key;
    element = x;
  });
  return element;
}

/** Most (`sign` 1) or least frequent value of `of`; the first of equals. */
export function frequentOf(source: Value, sign: 1 | -1, of: Lambda = IDENTITY): Value {
  if (!isList(source)) return null;
  const counts = new Map<Key, { readonly value: Value; count: number }>();
  source.forEach((x, i) => {
    const value = of(x, i, source.length);
    const key = keyOf(value);
    const entry = counts.get(key);
    if (entry === undefined) counts.set(key, { value, count: 1 });
    else entry.count++;
  });
  let best: { readonly value: Value; count: number } | null = null;
  for (const entry of counts.values()) {
    if (best === null || (entry.count - best.count) * sign > 0) best = entry;
  }
  return best === null ? null : best.value;
}

type Fold = (result: Value, element: Value, index: number, size: number) => Value;

export function aggregate(source: Value, initial: Value, fold: Fold): Value {
  if (!isList(source)) return null;
  return source.reduce((result: Value, x, i) => fold(result, x, i, source.length), initial);
}

function emptyMap(): Record<string, Value> {
  const map: Record<string, Value> = Object.create(null);
  return map;
}

/** Later elements win. Keys that are not strings are written as text. */
export function toMap(source: Value, kind: ValueType['kind'], key: Lambda, value: Lambda): Value {
  if (!isList(source)) return null;
  const map = emptyMap();
  source.forEach((x, i) => {
    map[textOf(key(x, i, source.length), kind)] = value(x, i, source.length);
  });
  return map;
}

/** Lists of elements (or of `value` of them) by key, keys in order of appearance. */
export function groupBy(
  source: Value,
  kind: ValueType['kind'],
  key: Lambda,
  value: Lambda = IDENTITY,
): MapValue | null {
  if (!isList(source)) return null;
  const groups = new Map<string, Value[]>();
  source.forEach((x, i) => {
    const name = textOf(key(x, i, source.length), kind);
    const group = groups.get(name);
    const item = value(x, i, source.length);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  });
  const map = emptyMap();
  for (const [name, group] of groups) map[name] = group;
  return map;
}
