/**
 * The engine: events and time in, outputs of statements out. Synchronous; one cause at a time (ENGINE, "the way of one
 * event"): timers due before it, the statements it meets in order of deployment, then what they route, first in first out.
 */
import type { CauseKey } from '../model/cause-key.ts';
import { eventKey, timerKey } from '../model/cause-key.ts';
import type { CheckedModule, CheckedStatement } from '../model/checked.ts';
import type { Update } from '../model/delta.ts';
import { assert, CodedError } from '../model/errors.ts';
import type { Event } from '../model/event.ts';
import type { EventType } from '../model/event-type.ts';
import type { Value, ValueType } from '../model/value.ts';
import type { Activation } from './filter/filter-index.ts';
import { FilterIndex } from './filter/filter-index.ts';
import { CauseWork } from './runtime/cause-work.ts';
import type { InstanceWork } from './runtime/cause-work.ts';
import { compileStatement } from './runtime/compile-statement.ts';
import { DeployedStatement } from './runtime/deployed.ts';
import type { EngineServices } from './runtime/deployed.ts';
import type { EventMeta } from './runtime/event-class.ts';
import { EventClass } from './runtime/event-class.ts';
import type { OutputRow } from './runtime/output-row.ts';
import { constantOf } from './runtime/parameters.ts';
import { InstanceContext } from './runtime/instance-context.ts';
import type { EmitMode } from './runtime/select-program.ts';
import type { StatementOutput } from './runtime/statement.ts';
import { isTransformer } from './runtime/statement.ts';
import type { Timer } from './runtime/timer-queue.ts';
import { TimerQueue } from './runtime/timer-queue.ts';
import { EventTypes } from './runtime/types.ts';
import { Variables } from './runtime/variables.ts';

export interface EngineLimits {
  /**
   * Most events that one cause may route by insert-into; more is a loop.
   * @default 100_000
   */
  readonly routedPerCause?: number | undefined;
}

export interface EngineOptions {
  /** Engine clock at the start, ms. @default 0 */
  readonly startMs?: number | undefined;
  readonly limits?: EngineLimits | undefined;
}

export interface DeployOptions {
  readonly listener: (output: StatementOutput) => void;
  /**
   * `updates`: view and stream fragments: the outputs carry the window updates behind `where` with row ids.
   * @default 'rows'
   */
  readonly emit?: EmitMode | undefined;
}

/** A deployed module; a handle for {@link Engine.undeploy} and {@link Engine.iterate}. */
export interface Deployment {
  readonly module: CheckedModule;
}

interface DeploymentState extends Deployment {
  readonly statements: readonly DeployedStatement[];
  readonly types: readonly string[];
  readonly variables: readonly string[];
}

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

/** Rounds of timers that arm timers for the same instant, before the instant is left; more is a loop. */
const MAX_ROUNDS_PER_INSTANT = 10_000;
const ROUTED_PER_CAUSE = 100_000;
/** Longest chain of insert-into steps from one cause: a key holds one number per step. Real modules have a handful. */
const MAX_ROUTE_DEPTH = 256;

function loopOfInserts(count: number, depth: number): CodedError {
  return new CodedError('EVALUATION', `one cause led to too many inserted events (${count}, ${depth} deep)`, {
    hint: 'insert into statements feed each other in a loop',
  });
}

export class Engine {
  readonly #types = new EventTypes();
  readonly #variables = new Variables();
  readonly #timers = new TimerQueue();
  readonly #index: FilterIndex<DeployedStatement>;
  readonly #services: EngineServices;
  readonly #routedPerCause: number;
  readonly #deployments = new Map<Deployment, DeploymentState>();
  readonly #byOrdinal = new Map<number, DeployedStatement>();
  /** References to remote views by type. */
  readonly #views = new Map<string, { readonly owner: DeployedStatement; readonly slot: number }[]>();
  readonly #matches: Activation<DeployedStatement>[] = [];
  /** Statements that have something to tell although the cause did not meet them. */
  readonly #touched = new Set<DeployedStatement>();
  /** `update istream` statements in order of deployment. */
  #transformers: DeployedStatement[] = [];
  #nextOrdinal = 1;
  #nowMs: number;
  #presentKey: CauseKey;
  /** The event whose key is the present one, while nobody has asked for it. */
  #lazyKeyOf: Event | null = null;
  #routes: Routed[] = [];
  #routedOfStep = 0;
  /** True while an entry point runs. */
  #running = false;
  /** The first failure of the present call. */
  #failure: { readonly error: unknown } | null = null;

