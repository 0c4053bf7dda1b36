/**
 * Selects of the usual kind run without rows, result set and output stage between window and listener: one stream,
 * insert stream only, no output clause, order, limit, distinct, insert into, rollup, subquery, prev or prior. One generated
 * class holds aggregations, `having` and select clause (compile/stream-group.ts).
 *
 * Δ as {@link SelectInstance}; state: window and groups.
 */
import type { CheckedExpression, CheckedStream, SelectStatement } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import { compileEventKey, compileEventPredicate } from '../compile/compile.ts';
import { compileStreamGroup } from '../compile/stream-group.ts';
import type { EventPredicate } from '../evaluation.ts';
import { categorize } from '../result/category.ts';
import type { DirectRows, DirectRowsSpec, RowTaker } from '../result/direct-rows.ts';
import { directRows } from '../result/direct-rows.ts';
import type { UpdateSink } from '../window/data-window.ts';
import { NONE } from '../window/data-window.ts';
import { expressionsOf, holds } from './expressions.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import type { InstanceHost, StatementInstance, Told } from './statement.ts';
import type { StreamProgram } from './stream-input.ts';
import { StreamInput } from './stream-input.ts';
import { windowHost } from './window-host.ts';

const NO_ROWS: readonly OutputRow[] = [];

function told(insert: readonly OutputRow[]): Told {
  return { insert, remove: NO_ROWS, updates: null };
}

interface PendingUpdate {
  readonly insert: readonly Event[];
  readonly remove: readonly Event[];
}

interface DirectParts {
  readonly stream: StreamProgram;
  /** What the stream's filter does not answer. */
  readonly where: EventPredicate | null;
  readonly rows: DirectRowsSpec;
}

export interface DirectOptions {
  /** False where no row ever leaves. */
  readonly leaves: boolean;
  /** The filter index answers `where`. */
  readonly whereMoved: boolean;
}

/** Makes the instances of the statement; null if it is not of the kind. */
export function compileDirect(
  statement: SelectStatement,
  streams: readonly StreamProgram[],
  options: DirectOptions,
): ((host: InstanceHost) => StatementInstance) | null {
  const [stream] = streams;
  const [source] = statement.streams;
  const select = selected(statement);
  if (stream === undefined || source === undefined || select === undefined || !isPlain(statement, source, stream))
    return null;
  const category = categorize(statement);
  // The row of the whole window stands for no event: nothing may ask for one.
  if (category === 'rowForAll' && statement.having !== null && readsEvent(statement.having)) return null;
  const { aggregates, having, columns, groupBy, where } = statement;
  const parts: DirectParts = {
    stream,
    where: options.whereMoved || where.length === 0 ? null : compileEventPredicate(where),
    rows: {
      category,
      make: compileStreamGroup({ aggregates, select, having, columns }, options),
      key: groupBy.length === 0 ? null : compileEventKey(groupBy),
      aggregated: aggregates.length > 0,
    },
  };
  return (host) => new DirectSelect(parts, host);
}

/** The selected expressions; null for the event itself; undefined for what has to be put together. */
function selected(statement: SelectStatement): readonly CheckedExpression[] | null | undefined {
  const expressions: CheckedExpression[] = [];
  for (const item of statement.select) {
    if (item.kind === 'wildcard' && statement.select.length === 1) return null;
    if (item.kind !== 'expression') return undefined;
    expressions.push(item.expression);
  }
  return expressions;
}

function isPlain(statement: SelectStatement, source: CheckedStream, stream: StreamProgram): boolean {
  const { streams, subqueries, groupingSets, output, insertInto, selector, orderBy, limit, distinct } = statement;
  if (streams.length > 1 || source.unidirectional || stream.view || subqueries.length > 0 || stream.priorDepth >= 0)
    return false;
  if (groupingSets !== null || output !== null || insertInto !== null || selector !== 'istream') return false;
  if (orderBy.length > 0 || limit !== null || distinct) return false;
  if (statement.aggregates.some((a) => a.groupBy !== null)) return false;
  return expressionsOf(statement).every((e) => !holds(e, 'subquery') && !holds(e, 'prev') && !holds(e, 'prior'));
}

function readsEvent(e: CheckedExpression): boolean {
  return holds(e, 'property') || holds(e, 'event');
}

