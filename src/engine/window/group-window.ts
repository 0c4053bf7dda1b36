/**
 * `#groupwin(k…)#w…`: one chain of windows per key, each posting updates of its own (Esper 14.3.18).
 * Δ: those of the groups, in order of the groups' first arrival. State: the groups. Bound: the keys ever seen.
 */
import type { Event } from '../../model/event.ts';
import type { EventKey } from '../compile/compile.ts';
import type { Key } from '../functions/values.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder, WindowRecipe } from './data-window.ts';

/** Makes the sink of one group's windows: derived-value views add the group's key to their rows. */
export type GroupSink = (representative: Event) => UpdateSink;

export class GroupWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: GroupSink;
  readonly #key: EventKey;
  readonly #recipe: WindowRecipe;
  readonly #groups = new Map<Key, DataWindow>();

  constructor(host: WindowHost, sink: GroupSink, key: EventKey, recipe: WindowRecipe) {
    this.#host = host;
    this.#sink = sink;
    this.#key = key;
    this.#recipe = recipe;
  }

  insert(events: readonly Event[]): void {
    const [only] = events;
    if (only !== undefined && events.length === 1) {
      this.insertOne(only);
      return;
    }
    const batches = new Map<DataWindow, Event[]>();
    for (const event of events) {
      const group = this.#group(event);
      const batch = batches.get(group);
      if (batch === undefined) batches.set(group, [event]);
      else batch.push(event);
    }
    for (const [group, batch] of batches) group.insert(batch);
  }

  insertOne(event: Event): void {
    const group = this.#group(event);
    if (group.insertOne === undefined) group.insert([event]);
    else group.insertOne(event);
  }

  #group(event: Event): DataWindow {
    const key = this.#key(event, this.#host.context);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = this.#recipe(this.#host, this.#sink(event));
      this.#groups.set(key, group);
    }
    return group;
  }

  drop(events: readonly Event[]): void {
    for (const event of events) this.#groups.get(this.#key(event, this.#host.context))?.drop([event]);
  }
  *content(): Iterable<Event> {
    for (const group of this.#groups.values()) yield* group.content();
  }
  order(of: Event): WindowOrder | null {
    return this.#groups.get(this.#key(of, this.#host.context))?.order(of) ?? null;
  }
  anchor(of: Event): number {
    return this.#groups.get(this.#key(of, this.#host.context))?.anchor(of) ?? 0;
  }
  stop(): void {
    for (const group of this.#groups.values()) group.stop();
  }
}
