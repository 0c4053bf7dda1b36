/** Conjuncts of a checked condition: nested `and` flattened. */
import type { CheckedExpression } from '../model/checked.ts';

export function conjuncts(condition: CheckedExpression): readonly CheckedExpression[] {
  if (condition.kind !== 'logical' || condition.op !== 'and') return [condition];
  return condition.operands.flatMap(conjuncts);
}
