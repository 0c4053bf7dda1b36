/** What a result set yields: rows of the insert and the remove stream, with their sort keys where the statement orders. */
import type { Value } from '../../model/value.ts';
import type { OutputRow } from '../runtime/output-row.ts';

export class RowList {
  readonly rows: OutputRow[] = [];
  /** Parallel to `rows`; stays empty in statements without order by. */
  readonly sortKeys: (readonly Value[])[] = [];

  /** Empties the list but keeps its room: `length = 0` would give it back, and the next row would ask for it anew. */
  clear(): void {
    while (this.rows.length > 0) this.rows.pop();
    while (this.sortKeys.length > 0) this.sortKeys.pop();
  }

  append(other: RowList): void {
    for (const row of other.rows) this.rows.push(row);
    for (const key of other.sortKeys) this.sortKeys.push(key);
  }
}

export class Outcome {
  readonly insert = new RowList();
  readonly remove = new RowList();

  get empty(): boolean {
    return this.insert.rows.length === 0 && this.remove.rows.length === 0;
  }

  append(other: Outcome): void {
    this.insert.append(other.insert);
    this.remove.append(other.remove);
  }
}
