/**
 * What all batch windows share: the batch that fills and the one posted last. `prev` counts within an event's batch from
 * the event itself. State: two batches.
 */
import type { Event } from '../../model/event.ts';
import type { UpdateSink, WindowOrder } from './data-window.ts';
import { ArrayOrder, NONE } from './data-window.ts';

export class Batches {
  readonly #sink: UpdateSink;
  current: Event[] = [];
  last: readonly Event[] = NONE;

  constructor(sink: UpdateSink) {
    this.#sink = sink;
  }

  /** Posts the current batch as insert and the last one as remove, also when both are empty if `force`. */
  post(force: boolean): void {
    const insert = this.current;
    const remove = this.last;
    this.last = insert;
    this.current = [];
    if (insert.length > 0 || remove.length > 0 || force) this.#sink.update(insert, remove);
  }

  drop(events: readonly Event[]): void {
    const gone = new Set(events);
    this.current = this.current.filter((e) => !gone.has(e));
    if (this.last.some((e) => gone.has(e))) this.last = this.last.filter((e) => !gone.has(e));
  }

  order(of: Event): WindowOrder {
    return new ArrayOrder(this.last.includes(of) ? this.last : this.current);
  }

  anchor(of: Event): number {
    const batch = this.last.includes(of) ? this.last : this.current;
    return batch.length - 1 - batch.indexOf(of);
  }
}
