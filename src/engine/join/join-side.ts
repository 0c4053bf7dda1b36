/** One stream's present rows as a join sees them: all of them, and hash indexes over lists of expressions. */
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import { keyOfValues } from '../functions/values.ts';

export type EventValues = (event: Event, context: EvaluationContext) => readonly Value[];

const NO_EVENTS: readonly Event[] = [];

/** A key, or `NULL_KEY` when one of the values is null. */
export const NULL_KEY = Symbol('null');

export function joinKey(values: readonly Value[]): Key | typeof NULL_KEY {
  for (const value of values) if (value === null) return NULL_KEY;
  return keyOfValues(values);
}

/** Rows by key. Null keys are kept under keys of their own: only outer joins look them up. */
export class JoinIndex {
  readonly #values: EventValues;
  readonly #context: EvaluationContext;
  readonly #byKey = new Map<Key, Event[]>();

  constructor(values: EventValues, context: EvaluationContext) {
    this.#values = values;
    this.#context = context;
  }

  add(event: Event): void {
    const key = keyOfValues(this.#values(event, this.#context));
    const bucket = this.#byKey.get(key);
    if (bucket === undefined) this.#byKey.set(key, [event]);
    else bucket.push(event);
  }

  remove(event: Event): void {
    const key = keyOfValues(this.#values(event, this.#context));
    const bucket = this.#byKey.get(key);
    if (bucket === undefined) return;
    const at = bucket.indexOf(event);
    if (at < 0) return;
    if (bucket.length === 1) this.#byKey.delete(key);
    else bucket.splice(at, 1);
  }

  find(key: Key): readonly Event[] {
    return this.#byKey.get(key) ?? NO_EVENTS;
  }
}

export class JoinSide {
  readonly all = new Set<Event>();
  readonly indexes: JoinIndex[] = [];

  add(event: Event): void {
    this.all.add(event);
    for (const index of this.indexes) index.add(event);
  }

  remove(event: Event): void {
    if (!this.all.delete(event)) return;
    for (const index of this.indexes) index.remove(event);
  }
}
