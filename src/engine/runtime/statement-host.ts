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
import type { Store } from '../store/store.ts';
import { Timer } from './timer-queue.ts';
import type { TimerTarget } from './timer-queue.ts';

export class StatementHost implements InstanceHost {
  readonly #services: EngineServices;
  readonly #clock: Clock;
  readonly #statement: DeployedStatement;
  readonly #timers: Timer[] = [];
  readonly #unlisten: (() => void)[] = [];

  constructor(services: EngineServices, statement: DeployedStatement) {
    this.#services = services;
    this.#clock = services.clock;
    this.#statement = statement;
  }

  get nowMs(): number {
    return this.#clock.nowMs;
  }

  get causeKey(): CauseKey {
    return this.#services.causeKey;
  }

  newContext(): InstanceContext {
    return new InstanceContext(this.#clock, this.#services);
  }

  newTimer(target: TimerTarget, kind: 'window' | 'output'): Timer {
    const timer = new Timer(target, this.#statement.ordinal, this.#timers.length, kind);
    this.#timers.push(timer);
    return timer;
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

  onVariable(names: readonly string[], changed: (name: string, before: Value) => void): void {
    for (const name of new Set(names)) this.#unlisten.push(this.#services.listen(name, changed));
  }

  store(name: string): Store {
    return this.#services.stores.get(name);
  }

  addStore(name: string, store: Store): void {
    this.#services.stores.add(name, store);
    this.#unlisten.push(() => this.#services.stores.remove(name));
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
