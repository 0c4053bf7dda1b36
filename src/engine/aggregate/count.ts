/** count(*), count(x), countever: rows whose argument is not null (all rows for `*`) and whose filter holds. State: a number. */
import type { Value } from '../../model/value.ts';
import type { Accumulator, EvaluationContext, EventRow, Evaluator, Predicate } from '../evaluation.ts';

export class RowCount implements Accumulator {
  readonly #filter: Predicate;
  readonly #argument: Evaluator | null;
  readonly #leaves: boolean;
  #count = 0;

  /** `leaves` false: a row once counted stays so (countever). */
  constructor(filter: Predicate, argument: Evaluator | null, leaves: boolean) {
    this.#filter = filter;
    this.#argument = argument;
    this.#leaves = leaves;
  }

  #counts(row: EventRow, context: EvaluationContext): boolean {
    return this.#filter(row, context) && (this.#argument === null || this.#argument(row, context) !== null);
  }

  enter(row: EventRow, context: EvaluationContext): void {
    if (this.#counts(row, context)) this.#count++;
  }

  leave(row: EventRow, context: EvaluationContext): void {
    if (this.#leaves && this.#counts(row, context)) this.#count--;
  }

  value(): Value {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  snapshot(): unknown {
    return this.#count;
  }

  restore(state: unknown): void {
    this.#count = state as number;
  }
}
