/** Built-in single-row functions, `cast`, `instanceof`. */
import type { CheckedExpression } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import { isNumeric } from '../../model/value.ts';
import type { Value } from '../../model/value.ts';
import { isJavaFunction, javaConstant } from '../functions/java.ts';
import { emitExists } from './emit-access.ts';
import { lift } from './lift.ts';
import { quote } from './quote.ts';
import { bind, code, notSupported } from './scope.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

/** Esper doc 14.3.13 (expr windows) and 5.7.1 (output when). */
const BUILTINS: ReadonlySet<string> = new Set([
  'current_count',
  'expired_count',
  'newest_timestamp',
  'oldest_timestamp',
  'newest_event',
  'oldest_event',
  'view_reference',
  'count_insert',
  'count_insert_total',
  'count_remove',
  'count_remove_total',
  'last_output_timestamp',
]);

const JAVA = 'java:';

/** Functions of one double that are JavaScript's own. */
const PLAIN_MATH =
  /^Math\.(?:sqrt|cbrt|exp|expm1|log|log10|log1p|floor|ceil|sin|cos|tan|asin|acos|atan|sinh|cosh|tanh)$/;

function emitJava(e: Of<'call'>, name: string, scope: Scope): Code {
  const constant = javaConstant(name);
  if (constant !== undefined) return code(scope.constant(constant), false, true);
  if (!isJavaFunction(name)) throw notSupported(e, `the method '${name}'`);
  const args = e.args.map((a) => scope.emit(a, scope));
  if (PLAIN_MATH.test(name)) return lift(scope, args, (a = '') => `${name}(${a})`);
  const kinds = scope.constant(e.args.map((a) => a.type.kind));
  return code(scope.call('javaCall', quote(name), `[${args.map((a) => a.js).join(',')}]`, kinds), true);
}

export function emitCall(e: Of<'call'>, scope: Scope): Code {
  if (e.name.startsWith(JAVA)) return emitJava(e, e.name.slice(JAVA.length), scope);
  const [first] = e.args;
  switch (e.name) {
    case 'coalesce':
      return coalesce(e, scope);
    case 'max':
    case 'min':
      return extreme(e, scope);
    case 'current_timestamp':
      return code('cx.nowMs', false);
    case 'istream':
      return code('(!cx.removing)', false);
    case 'element': {
      const [target, index] = e.args;
      if (target === undefined || index === undefined) break;
      return code(scope.call('element', scope.emit(target, scope).js, scope.emit(index, scope).js), true);
    }
    case 'withElement': {
      const args = e.args.map((a) => scope.emit(a, scope).js);
      return code(scope.call('withElement', ...args), true);
    }
    case 'exists':
      return first === undefined ? code('true', false) : emitExists(first, scope);
    case 'typeof': {
      if (first === undefined) break;
      const value = scope.emit(first, scope);
      return code(scope.call('typeName', value.js, scope.constant(first.type)), true);
    }
    default:
      // names that a window or an output clause gives a value: the context has them among the variables
      if (BUILTINS.has(e.name)) return code(`cx.variable(${quote(e.name)})`, true);
      break;
  }
  throw notSupported(e, `the function '${e.name}'`);
}

function coalesce(e: Of<'call'>, scope: Scope): Code {
  const args = e.args.map((a) => scope.emit(a, scope));
  const parts: string[] = [];
  for (const arg of args) {
    if (!arg.nullable) return code(`(${parts.join('')}${arg.js})`, false);
    const bound = bind(scope, arg);
    parts.push(`${bound.first}!==null?${bound.again}:`);
  }
  return code(`(${parts.join('')}null)`, true);
}

/** Scalar max and min: null if any argument is. */
function extreme(e: Of<'call'>, scope: Scope): Code {
  const args = e.args.map((a) => scope.emit(a, scope));
  if (e.args.every((a) => isNumeric(a.type))) {
    return lift(scope, args, (...names) => `Math.${e.name === 'max' ? 'max' : 'min'}(${names.join(',')})`);
  }
  return code(scope.call('extreme', e.name === 'max' ? '1' : '-1', `[${args.map((a) => a.js).join(',')}]`), true);
}

export function emitCast(e: Of<'cast'>, scope: Scope): Code {
  const value = scope.emit(e.operand, scope);
  const from = e.operand.type.kind;
  if (e.format !== null) {
    const format = scope.emit(e.format, scope);
    const js = (v = '', f = ''): string =>
      e.to.kind === 'string' ? scope.call('formatDate', v, f) : scope.call('parseDate', v, f);
    return lift(scope, [value, format], js);
  }
  if (from === e.to.kind && from !== 'array' && from !== 'event' && from !== 'struct') return value;
  return lift(
    scope,
    [value],
    (v = '') => {
      if (isNumeric(e.operand.type) && e.to.kind === 'double') return v;
      if (from === 'int' && e.to.kind === 'long') return v;
      if (e.to.kind === 'string' && from === 'int') return `(''+${v})`;
      return scope.call('castTo', v, quote(from), scope.constant(e.to));
    },
    !isNumeric(e.operand.type),
  );
}

export function emitInstanceof(e: Of<'instanceof'>, scope: Scope): Code {
  const bound = bind(scope, scope.emit(e.operand, scope));
  const type = scope.constant(e.operand.type);
  const tests = e.types.map((name, i) =>
    scope.call('isInstance', i === 0 ? bound.first : bound.again, type, quote(name)),
  );
  return code(`(${tests.join('||')})`, false);
}

/** The value of a constant expression; for arguments that must be known with the statement. */
export function constantOf(e: CheckedExpression, what: string): Value {
  if (e.kind === 'literal') return e.value;
  throw new CodedError('WRONG_ARGUMENTS', `${what} must be a constant`, { position: e.ast.position });
}
