/**
 * A statement of a context: an instance of its own for each partition, and one listener call per cause for all of them.
 *
 * An event is routed to the partitions it belongs to, by hash where it can be, and what its stream's filter asks of the
 * partition is tested there. Parts are evaluated and told in order of opening.
 * State: the parts. Bound: the partitions of the context.
 */
import type { Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import type { EventPredicate } from '../evaluation.ts';
import { meetsKey } from '../filter/filter-index.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { OutputRow } from '../runtime/output-row.ts';
import type { InstanceHost, StatementInstance, StatementProgram, Told } from '../runtime/statement.ts';
import type { ContextManager } from './context-manager.ts';
import type { ContextProgram } from './context-program.ts';
import { testOf } from './context-program.ts';
import type { PartitionKey } from './part-index.ts';
import { PartIndex } from './part-index.ts';
import type { Member, Partition } from './partition.ts';
import { PartitionHost } from './partition-host.ts';

interface PartitionedSlot {
  /** Which item of each level divides the events of the slot. */
  readonly items: readonly number[];
  /** What is left of the filter: it may read the partition. */
  readonly admits: EventPredicate | null;
  /** By what events find their parts, where all partitions see all events; else null. */
  readonly key: PartitionKey | null;
}

export interface PartitionedOptions {
  /** Called before the first part is made; its answer when the statement ends. */
  readonly before?: ((host: InstanceHost) => () => void) | undefined;
  /** Type as whose events those of the statement's streams are divided; else each as its own. */
  readonly divided?: string | undefined;
}

/** The statement `program` in every partition of `context`. */
export function compilePartitioned(
  program: StatementProgram,
  context: ContextProgram,
  options: PartitionedOptions = {},
): StatementProgram {
  const slots = new Map<number, PartitionedSlot>();
  const divides = context.levels.some(({ program: { kind } }) => kind !== 'startEnd' && kind !== 'initiated');
  for (const { slot, typeName, residual, partitionKey } of program.streams) {
    const items = context.itemsOf(options.divided ?? typeName);
    slots.set(slot, { items, admits: testOf(residual), key: divides ? null : (partitionKey ?? null) });
  }
  return {
    ...program,
    streams: program.streams.map((s) => ({ ...s, residual: null })),
    consumers: [],
    instantiate: (host) => {
      const manager = host.contextManager(context.name);
      const ended = options.before?.(host) ?? null;
      return new Partitioned(program, slots, host, manager, ended);
    },
  };
}

interface Part {
  readonly partition: Partition;
  readonly host: PartitionHost;
  readonly instance: StatementInstance;
  /** Ends the telling of changes of named windows. */
  readonly consumed: readonly (() => void)[];
}

/** A named window that a part reads. */
interface Consumed {
  readonly part: Part;
  readonly slot: number;
}

class Partitioned implements StatementInstance, Member {
  readonly context: InstanceContext;
  readonly #program: StatementProgram;
  readonly #slots: ReadonlyMap<number, PartitionedSlot>;
  readonly #host: InstanceHost;
  readonly #manager: ContextManager;
  readonly #ended: (() => void) | null;
  readonly #parts = new Map<Partition, Part>();
  /** By slot, where there is a key. */
  readonly #indexes = new Map<number, PartIndex<Part>>();
  /** By the slot under which the engine tells changes: one for each part and named window. */
  readonly #consumed = new Map<number, Consumed>();
  #nextConsumed = 0;
  /** Parts that the present cause has met. */
  readonly #awake = new Set<Part>();
  /** What parts whose partition has ended had to tell. */
  #last: Told[] = [];

  constructor(
    program: StatementProgram,
    slots: ReadonlyMap<number, PartitionedSlot>,
    host: InstanceHost,
    manager: ContextManager,
    ended: (() => void) | null,
  ) {
    this.#program = program;
    this.#slots = slots;
    this.#host = host;
    this.#manager = manager;
    this.#ended = ended;
    this.context = host.newContext();
    for (const [slot, { key }] of slots) if (key !== null) this.#indexes.set(slot, new PartIndex<Part>(key));
    manager.join(this);
  }

  open(partition: Partition): void {
    let part: Part | null = null;
    const host = new PartitionHost(this.#host, partition, () => {
      if (part !== null) this.#awake.add(part);
    });
    const consumed = (this.#program.consumers ?? []).map(({ typeName, slot }) => {
      const at = this.#nextConsumed++;
      const end = this.#host.consume(host.store(typeName), at);
      return { at, slot, end };
    });
    const instance = this.#program.instantiate(host);
    part = {
      partition,
      host,
      instance,
      consumed: consumed.map(({ at, end }) => () => {
        this.#consumed.delete(at);
        end();
      }),
    };
    for (const { at, slot } of consumed) this.#consumed.set(at, { part, slot });
    this.#parts.set(partition, part);
    for (const index of this.#indexes.values()) index.add(part, instance.context);
    for (const event of partition.earlier) this.#seeEarlier(part, event);
  }

  /** An event that came before the partition opened: each is met for itself, where it meets the streams of the statement. */
  #seeEarlier(part: Part, event: Event): void {
    const { instance } = part;
    const { program } = this.#manager;
    let met = false;
    for (const { slot, typeName, key } of this.#program.streams) {
      const admits = this.#slots.get(slot)?.admits ?? null;
      if (!program.isOf(event.type.name, typeName) || !meetsKey(key, event)) continue;
      if (admits !== null && !admits(event, instance.context)) continue;
      instance.acceptOne(slot, event);
      met = true;
    }
    if (!met) return;
    instance.evaluate();
    this.#awake.add(part);
    this.#host.touch();
  }

  acceptChange(at: number, insert: readonly Event[], remove: readonly Event[]): void {
    const consumed = this.#consumed.get(at);
    if (consumed === undefined) return;
    consumed.part.instance.acceptChange?.(consumed.slot, insert, remove);
    this.#awake.add(consumed.part);
  }

  close(partition: Partition): void {
    const part = this.#parts.get(partition);
    if (part === undefined) return;
    this.#parts.delete(partition);
    this.#awake.delete(part);
    const { instance } = part;
    for (const index of this.#indexes.values()) index.remove(part, instance.context);
    instance.evaluate();
    instance.terminate?.();
    const told = instance.finish();
    this.#release(part);
    if (told === null) return;
    this.#last.push(told);
    this.#host.touch();
  }

  #release({ instance, host, consumed }: Part): void {
    instance.stop();
    host.release();
    for (const end of consumed) end();
  }

  accept(slot: number, events: readonly Event[]): void {
    for (const event of events) this.acceptOne(slot, event);
  }

  acceptOne(at: number, event: Event): void {
    const slot = this.#slots.get(at);
    if (slot === undefined) return;
    const index = this.#indexes.get(at);
    if (index !== undefined) {
      for (const { partition } of index.find(event) ?? []) this.#offer(at, event, slot, partition);
      return;
    }
    if (this.#manager.isSingle(slot.items)) {
      const partition = this.#manager.partitionFor(event, slot.items);
      if (partition !== null) this.#offer(at, event, slot, partition);
      return;
    }
    for (const partition of this.#manager.partitionsFor(event, slot.items)) this.#offer(at, event, slot, partition);
  }

  #offer(at: number, event: Event, slot: PartitionedSlot, partition: Partition): void {
    if (!partition.sees(event)) return;
    const part = this.#parts.get(partition);
    if (part === undefined) return;
    if (slot.admits !== null && !slot.admits(event, part.instance.context)) return;
    part.instance.acceptOne(at, event);
    this.#awake.add(part);
  }

  acceptUpdates(slot: number, updates: readonly Update[]): void {
    for (const part of this.#parts.values()) {
      part.instance.acceptUpdates(slot, updates);
      this.#awake.add(part);
    }
  }

  evaluate(): void {
    for (const part of this.#awake) part.instance.evaluate();
  }

  finish(): Told | null {
    const told = this.#last;
    this.#last = [];
    const awake = this.#awake.size > 1 ? [...this.#awake].sort((a, b) => a.partition.id - b.partition.id) : this.#awake;
    for (const part of awake) {
      const own = part.instance.finish();
      if (own !== null) told.push(own);
    }
    this.#awake.clear();
    return merged(told);
  }

  iterate(): readonly OutputRow[] {
    return [...this.#parts.values()].flatMap((part) => [...part.instance.iterate()]);
  }

  stop(): void {
    this.#manager.leave(this);
    for (const part of this.#parts.values()) this.#release(part);
    this.#parts.clear();
    this.#awake.clear();
    this.#ended?.();
  }
}

function merged(told: readonly Told[]): Told | null {
  const [first, more] = told;
  if (first === undefined || more === undefined) return first ?? null;
  return {
    insert: told.flatMap((t) => t.insert),
    remove: told.flatMap((t) => t.remove),
    updates: told.some((t) => t.updates !== null) ? told.flatMap((t) => t.updates ?? []) : null,
  };
}
