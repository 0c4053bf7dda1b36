/**
 * Which parts of a statement an event can meet, where its stream's filter is an equality of a property with a property of
 * the context (`Cpu(host = context.a.host)`): found by hash, so that the cost of an event grows with the partitions that it
 * meets and not with those that are open. A context's properties do not change while a partition is open.
 * State: the parts by value. Bound: the partitions of the context.
 */
import type { CheckedExpression } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import { compileExpression } from '../compile/compile.ts';
import type { EvaluationContext, Evaluator } from '../evaluation.ts';
import { plainProperty } from '../filter/filter-index.ts';

export interface PartitionKey {
  /** Of the event. */
  readonly property: string;
  /** Of the partition. */
  readonly value: Evaluator;
}

/** The first such equality among the conjuncts of a filter; null without. The filter tests it again. */
export function partitionKeyOf(conjuncts: readonly CheckedExpression[]): PartitionKey | null {
  for (const e of conjuncts) {
    if (e.kind !== 'compare' || e.op !== '=') continue;
    for (const [own, other] of [
      [e.left, e.right],
      [e.right, e.left],
    ] as const) {
      const property = plainProperty(own);
      if (property !== null && other.kind === 'contextProperty') return { property, value: compileExpression(other) };
    }
  }
  return null;
}

const NO_ROW: readonly never[] = [];

export class PartIndex<Part> {
  readonly #slot: `$${string}`;
  readonly #value: Evaluator;
  readonly #byValue = new Map<Value, Set<Part>>();

  constructor({ property, value }: PartitionKey) {
    this.#slot = slotOf(property);
    this.#value = value;
  }

  /** `context`: of the part; a null there equals nothing. */
  add(part: Part, context: EvaluationContext): void {
    const value = this.#value(NO_ROW, context);
    const known = this.#byValue.get(value);
    if (known === undefined) this.#byValue.set(value, new Set([part]));
    else known.add(part);
  }

  remove(part: Part, context: EvaluationContext): void {
    const value = this.#value(NO_ROW, context);
    const known = this.#byValue.get(value);
    known?.delete(part);
    if (known?.size === 0) this.#byValue.delete(value);
  }

  /** In order of opening; undefined for none. */
  find(event: Event): ReadonlySet<Part> | undefined {
    const value = event[this.#slot] ?? null;
    return value === null ? undefined : this.#byValue.get(value);
  }
}
