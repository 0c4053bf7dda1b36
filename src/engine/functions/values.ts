/**
 * Equality, order and keys of EPL values.
 *
 * Equality: numbers by value whatever their kind, arrays and maps by content, events by type and content. Order: null is
 * lowest (`order by`, `minby`, sort windows), strings by UTF-16 code unit (Java's `compareTo`), false before true.
 */
import type { Event } from '../../model/event.ts';
import type { MapValue, Value } from '../../model/value.ts';

/** Maps have a null prototype (model/value.ts); what has another one and is no array is an event. */
export function isEvent(value: Value | undefined): value is Event {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) !== null;
}

export function isMap(value: Value | undefined): value is MapValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === null;
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** An event's property; null if its type does not have it. */
export function propertyOf(event: Event, name: string): Value {
  return event[`$${name}`] ?? null;
}

/** Null-safe: null equals null alone. */
export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a === 'number' && typeof b === 'number') return Number.isNaN(a) && Number.isNaN(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => equalValues(item, b[i] ?? null));
  if (isList(b)) return false;
  if (isEvent(a)) return isEvent(b) && equalEvents(a, b);
  return isMap(a) && isMap(b) && equalMaps(a, b);
}

function equalEvents(a: Event, b: Event): boolean {
  return (
    a.type.name === b.type.name &&
    a.type.properties.every((p) => equalValues(propertyOf(a, p.name), propertyOf(b, p.name)))
  );
}

function equalMaps(a: MapValue, b: MapValue): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => name in b && equalValues(a[name] ?? null, b[name] ?? null));
}

function rank(value: Value): number {
  if (value === null) return 0;
  switch (typeof value) {
    case 'boolean':
      return 1;
    case 'number':
      return 2;
    case 'string':
      return 3;
    default:
      return 4;
  }
}

/** Total order for sorting: negative, zero or positive. Null is lowest; NaN above all numbers (Java's `Double.compare`). */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') {
    if (a < b) return -1;
    if (a > b) return 1;
    if (a === b) return 0;
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  }
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  const byRank = rank(a) - rank(b);
  if (byRank !== 0) return byRank;
  if (isList(a) && isList(b)) {
    for (let i = 0; i < a.length && i < b.length; i++) {
      const order = compareValues(a[i] ?? null, b[i] ?? null);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  return 0;
}

/** Order of two comparands of an expression: NaN (all comparisons false) unless both are numbers, strings or booleans. */
export function orderOf(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return Number.NaN;
}

/** A hashable key: equal for values that {@link equalValues} says are equal, also as the key of a Map. */
export type Key = string | number | boolean | null;

/** Key of one value: numbers, booleans and null are their own; texts too; the rest is spelt out (`[`, `{`, `(`). */
export function keyOf(value: Value): Key {
  if (typeof value === 'object' && value !== null) return `\u0000${keyPart(value)}`;
  return value;
}

/** An unambiguous, self-delimiting spelling of a value, to be strung together for keys of several values. */
export function keyPart(value: Value): string {
  switch (typeof value) {
    case 'number':
      // -0 and 0 are one key: String(-0) is '0'
      return `${value};`;
    case 'string':
      return `"${value.length}:${value}`;
    case 'boolean':
      return value ? 't' : 'f';
    default:
      break;
  }
  if (value === null) return 'n';
  if (isList(value)) return `[${value.map(keyPart).join('')}]`;
  if (isEvent(value)) {
    const parts = value.type.properties.map((p) => keyPart(propertyOf(value, p.name)));
    return `(${keyPart(value.type.name)}${parts.join('')})`;
  }
  const map = value;
  const names = Object.keys(map).toSorted();
  return `{${names.map((name) => `${keyPart(name)}${keyPart(map[name] ?? null)}`).join('')}}`;
}

/** Key of several values, for rows whose values are already there. */
export function keyOfValues(values: readonly Value[]): Key {
  const [only] = values;
  return values.length === 1 && only !== undefined ? keyOf(only) : values.map(keyPart).join('');
}
