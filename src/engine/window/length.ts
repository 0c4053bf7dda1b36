/**
 * `#length(n)`: the last n events. Δ: insert = arrived, remove = the oldest beyond n (Esper 14.3.1).
 * State: a ring of at most n events (n plus the arrivals of one update, for a moment). Posts after its state is new.
 */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink, WindowOrder } from './data-window.ts';
import { NONE, postOne } from './data-window.ts';
import { EventRing } from './event-ring.ts';

export class LengthWindow implements DataWindow {
  readonly #sink: UpdateSink;
  readonly #length: number;
  readonly #ring = new EventRing();

  constructor(sink: UpdateSink, length: number) {
    this.#sink = sink;
    this.#length = length;
  }

  insert(events: readonly Event[]): void {
    const ring = this.#ring;
    for (const event of events) ring.push(event);
    if (ring.size <= this.#length) {
      this.#sink.update(events, NONE);
      return;
    }
    const expired: Event[] = [];
    while (ring.size > this.#length) expired.push(ring.shift());
    this.#sink.update(events, expired);
  }

  insertOne(event: Event): void {
    this.#ring.push(event);
    postOne(this.#sink, event, this.#ring.size > this.#length ? this.#ring.shift() : null);
  }

  drop(events: readonly Event[]): void {
    this.#ring.remove(events);
  }
  content(): Iterable<Event> {
    return this.#ring;
  }
  order(): WindowOrder {
    return this.#ring;
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
