/** One stream reference of a select or subquery: compiled once, and its chain of windows in an instance. */
import type { CheckedStream } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import { DERIVED } from '../window/derived.ts';
import { compileEventPredicate, compileResidual } from '../compile/compile.ts';
import type { EventPredicate, Residual } from '../evaluation.ts';
import { StoreView } from '../store/store-view.ts';
import type { PartitionKey } from '../context/part-index.ts';
import { partitionKeyOf } from '../context/part-index.ts';
import { chooseKey } from '../filter/filter-index.ts';
import type { IndexKey } from '../filter/filter-index.ts';
import type { CheckedExpression } from '../../model/checked.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowRecipe } from '../window/data-window.ts';
import type { MatchSink } from '../pattern/pattern-run.ts';
import { PatternRun } from '../pattern/pattern-run.ts';
import type { PatternProgram } from '../pattern/pattern-program.ts';
import { compilePattern } from '../pattern/pattern-program.ts';
import { postOne } from '../window/data-window.ts';
import { RemoteView } from '../window/remote-view.ts';
import { StreamWindowAccess } from '../window/window-access.ts';
import { DerivedChain } from '../window/derived-chain.ts';
import type { TailView } from '../window/window-recipe.ts';
import { compileTail, compileWindows } from '../window/window-recipe.ts';
import type { ContainedProgram } from './contained.ts';
import { compileContained, ContainedExpander } from './contained.ts';
import type { InstanceHost, StreamSlot, ViewSlot } from './statement.ts';

export interface StreamProgram {
  /** Type of the events that the filter index delivers. */
  readonly typeName: string;
  /** True for remote views: the content is dictated. */
  readonly view: boolean;
  /** The named window or table that the reference shows; null for streams and remote views. */
  readonly store: 'window' | 'table' | null;
  readonly key: IndexKey | null;
  readonly residual: Residual | null;
  readonly partitionKey?: PartitionKey | null | undefined;
  /** All conjuncts of the parentheses, for views and named windows; else null: the filter index answers them. */
  readonly admits: EventPredicate | null;
  readonly contained: ContainedProgram | null;
  readonly windows: WindowRecipe;
  /** Deepest `prior` of the stream; -1 when neither prior nor prev is used. */
  readonly priorDepth: number;
  /** match_recognize over a named window; else null. */
  readonly tail: ((host: WindowHost, sink: UpdateSink) => TailView) | null;
  /** A pattern has one slot per atom, and its matches go into the windows; null for a stream of events. */
  readonly pattern: PatternProgram | null;
}

export function isView({ source }: CheckedStream): boolean {
  return source.kind === 'filter' && source.eventType.kind === 'view';
}

/** The named window or table that the stream is, or null. */
export function storeOf(stream: CheckedStream): 'window' | 'table' | null {
  if (stream.source.kind !== 'filter') return null;
  const { kind } = stream.source.eventType;
  return kind === 'window' || kind === 'table' ? kind : null;
}

/** A derived-value view over contained events. */
function derivesOfParts({ source, windows }: CheckedStream): boolean {
  return source.kind === 'filter' && source.contained.length > 0 && windows.some((w) => w.rows === undefined);
}

/** Type of the events that go into the windows where they are contained ones. */
function partsOf(stream: CheckedStream): EventType {
  const { source, windows, eventType } = stream;
  const steps = source.kind === 'filter' ? source.contained : [];
  const last = steps.at(-1);
  if (last === undefined || !windows.some((w) => DERIVED.has(w.name)))
    return windows.at(-1)?.rows?.rowType ?? eventType;
  if (steps.every((s) => s.select === null)) return last.eventType;
  throw new CodedError('NOT_SUPPORTED', 'a derived-value view over selected parts of events is not supported', {
    position: windows[0]?.position,
    hint: 'insert them into a stream first',
  });
}

