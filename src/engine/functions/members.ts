/** Steps into values whose shape is known at run time only: nested events, maps, arrays, undeclared properties. */
import { CodedError } from '../../model/errors.ts';
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

/** `x[index]`; null outside the array, for anything that is none, and for a null index. */
export function element(value: Value, index: number | null): Value {
  return isList(value) && index !== null ? (value[index] ?? null) : null;
}

/** `set x[index] = item`: a copy with one element changed; a null array stays, as does one whose index is null. */
export function withElement(value: Value, index: number | null, item: Value): Value {
  if (!isList(value) || index === null) return value;
  if (index < 0 || index >= value.length) {
    throw new CodedError('EVALUATION', `there is no element ${index} in an array of ${value.length}`);
  }
  return value.with(index, item);
}

/**
 * Where an event says which declared properties it lacked when it came in: a member of `extra` that is not enumerable
 * (so it is neither printed nor sent), with a name that no property can have. Their fields are null.
 */
export const ABSENT = '\u0000absent';

/**
 * `exists(p?)`: true if the event carries the property, be it null (Esper doc "The exists function"; conformance
 * expressions/fn-exists-01).
 */
export function hasMember(value: Value, name: string): boolean {
  if (isEvent(value)) {
    const { extra } = value;
    if (!value.type.properties.some((p) => p.name === name)) return extra !== null && name in extra;
    const absent = extra?.[ABSENT] ?? null;
    return !(isList(absent) && absent.includes(name));
  }
  return isMap(value) && name in value;
}

export function hasElement(value: Value, index: number): boolean {
  return isList(value) && index < value.length;
}
