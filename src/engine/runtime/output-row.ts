/** Rows that statements put out: lists of column values, or the event itself for `select *` on one stream. */
import type { Column } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import { isEvent, isList } from '../functions/values.ts';

export abstract class ResultRow {
  readonly columns: readonly Column[];
  /** In the order of the columns. */
  abstract readonly values: readonly Value[];
  constructor(columns: readonly Column[]) {
    this.columns = columns;
  }
}

/** A row whose values were put together as a list. Generated code makes rows of fixed shape instead (compile/row-class.ts). */
export class ListRow extends ResultRow {
  readonly values: readonly Value[];
  constructor(columns: readonly Column[], values: readonly Value[]) {
    super(columns);
    this.values = values;
  }
}

export type OutputRow = ResultRow | Event;

/** The row's values in the order of the statement's columns; for an event without `columns`, of its type's properties. */
export function rowValues(row: OutputRow, columns?: readonly Column[]): readonly Value[] {
  if (row instanceof ResultRow) return row.values;
  return (columns ?? row.type.properties).map((c) => row[slotOf(c.name)] ?? null);
}

/** A plain object for comparing and printing: nested events and maps become objects, NaN and Infinity stay numbers. */
export function rowToObject(row: OutputRow): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  if (row instanceof ResultRow) {
    const { values } = row;
    row.columns.forEach((column, i) => {
      object[column.name] = plain(values[i] ?? null);
    });
  } else {
    for (const { name } of row.type.properties) object[name] = plain(row[slotOf(name)] ?? null);
  }
  return object;
}

function plain(value: Value): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(plain);
  if (isEvent(value)) return rowToObject(value);
  const object: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) object[name] = plain(member);
  return object;
}
