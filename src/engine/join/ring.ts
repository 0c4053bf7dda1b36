/** A queue in a ring: push at the new end, shift at the old one, both O(1). Generated code reads it by its fields. */
import { assert } from '../../model/errors.ts';

const FIRST_PLACES = 4;

export class Ring<T> {
  /** As many places as a power of two; item i is at `head + i` modulo that. */
  items: (T | null)[] = Array.from({ length: FIRST_PLACES }, () => null);
  head = 0;
  size = 0;

  push(item: T): void {
    const places = this.items.length;
    if (this.size === places) this.#grow();
    this.items[(this.head + this.size) & (this.items.length - 1)] = item;
    this.size++;
  }

  /** Puts `item` in place of the newest. */
  replaceNewest(item: T): void {
    this.items[(this.head + this.size - 1) & (this.items.length - 1)] = item;
  }

  shift(): T | null {
    const { items, head } = this;
    assert(this.size > 0, 'shift of an empty ring');
    const item = items[head] ?? null;
    items[head] = null;
    this.head = (head + 1) & (items.length - 1);
    this.size--;
    return item;
  }

  #grow(): void {
    const { items, head } = this;
    const more = [...items.slice(head), ...items.slice(0, head)];
    for (let i = items.length; i > 0; i--) more.push(null);
    this.items = more;
    this.head = 0;
  }
}
