/**
 * Observers: `timer:interval`, `timer:at`, `timer:schedule` (Esper reference §7.7): true when their time has come.
 *
 * State: one deadline. A schedule below `every` tells all its occurrences itself; elsewhere every observer tells once.
 */
import type { Tags } from '../evaluation.ts';
import { addPeriod } from '../functions/period.ts';
import { nextOccurrence } from '../output/crontab.ts';
import type { Crontab } from '../output/crontab.ts';
import type { PatternRun } from './pattern-run.ts';
import type { Schedule } from './schedule.ts';
import type { TagsSpan } from './span.ts';
import { spanOf } from './span.ts';
import type { Parent, PatternNode, Shared, State } from './state.ts';
import { TimedState } from './timed-state.ts';

/** The points in time of one observer that has been started. */
export interface Occurrences {
  /** The next one; null when there is none. At or before the present means at once. */
  nextMs(nowMs: number): number | null;
  /** True if it may be asked again under `every`. */
  readonly many: boolean;
}

export class ObserverNode implements PatternNode {
  readonly site: number;
  readonly begin: (tags: Tags, run: PatternRun) => Occurrences;

  constructor(site: number, begin: ObserverNode['begin']) {
    this.site = site;
    this.begin = begin;
  }

  create(run: PatternRun, parent: Parent, place: number): State {
    return new ObserverState(this, run, parent, place);
  }
}

class ObserverState extends TimedState {
  readonly #node: ObserverNode;
  #tags: Tags;
  #occurrences: Occurrences | null = null;
  #waits = false;

  constructor(node: ObserverNode, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.#node = node;
    this.#tags = run.program.tags.none;
  }

  override get repeats(): boolean {
    return this.#occurrences?.many === true && this.parent.keepsAtoms;
  }

  start(begin: Tags): void {
    this.#tags = begin;
    this.#occurrences = this.#node.begin(begin, this.run);
    const next = this.#occurrences.nextMs(this.run.nowMs);
    if (next === null) this.parent.childFalse(this, false);
    else if (next <= this.run.nowMs) this.parent.childTrue(begin, this, true);
    else this.#wait(next);
  }

  #wait(dueMs: number): void {
    this.#waits = true;
    this.run.hold();
    this.run.deadlines.add(this, this.#node.site, dueMs);
  }

  expire(): void {
    this.#waits = false;
    this.run.hold(-1);
    const next = this.repeats ? (this.#occurrences?.nextMs(this.run.nowMs) ?? null) : null;
    if (next !== null) this.#wait(next);
    this.parent.childTrue(this.#tags, this, next === null);
  }

  quit(): void {
    if (!this.#waits) return;
    this.#waits = false;
    this.run.hold(-1);
    this.run.deadlines.cancel(this);
  }

  discard(shared: Shared): void {
    if (shared.holds(this.#tags)) this.parent.childFalse(this, true);
  }
}

/** `timer:interval(period)`. */
export function intervalOf(period: TagsSpan): ObserverNode['begin'] {
  return (tags, run) => {
    const dueMs = addPeriod(run.nowMs, spanOf(period, tags, run));
    return { nextMs: () => dueMs, many: false };
  };
}

/** `timer:at(…)`: the next point that fits, strictly after the present. */
export function atOf(read: (tags: Tags, run: PatternRun) => Crontab): ObserverNode['begin'] {
  return (tags, run) => {
    const crontab = read(tags, run);
    return { nextMs: (nowMs) => nextOccurrence(crontab, nowMs), many: false };
  };
}

/** `timer:schedule(…)`. */
export function scheduleOf(read: (tags: Tags, run: PatternRun) => Schedule): ObserverNode['begin'] {
  return (tags, run) => {
    const schedule = read(tags, run);
    return { nextMs: (nowMs) => schedule.nextMs(nowMs), many: true };
  };
}
