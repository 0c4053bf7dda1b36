/** What one cause gives to the statement instances: timers, deliveries of events, updates of remote views. */
import type { Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import type { Timer } from './timer-queue.ts';

/** Everything for one instance. */
export interface InstanceWork {
  readonly ordinal: number;
  readonly windowTimers: Timer[];
  readonly outputTimers: Timer[];
  readonly events: { readonly slot: number; readonly events: Event[] }[];
  readonly views: { readonly slot: number; readonly updates: readonly Update[] }[];
}

/** Collected by instance; worked off in order of deployment, so that the order is the same wherever the cause is seen. */
export class CauseWork {
  readonly #byOrdinal = new Map<number, InstanceWork>();

  addTimer(timer: Timer): void {
    const work = this.#of(timer.owner);
    if (timer.kind === 'window') work.windowTimers.push(timer);
    else work.outputTimers.push(timer);
  }

  addEvent(ordinal: number, slot: number, event: Event): void {
    const { events } = this.#of(ordinal);
    const known = events.find((d) => d.slot === slot);
    if (known === undefined) events.push({ slot, events: [event] });
    else known.events.push(event);
  }

  addUpdates(ordinal: number, slot: number, updates: readonly Update[]): void {
    this.#of(ordinal).views.push({ slot, updates });
  }

  get size(): number {
    return this.#byOrdinal.size;
  }

  inOrder(): readonly InstanceWork[] {
    return [...this.#byOrdinal.values()].sort((a, b) => a.ordinal - b.ordinal);
  }

  #of(ordinal: number): InstanceWork {
    let work = this.#byOrdinal.get(ordinal);
    if (work === undefined) {
      work = { ordinal, windowTimers: [], outputTimers: [], events: [], views: [] };
      this.#byOrdinal.set(ordinal, work);
    }
    return work;
  }
}
