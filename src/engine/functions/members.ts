/** Steps into values whose shape is known at run time only: nested events, maps, arrays, undeclared properties. */
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import { isEvent, isList, isMap } from './values.ts';

/** `x.name` of an event or a map; null for anything else, also where there is no such member. */
export function member(value: Value, name: string): Value {
  if (isEvent(value)) return property(value, name);
  if (isMap(value)) return value[name] ?? null;
  return null;
}

/** A declared or undeclared property of an event. */
export function property(event: Event, name: string): Value {
  const declared = event[`$${name}`];
  if (declared !== undefined) return declared;
  return event.extra === null ? null : (event.extra[name] ?? null);
}

/** `x[index]`; null outside the array and for anything that is none. */
export function element(value: Value, index: number): Value {
  return isList(value) ? (value[index] ?? null) : null;
}

/**
 * `exists(p?)`: true if the event declares the property or carries it undeclared, be it null. Declared properties that
 * the event lacks exist (Esper doc "The exists function"; conformance expressions/fn-exists-01).
 */
export function hasMember(value: Value, name: string): boolean {
  if (isEvent(value)) {
    return value.type.properties.some((p) => p.name === name) || (value.extra !== null && name in value.extra);
  }
  return isMap(value) && name in value;
}

export function hasElement(value: Value, index: number): boolean {
  return isList(value) && index < value.length;
}
