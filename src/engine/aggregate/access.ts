/**
 * first, last, nth, window: values of the rows that are in, by order of entering. State: the sequence of the events of
 * the argument's stream with their values.
 *
 * first(x, n) and last(x, n) count from the oldest and the newest with nulls; nth(x, n) counts from the newest and skips
 * nulls; window is oldest first and null when empty (conformance windows/agg-first-last-01, agg-window-events-03).
 */
import type { AggregateSpec, CheckedExpression } from '../../model/checked.ts';
import type { Value } from '../../model/value.ts';
import { compileExpression } from '../compile/compile.ts';
import type { Accumulator, EvaluationContext, EventRow, Evaluator, Predicate } from '../evaluation.ts';
import { filterOf } from './argument.ts';
import { Sequence } from './sequence.ts';
import type { SequenceState } from './sequence.ts';
import { streamOf } from './stream-of.ts';

export type AccessForm = 'first' | 'last' | 'nth' | 'window';

/** What all accumulators of one access aggregation share. */
export interface AccessRecipe {
  readonly form: AccessForm;
  readonly stream: number;
  /** Null: the event itself. */
  readonly argument: Evaluator | null;
  readonly offset: Evaluator | null;
  readonly filter: Predicate;
}

export function accessRecipe(spec: AggregateSpec, form: AccessForm): AccessRecipe {
  const [first, second] = spec.args;
  const wildcard = spec.wildcard || first === undefined;
  const offset: CheckedExpression | undefined = wildcard ? first : second;
  return {
    form,
    stream: wildcard || first === undefined ? 0 : streamOf(first),
    argument: wildcard || first === undefined ? null : compileExpression(first),
    offset: offset === undefined ? null : compileExpression(offset),
    filter: filterOf(spec),
  };
}

export class AccessWindow implements Accumulator {
  readonly #recipe: AccessRecipe;
  readonly #sequence = new Sequence();
  #offset = 0;

  constructor(recipe: AccessRecipe) {
    this.#recipe = recipe;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const { stream, argument, offset, filter, form } = this.#recipe;
    const event = row[stream];
    if (event === null || event === undefined || !filter(row, context)) return;
    const value = argument === null ? event : argument(row, context);
    if (offset !== null) this.#offset = Number(offset(row, context) ?? 0);
    if (form === 'nth' && value === null) return;
    this.#sequence.enter(event, value, row.length > 1);
  }

  leave(row: EventRow, context: EvaluationContext): void {
    const { stream, argument, filter, form } = this.#recipe;
    const event = row[stream];
    if (event === null || event === undefined || !filter(row, context)) return;
    if (form === 'nth' && argument !== null && argument(row, context) === null) return;
    this.#sequence.leave(event);
  }

  value(): Value {
    switch (this.#recipe.form) {
      case 'first':
        return this.#sequence.fromOldest(this.#offset);
      case 'last':
      case 'nth':
        return this.#sequence.fromNewest(this.#offset);
      case 'window':
        return this.#sequence.length === 0 ? null : this.#sequence.values();
    }
  }

  clear(): void {
    this.#sequence.clear();
  }

  snapshot(): unknown {
    return [this.#offset, this.#sequence.snapshot()];
  }

  restore(state: unknown): void {
    const [offset, sequence] = state as readonly [number, SequenceState];
    this.#offset = offset;
    this.#sequence.restore(sequence);
  }
}

/**
 * firstever, lastever, and first, last where no row leaves: one value. Nulls do not count for the ever forms (conformance
 * agg-ever-01), they do for first and last.
 */
export class EverValue implements Accumulator {
  readonly #argument: Evaluator;
  readonly #form: 'first' | 'last';
  readonly #filter: Predicate;
  readonly #nulls: boolean;
  #entered = false;
  #value: Value = null;

  constructor(argument: Evaluator, form: 'first' | 'last', filter: Predicate, nulls: boolean) {
    this.#argument = argument;
    this.#form = form;
    this.#filter = filter;
    this.#nulls = nulls;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    if ((this.#form === 'first' && this.#entered) || !this.#filter(row, context)) return;
    const value = this.#argument(row, context);
    if (value === null && !this.#nulls) return;
    this.#value = value;
    this.#entered = true;
  }

  leave(): void {
    // what once was counts for ever
  }

  value(): Value {
    return this.#value;
  }

  clear(): void {
    this.#value = null;
    this.#entered = false;
  }

  snapshot(): unknown {
    return [this.#entered, this.#value];
  }

  restore(state: unknown): void {
    const [entered, value] = state as readonly [boolean, Value];
    this.#entered = entered;
    this.#value = value;
  }
}

/** The accumulators of first and last where no row ever leaves. */
export function edgeEver(recipe: AccessRecipe, form: 'first' | 'last'): () => Accumulator {
  const argument: Evaluator = recipe.argument ?? ((row) => row[recipe.stream] ?? null);
  return () => new EverValue(argument, form, recipe.filter, true);
}
