/** One stream's present rows as a join sees them: all of them, and hash indexes over lists of expressions. */
import type { Event } from '../../model/event.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { EventKey } from '../compile/compile.ts';
import type { HashSpec, Store } from '../store/store.ts';

const NO_EVENTS: readonly Event[] = [];

/** Rows by key. Null keys are kept under keys of their own: only outer joins look them up. */
export class JoinIndex {
  readonly #key: EventKey;
  readonly #context: EvaluationContext;
  readonly #byKey = new Map<Key, Event[]>();

  constructor(key: EventKey, context: EvaluationContext) {
    this.#key = key;
    this.#context = context;
  }

  add(event: Event): void {
    const key = this.#key(event, this.#context);
    const bucket = this.#byKey.get(key);
    if (bucket === undefined) this.#byKey.set(key, [event]);
    else bucket.push(event);
  }

  remove(event: Event): void {
    const key = this.#key(event, this.#context);
    const bucket = this.#byKey.get(key);
    if (bucket === undefined) return;
    const at = bucket.indexOf(event);
    if (at < 0) return;
    if (bucket.length === 1) this.#byKey.delete(key);
    else bucket.splice(at, 1);
  }

  find(key: Key): readonly Event[] {
    return this.#byKey.get(key) ?? NO_EVENTS;
  }
}

/** What a join looks into: rows of one stream, and indexes over them. */
export interface Side {
  readonly all: ReadonlySet<Event>;
  readonly indexes: readonly { find(key: Key): Iterable<Event> }[];
  add(event: Event): void;
  remove(event: Event): void;
}

/** A table's rows as they are when one looks. */
export class TableSide implements Side {
  readonly indexes: readonly { find(key: Key): Iterable<Event> }[];
  readonly #table: Store;

  constructor(table: Store, indexes: readonly HashSpec[]) {
    this.#table = table;
    this.indexes = indexes.map((spec) => ({ find: table.hash(spec) }));
  }

  get all(): ReadonlySet<Event> {
    return new Set(this.#table.rows());
  }
  add(): void {}
  remove(): void {}
}

export class JoinSide implements Side {
  readonly all = new Set<Event>();
  readonly indexes: JoinIndex[] = [];

  add(event: Event): void {
    this.all.add(event);
    for (const index of this.indexes) index.add(event);
  }

  remove(event: Event): void {
    if (!this.all.delete(event)) return;
    for (const index of this.indexes) index.remove(event);
  }
}
