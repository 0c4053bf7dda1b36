/** Values of EPL ↔ wire. Numbers keep their value, not their static type: whole ones travel as varints. */
import type { Event } from '../model/event.ts';
import type { MapValue, Value } from '../model/value.ts';
import { Malformed } from './decoded.ts';
import { DEPTH } from './limits.ts';
import type { WireValue } from './wire/wire.ts';

export function toWireValue(value: Value): WireValue {
  if (value === null) return {};
  switch (typeof value) {
    case 'boolean':
      return { bool: value };
    case 'string':
      return { text: value };
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? { integer: value } : { number: value };
    default:
      if (isList(value)) return { list: { items: value.map(toWireValue) } };
      return { map: { members: membersOf(value).map(([name, inner]) => ({ name, value: toWireValue(inner) })) } };
  }
}

export function fromWireValue(wire: WireValue, depth = 0): Value {
  if (depth > DEPTH) throw new Malformed(`a value nested deeper than ${DEPTH}`);
  if (isSet(wire.integer)) {
    if (!Number.isSafeInteger(wire.integer)) throw new Malformed('an integer beyond 2^53');
    return wire.integer;
  }
  if (isSet(wire.number)) return wire.number;
  if (isSet(wire.text)) return wire.text;
  if (isSet(wire.bool)) return wire.bool;
  if (isSet(wire.list)) return (wire.list.items ?? []).map((item) => fromWireValue(item, depth + 1));
  if (isSet(wire.map)) {
    const map: Record<string, Value> = Object.create(null);
    for (const member of wire.map.members ?? []) {
      map[member.name ?? ''] = isSet(member.value) ? fromWireValue(member.value, depth + 1) : null;
    }
    return map;
  }
  return null;
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

function isList(value: readonly Value[] | MapValue | Event): value is readonly Value[] {
  return Array.isArray(value);
}

/** Members of a map; of an event its properties by name. */
function membersOf(value: MapValue | Event): (readonly [string, Value])[] {
  if (!isEvent(value)) return Object.entries(value);
  return value.type.properties.map((p) => [p.name, value[`$${p.name}`] ?? null] as const);
}

/** The engine makes events by constructors of its own; maps are plain or without prototype. */
function isEvent(value: MapValue | Event): value is Event {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype && 'timestampMs' in value && 'extra' in value;
}
