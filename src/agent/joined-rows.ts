/**
 * Row ids of a joined view fragment (DESIGN §5, "join locally"): the engine tells joined rows by their values, consumers tell
 * rows of a view by ids. A row gets the number of the event that caused it and its place among that event's rows; of rows with
 * equal values the oldest leaves first, which no one can tell from another one leaving.
 *
 * Rows that timers bring (no window that is joined does so) go on counting from the last event's.
 * State: ids by values. Bound: VIEW_ROWS, beyond which `full` is true and the fragment has to end.
 */
import type { CauseKey } from '../model/cause-key.ts';
import type { InsertedRow, RemovedRow, RowId, Update } from '../model/delta.ts';
import type { DomainName } from '../model/ids.ts';
import type { Value } from '../model/value.ts';
import { VIEW_ROWS } from '../exchange/limits.ts';

export class JoinedRows {
  readonly #domain: DomainName;
  readonly #maxRows: number;
  /** Oldest first. */
  readonly #ids = new Map<string, RowId[]>();
  #rows = 0;
  #seq = 0;
  #parts = 0;

  constructor(domain: DomainName, options: { readonly maxRows?: number } = {}) {
    this.#domain = domain;
    this.#maxRows = options.maxRows ?? VIEW_ROWS;
  }

  get full(): boolean {
    return this.#rows > this.#maxRows;
  }

  /** The update with ids in place of values. Removals of rows that never came (from before the start) are dropped. */
  identify(update: Update, key: CauseKey): Update {
    const insert = update.insert.map((row) => this.#insert(row, key));
    const remove = update.remove.flatMap((row) => this.#remove(row));
    return { insert, remove };
  }

  clear(): void {
    this.#ids.clear();
    this.#rows = 0;
  }

  #insert({ values }: InsertedRow, key: CauseKey): InsertedRow {
    if (key.phase === 1 && key.domain === this.#domain && key.seq !== this.#seq) {
      this.#seq = key.seq;
      this.#parts = 0;
    }
    const id: RowId = { domain: this.#domain, seq: this.#seq, part: this.#parts++ };
    const name = nameOf(values);
    const known = this.#ids.get(name);
    if (known === undefined) this.#ids.set(name, [id]);
    else known.push(id);
    this.#rows++;
    return { id, values };
  }

  #remove(row: RemovedRow): readonly RemovedRow[] {
    if (!('values' in row)) return [];
    const name = nameOf(row.values);
    const known = this.#ids.get(name);
    const id = known?.shift();
    if (known === undefined || id === undefined) return [];
    if (known.length === 0) this.#ids.delete(name);
    this.#rows--;
    return [{ id }];
  }
}

/** Equal for rows with equal values; numbers that JSON does not know are told apart from null. */
function nameOf(values: readonly Value[]): string {
  return JSON.stringify(values, (_key, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? { '~': Object.is(value, -0) ? '-0' : String(value) }
      : value,
  );
}
