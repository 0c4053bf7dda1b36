/**
 * Runs the automaton of match_recognize over rows as they come (Esper reference §8).
 *
 * Δ: a row extends each partial match of its partition by every target that lets it in, in order of preference, and
 * begins one. A match is reported as soon as it is complete: of one start the most preferred, of several starts the
 * earliest; `after match skip` ends the others. With `interval` it is kept until the first row's time plus the interval;
 * one that is preferred to it may take its place meanwhile.
 *
 * State: partial matches by partition and start. Two partial matches of one start in one state have one future where no
 * condition reads the rows taken: the less preferred is dropped; so is, without window and interval, that of a later start.
 * Bounds: below. Over them the least preferred ways of the latest starts are given up, and `exceeded` says so.
 */
import type { Event } from '../../model/event.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { EventClass } from '../runtime/event-class.ts';
import { EventRing } from '../window/event-ring.ts';
import { MATCH } from './automaton.ts';
import type { Match, PartialMatch, Partition, Start, Taken } from './partial-match.ts';
import type { RowProgram } from './row-program.ts';

/** Most partial matches of one partition: each is tried with every row of it. */
export const MAX_PARTIAL_MATCHES = 10_000;
/** Most rows of one partial match. */
export const MAX_ROWS_PER_MATCH = 100_000;
/** Most partitions with state. */
export const MAX_PARTITIONS = 1_000_000;

export type Bound = 'partial matches' | 'rows of a match' | 'partitions';

export interface MatcherOptions {
  /** Rows leave (a data window stands before). */
  readonly windowed: boolean;
  /** Keep complete matches until `flush` or `takeDue`: of each start the most preferred of all lengths. */
  readonly holds: boolean;
  /** When a start's held matches are due, ms; only asked where `interval` is given. */
  readonly dueOf: ((beganMs: number) => number) | null;
}

/** A start with the matches that a row has completed, most preferred first. */
interface Completed {
  readonly start: Start;
  readonly matches: readonly Match[];
}

const NO_MATCHES: readonly Match[] = [];
const ONLY = '';
const UNKNOWN = 0;
const HOLDS = 1;
const FAILS = 2;

export class Matcher {
  readonly #program: RowProgram;
  readonly #context: EvaluationContext;
  readonly #arrays: EventClass;
  readonly #options: MatcherOptions;
  readonly #merges: boolean;
  readonly #mergesStarts: boolean;
  readonly #partitions = new Map<Key, Partition>();
  /** Starts in order of time, for `interval`; ended ones are skipped. */
  #queue: Start[] = [];
  #rows = 0;
  /** The row that conditions see; filled before each evaluation. */
  readonly #seen: (Event | null)[];
  /** Outcome by variable for the present row, of conditions that read no other rows taken. */
  readonly #tested: Uint8Array;
  readonly #noSingles: readonly null[];
  /** Which bound kept something out since it was last asked for. */
  #exceeded: Bound | null = null;

  constructor(program: RowProgram, context: EvaluationContext, arrays: EventClass, options: MatcherOptions) {
    this.#program = program;
    this.#context = context;
    this.#arrays = arrays;
    this.#options = options;
    this.#merges = !program.correlated && !program.allMatches;
    this.#mergesStarts =
      this.#merges && !options.windowed && !options.holds && program.skip === 'past last row' && !program.correlated;
    const variables = program.conditions.length;
    this.#seen = Array.from({ length: 1 + variables + program.previous.length }, () => null);
    this.#tested = new Uint8Array(variables);
    this.#noSingles = Array.from({ length: variables }, () => null);
  }

  get exceeded(): Bound | null {
    const bound = this.#exceeded;
    this.#exceeded = null;
    return bound;
  }