  constructor(options: EngineOptions = {}) {
    this.#nowMs = options.startMs ?? 0;
    this.#presentKey = timerKey(this.#nowMs);
    this.#routedPerCause = options.limits?.routedPerCause ?? ROUTED_PER_CAUSE;
    this.#index = new FilterIndex((name) => this.#types.lineage(name));
    this.#services = this.#makeServices();
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

  /** Engine clock, ms. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Adds a type, or replaces one of the same name that no statement uses. */
  addEventType(type: EventType): void {
    this.#types.add(type);
    this.#index.typesChanged();
  }

  eventType(name: string): EventType | undefined {
    return this.#types.find(name)?.type;
  }

  removeEventType(name: string): void {
    this.#types.remove(name);
    this.#index.typesChanged();
  }

  addVariable(name: string, type: ValueType, value: Value, constant = false): void {
    this.#variables.add(name, type, constant, value);
  }

  variable(name: string): Value {
    return this.#variables.read(name);
  }

  /** A control operation: timers due at or before the key's time fire first. Throws `UNKNOWN_VARIABLE`. */
  setVariable(name: string, value: Value, key: CauseKey): void {
    if (this.#variables.isConstant(name)) {
      throw new CodedError('INVALID_STATEMENT', `variable '${name}' is constant`);
    }
    this.#begin();
    this.#advance(key.timestampMs);
    this.#causeKey = key;
    this.#variables.set(name, value);
    this.#tellTouched();
    this.#drainRoutes();
    this.#end();
  }

  /** Throws `NOT_SUPPORTED` (with a position) or `WRONG_ARGUMENTS` before anything has changed. */
  deploy(module: CheckedModule, options: DeployOptions): Deployment {
    assert(!this.#running, 'deploy is not called from a listener');
    const types = this.#addTypes(module);
    const variables: string[] = [];
    const statements: DeployedStatement[] = [];
    try {
      const programs = module.statements.map((statement, i) =>
        compileStatement(statement, i, options.emit ?? 'rows', (name) => this.#types.get(name).type),
      );
      for (const statement of module.statements) this.#declare(statement, variables);
      for (const program of programs) {
        if (program === null) continue;
        statements.push(new DeployedStatement(program, this.#nextOrdinal++, this.#services, options.listener));
      }
    } catch (error) {
      for (const statement of statements) statement.stop();
      for (const name of variables) this.#variables.remove(name);
      for (const name of types) this.#types.remove(name);
      throw error;
    }
    for (const statement of statements) this.#activate(statement);
    const deployment: DeploymentState = { module, statements, types, variables };
    this.#deployments.set(deployment, deployment);
    return deployment;
  }

  #addTypes(module: CheckedModule): string[] {
    const added: string[] = [];
    for (const [name, type] of module.eventTypes) {
      if (this.#types.has(name)) continue;
      this.#types.add(type);
      added.push(name);
    }
    if (added.length > 0) this.#index.typesChanged();
    return added;
  }

  #declare(statement: CheckedStatement, declared: string[]): void {
    if (statement.kind !== 'createVariable') return;
    const context = new InstanceContext(this.#services, this.#services);
    const value = statement.initial === null ? null : constantOf(statement.initial, context);
    this.#variables.add(statement.variable, statement.type, statement.constant, value);
    declared.push(statement.variable);
  }

  #activate(statement: DeployedStatement): void {
    this.#byOrdinal.set(statement.ordinal, statement);
    statement.activate();
    if (statement.program.transforms !== undefined) this.#transformers.push(statement);
    for (const { typeName, slot } of statement.program.views) {
      const references = this.#views.get(typeName);
      if (references === undefined) this.#views.set(typeName, [{ owner: statement, slot }]);
      else references.push({ owner: statement, slot });
    }
  }

  /** Stops the statements and forgets what the module declared. Does nothing the second time. */
  undeploy(deployment: Deployment): void {
    const state = this.#deployments.get(deployment);
    if (state === undefined) return;
    this.#deployments.delete(deployment);
    for (const statement of state.statements) {
      statement.stop();
      this.#byOrdinal.delete(statement.ordinal);
      this.#transformers = this.#transformers.filter((t) => t !== statement);
      for (const { typeName } of statement.program.views) {
        const rest = (this.#views.get(typeName) ?? []).filter((r) => r.owner !== statement);
        if (rest.length === 0) this.#views.delete(typeName);
        else this.#views.set(typeName, rest);
      }
    }
    for (const name of state.variables) this.#variables.remove(name);
    for (const name of state.types) this.#types.remove(name);
    this.#index.typesChanged();
  }

  /** Throws `UNKNOWN_STREAM`. Absent members become null; undeclared ones are kept for dynamic properties. */
  makeEvent(typeName: string, values: Readonly<Record<string, unknown>>, meta: EventMeta): Event {
    return this.#types.get(typeName).fromObject(values, meta);
  }

  /** Timers due at or before the event's time, then the event. */
  send(event: Event): void {
    this.#begin();
    if (event.timestampMs > this.#nowMs) this.#advance(event.timestampMs);
    this.#lazyKeyOf = event;
    this.#dispatch(event, event.type.name);
    if (this.#touched.size > 0) this.#tellTouched();
    if (this.#routes.length > 0) this.#drainRoutes();
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

  /** All updates of one cause from remote inputs, together; the engine's own timers of the same key join in. */
  process(cause: { readonly key: CauseKey; readonly inputs: readonly CauseInput[] }): void {
    const { key } = cause;
    this.#begin();
    const work = new CauseWork();
    if (key.phase === 0) {
      this.#advanceBefore(key.timestampMs);
      this.#nowMs = Math.max(this.#nowMs, key.timestampMs);
      if (this.#timers.nextDueMs <= this.#nowMs)
        for (const timer of this.#timers.takeDue(this.#nowMs)) work.addTimer(timer);
    } else {
      this.#advance(key.timestampMs);
      if (key.phase === 2) for (const timer of this.#timers.takeDue(this.#nowMs)) work.addTimer(timer);
    }
    this.#causeKey = key;
    try {
      for (const input of cause.inputs) this.#addInput(input, work);
    } catch (error) {
      this.#fail(error);
    }
    this.#runCause(work);
    this.#end();
  }

  #addInput(input: CauseInput, work: CauseWork): void {
    const views = this.#views.get(input.typeName);
    for (const { owner, slot } of views ?? []) work.addUpdates(owner.ordinal, slot, input.updates);
    const eventClass = this.#types.get(input.typeName);
    if (eventClass.type.kind === 'view') return;
    for (const update of input.updates) {
      for (const row of update.insert) {
        const id = row.id ?? { domain: this.#causeKey.domain, seq: this.#causeKey.seq, part: 0 };
        const arrived = eventClass.fromValues(row.values, this.#causeKey.timestampMs, id.domain, id.seq, id.part);
        const event = this.#transformed(arrived, input.typeName);
        const matches: Activation<DeployedStatement>[] = [];
        this.#index.collect(event, input.typeName, matches);
        for (const { owner, slot } of matches) work.addEvent(owner.ordinal, slot, event);
      }
    }
  }

  /** Fires every timer due at or before `toMs`, each at its exact due time. With `toMs` ≤ now it does nothing. */
  advanceTime(toMs: number): void {
    if (toMs <= this.#nowMs) return;
    this.#begin();
    this.#advance(toMs);
    this.#end();
  }

  #advance(toMs: number): void {
    if (toMs <= this.#nowMs) return;
    this.#advanceBefore(toMs);
    this.#nowMs = toMs;
    if (this.#timers.nextDueMs <= toMs) this.#fireDue(0);
  }

  /** Fires what is due before `toMs`; the clock stands at the last of these instants afterwards. */
  #advanceBefore(toMs: number): void {
    while (this.#nowMs < toMs) {
      let rounds = 0;
      while (this.#timers.nextDueMs <= this.#nowMs) {
        assert(rounds++ < MAX_ROUNDS_PER_INSTANT, 'timers arm each other for the same instant for ever');
        this.#fireDue(2);
      }
      if (this.#timers.nextDueMs >= toMs) return;
      this.#nowMs = this.#timers.nextDueMs;
      this.#fireDue(0);
    }
  }

  /** One instant is one cause. */
  #fireDue(phase: 0 | 2): void {
    this.#causeKey = timerKey(this.#nowMs, phase);
    const due = this.#timers.takeDue(this.#nowMs);
    const [only] = due;
    if (only !== undefined && due.length === 1 && only.kind === 'window') {
      this.#fireOne(only);
      return;
    }
    const work = new CauseWork();
    for (const timer of due) work.addTimer(timer);
    this.#runCause(work);
  }

  /** The usual instant: one window has something to let go. */
  #fireOne(timer: Timer): void {
    const statement = this.#byOrdinal.get(timer.owner);
    if (statement === undefined) return;
    try {
      timer.target.fire(this.#nowMs);
      statement.instance.evaluate();
      this.#tell(statement);
    } catch (error) {
      this.#drop(statement, error);
    }
    this.#tellTouched();
    this.#drainRoutes();
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
    try {
      for (const timer of work.windowTimers) timer.target.fire(this.#nowMs);
      for (const { slot, updates } of work.views) instance.acceptUpdates(slot, updates);
      work.events.sort((a, b) => a.slot - b.slot);
      for (const { slot, events } of work.events) instance.accept(slot, events);
      instance.evaluate();
      for (const timer of work.outputTimers) timer.target.fire(this.#nowMs);
      this.#tell(statement);
    } catch (error) {
      this.#drop(statement, error);
    }
  }

  /** Forgets what a statement that has failed would have told. */
  #drop(statement: DeployedStatement, error: unknown): void {
    this.#fail(error);
    try {
      statement.instance.finish();
    } catch {
      // The first failure is the one that is told.
    }
  }

  #dispatch(arrived: Event, typeName: string): void {
    const matches = this.#matches;
    matches.length = 0;
    try {
      const event = this.#transformers.length === 0 ? arrived : this.#transformed(arrived, typeName);
      this.#index.collect(event, typeName, matches);
      for (let i = 0; i < matches.length; i++) this.#deliver(matches, i, event);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Hands the event to one reference; after the last of a statement, the statement evaluates and tells. */
  #deliver(matches: readonly Activation<DeployedStatement>[], i: number, event: Event): void {
    const match = matches[i];
    if (match === undefined) return;
    const { owner } = match;
    try {
      owner.instance.acceptOne(match.slot, event);
      if (matches[i + 1]?.owner === owner) return;
      owner.instance.evaluate();
      this.#tell(owner);
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

  #tell(statement: DeployedStatement): void {
    const told = statement.instance.finish();
    if (told === null) return;
    const { name, index, columns } = statement.program;
    statement.listener({
      statement: name,
      index,
      key: this.#causeKey,
      timeMs: this.#nowMs,
      columns,
      insert: told.insert,
      remove: told.remove,
      updates: told.updates,
    });
  }

  /** First in, first out; each routed event is a cause of its own whose key extends that of its parent. */
  #drainRoutes(): void {
    let count = 0;
    while (this.#routes.length > 0) {
      const level = this.#routes;
      this.#routes = [];
      for (const { event, typeName, key } of level) {
        if (++count > this.#routedPerCause || key.path.length > MAX_ROUTE_DEPTH) {
          this.#fail(loopOfInserts(count, key.path.length));
          this.#routes = [];
          break;
        }
        this.#causeKey = key;
        this.#routedOfStep = 0;
        this.#dispatch(event, typeName);
        this.#tellTouched();
      }
    }
    this.#routedOfStep = 0;
  }

  /** Present rows of a statement. Throws `UNKNOWN_QUERY` if the deployment has no statement of that name. */
  iterate(deployment: Deployment, statement: string): readonly OutputRow[] {
    const found = this.#deployments.get(deployment)?.statements.find((s) => s.program.name === statement);
    if (found === undefined) throw new CodedError('UNKNOWN_QUERY', `no statement is named '${statement}'`);
    return found.instance.iterate();
  }

  #makeServices(): EngineServices {
    const now = (): number => this.#nowMs;
    const key = (): CauseKey => this.#causeKey;
    return {
      get nowMs() {
        return now();
      },
      get causeKey() {
        return key();
      },
      timers: this.#timers,
      index: this.#index,
      read: (name) => this.#variables.read(name),
      setVariable: (name, value) => this.#variables.set(name, value),
      listen: (name, listener) => this.#variables.listen(name, listener),
      eventClass: (typeName) => this.#types.get(typeName),
      classFor: (type) => {
        const known = this.#types.find(type.name);
        return known?.type === type ? known : new EventClass(type, (name) => this.#types.find(name));
      },
      touch: (statement) => {
        this.#touched.add(statement);
      },
      route: (event, typeName) => {
        const step = this.#routedOfStep++;
        this.#routes.push({ event, typeName, key: { ...this.#causeKey, path: [...this.#causeKey.path, step] } });
      },
    };
  }
}

export type { StatementOutput } from './runtime/statement.ts';
export { rowToObject, rowValues } from './runtime/output-row.ts';
export type { OutputRow } from './runtime/output-row.ts';
