/**
 * `create window`, `create table`, `create index`: their instances own the rows. The listener of a named window gets what
 * enters and leaves; tables and indexes tell nothing.
 */
import type { CreateIndex, CreateTable, CreateWindow } from '../../model/checked-store.ts';
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import { compileEventPredicate } from '../compile/compile.ts';
import type { AccumulatorConstructor, EventPredicate } from '../evaluation.ts';
import { hashSpec, sortedSpec } from '../store/lookup.ts';
import { NamedWindow } from '../store/named-window.ts';
import type { HashSpec, SortedSpec, Store } from '../store/store.ts';
import { compileTableAggregates } from '../store/table-aggregates.ts';
import { Table } from '../store/table.ts';
import { KeepAllSet } from '../window/keep-all-set.ts';
import { postsBatches } from '../window/window-recipe.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import type { InstanceHost, StatementInstance, StatementProgram, Told } from './statement.ts';
import type { StreamProgram } from './stream-input.ts';
import { compileStream, slotsOf } from './stream-input.ts';
import { windowHost } from './window-host.ts';

interface WindowParts {
  readonly statement: CreateWindow;
  readonly stream: StreamProgram;
  readonly batch: boolean;
  /** A sole `#keepall`: rows leave it from anywhere at O(1). */
  readonly keepAll: boolean;
  readonly copies: EventPredicate | null;
}

export function compileCreateWindow(statement: CreateWindow, index: number): StatementProgram {
  const { stream: checked, eventType, insertFrom } = statement;
  // The events that are routed to the window arrive as those of a stream.
  const source = { ...checked, source: { ...sourceOf(checked), eventType: { ...eventType, kind: undefined } } };
  const stream = compileStream(source, -1);
  const parts: WindowParts = {
    statement,
    stream,
    batch: postsBatches(checked),
    keepAll: checked.windows.length === 1 && checked.windows[0]?.name === 'keepall',
    copies: insertFrom === null ? null : compileEventPredicate(insertFrom.where),
  };
  return {
    name: statement.name,
    index,
    columns: eventType.properties,
    ...slotsOf([stream]),
    instantiate: (host) => new WindowInstance(parts, host),
  };
}

function sourceOf(stream: CreateWindow['stream']): CreateWindow['stream']['source'] & { readonly kind: 'filter' } {
  const { source } = stream;
  if (source.kind === 'filter') return source;
  throw new Error('a named window is a stream of its own type');
}

class WindowInstance implements StatementInstance {
  readonly context: InstanceContext;
  readonly #host: InstanceHost;
  readonly #rows: NamedWindow;
  readonly #window: { stop(): void };
  #insert: Event[] = [];
  #remove: Event[] = [];

  constructor(parts: WindowParts, host: InstanceHost) {
    const { eventType, insertFrom } = parts.statement;
    this.#host = host;
    this.context = host.newContext();
    this.#rows = new NamedWindow({
      type: eventType,
      batch: parts.batch,
      context: this.context,
      changed: (insert, remove) => this.#changed(insert, remove),
    });
    const place = windowHost(host, this.context);
    const window = parts.keepAll ? new KeepAllSet(this.#rows) : parts.stream.windows(place, this.#rows);
    this.#rows.attach(window);
    this.#window = window;
    if (insertFrom !== null) this.#copy(host.store(insertFrom.source), parts.copies);
    host.addStore(eventType.name, this.#rows);
  }

  /** The copy makes no output: nobody listens yet (conformance state/nw-insert-where-01). */
  #copy(source: Store, admits: EventPredicate | null): void {
    const eventClass = this.#host.eventClass(this.#rows.type.name);
    for (const row of source.rows()) {
      if (admits !== null && !admits(row, this.context)) continue;
      const values = this.#rows.type.properties.map((p) => row[slotOf(p.name)] ?? null);
      const { timestampMs, domain, seq, part, extra } = row;
      this.#rows.insert([eventClass.fromValues(values, timestampMs, domain, seq, part, extra)]);
    }
    this.#insert = [];
    this.#remove = [];
  }

  #changed(insert: readonly Event[], remove: readonly Event[]): void {
    for (const event of insert) this.#insert.push(event);
    for (const event of remove) this.#remove.push(event);
    this.#host.changed(this.#rows, insert, remove);
    this.#host.touch();
  }

  accept(_slot: number, events: readonly Event[]): void {
    this.#rows.insert(events);
  }
  acceptOne(_slot: number, event: Event): void {
    this.#rows.insert([event]);
  }
  acceptUpdates(): void {}
  evaluate(): void {}

  finish(): Told | null {
    if (this.#insert.length === 0 && this.#remove.length === 0) return null;
    const told = { insert: this.#insert, remove: this.#remove, updates: null };
    this.#insert = [];
    this.#remove = [];
    return told;
  }
  iterate(): readonly OutputRow[] {
    return [...this.#rows.rows()];
  }
  stop(): void {
    this.#window.stop();
  }
}

export function compileCreateTable(statement: CreateTable, index: number): StatementProgram {
  const { eventType } = statement;
  const aggregates = compileTableAggregates(eventType);
  return {
    name: statement.name,
    index,
    columns: eventType.properties,
    streams: [],
    views: [],
    instantiate: (host) => new TableInstance(statement, aggregates, host),
  };
}

/** A statement that no event reaches. */
abstract class SilentInstance implements StatementInstance {
  readonly context: InstanceContext;
  constructor(host: InstanceHost) {
    this.context = host.newContext();
  }
  accept(): void {}
  acceptOne(): void {}
  acceptUpdates(): void {}
  evaluate(): void {}
  finish(): null {
    return null;
  }
  abstract iterate(): readonly OutputRow[];
  abstract stop(): void;
}

class TableInstance extends SilentInstance {
  readonly #table: Table;

  constructor({ eventType }: CreateTable, aggregates: readonly AccumulatorConstructor[], host: InstanceHost) {
    super(host);
    this.#table = new Table({
      type: eventType,
      eventClass: host.eventClass(eventType.name),
      context: this.context,
      aggregates,
    });
    host.addStore(eventType.name, this.#table);
  }
  iterate(): readonly OutputRow[] {
    return [...this.#table.rows()];
  }
  stop(): void {
    this.#table.stop();
  }
}

interface IndexParts {
  readonly statement: CreateIndex;
  readonly hash: HashSpec;
  /** The index is over one column in order. */
  readonly sorted: SortedSpec | null;
}

export function compileCreateIndex(statement: CreateIndex, index: number): StatementProgram {
  const [first, more] = statement.columns;
  const parts: IndexParts = {
    statement,
    hash: hashSpec(statement.columns.map((c) => c.expression)),
    sorted: first !== undefined && more === undefined && first.sorted ? sortedSpec(first.expression) : null,
  };
  return {
    name: statement.name,
    index,
    columns: [],
    streams: [],
    views: [],
    instantiate: (host) => new IndexInstance(parts, host),
  };
}

/** A unique index is kept by the store until the statement ends; another one is shared with whoever looks up by it. */
class IndexInstance extends SilentInstance {
  readonly #store: Store;
  readonly #name: string;

  constructor({ statement, hash, sorted }: IndexParts, host: InstanceHost) {
    super(host);
    this.#store = host.store(statement.target.name);
    this.#name = statement.index;
    if (statement.unique) this.#store.unique(statement.index, hash);
    else if (sorted !== null) this.#store.sorted(sorted);
    else this.#store.hash(hash);
  }
  iterate(): readonly OutputRow[] {
    return [];
  }
  stop(): void {
    this.#store.dropUnique(this.#name);
  }
}