  /** Takes one row; the matches to deliver now. */
  step(event: Event, nowMs: number): readonly Match[] {
    const partition = this.#partitionOf(event);
    if (partition === null) return NO_MATCHES;
    const row = this.#rows++;
    this.#prepare(event, partition);
    const before = partition.starts;
    const starts: Start[] = [];
    const complete: Completed[] = [];
    const ended: Start[] = [];
    const states = this.#mergesStarts ? new Set<number>() : null;
    let size = 0;
    for (const start of before) {
      const matches = this.#extend(start, event, row, states, MAX_PARTIAL_MATCHES - size);
      size += start.partials.length;
      if (matches.length > 0) complete.push({ start, matches });
      else if (start.partials.length === 0 && start.held.length > 0 && this.#program.orTerminated) ended.push(start);
      if (start.partials.length > 0 || start.held.length > 0 || matches.length > 0) starts.push(start);
      else start.over = true;
    }
    const begun = this.#begin(event, row, nowMs, partition, states);
    if (begun !== null) {
      if (size + begun.start.partials.length > MAX_PARTIAL_MATCHES) this.#exceeded = 'partial matches';
      else {
        starts.push(begun.start);
        if (begun.matches.length > 0) complete.push(begun);
        if (this.#options.dueOf !== null) this.#queue.push(begun.start);
      }
    }
    if (starts.length > 0 || before.length > 0) partition.starts = starts;
    this.#remember(event, partition);
    const found = this.#options.holds
      ? this.#hold(complete, ended, partition, nowMs)
      : complete.length === 0
        ? NO_MATCHES
        : this.#report(complete, partition);
    this.#settle(partition);
    return found;
  }

  // -------------------------------------------------------------------------------------------- one row

  #prepare(event: Event, partition: Partition): void {
    this.#tested.fill(UNKNOWN);
    const { previous } = this.#program;
    const first = this.#seen.length - previous.length;
    for (let i = 0; i < previous.length; i++) {
      const back = previous[i] ?? 0;
      this.#seen[first + i] = back === 0 ? event : (partition.history?.fromNewest(back - 1) ?? null);
    }
  }

  /** Moves the partial matches of `start` on; those that are complete with this row, most preferred first. `room`: how many it may have. */
  #extend(start: Start, event: Event, row: number, states: Set<number> | null, room: number): readonly Match[] {
    const next: PartialMatch[] = [];
    const own = this.#merges ? (states ?? new Set<number>()) : null;
    let complete: Match[] | null = null;
    for (const partial of start.partials) {
      const targets = this.#program.automaton.targets[partial.state] ?? [];
      for (const target of targets) {
        if (target === MATCH) {
          if (partial.cut) break;
          continue;
        }
        if (!this.#admits(target, partial.singles, partial.taken, event)) continue;
        if (own !== null) {
          if (own.has(target)) continue;
          own.add(target);
        }
        if (next.length >= room) {
          this.#exceeded = 'partial matches';
          break;
        }
        const taken = this.#take(target, partial.singles, partial.taken, event);
        if (taken === null) continue;
        if (!this.#isComplete(target)) {
          next.push(taken);
          continue;
        }
        (complete ??= []).push({ begin: start.row, end: row, singles: taken.singles, taken: taken.taken });
        if (this.#options.holds && !this.#program.allMatches) {
          // What is less preferred than a complete match is never reported.
          next.push({ ...taken, cut: true });
          start.partials = next;
          return complete;
        }
        next.push(taken);
      }
    }
    start.partials = next;
    return complete ?? NO_MATCHES;
  }

  #begin(event: Event, row: number, nowMs: number, partition: Partition, states: Set<number> | null): Completed | null {
    const partials: PartialMatch[] = [];
    let complete: Match[] | null = null;
    for (const state of this.#program.automaton.start) {
      if (states?.has(state) === true) continue;
      if (!this.#admits(state, this.#noSingles, null, event)) continue;
      const taken = this.#take(state, this.#noSingles, null, event);
      if (taken === null) continue;
      const isComplete = this.#isComplete(state);
      if (isComplete) (complete ??= []).push({ begin: row, end: row, singles: taken.singles, taken: taken.taken });
      const last = isComplete && this.#options.holds && !this.#program.allMatches;
      partials.push(last ? { ...taken, cut: true } : taken);
      if (last) break;
    }
    if (partials.length === 0) return null;
    const start: Start = { row, first: event, beganMs: nowMs, partition, partials, held: NO_MATCHES, over: false };
    return { start, matches: complete ?? NO_MATCHES };
  }

  #isComplete(state: number): boolean {
    return this.#program.automaton.targets[state]?.includes(MATCH) === true;
  }

