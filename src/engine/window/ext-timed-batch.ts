/**
 * `#ext_timed_batch(ts, d [, reference])`: batches on a grid over a property (Esper 14.3.8). The arrival whose ts lies
 * past the grid point after the batch's first ts posts the batch. Δ: insert = the batch, remove = the batch before.
 * State: two batches.
 */
import type { Event } from '../../model/event.ts';
import type { EventEvaluator } from '../evaluation.ts';
import type { Duration } from '../runtime/duration.ts';
import { Batches } from './batches.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { timestampOf } from './ext-timed.ts';

export class ExtTimedBatchWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #timestamp: EventEvaluator;
  readonly #duration: Duration;
  readonly #batches: Batches;
  #referenceMs: number | null;
  #oldestMs: number | null = null;

  constructor(
    host: WindowHost,
    sink: UpdateSink,
    timestamp: EventEvaluator,
    duration: Duration,
    referenceMs: number | null,
  ) {
    this.#host = host;
    this.#timestamp = timestamp;
    this.#duration = duration;
    this.#referenceMs = referenceMs;
    this.#batches = new Batches(sink);
  }

  insert(events: readonly Event[]): void {
    let full: Event[] | null = null;
    for (const event of events) {
      const ms = timestampOf(event, this.#timestamp, this.#host);
      this.#referenceMs ??= ms;
      if (this.#oldestMs === null) {
        this.#oldestMs = ms;
      } else if (ms >= this.#duration.gridAfter(this.#oldestMs, this.#referenceMs)) {
        full = full === null ? this.#batches.current : [...full, ...this.#batches.current];
        this.#batches.current = [];
        this.#oldestMs = ms;
      }
      this.#batches.current.push(event);
    }
    if (full !== null) {
      const rest = this.#batches.current;
      this.#batches.current = full;
      this.#batches.post(false);
      this.#batches.current = rest;
    }
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
