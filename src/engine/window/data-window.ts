/**
 * The contract of data windows and of what stands around them in the chain of one stream:
 * filter → [groupwin →] data window(s) → [derived-value view →] collector.
 *
 * A window is given what arrives and posts updates to its sink: one call per update (DESIGN §5). Arrays that are handed
 * over belong to the receiver and are never changed afterwards.
 */
import type { Event } from '../../model/event.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { InstanceHost } from '../runtime/statement.ts';
import type { Timer, TimerTarget } from '../runtime/timer-queue.ts';

export const NONE: readonly Event[] = Object.freeze([]);

/** Takes the updates of a window. Both parts may be empty (FORCE_UPDATE). */
export interface UpdateSink {
  update(insert: readonly Event[], remove: readonly Event[]): void;
  /** The same for one arrival that displaces at most one event: the usual case, without arrays. */
  updateOne?(insert: Event, remove: Event | null): void;
}

/** The place a window stands in: clock, timers and evaluation context of its statement instance. */
export interface WindowHost {
  readonly nowMs: number;
  readonly context: EvaluationContext;
  /** The statement instance, for windows that evaluate with a context of their own. */
  readonly instance: InstanceHost;
  readonly instanceContext: InstanceContext;
  /** A timer that is owned by the caller; not armed. */
  timer(target: TimerTarget): Timer;
  arm(timer: Timer, dueMs: number): void;
  disarm(timer: Timer): void;
  /** Calls back at every advance of the clock after a variable has changed (`expr` windows). */
  onVariableChange(names: readonly string[], target: TimerTarget): void;
}

/** What `prev` and its kin see from one event: the window's content in window order. */
export interface WindowOrder {
  readonly size: number;
  /** 0 is the newest. */
  fromNewest(offset: number): Event | null;
  /** 0 is the oldest. */
  fromOldest(offset: number): Event | null;
}

export interface DataWindow {
  /** Events arrive together; posts at most one update of its own. */
  insert(events: readonly Event[]): void;
  /** The same for one event, where the window can do it without arrays. */
  insertOne?(event: Event): void;
  /** Forgets events without posting (another window of an intersection expelled them). Unknown ones are ignored. */
  drop(events: readonly Event[]): void;
  /** Present content, oldest first or in the window's own order. */
  content(): Iterable<Event>;
  /** What `prev` of `of` sees; null where the window has no order for it. */
  order(of: Event): WindowOrder | null;
  /** Place of `of` from the newest where `prev` counts from the event itself (batches); 0 where it counts from the newest. */
  anchor(of: Event): number;
  /** Disarms timers. */
  stop(): void;
}

/** Makes the window of one stream, once per statement instance and group. */
export type WindowRecipe = (host: WindowHost, sink: UpdateSink) => DataWindow;

/** Posts one arrival to a sink that may or may not take it without arrays. */
export function postOne(sink: UpdateSink, insert: Event, remove: Event | null): void {
  if (sink.updateOne !== undefined) sink.updateOne(insert, remove);
  else sink.update([insert], remove === null ? NONE : [remove]);
}

/** An array as window order, oldest first. */
export class ArrayOrder implements WindowOrder {
  readonly #events: readonly Event[];
  constructor(events: readonly Event[]) {
    this.#events = events;
  }
  get size(): number {
    return this.#events.length;
  }
  fromNewest(offset: number): Event | null {
    return this.#events[this.#events.length - 1 - offset] ?? null;
  }
  fromOldest(offset: number): Event | null {
    return this.#events[offset] ?? null;
  }
}
