/**
 * The way of causes through the statements (ENGINE, "the way of one event"): timers due before a cause, the statements it
 * meets in order of deployment, then what they route, first in first out. One cause at a time.
 * State: clock, timers, filter index, route queue.
 */
import type { CauseKey } from '../../model/cause-key.ts';
import { eventKey, timerKey } from '../../model/cause-key.ts';
import type { Update } from '../../model/delta.ts';
import { assert, CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { Activation } from '../filter/filter-index.ts';
import { FilterIndex } from '../filter/filter-index.ts';
import { CauseOutput } from './cause-output.ts';
import { CauseWork } from './cause-work.ts';
import type { InstanceWork } from './cause-work.ts';
import type { DeployedStatement } from './deployed.ts';
import type { OutputRow } from './output-row.ts';
import { isTransformer } from './statement.ts';
import type { Store, Stores } from '../store/store.ts';
import type { Timer } from './timer-queue.ts';
import type { Change } from './consumers.ts';
import { Consumers, together } from './consumers.ts';
import { TimerQueue } from './timer-queue.ts';
import type { EventTypes } from './types.ts';

/** Updates of one remote input. */
export interface CauseInput {
  readonly typeName: string;
  readonly updates: readonly Update[];
}

interface Routed {
  readonly event: Event;
  readonly typeName: string;
  readonly key: CauseKey;
}

const NO_ROWS: readonly OutputRow[] = [];

/** Rounds of timers that arm timers for the same instant, before the instant is left; more is a loop. */
const MAX_ROUNDS_PER_INSTANT = 10_000;
/** Longest chain of insert-into steps from one cause: a key holds one number per step. Real modules have a handful. */
const MAX_ROUTE_DEPTH = 256;

function loopOfInserts(count: number, depth: number): CodedError {
  return new CodedError('EVALUATION', `one cause led to too many inserted events (${count}, ${depth} deep)`, {
    hint: 'insert into statements feed each other in a loop',
  });
}

function loopOfTimers(): CodedError {
  return new CodedError(
    'EVALUATION',
    `statements arm each other for one instant more than ${MAX_ROUNDS_PER_INSTANT} times`,
    {
      hint: "output when … then set clauses change each other's variables in a loop",
    },
  );
}

export class CauseRunner {
  readonly timers = new TimerQueue();
  readonly index: FilterIndex<DeployedStatement>;
  readonly #types: EventTypes;
  readonly #routedPerCause: number;
  readonly #byOrdinal = new Map<number, DeployedStatement>();
  /** References to remote views by type. */
  readonly #views = new Map<string, { readonly owner: DeployedStatement; readonly slot: number }[]>();
  readonly #stores: Stores;
  /** References to named windows, in order of deployment. */
  readonly #consumers = new Consumers();
  readonly #matches: Activation<DeployedStatement>[] = [];
  /** Statements that have something to tell although the cause did not meet them. */
  readonly #touched = new Set<DeployedStatement>();
  /** `update istream` statements in order of deployment. */
  #transformers: DeployedStatement[] = [];
  #nowMs: number;
  #presentKey: CauseKey;
  /** The event whose key is the present one, while nobody has asked for it. */
  #lazyKeyOf: Event | null = null;
  #routes: Routed[] = [];
  /** Events for named windows: they go before the others (Esper's front queue). */
  #front: Routed[] = [];
  /** Steps of named windows of which their consumers have not been told. */
  #changes: Change[] = [];
  #routedOfStep = 0;
  #running = false;
  /** The first failure of the present call. */
  #failure: { readonly error: unknown } | null = null;

  constructor(types: EventTypes, stores: Stores, startMs: number, routedPerCause: number) {
    this.#types = types;
    this.#stores = stores;
    this.#nowMs = startMs;
    this.#presentKey = timerKey(startMs);
    this.#routedPerCause = routedPerCause;
    this.index = new FilterIndex((name) => types.lineage(name));
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** True while an entry point runs: listeners may not call one. */
  get running(): boolean {
    return this.#running;
  }

  get causeKey(): CauseKey {
    return this.#causeKey;
  }

  get #causeKey(): CauseKey {
    const event = this.#lazyKeyOf;
    if (event !== null) {
      this.#presentKey = eventKey(event.timestampMs, event.domain, event.seq);
      this.#lazyKeyOf = null;
    }
    return this.#presentKey;
  }

  set #causeKey(key: CauseKey) {
    this.#presentKey = key;
    this.#lazyKeyOf = null;
  }

  add(statement: DeployedStatement): void {
    this.#byOrdinal.set(statement.ordinal, statement);
    statement.activate();
    if (statement.program.transforms !== undefined) this.#transformers.push(statement);
    for (const { typeName, slot } of statement.program.views) {
      const references = this.#views.get(typeName);
      if (references === undefined) this.#views.set(typeName, [{ owner: statement, slot }]);
      else references.push({ owner: statement, slot });
    }
    for (const { typeName, slot } of statement.program.consumers ?? []) {
      this.consume(statement, this.#stores.get(typeName), slot);
    }
  }

  /** Changes of the store are told to the statement until the answer is called. */
  consume(owner: DeployedStatement, store: Store, slot: number): () => void {
    return this.#consumers.add(store, { owner, slot });
  }

  remove(statement: DeployedStatement): void {
    statement.stop();
    this.#byOrdinal.delete(statement.ordinal);
    this.#transformers = this.#transformers.filter((t) => t !== statement);
    for (const { typeName } of statement.program.views) {
      const rest = (this.#views.get(typeName) ?? []).filter((r) => r.owner !== statement);
      if (rest.length === 0) this.#views.delete(typeName);
      else this.#views.set(typeName, rest);
    }
    this.#consumers.removeOwner(statement);
  }

  /** What one step did to a named window. */
  changed(store: Store, insert: readonly Event[], remove: readonly Event[]): void {
    if (this.#consumers.has(store)) this.#changes.push({ store, insert, remove });
  }

  touch(statement: DeployedStatement): void {
    this.#touched.add(statement);
  }

  route(event: Event, typeName: string): void {
    const { path } = this.#causeKey;
    const step = this.#routedOfStep++;
    const routed = { event, typeName, key: { ...this.#causeKey, path: [...path, step] } };
    (event.type.kind === 'window' ? this.#front : this.#routes).push(routed);
  }

  send(event: Event): void {
    this.#begin();
    if (event.timestampMs > this.#nowMs) this.#advance(event.timestampMs);
    this.#lazyKeyOf = event;
    this.#dispatch(event, event.type.name);
    if (this.#touched.size > 0) this.#tellTouched();
    if (this.#unfinished) this.#drainRoutes();
    this.#end();
  }

  /** True while something that the present cause led to waits. */
  get #unfinished(): boolean {
    return this.#routes.length > 0 || this.#changes.length > 0 || this.#front.length > 0;
  }

  process(key: CauseKey, inputs: readonly CauseInput[]): void {
    this.#begin();
    const work = new CauseWork();
    if (key.phase === 0) {
      this.#advanceBefore(key.timestampMs);
      this.#nowMs = Math.max(this.#nowMs, key.timestampMs);
      if (this.timers.nextDueMs <= this.#nowMs) this.#takeDue(work);
    } else {
      this.#advance(key.timestampMs);
      if (key.phase === 2) this.#takeDue(work);
    }
    this.#causeKey = key;
    try {
      for (const input of inputs) this.#addInput(input, work);
    } catch (error) {
      this.#fail(error);
    }
    this.#runCause(work);
    this.#end();
  }

  #takeDue(work: CauseWork): void {
    for (const timer of this.timers.takeDue(this.#nowMs)) work.addTimer(timer);
  }

  /** A change from outside, such as a variable that is set: a cause of its own. */
  apply(key: CauseKey, change: () => void): void {
    this.#begin();
    this.#advance(key.timestampMs);
    this.#causeKey = key;
    try {
      change();
    } catch (error) {
      this.#fail(error);
    }
    this.#tellTouched();
    this.#drainRoutes();
    this.#end();
  }

  advanceTime(toMs: number): void {
    if (toMs <= this.#nowMs) return;
    this.#begin();
    this.#advance(toMs);
    this.#end();
  }

  /** Entry points are not called from listeners: one cause at a time. */
  #begin(): void {
    assert(!this.#running, 'the engine is not called from a listener');
    this.#running = true;
  }

  /**
   * A statement that fails does not stop the others, nor the clock: its output of the cause is dropped, and the first
   * failure is thrown when the call is otherwise done.
   */
  #end(): void {
    this.#running = false;
    if (this.#failure === null) return;
    const { error } = this.#failure;
    this.#failure = null;
    throw error;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  #addInput(input: CauseInput, work: CauseWork): void {
    const views = this.#views.get(input.typeName);
    for (const { owner, slot } of views ?? []) work.addUpdates(owner.ordinal, slot, input.updates);
    const eventClass = this.#types.get(input.typeName);
    if (eventClass.type.kind === 'view') return;
    for (const update of input.updates) {
      for (const row of update.insert) {
        const id = row.id ?? { domain: this.#causeKey.domain, seq: this.#causeKey.seq, part: 0 };
        const arrived = eventClass.fromRow(row.values, this.#causeKey.timestampMs, id);
        const event = this.#transformed(arrived, input.typeName);
        const matches: Activation<DeployedStatement>[] = [];
        this.index.collect(event, input.typeName, matches);
        for (const { owner, slot } of matches) work.addEvent(owner.ordinal, slot, event);
      }
    }
  }

  #advance(toMs: number): void {
    if (toMs <= this.#nowMs) return;
    this.#advanceBefore(toMs);
    this.#nowMs = toMs;
    if (this.timers.nextDueMs <= toMs) this.#fireDue(0);
  }

  /** Fires what is due before `toMs`; the clock stands at the last of these instants afterwards. */
  #advanceBefore(toMs: number): void {
    while (this.#nowMs < toMs) {
      let rounds = 0;
      while (this.timers.nextDueMs <= this.#nowMs) {
        if (rounds++ >= MAX_ROUNDS_PER_INSTANT) {
          this.#fail(loopOfTimers());
          this.timers.takeDue(this.#nowMs);
          break;
        }
        this.#fireDue(2);
      }
      if (this.timers.nextDueMs >= toMs) return;
      this.#nowMs = this.timers.nextDueMs;
      this.#fireDue(0);
    }
  }

  /** One instant is one cause. */
  #fireDue(phase: 0 | 2): void {
    this.#causeKey = timerKey(this.#nowMs, phase);
    const first = this.timers.takeFirst(this.#nowMs);
    if (first === null) return;
    if (first.kind === 'window' && this.timers.nextDueMs > this.#nowMs) {
      this.#fireOne(first);
      return;
    }
    const work = new CauseWork();
    work.addTimer(first);
    this.#takeDue(work);
    this.#runCause(work);
  }

  /** The usual instant: one window has something to let go. */
  #fireOne(timer: Timer): void {
    const statement = this.#byOrdinal.get(timer.owner);
    if (statement === undefined) return;
    try {
      timer.target.fire(this.#nowMs);
      this.#conclude(statement);
    } catch (error) {
      this.#drop(statement, error);
    }
    if (this.#touched.size > 0) this.#tellTouched();
    if (this.#unfinished) this.#drainRoutes();
  }

  #runCause(work: CauseWork): void {
    for (const each of work.inOrder()) this.#runInstance(each);
    this.#tellTouched();
    this.#drainRoutes();
  }

  #runInstance(work: InstanceWork): void {
    const statement = this.#byOrdinal.get(work.ordinal);
    if (statement === undefined) return;
    const { instance } = statement;
    let failed = false;
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        this.#fail(error);
        failed = true;
      }
    };
    // What fails keeps nothing from the windows: their content does not depend on what is made of it.
    for (const timer of work.windowTimers) attempt(() => timer.target.fire(this.#nowMs));
    for (const { slot, updates } of work.views) attempt(() => instance.acceptUpdates(slot, updates));
    work.events.sort((a, b) => a.slot - b.slot);
    for (const { slot, events } of work.events) attempt(() => instance.accept(slot, events));
    attempt(() => instance.evaluate());
    for (const timer of work.outputTimers) attempt(() => timer.target.fire(this.#nowMs));
    if (failed) this.#forget(statement);
    else attempt(() => this.#tell(statement));
  }

  /** Forgets what a statement that has failed would have told. */
  #drop(statement: DeployedStatement, error: unknown): void {
    this.#fail(error);
    this.#forget(statement);
  }

  #forget(statement: DeployedStatement): void {
    try {
      statement.instance.finish();
    } catch {
      // The first failure is the one that is told.
    }
  }

  #dispatch(arrived: Event, typeName: string): void {
    const matches = this.#matches;
    // Not `length = 0`: that would give the array's room back.
    while (matches.length > 0) matches.pop();
    try {
      const event = this.#transformers.length === 0 ? arrived : this.#transformed(arrived, typeName);
      this.index.collect(event, typeName, matches);
      for (let i = 0; i < matches.length; i++) this.#deliver(matches, i, event);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Hands the event to one reference; after the last of a statement, the statement evaluates and tells. */
  #deliver(matches: readonly Activation<DeployedStatement>[], i: number, event: Event): void {
    const match = matches[i];
    if (match === undefined) return;
    const { owner, slot } = match;
    try {
      const more = matches[i + 1]?.owner === owner;
      const { taker } = owner;
      if (taker !== null && !more && (i === 0 || matches[i - 1]?.owner !== owner)) {
        const rows = taker.meet(event, slot);
        if (rows !== null) this.#call(owner, rows, NO_ROWS, null);
        return;
      }
      owner.instance.acceptOne(slot, event);
      if (!more) this.#conclude(owner);
    } catch (error) {
      this.#drop(owner, error);
    }
  }

  /** What the `update istream` statements on the type make of an event. */
  #transformed(arrived: Event, typeName: string): Event {
    const lineage = this.#types.lineage(typeName);
    let event = arrived;
    for (const { program, instance } of this.#transformers) {
      if (program.transforms === undefined || !lineage.has(program.transforms) || !isTransformer(instance)) continue;
      event = instance.transform(event);
    }
    return event;
  }

  #tellTouched(): void {
    if (this.#touched.size === 0) return;
    const touched = [...this.#touched].sort((a, b) => a.ordinal - b.ordinal);
    this.#touched.clear();
    for (const statement of touched) {
      try {
        this.#tell(statement);
      } catch (error) {
        this.#drop(statement, error);
      }
    }
  }

  #conclude(statement: DeployedStatement): void {
    statement.instance.evaluate();
    this.#tell(statement);
  }

  #tell(statement: DeployedStatement): void {
    const told = statement.instance.finish();
    if (told !== null) this.#call(statement, told.insert, told.remove, told.updates);
  }

  #call(
    { program, listener }: DeployedStatement,
    insert: readonly OutputRow[],
    remove: readonly OutputRow[],
    updates: readonly Update[] | null,
  ): void {
    listener(new CauseOutput(program, this.#lazyKeyOf ?? this.#presentKey, this.#nowMs, insert, remove, updates));
  }

  /**
   * What the present cause led to. Each routed event is a cause of its own whose key extends that of its parent, first in
   * first out; events for named windows go before others. Consumers of named windows are told after each event, and of
   * what the first event changed together with what the first insert into a window does (Esper's dispatch; conformance
   * state/nw-random-01).
   */
  #drainRoutes(): void {
    const budget = { count: 0 };
    if (this.#front.length === 0) this.#tellConsumers(budget);
    this.#drainFront(budget);
    while (this.#routes.length > 0) {
      const level = this.#routes;
      this.#routes = [];
      for (const routed of level) {
        if (!this.#within(budget, routed.key.path.length)) break;
        this.#runRouted(routed, budget);
        this.#drainFront(budget);
      }
    }
    this.#routedOfStep = 0;
  }

  #drainFront(budget: { count: number }): void {
    for (let at = 0; at < this.#front.length; at++) {
      const routed = this.#front[at];
      if (routed === undefined || !this.#within(budget, routed.key.path.length)) break;
      this.#runRouted(routed, budget);
    }
    if (this.#front.length > 0) this.#front = [];
  }

  #runRouted({ event, typeName, key }: Routed, budget: { count: number }): void {
    this.#causeKey = key;
    this.#routedOfStep = 0;
    this.#dispatch(event, typeName);
    this.#tellTouched();
    this.#tellConsumers(budget);
  }

  /** False, with a failure and empty queues, if one cause has led to too much. */
  #within(budget: { count: number }, depth: number): boolean {
    if (++budget.count <= this.#routedPerCause && depth <= MAX_ROUTE_DEPTH) return true;
    this.#fail(loopOfInserts(budget.count, depth));
    this.#routes = [];
    this.#front = [];
    this.#changes = [];
    return false;
  }

  /** Steps of one window that follow each other are told as one; a join is evaluated once for them. */
  #tellConsumers(budget: { count: number }): void {
    if (this.#changes.length === 0) return;
    while (this.#changes.length > 0) {
      const changes = this.#changes;
      this.#changes = [];
      for (const change of together(changes)) {
        if (!this.#within(budget, 0)) break;
        this.#tellOf(change);
      }
    }
    this.#tellTouched();
  }

  #tellOf({ store, insert, remove }: Change): void {
    const consumers = this.#consumers.of(store);
    for (let i = 0; i < consumers.length; i++) {
      const consumer = consumers[i];
      if (consumer === undefined) continue;
      const { owner, slot } = consumer;
      try {
        owner.instance.acceptChange?.(slot, insert, remove);
        if (consumers[i + 1]?.owner === owner) continue;
        owner.instance.evaluate();
        this.#touched.add(owner);
      } catch (error) {
        this.#drop(owner, error);
      }
    }
  }
}
