/**
 * An instance of a select: windows per stream, join or where, result set, output stage. Changes of all streams gather
 * while a cause is delivered; `evaluate` then works them off: a single stream update by update, a join once.
 */
import type { InsertedRow, Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import type { EventRow } from '../evaluation.ts';
import type { Join as JoinType, StreamChange } from '../join/join.ts';
import { Join } from '../join/join.ts';
import { LimitedOutput } from '../output/limited-output.ts';
import type { OutputStage } from '../output/output-stage.ts';
import { DirectOutput } from '../output/output-stage.ts';
import { Finish } from '../result/finish.ts';
import { Outcome, RowList } from '../result/outcome.ts';
import type { ResultSet } from '../result/result-set.ts';
import type { Store } from '../store/store.ts';
import { TableWriter } from '../store/table-writer.ts';
import { Table } from '../store/table.ts';
import { SubqueryState } from '../subquery/subquery-state.ts';
import type { UpdateSink } from '../window/data-window.ts';
import { NONE } from '../window/data-window.ts';
import { InsertTarget } from './insert-target.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import { ResultRow, rowValues } from './output-row.ts';
import { makeResultSet } from './result-parts.ts';
import type { SelectParts } from './select-program.ts';
import type { InstanceHost, StatementInstance, StatementOutput } from './statement.ts';
import type { PatternRun } from '../pattern/pattern-run.ts';
import type { Feed } from './stream-input.ts';
import { feedsOf, StreamInput } from './stream-input.ts';
import { windowHost } from './window-host.ts';

/** Stands for "nothing to tell"; never written to. */
const NO_OUTPUT: OutputRow[] = [];

/** Adds `rows` to `list`; the usual single row makes an array of one, without room to spare. */
function appended(list: OutputRow[], rows: readonly OutputRow[]): OutputRow[] {
  if (rows.length === 0) return list;
  if (list === NO_OUTPUT) {
    const [only] = rows;
    return rows.length === 1 && only !== undefined ? [only] : rows.slice();
  }
  for (const row of rows) list.push(row);
  return list;
}

interface PendingUpdate {
  readonly insert: readonly Event[];
  readonly remove: readonly Event[];
}

/** False where leaving rows change neither rows nor aggregates nor a count of an output clause. */
function wantsRemove({ result: { rows, aggregation }, output }: SelectParts): boolean {
  return rows.removes || aggregation !== null || output !== null;
}

/** Gathers what one stream of a join posts. */
class JoinCollector implements UpdateSink {
  readonly #change: StreamChange | undefined;
  constructor(changes: readonly StreamChange[], stream: number) {
    this.#change = changes[stream];
  }
  update(insert: readonly Event[], remove: readonly Event[]): void {
    if (this.#change === undefined) return;
    for (const event of insert) this.#change.insert.push(event);
    for (const event of remove) this.#change.remove.push(event);
  }
  updateOne(insert: Event, remove: Event | null): void {
    if (this.#change === undefined) return;
    this.#change.insert.push(insert);
    if (remove !== null) this.#change.remove.push(remove);
  }
}

export class SelectInstance implements StatementInstance, UpdateSink {
  readonly context: InstanceContext;
  readonly #parts: SelectParts;
  readonly #host: InstanceHost;
  /** By slot: subqueries first, so that they hold an event before the statement's own streams do. */
  readonly #inputs: readonly StreamInput[];
  readonly #feeds: readonly Feed[];
  readonly #patterns: readonly PatternRun[];
  /** The statement's own streams. */
  readonly #streams: readonly StreamInput[];
  readonly #join: JoinType | null;
  readonly #resultSet: ResultSet;
  readonly #output: OutputStage;
  readonly #finish: Finish;
  readonly #target: InsertTarget | null;
  #pending: PendingUpdate[] = [];
  /** The one update of the usual cause, kept without arrays. */
  #oneInsert: Event | null = null;
  #oneRemove: Event | null = null;
  readonly #changes: readonly StreamChange[];
  #insert = NO_OUTPUT;
  #remove = NO_OUTPUT;
  #updates: Update[] = [];
  /** Rows made for insert into on the present cause. */
  #part = 0;

  constructor(parts: SelectParts, host: InstanceHost) {
    this.#parts = parts;
    this.#host = host;
    this.context = host.newContext();
    this.#changes = parts.streams.map(() => ({ insert: [], remove: [] }));
    this.#join = parts.join === null ? null : new Join(parts.join, this.context, wantsRemove(parts), this.#tables());
    this.#resultSet = makeResultSet(parts.result, this.context, this.#writer());
    this.#finish = new Finish(parts.statement, (name) => host.variable(name));
    this.#target =
      parts.statement.insertInto === null
        ? null
        : new InsertTarget(parts.statement.insertInto, parts.statement.columns, host);
    this.#output =
      parts.output === null
        ? new DirectOutput(this.#resultSet, this.#finish, this.#deliver)
        : new LimitedOutput(parts.output, {
            resultSet: this.#resultSet,
            finish: this.#finish,
            deliver: this.#deliver,
            context: this.context,
            host,
            rows: () => this.rows(),
          });
    const subqueries = parts.subqueries.map((program) => new SubqueryState(program, host));
    this.context.subqueries = subqueries;
    this.#streams = this.#makeStreams();
    this.context.windows = this.#streams.map((s) => s.access);
    this.#inputs = [...subqueries.flatMap((s) => [...s.inputs()]), ...this.#streams];
    this.#feeds = feedsOf(this.#inputs);
    this.#patterns = this.#streams.flatMap((s) => (s.pattern === null ? [] : [s.pattern]));
    this.#prefill();
    if (this.#patterns.length > 0) this.#startPatterns();
  }

  /** What is true from the start is in the windows; nobody listens yet. */
  #startPatterns(): void {
    for (const pattern of this.#patterns) pattern.start();
    this.evaluate();
    this.finish();
  }

  /** `into table`: the state of the aggregations. */
  #writer(): TableWriter | undefined {
    const { writer } = this.#parts;
    const table = writer === null ? null : this.#host.store(writer.table);
    return writer !== null && table instanceof Table ? new TableWriter(writer, table, this.context) : undefined;
  }

  /** By stream: the table that it reads; null for the others. */
  #tables(): readonly (Store | null)[] {
    return this.#parts.streams.map((s) => (s.store === 'table' ? this.#host.store(s.typeName) : null));
  }

  #makeStreams(): StreamInput[] {
    const place = windowHost(this.#host, this.context);
    return this.#parts.streams.map((stream, i) => {
      const collector = this.#join === null ? this : new JoinCollector(this.#changes, i);
      return new StreamInput(stream, this.#host, place, collector);
    });
  }

  /** What the windows of a single stream post. */
  update(insert: readonly Event[], remove: readonly Event[]): void {
    this.#flushOne();
    this.#pending.push({ insert, remove });
  }

  updateOne(insert: Event, remove: Event | null): void {
    if (this.#oneInsert === null && this.#pending.length === 0) {
      this.#oneInsert = insert;
      this.#oneRemove = remove;
    } else {
      this.update([insert], remove === null ? NONE : [remove]);
    }
  }

  #flushOne(): void {
    if (this.#oneInsert === null) return;
    this.#pending.push({ insert: [this.#oneInsert], remove: this.#oneRemove === null ? NONE : [this.#oneRemove] });
    this.#oneInsert = null;
  }

  accept(slot: number, events: readonly Event[]): void {
    this.#feeds[slot]?.accept(events);
  }

  acceptOne(slot: number, event: Event): void {
    this.#feeds[slot]?.acceptOne(event);
  }

  acceptUpdates(slot: number, updates: readonly Update[]): void {
    this.#feeds[slot]?.acceptUpdates(updates);
  }

  acceptChange(slot: number, insert: readonly Event[], remove: readonly Event[]): void {
    this.#feeds[slot]?.acceptChange(insert, remove);
  }

  /** Starts from what the named windows hold already, without output (conformance state/nw-late-consumer-01). */
  #prefill(): void {
    const windows = this.#parts.streams.map((s) => s.store === 'window');
    if (!windows.includes(true) || this.#parts.join?.unidirectional.includes(true) === true) {
      if (this.#join !== null) this.#fillSides(windows);
      return;
    }
    const rows = this.#join === null ? this.rows() : this.#fillSides(windows);
    if (rows.length > 0) this.#resultSet.process(rows, [], new Outcome());
  }

  #fillSides(windows: readonly boolean[]): readonly EventRow[] {
    const changes = this.#streams.map((s, i) => ({
      insert: windows[i] === true ? [...s.window.content()] : [],
      remove: [],
    }));
    return this.#join === null || !windows.includes(true) ? [] : this.#join.evaluate(changes).insert;
  }

  evaluate(): void {
    for (const pattern of this.#patterns) pattern.settle();
    if (this.#join !== null) {
      this.#evaluateJoin(this.#join);
      return;
    }
    if (this.#oneInsert !== null) {
      if (this.#parts.emit === 'rows') {
        this.#evaluateOne(this.#oneInsert, this.#oneRemove);
        return;
      }
      this.#flushOne();
    }
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    this.#pending = [];
    for (const update of pending) this.#evaluateUpdate(update);
  }

  #evaluateOne(insert: Event, remove: Event | null): void {
    this.#oneInsert = null;
    this.#oneRemove = null;
    const { where } = this.#parts;
    let inserted: EventRow | null = [insert];
    let removed: EventRow | null = remove === null ? null : [remove];
    if (where !== null) {
      if (!where(inserted, this.context)) inserted = null;
      if (removed !== null) {
        this.context.removing = true;
        if (!where(removed, this.context)) removed = null;
        this.context.removing = false;
      }
      if (inserted === null && removed === null) return;
    }
    this.#output.takeOne(inserted, removed);
  }

  #evaluateUpdate({ insert, remove }: PendingUpdate): void {
    const inserted = this.#filtered(insert, false);
    const removed = this.#filtered(remove, true);
    if (this.#parts.where !== null && inserted.length === 0 && removed.length === 0) return;
    if (this.#parts.emit === 'updates') this.#emitUpdate(inserted, removed);
    else this.#output.take(inserted, removed);
  }

  #filtered(events: readonly Event[], removing: boolean): EventRow[] {
    const { where } = this.#parts;
    const rows: EventRow[] = [];
    if (where === null) {
      for (const event of events) rows.push([event]);
      return rows;
    }
    this.context.removing = removing;
    for (const event of events) {
      const row = [event];
      if (where(row, this.context)) rows.push(row);
    }
    this.context.removing = false;
    return rows;
  }

  #emitUpdate(inserted: readonly EventRow[], removed: readonly EventRow[]): void {
    const {
      result: { rows },
      statement,
    } = this.#parts;
    const insert: InsertedRow[] = [];
    for (const row of inserted) {
      const [event] = row;
      if (event === null || event === undefined) continue;
      const { domain, seq, part } = event;
      insert.push({
        id: { domain, seq, part },
        values: rowValues(rows.project(row, this.context), statement.columns),
      });
    }
    const remove: Update['remove'][number][] = [];
    if (rows.removes) {
      for (const [event] of removed) {
        if (event === null || event === undefined) continue;
        const { domain, seq, part } = event;
        remove.push({ id: { domain, seq, part } });
      }
    }
    if (rows.removes || insert.length > 0) this.#updates.push({ insert, remove });
  }

  #evaluateJoin(join: JoinType): void {
    if (this.#changes.every((c) => c.insert.length === 0 && c.remove.length === 0)) return;
    const { insert, remove } = join.evaluate(this.#changes);
    for (const change of this.#changes) {
      while (change.insert.length > 0) change.insert.pop();
      while (change.remove.length > 0) change.remove.pop();
    }
    if (insert.length === 0 && remove.length === 0) return;
    if (this.#parts.join?.unidirectional.includes(true) === true) this.#resultSet.clear();
    this.#output.take(insert, remove);
  }

  readonly #deliver = (insertRows: readonly OutputRow[], removeRows: readonly OutputRow[]): void => {
    const { selector, insertInto } = this.#parts.statement;
    const insert = this.#target === null ? insertRows : this.#targeted(this.#target, insertRows);
    const remove = this.#target === null ? removeRows : this.#targeted(this.#target, removeRows);
    if (selector === 'rstream') {
      this.#insert = appended(this.#insert, remove);
    } else {
      this.#insert = appended(this.#insert, insert);
      if (selector === 'irstream') this.#remove = appended(this.#remove, remove);
    }
    if (insertInto === null) return;
    if (insertInto.selector !== 'rstream') for (const row of insert) this.#route(row, insertInto.typeName);
    if (insertInto.selector !== 'istream') for (const row of remove) this.#route(row, insertInto.typeName);
  };

  #targeted(target: InsertTarget, rows: readonly OutputRow[]): readonly OutputRow[] {
    return rows.map((row) => target.make(row, this.#part++));
  }

  #route(row: OutputRow, typeName: string): void {
    if (!(row instanceof ResultRow)) this.#host.route(row, typeName);
  }

  finish(): Pick<StatementOutput, 'insert' | 'remove' | 'updates'> | null {
    if (this.#parts.emit === 'updates') {
      if (this.#updates.length === 0) return null;
      const updates = this.#updates;
      this.#updates = [];
      return { insert: [], remove: [], updates };
    }
    if (this.#insert.length === 0 && this.#remove.length === 0) return null;
    this.#part = 0;
    const told = { insert: this.#insert, remove: this.#remove, updates: null };
    this.#insert = NO_OUTPUT;
    this.#remove = NO_OUTPUT;
    return told;
  }

  /** The statement's present rows, before the result set. */
  rows(): readonly EventRow[] {
    if (this.#join !== null) return this.#join.all();
    return this.#filtered([...(this.#streams[0]?.window.content() ?? [])], false);
  }

  iterate(): readonly OutputRow[] {
    const list = new RowList();
    const present = this.rows();
    if (this.#parts.streams.some((s) => s.store === 'table')) {
      // Tables tell nobody of a change: aggregates of their rows are made when somebody asks.
      this.#resultSet.clear();
      this.#resultSet.process(present, [], new Outcome());
    }
    this.#resultSet.iterate(present, list);
    const rows = this.#finish.apply(list);
    return this.#target === null ? rows : this.#targeted(this.#target, rows);
  }

  terminate(): void {
    this.#output.terminate?.();
  }

  stop(): void {
    for (const input of this.#inputs) input.stop();
    this.#output.stop();
  }
}
