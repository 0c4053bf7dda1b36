/**
 * The waiting instances of one atom, found by what an event must meet: by hash of the equalities that tie the atom to tags
 * (`host = a.host`), within it by a heap over one bound (`value > a.value`), the rest tested one by one.
 *
 * So an event touches the instances it can advance (and, under a bound, at most twice as many), not all. State: one entry
 * per waiting instance. Bound: that of the pattern's partial matches.
 */
import type { Event } from '../../model/event.ts';
import type { SideKey } from '../compile/compile-pattern.ts';
import type { AtomPredicate, EvaluationContext, EventEvaluator, Tags, TagsEvaluator } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';

/** What ties an atom to the tags before it. */
export interface AtomLink {
  readonly key: { readonly ofEvent: SideKey<Event>; readonly ofTags: SideKey<Tags> } | null;
  readonly bound: {
    readonly ofEvent: EventEvaluator;
    readonly ofTags: TagsEvaluator;
    /** The event's number is above (1) or below (-1) the tags'. */
    readonly sign: 1 | -1;
    readonly inclusive: boolean;
  } | null;
  readonly residual: AtomPredicate | null;
}

/** A waiting instance, as the table sees it. */
export interface Waiting<Self> {
  readonly tags: Tags;
  /** Order of starting. */
  readonly order: number;
  /** Written by the table alone. `at`: place in the bucket, 0 without one, -1 while it is not kept. */
  key: Key | undefined;
  bucket: Bucket<Self> | null;
  at: number;
  bound: number;
}

/** Instances of one key: a heap by bound, or without order where the atom has no bound. */
export class Bucket<W> {
  readonly key: Key | undefined;
  readonly entries: W[] = [];
  constructor(key: Key | undefined) {
    this.key = key;
  }
}

/** Most keys have one instance: it stands for itself. */
type Slot<W> = W | Bucket<W>;

export class AtomTable<W extends Waiting<W>> {
  readonly #link: AtomLink;
  readonly #context: EvaluationContext;
  readonly #slots = new Map<Key, Slot<W>>();
  /** Without key. */
  readonly #only: Bucket<W> | null;

  constructor(link: AtomLink, context: EvaluationContext) {
    this.#link = link;
    this.#context = context;
    this.#only = link.key === null ? new Bucket<W>(undefined) : null;
  }

  /** An instance that can never be met (`= null`) is not kept. */
  add(waiting: W): void {
    const { key, bound } = this.#link;
    if (bound !== null) {
      const value = bound.ofTags(waiting.tags, this.#context);
      if (typeof value !== 'number' || Number.isNaN(value)) return;
      // Least first: `value > a.value` is met by those with small bounds.
      waiting.bound = bound.sign * value;
    }
    if (key === null) {
      if (this.#only !== null) this.#push(this.#only, waiting);
      return;
    }
    const value = key.ofTags(waiting.tags, this.#context);
    if (value === undefined) return;
    waiting.key = value;
    const slot = this.#slots.get(value);
    if (slot === undefined) {
      waiting.at = 0;
      this.#slots.set(value, waiting);
    } else if (slot instanceof Bucket) {
      this.#push(slot, waiting);
    } else {
      const bucket = new Bucket<W>(value);
      this.#push(bucket, slot);
      this.#push(bucket, waiting);
      this.#slots.set(value, bucket);
    }
  }

  #push(bucket: Bucket<W>, waiting: W): void {
    waiting.bucket = bucket;
    waiting.at = bucket.entries.length;
    bucket.entries.push(waiting);
    if (this.#link.bound !== null) up(bucket.entries, waiting);
  }

  remove(waiting: W): void {
    const { bucket, at } = waiting;
    if (at < 0) return;
    waiting.at = -1;
    if (bucket === null) {
      if (waiting.key !== undefined) this.#slots.delete(waiting.key);
      return;
    }
    waiting.bucket = null;
    const { entries } = bucket;
    const last = entries.pop();
    if (last !== undefined && last !== waiting) {
      last.at = at;
      entries[at] = last;
      if (this.#link.bound !== null) {
        up(entries, last);
        down(entries, last);
      }
    }
    if (entries.length === 0 && bucket.key !== undefined) this.#slots.delete(bucket.key);
  }

  /** Appends the instances that `event` advances, in no order. */
  collect(event: Event, into: W[]): void {
    const { key, bound } = this.#link;
    let slot: Slot<W> | null | undefined = this.#only;
    if (key !== null) {
      const value = key.ofEvent(event, this.#context);
      if (value === undefined) return;
      slot = this.#slots.get(value);
    }
    if (slot === null || slot === undefined) return;
    if (bound === null) {
      if (slot instanceof Bucket) this.#collectAll(slot.entries, event, into);
      else this.#collectOne(slot, event, into);
      return;
    }
    const value = bound.ofEvent(event, this.#context);
    if (typeof value !== 'number') return;
    const limit = bound.sign * value;
    if (slot instanceof Bucket) this.#collectBelow(slot.entries, 0, limit, event, into);
    else if (this.#isBelow(slot, limit)) this.#collectOne(slot, event, into);
  }

  #collectOne(waiting: W, event: Event, into: W[]): void {
    const { residual } = this.#link;
    if (residual === null || residual(event, waiting.tags, this.#context)) into.push(waiting);
  }

  #isBelow({ bound }: W, limit: number): boolean {
    return bound < limit || (bound === limit && this.#link.bound?.inclusive === true);
  }

  #collectAll(entries: readonly W[], event: Event, into: W[]): void {
    for (let i = 0; i < entries.length; i++) {
      const waiting = entries[i];
      if (waiting !== undefined) this.#collectOne(waiting, event, into);
    }
  }

  /** The heap from `at` down, as far as its bounds are below `limit`. */
  #collectBelow(entries: readonly W[], at: number, limit: number, event: Event, into: W[]): void {
    const waiting = entries[at];
    if (waiting === undefined || !this.#isBelow(waiting, limit)) return;
    this.#collectOne(waiting, event, into);
    this.#collectBelow(entries, 2 * at + 1, limit, event, into);
    this.#collectBelow(entries, 2 * at + 2, limit, event, into);
  }
}

function up<W extends Waiting<W>>(heap: W[], waiting: W): void {
  let { at } = waiting;
  while (at > 0) {
    const parentAt = (at - 1) >> 1;
    const parent = heap[parentAt];
    if (parent === undefined || parent.bound <= waiting.bound) break;
    heap[at] = parent;
    parent.at = at;
    at = parentAt;
  }
  heap[at] = waiting;
  waiting.at = at;
}

function down<W extends Waiting<W>>(heap: W[], waiting: W): void {
  let { at } = waiting;
  for (;;) {
    let childAt = 2 * at + 1;
    let child = heap[childAt];
    if (child === undefined) break;
    const right = heap[childAt + 1];
    if (right !== undefined && right.bound < child.bound) {
      child = right;
      childAt++;
    }
    if (waiting.bound <= child.bound) break;
    heap[at] = child;
    child.at = at;
    at = childAt;
  }
  heap[at] = waiting;
  waiting.at = at;
}
