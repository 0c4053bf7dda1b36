/**
 * sum and avg of numbers. State: one compensated sum (ints: one wrapping int) and a count, whatever the window.
 * enter: sum += x; leave: sum -= x; value: null over nothing, else the sum rounded once, or divided by the count.
 * sum of int is int and wraps, of long long, of float float, of double double; avg is double (Esper doc "Aggregation Functions").
 */
import type { Value } from '../../model/value.ts';
import type { Accumulator, EvaluationContext, EventRow, Evaluator } from '../evaluation.ts';
import { DoubleDouble } from './double-double.ts';
import type { DoubleDoubleState } from './double-double.ts';

/** sum of int: wrapping addition is exact and independent of order by itself. */
export class IntSum implements Accumulator {
  readonly #argument: Evaluator;
  #sum = 0;
  #count = 0;

  constructor(argument: Evaluator) {
    this.#argument = argument;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (typeof x !== 'number') return;
    this.#sum = (this.#sum + x) | 0;
    this.#count++;
  }

  leave(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (typeof x !== 'number') return;
    this.#sum = (this.#sum - x) | 0;
    this.#count--;
  }

  value(): Value {
    return this.#count === 0 ? null : this.#sum;
  }

  clear(): void {
    this.#sum = 0;
    this.#count = 0;
  }

  snapshot(): unknown {
    return [this.#sum, this.#count];
  }

  restore(state: unknown): void {
    const [sum, count] = state as readonly [number, number];
    this.#sum = sum;
    this.#count = count;
  }
}

/** How the compensated sum becomes the value. */
export type SumForm = 'long' | 'float' | 'double' | 'avg';

export class CompensatedSum implements Accumulator {
  readonly #argument: Evaluator;
  readonly #form: SumForm;
  readonly #sum = new DoubleDouble();
  #count = 0;

  constructor(argument: Evaluator, form: SumForm) {
    this.#argument = argument;
    this.#form = form;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (typeof x !== 'number') return;
    this.#sum.add(x);
    this.#count++;
  }

  leave(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (typeof x !== 'number') return;
    this.#sum.subtract(x);
    if (--this.#count === 0) this.#sum.clear();
  }

  value(): Value {
    if (this.#count === 0) return null;
    const sum = this.#sum.value();
    if (this.#form === 'avg') return sum / this.#count;
    return this.#form === 'float' ? Math.fround(sum) : sum;
  }

  clear(): void {
    this.#sum.clear();
    this.#count = 0;
  }

  snapshot(): unknown {
    return [this.#count, this.#sum.snapshot()];
  }

  restore(state: unknown): void {
    const [count, sum] = state as readonly [number, DoubleDoubleState];
    this.#count = count;
    this.#sum.restore(sum);
  }
}
