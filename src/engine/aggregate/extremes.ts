/**
 * min, max, and minever, maxever (also min and max where no row ever leaves). State of min and max: the values
 * in the window, as a monotonic queue while they leave in the order they came, else as a multiset; of the ever forms: one value.
 */
import type { Value } from '../../model/value.ts';
import type { Accumulator, EvaluationContext, EventRow, Evaluator } from '../evaluation.ts';
import { compareValues } from '../functions/values.ts';
import { OrderedMultiset } from './ordered-multiset.ts';
import type { Order } from './ordered-multiset.ts';
import { SlidingExtreme } from './sliding-extreme.ts';

export type Extreme = 'min' | 'max';

export class WindowExtreme implements Accumulator {
  readonly #argument: Evaluator;
  readonly #order: Order;
  /** Null once values leave in another order than they came: then `#values` has them. */
  #sliding: SlidingExtreme | null;
  readonly #values: OrderedMultiset;

  constructor(argument: Evaluator, extreme: Extreme) {
    this.#argument = argument;
    this.#order = extreme === 'min' ? compareValues : (a, b) => compareValues(b, a);
    this.#sliding = new SlidingExtreme(this.#order);
    this.#values = new OrderedMultiset(this.#order);
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (x === null) return;
    if (this.#sliding === null) this.#values.enter(x);
    else this.#sliding.enter(x);
  }

  leave(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (x === null) return;
    if (this.#sliding !== null) {
      if (this.#sliding.leave(x)) return;
      for (const value of this.#sliding.values()) this.#values.enter(value);
      this.#sliding = null;
    }
    this.#values.leave(x);
  }

  value(): Value {
    return this.#sliding === null ? this.#values.first() : this.#sliding.first();
  }

  clear(): void {
    this.#values.clear();
    this.#sliding = new SlidingExtreme(this.#order);
  }

  /** Values with their counts; of a sliding window each by itself, oldest first. */
  snapshot(): unknown {
    if (this.#sliding === null) return [false, this.#values.snapshot()];
    return [true, this.#sliding.values().map((value) => [value, 1] as const)];
  }

  restore(state: unknown): void {
    const [sliding, values] = state as readonly [boolean, ReturnType<OrderedMultiset['snapshot']>];
    this.clear();
    if (sliding) {
      for (const [value] of values) this.#sliding?.enter(value);
      return;
    }
    this.#sliding = null;
    this.#values.restore(values);
  }
}

export class ExtremeEver implements Accumulator {
  readonly #argument: Evaluator;
  readonly #sign: 1 | -1;
  #value: Value = null;

  constructor(argument: Evaluator, extreme: Extreme) {
    this.#argument = argument;
    this.#sign = extreme === 'max' ? 1 : -1;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (x !== null && (this.#value === null || compareValues(x, this.#value) * this.#sign > 0)) this.#value = x;
  }

  leave(): void {
    // what once was counts for ever
  }

  value(): Value {
    return this.#value;
  }

  clear(): void {
    this.#value = null;
  }

  snapshot(): unknown {
    return this.#value;
  }

  restore(state: unknown): void {
    this.#value = state as Value;
  }
}
