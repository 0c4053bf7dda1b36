/**
 * `#firstevent`, `#firstlength(n)`: the first n events; later ones are not let in. Δ: insert = those let in; silent when
 * there are none (Esper 14.3.11, 14.3.14). State: at most n events.
 */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink, WindowOrder } from './data-window.ts';
import { ArrayOrder, NONE } from './data-window.ts';

export class FirstLengthWindow implements DataWindow {
  readonly #sink: UpdateSink;
  readonly #length: number;
  #events: Event[] = [];
  constructor(sink: UpdateSink, length: number) {
    this.#sink = sink;
    this.#length = length;
  }
  insert(events: readonly Event[]): void {
    const room = this.#length - this.#events.length;
    if (room <= 0) return;
    const admitted = events.length <= room ? events : events.slice(0, room);
    this.#events.push(...admitted);
    this.#sink.update(admitted, NONE);
  }
  drop(events: readonly Event[]): void {
    this.#events = this.#events.filter((e) => !events.includes(e));
  }
  content(): Iterable<Event> {
    return this.#events;
  }
  order(): WindowOrder {
    return new ArrayOrder(this.#events);
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