  #admits(state: number, singles: readonly (Event | null)[], taken: Taken | null, event: Event): boolean {
    const variable = this.#program.automaton.variable[state] ?? 0;
    const condition = this.#program.conditions[variable];
    if (condition === undefined || condition.holds === null) return true;
    const seen = this.#seen;
    if (!condition.correlated) {
      const known = this.#tested[variable];
      if (known !== UNKNOWN) return known === HOLDS;
      seen[1 + variable] = event;
      const holds = condition.holds(seen, this.#context);
      this.#tested[variable] = holds ? HOLDS : FAILS;
      return holds;
    }
    for (let i = 0; i < singles.length; i++) seen[1 + i] = singles[i] ?? null;
    seen[1 + variable] = event;
    seen[0] = this.#program.readsArrays ? arraysOf(taken, this.#program, this.#arrays, event) : null;
    return condition.holds(seen, this.#context);
  }

  #take(state: number, singles: readonly (Event | null)[], before: Taken | null, event: Event): PartialMatch | null {
    const variable = this.#program.automaton.variable[state] ?? 0;
    if (this.#program.multiple[variable] !== true) {
      const own = singles.slice();
      own[variable] = event;
      return { state, singles: own, taken: before, cut: false };
    }
    if (this.#program.kept[variable] !== true) return { state, singles, taken: before, cut: false };
    const length = (before?.length ?? 0) + 1;
    if (length > MAX_ROWS_PER_MATCH) {
      this.#exceeded = 'rows of a match';
      return null;
    }
    return { state, singles, taken: { event, variable, before, length }, cut: false };
  }

  // -------------------------------------------------------------------------------------------- reporting

  /** `complete` in order of their starts. */
  #report(complete: readonly Completed[], partition: Partition): readonly Match[] {
    const { allMatches, skip } = this.#program;
    const found: Match[] = [];
    for (const { matches } of complete) {
      if (allMatches) found.push(...matches);
      else if (matches[0] !== undefined) found.push(matches[0]);
      if (!allMatches && skip === 'past last row') break;
    }
    const last = skip === 'past last row' ? Infinity : (complete.at(-1)?.start.row ?? -1);
    for (const start of partition.starts) if (start.row <= last) start.over = true;
    partition.starts = partition.starts.filter((s) => !s.over);
    return found;
  }