class DirectSelect implements StatementInstance, UpdateSink, RowTaker {
  readonly context: InstanceContext;
  readonly #where: EventPredicate | null;
  readonly #input: StreamInput;
  readonly #rows: DirectRows;
  /** The one update of the usual cause, kept without arrays. */
  #oneInsert: Event | null = null;
  #oneRemove: Event | null = null;
  #pending: PendingUpdate[] = [];
  #out: OutputRow[] | null = null;

  constructor(parts: DirectParts, host: InstanceHost) {
    this.context = host.newContext();
    this.#where = parts.where;
    this.#rows = directRows(parts.rows, this.context, this);
    this.#input = new StreamInput(parts.stream, host, windowHost(host, this.context), this);
  }

  put(row: OutputRow | null): void {
    if (row === null) return;
    if (this.#out === null) this.#out = [row];
    else this.#out.push(row);
  }

  update(insert: readonly Event[], remove: readonly Event[]): void {
    this.#keepOne();
    this.#pending.push({ insert, remove });
  }

  updateOne(insert: Event, remove: Event | null): void {
    if (this.#oneInsert !== null || this.#pending.length > 0) {
      this.update([insert], remove === null ? NONE : [remove]);
      return;
    }
    this.#oneInsert = insert;
    this.#oneRemove = remove;
  }

  /** More updates follow on the same cause. */
  #keepOne(): void {
    if (this.#oneInsert === null) return;
    this.#pending.push({ insert: [this.#oneInsert], remove: this.#oneRemove === null ? NONE : [this.#oneRemove] });
    this.#oneInsert = null;
    this.#oneRemove = null;
  }

  accept(_slot: number, events: readonly Event[]): void {
    this.#input.accept(events);
  }

  acceptOne(_slot: number, event: Event): void {
    this.#input.acceptOne(event);
  }

  acceptUpdates(): void {}

  evaluate(): void {
    if (this.#oneInsert !== null) {
      const before = this.#take();
      const row = this.#evaluateOne(this.#oneInsert);
      const more = this.#take();
      if (before !== null || row !== null || more !== null) {
        this.#out = [...(before ?? []), ...(row === null ? [] : [row]), ...(more ?? [])];
      }
    } else if (this.#pending.length > 0) {
      const pending = this.#pending;
      this.#pending = [];
      for (const update of pending) this.#evaluateUpdate(update);
    }
  }

  conclude(): Told | null {
    if (this.#oneInsert === null || this.#out !== null) {
      this.evaluate();
      return this.finish();
    }
    const row = this.#evaluateOne(this.#oneInsert);
    const more = this.#take();
    if (more !== null) return told(row === null ? more : [row, ...more]);
    return row === null ? null : told([row]);
  }

  #take(): OutputRow[] | null {
    const rows = this.#out;
    this.#out = null;
    return rows;
  }

  /** The first row of the one update. */
  #evaluateOne(insert: Event): OutputRow | null {
    const remove = this.#oneRemove;
    this.#oneInsert = null;
    this.#oneRemove = null;
    const where = this.#where;
    if (where === null) return this.#rows.one(insert, remove);
    const inserted = where(insert, this.context) ? insert : null;
    const removed = remove !== null && where(remove, this.context) ? remove : null;
    return inserted === null && removed === null ? null : this.#rows.one(inserted, removed);
  }

  #evaluateUpdate({ insert, remove }: PendingUpdate): void {
    const where = this.#where;
    if (where === null) {
      this.#rows.many(insert, remove);
      return;
    }
    const inserted = insert.filter((event) => where(event, this.context));
    const removed = remove.filter((event) => where(event, this.context));
    if (inserted.length > 0 || removed.length > 0) this.#rows.many(inserted, removed);
  }

  finish(): Told | null {
    const rows = this.#take();
    return rows === null ? null : told(rows);
  }

  iterate(): readonly OutputRow[] {
    const where = this.#where;
    const content = [...this.#input.window.content()];
    const rows: OutputRow[] = [];
    this.#rows.iterate(where === null ? content : content.filter((event) => where(event, this.context)), {
      put: (row) => {
        if (row !== null) rows.push(row);
      },
    });
    return rows;
  }

  stop(): void {
    this.#input.window.stop();
  }
}
