/**
 * stddev (of a sample), median, avedev. stddev keeps compensated sums of x and x² and no values; median and avedev keep
 * the values in order. Over none all are null; over one stddev is null, avedev 0 (conformance windows/agg-median-01).
 */
import type { Value } from '../../model/value.ts';
import type { Accumulator, EvaluationContext, EventRow, Evaluator } from '../evaluation.ts';
import { DoubleDouble } from './double-double.ts';
import type { DoubleDoubleState } from './double-double.ts';

/** √((n Σx² − (Σx)²) / (n (n−1))), the difference formed in double-double so that large means do not swallow it. */
export class StandardDeviation implements Accumulator {
  readonly #argument: Evaluator;
  readonly #sum = new DoubleDouble();
  readonly #squares = new DoubleDouble();
  #count = 0;

  constructor(argument: Evaluator) {
    this.#argument = argument;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (typeof x !== 'number') return;
    this.#sum.add(x);
    this.#squares.addProduct(x, x);
    this.#count++;
  }

  leave(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (typeof x !== 'number') return;
    if (--this.#count === 0) {
      this.clear();
      return;
    }
    this.#sum.subtract(x);
    this.#squares.subtractProduct(x, x);
  }

  value(): Value {
    const n = this.#count;
    if (n < 2) return null;
    const special = this.#sum.value() + this.#squares.value();
    if (!Number.isFinite(special)) return Number.NaN;
    const { hi, lo } = this.#sum;
    const difference = new DoubleDouble();
    difference.addProduct(n, this.#squares.hi);
    difference.addProduct(n, this.#squares.lo);
    difference.subtractProduct(hi, hi);
    difference.subtractProduct(2 * hi, lo);
    difference.subtractProduct(lo, lo);
    return Math.sqrt(Math.max(0, difference.value()) / (n * (n - 1)));
  }

  clear(): void {
    this.#sum.clear();
    this.#squares.clear();
    this.#count = 0;
  }

  snapshot(): unknown {
    return [this.#count, this.#sum.snapshot(), this.#squares.snapshot()];
  }

  restore(state: unknown): void {
    const [count, sum, squares] = state as readonly [number, DoubleDoubleState, DoubleDoubleState];
    this.#count = count;
    this.#sum.restore(sum);
    this.#squares.restore(squares);
  }
}

export type OrderForm = 'median' | 'avedev';

/** Values in order: a change costs a binary search and one move; avedev is summed when it is read. */
export class OrderStatistic implements Accumulator {
  readonly #argument: Evaluator;
  readonly #form: OrderForm;
  #values: number[] = [];

  constructor(argument: Evaluator, form: OrderForm) {
    this.#argument = argument;
    this.#form = form;
  }

  /** The first place whose value is not below `x`; NaN stands last. */
  #place(x: number): number {
    let low = 0;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const value = this.#values[middle] ?? Number.NaN;
      if (value < x || (Number.isNaN(x) && !Number.isNaN(value))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (typeof x === 'number') this.#values.splice(this.#place(x), 0, x);
  }

  leave(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (typeof x !== 'number') return;
    const at = this.#place(x);
    const found = this.#values[at];
    if (found === x || (Number.isNaN(x) && found !== undefined)) this.#values.splice(at, 1);
  }

  value(): Value {
    const values = this.#values;
    const n = values.length;
    if (n === 0) return null;
    if (this.#form === 'median') {
      const upper = values[n >> 1] ?? 0;
      return n % 2 === 1 ? upper : ((values[(n >> 1) - 1] ?? 0) + upper) / 2;
    }
    const sum = new DoubleDouble();
    for (const x of values) sum.add(x);
    const mean = sum.value() / n;
    sum.clear();
    for (const x of values) sum.add(Math.abs(x - mean));
    return sum.value() / n;
  }

  clear(): void {
    this.#values = [];
  }

  snapshot(): unknown {
    return [...this.#values];
  }

  restore(state: unknown): void {
    this.#values = [...(state as readonly number[])];
  }
}
