/**
 * Fully aggregated with group by (category 4): one row per group that an update touches; the old row carries the group's
 * aggregates before the update (null sums and count 0 when the group first appears).
 * State: the aggregation; for `output last` the groups touched, for `output all` every group ever seen.
 */
import type { RowKey } from '../compile/compile.ts';
import type { EventRow } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { AggregationState } from './aggregation.ts';
import { Outcome } from './outcome.ts';
import type { RowList } from './outcome.ts';
import type { GroupPoll, ResultSet, RowMaker, Rows } from './result-set.ts';

export class RowPerGroup implements ResultSet {
  readonly #maker: RowMaker;
  readonly #aggregation: AggregationState;
  readonly #key: RowKey;
  readonly #context: InstanceContext;
  readonly #firstTestsHaving: boolean;
  #touched = new Map<Key, EventRow>();
  #oldOfInterval = new Outcome();
  readonly #everSeen = new Map<Key, EventRow>();
  #intervalOpen = false;

  constructor(maker: RowMaker, aggregation: AggregationState, key: RowKey, context: InstanceContext, having: boolean) {
    this.#maker = maker;
    this.#aggregation = aggregation;
    this.#key = key;
    this.#context = context;
    this.#firstTestsHaving = having;
  }

  process(insert: Rows, remove: Rows, out: Outcome): void {
    const insertKeys = insert.map((row) => this.#key(row, this.#context));
    const removeKeys = remove.map((row) => this.#key(row, this.#context));
    const groups = new Map<Key, EventRow>();
    insertKeys.forEach((key, i) => groups.set(key, insert[i] ?? []));
    removeKeys.forEach((key, i) => groups.set(key, remove[i] ?? []));
    if (this.#maker.removes) for (const [key, row] of groups) this.#row(key, row, true, out.remove);
    insertKeys.forEach((key, i) => this.#aggregation.enter(key, insert[i] ?? []));
    removeKeys.forEach((key, i) => this.#aggregation.leave(key, remove[i] ?? []));
    for (const [key, row] of groups) this.#row(key, row, false, out.insert);
  }

  processOne(insert: EventRow | null, remove: EventRow | null, out: Outcome): void {
    const only = insert ?? remove;
    if (only === null) return;
    if (insert !== null && remove !== null) {
      const entering = this.#key(insert, this.#context);
      if (entering !== this.#key(remove, this.#context)) {
        this.process([insert], [remove], out);
        return;
      }
    }
    const key = this.#key(only, this.#context);
    if (this.#maker.removes) this.#row(key, only, true, out.remove);
    if (insert !== null) this.#aggregation.enter(key, insert);
    if (remove !== null) this.#aggregation.leave(key, remove);
    this.#row(key, only, false, out.insert);
  }

  #row(key: Key, row: EventRow, removing: boolean, into: RowList): boolean {
    this.#aggregation.use(key, row);
    return this.#maker.make(row, removing, into);
  }

  absorbLast(insert: Rows, remove: Rows): void {
    for (const row of insert) {
      const key = this.#touch(row);
      this.#aggregation.enter(key, row);
    }
    for (const row of remove) {
      const key = this.#touch(row);
      this.#aggregation.leave(key, row);
    }
  }

  #touch(row: EventRow): Key {
    const key = this.#key(row, this.#context);
    if (this.#maker.removes && !this.#touched.has(key)) this.#row(key, row, true, this.#oldOfInterval.remove);
    this.#touched.set(key, row);
    return key;
  }

  emitLast(out: Outcome): void {
    out.append(this.#oldOfInterval);
    for (const [key, row] of this.#touched) this.#row(key, row, false, out.insert);
    this.#touched = new Map();
    this.#oldOfInterval = new Outcome();
  }

  absorbAll(insert: Rows, remove: Rows): void {
    this.#openInterval();
    for (const row of insert) this.#see(row);
    for (const row of remove) this.#see(row);
    this.#apply(insert, remove);
  }

  /** Old rows of an interval: every group seen before it, with the values at its start. */
  #openInterval(): void {
    if (this.#intervalOpen) return;
    this.#intervalOpen = true;
    if (this.#maker.removes) {
      for (const [key, row] of this.#everSeen) this.#row(key, row, true, this.#oldOfInterval.remove);
    }
  }

  #see(row: EventRow): void {
    const key = this.#key(row, this.#context);
    if (this.#maker.removes && !this.#everSeen.has(key)) this.#row(key, row, true, this.#oldOfInterval.remove);
    this.#everSeen.set(key, row);
  }

  emitAll(out: Outcome): void {
    this.#openInterval();
    out.append(this.#oldOfInterval);
    for (const [key, row] of this.#everSeen) this.#row(key, row, false, out.insert);
    this.#oldOfInterval = new Outcome();
    this.#intervalOpen = false;
  }

  readonly processFirst = (insert: Rows, remove: Rows, poll: GroupPoll, out: Outcome): void => {
    const chosen = new Map<Key, EventRow>();
    if (this.#firstTestsHaving) this.#apply(insert, remove);
    for (const row of insert) this.#first(row, 0, poll, chosen, out);
    for (const row of remove) this.#first(row, 1, poll, chosen, out);
    for (const [key, row] of chosen) this.#row(key, row, false, out.insert);
  };

  #apply(insert: Rows, remove: Rows): void {
    for (const row of insert) this.#aggregation.enter(this.#key(row, this.#context), row);
    for (const row of remove) this.#aggregation.leave(this.#key(row, this.#context), row);
  }

  /** With having the aggregates are those after the update; without, each row counts when its turn comes. */
  #first(row: EventRow, removed: number, poll: GroupPoll, chosen: Map<Key, EventRow>, out: Outcome): void {
    const key = this.#key(row, this.#context);
    if (this.#firstTestsHaving) {
      this.#aggregation.use(key, row);
      if (this.#maker.passes(row, false) && poll(key, 1 - removed, removed)) chosen.set(key, row);
      return;
    }
    if (poll(key, 1 - removed, removed)) {
      if (this.#maker.removes && !chosen.has(key)) this.#row(key, row, true, out.remove);
      chosen.set(key, row);
    }
    if (removed === 0) this.#aggregation.enter(key, row);
    else this.#aggregation.leave(key, row);
  }

  emitIdle(): void {}

  iterate(rows: Rows, out: RowList): void {
    const seen = new Set<Key>();
    for (const row of rows) {
      const key = this.#key(row, this.#context);
      if (seen.has(key)) continue;
      seen.add(key);
      this.#row(key, row, false, out);
    }
  }

  clear(): void {
    this.#aggregation.clear();
  }
}
