/**
 * `#firsttime(d)`: what arrives within d of the deployment, its end exclusive (Esper 14.3.15). Δ: insert = arrived until
 * then. State: those events.
 */
import type { Event } from '../../model/event.ts';
import type { Duration } from '../runtime/duration.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { NONE } from './data-window.ts';
import { EventRing } from './event-ring.ts';

export class FirstTimeWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #endMs: number;
  readonly #events = new EventRing();
  constructor(host: WindowHost, sink: UpdateSink, duration: Duration) {
    this.#host = host;
    this.#sink = sink;
    this.#endMs = duration.after(host.nowMs);
  }
  insert(events: readonly Event[]): void {
    if (this.#host.nowMs >= this.#endMs) return;
    for (const event of events) this.#events.push(event);
    this.#sink.update(events, NONE);
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
