/**
 * What a row contributes to an aggregation: the value of its argument, or null for a row that counts for nothing
 * (argument null, or filter not true). Aggregations skip nulls (conformance windows/agg-empty-01).
 */
import type { AggregateSpec, CheckedExpression } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import { compileExpression, compilePredicate } from '../compile/compile.ts';
import type { EvaluationContext, EventRow, Evaluator, Predicate } from '../evaluation.ts';

const ALWAYS: Predicate = () => true;

/** The aggregation's filter; `ALWAYS` if there is none. */
export function filterOf(spec: AggregateSpec): Predicate {
  return spec.filter === null ? ALWAYS : compilePredicate([spec.filter]);
}

/** First argument, null where the filter does not hold. */
export function argumentOf(spec: AggregateSpec): Evaluator {
  const evaluate = compileExpression(requiredArgument(spec, 0));
  if (spec.filter === null) return evaluate;
  const filter = compilePredicate([spec.filter]);
  return (row: EventRow, context: EvaluationContext): Value => (filter(row, context) ? evaluate(row, context) : null);
}

/** @throws CodedError WRONG_ARGUMENTS */
export function requiredArgument(spec: AggregateSpec, at: number): CheckedExpression {
  const argument = spec.args[at];
  if (argument !== undefined) return argument;
  throw new CodedError('WRONG_ARGUMENTS', `${spec.name} lacks its argument ${at + 1}`, { position: spec.ast.position });
}
