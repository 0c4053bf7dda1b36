/** Expressions over the events of two streams, neither of which is null: functions of `(a, b, cx)`, no row array. */
import type { CheckedExpression, Column } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { OutputRow } from '../runtime/output-row.ts';
import { instantiate } from './code-cache.ts';
import { emit } from './emit.ts';
import { isTrue } from './emit-logic.ts';
import { emitRow } from './emit-row.ts';
import { Scope } from './scope.ts';

export type PairPredicate = (a: Event, b: Event, context: EvaluationContext) => boolean;
export type PairProjection = (a: Event, b: Event, context: EvaluationContext) => OutputRow;

const EVENTS: ReadonlyMap<number, string> = new Map([
  [0, 'a'],
  [1, 'b'],
]);

function generate(body: (scope: Scope) => string): unknown {
  const scope = new Scope(emit, { row: '[a,b]', events: EVENTS });
  const js = body(scope);
  return instantiate(
    `${scope.prologue()}return function(a,b,cx){${scope.declarations()}return ${js};};`,
    scope.constants,
  );
}

/** All conjuncts true; null counts as false. */
export function compilePairPredicate(conjuncts: readonly CheckedExpression[]): PairPredicate {
  return generate((scope) => conjuncts.map((c) => isTrue(c, scope)).join('&&')) as PairPredicate;
}

/** The output row of the selected expressions. */
export function compilePairProjection(
  select: readonly CheckedExpression[],
  columns: readonly Column[],
): PairProjection {
  return generate((scope) => emitRow(select, columns, scope)) as PairProjection;
}
