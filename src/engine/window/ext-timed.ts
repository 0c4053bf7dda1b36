/**
 * `#ext_timed(ts, d)`: a time window on a property instead of the clock (Esper 14.3.4). Δ: insert = arrived; remove = from
 * the oldest arrival on while its ts ≤ newest arrival's ts − d. Never by the clock. State: the events not yet so old.
 */
import type { Event } from '../../model/event.ts';
import type { EventEvaluator } from '../evaluation.ts';
import type { Duration } from '../runtime/duration.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { NONE } from './data-window.ts';
import { EventRing } from './event-ring.ts';

export function timestampOf(event: Event, timestamp: EventEvaluator, host: WindowHost): number {
  const value = timestamp(event, host.context);
  return typeof value === 'number' ? value : 0;
}

export class ExtTimedWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #timestamp: EventEvaluator;
  readonly #duration: Duration;
  readonly #ring = new EventRing({ timed: true });
  constructor(host: WindowHost, sink: UpdateSink, timestamp: EventEvaluator, duration: Duration) {
    this.#host = host;
    this.#sink = sink;
    this.#timestamp = timestamp;
    this.#duration = duration;
  }
  insert(events: readonly Event[]): void {
    let newest = -Infinity;
    for (const event of events) {
      newest = timestampOf(event, this.#timestamp, this.#host);
      this.#ring.push(event, newest);
    }
    const limit = this.#duration.before(newest);
    let expired: Event[] | null = null;
    while (this.#ring.oldestMs <= limit) (expired ??= []).push(this.#ring.shift());
    this.#sink.update(events, expired ?? NONE);
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
