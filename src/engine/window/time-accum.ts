/**
 * `#time_accum(d)`: gathers until d passes without an arrival, then lets all go (Esper 14.3.7). Δ: insert = arrived;
 * remove = everything, d after the last arrival. State: those events, one timer.
 */
import type { Event } from '../../model/event.ts';
import type { Duration } from '../runtime/duration.ts';
import type { Timer } from '../runtime/timer-queue.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { NONE } from './data-window.ts';
import { EventRing } from './event-ring.ts';

export class TimeAccumWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #duration: Duration;
  readonly #ring = new EventRing();
  readonly #timer: Timer;
  constructor(host: WindowHost, sink: UpdateSink, duration: Duration) {
    this.#host = host;
    this.#sink = sink;
    this.#duration = duration;
    this.#timer = host.timer(this);
  }
  insert(events: readonly Event[]): void {
    for (const event of events) this.#ring.push(event);
    this.#host.arm(this.#timer, this.#duration.after(this.#host.nowMs));
    this.#sink.update(events, NONE);
  }
  fire(): void {
    const all = this.#ring.takeAll();
    if (all.length > 0) this.#sink.update(NONE, all);
  }
  drop(events: readonly Event[]): void {
    this.#ring.remove(events);
    if (this.#ring.size === 0) this.#host.disarm(this.#timer);
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
