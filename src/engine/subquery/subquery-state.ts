/**
 * A subquery in a statement instance: the rows of its stream, and what it answers for an enclosing row (Esper 5.11).
 *
 * Plain: the rows that meet `where`, found by hash where an equality ties them to the enclosing row. Aggregated without
 * reference to it: incremental, as the rows come and go. Else aggregated anew per question. State: rows, an index,
 * aggregation.
 */
import { assert } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { EvaluationContext, EventRow } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import { JoinIndex } from '../join/join-side.ts';
import { Aggregation } from '../result/aggregation.ts';
import type { InstanceContext, SubqueryReader } from '../runtime/instance-context.ts';
import type { OutputRow } from '../runtime/output-row.ts';
import { ResultRow, rowValues } from '../runtime/output-row.ts';
import type { InstanceHost } from '../runtime/statement.ts';
import { StreamInput } from '../runtime/stream-input.ts';
import { windowHost } from '../runtime/window-host.ts';
import type { FindByKey, Store } from '../store/store.ts';
import type { SubqueryProgram } from './subquery-program.ts';

const NO_KEY = '';
const NO_ROW: EventRow = [null];
const NO_EVENTS: readonly Event[] = [];

type Rows = readonly (readonly Value[])[];

export class SubqueryState implements SubqueryReader {
  readonly input: StreamInput;
  readonly nested: readonly SubqueryState[];
  readonly #program: SubqueryProgram;
  readonly #context: InstanceContext;
  readonly #present = new Set<Event>();
  readonly #index: JoinIndex | null;
  /** Set where the subquery reads a table: its rows are looked up there, as they are when asked. */
  readonly #table: Store | null;
  readonly #inTable: FindByKey | null;
  readonly #running: Aggregation | null;
  /** Rows per group of the running aggregation, for its representative. */
  readonly #groups = new Map<Key, Event[]>();

  constructor(program: SubqueryProgram, host: InstanceHost) {
    this.#program = program;
    this.#context = host.newContext();
    this.nested = program.nested.map((inner) => new SubqueryState(inner, host));
    this.#context.subqueries = this.nested;
    const { lookup } = program;
    this.#table = program.stream.store === 'table' ? host.store(program.stream.typeName) : null;
    this.#inTable = this.#table === null || lookup === null ? null : this.#table.hash(lookup.spec);
    this.#index = lookup === null || this.#table !== null ? null : new JoinIndex(lookup.own, this.#context);
    this.#running =
      program.aggregation !== null && program.ownWhere && this.#table === null
        ? new Aggregation(program.aggregation, this.#context, program.groupKey !== null)
        : null;
    this.input = new StreamInput(program.stream, host, windowHost(host, this.#context), this);
    this.#context.windows = [this.input.access];
    if (program.stream.store === 'window') this.update([...this.input.window.content()], []);
  }

  /** This subquery and all within it, outermost first: their streams get what the cause delivers. */
  *inputs(): Iterable<StreamInput> {
    yield this.input;
    for (const inner of this.nested) yield* inner.inputs();
  }

  update(insert: readonly Event[], remove: readonly Event[]): void {
    for (const event of insert) {
      if (this.#running !== null) this.#enter(this.#running, event);
      else this.#add(event);
    }
    for (const event of remove) {
      if (this.#running !== null) this.#leave(this.#running, event);
      else if (this.#present.delete(event)) this.#index?.remove(event);
    }
  }

  #add(event: Event): void {
    this.#present.add(event);
    this.#index?.add(event);
  }

  #enter(aggregation: Aggregation, event: Event): void {
    const row = [event];
    if (!this.#meets(row)) return;
    const key = this.#program.groupKey?.(row, this.#context) ?? NO_KEY;
    aggregation.enter(key, row);
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, [event]);
    else if (this.#program.groupKey !== null) group.push(event);
  }

  #leave(aggregation: Aggregation, event: Event): void {
    const row = [event];
    if (!this.#meets(row)) return;
    const key = this.#program.groupKey?.(row, this.#context) ?? NO_KEY;
    aggregation.leave(key, row);
    const group = this.#groups.get(key);
    if (group === undefined || this.#program.groupKey === null) return;
    const at = group.indexOf(event);
    if (at >= 0) group.splice(at, 1);
    if (group.length === 0) this.#groups.delete(key);
  }

  #meets(row: EventRow): boolean {
    return this.#program.where === null || this.#program.where(row, this.#context);
  }

  rows(row: EventRow, outer: EvaluationContext): Rows {
    const before = this.#context.outer;
    this.#context.outer = [row, ...outer.outer];
    try {
      if (this.#program.aggregation === null) return this.#plain();
      return this.#running === null ? this.#aggregatedAnew() : this.#groupRows(this.#running, this.#groups);
    } finally {
      this.#context.outer = before;
    }
  }

  *#matching(): Iterable<EventRow> {
    for (const event of this.#candidates()) {
      const row = [event];
      if (this.#meets(row)) yield row;
    }
  }

  #candidates(): Iterable<Event> {
    const { lookup } = this.#program;
    if (lookup === null) return this.#table?.rows() ?? this.#present;
    if (lookup.outer.hasNull(NO_ROW, this.#context)) return NO_EVENTS;
    const key = lookup.outer.of(NO_ROW, this.#context);
    return this.#inTable?.(key) ?? this.#index?.find(key) ?? NO_EVENTS;
  }

  #plain(): Rows {
    const rows: (readonly Value[])[] = [];
    for (const row of this.#matching()) rows.push(this.#values(row));
    return rows;
  }

  #values(row: EventRow): readonly Value[] {
    const projected: OutputRow = this.#program.project(row, this.#context);
    if (projected instanceof ResultRow) return projected.values;
    return this.#program.wildcard ? [projected] : rowValues(projected);
  }

  #aggregatedAnew(): Rows {
    const { aggregation, groupKey } = this.#program;
    assert(aggregation !== null, 'only aggregated subqueries come here');
    const fresh = new Aggregation(aggregation, this.#context, false);
    const groups = new Map<Key, Event[]>();
    for (const row of this.#matching()) {
      const [event] = row;
      const key = groupKey?.(row, this.#context) ?? NO_KEY;
      fresh.enter(key, row);
      if (event !== null && event !== undefined && !groups.has(key)) groups.set(key, [event]);
    }
    return this.#groupRows(fresh, groups);
  }

  /** One row per group, or the one row of an ungrouped aggregation, which is there without rows too. */
  #groupRows(aggregation: Aggregation, groups: ReadonlyMap<Key, readonly Event[]>): Rows {
    if (this.#program.groupKey === null) {
      const row = [groups.get(NO_KEY)?.[0] ?? null];
      return this.#groupRow(aggregation, NO_KEY, row);
    }
    const rows: (readonly Value[])[] = [];
    for (const [key, events] of groups) rows.push(...this.#groupRow(aggregation, key, [events[0] ?? null]));
    return rows;
  }

  #groupRow(aggregation: Aggregation, key: Key, row: EventRow): Rows {
    aggregation.use(key, row);
    const { having } = this.#program;
    return having === null || having(row, this.#context) ? [this.#values(row)] : [];
  }
}
