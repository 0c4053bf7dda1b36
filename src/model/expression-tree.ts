/** The tree of a checked expression: one piece for whoever asks what an expression reads. Pure. */
import type { CheckedExpression } from './checked.ts';
import { unreachable } from './errors.ts';

/** Direct sub-expressions, in order of the text. */
export function childrenOf(e: CheckedExpression): readonly CheckedExpression[] {
  switch (e.kind) {
    case 'literal':
    case 'property':
    case 'event':
    case 'variable':
    case 'contextProperty':
    case 'lambdaParameter':
    case 'aggregate':
    case 'grouping':
      return [];
    case 'negate':
    case 'not':
    case 'cast':
    case 'instanceof':
      return e.kind === 'cast' && e.format !== null ? [e.operand, e.format] : [e.operand];
    case 'arithmetic':
    case 'bitwise':
    case 'compare':
      return [e.left, e.right];
    case 'concat':
    case 'logical':
      return e.operands;
    case 'between':
      return [e.value, e.low, e.high];
    case 'in':
    case 'quantified':
      return [e.value, ...e.list];
    case 'like':
      return e.escape === null ? [e.value, e.pattern] : [e.value, e.pattern, e.escape];
    case 'regexp':
      return [e.value, e.pattern];
    case 'case':
      return [
        ...(e.operand === null ? [] : [e.operand]),
        ...e.whens.flatMap((w) => [w.when, w.then]),
        ...(e.otherwise === null ? [] : [e.otherwise]),
      ];
    case 'call':
      return e.args;
    case 'method':
      return [e.target, ...e.args];
    case 'access':
      return [e.target];
    case 'lambda':
      return [e.body];
    case 'array':
      return e.items;
    case 'struct':
      return e.members.map((m) => m.value);
    case 'prev':
      return [...(e.offset === null ? [] : [e.offset]), ...(e.value === null ? [] : [e.value])];
    case 'prior':
      return [e.offset, e.value];
    case 'subquery':
      return e.value === null ? [] : [e.value];
    case 'tableAccess':
      return e.keys;
    case 'period':
      return e.parts.map((p) => p.amount);
    default:
      return unreachable(e);
  }
}

/** Calls `visit` for `e` and everything below it (not into subqueries: those have bodies of their own). */
export function walkExpression(e: CheckedExpression, visit: (e: CheckedExpression) => void): void {
  visit(e);
  for (const child of childrenOf(e)) walkExpression(child, visit);
}
