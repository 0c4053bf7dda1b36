/**
 * The first value in order of a sliding window, O(1) amortised: the values that are in, oldest first, and a queue of
 * those that no later one precedes (its head is the answer). It holds as long as the value that leaves is the oldest
 * one's; {@link SlidingExtreme.leave} says when it is not, and the caller goes on with a multiset.
 */
import type { Value } from '../../model/value.ts';
import type { Order } from './ordered-multiset.ts';

const SPARE_PLACES = 64;

export class SlidingExtreme {
  readonly #order: Order;
  #values: Value[] = [];
  #head = 0;
  /** Candidates in order of entering, and the number of each among all that ever entered. */
  #queue: Value[] = [];
  #numbers: number[] = [];
  #queueHead = 0;
  #entered = 0;
  #left = 0;

  constructor(order: Order) {
    this.#order = order;
  }

  enter(value: Value): void {
    this.#values.push(value);
    const queue = this.#queue;
    while (queue.length > this.#queueHead && this.#order(value, queue.at(-1) ?? null) < 0) {
      queue.pop();
      this.#numbers.pop();
    }
    queue.push(value);
    this.#numbers.push(this.#entered++);
  }

  /** False, with nothing changed, if `value` is not the oldest value. */
  leave(value: Value): boolean {
    if (this.#head >= this.#values.length || !Object.is(this.#values[this.#head], value)) return false;
    this.#head++;
    if (this.#numbers[this.#queueHead] === this.#left) this.#queueHead++;
    this.#left++;
    if (this.#head > SPARE_PLACES && this.#head * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#head);
      this.#head = 0;
    }
    if (this.#queueHead > SPARE_PLACES && this.#queueHead * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#queueHead);
      this.#numbers = this.#numbers.slice(this.#queueHead);
      this.#queueHead = 0;
    }
    return true;
  }

  first(): Value {
    return this.#queue[this.#queueHead] ?? null;
  }

  /** All that is in, oldest first. */
  values(): readonly Value[] {
    return this.#values.slice(this.#head);
  }
}
