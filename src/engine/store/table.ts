/**
 * A table (Esper reference §6.3): rows by primary key, with plain columns that statements set and aggregation columns that
 * `into table` fills. Tables tell nobody of a change; whoever reads one sees its present rows.
 * State: rows, their accumulators, indexes over plain columns. Bound: {@link MAX_TABLE_ROWS}; a row more is an error of
 * the statement that adds it.
 *
 * A row is seen as an event, made anew when somebody looks after a change: what was handed out stays as it was.
 */
import { CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import type { Accumulator, AccumulatorConstructor, EvaluationContext } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import { keyOf, keyOfValues } from '../functions/values.ts';
import type { EventClass } from '../runtime/event-class.ts';
import type { FindByKey, FindByRange, HashSpec, RowChange, SortedSpec, StepResult, Store, StoreStep } from './store.ts';
import { uniqueViolation } from './store.ts';
import { HashIndex, SortedIndex, type RowIndex } from './store-index.ts';

/** Rows of one table: each costs some 300 bytes and more with its accumulators. */
export const MAX_TABLE_ROWS = 10_000_000;

const NONE: readonly Event[] = Object.freeze([]);

/** A row as the table holds it. */
export class TableRow {
  /** Plain columns; aggregation columns are null in it. */
  plain: Event;
  readonly accumulators: Accumulator[];
  /** With the present values of the aggregations; null after a change. */
  seen: Event | null = null;

  constructor(plain: Event, accumulators: Accumulator[]) {
    this.plain = plain;
    this.accumulators = accumulators;
  }
}

export interface TableOptions {
  readonly type: EventType;
  readonly eventClass: EventClass;
  readonly context: EvaluationContext;
  readonly aggregates: readonly AccumulatorConstructor[];
}

interface Unique {
  readonly index: string;
  readonly spec: HashSpec;
  readonly rows: HashIndex<TableRow>;
}

export class Table implements Store {
  readonly type: EventType;
  readonly #options: TableOptions;
  readonly #keys: readonly string[];
  /** Slot of the key, where it is one column. */
  readonly #onlyKey: `$${string}` | null;
  /** Aggregation columns by name, and the place of each among the properties (-1: a plain column). */
  readonly #columns: readonly string[];
  readonly #placeOf: readonly number[];
  readonly #rows = new Map<Key, TableRow>();
  readonly #hashes = new Map<string, HashIndex<TableRow>>();
  readonly #orders = new Map<string, SortedIndex<TableRow>>();
  readonly #uniques: Unique[] = [];
  /** All of them, with the columns that they read. */
  readonly #indexes: { readonly index: RowIndex<TableRow>; readonly columns: readonly string[] }[] = [];

  constructor(options: TableOptions) {
    const { type } = options;
    this.type = type;
    this.#options = options;
    this.#keys = type.table?.keys ?? [];
    const [only, more] = this.#keys;
    this.#onlyKey = only !== undefined && more === undefined ? slotOf(only) : null;
    this.#columns = (type.table?.aggregates ?? []).map((a) => a.column);
    this.#placeOf = type.properties.map((p) => this.#columns.indexOf(p.name));
  }

  /** Gives back what the rows hold of bounds that several tables share: those of the partitions of a context. */
  stop(): void {
    for (const row of this.#rows.values()) for (const accumulator of row.accumulators) accumulator.release?.();
  }

  get size(): number {
    return this.#rows.size;
  }

  *rows(): Iterable<Event> {
    for (const row of this.#rows.values()) yield this.#event(row);
  }

  /** The row of a key, as it is now. */
  row(keys: readonly Value[]): Event | null {
    const row = this.#rows.get(keyOfValues(keys));
    return row === undefined ? null : this.#event(row);
  }

  /** The keys of all rows: values of a sole key column, else arrays. */
  keys(): readonly Value[] {
    return [...this.#rows.values()].map(({ plain }) => {
      const values = this.#keys.map((k) => plain[slotOf(k)] ?? null);
      return this.#onlyKey === null ? values : (values[0] ?? null);
    });
  }

  /** The row of a key; made with null columns where it is not there. */
  rowFor(keys: readonly Value[], nowMs: number): TableRow {
    const key = keyOfValues(keys);
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const values = this.type.properties.map((p) => keys[this.#keys.indexOf(p.name)] ?? null);
    return this.#add(this.#options.eventClass.fromValues(values, nowMs, '', 0, 0));
  }

  find(keys: readonly Value[]): TableRow | undefined {
    return this.#rows.get(keyOfValues(keys));
  }

  /** What an aggregation column says of no rows: count 0, else mostly null. */
  emptyValue(place: number): Value {
    return this.#options.aggregates[place]?.().value() ?? null;
  }

  #add(plain: Event): TableRow {
    if (this.#rows.size >= MAX_TABLE_ROWS) {
      throw new CodedError('LIMIT_EXCEEDED', `the table '${this.type.name}' has ${MAX_TABLE_ROWS} rows`, {
        hint: 'delete rows that are no longer needed',
      });
    }
    const row = new TableRow(
      plain,
      this.#options.aggregates.map((make) => make()),
    );
    this.#rows.set(this.#keyOf(plain), row);
    for (const { index } of this.#indexes) index.add(row);
    return row;
  }

  #keyOf(event: Event): Key {
    if (this.#onlyKey !== null) return keyOf(event[this.#onlyKey] ?? null);
    return keyOfValues(this.#keys.map((k) => event[slotOf(k)] ?? null));
  }

  #event(row: TableRow): Event {
    if (row.seen !== null) return row.seen;
    let event = row.plain;
    if (this.#columns.length > 0) {
      const { plain } = row;
      const values = this.type.properties.map((p, i) => {
        const at = this.#placeOf[i] ?? -1;
        return at < 0 ? (plain[slotOf(p.name)] ?? null) : (row.accumulators[at]?.value() ?? null);
      });
      event = this.#options.eventClass.fromValues(values, plain.timestampMs, plain.domain, plain.seq, plain.part);
    }
    row.seen = event;
    return event;
  }

  insert(rows: readonly Event[]): readonly Event[] {
    return rows.map((event) => {
      const key = this.#keyOf(event);
      if (this.#rows.has(key)) {
        throw uniqueViolation(
          this.type.name,
          this.#keys.map((k) => event[slotOf(k)] ?? null),
        );
      }
      if (this.#uniques.length > 0) this.#requireUnique(event, null);
      return this.#event(this.#add(event));
    });
  }

  #requireUnique(event: Event, except: TableRow | null): void {
    for (const { index, spec, rows } of this.#uniques) {
      const found = rows.find(spec.key(event, this.#options.context));
      if (found === undefined || (found.size === 1 && except !== null && found.has(except))) continue;
      throw uniqueViolation(
        index,
        spec.columns.map((c) => event[slotOf(c)] ?? null),
      );
    }
  }

  apply({ remove, changes, insert }: StoreStep): StepResult {
    const before: Event[] = [];
    const after: Event[] = [];
    for (const event of remove) {
      const row = this.#held(event);
      if (row === undefined) continue;
      for (const { index } of this.#indexes) index.remove(row);
      this.#rows.delete(this.#keyOf(row.plain));
      for (const accumulator of row.accumulators) accumulator.release?.();
    }
    for (const change of changes) {
      const row = this.#held(change.before);
      if (row === undefined) continue;
      before.push(this.#event(row));
      this.#change(row, change);
      after.push(this.#event(row));
    }
    return { before, after, inserted: insert.length > 0 ? this.insert(insert) : NONE };
  }

  /** Keys are not set, so a row is known by them. */
  #held(event: Event): TableRow | undefined {
    return this.#rows.get(this.#keyOf(event));
  }

  #change(row: TableRow, { after, columns, reset }: RowChange): void {
    if (columns.length > 0) {
      if (this.#uniques.length > 0) this.#requireUnique(after, row);
      const touched = this.#indexes.filter((i) => i.columns.some((c) => columns.includes(c)));
      for (const { index } of touched) index.remove(row);
      row.plain = after;
      for (const { index } of touched) index.add(row);
    }
    if (reset !== null) {
      this.#columns.forEach((column, i) => {
        if (reset === 'all' || reset.has(column)) row.accumulators[i]?.clear();
      });
    }
    row.seen = null;
  }

  hash(spec: HashSpec): FindByKey {
    const { context } = this.#options;
    if (this.#readsAggregates(spec.columns)) {
      return (key) => [...this.rows()].filter((event) => spec.key(event, context) === key);
    }
    const [only, more] = this.#keys;
    if (more === undefined && spec.name === only) {
      return (key) => {
        const row = this.#rows.get(key);
        return row === undefined ? NONE : [this.#event(row)];
      };
    }
    let index = this.#hashes.get(spec.name);
    if (index === undefined) {
      index = new HashIndex((row: TableRow) => spec.key(row.plain, context));
      for (const row of this.#rows.values()) index.add(row);
      this.#hashes.set(spec.name, index);
      this.#indexes.push({ index, columns: spec.columns });
    }
    const found = index;
    return (key) => this.#events(found.find(key));
  }

  #readsAggregates(columns: readonly string[]): boolean {
    return columns.some((c) => this.#columns.includes(c));
  }

  #events(rows: Iterable<TableRow> | undefined): Iterable<Event> {
    if (rows === undefined) return NONE;
    const events: Event[] = [];
    for (const row of rows) events.push(this.#event(row));
    return events;
  }

  sorted(spec: SortedSpec): FindByRange {
    const { context } = this.#options;
    if (this.#readsAggregates(spec.columns)) return () => this.rows();
    let index = this.#orders.get(spec.name);
    if (index === undefined) {
      index = new SortedIndex((row: TableRow) => spec.value(row.plain, context));
      for (const row of this.#rows.values()) index.add(row);
      this.#orders.set(spec.name, index);
      this.#indexes.push({ index, columns: spec.columns });
    }
    const found = index;
    return (bounds) => this.#events(found.range(bounds));
  }

  unique(index: string, spec: HashSpec): void {
    const { context } = this.#options;
    const rows = new HashIndex((row: TableRow) => spec.key(row.plain, context));
    for (const row of this.#rows.values()) {
      if ((rows.find(spec.key(row.plain, context))?.size ?? 0) > 0) {
        throw uniqueViolation(
          index,
          spec.columns.map((c) => row.plain[slotOf(c)] ?? null),
        );
      }
      rows.add(row);
    }
    this.#uniques.push({ index, spec, rows });
    this.#indexes.push({ index: rows, columns: spec.columns });
  }

  dropUnique(index: string): void {
    const at = this.#uniques.findIndex((u) => u.index === index);
    if (at < 0) return;
    for (const { rows } of this.#uniques.splice(at, 1)) {
      this.#indexes.splice(
        this.#indexes.findIndex((i) => i.index === rows),
        1,
      );
    }
  }
}
