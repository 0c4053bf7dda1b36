/**
 * `#lastevent`: the newest event. Δ: insert = arrived; remove = the one before and all but the last of those arrived
 * together (Esper 14.3.10). State: one event.
 */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink, WindowOrder } from './data-window.ts';
import { ArrayOrder, postOne } from './data-window.ts';

export class LastEventWindow implements DataWindow {
  readonly #sink: UpdateSink;
  #last: Event | null = null;
  constructor(sink: UpdateSink) {
    this.#sink = sink;
  }
  insert(events: readonly Event[]): void {
    const remove: Event[] = this.#last === null ? [] : [this.#last];
    for (let i = 0; i < events.length - 1; i++) {
      const event = events[i];
      if (event !== undefined) remove.push(event);
    }
    this.#last = events[events.length - 1] ?? this.#last;
    this.#sink.update(events, remove);
  }
  insertOne(event: Event): void {
    const before = this.#last;
    this.#last = event;
    postOne(this.#sink, event, before);
  }
  drop(events: readonly Event[]): void {
    if (this.#last !== null && events.includes(this.#last)) this.#last = null;
  }
  content(): readonly Event[] {
    return this.#last === null ? [] : [this.#last];
  }
  order(): WindowOrder {
    return new ArrayOrder(this.content());
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
