/** What comes after the result set: order by, then limit, then distinct, within one output (Esper 5.8, 5.9). */
import type { LimitValue, SelectStatement } from '../../model/checked.ts';
import type { Value } from '../../model/value.ts';
import { keyOfValues } from '../functions/values.ts';
import { compareKeysBy } from '../runtime/compare.ts';
import type { OutputRow } from '../runtime/output-row.ts';
import { rowValues } from '../runtime/output-row.ts';
import type { RowList } from './outcome.ts';

export class Finish {
  readonly #statement: SelectStatement;
  readonly #descending: readonly boolean[];
  readonly #variable: (name: string) => Value;

  constructor(statement: SelectStatement, variable: (name: string) => Value) {
    this.#statement = statement;
    this.#descending = statement.orderBy.map((o) => o.descending);
    this.#variable = variable;
  }

  apply(list: RowList): readonly OutputRow[] {
    let rows: readonly OutputRow[] = list.rows;
    if (this.#descending.length > 0 && rows.length > 1) rows = this.#sorted(list);
    if (this.#statement.limit !== null) rows = this.#limited(rows, this.#statement.limit);
    if (this.#statement.distinct && rows.length > 1) rows = this.#distinct(rows);
    return rows;
  }

  #sorted(list: RowList): readonly OutputRow[] {
    const keys = list.sortKeys;
    const places = list.rows.map((_, i) => i);
    places.sort((a, b) => compareKeysBy(keys[a] ?? [], keys[b] ?? [], this.#descending) || a - b);
    const sorted: OutputRow[] = [];
    for (const place of places) {
      const row = list.rows[place];
      if (row !== undefined) sorted.push(row);
    }
    return sorted;
  }

  #limited(
    rows: readonly OutputRow[],
    limit: { readonly count: LimitValue; readonly offset: LimitValue | null },
  ): readonly OutputRow[] {
    const count = this.#number(limit.count);
    const offset = limit.offset === null ? 0 : Math.max(0, this.#number(limit.offset) ?? 0);
    // A negative limit, or a variable that is null, means no limit.
    return count === null || count < 0 ? rows.slice(offset) : rows.slice(offset, offset + count);
  }

  #number(value: LimitValue): number | null {
    if (value.kind === 'number') return value.value;
    const read = this.#variable(value.name);
    return typeof read === 'number' ? read : null;
  }

  #distinct(rows: readonly OutputRow[]): readonly OutputRow[] {
    const seen = new Set<unknown>();
    return rows.filter((row) => {
      const key = keyOfValues(rowValues(row, this.#statement.columns));
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }
}