/** `more`: conjuncts of `where` that may be tested with the filter. */
export function compileStream(
  stream: CheckedStream,
  priorDepth: number,
  more: readonly CheckedExpression[] = [],
): StreamProgram {
  const { source } = stream;
  if (source.kind === 'pattern') {
    const none = { view: false, store: null, tail: null, key: null, residual: null, admits: null, contained: null };
    const pattern = compilePattern(source);
    return { ...none, typeName: source.eventType.name, windows: compileWindows(stream), priorDepth, pattern };
  }
  const conjuncts = [...source.filter, ...more];
  const store = storeOf(stream);
  const tail = store === 'window' ? compileTail(stream) : null;
  if (store !== null && stream.windows.length > 0 && (tail === null || derivesOfParts(stream))) {
    throw new CodedError(
      'NOT_SUPPORTED',
      'of a named window one derived-value view is supported, and none over its contained events',
      { position: stream.windows[0]?.position, hint: 'insert the rows into a stream first' },
    );
  }
  const { key, residual } = chooseKey(conjuncts);
  return {
    typeName: source.eventType.name,
    view: isView(stream),
    store,
    key,
    residual: residual.length === 0 ? null : compileResidual(residual, stream.index),
    partitionKey: partitionKeyOf(residual),
    admits:
      isView(stream) || (store !== null && conjuncts.length > 0)
        ? compileEventPredicate(conjuncts, stream.index)
        : null,
    contained: compileContained(source.contained, partsOf(stream)),
    windows: compileWindows(stream),
    tail,
    priorDepth,
    pattern: null,
  };
}

export function slotsOf(streams: readonly StreamProgram[]): {
  readonly streams: readonly StreamSlot[];
  readonly views: readonly ViewSlot[];
  readonly consumers: readonly ViewSlot[];
} {
  const slots: StreamSlot[] = [];
  const views: ViewSlot[] = [];
  const consumers: ViewSlot[] = [];
  let slot = 0;
  for (const { typeName, view, store, key, residual, partitionKey, pattern } of streams) {
    if (pattern !== null) {
      for (const atom of pattern.slots) slots.push({ slot: slot++, ...atom });
      continue;
    }
    if (view) views.push({ slot, typeName });
    else if (store === 'window') consumers.push({ slot, typeName });
    else if (store === null) slots.push({ slot, typeName, key, residual, partitionKey });
    slot++;
  }
  return { streams: slots, views, consumers };
}

/** What is behind one slot of a statement. */
export interface Feed {
  accept(events: readonly Event[]): void;
  acceptOne(event: Event): void;
  acceptUpdates(updates: readonly Update[]): void;
  /** What one step did to the named window that the reference shows. */
  acceptChange(insert: readonly Event[], remove: readonly Event[]): void;
}

/** An atom of a pattern. */
class AtomFeed implements Feed {
  readonly #run: PatternRun;
  readonly #atom: number;
  constructor(run: PatternRun, atom: number) {
    this.#run = run;
    this.#atom = atom;
  }
  accept(events: readonly Event[]): void {
    for (const event of events) this.#run.accept(this.#atom, event);
  }
  acceptOne(event: Event): void {
    this.#run.accept(this.#atom, event);
  }
  acceptUpdates(): void {}
  acceptChange(): void {}
}

/** The feeds of all slots, in order of {@link slotsOf}. */
export function feedsOf(inputs: Iterable<StreamInput>): readonly Feed[] {
  return [...inputs].flatMap((input) => [...input.feeds]);
}

