/** `#keepall`: everything that ever arrived. Δ: insert = arrived. State: all events; bounded by the statement's limit alone. */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink, WindowOrder } from './data-window.ts';
import { NONE, postOne } from './data-window.ts';
import { EventRing } from './event-ring.ts';

export class KeepAllWindow implements DataWindow {
  readonly #sink: UpdateSink;
  readonly #ring = new EventRing();
  constructor(sink: UpdateSink) {
    this.#sink = sink;
  }
  insert(events: readonly Event[]): void {
    for (const event of events) this.#ring.push(event);
    this.#sink.update(events, NONE);
  }
  insertOne(event: Event): void {
    this.#ring.push(event);
    postOne(this.#sink, event, null);
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
