/**
 * `#sort(n, keys…)`: the n least by the keys (Esper 14.3.12). Δ: insert = arrived; remove = the greatest beyond n, possibly
 * the newcomer itself; among equal keys the newer stands before the older, so the older goes first. State: n events.
 */
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { EventEvaluator } from '../evaluation.ts';
import { compareKeysBy } from '../runtime/compare.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { ArrayOrder, NONE } from './data-window.ts';

export interface SortKey {
  readonly evaluate: EventEvaluator;
  readonly descending: boolean;
}

interface Entry {
  readonly key: readonly Value[];
  readonly event: Event;
}

export class SortWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #size: number;
  readonly #keys: readonly SortKey[];
  readonly #descending: readonly boolean[];
  #sorted: Entry[] = [];

  constructor(host: WindowHost, sink: UpdateSink, size: number, keys: readonly SortKey[]) {
    this.#host = host;
    this.#sink = sink;
    this.#size = size;
    this.#keys = keys;
    this.#descending = keys.map((k) => k.descending);
  }

  insert(events: readonly Event[]): void {
    for (const event of events) {
      const key = this.#keys.map((k) => k.evaluate(event, this.#host.context));
      let at = 0;
      while (at < this.#sorted.length && compareKeysBy(this.#sorted[at]?.key ?? [], key, this.#descending) < 0) at++;
      this.#sorted.splice(at, 0, { key, event });
    }
    const expelled = this.#sorted
      .splice(this.#size)
      .map((e) => e.event)
      .reverse();
    this.#sink.update(events, expelled.length === 0 ? NONE : expelled);
  }

  drop(events: readonly Event[]): void {
    const gone = new Set(events);
    this.#sorted = this.#sorted.filter((e) => !gone.has(e.event));
  }
  content(): Iterable<Event> {
    return this.#sorted.map((e) => e.event);
  }
  /** `prev(0)` is the first by the sort keys. */
  order(): WindowOrder {
    return new ArrayOrder(this.#sorted.map((e) => e.event).reverse());
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
