/**
 * Levels that divide events: by key (partition by), by hash, by category (Esper reference §4.2-§4.4). The partition of an
 * event is found without looking at the others. Bound: {@link MAX_PARTITIONS} keys.
 */
import { CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { Key } from '../functions/values.ts';
import { ConditionRun } from './condition-run.ts';
import type { ContextSlot, LevelProgram } from './context-program.ts';
import { bucketOf } from './hash.ts';
import type { LevelNode, LevelPlace, LevelState } from './level.ts';
import { SEEN } from './partition.ts';

/** Most partitions of one level under one partition above it. */
export const MAX_PARTITIONS = 1_000_000;

type Program<K extends LevelProgram['kind']> = LevelProgram & { readonly kind: K };

interface Keyed {
  readonly node: LevelNode;
  readonly end: ConditionRun | null;
}

/** `partition by`: a partition for each key, from its first event on. */
export class KeyedLevel implements LevelState {
  readonly #program: Program<'keyed'>;
  readonly #place: LevelPlace;
  readonly #open = new Map<Key, Keyed>();
  /** The event that ended partitions opens none of the same keys again. */
  #endedBy: Event | null = null;
  readonly #ended = new Set<Key>();

  constructor(program: Program<'keyed'>, place: LevelPlace) {
    this.#program = program;
    this.#place = place;
  }

  start(): void {}

  meet(slot: ContextSlot, event: Event): void {
    if (slot.role === 'end') this.#end(slot, event);
    else if (slot.role === 'item') this.#begin(slot.at, event, null);
    else this.#initiate(slot, event);
  }

  #end(slot: ContextSlot, event: Event): void {
    // An event that is divided ends the partition of its key, another is tried on all.
    const item = this.#program.items[slot.item];
    if (item === undefined) {
      for (const { end } of this.#open.values()) end?.meet(slot, event);
      return;
    }
    const key = item.key(event, this.#place.context);
    const known = this.#open.get(key);
    if (known === undefined) return;
    known.end?.meet(slot, event);
    if (this.#open.has(key)) return;
    if (this.#endedBy !== event) this.#ended.clear();
    this.#endedBy = event;
    this.#ended.add(key);
  }

  #initiate(slot: ContextSlot, event: Event): void {
    const condition = this.#program.initiated[slot.at];
    if (condition?.kind !== 'filter') return;
    if (condition.admits !== null && !condition.admits(event, this.#place.context)) return;
    if (slot.item >= 0) this.#begin(slot.item, event, condition.alias);
  }

  #begin(at: number, event: Event, alias: string | null): void {
    const item = this.#program.items[at];
    if (item === undefined) return;
    const key = item.key(event, this.#place.context);
    if (this.#open.has(key) || (this.#endedBy === event && this.#ended.has(key))) return;
    if (this.#open.size >= MAX_PARTITIONS) {
      throw new CodedError('LIMIT_EXCEEDED', `a context has at most ${MAX_PARTITIONS} partitions`, {
        hint: 'have partitions end: terminated after …, or coalesce by a hash',
      });
    }
    const values = new Map<string, Value>();
    item.values(event, this.#place.context).forEach((value, i) => values.set(`key${i + 1}`, value));
    for (const name of [item.alias, alias]) if (name !== null) values.set(name, event);
    const node = this.#place.open(values, SEEN);
    const { terminated } = this.#program;
    const end =
      terminated === null ? null : new ConditionRun(terminated, this.#place, node.context, () => this.#close(key));
    this.#open.set(key, { node, end });
    end?.start();
  }

  #close(key: Key): void {
    const known = this.#open.get(key);
    if (known === undefined) return;
    this.#open.delete(key);
    known.end?.stop();
    this.#place.close(known.node);
  }

  *nodesFor(event: Event, at: number): Iterable<LevelNode> {
    const item = this.#program.items[at];
    if (item === undefined) {
      yield* this.nodes();
      return;
    }
    const node = this.nodeFor(event, at);
    if (node !== null) yield node;
  }

  nodeFor(event: Event, at: number): LevelNode | null {
    const item = this.#program.items[at];
    if (item === undefined || (item.admits !== null && !item.admits(event, this.#place.context))) return null;
    return this.#open.get(item.key(event, this.#place.context))?.node ?? null;
  }

  *nodes(): Iterable<LevelNode> {
    for (const { node } of this.#open.values()) yield node;
  }

  stop(): void {
    for (const key of this.#open.keys()) this.#close(key);
  }
}

/** `group by … as`: a partition for each group, all open from the beginning; an event may belong to several. */
export class CategoryLevel implements LevelState {
  readonly #program: Program<'category'>;
  readonly #place: LevelPlace;
  #open: LevelNode[] = [];

  constructor(program: Program<'category'>, place: LevelPlace) {
    this.#program = program;
    this.#place = place;
  }

  start(): void {
    this.#open = this.#program.groups.map(({ label }) => this.#place.open(new Map([['label', label]]), SEEN));
  }

  meet(): void {}

  *nodesFor(event: Event, item: number): Iterable<LevelNode> {
    if (item < 0) {
      yield* this.#open;
      return;
    }
    const { admits } = this.#program.item;
    if (admits !== null && !admits(event, this.#place.context)) return;
    for (const [i, group] of this.#program.groups.entries()) {
      const node = this.#open[i];
      if (node !== undefined && group.holds(event, this.#place.context)) yield node;
    }
  }

  nodes(): Iterable<LevelNode> {
    return this.#open;
  }

  stop(): void {
    const open = this.#open;
    this.#open = [];
    for (const node of open) this.#place.close(node);
  }
}

/** `coalesce by`: a partition for each value of a hash function, modulo the granularity. */
export class HashLevel implements LevelState {
  readonly #program: Program<'hash'>;
  readonly #place: LevelPlace;
  readonly #open = new Map<number, LevelNode>();

  constructor(program: Program<'hash'>, place: LevelPlace) {
    this.#program = program;
    this.#place = place;
  }

  start(): void {
    if (!this.#program.preallocate) return;
    for (let bucket = 0; bucket < this.#program.granularity; bucket++) this.#begin(bucket);
  }

  #begin(bucket: number): void {
    if (!this.#open.has(bucket)) this.#open.set(bucket, this.#place.open(new Map(), SEEN));
  }

  #bucket(at: number, event: Event): number | null {
    const item = this.#program.items[at];
    if (item === undefined) return null;
    return bucketOf(item.hash, item.values(event, this.#place.context), this.#program.granularity);
  }

  meet(slot: ContextSlot, event: Event): void {
    const bucket = this.#bucket(slot.at, event);
    if (bucket !== null) this.#begin(bucket);
  }

  *nodesFor(event: Event, at: number): Iterable<LevelNode> {
    const item = this.#program.items[at];
    if (item === undefined) {
      yield* this.nodes();
      return;
    }
    const node = this.nodeFor(event, at);
    if (node !== null) yield node;
  }

  nodeFor(event: Event, at: number): LevelNode | null {
    const item = this.#program.items[at];
    if (item === undefined || (item.admits !== null && !item.admits(event, this.#place.context))) return null;
    const bucket = this.#bucket(at, event);
    return bucket === null ? null : (this.#open.get(bucket) ?? null);
  }

  nodes(): Iterable<LevelNode> {
    return this.#open.values();
  }

  stop(): void {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const node of open) this.#place.close(node);
  }
}
