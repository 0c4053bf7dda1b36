/**
 * `#firsttime(d)`: what arrives within d of the deployment, its end exclusive (Esper 14.3.15). Δ: insert = arrived until
 * then. State: those events.
 */
import type { Event } from '../../model/event.ts';
import type { Duration } from '../runtime/duration.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { ArrayOrder, NONE } from './data-window.ts';

export class FirstTimeWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #endMs: number;
  #events: Event[] = [];
  constructor(host: WindowHost, sink: UpdateSink, duration: Duration) {
    this.#host = host;
    this.#sink = sink;
    this.#endMs = duration.after(host.nowMs);
  }
  insert(events: readonly Event[]): void {
    if (this.#host.nowMs >= this.#endMs) return;
    this.#events.push(...events);
    this.#sink.update(events, NONE);
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
