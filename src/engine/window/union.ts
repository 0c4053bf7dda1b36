/**
 * Several data windows of one stream with `retain-union`: an event stays until all have let it go (Esper 14.2).
 * Δ: insert = arrived; remove = what the last of the windows lets go. State: the windows, a count per event.
 */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder, WindowRecipe } from './data-window.ts';
import { ArrayOrder } from './data-window.ts';
import { windowsOf } from './intersection.ts';

export class UnionWindow implements DataWindow {
  readonly #sink: UpdateSink;
  readonly #windows: DataWindow[];
  /** In how many windows each event still is. */
  readonly #held = new Map<Event, number>();
  #inserting = false;
  #gone: Event[] = [];
  #admitted = new Set<Event>();

  constructor(host: WindowHost, sink: UpdateSink, recipes: readonly WindowRecipe[]) {
    this.#sink = sink;
    this.#windows = windowsOf(host, recipes, this);
  }

  insert(events: readonly Event[]): void {
    this.#inserting = true;
    this.#gone = [];
    for (const event of events) this.#held.set(event, this.#windows.length);
    for (const window of this.#windows) {
      this.#admitted = new Set();
      window.insert(events);
      for (const event of events) if (!this.#admitted.has(event)) this.#release(event);
    }
    this.#inserting = false;
    this.#sink.update(events, this.#gone);
  }

  posted(_from: number, insert: readonly Event[], remove: readonly Event[]): void {
    for (const event of insert) this.#admitted.add(event);
    if (!this.#inserting) this.#gone = [];
    for (const event of remove) this.#release(event);
    if (!this.#inserting && this.#gone.length > 0) this.#sink.update([], this.#gone);
  }

  #release(event: Event): void {
    const held = (this.#held.get(event) ?? 0) - 1;
    if (held > 0) {
      this.#held.set(event, held);
    } else if (this.#held.delete(event)) {
      this.#gone.push(event);
    }
  }

  drop(events: readonly Event[]): void {
    for (const window of this.#windows) window.drop(events);
    for (const event of events) this.#held.delete(event);
  }
  content(): Iterable<Event> {
    return this.#held.keys();
  }
  order(): WindowOrder {
    return new ArrayOrder([...this.#held.keys()]);
  }
  anchor(): number {
    return 0;
  }
  stop(): void {
    for (const window of this.#windows) window.stop();
  }
}