  #hold(
    complete: readonly Completed[],
    ended: readonly Start[],
    partition: Partition,
    nowMs: number,
  ): readonly Match[] {
    const { allMatches, orTerminated } = this.#program;
    const due = new Set(ended);
    for (const { start, matches } of complete) {
      start.held = allMatches ? [...start.held, ...matches] : matches.slice(0, 1);
      const late = this.#options.dueOf !== null && nowMs >= this.#options.dueOf(start.beganMs);
      if (late || (orTerminated && !this.#canGrow(start))) due.add(start);
    }
    if (due.size === 0) return NO_MATCHES;
    const found = this.#deliver([...due].sort((a, b) => a.row - b.row));
    if (this.#program.skip === 'past last row') {
      // Starts within what is reported take no more rows; what they hold is due at their own time.
      const end = found.reduce((most, m) => Math.max(most, m.end), -1);
      for (const start of partition.starts) if (start.row <= end) start.partials = [];
    }
    partition.starts = partition.starts.filter((s) => !s.over && (s.partials.length > 0 || s.held.length > 0));
    return found;
  }

  #canGrow(start: Start): boolean {
    return start.partials.some((p) => {
      const targets = this.#program.automaton.targets[p.state] ?? [];
      return p.cut ? targets[0] !== MATCH : targets.some((t) => t !== MATCH);
    });
  }

  /** What `starts` (by row) hold, less what lies within an earlier match of the partition. Ends them. */
  #deliver(starts: readonly Start[]): readonly Match[] {
    const { allMatches, skip } = this.#program;
    const found: Match[] = [];
    const ends = new Map<Partition, number>();
    for (const start of starts) {
      start.over = true;
      const inside = !allMatches && skip === 'past last row' && start.row <= (ends.get(start.partition) ?? -1);
      if (inside) continue;
      found.push(...start.held);
      const end = start.held.reduce((most, m) => Math.max(most, m.end), -1);
      ends.set(start.partition, Math.max(end, ends.get(start.partition) ?? -1));
    }
    return found;
  }

  /** The time at which held matches are due next, ms; Infinity without. */
  nextDue(): number {
    if (this.#options.dueOf === null) return Infinity;
    const live = this.#queue.findIndex((s) => !s.over);
    if (live !== 0) this.#queue = live < 0 ? [] : this.#queue.slice(live);
    const [first] = this.#queue;
    return first === undefined ? Infinity : this.#options.dueOf(first.beganMs);
  }

  /** The matches whose interval is over at `nowMs`. */
  takeDue(nowMs: number): readonly Match[] {
    const due: Start[] = [];
    while (this.nextDue() <= nowMs) {
      const start = this.#queue.shift();
      if (start === undefined) break;
      // One that is not complete goes on: it is delivered with the row that completes it.
      if (start.held.length > 0) due.push(start);
    }
    return this.#end(due);
  }

  /** All that is held, whenever due: the end of a finite sequence of rows. */
  flush(): readonly Match[] {
    const held: Start[] = [];
    for (const p of this.#partitions.values()) held.push(...p.starts.filter((s) => s.held.length > 0));
    return this.#end(held.sort((a, b) => a.row - b.row));
  }

  #end(starts: readonly Start[]): readonly Match[] {
    const found = this.#deliver(starts);
    for (const { partition } of starts) {
      partition.starts = partition.starts.filter((s) => !s.over);
      this.#settle(partition);
    }
    return found;
  }

  // -------------------------------------------------------------------------------------------- partitions

  /** A row leaves: what began with it ends. Rows leave in the order in which they came. */
  remove(event: Event): void {
    const partition = this.#partitions.get(this.#keyOf(event));
    if (partition === undefined) return;
    partition.rows--;
    const { history } = partition;
    if (history !== null && history.fromOldest(0) === event) history.shift();
    for (const start of partition.starts) {
      if (start.first !== event) continue;
      start.partials = [];
      if (start.held.length === 0) start.over = true;
    }
    partition.starts = partition.starts.filter((s) => !s.over);
    this.#settle(partition);
  }

  clear(): void {
    for (const p of this.#partitions.values()) for (const start of p.starts) start.over = true;
    this.#partitions.clear();
    this.#queue = [];
  }

  #keyOf(event: Event): Key {
    return this.#program.key === null ? ONLY : this.#program.key(event, this.#context);
  }

  #partitionOf(event: Event): Partition | null {
    const key = this.#keyOf(event);
    const known = this.#partitions.get(key);
    if (known !== undefined) return known;
    if (this.#partitions.size >= MAX_PARTITIONS) {
      this.#exceeded = 'partitions';
      return null;
    }
    const history = this.#program.farthest > 0 ? new EventRing() : null;
    return { key, starts: [], history, rows: 0, known: false };
  }

  /** Keeps a partition of which something may be asked again, forgets another. */
  #settle(partition: Partition): void {
    const asked =
      partition.starts.length > 0 || (this.#options.windowed ? partition.rows > 0 : partition.history !== null);
    if (asked === partition.known) return;
    partition.known = asked;
    if (asked) this.#partitions.set(partition.key, partition);
    else this.#partitions.delete(partition.key);
  }

  #remember(event: Event, partition: Partition): void {
    partition.rows++;
    const { history } = partition;
    if (history === null) return;
    history.push(event);
    if (history.size > this.#program.farthest) history.shift();
  }
}

/** Stream 0: the rows of the variables that can have several, oldest first, as one event. */
export function arraysOf(taken: Taken | null, program: RowProgram, arrays: EventClass, like: Event): Event {
  const rows = new Map<number, Event[]>();
  program.multiple.forEach((multiple, variable) => {
    if (multiple) rows.set(variable, []);
  });
  for (let link = taken; link !== null; link = link.before) rows.get(link.variable)?.push(link.event);
  const values = [...rows.values()].map((events) => events.toReversed());
  return arrays.fromValues(values, like.timestampMs, like.domain, like.seq, 0);
}
