/**
 * `#time(d)`: events of the last d. Δ: insert = arrived; at the due time of the oldest, remove = all that are d old
 * (inclusive: an event of t leaves at exactly t + d, before an event sent then) (Esper 14.3.3).
 * State: a ring of events with due times, one timer for the oldest. Bound: the events of d.
 */
import type { Event } from '../../model/event.ts';
import type { Duration } from '../runtime/duration.ts';
import type { Timer } from '../runtime/timer-queue.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { NONE, postOne } from './data-window.ts';
import { EventRing } from './event-ring.ts';

export class TimeWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #duration: Duration;
  readonly #ring = new EventRing({ timed: true });
  readonly #timer: Timer;

  constructor(host: WindowHost, sink: UpdateSink, duration: Duration) {
    this.#host = host;
    this.#sink = sink;
    this.#duration = duration;
    this.#timer = host.timer(this);
  }

  insert(events: readonly Event[]): void {
    const dueMs = this.#duration.after(this.#host.nowMs);
    for (const event of events) this.#ring.push(event, dueMs);
    if (!this.#timer.armed) this.#host.arm(this.#timer, dueMs);
    this.#sink.update(events, NONE);
  }

  insertOne(event: Event): void {
    const dueMs = this.#duration.after(this.#host.nowMs);
    this.#ring.push(event, dueMs);
    if (!this.#timer.armed) this.#host.arm(this.#timer, dueMs);
    postOne(this.#sink, event, null);
  }

  fire(nowMs: number): void {
    const ring = this.#ring;
    const expired: Event[] = [];
    while (ring.oldestMs <= nowMs) expired.push(ring.shift());
    if (ring.size > 0) this.#host.arm(this.#timer, ring.oldestMs);
    if (expired.length > 0) this.#sink.update(NONE, expired);
  }

  drop(events: readonly Event[]): void {
    this.#ring.remove(events);
    if (this.#ring.size === 0) this.#host.disarm(this.#timer);
    else this.#host.arm(this.#timer, this.#ring.oldestMs);
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
  stop(): void {
    this.#host.disarm(this.#timer);
  }
}
