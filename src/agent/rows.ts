/** Rows on their way out: events become plain maps, rows get keys. */
import type { RowId } from '../model/delta.ts';
import type { Event } from '../model/event.ts';
import type { MapValue, Value } from '../model/value.ts';

export function rowKey(id: RowId): string {
  return `${id.domain}/${id.seq}/${id.part}`;
}

/** Values as a wire or a trigger can carry them: events as maps of their declared properties and undeclared members. */
export function plainValues(values: readonly Value[]): readonly Value[] {
  return values.map(plainValue);
}

export function plainValue(value: Value): Value {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(plainValue);
  const out: Record<string, Value> = Object.create(null);
  if (isEvent(value)) {
    for (const p of value.type.properties) out[p.name] = plainValue(value[`$${p.name}`] ?? null);
    for (const [name, member] of Object.entries(value.extra ?? {})) out[name] = plainValue(member);
  } else {
    for (const [name, member] of Object.entries(value)) out[name] = plainValue(member);
  }
  return out;
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value);
}

function isEvent(value: MapValue | Event): value is Event {
  return (
    'type' in value &&
    typeof value.type === 'object' &&
    value.type !== null &&
    'properties' in value.type &&
    'extra' in value
  );
}
