/**
 * `insert into`: from output rows to events of the target type (Esper 5.10). Columns go to properties by name. The
 * statement's own listener sees these events too: with a declared schema all of its properties.
 */
import type { Column, InsertInto } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { EventClass } from './event-class.ts';
import type { OutputRow } from './output-row.ts';
import { ResultRow } from './output-row.ts';
import type { InstanceHost } from './statement.ts';

export class InsertTarget {
  readonly #class: EventClass;
  readonly #host: InstanceHost;
  /** Per property of the target, the column that fills it, or -1. */
  readonly #sources: readonly number[];

  constructor(insertInto: InsertInto, columns: readonly Column[], host: InstanceHost) {
    this.#host = host;
    this.#class = host.eventClass(insertInto.typeName);
    const names = insertInto.columns ?? columns.map((c) => c.name);
    this.#sources = this.#class.type.properties.map((p) => names.indexOf(p.name));
  }

  /** The event that the row becomes. `part` tells apart several rows of one cause. */
  make(row: OutputRow, part: number): Event {
    const { domain, seq } = this.#host.causeKey;
    const { nowMs } = this.#host;
    if (!(row instanceof ResultRow)) {
      // A variant stream carries its members' events as they are.
      if (this.#class.type.variantOf !== undefined) return row;
      // `select *` passes the event on as the target type.
      const values = this.#class.type.properties.map((p) => row[slotOf(p.name)] ?? row.extra?.[p.name] ?? null);
      return this.#class.fromValues(values, nowMs, domain, seq, part, row.extra);
    }
    const values: Value[] = [];
    for (const source of this.#sources) values.push(source < 0 ? null : (row.values[source] ?? null));
    return this.#class.fromValues(values, nowMs, domain, seq, part);
  }
}
