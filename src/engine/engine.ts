/**
 * The engine: events and time in, outputs of statements out. Synchronous; one cause at a time (ENGINE, "the way of one
 * event"): timers due before it, the statements it meets in order of deployment, then what they route, first in first out.
 */
import type { CauseKey } from '../model/cause-key.ts';
import type { CheckedModule, CheckedStatement, Column } from '../model/checked.ts';
import type { CheckedQuery } from '../model/checked-store.ts';
import { assert, CodedError } from '../model/errors.ts';
import type { Event } from '../model/event.ts';
import type { EventType } from '../model/event-type.ts';
import type { Value, ValueType } from '../model/value.ts';
import type { CauseInput } from './runtime/cause-runner.ts';
import { CauseRunner } from './runtime/cause-runner.ts';
import type { CheckedContext } from '../model/checked-context.ts';
import { compileCreateContext } from './context/context-statements.ts';
import type { ContextManager } from './context/context-manager.ts';
import type { ContextProgram } from './context/context-program.ts';
import { compileContext } from './context/context-program.ts';
import type { CompilePlace } from './runtime/compile-statement.ts';
import { compileStatement } from './runtime/compile-statement.ts';
import { compileQuery, requireAnswerable } from './runtime/fire-and-forget.ts';
import { Dependencies, type Dependent } from './runtime/dependencies.ts';
import { DeployedStatement } from './runtime/deployed.ts';
import type { EngineServices } from './runtime/deployed.ts';
import type { EventMeta } from './runtime/event-class.ts';
import { EventClass } from './runtime/event-class.ts';
import type { OutputRow } from './runtime/output-row.ts';
import { constantOf } from './runtime/parameters.ts';
import { InstanceContext } from './runtime/instance-context.ts';
import type { EmitMode } from './runtime/select-program.ts';
import type { StatementOutput } from './runtime/statement.ts';
import { EventTypes } from './runtime/types.ts';
import { Variables } from './runtime/variables.ts';
import { Stores } from './store/store.ts';
import { compileTableAggregates } from './store/table-aggregates.ts';
import { Table } from './store/table.ts';

export interface EngineLimits {
  /**
   * Most events that one cause may route by insert-into; more is a loop.
   * @default 100_000
   */
  readonly routedPerCause?: number | undefined;
  /**
   * Most partial matches that one pattern keeps: waiting atoms and observers, remembered keys of every-distinct, collected
   * events of repeats and of `and`. What is beyond is not begun, and told as `LIMIT_EXCEEDED`.
   * @default 500_000
   */
  readonly partialMatches?: number | undefined;
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

/** What the engine keeps of a deployment: neither text nor syntax tree, which the caller's handle may hold. */
interface DeploymentState extends Dependent {
  readonly statements: readonly DeployedStatement[];
  readonly types: readonly string[];
  readonly variables: readonly string[];
}

/** What a fire-and-forget query answers. */
export interface QueryAnswer {
  readonly columns: readonly Column[];
  readonly rows: readonly OutputRow[];
}

const ROUTED_PER_CAUSE = 100_000;
/** Some 400 bytes each: 200 MB per pattern at most. */
const PARTIAL_MATCHES = 500_000;

export class Engine {
  readonly #types = new EventTypes();
  readonly #variables = new Variables();
  /** Named windows and tables. */
  readonly #stores = new Stores();
  /** Contexts at work, by name. */
  readonly #contexts = new Map<string, ContextManager>();
  readonly #runner: CauseRunner;
  readonly #services: EngineServices;
  readonly #dependencies = new Dependencies<DeploymentState>();
  /** Weak: a deployment whose handle is gone runs on, and nobody can ask for it any more. */
  readonly #deployments = new WeakMap<Deployment, DeploymentState>();
  #nextOrdinal = 1;

  constructor(options: EngineOptions = {}) {
    const routedPerCause = options.limits?.routedPerCause ?? ROUTED_PER_CAUSE;
    this.#runner = new CauseRunner(this.#types, this.#stores, options.startMs ?? 0, routedPerCause);
    this.#services = this.#makeServices(options.limits?.partialMatches ?? PARTIAL_MATCHES);
  }

