/** What the engine lends to one statement instance. A class, so that windows of all statements see hosts of one shape. */
import type { CauseKey } from '../../model/cause-key.ts';
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import type { DeployedStatement, EngineServices } from './deployed.ts';
import type { EventClass } from './event-class.ts';
import { InstanceContext } from './instance-context.ts';
import type { Clock } from './instance-context.ts';
import type { InstanceHost } from './statement.ts';
import type { ContextManager } from '../context/context-manager.ts';
import { PartitionedStore } from '../context/partitioned-store.ts';
import { CodedError } from '../../model/errors.ts';
import type { Store } from '../store/store.ts';
import { Timer } from './timer-queue.ts';
import type { TimerTarget } from './timer-queue.ts';

export class StatementHost implements InstanceHost {
  readonly #services: EngineServices;
  readonly #clock: Clock;
  readonly #statement: DeployedStatement;
  readonly #timers = new Set<Timer>();
  /** Timers made so far: their order of creation. */
  #made = 0;
  readonly #unlisten = new Set<() => void>();

  constructor(services: EngineServices, statement: DeployedStatement) {
    this.#services = services;
    this.#clock = services.clock;
    this.#statement = statement;
  }

  get nowMs(): number {
    return this.#clock.nowMs;
  }

  get partialMatches(): number {
    return this.#services.partialMatches;
  }

  get causeKey(): CauseKey {
    return this.#services.causeKey;
  }

  newContext(): InstanceContext {
    return new InstanceContext(this.#clock, this.#services);
  }

  newTimer(target: TimerTarget, kind: 'window' | 'output'): Timer {
    const timer = new Timer(target, this.#statement.ordinal, this.#made++, kind);
    this.#timers.add(timer);
    return timer;
  }

  forget(timer: Timer): void {
    this.#services.timers.disarm(timer);
    this.#timers.delete(timer);
  }

  arm(timer: Timer, dueMs: number): void {
    this.#services.timers.arm(timer, dueMs);
  }

  disarm(timer: Timer): void {
    this.#services.timers.disarm(timer);
  }

  variable(name: string): Value {
    return this.#services.read(name);
  }

  setVariable(name: string, value: Value): void {
    this.#services.setVariable(name, value);
  }

  onVariable(names: readonly string[], changed: (name: string, before: Value) => void): () => void {
    const each = [...new Set(names)].map((name) => this.#services.listen(name, changed));
    return this.#until(() => {
      for (const unlisten of each) unlisten();
    });
  }

  /** `end` is called by the answer, or when the statement ends. */
  #until(end: () => void): () => void {
    const once = (): void => {
      if (this.#unlisten.delete(once)) end();
    };
    this.#unlisten.add(once);
    return once;
  }

  contextManager(name: string): ContextManager {
    const manager = this.#services.contexts.get(name);
    if (manager === undefined) throw new CodedError('UNKNOWN_CONTEXT', `no context is named '${name}'`);
    return manager;
  }

  addContext(manager: ContextManager): void {
    const { name } = manager.program;
    this.#services.contexts.set(name, manager);
    this.#until(() => this.#services.contexts.delete(name));
  }

  /** Throws `INVALID_STATEMENT` for one that each partition of a context has for itself. */
  store(name: string): Store {
    const store = this.#services.stores.get(name);
    if (!(store instanceof PartitionedStore) || this.#statement.program.once === true) return store;
    throw new CodedError('INVALID_STATEMENT', `'${name}' belongs to the partitions of context '${store.context}'`, {
      hint: `begin the statement with context ${store.context}`,
    });
  }

  addStore(name: string, store: Store): void {
    this.#services.stores.add(name, store);
    this.#until(() => this.#services.stores.remove(name));
  }

  consume(store: Store, slot: number): () => void {
    return this.#until(this.#services.consume(this.#statement, store, slot));
  }

  changed(store: Store, insert: readonly Event[], remove: readonly Event[]): void {
    this.#services.changed(store, insert, remove);
  }

  eventClass(typeName: string): EventClass {
    return this.#services.eventClass(typeName);
  }

  classFor(type: EventType): EventClass {
    return this.#services.classFor(type);
  }

  route(event: Event, typeName: string): void {
    const store = event.type.kind === 'table' ? this.#services.stores.find(typeName) : undefined;
    if (store !== undefined) store.insert([event]);
    else this.#services.route(event, typeName);
  }

  touch(): void {
    this.#services.touch(this.#statement);
  }

  /** Disarms all timers and listens to no variable any more. */
  release(): void {
    for (const timer of this.#timers) this.#services.timers.disarm(timer);
    for (const unlisten of this.#unlisten) unlisten();
  }
}
