/** A ring buffer of events, with a time each where one is wanted: push at the new end, shift at the old one, both O(1). */
import type { Event } from '../../model/event.ts';
import { assert } from '../../model/errors.ts';
import type { WindowOrder } from './data-window.ts';

const FIRST_CAPACITY = 8;

export class EventRing implements WindowOrder {
  #events: (Event | null)[] = Array.from({ length: FIRST_CAPACITY }, () => null);
  /** Null: nobody asks for times. */
  #times: Float64Array | null;
  #mask = FIRST_CAPACITY - 1;
  #head = 0;
  #size = 0;

  constructor(options: { readonly timed: boolean } = { timed: false }) {
    this.#times = options.timed ? new Float64Array(FIRST_CAPACITY) : null;
  }

  get size(): number {
    return this.#size;
  }

  push(event: Event, timeMs = 0): void {
    if (this.#size > this.#mask) this.#grow();
    const at = (this.#head + this.#size) & this.#mask;
    this.#events[at] = event;
    if (this.#times !== null) this.#times[at] = timeMs;
    this.#size++;
  }

  shift(): Event {
    const event = this.#events[this.#head];
    assert(event !== null && event !== undefined && this.#size > 0, 'shift of an empty ring');
    this.#events[this.#head] = null;
    this.#head = (this.#head + 1) & this.#mask;
    this.#size--;
    return event;
  }

  /** Time of the oldest; Infinity when empty or without times. */
  get oldestMs(): number {
    return this.#size === 0 || this.#times === null ? Infinity : (this.#times[this.#head] ?? Infinity);
  }

  fromOldest(offset: number): Event | null {
    if (offset < 0 || offset >= this.#size) return null;
    return this.#events[(this.#head + offset) & this.#mask] ?? null;
  }

  fromNewest(offset: number): Event | null {
    return this.fromOldest(this.#size - 1 - offset);
  }

  /** Takes out events from anywhere, O(size). */
  remove(gone: ReadonlySet<Event>): void {
    const kept: Event[] = [];
    const times: number[] = [];
    for (let i = 0; i < this.#size; i++) {
      const at = (this.#head + i) & this.#mask;
      const event = this.#events[at];
      if (event === null || event === undefined || gone.has(event)) continue;
      kept.push(event);
      times.push(this.#times?.[at] ?? 0);
    }
    this.clear();
    kept.forEach((event, i) => this.push(event, times[i] ?? 0));
  }

  /** Everything, oldest first; the ring is empty afterwards. */
  takeAll(): Event[] {
    const all = [...this];
    this.clear();
    return all;
  }

  clear(): void {
    this.#events.fill(null);
    this.#head = 0;
    this.#size = 0;
  }

  *[Symbol.iterator](): Iterator<Event> {
    for (let i = 0; i < this.#size; i++) {
      const event = this.#events[(this.#head + i) & this.#mask];
      if (event !== null && event !== undefined) yield event;
    }
  }

  #grow(): void {
    const old = this.#events;
    const capacity = old.length * 2;
    const events: (Event | null)[] = Array.from({ length: capacity }, () => null);
    const times = this.#times === null ? null : new Float64Array(capacity);
    for (let i = 0; i < this.#size; i++) {
      const at = (this.#head + i) & this.#mask;
      events[i] = old[at] ?? null;
      if (times !== null) times[i] = this.#times?.[at] ?? 0;
    }
    this.#events = events;
    this.#times = times;
    this.#mask = capacity - 1;
    this.#head = 0;
  }
}
