/**
 * Selects of the usual kind run without rows, result set and output stage between window and listener: one stream,
 * insert stream only, no output clause, order, limit, distinct, insert into, rollup, subquery, prev or prior. One generated
 * object does it all (compile/direct-core.ts); what stands here says which statements, and serves the unusual causes.
 *
 * Δ as {@link SelectInstance}; state: window and groups.
 */
import type { CheckedExpression, CheckedStream, SelectStatement } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import type { DirectCore, MakeCore, WindowSize } from '../compile/direct-core.ts';
import { compileDirectCore } from '../compile/direct-core.ts';
import type { CoreWindow } from '../compile/direct-windows.ts';
import type { Category } from '../result/category.ts';
import { categorize } from '../result/category.ts';
import type { WindowHost } from '../window/data-window.ts';
import { sizeOf } from '../window/window-recipe.ts';
import { expressionsOf, holds } from './expressions.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import { compileDirectPattern } from './pattern-direct.ts';
import type { EventTaker, InstanceHost, StatementInstance, Told } from './statement.ts';
import type { StreamProgram } from './stream-input.ts';
import { StreamInput } from './stream-input.ts';
import { windowHost } from './window-host.ts';

const NO_ROWS: readonly OutputRow[] = [];

interface DirectParts {
  readonly stream: StreamProgram;
  readonly window: CoreWindow;
  readonly make: MakeCore;
  readonly size: (host: WindowHost) => WindowSize;
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
  if (stream.pattern !== null) return compileDirectPattern(statement, streams);
  const category = categorize(statement);
  // The row of the whole window stands for no event: nothing may ask for one.
  if (category === 'rowForAll' && statement.having !== null && readsEvent(statement.having)) return null;
  const window = windowOf(source, stream, category);
  const { aggregates, having, columns, groupBy } = statement;
  const where = options.whereMoved ? [] : statement.where;
  const core = { window, category, aggregates, where, groupBy, having, select, columns };
  const [spec] = source.windows;
  const parts: DirectParts = {
    stream,
    window,
    make: compileDirectCore(core, options),
    size: spec === undefined ? () => null : sizeOf(spec),
  };
  return (host) => new DirectSelect(parts, host);
}

/** A single window of the kinds that the generated class has; contained events come through {@link StreamInput}. */
function windowOf(source: CheckedStream, stream: StreamProgram, category: Category): CoreWindow {
  const [first, another] = source.windows;
  if (stream.contained !== null || another !== undefined) return 'posted';
  switch (first?.name) {
    case undefined:
      return 'none';
    case 'keepall':
      // Nothing leaves, and the one row asks for no event.
      return category === 'rowForAll' ? 'none' : 'keepall';
    case 'length':
    case 'time':
      return first.name;
    default:
      return 'posted';
  }
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
  if (
    streams.length > 1 ||
    source.unidirectional ||
    stream.view ||
    stream.store !== null ||
    subqueries.length > 0 ||
    stream.priorDepth >= 0
  )
    return false;
  if (groupingSets !== null || output !== null || insertInto !== null || selector !== 'istream') return false;
  if (statement.intoTable !== undefined) return false;
  if (orderBy.length > 0 || limit !== null || distinct) return false;
  if (statement.aggregates.some((a) => a.groupBy !== null)) return false;
  return expressionsOf(statement).every((e) => !holds(e, 'subquery') && !holds(e, 'prev') && !holds(e, 'prior'));
}

function readsEvent(e: CheckedExpression): boolean {
  return holds(e, 'property') || holds(e, 'event');
}

class DirectSelect implements StatementInstance {
  readonly context: InstanceContext;
  readonly taker: EventTaker;
  readonly #core: DirectCore;
  /** Null where the window is part of the core. */
  readonly #input: StreamInput | null;

  constructor({ stream, window, make, size }: DirectParts, host: InstanceHost) {
    this.context = host.newContext();
    const place = windowHost(host, this.context);
    const core = make(this.context, window === 'posted' ? null : size(place), place);
    this.#core = core;
    this.taker = core;
    this.#input = window === 'posted' ? new StreamInput(stream, host, place, core) : null;
    if (this.#input !== null) core.input = this.#input;
  }

  accept(_slot: number, events: readonly Event[]): void {
    if (this.#input === null) this.#core.insert(events);
    else this.#input.accept(events);
  }

  acceptOne(slot: number, event: Event): void {
    this.accept(slot, [event]);
  }

  acceptUpdates(): void {}

  /** Each update is evaluated as the window makes it. */
  evaluate(): void {}

  finish(): Told | null {
    const insert = this.#core.out;
    if (insert === null) return null;
    this.#core.out = null;
    return { insert, remove: NO_ROWS, updates: null };
  }

  iterate(): readonly OutputRow[] {
    return this.#core.iterate(this.#input === null ? this.#core.content() : [...this.#input.window.content()]);
  }

  stop(): void {
    this.#input?.window.stop();
  }
}
