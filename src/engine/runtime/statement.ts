/**
 * Statement and instance (ENGINE): a program is compiled once and holds nothing mutable; an instance holds all state.
 * What an instance needs of the engine is `InstanceHost`; what the engine calls on it is `StatementInstance`.
 */
import type { CauseKey } from '../../model/cause-key.ts';
import type { Update } from '../../model/delta.ts';
import type { Column } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import type { Residual } from '../evaluation.ts';
import type { IndexKey } from '../filter/filter-index.ts';
import type { Store } from '../store/store.ts';
import type { PartitionKey } from '../context/part-index.ts';
import type { ContextManager } from '../context/context-manager.ts';
import type { EventClass } from './event-class.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import type { Timer, TimerTarget } from './timer-queue.ts';

/** What a statement put out on one cause. */
export interface StatementOutput {
  /** Name of the statement, null when it has none. */
  readonly statement: string | null;
  /** Place in its module. */
  readonly index: number;
  readonly key: CauseKey;
  /** Engine clock, ms. */
  readonly timeMs: number;
  readonly columns: readonly Column[];
  readonly insert: readonly OutputRow[];
  readonly remove: readonly OutputRow[];
  /** With `emit: 'updates'`: the window updates of the cause behind `where`; else null. */
  readonly updates: readonly Update[] | null;
}

/** A stream reference that the filter index serves. */
export interface StreamSlot {
  readonly slot: number;
  readonly typeName: string;
  readonly key: IndexKey | null;
  readonly residual: Residual | null;
  /** In a context: by what an event finds its partitions, where these do not divide events. */
  readonly partitionKey?: PartitionKey | null | undefined;
}

/** A stream reference whose content is dictated (a remote view). */
export interface ViewSlot {
  readonly slot: number;
  readonly typeName: string;
}

export interface StatementProgram {
  readonly name: string | null;
  readonly index: number;
  readonly columns: readonly Column[];
  readonly streams: readonly StreamSlot[];
  readonly views: readonly ViewSlot[];
  /** References to named windows: they are told of changes. @default none */
  readonly consumers?: readonly ViewSlot[] | undefined;
  /** Type whose events the statement changes before others see them; the instance is then an {@link EventTransformer}. */
  readonly transforms?: string | undefined;
  /** A fire-and-forget query: it sees the named windows and tables of all partitions of a context. @default false */
  readonly once?: boolean | undefined;
  instantiate(host: InstanceHost): StatementInstance;
}

/** Changes events on their way in (`update istream`). */
export interface EventTransformer {
  transform(event: Event): Event;
}

export function isTransformer(instance: object): instance is EventTransformer {
  return 'transform' in instance;
}

export interface InstanceHost {
  readonly nowMs: number;
  /** Most partial matches of one pattern. */
  readonly partialMatches: number;
  /** Key of the cause that runs. */
  readonly causeKey: CauseKey;
  newContext(): InstanceContext;
  newTimer(target: TimerTarget, kind: 'window' | 'output'): Timer;
  arm(timer: Timer, dueMs: number): void;
  disarm(timer: Timer): void;
  variable(name: string): Value;
  setVariable(name: string, value: Value): void;
  /** Disarms a timer that is not needed again. */
  forget(timer: Timer): void;
  /** Calls `changed` whenever one of the variables is set; the answer ends that. */
  onVariable(names: readonly string[], changed: (name: string, before: Value) => void): () => void;
  /** The context of that name at work. */
  contextManager(name: string): ContextManager;
  /** Makes a context known until the statement ends. */
  addContext(manager: ContextManager): void;
  /** Changes of `store` reach the instance under `slot`, besides those that its program names; the answer ends that. */
  consume(store: Store, slot: number): () => void;
  /** The named window or table of that name. Throws `UNKNOWN_STREAM`. */
  store(name: string): Store;
  /** Makes a store known under its name until the statement ends. */
  addStore(name: string, store: Store): void;
  /** What one step did to a named window: its consumers are told once the present event has met all statements. */
  changed(store: Store, insert: readonly Event[], remove: readonly Event[]): void;
  eventClass(typeName: string): EventClass;
  /** The class of a type that need not be in the catalog (derived and anonymous types). */
  classFor(type: EventType): EventClass;
  /** Appends an event to the route queue, for the statements on `typeName`; a table takes it at once. */
  route(event: Event, typeName: string): void;
  /** To be told at the end of the cause, though no event met the statement. */
  touch(): void;
}

/** What a statement has to tell. */
export type Told = Pick<StatementOutput, 'insert' | 'remove' | 'updates'>;

/** Takes an event that is all that its cause brings to a statement, and yields the rows of the cause at once. */
export interface EventTaker {
  meet(event: Event, slot: number): readonly OutputRow[] | null;
}

export interface StatementInstance {
  readonly context: InstanceContext;
  /** The short way of the usual cause, in place of `acceptOne`, `evaluate` and `finish`; for statements without routes. */
  readonly taker?: EventTaker | undefined;
  /** Events that one cause delivers to a stream reference, together. */
  accept(slot: number, events: readonly Event[]): void;
  /** The same for one event. */
  acceptOne(slot: number, event: Event): void;
  /** Updates that one cause delivers to a remote view. */
  acceptUpdates(slot: number, updates: readonly Update[]): void;
  /** What one step did to a named window; the statement names it in `consumers`. */
  acceptChange?(slot: number, insert: readonly Event[], remove: readonly Event[]): void;
  /** After all window timers and deliveries of the cause: evaluates. Output timers fire after it, then `finish`. */
  evaluate(): void;
  /**
   * What is to be told of this cause; null when there is nothing. Routes inserted rows.
   */
  finish(): Told | null;
  iterate(): readonly OutputRow[];
  /** The partition of its context ends: output clauses put out what they kept for that. */
  terminate?(): void;
  stop(): void;
}
