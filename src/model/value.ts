/**
 * Static types and run-time values of EPL.
 *
 * Run time: `null` is the one null (ENGINE rule 2), booleans, strings and numbers are JavaScript's; int, long, float
 * and double are all `number` and differ by static type alone (int wraps at 32 bits, long is exact to 2^53).
 */
import type { Event } from './event.ts';

export type NumericKind = 'int' | 'long' | 'float' | 'double';

export type ValueType =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean' }
  | { readonly kind: NumericKind }
  | { readonly kind: 'string' }
  /** Anything: dynamic properties, values of untyped maps. */
  | { readonly kind: 'object' }
  /** An untyped map from strings to anything. */
  | { readonly kind: 'map' }
  /** A map with known members: multi-column subqueries, `new {…}`. */
  | { readonly kind: 'struct'; readonly members: readonly StructMember[] }
  | { readonly kind: 'event'; readonly typeName: string }
  | { readonly kind: 'array'; readonly of: ValueType }
  /** `5 minutes 10 seconds`; never the type of a column. */
  | { readonly kind: 'period' };

export interface StructMember {
  readonly name: string;
  readonly type: ValueType;
}

/** A plain map value: null prototype, so that no member name is special. */
export interface MapValue {
  readonly [member: string]: Value;
}

export type Value = null | boolean | number | string | readonly Value[] | MapValue | Event;

export const NULL_TYPE: ValueType = { kind: 'null' };
export const BOOLEAN: ValueType = { kind: 'boolean' };
export const INT: ValueType = { kind: 'int' };
export const LONG: ValueType = { kind: 'long' };
export const FLOAT: ValueType = { kind: 'float' };
export const DOUBLE: ValueType = { kind: 'double' };
export const STRING: ValueType = { kind: 'string' };
export const OBJECT: ValueType = { kind: 'object' };

/** Largest magnitude of a `long` that is exact here: 2^53 - 1. Live ingestion refuses integers beyond. */
export const LONG_LIMIT = Number.MAX_SAFE_INTEGER;

export function isNumeric(type: ValueType): type is { readonly kind: NumericKind } {
  return type.kind === 'int' || type.kind === 'long' || type.kind === 'float' || type.kind === 'double';
}

export function arrayOf(of: ValueType): ValueType {
  return { kind: 'array', of };
}

/** The type as scenario files and metric registrations write it: `int`, `string[]`, `InnerType`, `map`. */
export function stringifyType(type: ValueType): string {
  switch (type.kind) {
    case 'array':
      return `${stringifyType(type.of)}[]`;
    case 'event':
      return type.typeName;
    case 'struct':
      return `{${type.members.map((m) => `${m.name}: ${stringifyType(m.type)}`).join(', ')}}`;
    default:
      return type.kind;
  }
}

const SCALARS: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ['string', STRING],
  ['int', INT],
  ['integer', INT],
  ['long', LONG],
  ['float', FLOAT],
  ['double', DOUBLE],
  ['boolean', BOOLEAN],
  ['bool', BOOLEAN],
  ['map', { kind: 'map' }],
  ['object', OBJECT],
]);

/** Inverse of {@link stringifyType} for declarable types: scalars, `X[]`, `map`, `object`, else the name of an event type. */
export function parseType(text: string): ValueType {
  const trimmed = text.trim();
  if (trimmed.endsWith('[]')) return arrayOf(parseType(trimmed.slice(0, -2)));
  return SCALARS.get(trimmed) ?? SCALARS.get(trimmed.toLowerCase()) ?? { kind: 'event', typeName: trimmed };
}
