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
export interface Waiting {
  readonly tags: Tags;
  /** Order of starting. */
  readonly order: number;
  /** Written by the table alone. */
  bucket: Bucket | null;
  at: number;
  bound: number;
}

/** Instances of one key: a heap by bound, or without order where the atom has no bound. */
export class Bucket {
  readonly key: Key | undefined;
  readonly entries: Waiting[] = [];
  constructor(key: Key | undefined) {
    this.key = key;
  }
}

export class AtomTable {
  readonly #link: AtomLink;
  readonly #context: EvaluationContext;
  readonly #buckets = new Map<Key, Bucket>();
  /** Without key. */
  readonly #only: Bucket | null;

  constructor(link: AtomLink, context: EvaluationContext) {
    this.#link = link;
    this.#context = context;
    this.#only = link.key === null ? new Bucket(undefined) : null;
  }

  /** An instance that can never be met (`= null`) is not kept. */
  add(waiting: Waiting): void {
    const { key, bound } = this.#link;
    let bucket = this.#only;
    if (key !== null) {
      const value = key.ofTags(waiting.tags, this.#context);
      if (value === undefined) return;
      bucket = this.#buckets.get(value) ?? null;
      if (bucket === null) {
        bucket = new Bucket(value);
        this.#buckets.set(value, bucket);
      }
    }
    if (bucket === null) return;
    if (bound !== null) {
      const value = bound.ofTags(waiting.tags, this.#context);
      if (typeof value !== 'number' || Number.isNaN(value)) {
        this.#forget(bucket);
        return;
      }
      // Least first: `value > a.value` is met by those with small bounds.
      waiting.bound = bound.sign * value;
    }
    waiting.bucket = bucket;
    waiting.at = bucket.entries.length;
    bucket.entries.push(waiting);
    if (bound !== null) up(bucket.entries, waiting);
  }

  remove(waiting: Waiting): void {
    const { bucket, at } = waiting;
    if (bucket === null) return;
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
    this.#forget(bucket);
  }

  #forget(bucket: Bucket): void {
    if (bucket.entries.length === 0 && bucket.key !== undefined) this.#buckets.delete(bucket.key);
  }

  /** Appends the instances that `event` advances, in no order. */
  collect(event: Event, into: Waiting[]): void {
    const { key, bound } = this.#link;
    let bucket = this.#only;
    if (key !== null) {
      const value = key.ofEvent(event, this.#context);
      if (value === undefined) return;
      bucket = this.#buckets.get(value) ?? null;
    }
    if (bucket === null || bucket.entries.length === 0) return;
    if (bound === null) this.#collectAll(bucket.entries, event, into);
    else {
      const value = bound.ofEvent(event, this.#context);
      if (typeof value === 'number') this.#collectBelow(bucket.entries, 0, bound.sign * value, event, into);
    }
  }

  #collectAll(entries: readonly Waiting[], event: Event, into: Waiting[]): void {
    const { residual } = this.#link;
    for (let i = 0; i < entries.length; i++) {
      const waiting = entries[i];
      if (waiting !== undefined && (residual === null || residual(event, waiting.tags, this.#context)))
        into.push(waiting);
    }
  }

  /** The heap from `at` down, as far as its bounds are below `limit`. */
  #collectBelow(entries: readonly Waiting[], at: number, limit: number, event: Event, into: Waiting[]): void {
    const waiting = entries[at];
    if (waiting === undefined) return;
    const inclusive = this.#link.bound?.inclusive === true;
    if (!(waiting.bound < limit || (inclusive && waiting.bound === limit))) return;
    const { residual } = this.#link;
    if (residual === null || residual(event, waiting.tags, this.#context)) into.push(waiting);
    this.#collectBelow(entries, 2 * at + 1, limit, event, into);
    this.#collectBelow(entries, 2 * at + 2, limit, event, into);
  }
}

function up(heap: Waiting[], waiting: Waiting): void {
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

function down(heap: Waiting[], waiting: Waiting): void {
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
