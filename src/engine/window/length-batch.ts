/**
 * `#length_batch(n)`: posts when n have gathered, all at once (Esper 14.3.2). Δ: insert = the batch, remove = the batch
 * before. State: two batches; one may exceed n by the arrivals of one update.
 */
import type { Event } from '../../model/event.ts';
import { Batches } from './batches.ts';
import type { DataWindow, UpdateSink, WindowOrder } from './data-window.ts';

export class LengthBatchWindow implements DataWindow {
  readonly #length: number;
  readonly #batches: Batches;
  constructor(sink: UpdateSink, length: number) {
    this.#length = length;
    this.#batches = new Batches(sink);
  }
  insert(events: readonly Event[]): void {
    for (const event of events) this.#batches.current.push(event);
    if (this.#batches.current.length >= this.#length) this.#batches.post(false);
  }
  drop(events: readonly Event[]): void {
    this.#batches.drop(events);
  }
  content(): Iterable<Event> {
    return this.#batches.current;
  }
  order(of: Event): WindowOrder {
    return this.#batches.order(of);
  }
  anchor(of: Event): number {
    return this.#batches.anchor(of);
  }
  stop(): void {}
}
