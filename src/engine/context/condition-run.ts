/**
 * One condition of a context that is being waited for: an event, a match of a pattern, a point of the crontab, the end of
 * a period, or now. State: a timer, or the pattern's.
 */
import type { Event } from '../../model/event.ts';
import { isEvent } from '../functions/values.ts';
import type { Crontab } from '../output/crontab.ts';
import { nextOccurrence, readCrontab } from '../output/crontab.ts';
import type { MatchSink } from '../pattern/pattern-run.ts';
import { PatternRun } from '../pattern/pattern-run.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import { durationOf } from '../runtime/parameters.ts';
import type { InstanceHost } from '../runtime/statement.ts';
import type { Timer } from '../runtime/timer-queue.ts';
import type { Opening } from './partition.ts';
import { SEEN } from './partition.ts';
import type { ConditionProgram, ContextSlot } from './context-program.ts';

/** What has met a condition. */
export interface Fired {
  /** Of a filter, or the event that completed a pattern; null for a point of time. */
  readonly event: Event | null;
  /** Of a pattern: its tags. */
  readonly match: Event | null;
  /** What of it statements of the partition see. */
  readonly opening: Opening;
}

const NO_EVENT: Fired = { event: null, match: null, opening: SEEN };

/** Where conditions wait. */
export interface ConditionPlace {
  readonly host: InstanceHost;
  /** `settle` is to be called once the present event has met all slots: a pattern works off all of it at once. */
  later(run: ConditionRun): void;
}

export class ConditionRun implements MatchSink {
  readonly #program: ConditionProgram;
  readonly #place: ConditionPlace;
  readonly #context: InstanceContext;
  readonly #fired: (what: Fired) => void;
  readonly #timer: Timer | null;
  readonly #pattern: PatternRun | null;
  readonly #crontab: Crontab | null;
  /** `@now and …`. */
  readonly #and: ConditionRun | null;
  #event: Event | null = null;
  #stopped = false;

  constructor(
    program: ConditionProgram,
    place: ConditionPlace,
    context: InstanceContext,
    fired: (what: Fired) => void,
  ) {
    this.#program = program;
    this.#place = place;
    const { host } = place;
    this.#context = context;
    this.#fired = fired;
    const timed = program.kind === 'crontab' || program.kind === 'after';
    this.#timer = timed ? host.newTimer(this, 'window') : null;
    this.#crontab = program.kind === 'crontab' ? readCrontab(program.fields, context) : null;
    this.#pattern =
      program.kind === 'pattern' && program.stream.pattern !== null
        ? new PatternRun(program.stream.pattern, host, context, this)
        : null;
    this.#and =
      program.kind === 'now' && program.and !== null ? new ConditionRun(program.and, place, context, fired) : null;
  }

  /** Begins to wait; `@now` is met at once. */
  start(): void {
    this.#arm();
    if (this.#program.kind === 'now') this.#fired(NO_EVENT);
    if (!this.#stopped) this.#and?.start();
    this.#pattern?.start();
  }

  /** When it will be met, ms; null where that is not known. */
  due(): number | null {
    const { nowMs } = this.#place.host;
    if (this.#crontab !== null) return nextOccurrence(this.#crontab, nowMs);
    if (this.#program.kind !== 'after') return null;
    return durationOf(this.#program.period, this.#context).after(nowMs);
  }

  #arm(): void {
    const due = this.due();
    if (this.#timer !== null && due !== null) this.#place.host.arm(this.#timer, due);
  }

  fire(): void {
    this.#fired(NO_EVENT);
    // A crontab goes on; a period is over.
    if (!this.#stopped && this.#crontab !== null) this.#arm();
  }

  /** An event on a slot of the condition. */
  meet(slot: ContextSlot, event: Event): void {
    if (this.#and !== null) this.#and.meet(slot, event);
    else if (this.#program.kind === 'filter') {
      const { admits } = this.#program;
      if (admits === null || admits(event, this.#context)) this.#fired({ event, match: null, opening: SEEN });
    } else if (this.#pattern !== null && (slot.admits === null || slot.admits(event, this.#context))) {
      this.#event = event;
      this.#pattern.accept(slot.atom, event);
      this.#place.later(this);
    }
  }

  /** Lets a pattern work off what it met. */
  settle(): void {
    this.#pattern?.settle();
    this.#event = null;
  }

  matched(matches: readonly Event[]): void {
    for (const match of matches) {
      if (this.#stopped) return;
      this.#fired({ event: this.#event, match, opening: this.#openingOf(match) });
    }
  }

  /** With `@inclusive`, the events that have tags are seen within; else none (Esper reference §4.5, pattern context conditions). */
  #openingOf(match: Event): Opening {
    const present = this.#event;
    if (this.#program.kind !== 'pattern' || !this.#program.inclusive) return { unseen: present, earlier: [] };
    const tagged = new Set<Event>();
    for (const { name } of match.type.properties) {
      const value = match[`$${name}`] ?? null;
      for (const event of Array.isArray(value) ? value : [value]) if (isEvent(event)) tagged.add(event);
    }
    const seen = present !== null && tagged.delete(present);
    return { unseen: seen ? null : present, earlier: [...tagged] };
  }

  stop(): void {
    this.#stopped = true;
    this.#and?.stop();
    this.#pattern?.stop();
    if (this.#timer !== null) this.#place.host.forget(this.#timer);
  }
}
