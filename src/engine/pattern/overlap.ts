/** Events that matches share, for `@SuppressOverlappingMatches` and `@DiscardPartialsOnMatch` (Esper reference §7.3). */
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import type { Tags } from '../evaluation.ts';
import { isEvent, isList } from '../functions/values.ts';
import type { Shared } from './state.ts';

/** The events of some matches: those under tags, also in arrays. */
export class SharedEvents implements Shared {
  readonly #slots: readonly `$${string}`[];
  readonly #events = new Set<unknown>();

  constructor(tags: readonly string[]) {
    this.#slots = tags.map(slotOf);
  }

  /** Adds the events of a match; true if one was there already. */
  add(match: Event): boolean {
    let overlaps = false;
    const own: Event[] = [];
    for (const slot of this.#slots) {
      const value = match[slot];
      if (isEvent(value)) own.push(value);
      else if (isList(value)) for (const item of value) if (isEvent(item)) own.push(item);
    }
    for (const event of own) if (this.#events.has(event)) overlaps = true;
    for (const event of own) this.#events.add(event);
    return overlaps;
  }

  holds(tags: Tags): boolean {
    for (const slot of this.#slots) {
      const value = tags[slot];
      if (value === null || value === undefined) continue;
      if (isList(value) ? value.some((item) => this.#events.has(item)) : this.#events.has(value)) return true;
    }
    return false;
  }

  has(event: unknown): boolean {
    return this.#events.has(event);
  }
}
