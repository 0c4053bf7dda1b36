/**
 * `#unique(k…)`: the last event per key. Δ: insert = arrived; remove = those displaced. Null is a key (Esper 14.3.9).
 * `#firstunique(k…)`: the first per key; others are not let in. State: one event per key.
 */
import type { Event } from '../../model/event.ts';
import type { Key } from '../functions/values.ts';
import type { EventKey } from '../compile/compile.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { ArrayOrder, NONE, postOne } from './data-window.ts';

export class UniqueWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #key: EventKey;
  readonly #byKey = new Map<Key, Event>();
  constructor(host: WindowHost, sink: UpdateSink, key: EventKey) {
    this.#host = host;
    this.#sink = sink;
    this.#key = key;
  }
  insert(events: readonly Event[]): void {
    let remove: Event[] | null = null;
    for (const event of events) {
      const key = this.#key(event, this.#host.context);
      const displaced = this.#byKey.get(key);
      if (displaced !== undefined) (remove ??= []).push(displaced);
      this.#byKey.set(key, event);
    }
    this.#sink.update(events, remove ?? NONE);
  }
  insertOne(event: Event): void {
    const key = this.#key(event, this.#host.context);
    const displaced = this.#byKey.get(key) ?? null;
    this.#byKey.set(key, event);
    postOne(this.#sink, event, displaced);
  }
  drop(events: readonly Event[]): void {
    for (const event of events) {
      const key = this.#key(event, this.#host.context);
      if (this.#byKey.get(key) === event) this.#byKey.delete(key);
    }
  }
  content(): Iterable<Event> {
    return this.#byKey.values();
  }
  order(): WindowOrder {
    return new ArrayOrder([...this.#byKey.values()]);
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}

export class FirstUniqueWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #key: EventKey;
  readonly #byKey = new Map<Key, Event>();
  constructor(host: WindowHost, sink: UpdateSink, key: EventKey) {
    this.#host = host;
    this.#sink = sink;
    this.#key = key;
  }
  insert(events: readonly Event[]): void {
    const admitted: Event[] = [];
    for (const event of events) {
      const key = this.#key(event, this.#host.context);
      if (this.#byKey.has(key)) continue;
      this.#byKey.set(key, event);
      admitted.push(event);
    }
    if (admitted.length > 0) this.#sink.update(admitted, NONE);
  }
  drop(events: readonly Event[]): void {
    for (const event of events) {
      const key = this.#key(event, this.#host.context);
      if (this.#byKey.get(key) === event) this.#byKey.delete(key);
    }
  }
  content(): Iterable<Event> {
    return this.#byKey.values();
  }
  order(): WindowOrder {
    return new ArrayOrder([...this.#byKey.values()]);
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
