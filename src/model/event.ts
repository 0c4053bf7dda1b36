/** One immutable measurement, and the ids by which other machines name it. */
import type { EventType } from './event-type.ts';
import type { Value } from './value.ts';

/** The remove stream must name the same event on another machine: the domain that stamped it and its ingestion number. */
export interface EventId {
  readonly domain: string;
  /** Ingestion number of the domain, from 1, over all its types. 0 where there is no domain. */
  readonly seq: number;
}

/**
 * An event inside the engine. Property `x` is the field `$x`, so that no property name collides with the fields below.
 * All events of one type are of one hidden class: made by the constructor that the engine generates per type.
 */
export interface Event {
  readonly type: EventType;
  readonly timestampMs: number;
  readonly domain: string;
  readonly seq: number;
  /** Part index of a contained event, else 0. */
  readonly part: number;
  /** Members that the type does not declare, reachable as `name?`; null when there are none (the usual case). */
  readonly extra: Readonly<Record<string, Value>> | null;
  readonly [slot: `$${string}`]: Value;
}

/** The field of {@link Event} that holds property `name`. */
export function slotOf(name: string): `$${string}` {
  return `$${name}`;
}
