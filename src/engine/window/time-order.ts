/**
 * `#time_order(ts, d)`: orders by a property and lets go what is d old by the engine's clock; `#timetolive(ts)`: the same
 * with d = 0, ts being the time to leave (Esper 14.3.16, 14.3.17). Δ: insert = arrived; remove = arrivals already too old,
 * at once; others when now ≥ ts + d. State: events sorted by ts, one timer for the least.
 */
import type { Event } from '../../model/event.ts';
import type { EventEvaluator } from '../evaluation.ts';
import type { Duration } from '../runtime/duration.ts';
import type { Timer } from '../runtime/timer-queue.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { ArrayOrder, NONE } from './data-window.ts';
import { timestampOf } from './ext-timed.ts';

/** So many events are looked for one by one; more are found by going through all. */
const FEW = 8;

export class TimeOrderWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #timestamp: EventEvaluator;
  readonly #duration: Duration;
  readonly #timer: Timer;
  /** Ascending by ts, equal ones by arrival. */
  #sorted: { readonly ms: number; readonly event: Event }[] = [];

  constructor(host: WindowHost, sink: UpdateSink, timestamp: EventEvaluator, duration: Duration) {
    this.#host = host;
    this.#sink = sink;
    this.#timestamp = timestamp;
    this.#duration = duration;
    this.#timer = host.timer(this);
  }

  insert(events: readonly Event[]): void {
    const now = this.#host.nowMs;
    let tooOld: Event[] | null = null;
    for (const event of events) {
      const ms = timestampOf(event, this.#timestamp, this.#host);
      if (this.#duration.after(ms) <= now) (tooOld ??= []).push(event);
      else this.#place(ms, event);
    }
    this.#schedule();
    this.#sink.update(events, tooOld ?? NONE);
  }

  #place(ms: number, event: Event): void {
    this.#sorted.splice(this.#placeAfter(ms), 0, { ms, event });
  }

  /** The first place of a later ts. */
  #placeAfter(ms: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle]?.ms ?? 0) <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  fire(nowMs: number): void {
    let n = 0;
    for (const { ms } of this.#sorted) {
      if (this.#duration.after(ms) > nowMs) break;
      n++;
    }
    const expired = this.#sorted.splice(0, n).map((e) => e.event);
    this.#schedule();
    if (expired.length > 0) this.#sink.update(NONE, expired);
  }

  #schedule(): void {
    const first = this.#sorted[0];
    if (first === undefined) this.#host.disarm(this.#timer);
    else this.#host.arm(this.#timer, this.#duration.after(first.ms));
  }

  #take(event: Event): void {
    const ms = timestampOf(event, this.#timestamp, this.#host);
    for (let at = this.#placeAfter(ms) - 1; this.#sorted[at]?.ms === ms; at--) {
      if (this.#sorted[at]?.event !== event) continue;
      this.#sorted.splice(at, 1);
      return;
    }
  }

  drop(events: readonly Event[]): void {
    if (events.length > FEW) {
      const gone = new Set(events);
      this.#sorted = this.#sorted.filter((e) => !gone.has(e.event));
    } else for (const event of events) this.#take(event);
    this.#schedule();
  }
  content(): Iterable<Event> {
    return this.#sorted.map((e) => e.event);
  }
  /** Window order: the least ts is `prev(0)` (Esper: index by sort order). */
  order(): WindowOrder {
    return new ArrayOrder(this.#sorted.map((e) => e.event).reverse());
  }
  anchor(): number {
    return 0;
  }
  stop(): void {
    this.#host.disarm(this.#timer);
  }
}
