/**
 * sorted, maxby, minby, maxbyever, minbyever: events by sort keys. State of the window forms: the events with their keys
 * in order (binary search and one move per change); of the ever forms: one event.
 *
 * Null keys are lowest; among equal keys the earliest event comes first in `sorted` and wins in maxby and minby
 * (conformance windows/agg-maxby-01, agg-sorted-01).
 */
import type { AggregateSpec, CheckedExpression } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import { compileEvaluators } from '../compile/compile.ts';
import type { RowValues } from '../compile/compile.ts';
import type { Accumulator, EvaluationContext, EventRow, Predicate } from '../evaluation.ts';
import { compareValues } from '../functions/values.ts';
import { filterOf } from './argument.ts';
import { streamOf } from './stream-of.ts';

export type SortedForm = 'sorted' | 'maxby' | 'minby';

export interface SortedRecipe {
  readonly form: SortedForm;
  readonly stream: number;
  readonly keys: RowValues;
  readonly descending: readonly boolean[];
  readonly filter: Predicate;
}

export function sortedRecipe(spec: AggregateSpec, form: SortedForm): SortedRecipe {
  const keys = spec.args.map((arg) => (isDescending(arg) ? arg.args[0] : undefined) ?? arg);
  return {
    form,
    stream: keys[0] === undefined ? 0 : streamOf(keys[0]),
    keys: compileEvaluators(keys),
    descending: spec.args.map(isDescending),
    filter: filterOf(spec),
  };
}

/** The analysis writes `x desc` as a call of `desc`. */
function isDescending(e: CheckedExpression): e is CheckedExpression & { readonly kind: 'call' } {
  return e.kind === 'call' && e.name === 'desc';
}

/** Negative if `a` comes before `b`. */
function compareKeys(a: readonly Value[], b: readonly Value[], descending: readonly boolean[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareValues(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return descending[i] === true ? -order : order;
  }
  return 0;
}

interface Entry {
  readonly keys: readonly Value[];
  readonly event: Event;
  /** How often it is in: rows of a join bring an event several times. */
  count: number;
}

export class SortedWindow implements Accumulator {
  readonly #recipe: SortedRecipe;
  #entries: Entry[] = [];

  constructor(recipe: SortedRecipe) {
    this.#recipe = recipe;
  }

  /** First place whose keys are not below `keys` (`after`: the first above). */
  #place(keys: readonly Value[], after: boolean): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareKeys(this.#entries[middle]?.keys ?? [], keys, this.#recipe.descending);
      if (order < 0 || (after && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #find(keys: readonly Value[], event: Event): number {
    for (let at = this.#place(keys, false); at < this.#entries.length; at++) {
      const entry = this.#entries[at];
      if (entry === undefined || compareKeys(entry.keys, keys, this.#recipe.descending) !== 0) return -1;
      if (entry.event === event) return at;
    }
    return -1;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const event = row[this.#recipe.stream];
    if (event === null || event === undefined || !this.#recipe.filter(row, context)) return;
    const keys = this.#recipe.keys(row, context);
    const known = row.length > 1 ? this.#entries[this.#find(keys, event)] : undefined;
    if (known !== undefined) known.count++;
    else this.#entries.splice(this.#place(keys, true), 0, { keys, event, count: 1 });
  }

  leave(row: EventRow, context: EvaluationContext): void {
    const event = row[this.#recipe.stream];
    if (event === null || event === undefined || !this.#recipe.filter(row, context)) return;
    const at = this.#find(this.#recipe.keys(row, context), event);
    const entry = this.#entries[at];
    if (entry !== undefined && --entry.count === 0) this.#entries.splice(at, 1);
  }

  value(): Value {
    const entries = this.#entries;
    switch (this.#recipe.form) {
      case 'sorted':
        return entries.length === 0 ? null : entries.map((e) => e.event);
      case 'minby':
        return entries[0]?.event ?? null;
      case 'maxby': {
        const last = entries.at(-1);
        return last === undefined ? null : (entries[this.#place(last.keys, false)]?.event ?? null);
      }
    }
  }

  clear(): void {
    this.#entries = [];
  }

  snapshot(): unknown {
    return this.#entries.map((e) => [e.keys, e.event, e.count]);
  }

  restore(state: unknown): void {
    const entries = state as readonly (readonly [readonly Value[], Event, number])[];
    this.#entries = entries.map(([keys, event, count]) => ({ keys, event, count }));
  }
}

export class ByEver implements Accumulator {
  readonly #recipe: SortedRecipe;
  #keys: readonly Value[] = [];
  #event: Event | null = null;

  constructor(recipe: SortedRecipe) {
    this.#recipe = recipe;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const event = row[this.#recipe.stream];
    if (event === null || event === undefined || !this.#recipe.filter(row, context)) return;
    const keys = this.#recipe.keys(row, context);
    const order = this.#event === null ? 0 : compareKeys(keys, this.#keys, this.#recipe.descending);
    if (this.#event !== null && (this.#recipe.form === 'maxby' ? order <= 0 : order >= 0)) return;
    this.#keys = keys;
    this.#event = event;
  }

  leave(): void {
    // what once was counts for ever
  }

  value(): Value {
    return this.#event;
  }

  clear(): void {
    this.#keys = [];
    this.#event = null;
  }

  snapshot(): unknown {
    return [this.#keys, this.#event];
  }

  restore(state: unknown): void {
    const [keys, event] = state as readonly [readonly Value[], Event | null];
    this.#keys = keys;
    this.#event = event;
  }
}
