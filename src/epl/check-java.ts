/** Calls of Java's library: `Math.abs(x)`, `java.lang.Integer.MAX_VALUE`, `s.length()` (Esper reference §10.3, §9.6). */
import type { AstChain, AstStep } from '../model/ast.ts';
import type { CheckedExpression } from '../model/checked.ts';
import {
  arrayOf,
  BOOLEAN,
  DOUBLE,
  FLOAT,
  INT,
  isNumeric,
  LONG,
  OBJECT,
  STRING,
  type ValueType,
} from '../model/value.ts';
import {
  forbiddenReason,
  isForeignClass,
  javaConstant,
  staticMethods,
  valueMethods,
  type JavaSignature,
} from './java-functions.ts';
import { didYouMeanHint } from './names.ts';
import { type Context, fail } from './scope.ts';
import { commonType, describeType } from './typing.ts';

const freeze = Object.freeze;

type CallStep = Extract<AstStep, { kind: 'call' }>;

/** Most arguments of `String.format` and `String.join`. */
const MAX_ARGUMENTS = 64;

/**
 * A chain that begins with a class: the value, and how many steps it used. Null if it begins with none.
 * @throws CodedError UNKNOWN_FUNCTION, WRONG_ARGUMENTS, NOT_SUPPORTED
 */
export function checkStatic(
  chain: AstChain,
  context: Context,
): { readonly expression: CheckedExpression; readonly used: number } | null {
  const named = chain.steps.findIndex((s) => s.kind !== 'name' || /^[A-Z]/.test(s.name));
  const head = chain.steps[named];
  if (head?.kind !== 'name' || head.dynamic) return null;
  const packageName = chain.steps
    .slice(0, named)
    .map((s) => (s.kind === 'name' ? s.name : ''))
    .join('.');
  if (packageName !== '' && !/^java\.\w+(?:\.\w+)*$/.test(packageName)) return null;
  const className = head.name;
  const next = chain.steps[named + 1];
  const methods = packageName === '' || packageName === 'java.lang' ? staticMethods(className) : undefined;
  const used = named + 2;
  if (next === undefined || next.kind === 'index') return null;
  const name = `${className}.${next.name}`;
  const reason = forbiddenReason(name);
  if (reason !== undefined) return fail('NOT_SUPPORTED', `${name} is not for queries`, head.position, reason);
  if (methods === undefined) {
    if (packageName === '' && !isForeignClass(className)) return null;
    return fail(
      'NOT_SUPPORTED',
      `the class ${className} is not there`,
      head.position,
      'of Java: Math, Integer, Long, Double, Float, Boolean, String',
    );
  }
  if (next.kind === 'name') {
    const kind = javaConstant(name);
    if (kind === undefined)
      return fail('UNKNOWN_PROPERTY', `${className} has no constant '${next.name}'`, next.position);
    const expression = freeze({
      kind: 'call',
      name: `java:${name}`,
      args: [],
      type: { kind },
      nullable: false,
      ast: chain,
    } as const);
    return { expression, used };
  }
  const args = argumentsOf(next, context);
  const found = methods.get(next.name);
  if (found === undefined) {
    return fail(
      'UNKNOWN_FUNCTION',
      `${className} has no method '${next.name}'`,
      next.position,
      didYouMeanHint(next.name, methods.keys()),
    );
  }
  return { expression: applied(`java:${name}`, found, args, next, null, chain), used };
}

/** A method of the value itself; null if its kind has none of that name. */
export function checkValueMethod(
  target: CheckedExpression,
  step: CallStep,
  ast: AstChain,
  context: Context,
): CheckedExpression | null {
  const { kind } = target.type;
  const found = valueMethods(kind)?.get(step.name);
  if (found === undefined) return null;
  const family = isNumeric(target.type) ? 'number' : kind;
  return applied(`java:${family}.${step.name}`, found, argumentsOf(step, context), step, target, ast);
}

/** Names for "did you mean". */
export function valueMethodNames(kind: string): Iterable<string> {
  return valueMethods(kind)?.keys() ?? [];
}

function argumentsOf(step: CallStep, context: Context): readonly CheckedExpression[] {
  if (step.args.length > MAX_ARGUMENTS || step.distinct) {
    return fail('WRONG_ARGUMENTS', `${step.name} does not take ${step.args.length} arguments`, step.position);
  }
  return step.args.map((arg) => context.environment.check(arg, context));
}

function applied(
  name: string,
  signatures: readonly JavaSignature[],
  args: readonly CheckedExpression[],
  step: CallStep,
  target: CheckedExpression | null,
  ast: AstChain,
): CheckedExpression {
  const signature = signatures.find((s) => fits(s.parameters, args));
  if (signature === undefined) {
    const given = args.map((a) => describeType(a.type)).join(', ');
    const wanted = signatures.map((s) => `(${[...s.parameters].map((p) => LETTERS.get(p)).join(', ')})`).join(' or ');
    return fail('WRONG_ARGUMENTS', `'${step.name}' does not take (${given})`, step.position, `it takes ${wanted}`);
  }
  const all = target === null ? args : [target, ...args];
  const type = resultOf(signature, args, target);
  const nullable = name !== 'java:String.valueOf';
  return freeze({ kind: 'call', name, args: freeze(all), type, nullable, ast });
}

const LETTERS: ReadonlyMap<string, string> = new Map([
  ['n', 'number'],
  ['d', 'double'],
  ['f', 'float'],
  ['i', 'int'],
  ['l', 'long'],
  ['s', 'string'],
  ['b', 'boolean'],
  ['o', 'anything'],
  ['a', 'string[]'],
  ['*', '…'],
]);

function fits(parameters: string, args: readonly CheckedExpression[]): boolean {
  const open = parameters.endsWith('*');
  const letters = open ? parameters.slice(0, -1) : parameters;
  if (args.length < letters.length - (open ? 1 : 0) || (!open && args.length > letters.length)) return false;
  return args.every((arg, i) => accepts(letters[Math.min(i, letters.length - 1)] ?? '', arg.type));
}

function accepts(letter: string, type: ValueType): boolean {
  if (type.kind === 'null') return letter !== 'a';
  switch (letter) {
    case 'n':
    case 'd':
      return isNumeric(type);
    case 'f':
      return isNumeric(type) && type.kind !== 'double';
    case 'i':
      return type.kind === 'int';
    case 'l':
      return type.kind === 'int' || type.kind === 'long';
    case 's':
      return type.kind === 'string';
    case 'b':
      return type.kind === 'boolean';
    case 'a':
      return type.kind === 'array' && type.of.kind === 'string';
    default:
      return type.kind !== 'period';
  }
}

const RESULTS: ReadonlyMap<string, ValueType> = new Map([
  ['d', DOUBLE],
  ['f', FLOAT],
  ['i', INT],
  ['l', LONG],
  ['s', STRING],
  ['b', BOOLEAN],
  ['o', OBJECT],
  ['A', arrayOf(STRING)],
]);

function resultOf(
  signature: JavaSignature,
  args: readonly CheckedExpression[],
  target: CheckedExpression | null,
): ValueType {
  const fixed = RESULTS.get(signature.result);
  if (fixed !== undefined) return fixed;
  if (signature.result === 'e') return target?.type.kind === 'array' ? target.type.of : OBJECT;
  if (signature.result === 'r') return args[0]?.type.kind === 'float' ? INT : LONG;
  let type: ValueType = { kind: 'null' };
  for (const arg of args) type = commonType(type, arg.type) ?? type;
  return isNumeric(type) ? type : DOUBLE;
}
