/**
 * `#keepall` of a named window: everything that arrived and was not deleted. Δ: insert = arrived. A row leaves from
 * anywhere at O(1), as statements delete and change rows. State: all events; bounded by the statements' deletes alone.
 */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink, WindowOrder } from './data-window.ts';
import { ArrayOrder, NONE } from './data-window.ts';

export class KeepAllSet implements DataWindow {
  readonly #sink: UpdateSink;
  readonly #events = new Set<Event>();
  constructor(sink: UpdateSink) {
    this.#sink = sink;
  }
  insert(events: readonly Event[]): void {
    for (const event of events) this.#events.add(event);
    this.#sink.update(events, NONE);
  }
  drop(events: readonly Event[]): void {
    for (const event of events) this.#events.delete(event);
  }
  content(): Iterable<Event> {
    return this.#events;
  }
  order(): WindowOrder {
    return new ArrayOrder([...this.#events]);
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