  /** Engine clock, ms. */
  get nowMs(): number {
    return this.#runner.nowMs;
  }

  /** When the first timer is due, ms; Infinity when none is armed. */
  get nextTimerMs(): number {
    return this.#runner.timers.nextDueMs;
  }

  /** Adds a type, or replaces one of the same name that no statement uses. */
  addEventType(type: EventType): void {
    this.#types.add(type);
    this.#runner.index.typesChanged();
  }

  eventType(name: string): EventType | undefined {
    return this.#types.find(name)?.type;
  }

  removeEventType(name: string): void {
    this.#types.remove(name);
    this.#runner.index.typesChanged();
  }

  /** An empty named window or table that no statement declares: for trying out what reads one. */
  addStore(type: EventType): void {
    const context = new InstanceContext(this.#runner, this.#services);
    const eventClass = this.#types.get(type.name);
    this.#stores.add(type.name, new Table({ type, eventClass, context, aggregates: compileTableAggregates(type) }));
  }

  /** A context that no statement declares: for trying out what stands in one. */
  addContext(context: CheckedContext): void {
    const program = compileContext(context, (name) => this.#types.get(name).type);
    const statement = compileCreateContext({ name: null }, 0, program);
    this.#runner.add(new DeployedStatement(statement, this.#nextOrdinal++, this.#services, () => undefined));
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
    this.#runner.apply(key, () => this.#variables.set(name, value));
  }

  /** Throws `NOT_SUPPORTED` (with a position) or `WRONG_ARGUMENTS` before anything has changed. */
  deploy(module: CheckedModule, options: DeployOptions): Deployment {
    assert(!this.#runner.running, 'deploy is not called from a listener');
    const types = this.#addTypes(module);
    const variables: string[] = [];
    const statements: DeployedStatement[] = [];
    try {
      const place = this.#compilePlace(module, options.emit ?? 'rows');
      const programs = module.statements.map((statement, i) => compileStatement(statement, i, place));
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
    for (const statement of statements) this.#runner.add(statement);
    const deployment: Deployment = { module };
    const state: DeploymentState = { statements, types, variables, users: 0 };
    this.#dependencies.add(state, module, [...types, ...variables]);
    this.#deployments.set(deployment, state);
    return deployment;
  }

  /** What statements are compiled against: the engine's types and contexts, and those of their own module. */
  #compilePlace(module: CheckedModule, emit: EmitMode): CompilePlace {
    const typeOf = (name: string): EventType => this.#types.get(name).type;
    const own = new Map<string, ContextProgram>();
    for (const statement of module.statements) {
      if (statement.kind !== 'createContext') continue;
      own.set(statement.definition.name, compileContext(statement.definition, typeOf));
    }
    const contextOf = (name: string): ContextProgram => {
      const found = own.get(name) ?? this.#contexts.get(name)?.program;
      if (found !== undefined) return found;
      throw new CodedError('UNKNOWN_CONTEXT', `no context is named '${name}'`);
    };
    return { emit, typeOf, contextOf };
  }

  #addTypes(module: CheckedModule): string[] {
    const added: string[] = [];
    for (const [name, type] of module.eventTypes) {
      if (this.#types.has(name)) continue;
      this.#types.add(type);
      added.push(name);
    }
    if (added.length > 0) this.#runner.index.typesChanged();
    return added;
  }

  #declare(statement: CheckedStatement, declared: string[]): void {
    if (statement.kind !== 'createVariable' || statement.context !== null) return;
    const context = new InstanceContext(this.#runner, this.#services);
    const value = statement.initial === null ? null : constantOf(statement.initial, context);
    this.#variables.add(statement.variable, statement.type, statement.constant, value);
    declared.push(statement.variable);
  }

  /**
   * Stops the statements and forgets what the module declared. Does nothing the second time. Throws `IN_USE` while another
   * deployment reads a type, named window, table or variable of it.
   */
  undeploy(deployment: Deployment): void {
    const state = this.#deployments.get(deployment);
    if (state === undefined) return;
    this.#dependencies.remove(state, [...state.types, ...state.variables]);
    this.#deployments.delete(deployment);
    for (const statement of state.statements) this.#runner.remove(statement);
    for (const name of state.variables) this.#variables.remove(name);
    for (const name of state.types) this.#types.remove(name);
    this.#runner.index.typesChanged();
  }

  /** Throws `UNKNOWN_STREAM`. Absent members become null; undeclared ones are kept for dynamic properties. */
  makeEvent(typeName: string, values: Readonly<Record<string, unknown>>, meta: EventMeta): Event {
    return this.#types.get(typeName).fromObject(values, meta);
  }

  /** Timers due at or before the event's time, then the event. */
  send(event: Event): void {
    this.#runner.send(event);
  }

  /** All updates of one cause from remote inputs, together; the engine's own timers of the same key join in. */
  process(cause: { readonly key: CauseKey; readonly inputs: readonly CauseInput[] }): void {
    this.#runner.process(cause.key, cause.inputs);
  }

  /** Fires every timer due at or before `toMs`, each at its exact due time. With `toMs` ≤ now it does nothing. */
  advanceTime(toMs: number): void {
    this.#runner.advanceTime(toMs);
  }

  /**
   * A fire-and-forget query of named windows and tables: its rows, or those that it inserted, changed or deleted (of a
   * named window). A change is a cause of its own: timers due at or before the key's time fire first, and statements are
   * told. Throws `EVALUATION`, `LIMIT_EXCEEDED`.
   */
  query(query: CheckedQuery, key: CauseKey): QueryAnswer {
    assert(!this.#runner.running, 'queries are not asked from a listener');
    const { program, columns, changes } = compileQuery(query, (name) => this.#types.get(name).type);
    const statement = new DeployedStatement(
      { ...program, once: true },
      this.#nextOrdinal++,
      this.#services,
      () => undefined,
    );
    try {
      let rows: readonly OutputRow[] = [];
      const ask = (): void => {
        rows = statement.instance.iterate();
      };
      if (changes) this.#runner.apply(key, ask);
      else ask();
      return { columns, rows: requireAnswerable(rows) };
    } finally {
      statement.stop();
    }
  }

  /** Present rows of a statement, by its name or its place in the module. Throws `UNKNOWN_QUERY` if there is none. */
  iterate(deployment: Deployment, statement: string | number): readonly OutputRow[] {
    const found = this.#deployments
      .get(deployment)
      ?.statements.find((s) => (typeof statement === 'number' ? s.program.index : s.program.name) === statement);
    if (found === undefined) throw new CodedError('UNKNOWN_QUERY', `no statement is named '${statement}'`);
    return found.instance.iterate();
  }

  #makeServices(partialMatches: number): EngineServices {
    const runner = this.#runner;
    const stores = this.#stores;
    return {
      clock: runner,
      partialMatches,
      get causeKey() {
        return runner.causeKey;
      },
      timers: runner.timers,
      index: runner.index,
      stores,
      contexts: this.#contexts,
      consume: (statement, store, slot) => runner.consume(statement, store, slot),
      changed: (store, insert, remove) => runner.changed(store, insert, remove),
      tableRow: (table, keys) => {
        const store = stores.get(table);
        return store instanceof Table ? store.row(keys) : null;
      },
      tableKeys: (table) => {
        const store = stores.get(table);
        return store instanceof Table ? store.keys() : [];
      },
      read: (name) => this.#variables.read(name),
      setVariable: (name, value) => this.#variables.set(name, value),
      listen: (name, listener) => this.#variables.listen(name, listener),
      eventClass: (typeName) => this.#types.get(typeName),
      classFor: (type) => {
        const known = this.#types.find(type.name);
        return known?.type === type ? known : new EventClass(type, (name) => this.#types.find(name));
      },
      touch: (statement) => runner.touch(statement),
      route: (event, typeName) => runner.route(event, typeName),
    };
  }
}

export type { CauseInput } from './runtime/cause-runner.ts';
export type { StatementOutput } from './runtime/statement.ts';
export { rowToObject, rowValues } from './runtime/output-row.ts';
export type { OutputRow } from './runtime/output-row.ts';
