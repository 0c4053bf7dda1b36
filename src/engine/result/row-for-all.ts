/**
 * Fully aggregated, no group by (category 2): one row per update, also for an empty one; the old row carries the
 * aggregates before the update. `output last` and `all` repeat the row when nothing has changed.
 * State: the aggregation; rows since the last output.
 */
import type { EventRow } from '../evaluation.ts';
import type { AggregationState } from './aggregation.ts';
import { Outcome } from './outcome.ts';
import type { RowList } from './outcome.ts';
import type { ResultSet, RowMaker, Rows } from './result-set.ts';
import { WHOLE } from './row-per-event.ts';

export class RowForAll implements ResultSet {
  readonly processFirst = null;
  readonly #maker: RowMaker;
  readonly #aggregation: AggregationState;
  readonly #noRow: EventRow;
  #all = new Outcome();
  #absorbed = false;
  #oldOfInterval: Outcome | null = null;

  constructor(maker: RowMaker, aggregation: AggregationState, streams: number) {
    this.#maker = maker;
    this.#aggregation = aggregation;
    this.#noRow = Array.from({ length: streams }, () => null);
  }

  process(insert: Rows, remove: Rows, out: Outcome): void {
    if (this.#maker.removes) this.#row(true, out.remove);
    this.#apply(insert, remove);
    this.#row(false, out.insert);
  }

  processOne(insert: EventRow | null, remove: EventRow | null, out: Outcome): void {
    if (this.#maker.removes) this.#row(true, out.remove);
    if (insert !== null) this.#aggregation.enter(WHOLE, insert);
    if (remove !== null) this.#aggregation.leave(WHOLE, remove);
    this.#row(false, out.insert);
  }

  #apply(insert: Rows, remove: Rows): void {
    for (const row of insert) this.#aggregation.enter(WHOLE, row);
    for (const row of remove) this.#aggregation.leave(WHOLE, row);
  }

  #row(removing: boolean, into: RowList): void {
    this.#aggregation.use(WHOLE, this.#noRow);
    this.#maker.make(this.#noRow, removing, into);
  }

  absorbLast(insert: Rows, remove: Rows): void {
    if (this.#maker.removes) this.#keepOld();
    this.#apply(insert, remove);
  }

  /** The old row of an interval is the value at its start. */
  #keepOld(): void {
    if (this.#oldOfInterval !== null) return;
    this.#oldOfInterval = new Outcome();
    this.#row(true, this.#oldOfInterval.remove);
  }

  emitLast(out: Outcome): void {
    if (this.#maker.removes) this.#keepOld();
    if (this.#oldOfInterval !== null) out.append(this.#oldOfInterval);
    this.#oldOfInterval = null;
    this.#row(false, out.insert);
  }

  absorbAll(insert: Rows, remove: Rows): void {
    this.#absorbed = true;
    this.process(insert, remove, this.#all);
  }

  emitAll(out: Outcome): void {
    if (this.#absorbed) out.append(this.#all);
    else this.emitIdle(out);
    this.#all = new Outcome();
    this.#absorbed = false;
  }

  emitIdle(out: Outcome): void {
    if (this.#maker.removes) this.#row(true, out.remove);
    this.#row(false, out.insert);
  }

  iterate(_rows: Rows, out: RowList): void {
    this.#row(false, out);
  }

  clear(): void {
    this.#aggregation.clear();
  }
}
