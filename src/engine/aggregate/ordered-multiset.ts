/**
 * A multiset of values that knows its first by an order: a binary heap of the distinct values and a count of each.
 * enter and leave are O(log n) amortised: a value that has left stays in the heap, with count 0, until it comes to the
 * top or the dead outnumber the living, when the heap is built anew. Bound: twice the distinct values that are in, plus 64.
 */
import type { Value } from '../../model/value.ts';
import { keyOf } from '../functions/values.ts';
import type { Key } from '../functions/values.ts';

const SPARE_DEAD = 64;

interface Entry {
  readonly value: Value;
  count: number;
}

/** Negative if `a` comes before `b`. */
export type Order = (a: Value, b: Value) => number;

export class OrderedMultiset {
  readonly #order: Order;
  readonly #entries = new Map<Key, Entry>();
  #heap: Entry[] = [];
  #dead = 0;

  constructor(order: Order) {
    this.#order = order;
  }

  enter(value: Value): void {
    const key = keyOf(value);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      const fresh = { value, count: 1 };
      this.#entries.set(key, fresh);
      this.#heap.push(fresh);
      this.#rise(this.#heap.length - 1);
    } else if (entry.count++ === 0) this.#dead--;
  }

  leave(value: Value): void {
    const entry = this.#entries.get(keyOf(value));
    if (entry === undefined || entry.count === 0) return;
    if (--entry.count > 0) return;
    this.#dead++;
    if (this.#dead > SPARE_DEAD + this.#heap.length / 2) this.#rebuild();
  }

  /** The first value in order; null if there is none. */
  first(): Value {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.count > 0) return top.value;
      this.#entries.delete(keyOf(top.value));
      this.#dead--;
      this.#pop();
    }
    return null;
  }

  clear(): void {
    this.#entries.clear();
    this.#heap = [];
    this.#dead = 0;
  }

  /** Values that are in, each with its count, in no particular order. */
  snapshot(): readonly (readonly [Value, number])[] {
    return this.#heap.filter((e) => e.count > 0).map((e) => [e.value, e.count] as const);
  }

  restore(state: readonly (readonly [Value, number])[]): void {
    this.clear();
    for (const [value, count] of state) {
      this.enter(value);
      const entry = this.#entries.get(keyOf(value));
      if (entry !== undefined) entry.count = count;
    }
  }

  #rebuild(): void {
    const living = this.snapshot();
    this.restore(living);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const entry = heap[from];
    if (entry === undefined) return;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || this.#order(entry.value, parent.value) >= 0) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && this.#order(right.value, child.value) < 0) {
        below++;
        child = right;
      }
      if (this.#order(last.value, child.value) <= 0) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}
