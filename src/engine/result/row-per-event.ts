/**
 * A row per event: neither aggregation nor group by (category 1), or aggregates beside plain columns without group by
 * (category 3). In the latter all rows of an update, old ones too, carry the aggregates after the whole update.
 * State: the aggregation; for `output last` one row each way, for `output all` the rows since the last output.
 */
import type { EventRow } from '../evaluation.ts';
import type { AggregationState } from './aggregation.ts';
import { Outcome } from './outcome.ts';
import type { RowList } from './outcome.ts';
import type { ResultSet, RowMaker, Rows } from './result-set.ts';

/** The one group of ungrouped statements. */
export const WHOLE = '';

export class RowPerEvent implements ResultSet {
  readonly processFirst = null;
  readonly #maker: RowMaker;
  readonly #aggregation: AggregationState | null;
  #lastInsert: EventRow | null = null;
  #lastRemove: EventRow | null = null;
  #last = new Outcome();
  #all = new Outcome();

  constructor(maker: RowMaker, aggregation: AggregationState | null) {
    this.#maker = maker;
    this.#aggregation = aggregation;
  }

  process(insert: Rows, remove: Rows, out: Outcome): void {
    if (this.#aggregation !== null) this.#apply(this.#aggregation, insert, remove);
    if (this.#maker.removes) for (const row of remove) this.#maker.make(row, true, out.remove);
    for (const row of insert) this.#maker.make(row, false, out.insert);
  }

  processOne(insert: EventRow | null, remove: EventRow | null, out: Outcome): void {
    const aggregation = this.#aggregation;
    if (aggregation !== null) {
      if (insert !== null) aggregation.enter(WHOLE, insert);
      if (remove !== null) aggregation.leave(WHOLE, remove);
      aggregation.use(WHOLE, insert ?? remove ?? []);
    }
    if (remove !== null && this.#maker.removes) this.#maker.make(remove, true, out.remove);
    if (insert !== null) this.#maker.make(insert, false, out.insert);
  }

  #apply(aggregation: AggregationState, insert: Rows, remove: Rows): void {
    for (const row of insert) aggregation.enter(WHOLE, row);
    for (const row of remove) aggregation.leave(WHOLE, row);
    aggregation.use(WHOLE, insert[0] ?? remove[0] ?? []);
  }

  absorbLast(insert: Rows, remove: Rows): void {
    if (this.#aggregation === null) {
      for (const row of insert) if (this.#maker.passes(row, false)) this.#lastInsert = row;
      if (this.#maker.removes) for (const row of remove) if (this.#maker.passes(row, true)) this.#lastRemove = row;
      return;
    }
    const out = new Outcome();
    this.process(insert, remove, out);
    keepLast(out.insert, this.#last.insert);
    keepLast(out.remove, this.#last.remove);
  }

  emitLast(out: Outcome): void {
    if (this.#aggregation === null) {
      if (this.#lastRemove !== null) this.#maker.make(this.#lastRemove, true, out.remove);
      if (this.#lastInsert !== null) this.#maker.make(this.#lastInsert, false, out.insert);
      this.#lastInsert = null;
      this.#lastRemove = null;
    } else {
      out.append(this.#last);
      this.#last = new Outcome();
    }
  }

  absorbAll(insert: Rows, remove: Rows): void {
    this.process(insert, remove, this.#all);
  }

  emitAll(out: Outcome): void {
    out.append(this.#all);
    this.#all = new Outcome();
  }

  emitIdle(): void {}

  iterate(rows: Rows, out: RowList): void {
    this.#aggregation?.use(WHOLE, rows[0] ?? []);
    for (const row of rows) this.#maker.make(row, false, out);
  }

  clear(): void {
    this.#aggregation?.clear();
  }
}

function keepLast(from: RowList, into: RowList): void {
  const row = from.rows[from.rows.length - 1];
  if (row === undefined) return;
  into.rows.splice(0, into.rows.length, row);
  into.sortKeys.splice(0, into.sortKeys.length, ...from.sortKeys.slice(-1));
}
