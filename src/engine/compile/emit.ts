/** One checked expression → one JavaScript expression: the dispatcher over kinds. Each family has a file of its own. */
import type { CheckedExpression } from '../../model/checked.ts';
import { unreachable } from '../../model/errors.ts';
import { emitAccess, emitEvent, emitLiteral, emitProperty, emitTableAccess, emitVariable } from './emit-access.ts';
import { emitArithmetic, emitBitwise, emitNegate } from './emit-arithmetic.ts';
import { emitCast, emitCall, emitInstanceof } from './emit-call.ts';
import { emitBetween, emitCompare, emitLogical, emitNot } from './emit-logic.ts';
import { emitIn, emitQuantified } from './emit-membership.ts';
import { emitMethod, emitSeconds } from './emit-method.ts';
import { emitArray, emitCase, emitStruct } from './emit-structure.ts';
import { emitSubquery } from './emit-subquery.ts';
import { emitConcat, emitLike, emitRegexp } from './emit-text.ts';
import { emitPrev, emitPrior } from './emit-window.ts';
import { code, index, notSupported } from './scope.ts';
import type { Code, Scope } from './scope.ts';

/** @throws CodedError NOT_SUPPORTED for a form that has no meaning where it stands. */
export function emit(e: CheckedExpression, scope: Scope): Code {
  switch (e.kind) {
    case 'literal':
      return emitLiteral(e, scope);
    case 'property':
      return emitProperty(e, scope);
    case 'event':
      return emitEvent(e, scope);
    case 'variable':
    case 'contextProperty':
      return emitVariable(e, scope);
    case 'access':
      return emitAccess(e, scope);
    case 'negate':
      return emitNegate(e, scope);
    case 'arithmetic':
      return emitArithmetic(e, scope);
    case 'bitwise':
      return emitBitwise(e, scope);
    case 'not':
      return emitNot(e, scope);
    case 'compare':
      return emitCompare(e, scope);
    case 'logical':
      return emitLogical(e, scope);
    case 'between':
      return emitBetween(e, scope);
    case 'in':
      return emitIn(e, scope);
    case 'quantified':
      return emitQuantified(e, scope);
    case 'concat':
      return emitConcat(e, scope);
    case 'like':
      return emitLike(e, scope);
    case 'regexp':
      return emitRegexp(e, scope);
    case 'case':
      return emitCase(e, scope);
    case 'array':
      return emitArray(e, scope);
    case 'struct':
      return emitStruct(e, scope);
    case 'call':
      return emitCall(e, scope);
    case 'cast':
      return emitCast(e, scope);
    case 'instanceof':
      return emitInstanceof(e, scope);
    case 'method':
      return emitMethod(e, scope);
    case 'lambdaParameter': {
      const identifier = scope.lambdaParameter(e.name);
      if (identifier === undefined) throw notSupported(e, `the lambda parameter '${e.name}' in a subquery`);
      return code(identifier, e.nullable, true);
    }
    case 'aggregate':
      return scope.aggregate(e.index);
    case 'tableAccess':
      return emitTableAccess(e, scope);
    case 'prev':
      return emitPrev(e, scope);
    case 'prior':
      return emitPrior(e, scope);
    case 'subquery':
      return emitSubquery(e, scope);
    case 'grouping':
      return code(groupingBits(e.positions), false);
    case 'lambda':
      throw notSupported(e, 'a lambda expression');
    case 'period':
      return emitSeconds(e, scope);
    default:
      return unreachable(e);
  }
}

/** `grouping(x)`: 1 where x is rolled up; `grouping_id(x, y)`: the same as bits, the last argument lowest. */
function groupingBits(positions: readonly number[]): string {
  const last = positions.length - 1;
  return `(${positions.map((p, i) => `(cx.rolledUp>>${index(p)}&1)<<${index(last - i)}`).join('|')})`;
}
