/**
 * `#rank(unique…, n, keys…)`: one event per unique key, the n least by the sort keys (Esper 14.3.13). Δ: insert = arrived;
 * remove = the event of the same key (also by a worse one), then the greatest beyond n; among equal keys the newer stands
 * before the older (conformance state/nw-onselect-distinct-01). State: n events.
 */
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { Key } from '../functions/values.ts';
import { compareKeysBy } from '../runtime/compare.ts';
import type { EventKey } from '../compile/compile.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { ArrayOrder } from './data-window.ts';
import type { SortKey } from './sort.ts';

interface Entry {
  readonly unique: Key;
  readonly key: readonly Value[];
  readonly event: Event;
}

export class RankWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #unique: EventKey;
  readonly #size: number;
  readonly #keys: readonly SortKey[];
  readonly #descending: readonly boolean[];
  #sorted: Entry[] = [];

  constructor(host: WindowHost, sink: UpdateSink, unique: EventKey, size: number, keys: readonly SortKey[]) {
    this.#host = host;
    this.#sink = sink;
    this.#unique = unique;
    this.#size = size;
    this.#keys = keys;
    this.#descending = keys.map((k) => k.descending);
  }

  insert(events: readonly Event[]): void {
    const remove: Event[] = [];
    for (const event of events) {
      const unique = this.#unique(event, this.#host.context);
      const key = this.#keys.map((k) => k.evaluate(event, this.#host.context));
      const same = this.#sorted.findIndex((e) => e.unique === unique);
      if (same >= 0) for (const gone of this.#sorted.splice(same, 1)) remove.push(gone.event);
      let at = 0;
      while (at < this.#sorted.length && compareKeysBy(this.#sorted[at]?.key ?? [], key, this.#descending) < 0) at++;
      this.#sorted.splice(at, 0, { unique, key, event });
      for (const gone of this.#sorted.splice(this.#size)) remove.push(gone.event);
    }
    this.#sink.update(events, remove);
  }

  drop(events: readonly Event[]): void {
    const gone = new Set(events);
    this.#sorted = this.#sorted.filter((e) => !gone.has(e.event));
  }
  content(): Iterable<Event> {
    return this.#sorted.map((e) => e.event);
  }
  order(): WindowOrder {
    return new ArrayOrder(this.#sorted.map((e) => e.event).reverse());
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
