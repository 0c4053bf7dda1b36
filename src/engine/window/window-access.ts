/** `prev` and `prior` of one stream: the window's order, and the events that arrived before each event. */
import type { Event } from '../../model/event.ts';
import type { WindowAccess } from '../evaluation.ts';
import type { DataWindow } from './data-window.ts';

/** Largest offset of `prior`: each event remembers as many before it. */
export const MAX_PRIOR = 10_000;

export class StreamWindowAccess implements WindowAccess {
  readonly #window: DataWindow;
  readonly #priorDepth: number;
  /** The last arrivals, oldest first; only kept when `prior` is used. */
  #arrived: Event[] = [];
  /** What stood before each event when it arrived; forgotten with the event. */
  readonly #before = new WeakMap<Event, readonly Event[]>();

  constructor(window: DataWindow, priorDepth: number) {
    this.#window = window;
    this.#priorDepth = priorDepth;
  }

  /** To be called with the insert stream of the window, in order. */
  arrived(events: readonly Event[]): void {
    if (this.#priorDepth === 0) return;
    for (const event of events) {
      this.#before.set(event, this.#arrived);
      this.#arrived = [...this.#arrived, event].slice(-this.#priorDepth);
    }
  }

  previous(of: Event, offset: number): Event | null {
    return this.#window.order(of)?.fromNewest(this.#window.anchor(of) + offset) ?? null;
  }
  previousFromTail(of: Event, offset: number): Event | null {
    return this.#window.order(of)?.fromOldest(offset) ?? null;
  }
  count(of: Event): number | null {
    return this.#window.order(of)?.size ?? null;
  }
  events(of: Event): readonly Event[] | null {
    const order = this.#window.order(of);
    if (order === null) return null;
    const events: Event[] = [];
    for (let i = 0; i < order.size; i++) {
      const event = order.fromNewest(i);
      if (event !== null) events.push(event);
    }
    return events;
  }
  prior(of: Event, offset: number): Event | null {
    if (offset === 0) return of;
    const before = this.#before.get(of);
    return before?.[before.length - offset] ?? null;
  }
}
