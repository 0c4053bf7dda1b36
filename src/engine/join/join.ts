/**
 * The join of all streams of a statement, evaluated once per cause with everything that the cause did to them.
 *
 * Δ: remove = rows of the leaving events with what is there before the change; insert = rows of the arriving events with
 * what is there after it (Esper's JoinSetComposer). An outer join never takes back a padded row: only changes of an event
 * itself make rows (conformance joins/left-outer-01). State: per stream its rows and hash indexes.
 */
import type { Event } from '../../model/event.ts';
import type { EventRow } from '../evaluation.ts';
import { keyOfValues } from '../functions/values.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { JoinPlan, Lookup, OuterPlan } from './join-plan.ts';
import { JoinIndex, joinKey, JoinSide, NULL_KEY } from './join-side.ts';

type MutableRow = (Event | null)[];

export interface JoinedRows {
  readonly insert: readonly EventRow[];
  readonly remove: readonly EventRow[];
}

/** What one cause did to one stream. */
export interface StreamChange {
  readonly insert: Event[];
  readonly remove: Event[];
}

/** Rows without repetition: the same row may be found from several of its events. */
class RowSet {
  readonly rows: EventRow[] = [];
  readonly #byFirst = new Map<Event, EventRow[]>();
  readonly #check: boolean;

  /** `check`: false when only one event is expanded, so that nothing can repeat. */
  constructor(check: boolean) {
    this.#check = check;
  }

  add(row: EventRow): void {
    if (this.#check) {
      const first = row.find((e) => e !== null) ?? null;
      if (first === null) return;
      const known = this.#byFirst.get(first);
      if (known === undefined) this.#byFirst.set(first, [row]);
      else if (known.some((other) => other.every((e, i) => e === row[i]))) return;
      else known.push(row);
    }
    this.rows.push(row);
  }
}

export class Join {
  readonly #plan: JoinPlan;
  readonly #context: InstanceContext;
  readonly #sides: readonly JoinSide[];
  readonly #driven: boolean;

