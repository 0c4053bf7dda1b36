/**
 * Aggregated with group by and further columns (category 5): a row for every event that enters or leaves, with its
 * group's aggregates after the update. State: the aggregation; for `output last` a row per group and stream, for
 * `output all` the rows since the last output and the last row of every group.
 */
import type { RowKey } from '../compile/compile.ts';
import type { EventRow } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { AggregationState } from './aggregation.ts';
import { Outcome } from './outcome.ts';
import type { RowList } from './outcome.ts';
import type { GroupPoll, ResultSet, RowMaker, Rows } from './result-set.ts';

export class RowPerEventGrouped implements ResultSet {
  readonly #maker: RowMaker;
  readonly #aggregation: AggregationState;
  readonly #key: RowKey;
  readonly #context: InstanceContext;
  #lastInserted = new Map<Key, EventRow>();
  #lastRemoved = new Map<Key, EventRow>();
  readonly #everSeen = new Map<Key, EventRow>();
  #all = new Outcome();
  #allKeys = new Set<Key>();

  constructor(maker: RowMaker, aggregation: AggregationState, key: RowKey, context: InstanceContext) {
    this.#maker = maker;
    this.#aggregation = aggregation;
    this.#key = key;
    this.#context = context;
  }

  process(insert: Rows, remove: Rows, out: Outcome): void {
    this.#apply(insert, remove);
    this.#rows(insert, remove, out);
  }

  processOne(insert: EventRow | null, remove: EventRow | null, out: Outcome): void {
    if (insert !== null) this.#aggregation.enter(this.#key(insert, this.#context), insert);
    if (remove !== null) this.#aggregation.leave(this.#key(remove, this.#context), remove);
    if (remove !== null && this.#maker.removes) this.#row(remove, true, out.remove);
    if (insert !== null) this.#row(insert, false, out.insert);
  }

  #apply(insert: Rows, remove: Rows): void {
    for (const row of insert) this.#aggregation.enter(this.#key(row, this.#context), row);
    for (const row of remove) this.#aggregation.leave(this.#key(row, this.#context), row);
  }

  #rows(insert: Rows, remove: Rows, out: Outcome): void {
    if (this.#maker.removes) for (const row of remove) this.#row(row, true, out.remove);
    for (const row of insert) this.#row(row, false, out.insert);
  }

  #row(row: EventRow, removing: boolean, into: RowList): boolean {
    this.#aggregation.use(this.#key(row, this.#context), row);
    return this.#maker.make(row, removing, into);
  }

  absorbLast(insert: Rows, remove: Rows): void {
    this.#apply(insert, remove);
    for (const row of insert) this.#lastInserted.set(this.#key(row, this.#context), row);
    if (this.#maker.removes) for (const row of remove) this.#lastRemoved.set(this.#key(row, this.#context), row);
  }

  emitLast(out: Outcome): void {
    for (const row of this.#lastRemoved.values()) this.#row(row, true, out.remove);
    for (const row of this.#lastInserted.values()) this.#row(row, false, out.insert);
    this.#lastInserted = new Map();
    this.#lastRemoved = new Map();
  }

  absorbAll(insert: Rows, remove: Rows): void {
    this.#apply(insert, remove);
    for (const row of insert) {
      const key = this.#key(row, this.#context);
      this.#everSeen.set(key, row);
      this.#allKeys.add(key);
    }
    this.#rows(insert, remove, this.#all);
  }

  emitAll(out: Outcome): void {
    out.append(this.#all);
    for (const [key, row] of this.#everSeen) if (!this.#allKeys.has(key)) this.#row(row, false, out.insert);
    this.#all = new Outcome();
    this.#allKeys = new Set();
  }

  readonly processFirst = (insert: Rows, remove: Rows, poll: GroupPoll, out: Outcome): void => {
    this.#apply(insert, remove);
    const chosen = new Map<Key, EventRow>();
    const choose = (row: EventRow, removed: number): void => {
      const key = this.#key(row, this.#context);
      this.#aggregation.use(key, row);
      if (this.#maker.passes(row, removed === 1) && poll(key, 1 - removed, removed)) chosen.set(key, row);
    };
    for (const row of insert) choose(row, 0);
    for (const row of remove) choose(row, 1);
    for (const row of chosen.values()) this.#row(row, false, out.insert);
  };

  emitIdle(): void {}

  iterate(rows: Rows, out: RowList): void {
    for (const row of rows) this.#row(row, false, out);
  }

  clear(): void {
    this.#aggregation.clear();
  }
}
