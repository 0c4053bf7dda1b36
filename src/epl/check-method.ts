/**
 * Methods behind a value: date-time, interval and enumeration methods (Esper reference §11, §12).
 *
 * Enumeration methods are for arrays and for the rows of a subquery; the others for longs (ms since the epoch) and for
 * events whose schema names a start timestamp. Arguments of enumeration methods are lambdas or values, by the table.
 */
import type { AstChain, AstExpression, AstStep } from '../model/ast.ts';
import type { CheckedExpression } from '../model/checked.ts';
import { BOOLEAN, DOUBLE, INT, isNumeric, LONG, STRING, type ValueType } from '../model/value.ts';
import { checkSketchMethod, isSketchMethod } from './check-sketch.ts';
import { checkValueMethod, valueMethodNames } from './check-java.ts';
import {
  DATE_TIME,
  DATE_TIME_ARGS,
  type DateTimeResult,
  ENUMERATION,
  type Enumeration,
  FIELD_FIRST,
  FIELDS,
  INTERVALS,
} from './methods.ts';
import { didYouMeanHint } from './names.ts';
import { type Binding, type Context, fail, typeNamed } from './scope.ts';
import { commonType, describeType, isIntegral } from './typing.ts';

const freeze = Object.freeze;

type CallStep = Extract<AstStep, { kind: 'call' }>;

/** Checks `target.name(args)`. @throws CodedError UNKNOWN_FUNCTION, WRONG_ARGUMENTS, TYPE_MISMATCH */
export function checkMethod(
  target: CheckedExpression,
  step: CallStep,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  const name = step.name.toLowerCase();
  if (isSketchMethod(name)) return checkSketchMethod(target, step, ast, context);
  const source = asRows(target);
  const enumeration = ENUMERATION.get(name);
  if (source.type.kind === 'array' && enumeration !== undefined)
    return checkEnumeration(source, source.type.of, enumeration, step, ast, context);
  const own = checkValueMethod(target, step, ast, context);
  if (own !== null) return own;
  if (INTERVALS.has(name)) return checkInterval(target, name, step, ast, context);
  const result = DATE_TIME.get(name);
  if (result !== undefined) return checkDateTime(target, name, result, step, ast, context);
  if (enumeration !== undefined) {
    return fail(
      'TYPE_MISMATCH',
      `'${step.name}' is a method of arrays, not of ${describeType(target.type)}`,
      step.position,
    );
  }
  const names = [
    ...valueMethodNames(target.type.kind),
    ...ENUMERATION.keys(),
    ...INTERVALS.keys(),
    ...DATE_TIME.keys(),
  ];
  return fail('UNKNOWN_FUNCTION', `unknown method '${step.name}'`, step.position, didYouMeanHint(step.name, names));
}

/** A subquery is the source of an enumeration by its rows. */
function asRows(target: CheckedExpression): CheckedExpression {
  if (target.kind !== 'subquery' || target.form !== 'scalar') return target;
  const type: ValueType = { kind: 'array', of: target.type };
  return freeze({ ...target, form: 'rows', type });
}

function method(
  target: CheckedExpression,
  step: CallStep,
  args: readonly CheckedExpression[],
  type: ValueType,
  ast: AstChain,
): CheckedExpression {
  return freeze({
    kind: 'method',
    target,
    name: step.name.toLowerCase(),
    args: freeze(args),
    type,
    nullable: true,
    ast,
  });
}

function requireCount(step: CallStep, least: number, most: number): void {
  const count = step.args.length;
  if (count >= least && count <= most) return;
  const wanted = least === most ? String(least) : `${least} to ${most}`;
  fail('WRONG_ARGUMENTS', `${step.name} does not take ${count} argument(s)`, step.position, `it takes ${wanted}`);
}

// ---------------------------------------------------------------------------------------------- date-time

function requireTime(value: CheckedExpression, step: CallStep, context: Context): void {
  const { type } = value;
  if (type.kind === 'long' || type.kind === 'null') return;
  if (type.kind === 'event') {
    if (typeNamed(context.environment, type.typeName)?.startTimestamp !== undefined) return;
    fail(
      'TYPE_MISMATCH',
      `events of ${type.typeName} have no start timestamp`,
      step.position,
      'declare one: create schema … starttimestamp p',
    );
  }
  const hint = type.kind === 'int' ? 'write the number with L, or cast it to long' : undefined;
  fail('TYPE_MISMATCH', `'${step.name}' wants a time (long), not ${describeType(type)}`, value.ast.position, hint);
}

function checkDateTime(
  target: CheckedExpression,
  name: string,
  result: DateTimeResult,
  step: CallStep,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  requireTime(target, step, context);
  const [least, most] = DATE_TIME_ARGS.get(name) ?? [0, 0];
  requireCount(step, least, most);
  const args = step.args.map((a) => context.environment.check(a, context));
  const [first] = args;
  if (FIELD_FIRST.has(name) && first !== undefined) requireField(first, name.startsWith('round'));
  if (name === 'plus' || name === 'minus') for (const arg of args) requireSpan(arg, step);
  if (name === 'between') for (const end of args.slice(0, 2)) requireTime(end, step, context);
  const types: Readonly<Record<DateTimeResult, ValueType>> = { field: INT, time: LONG, boolean: BOOLEAN, text: STRING };
  return method(target, step, args, types[result], ast);
}

