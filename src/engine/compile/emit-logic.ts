/**
 * Three-valued logic. Values are true, false or null; where only truth matters (filters, `where`, `case when`) conditions
 * are plain JavaScript: {@link isTrue} and {@link isFalse} say when an expression is definitely true or false.
 */
import type { CheckedExpression, CompareOp } from '../../model/checked.ts';
import { isNumeric } from '../../model/value.ts';
import type { ValueType } from '../../model/value.ts';
import { lift, liftCondition } from './lift.ts';
import { bind, code } from './scope.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

/** A JavaScript condition: `e` is true (null is not). */
export function isTrue(e: CheckedExpression, scope: Scope): string {
  switch (e.kind) {
    case 'literal':
      return String(e.value === true);
    case 'not':
      return isFalse(e.operand, scope);
    case 'logical':
      return `(${e.operands.map((o) => isTrue(o, scope)).join(e.op === 'and' ? '&&' : '||')})`;
    case 'compare':
      return compareIs(e, true, scope);
    case 'between':
      return emitBetween(e, scope).js;
    default: {
      const value = scope.emit(e, scope);
      return value.nullable ? `(${value.js}===true)` : value.js;
    }
  }
}

/** A JavaScript condition: `e` is false (null is not). */
export function isFalse(e: CheckedExpression, scope: Scope): string {
  switch (e.kind) {
    case 'literal':
      return String(e.value === false);
    case 'not':
      return isTrue(e.operand, scope);
    case 'logical':
      return `(${e.operands.map((o) => isFalse(o, scope)).join(e.op === 'and' ? '||' : '&&')})`;
    case 'compare':
      return compareIs(e, false, scope);
    default: {
      const value = scope.emit(e, scope);
      return value.nullable ? `(${value.js}===false)` : `!${value.js}`;
    }
  }
}

export function emitNot(e: Of<'not'>, scope: Scope): Code {
  return lift(scope, [scope.emit(e.operand, scope)], (a) => `!${a}`);
}

export function emitLogical(e: Of<'logical'>, scope: Scope): Code {
  const operands = e.operands.map((o) => scope.emit(o, scope));
  if (operands.every((o) => !o.nullable)) {
    return code(`(${operands.map((o) => o.js).join(e.op === 'and' ? '&&' : '||')})`, false);
  }
  const decided = String(e.op === 'or');
  const otherwise = String(e.op !== 'or');
  const bound = operands.map((o) => ({ nullable: o.nullable, ...bind(scope, o) }));
  const decide = bound.map((b) => `${b.first}===${decided}`).join('||');
  const unknown = bound
    .filter((b) => b.nullable)
    .map((b) => `${b.again}===null`)
    .join('||');
  return code(`(${decide}?${decided}:${unknown}?null:${otherwise})`, true);
}

function isScalar(type: ValueType): boolean {
  return isNumeric(type) || type.kind === 'string' || type.kind === 'boolean';
}

/** True if JavaScript's own operators compare the two: both numbers, both strings, both booleans. */
export function nativelyComparable(a: ValueType, b: ValueType): boolean {
  return isScalar(a) && isScalar(b) && (a.kind === b.kind || (isNumeric(a) && isNumeric(b)));
}

/** Comparison of two operands that are not null, as a condition. */
function comparison(e: Of<'compare'>, scope: Scope): (a?: string, b?: string) => string {
  const native = nativelyComparable(e.left.type, e.right.type);
  return (a = '', b = '') => {
    switch (e.op) {
      case '=':
      case 'is':
        return native ? `(${a}===${b})` : scope.call('equals', a, b);
      case '!=':
      case 'is not':
        return native ? `(${a}!==${b})` : `!${scope.call('equals', a, b)}`;
      default:
        return native ? `(${a}${e.op}${b})` : `(${scope.call('orderOf', a, b)}${e.op}0)`;
    }
  };
}

function isNullSafe(op: CompareOp): boolean {
  return op === 'is' || op === 'is not';
}

export function emitCompare(e: Of<'compare'>, scope: Scope): Code {
  const left = scope.emit(e.left, scope);
  const right = scope.emit(e.right, scope);
  const build = comparison(e, scope);
  // equality treats null as a value like any other: `is` needs no check
  if (isNullSafe(e.op)) return code(nullSafe(e, left, right, build), false);
  return lift(scope, [left, right], build);
}

function nullSafe(e: Of<'compare'>, left: Code, right: Code, build: (a: string, b: string) => string): string {
  if (left.js === 'null' || right.js === 'null') return `(${left.js}${e.op === 'is' ? '===' : '!=='}${right.js})`;
  return build(left.js, right.js);
}

function compareIs(e: Of<'compare'>, wanted: boolean, scope: Scope): string {
  const left = scope.emit(e.left, scope);
  const right = scope.emit(e.right, scope);
  const build = comparison(e, scope);
  const sign = wanted ? '' : '!';
  if (isNullSafe(e.op)) return `${sign}${nullSafe(e, left, right, build)}`;
  // null equals nothing that is not null: one side without null makes the check of the other needless
  const positive = e.op === '=' && wanted;
  if (positive && !(left.nullable && right.nullable)) return build(left.js, right.js);
  return liftCondition(scope, [left, right], (a = '', b = '') => `${sign}${build(a, b)}`);
}

/**
 * `between`, `in [a:b)` and their negations are two-valued: with a null operand both forms are false, and reversed
 * bounds are put in order (conformance between-01/-02, in-range-01/-02).
 */
export function emitBetween(e: Of<'between'>, scope: Scope): Code {
  const operands = [e.value, e.low, e.high].map((o) => scope.emit(o, scope));
  const flags = [String(e.lowInclusive), String(e.highInclusive)];
  const sign = e.not ? '!' : '';
  const constant = e.low.kind === 'literal' && e.high.kind === 'literal';
  const ordered =
    constant && isNumeric(e.low.type) && isNumeric(e.high.type) && Number(e.low.value) < Number(e.high.value);
  const js = liftCondition(scope, operands, (value = '', low = '', high = '') => {
    if (!ordered || !isNumeric(e.value.type)) return sign + scope.call('between', value, low, high, ...flags);
    // the value stands twice: bind it
    const bound = bind(scope, code(value, false, /^\w+$/u.test(value)));
    return `${sign}(${bound.first}${e.lowInclusive ? '>=' : '>'}${low}&&${bound.again}${e.highInclusive ? '<=' : '<'}${high})`;
  });
  return code(js, false);
}