/** Tells the arrivals to `prior` before it hands the update on. */
class PriorTap implements UpdateSink {
  readonly #sink: UpdateSink;
  access: StreamWindowAccess | null = null;
  constructor(sink: UpdateSink) {
    this.#sink = sink;
  }
  update(insert: readonly Event[], remove: readonly Event[]): void {
    this.access?.arrived(insert);
    this.#sink.update(insert, remove);
  }
  updateOne(insert: Event, remove: Event | null): void {
    this.access?.arrived([insert]);
    postOne(this.#sink, insert, remove);
  }
}

/** Keeps from the statement what the content of a named window matches while the statement is made. */
class LateSink implements UpdateSink {
  readonly #sink: UpdateSink;
  #begun = false;
  constructor(sink: UpdateSink) {
    this.#sink = sink;
  }
  begin(): void {
    this.#begun = true;
  }
  update(insert: readonly Event[], remove: readonly Event[]): void {
    if (this.#begun) this.#sink.update(insert, remove);
  }
  updateOne(insert: Event, remove: Event | null): void {
    if (this.#begun) postOne(this.#sink, insert, remove);
  }
}

export class StreamInput implements Feed, MatchSink {
  readonly window: DataWindow;
  /** One for a stream of events; one per atom for a pattern. */
  readonly feeds: readonly Feed[];
  /** Null for a stream of events. */
  readonly pattern: PatternRun | null;
  /** What `prev` and `prior` see; null when the statement has neither for this stream. */
  readonly access: StreamWindowAccess | null;
  /** Null for a stream of events. */
  readonly #store: StoreView | null = null;
  readonly #program: StreamProgram;
  readonly #host: WindowHost;
  readonly #expander: ContainedExpander | null;

  constructor(program: StreamProgram, instance: InstanceHost, host: WindowHost, sink: UpdateSink) {
    this.#program = program;
    this.#host = host;
    this.#expander =
      program.contained === null ? null : new ContainedExpander(program.contained, (type) => instance.classFor(type));
    const tap = program.priorDepth < 0 ? null : new PriorTap(sink);
    const target = tap ?? sink;
    let here: readonly Event[] = [];
    if (program.store !== null) {
      const late = program.tail === null ? null : new LateSink(target);
      const tail = late === null ? null : (program.tail?.(host, late) ?? null);
      const store = instance.store(program.typeName);
      const view = new StoreView(store, tail ?? target, host.instanceContext, {
        admits: program.admits,
        expander: this.#expander,
      });
      this.#store = view;
      this.window = tail === null ? view : new DerivedChain(view, tail);
      tail?.follow?.(view);
      const present = tail === null && program.priorDepth <= 0 ? [] : [...view.content()];
      if (present.length > 0) tail?.update(present, []);
      late?.begin();
      here = present;
    } else {
      this.window = program.view
        ? new RemoteView(target, instance.eventClass(program.typeName))
        : program.windows(host, target);
    }
    this.access = tap === null ? null : new StreamWindowAccess(this.window, program.priorDepth);
    if (tap !== null) tap.access = this.access;
    // what is there already stands before what arrives
    if (program.tail === null) this.access?.arrived(here);
    this.pattern =
      program.pattern === null ? null : new PatternRun(program.pattern, instance, host.instanceContext, this);
    const { pattern } = this;
    this.feeds = pattern === null ? [this] : pattern.program.slots.map((_, i) => new AtomFeed(pattern, i));
  }

  /** Matches of the pattern are arrivals of the stream, each by itself. */
  matched(matches: readonly Event[], together: boolean): void {
    if (together && matches.length > 1) this.window.insert(matches);
    else for (const match of matches) this.acceptOne(match);
  }

  stop(): void {
    this.pattern?.stop();
    this.window.stop();
  }

  acceptOne(event: Event): void {
    if (this.#expander === null && this.window.insertOne !== undefined) this.window.insertOne(event);
    else this.accept([event]);
  }

  accept(events: readonly Event[]): void {
    if (this.#expander === null) {
      this.window.insert(events);
      return;
    }
    for (const event of events) {
      const contained = this.#expander.expand(event, this.#host.context);
      if (contained !== null) this.window.insert(contained);
    }
  }

  acceptChange(insert: readonly Event[], remove: readonly Event[]): void {
    this.#store?.apply(insert, remove);
  }

  acceptUpdates(updates: readonly Update[]): void {
    const { admits } = this.#program;
    if (!(this.window instanceof RemoteView) || admits === null) return;
    for (const update of updates) {
      this.window.apply(update, this.#host.nowMs, (event) => admits(event, this.#host.context));
    }
  }
}