/** `rounds`: there is no rounding to weeks. */
function requireField(e: CheckedExpression, rounds: boolean): void {
  if (e.kind === 'literal' && typeof e.value === 'string') {
    const field = e.value.toLowerCase();
    if (FIELDS.has(field) && !(rounds && field.startsWith('week'))) return;
  }
  if (e.kind !== 'literal' && e.type.kind === 'string') return;
  fail(
    'WRONG_ARGUMENTS',
    'the name of a calendar field is wanted',
    e.ast.position,
    'msec, sec, min, hour, day, week, month, year',
  );
}

function requireSpan(e: CheckedExpression, step: CallStep): void {
  if (e.type.kind === 'period' || isIntegral(e.type) || e.type.kind === 'null') return;
  fail(
    'TYPE_MISMATCH',
    `'${step.name}' wants a time period or milliseconds, not ${describeType(e.type)}`,
    e.ast.position,
  );
}

function checkInterval(
  target: CheckedExpression,
  name: string,
  step: CallStep,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  requireTime(target, step, context);
  requireCount(step, 1, 1 + (INTERVALS.get(name) ?? 0));
  const args = step.args.map((a) => context.environment.check(a, context));
  const [other, ...thresholds] = args;
  if (other !== undefined) requireTime(other, step, context);
  for (const threshold of thresholds) requireSpan(threshold, step);
  return method(target, step, args, BOOLEAN, ast);
}

// ---------------------------------------------------------------------------------------------- enumeration

function checkEnumeration(
  source: CheckedExpression,
  element: ValueType,
  { lambdas, predicate, before, result }: Enumeration,
  step: CallStep,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  const plain = before === null ? 0 : 1;
  requireCount(step, lambdas[0] + plain, lambdas[1] + plain);
  const leading = step.args.slice(0, plain).map((a) => checkLeading(a, element, before, step, context));
  const fold = before === 'initial' ? (leading[0]?.type ?? null) : null;
  const bodies = step.args.slice(plain).map((a) => checkLambda(a, element, fold, step, context));
  const [body] = bodies;
  if (predicate && body !== undefined && body.type.kind !== 'boolean' && body.type.kind !== 'null') {
    fail(
      'TYPE_MISMATCH',
      `'${step.name}' wants true or false from its lambda, not ${describeType(body.type)}`,
      body.ast.position,
    );
  }
  const of = body?.type ?? element;
  if (fold !== null && commonType(fold, of) === null) {
    fail(
      'TYPE_MISMATCH',
      `the fold starts with ${describeType(fold)} and goes on with ${describeType(of)}`,
      step.position,
    );
  }
  if ((result === 'sum' || result === 'double') && !isNumeric(of) && of.kind !== 'object') {
    fail('TYPE_MISMATCH', `'${step.name}' wants numbers, not ${describeType(of)}`, step.position);
  }
  return method(source, step, [...leading, ...bodies], resultOf(result, source.type, element, of, fold), ast);
}

function resultOf(
  result: Enumeration['result'],
  source: ValueType,
  element: ValueType,
  of: ValueType,
  fold: ValueType | null,
): ValueType {
  switch (result) {
    case 'same':
      return source;
    case 'element':
      return element;
    case 'boolean':
      return BOOLEAN;
    case 'int':
      return INT;
    case 'body':
      return of;
    case 'bodies':
      return { kind: 'array', of };
    case 'sum':
      return of.kind === 'float' || of.kind === 'object' ? DOUBLE : of;
    case 'double':
      return DOUBLE;
    case 'map':
      return { kind: 'map' };
    case 'initial':
      return commonType(fold ?? of, of) ?? of;
  }
}

function checkLeading(
  arg: AstExpression,
  element: ValueType,
  before: Enumeration['before'],
  step: CallStep,
  context: Context,
): CheckedExpression {
  const checked = context.environment.check(arg, context);
  const value = before === 'list' ? asRows(checked) : checked;
  if (before === 'number' && !isIntegral(value.type)) {
    fail('TYPE_MISMATCH', `'${step.name}' counts by a whole number, not ${describeType(value.type)}`, arg.position);
  }
  if (before === 'list') {
    const fits = value.type.kind === 'array' && commonType(value.type.of, element) !== null;
    if (!fits)
      fail(
        'TYPE_MISMATCH',
        `'${step.name}' wants an array of the same kind, not ${describeType(value.type)}`,
        arg.position,
      );
  }
  return value;
}

/** `x => …`, with index and size as further parameters; in a fold the result so far comes first. */
function checkLambda(
  arg: AstExpression,
  element: ValueType,
  fold: ValueType | null,
  step: CallStep,
  context: Context,
): CheckedExpression {
  if (arg.kind !== 'lambda') {
    return fail(
      'WRONG_ARGUMENTS',
      `'${step.name}' wants a lambda expression`,
      arg.position,
      `write ${step.name}(x => …)`,
    );
  }
  const types = fold === null ? [element, INT, INT] : [fold, element, INT, INT];
  if (arg.parameters.length > types.length || arg.parameters.length < (fold === null ? 1 : 2)) {
    fail(
      'WRONG_ARGUMENTS',
      `the lambda of '${step.name}' does not take ${arg.parameters.length} parameter(s)`,
      arg.position,
    );
  }
  const bindings = new Map<string, Binding>(context.bindings);
  arg.parameters.forEach((parameter, i) => bindings.set(parameter, { kind: 'parameter', type: types[i] ?? INT }));
  const body = context.environment.check(arg.body, { ...context, bindings });
  return freeze({
    kind: 'lambda',
    parameters: arg.parameters,
    body,
    type: body.type,
    nullable: body.nullable,
    ast: arg,
  });
}
