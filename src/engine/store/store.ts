/**
 * What statements see of a named window or table: rows, and ways to find some of them. One object per context partition
 * (without a context one per engine); it is made and owned by the instance of the `create` statement.
 */
import { CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import type { EventKey } from '../compile/compile.ts';
import type { EventEvaluator } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { RangeBounds } from './store-index.ts';

/** Names what an index is over, so that statements share it. */
export interface HashSpec {
  readonly name: string;
  readonly key: EventKey;
  /** Columns that it reads. */
  readonly columns: readonly string[];
}

export interface SortedSpec {
  readonly name: string;
  readonly value: EventEvaluator;
  readonly columns: readonly string[];
}

export type FindByKey = (key: Key) => Iterable<Event>;
export type FindByRange = (bounds: RangeBounds) => Iterable<Event>;

export interface RowChange {
  readonly before: Event;
  /** The row as it is to be; what it says of aggregation columns does not count. */
  readonly after: Event;
  /** Columns that may differ. */
  readonly columns: readonly string[];
  /** Aggregation columns to start afresh: all, some or none. */
  readonly reset: 'all' | ReadonlySet<string> | null;
}

export interface Store {
  readonly type: EventType;
  /** Present rows; not to be changed while one iterates. */
  rows(): Iterable<Event>;
  hash(spec: HashSpec): FindByKey;
  sorted(spec: SortedSpec): FindByRange;
  /** Keeps a unique index. Throws `EVALUATION` if present rows do not obey. */
  unique(index: string, spec: HashSpec): void;
  /** Forgets a unique index. */
  dropUnique(index: string): void;
  /** Answers the rows as the store shows them. Throws `EVALUATION` on a unique key that exists. */
  insert(rows: readonly Event[]): readonly Event[];
  /**
   * Removes `remove`, changes the rows of `changes`, inserts `insert`, as one step. Rows that are gone already are passed
   * over. Answers the changed rows, after and before, and the inserted ones.
   */
  apply(step: StoreStep): StepResult;
}

export interface StoreStep {
  readonly remove: readonly Event[];
  readonly changes: readonly RowChange[];
  readonly insert: readonly Event[];
}

export interface StepResult {
  readonly after: readonly Event[];
  readonly before: readonly Event[];
  readonly inserted: readonly Event[];
}

/** The stores of an engine by name. */
export class Stores {
  readonly #byName = new Map<string, Store>();

  add(name: string, store: Store): void {
    this.#byName.set(name, store);
  }

  remove(name: string): void {
    this.#byName.delete(name);
  }

  find(name: string): Store | undefined {
    return this.#byName.get(name);
  }

  /** Throws `UNKNOWN_STREAM`. */
  get(name: string): Store {
    const store = this.#byName.get(name);
    if (store === undefined) throw new CodedError('UNKNOWN_STREAM', `no named window or table is called '${name}'`);
    return store;
  }
}

export function uniqueViolation(index: string, key: readonly Value[]): CodedError {
  return new CodedError('EVALUATION', `the unique index '${index}' holds the key ${JSON.stringify(key)} already`, {
    hint: 'merge into the row, or delete it first',
  });
}
