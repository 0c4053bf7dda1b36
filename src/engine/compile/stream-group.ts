/**
 * One group of a statement on a single stream as one generated class: its aggregations (fused.ts), `having` and the select
 * clause. It takes events, not rows, and reads the aggregations as local variables.
 */
import type { AggregateSpec, CheckedExpression, Column } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import type { AccumulatorOptions } from '../aggregate/accumulator-for.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { OutputRow } from '../runtime/output-row.ts';
import { emit } from './emit.ts';
import { isTrue } from './emit-logic.ts';
import { groupClass, planOf } from './fused.ts';
import type { Plan } from './fused.ts';
import { emitRow } from './emit-row.ts';
import { Scope } from './scope.ts';

export interface StreamGroup {
  /** Kept by the owner of the groups: rows that are in, the key, and a mark that says in which update it was last seen. */
  rows: number;
  key: Key;
  mark: number;
  enter(event: Event, context: EvaluationContext): void;
  leave(event: Event, context: EvaluationContext): void;
  /**
   * The output row with the present values of the aggregations; null where `having` does not hold. `event` may be null
   * only where neither clause reads it.
   */
  row(event: Event | null, context: EvaluationContext): OutputRow | null;
}

export interface StreamGroupSpec {
  readonly aggregates: readonly AggregateSpec[];
  /** Null: the event itself is the row. */
  readonly select: readonly CheckedExpression[] | null;
  readonly having: CheckedExpression | null;
  readonly columns: readonly Column[];
}

/** @throws CodedError as `accumulatorFor` */
export function compileStreamGroup(spec: StreamGroupSpec, options: AccumulatorOptions): () => StreamGroup {
  const plan = planOf(spec.aggregates, options, () => false);
  const aggregates = spec.aggregates.map((_, i) => `g${i}`);
  const scope = new Scope(emit, { row: '[event]', events: new Map([[0, 'event']]), aggregates });
  const make = groupClass(plan, scope, {
    parameter: 'event',
    head: plan.others.length === 0 ? '' : 'const row=[event];',
    fields: 'this.rows=0;this.key=null;this.mark=0;',
    row: rowSource(spec, plan, scope),
  });
  return make as () => StreamGroup;
}

function rowSource(spec: StreamGroupSpec, plan: Plan, scope: Scope): string {
  const values = plan.values.map((js, i) => {
    const other = plan.others.findIndex((o) => o.index === i);
    return `g${i}=${js ?? `this.a${other}.value()`}`;
  });
  const read = values.length === 0 ? '' : `const ${values.join(',')};`;
  const having = spec.having === null ? '' : `if(!(${isTrue(spec.having, scope)}))return null;`;
  if (spec.select === null) return `${read}${having}return event;`;
  return `${read}${having}return ${emitRow(spec.select, spec.columns, scope)};`;
}