  constructor(plan: JoinPlan, context: InstanceContext) {
    this.#plan = plan;
    this.#context = context;
    this.#sides = plan.indexes.map((indexes) => {
      const side = new JoinSide();
      for (const values of indexes) side.indexes.push(new JoinIndex(values, context));
      return side;
    });
    this.#driven = plan.unidirectional.includes(true);
  }

  evaluate(changes: readonly StreamChange[]): JoinedRows {
    const remove = this.#driven ? [] : this.#expandAll(changes, true);
    changes.forEach((change, stream) => {
      const side = this.#sides[stream];
      if (side === undefined || this.#plan.unidirectional[stream] === true) return;
      for (const event of change.insert) side.add(event);
      for (const event of change.remove) side.remove(event);
    });
    return { insert: this.#expandAll(changes, false), remove };
  }

  /** All rows of the join now, for `iterate` and snapshots. */
  all(): readonly EventRow[] {
    const found = new RowSet(true);
    this.#sides.forEach((side, stream) => {
      for (const event of side.all) this.#expand(stream, event, found);
    });
    return found.rows;
  }

  #expandAll(changes: readonly StreamChange[], removing: boolean): readonly EventRow[] {
    let total = 0;
    for (const change of changes) total += removing ? change.remove.length : change.insert.length;
    if (total === 0) return [];
    const found = new RowSet(total > 1);
    this.#context.removing = removing;
    changes.forEach((change, stream) => {
      if (this.#driven && this.#plan.unidirectional[stream] !== true) return;
      for (const event of removing ? change.remove : change.insert) this.#expand(stream, event, found);
    });
    this.#context.removing = false;
    return found.rows;
  }

  #expand(stream: number, event: Event, into: RowSet): void {
    const { plan, streams } = this.#plan;
    if (plan.kind === 'outer') {
      this.#expandOuter(plan, stream, event, into);
      return;
    }
    const from = plan.from[stream];
    if (from === undefined) return;
    const row: MutableRow = [];
    for (let i = 0; i < streams; i++) row.push(i === stream ? event : null);
    if (from.filter !== null && !from.filter(row, this.#context)) return;
    this.#bind(from.lookups, 0, row, into);
  }

  #bind(lookups: readonly Lookup[], at: number, row: MutableRow, into: RowSet): void {
    const lookup = lookups[at];
    if (lookup === undefined) {
      into.add([...row]);
      return;
    }
    for (const event of this.#find(lookup, row)) {
      row[lookup.stream] = event;
      if (lookup.filter === null || lookup.filter(row, this.#context)) this.#bind(lookups, at + 1, row, into);
    }
    row[lookup.stream] = null;
  }

  #find(lookup: Lookup, row: EventRow): Iterable<Event> {
    const side = this.#sides[lookup.stream];
    if (side === undefined) return [];
    if (lookup.key === null) return side.all;
    const values = lookup.key(row, this.#context);
    const key = joinKey(values);
    if (key === NULL_KEY) {
      return lookup.nullMeetsNull ? (side.indexes[lookup.index]?.find(keyOfValues(values)) ?? []) : [];
    }
    return side.indexes[lookup.index]?.find(key) ?? [];
  }

  /** The rows of the sequential join in which `stream` is `event`. */
  #expandOuter(plan: OuterPlan, stream: number, event: Event, into: RowSet): void {
    const allowed = this.#candidates(plan, stream, event);
    const width = this.#plan.streams;
    let rows: MutableRow[] = [];
    for (const first of allowed.get(0) ?? this.#sides[0]?.all ?? []) {
      const row: MutableRow = Array.from({ length: width }, () => null);
      row[0] = first;
      rows.push(row);
    }
    for (const step of plan.steps) {
      const right = step.lookup.stream;
      const only = right === stream ? event : null;
      const next: MutableRow[] = [];
      let met = false;
      for (const row of rows) {
        let matched = false;
        for (const candidate of this.#matches(step.lookup, row, only)) {
          const joined = [...row];
          joined[right] = candidate;
          if (step.lookup.filter !== null && !step.lookup.filter(joined, this.#context)) continue;
          next.push(joined);
          matched = true;
          met = true;
        }
        if (!matched && (step.kind === 'left' || step.kind === 'full')) next.push(row);
      }
      if (only !== null && !met && (step.kind === 'right' || step.kind === 'full')) {
        const padded: MutableRow = Array.from({ length: width }, () => null);
        padded[right] = only;
        next.push(padded);
      }
      rows = next;
    }
    for (const row of rows) {
      if (row[stream] === event && (plan.where === null || plan.where(row, this.#context))) into.add(row);
    }
  }

  /** Rows of the step's stream that meet `row`; where the stream is the one expanded, its event alone. */
  #matches(lookup: Lookup, row: EventRow, only: Event | null): Iterable<Event> {
    if (only === null) return this.#find(lookup, row);
    if (lookup.key === null) return [only];
    const values = lookup.key(row, this.#context);
    const own = this.#plan.indexes[lookup.stream]?.[lookup.index]?.(only, this.#context) ?? [];
    if (!lookup.nullMeetsNull && joinKey(values) === NULL_KEY) return [];
    return keyOfValues(values) === keyOfValues(own) ? [only] : [];
  }

  /** Per stream before `stream`, the rows that can stand beside `event`; a stream that is missing is unrestricted. */
  #candidates(plan: OuterPlan, stream: number, event: Event): ReadonlyMap<number, ReadonlySet<Event>> {
    const allowed = new Map<number, Set<Event>>([[stream, new Set([event])]]);
    for (let i = plan.steps.length - 1; i >= 0; i--) {
      const step = plan.steps[i];
      const from = step === undefined ? undefined : allowed.get(step.lookup.stream);
      if (step === undefined || from === undefined) continue;
      for (const back of step.back) {
        const found = new Set<Event>();
        for (const candidate of from) {
          const row: MutableRow = Array.from({ length: this.#plan.streams }, () => null);
          row[step.lookup.stream] = candidate;
          for (const earlier of this.#find(back, row)) found.add(earlier);
        }
        if (!allowed.has(back.stream)) allowed.set(back.stream, found);
      }
    }
    return allowed;
  }
}
