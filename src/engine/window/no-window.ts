/** A stream without data window. Δout = Δin; no state. */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink } from './data-window.ts';
import { NONE, postOne } from './data-window.ts';

export class NoWindow implements DataWindow {
  readonly #sink: UpdateSink;
  constructor(sink: UpdateSink) {
    this.#sink = sink;
  }
  insert(events: readonly Event[]): void {
    this.#sink.update(events, NONE);
  }
  insertOne(event: Event): void {
    postOne(this.#sink, event, null);
  }
  drop(): void {}
  content(): Iterable<Event> {
    return NONE;
  }
  order(): null {
    return null;
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
