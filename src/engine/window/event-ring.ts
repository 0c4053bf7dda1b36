/**
 * A ring buffer of events, with a time each where one is wanted: push at the new end, shift at the old one, both O(1).
 *
 * Events leave from the middle at O(1), amortised: a place that is empty stays until half of the places are, and a map
 * from events to places is kept while events leave so. A ring from which none does pays for neither.
 */
import type { Event } from '../../model/event.ts';
import { assert } from '../../model/errors.ts';
import type { WindowOrder } from './data-window.ts';

const FIRST_CAPACITY = 8;

/** Rings of so few places are gone through: that is faster than a map. */
const SMALL = 32;

/** The map is given up after so many arrivals per place without a removal: making it anew costs less than keeping it. */
const ARRIVALS_PER_PLACE = 4;

export class EventRing implements WindowOrder {
  #events: (Event | null)[] = Array.from({ length: FIRST_CAPACITY }, () => null);
  /** Null: nobody asks for times. */
  #times: Float64Array | null;
  #mask = FIRST_CAPACITY - 1;
  #head = 0;
  /** Places from the oldest event to the newest; both of these hold events. */
  #span = 0;
  /** Places among them that are empty. */
  #empty = 0;
  /** Number of each event's place, counted from where the head stood when the map was made; null while nobody asks. */
  #places: Map<Event, number> | null = null;
  /** The head's place by that count. */
  #passed = 0;
  #arrivals = 0;
  #moves = 0;

  constructor(options: { readonly timed: boolean } = { timed: false }) {
    this.#times = options.timed ? new Float64Array(FIRST_CAPACITY) : null;
  }

  get size(): number {
    return this.#span - this.#empty;
  }

  /** Events that removals from the middle have had looked at or moved so far: a measure of work. */
  get moves(): number {
    return this.#moves;
  }

  push(event: Event, timeMs = 0): void {
    if (this.#span > this.#mask) this.#makeRoom();
    const at = (this.#head + this.#span) & this.#mask;
    this.#events[at] = event;
    if (this.#times !== null) this.#times[at] = timeMs;
    if (this.#places !== null) this.#remember(this.#places, event);
    this.#span++;
  }

  #remember(places: Map<Event, number>, event: Event): void {
    if (places.has(event) || ++this.#arrivals > ARRIVALS_PER_PLACE * this.#span) this.#places = null;
    else places.set(event, this.#passed + this.#span);
  }

  shift(): Event {
    const event = this.#events[this.#head];
    assert(event !== null && event !== undefined && this.#span > 0, 'shift of an empty ring');
    this.#events[this.#head] = null;
    this.#places?.delete(event);
    this.#advance();
    if (this.#empty > 0) this.#trim();
    return event;
  }

  #advance(): void {
    this.#head = (this.#head + 1) & this.#mask;
    this.#span--;
    this.#passed++;
  }

  /** Empty places do not stand at the ends. */
  #trim(): void {
    while (this.#empty > 0 && this.#events[this.#head] === null) {
      this.#advance();
      this.#empty--;
    }
    while (this.#empty > 0 && this.#events[(this.#head + this.#span - 1) & this.#mask] === null) {
      this.#span--;
      this.#empty--;
    }
  }

  /** Time of the oldest; Infinity when empty or without times. */
  get oldestMs(): number {
    return this.#span === 0 || this.#times === null ? Infinity : (this.#times[this.#head] ?? Infinity);
  }

  fromOldest(offset: number): Event | null {
    if (this.#empty > 0 && offset > 0) this.#closeUp();
    return this.#at(offset);
  }

  fromNewest(offset: number): Event | null {
    if (this.#empty > 0 && offset > 0) this.#closeUp();
    return this.#at(this.#span - 1 - offset);
  }

  #at(place: number): Event | null {
    if (place < 0 || place >= this.#span) return null;
    return this.#events[(this.#head + place) & this.#mask] ?? null;
  }

  /** Takes out events from anywhere; those that were there. Work: that of the class comment. */
  remove(gone: readonly Event[]): readonly Event[] {
    const many = this.#places === null && (this.#span <= SMALL || gone.length * ARRIVALS_PER_PLACE > this.#span);
    const places = many ? null : (this.#places ?? this.#index());
    if (places === null) return this.#sift(new Set(gone));
    this.#places = places;
    this.#arrivals = 0;
    const removed: Event[] = [];
    for (const event of gone) {
      const place = places.get(event);
      if (place === undefined) continue;
      places.delete(event);
      this.#events[(this.#head + place - this.#passed) & this.#mask] = null;
      this.#empty++;
      this.#moves++;
      this.#trim();
      removed.push(event);
    }
    if (this.#empty > SMALL && this.#empty * 2 > this.#span) this.#closeUp();
    return removed;
  }

  /** Null if an event is there twice: then no place is the event's. */
  #index(): Map<Event, number> | null {
    const places = new Map<Event, number>();
    this.#passed = 0;
    for (let i = 0; i < this.#span; i++) {
      const event = this.#events[(this.#head + i) & this.#mask];
      if (event !== null && event !== undefined) places.set(event, i);
    }
    this.#moves += this.#span;
    return places.size === this.size ? places : null;
  }

  #sift(gone: ReadonlySet<Event>): readonly Event[] {
    const removed: Event[] = [];
    for (let i = 0; i < this.#span; i++) {
      const at = (this.#head + i) & this.#mask;
      const event = this.#events[at];
      if (event === null || event === undefined || !gone.has(event)) continue;
      this.#events[at] = null;
      this.#empty++;
      removed.push(event);
    }
    this.#moves += this.#span;
    if (removed.length > 0) this.#closeUp();
    return removed;
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
    this.#span = 0;
    this.#empty = 0;
    this.#places = null;
  }

  *[Symbol.iterator](): Iterator<Event> {
    for (let i = 0; i < this.#span; i++) {
      const event = this.#events[(this.#head + i) & this.#mask];
      if (event !== null && event !== undefined) yield event;
    }
  }

  /** Twice the places, unless many are empty. */
  #makeRoom(): void {
    const capacity = this.#events.length;
    this.#layOut(this.size * 2 > capacity ? capacity * 2 : capacity);
  }

  #closeUp(): void {
    this.#moves += this.#span;
    this.#layOut(this.#events.length);
  }

  /** Leaves out the empty places. */
  #layOut(capacity: number): void {
    const events: (Event | null)[] = Array.from({ length: capacity }, () => null);
    const times = this.#times === null ? null : new Float64Array(capacity);
    let n = 0;
    for (let i = 0; i < this.#span; i++) {
      const at = (this.#head + i) & this.#mask;
      const event = this.#events[at];
      if (event === null || event === undefined) continue;
      if (times !== null) times[n] = this.#times?.[at] ?? 0;
      events[n++] = event;
    }
    const { size } = this;
    this.#events = events;
    this.#times = times;
    this.#mask = capacity - 1;
    this.#head = 0;
    this.#span = size;
    const moved = this.#empty > 0;
    this.#empty = 0;
    if (this.#places !== null && moved) this.#places = this.#index();
  }
}
