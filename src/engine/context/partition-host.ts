/** The place of a statement's part in one partition: the statement's own, with the partition's properties and variables. */
import type { CauseKey } from '../../model/cause-key.ts';
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import type { EventClass } from '../runtime/event-class.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { InstanceHost } from '../runtime/statement.ts';
import type { Store } from '../store/store.ts';
import type { Timer, TimerTarget } from '../runtime/timer-queue.ts';
import type { VariableListener } from '../runtime/variables.ts';
import type { ContextManager } from './context-manager.ts';
import type { Partition } from './partition.ts';

export class PartitionHost implements InstanceHost {
  readonly #host: InstanceHost;
  readonly #partition: Partition;
  /** The part has something to evaluate or to tell. */
  readonly #wake: () => void;
  readonly #timers = new Set<Timer>();
  readonly #unlisten = new Set<() => void>();

  constructor(host: InstanceHost, partition: Partition, wake: () => void) {
    this.#host = host;
    this.#partition = partition;
    this.#wake = wake;
  }

  get nowMs(): number {
    return this.#host.nowMs;
  }

  get partialMatches(): number {
    return this.#host.partialMatches;
  }

  get causeKey(): CauseKey {
    return this.#host.causeKey;
  }

  newContext(): InstanceContext {
    const context = this.#host.newContext();
    context.partition = this.#partition;
    return context;
  }

  newTimer(target: TimerTarget, kind: 'window' | 'output'): Timer {
    const fire = (dueMs: number): void => {
      // One that fell due with the end of its partition has nothing more to do.
      if (!this.#partition.live) return;
      this.#wake();
      target.fire(dueMs);
    };
    const timer = this.#host.newTimer({ fire }, kind);
    this.#timers.add(timer);
    return timer;
  }

  forget(timer: Timer): void {
    this.#timers.delete(timer);
    this.#host.forget(timer);
  }

  arm(timer: Timer, dueMs: number): void {
    this.#host.arm(timer, dueMs);
  }

  disarm(timer: Timer): void {
    this.#host.disarm(timer);
  }

  variable(name: string): Value {
    const { variables } = this.#partition;
    return variables.has(name) ? variables.read(name) : this.#host.variable(name);
  }

  setVariable(name: string, value: Value): void {
    if (this.#partition.variables.has(name)) this.#partition.set(name, value);
    else this.#host.setVariable(name, value);
  }

  onVariable(names: readonly string[], changed: VariableListener): () => void {
    const own = names.filter((name) => this.#partition.variables.has(name));
    const others = names.filter((name) => !own.includes(name));
    const all = new Set(own.map((name) => this.#partition.listen(name, changed)));
    if (others.length > 0) all.add(this.#host.onVariable(others, changed));
    const unlisten = (): void => {
      for (const each of all) each();
      this.#unlisten.delete(unlisten);
    };
    this.#unlisten.add(unlisten);
    return unlisten;
  }

  store(name: string): Store {
    return this.#partition.stores.get(name) ?? this.#host.store(name);
  }

  addStore(name: string, store: Store): void {
    this.#partition.stores.set(name, store);
  }

  consume(store: Store, slot: number): () => void {
    return this.#host.consume(store, slot);
  }

  changed(store: Store, insert: readonly Event[], remove: readonly Event[]): void {
    this.#host.changed(store, insert, remove);
  }

  addContext(manager: ContextManager): void {
    this.#host.addContext(manager);
  }

  eventClass(typeName: string): EventClass {
    return this.#host.eventClass(typeName);
  }

  classFor(type: EventType): EventClass {
    return this.#host.classFor(type);
  }

  route(event: Event, typeName: string): void {
    const store = event.type.kind === 'table' ? this.#partition.stores.get(typeName) : undefined;
    if (store !== undefined) store.insert([event]);
    else this.#host.route(event, typeName);
  }

  touch(): void {
    this.#wake();
    this.#host.touch();
  }

  contextManager(name: string): ContextManager {
    return this.#host.contextManager(name);
  }

  /** No timer and no variable calls any more. */
  release(): void {
    for (const timer of this.#timers) this.#host.forget(timer);
    for (const unlisten of this.#unlisten) unlisten();
  }
}
