/**
 * Values of EPL as JSON. NaN and the infinities become the strings "NaN", "Infinity", "-Infinity" (as in the JSON mapping of
 * Protocol Buffers); an event becomes an object of its type's properties. Lossy for these alone: XML is the exact form.
 */
import { slotOf, type Event } from '../model/event.ts';
import type { MapValue, Value } from '../model/value.ts';

export type PlainJson =
  | null
  | boolean
  | number
  | string
  | readonly PlainJson[]
  | { readonly [member: string]: PlainJson };

/** True for an event: maps have no `type` that is an object with a list of properties beside a numeric `timestampMs`. */
export function isEvent(value: Value): value is Event {
  if (typeof value !== 'object' || value === null || isArrayValue(value)) return false;
  const type: unknown = value['type'];
  return (
    typeof value['timestampMs'] === 'number' &&
    typeof type === 'object' &&
    type !== null &&
    'properties' in type &&
    Array.isArray(type.properties)
  );
}

export function isArrayValue(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Members of a map, or properties of an event, in order of declaration. */
export function membersOf(value: MapValue | Event): readonly (readonly [string, Value])[] {
  if (isEvent(value)) return value.type.properties.map((p) => [p.name, value[slotOf(p.name)] ?? null] as const);
  return Object.entries(value);
}

export function valueToJson(value: Value): PlainJson {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === null || typeof value !== 'object') return value;
  if (isArrayValue(value)) return value.map(valueToJson);
  return Object.fromEntries(membersOf(value).map(([name, member]) => [name, valueToJson(member)]));
}

/** A text equal for equal values: members sorted, NaN, infinities and -0 told apart from strings and 0. */
export function canonicalJson(value: Value): string {
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return '-0';
    return Number.isFinite(value) ? JSON.stringify(value) : String(value);
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArrayValue(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = membersOf(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}
