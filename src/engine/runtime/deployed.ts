/** A statement instance as the engine holds it: its activations in the filter index, its views, its output. */
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import type { FilterIndex } from '../filter/filter-index.ts';
import { Activation } from '../filter/filter-index.ts';
import type { ContextManager } from '../context/context-manager.ts';
import type { EventClass } from './event-class.ts';
import type { Clock, VariableReader } from './instance-context.ts';
import type { EventTaker, StatementInstance, StatementOutput, StatementProgram, StreamSlot } from './statement.ts';
import { StatementHost } from './statement-host.ts';
import type { Store, Stores } from '../store/store.ts';
import type { TimerQueue } from './timer-queue.ts';
import type { VariableListener } from './variables.ts';
import type { CauseKey } from '../../model/cause-key.ts';

/** Slots of one statement, more than any text of the permitted length can name. */
const SLOTS_PER_STATEMENT = 4096;

/** What the engine lends to its instances. */
export interface EngineServices extends VariableReader {
  readonly clock: Clock;
  /** Most partial matches of one pattern. */
  readonly partialMatches: number;
  readonly causeKey: CauseKey;
  readonly timers: TimerQueue;
  readonly index: FilterIndex<DeployedStatement>;
  readonly stores: Stores;
  readonly contexts: Map<string, ContextManager>;
  /** Changes of the store are told to the statement under `slot`, until the answer is called. */
  consume(statement: DeployedStatement, store: Store, slot: number): () => void;
  changed(store: Store, insert: readonly Event[], remove: readonly Event[]): void;
  setVariable(name: string, value: Value): void;
  listen(name: string, listener: VariableListener): () => void;
  eventClass(typeName: string): EventClass;
  classFor(type: EventType): EventClass;
  route(event: Event, typeName: string): void;
  /** The statement has something to tell at the end of the cause. */
  touch(statement: DeployedStatement): void;
}

export class DeployedStatement {
  readonly program: StatementProgram;
  readonly ordinal: number;
  readonly instance: StatementInstance;
  /** Of the instance; null where there is none. */
  readonly taker: EventTaker | null;
  readonly listener: (output: StatementOutput) => void;
  readonly #services: EngineServices;
  readonly #activations: { readonly slot: StreamSlot; readonly activation: Activation<DeployedStatement> }[] = [];
  readonly #host: StatementHost;

  constructor(
    program: StatementProgram,
    ordinal: number,
    services: EngineServices,
    listener: (output: StatementOutput) => void,
  ) {
    this.program = program;
    this.ordinal = ordinal;
    this.listener = listener;
    this.#services = services;
    this.#host = new StatementHost(services, this);
    this.instance = program.instantiate(this.#host);
    this.taker = this.instance.taker ?? null;
  }

  /** From now on events reach the instance. */
  activate(): void {
    for (const slot of this.program.streams) {
      const order = this.ordinal * SLOTS_PER_STATEMENT + slot.slot;
      const activation = new Activation(this, slot.slot, order, slot.residual, this.instance.context);
      this.#services.index.add(slot.typeName, slot.key, activation);
      this.#activations.push({ slot, activation });
    }
  }

  stop(): void {
    for (const { slot, activation } of this.#activations) {
      this.#services.index.remove(slot.typeName, slot.key, activation);
    }
    this.#activations.length = 0;
    this.instance.stop();
    this.#host.release();
  }
}
