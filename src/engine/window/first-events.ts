/**
 * `#firstevent`, `#firstlength(n)`: the first n events; later ones are not let in. Δ: insert = those let in; silent when
 * there are none (Esper 14.3.11, 14.3.14). State: at most n events.
 */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink, WindowOrder } from './data-window.ts';
import { NONE } from './data-window.ts';
import { EventRing } from './event-ring.ts';

export class FirstLengthWindow implements DataWindow {
  readonly #sink: UpdateSink;
  readonly #length: number;
  readonly #events = new EventRing();
  constructor(sink: UpdateSink, length: number) {
    this.#sink = sink;
    this.#length = length;
  }
  insert(events: readonly Event[]): void {
    const room = this.#length - this.#events.size;
    if (room <= 0) return;
    const admitted = events.length <= room ? events : events.slice(0, room);
    for (const event of admitted) this.#events.push(event);
    this.#sink.update(admitted, NONE);
  }
  drop(events: readonly Event[]): void {
    this.#events.remove(events);
  }
  content(): Iterable<Event> {
    return this.#events;
  }
  order(): WindowOrder {
    return this.#events;
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
