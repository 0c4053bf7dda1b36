/**
 * Several data windows of one stream, keeping what all of them keep (`retain-intersection`, the default; Esper 14.2).
 * Δ: insert = arrived; remove = what any window expels, and then all others forget it too. One arrival may so expel
 * several rows. With a batch window among them the batch's posts are the intersection's, less what others expelled.
 * State: the windows.
 */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder, WindowRecipe } from './data-window.ts';

/** Records what one window of several posts. */
class Tap implements UpdateSink {
  readonly #owner: { posted(from: number, insert: readonly Event[], remove: readonly Event[]): void };
  readonly #index: number;
  constructor(
    owner: { posted(from: number, insert: readonly Event[], remove: readonly Event[]): void },
    index: number,
  ) {
    this.#owner = owner;
    this.#index = index;
  }
  update(insert: readonly Event[], remove: readonly Event[]): void {
    this.#owner.posted(this.#index, insert, remove);
  }
}

/** The windows of an intersection or union, in order of the text. */
export function windowsOf(
  host: WindowHost,
  recipes: readonly WindowRecipe[],
  owner: { posted(from: number, insert: readonly Event[], remove: readonly Event[]): void },
): DataWindow[] {
  return recipes.map((recipe, i) => recipe(host, new Tap(owner, i)));
}

export class IntersectionWindow implements DataWindow {
  readonly #sink: UpdateSink;
  readonly #windows: DataWindow[];
  /** True while an insert runs through all windows: what they post is gathered. */
  #gathering = false;
  #expelled: { readonly from: number; readonly events: readonly Event[] }[] = [];
  #refused: Set<Event> = new Set();

  constructor(host: WindowHost, sink: UpdateSink, recipes: readonly WindowRecipe[]) {
    this.#sink = sink;
    this.#windows = windowsOf(host, recipes, this);
  }

  insert(events: readonly Event[]): void {
    this.#gathering = true;
    this.#expelled = [];
    this.#refused = new Set();
    for (const window of this.#windows) {
      this.#admitted = null;
      window.insert(events);
      const admitted: ReadonlySet<Event> = new Set(this.#admitted ?? []);
      for (const event of events) if (!admitted.has(event)) this.#refused.add(event);
    }
    this.#gathering = false;
    const remove = this.#settle();
    const refused = this.#refused;
    if (refused.size > 0) {
      const gone = [...refused];
      for (const window of this.#windows) window.drop(gone);
    }
    const insert = refused.size === 0 ? events : events.filter((e) => !refused.has(e));
    const kept = refused.size === 0 ? remove : remove.filter((e) => !refused.has(e));
    if (insert.length > 0 || kept.length > 0) this.#sink.update(insert, kept);
  }

  #admitted: readonly Event[] | null = null;

  posted(from: number, insert: readonly Event[], remove: readonly Event[]): void {
    if (this.#gathering) {
      this.#admitted = this.#admitted === null ? insert : [...this.#admitted, ...insert];
      if (remove.length > 0) this.#expelled.push({ from, events: remove });
      return;
    }
    this.#expelled = [{ from, events: remove }];
    this.#sink.update(insert, this.#settle());
  }

  /** Makes every window forget what another has expelled; all that was expelled, each once. */
  #settle(): readonly Event[] {
    const gone = new Set<Event>();
    for (const { from, events } of this.#expelled) {
      for (const event of events) gone.add(event);
      this.#windows.forEach((window, i) => {
        if (i !== from) window.drop(events);
      });
    }
    this.#expelled = [];
    return [...gone];
  }

  drop(events: readonly Event[]): void {
    for (const window of this.#windows) window.drop(events);
  }
  content(): Iterable<Event> {
    return this.#windows[0]?.content() ?? [];
  }
  order(of: Event): WindowOrder | null {
    return this.#windows[0]?.order(of) ?? null;
  }
  anchor(of: Event): number {
    return this.#windows[0]?.anchor(of) ?? 0;
  }
  stop(): void {
    for (const window of this.#windows) window.stop();
  }
}
