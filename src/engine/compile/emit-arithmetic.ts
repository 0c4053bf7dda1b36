/**
 * Arithmetic: int wraps at 32 bits, long is a double without -0 (nearest beyond 2^53), float is rounded to 32-bit
 * floats, `/` is double division, `%` has the dividend's sign (Esper doc "Arithmetic Operators"; NOTES-expressions).
 */
import type { CheckedExpression } from '../../model/checked.ts';
import { unreachable } from '../../model/errors.ts';
import type { ValueType } from '../../model/value.ts';
import { lift } from './lift.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

export function emitNegate(e: Of<'negate'>, scope: Scope): Code {
  return lift(scope, [scope.emit(e.operand, scope)], (a) => {
    if (e.type.kind === 'int') return `(-${a}|0)`;
    if (e.type.kind === 'long') return `(0-${a})`;
    return `(-${a})`;
  });
}

export function emitArithmetic(e: Of<'arithmetic'>, scope: Scope): Code {
  return lift(scope, [scope.emit(e.left, scope), scope.emit(e.right, scope)], (a, b) =>
    operation(e, scope, a ?? '', b ?? ''),
  );
}

/** A constant by which integers can be divided. */
function isDivisor(e: CheckedExpression): boolean {
  return e.kind === 'literal' && e.value !== 0;
}

function operation(e: Of<'arithmetic'>, scope: Scope, a: string, b: string): string {
  const kind = e.type.kind;
  switch (e.op) {
    case '+':
    case '-':
      return narrow(kind, `${a}${e.op}${b}`);
    case '*':
      return kind === 'int' ? `Math.imul(${a},${b})` : narrow(kind, `${a}*${b}`);
    case '/':
      return `(${a}/${b})`;
    case '%':
      if ((kind === 'int' || kind === 'long') && !isDivisor(e.right)) return scope.call('remainder', a, b);
      return narrow(kind, `${a}%${b}`);
    default:
      return unreachable(e.op);
  }
}

/** Brings the result of a double operation into its kind. `+0` turns -0 into 0, which integers do not have. */
function narrow(kind: ValueType['kind'], js: string): string {
  switch (kind) {
    case 'int':
      return `(${js}|0)`;
    case 'long':
      return `(${js}+0)`;
    case 'float':
      return `Math.fround(${js})`;
    default:
      return `(${js})`;
  }
}

/** `& | ^` on ints, longs and booleans; null if a side is, also `false & null`. */
export function emitBitwise(e: Of<'bitwise'>, scope: Scope): Code {
  const { op } = e;
  const operands = [scope.emit(e.left, scope), scope.emit(e.right, scope)];
  return lift(scope, operands, (a = '', b = '') => {
    if (e.type.kind === 'boolean') return op === '^' ? `(${a}!==${b})` : `((${a}${op}${b})!==0)`;
    if (e.type.kind === 'long') return scope.call('longBits', `"${op}"`, a, b);
    return `(${a}${op}${b})`;
  });
}
