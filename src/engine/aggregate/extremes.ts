/**
 * min, max, and minever, maxever (also min and max where no row ever leaves). State of min and max: a multiset of the
 * values in the window; of the ever forms: one value.
 */
import type { Value } from '../../model/value.ts';
import type { Accumulator, EvaluationContext, EventRow, Evaluator } from '../evaluation.ts';
import { compareValues } from '../functions/values.ts';
import { OrderedMultiset } from './ordered-multiset.ts';

export type Extreme = 'min' | 'max';

export class WindowExtreme implements Accumulator {
  readonly #argument: Evaluator;
  readonly #values: OrderedMultiset;

  constructor(argument: Evaluator, extreme: Extreme) {
    this.#argument = argument;
    this.#values = new OrderedMultiset(extreme === 'min' ? compareValues : (a, b) => compareValues(b, a));
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (x !== null) this.#values.enter(x);
  }

  leave(row: EventRow, context: EvaluationContext): void {
    const x = this.#argument(row, context);
    if (x !== null) this.#values.leave(x);
  }

  value(): Value {
    return this.#values.first();
  }

  clear(): void {
    this.#values.clear();
  }

  snapshot(): unknown {
    return this.#values.snapshot();
  }

  restore(state: unknown): void {
    this.#values.restore(state as ReturnType<OrderedMultiset['snapshot']>);
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
