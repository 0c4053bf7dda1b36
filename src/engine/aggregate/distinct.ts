/**
 * `distinct` of any aggregation over one argument: only the first row of equal values enters the aggregation behind it,
 * and only the last leaves it. State: a count per distinct value.
 */
import type { Value } from '../../model/value.ts';
import type { Accumulator, EvaluationContext, EventRow, Evaluator } from '../evaluation.ts';
import { keyOf } from '../functions/values.ts';
import type { Key } from '../functions/values.ts';

export class Distinct implements Accumulator {
  readonly #argument: Evaluator;
  readonly #inner: Accumulator;
  readonly #counts = new Map<Key, number>();

  constructor(argument: Evaluator, inner: Accumulator) {
    this.#argument = argument;
    this.#inner = inner;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (x === null) return;
    const key = keyOf(x);
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    if (count === 0) this.#inner.enter(row, context);
  }

  leave(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (x === null) return;
    const key = keyOf(x);
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) {
      this.#counts.set(key, count - 1);
      return;
    }
    if (this.#counts.delete(key)) this.#inner.leave(row, context);
  }

  value(): Value {
    return this.#inner.value();
  }

  clear(): void {
    this.#counts.clear();
    this.#inner.clear();
  }

  snapshot(): unknown {
    return [[...this.#counts], this.#inner.snapshot()];
  }

  restore(state: unknown): void {
    const [counts, inner] = state as readonly [readonly (readonly [Key, number])[], unknown];
    this.#counts.clear();
    for (const [key, count] of counts) this.#counts.set(key, count);
    this.#inner.restore(inner);
  }
}
