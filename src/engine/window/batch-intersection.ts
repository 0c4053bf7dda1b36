/**
 * An intersection with one batch window: rows gather in all windows; those that another window expels leave the batch
 * silently; the batch posts what is left (Esper 14.2, IntersectBatch).
 * Δ: insert = the batch without what others expelled, remove = the batch before. State: the windows.
 */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder, WindowRecipe } from './data-window.ts';
import { windowsOf } from './intersection.ts';

export class BatchIntersectionWindow implements DataWindow {
  readonly #sink: UpdateSink;
  readonly #windows: DataWindow[];
  readonly #batch: number;
  #inserting = false;
  #postedInsert: readonly Event[] | null = null;
  #postedRemove: readonly Event[] = [];
  /** What the window that is asked just now has let in. */
  #taken = new Set<Event>();

  constructor(host: WindowHost, sink: UpdateSink, recipes: readonly WindowRecipe[], batch: number) {
    this.#sink = sink;
    this.#batch = batch;
    this.#windows = windowsOf(host, recipes, this);
  }

  insert(events: readonly Event[]): void {
    this.#inserting = true;
    this.#postedInsert = null;
    // The batch window last: what the others expel or refuse on this arrival does not reach the batch it posts.
    let admitted = events;
    this.#windows.forEach((window, i) => {
      if (i === this.#batch) return;
      this.#taken = new Set();
      window.insert(events);
      admitted = admitted.filter((event) => this.#taken.has(event));
    });
    if (admitted.length < events.length) this.drop(events.filter((event) => !admitted.includes(event)));
    if (admitted.length > 0) this.#windows[this.#batch]?.insert(admitted);
    this.#inserting = false;
    this.#flush();
  }

  posted(from: number, insert: readonly Event[], remove: readonly Event[]): void {
    if (from === this.#batch) {
      this.#postedInsert = insert;
      this.#postedRemove = remove;
      if (!this.#inserting) this.#flush();
      return;
    }
    for (const event of insert) this.#taken.add(event);
    if (remove.length > 0) {
      this.#windows.forEach((window, i) => {
        if (i !== from) window.drop(remove);
      });
    }
  }

  #flush(): void {
    const insert = this.#postedInsert;
    if (insert === null) return;
    this.#postedInsert = null;
    this.#windows.forEach((window, i) => {
      if (i !== this.#batch) window.drop(insert);
    });
    this.#sink.update(insert, this.#postedRemove);
  }

  drop(events: readonly Event[]): void {
    for (const window of this.#windows) window.drop(events);
  }
  content(): Iterable<Event> {
    return this.#windows[this.#batch]?.content() ?? [];
  }
  order(of: Event): WindowOrder | null {
    return this.#windows[this.#batch]?.order(of) ?? null;
  }
  anchor(of: Event): number {
    return this.#windows[this.#batch]?.anchor(of) ?? 0;
  }
  stop(): void {
    for (const window of this.#windows) window.stop();
  }
}
