/**
 * The ids of the rows that a view fragment has delivered here and not yet removed.
 *
 * State: one set of ids. Bound: `VIEW_ROWS`. It makes two things exact: removals of rows never delivered (from before
 * the start S of this consumer, DESIGN §5 `share`) are dropped, and a snapshot is applied as the difference by row id.
 */
import type { InsertedRow, RemovedRow, RowId, Update } from '../model/delta.ts';
import type { DomainName } from '../model/ids.ts';
import { VIEW_ROWS } from './limits.ts';

type RowName = number | string;

export class HeldRows {
  readonly #domain: DomainName;
  readonly #rows = new Map<RowName, RowId>();

  constructor(domain: DomainName) {
    this.#domain = domain;
  }

  get size(): number {
    return this.#rows.size;
  }

  has(id: RowId): boolean {
    return this.#rows.has(this.#nameOf(id));
  }

  /** True if the inserts of these updates would pass the bound. */
  wouldOverflow(updates: readonly Update[]): boolean {
    let inserted = 0;
    for (const update of updates) inserted += update.insert.length;
    return this.#rows.size + inserted > VIEW_ROWS;
  }

  /**
   * The update without inserts of rows held already and removals of rows not held; null when that leaves nothing of
   * one that had something. `admitInserts` false drops all inserts (a cause before S). `refused` counts what was dropped.
   */
  apply(update: Update, admitInserts: boolean, refused: (what: 'row-unknown' | 'row-repeated') => void): Update | null {
    if (update.insert.length === 0 && update.remove.length === 0) return admitInserts ? update : null;
    const insert: InsertedRow[] = [];
    if (admitInserts) {
      for (const row of update.insert) {
        if (row.id === null) continue;
        const name = this.#nameOf(row.id);
        if (this.#rows.has(name)) refused('row-repeated');
        else {
          this.#rows.set(name, row.id);
          insert.push(row);
        }
      }
    }
    const remove: RemovedRow[] = [];
    for (const row of update.remove) {
      if (!('id' in row)) continue;
      if (this.#rows.delete(this.#nameOf(row.id))) remove.push(row);
      else refused('row-unknown');
    }
    return insert.length === 0 && remove.length === 0 ? null : { insert, remove };
  }

  /** Takes the content of a snapshot; answers the difference: removals of rows that are gone, then rows that are new. */
  replace(rows: readonly InsertedRow[]): Update[] {
    const next = new Map<RowName, InsertedRow>();
    for (const row of rows) if (row.id !== null) next.set(this.#nameOf(row.id), row);
    const remove: RemovedRow[] = [];
    for (const [name, id] of this.#rows) {
      if (next.has(name)) continue;
      remove.push({ id });
      this.#rows.delete(name);
    }
    const insert: InsertedRow[] = [];
    for (const [name, row] of next) {
      if (this.#rows.has(name) || row.id === null) continue;
      this.#rows.set(name, row.id);
      insert.push(row);
    }
    return insert.length === 0 && remove.length === 0 ? [] : [{ insert, remove }];
  }

  /** A number for a row of the fragment's own domain, which nearly all are. */
  #nameOf(id: RowId): RowName {
    return id.part === 0 && id.domain === this.#domain ? id.seq : `${id.seq}/${id.part}/${id.domain}`;
  }
}
