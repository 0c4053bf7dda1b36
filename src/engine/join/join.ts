/**
 * The join of all streams of a statement, evaluated once per cause with everything that the cause did to them.
 *
 * Δ: remove = rows of the leaving events with what is there before the change; insert = rows of the arriving events with
 * what is there after it (Esper's JoinSetComposer). An outer join never takes back a padded row: only changes of an event
 * itself make rows (conformance joins/left-outer-01). State: per stream its rows and hash indexes.
 */
import type { Event } from '../../model/event.ts';
import type { EventRow } from '../evaluation.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { JoinPlan, Lookup, OuterPlan } from './join-plan.ts';
import { JoinIndex, JoinSide, TableSide } from './join-side.ts';
import type { Side } from './join-side.ts';
import type { Store } from '../store/store.ts';

const NO_ROWS: readonly EventRow[] = [];
const NO_EVENTS: readonly Event[] = [];

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

/**
 * Rows found so far. A row may be found from several of its events: it is kept from the first stream only. An event that
 * came and went on the same cause is in no index, so rows with it are found from it alone.
 */
class FoundRows {
  readonly rows: EventRow[] = [];
  readonly #changed: readonly (ReadonlySet<Event> | null)[] | null;
  #from = 0;
  #transient = false;

  /** `changed`: per stream the events that are expanded; null when nothing can repeat. */
  constructor(changed: readonly (ReadonlySet<Event> | null)[] | null) {
    this.#changed = changed;
  }

  begin(stream: number, transient: boolean): void {
    this.#from = stream;
    this.#transient = transient;
  }

  add(row: EventRow): void {
    if (this.#changed !== null && !this.#transient) {
      for (let i = 0; i < this.#from; i++) {
        const event = row[i] ?? null;
        if (event !== null && this.#changed[i]?.has(event) === true) return;
      }
    }
    this.rows.push(row);
  }
}

function changedOf(changes: readonly StreamChange[], removing: boolean): (ReadonlySet<Event> | null)[] {
  return changes.map((change) => {
    const events = removing ? change.remove : change.insert;
    return events.length === 0 ? null : new Set(events);
  });
}

export class Join {
  readonly #plan: JoinPlan;
  readonly #context: InstanceContext;
  readonly #sides: readonly Side[];
  readonly #driven: boolean;
  readonly #wantsRemove: boolean;

  /** `wantsRemove`: false where nobody looks at rows that leave. `tables`: by stream the table that it reads, else null. */
  constructor(plan: JoinPlan, context: InstanceContext, wantsRemove: boolean, tables: readonly (Store | null)[] = []) {
    this.#wantsRemove = wantsRemove;
    this.#plan = plan;
    this.#context = context;
    this.#sides = plan.indexes.map((indexes, stream) => {
      const table = tables[stream] ?? null;
      if (table !== null) return new TableSide(table, indexes);
      const side = new JoinSide();
      for (const { key } of indexes) side.indexes.push(new JoinIndex(key, context));
      return side;
    });
    this.#driven = plan.unidirectional.includes(true);
  }

  evaluate(changes: readonly StreamChange[]): JoinedRows {
    const remove = this.#driven || !this.#wantsRemove ? NO_ROWS : this.#expandAll(changes, true);
    changes.forEach((change, stream) => {
      const side = this.#sides[stream];
      if (side === undefined || this.#plan.unidirectional[stream] === true) return;
      if (this.#plan.passing[stream] === true) return;
      for (const event of change.insert) side.add(event);
      for (const event of change.remove) side.remove(event);
    });
    return { insert: this.#expandAll(changes, false), remove };
  }

  /** All rows of the join now, for `iterate` and snapshots. */
  all(): readonly EventRow[] {
    const found = new FoundRows(this.#sides.map((side) => side.all));
    this.#sides.forEach((side, stream) => {
      found.begin(stream, false);
      for (const event of side.all) this.#expand(stream, event, found);
    });
    return found.rows;
  }

  #expandAll(changes: readonly StreamChange[], removing: boolean): readonly EventRow[] {
    let streams = 0;
    for (const change of changes) if ((removing ? change.remove : change.insert).length > 0) streams++;
    if (streams === 0) return NO_ROWS;
    const found = new FoundRows(streams === 1 ? null : changedOf(changes, removing));
    this.#context.removing = removing;
    for (let stream = 0; stream < changes.length; stream++) {
      const change = changes[stream];
      const side = this.#sides[stream];
      if (change === undefined || side === undefined) continue;
      if (this.#driven && this.#plan.unidirectional[stream] !== true) continue;
      for (const event of removing ? change.remove : change.insert) {
        found.begin(stream, streams > 1 && !this.#driven && !side.all.has(event));
        this.#expand(stream, event, found);
      }
    }
    this.#context.removing = false;
    return found.rows;
  }

  #expand(stream: number, event: Event, into: FoundRows): void {
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

  #bind(lookups: readonly Lookup[], at: number, row: MutableRow, into: FoundRows): void {
    const lookup = lookups[at];
    if (lookup === undefined) {
      into.add(row.slice());
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
    if (side === undefined) return NO_EVENTS;
    const { key } = lookup;
    if (key === null) return side.all;
    if (!lookup.nullMeetsNull && key.hasNull(row, this.#context)) return NO_EVENTS;
    return side.indexes[lookup.index]?.find(key.of(row, this.#context)) ?? NO_EVENTS;
  }

  /** The rows of the sequential join in which `stream` is `event`. */
  #expandOuter(plan: OuterPlan, stream: number, event: Event, into: FoundRows): void {
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
    const { key } = lookup;
    if (key === null) return [only];
    if (!lookup.nullMeetsNull && key.hasNull(row, this.#context)) return NO_EVENTS;
    const own = this.#plan.indexes[lookup.stream]?.[lookup.index]?.key(only, this.#context);
    return key.of(row, this.#context) === own ? [only] : NO_EVENTS;
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
