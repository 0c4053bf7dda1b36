/** Function calls: built-in row functions, declared expressions; aggregations are in check-aggregate.ts. */
import type { AstChain, AstExpression, AstExpressionDeclaration, AstStep } from '../model/ast.ts';
import type { CheckedExpression } from '../model/checked.ts';
import type { Position } from '../model/errors.ts';
import { BOOLEAN, INT, isNumeric, LONG, STRING, type ValueType } from '../model/value.ts';
import { checkAggregate } from './check-aggregate.ts';
import { aggregateInfo, functionNames } from './functions.ts';
import { didYouMeanHint } from './names.ts';
import { renderExpression } from './render.ts';
import { type Binding, type Context, fail, MAX_EXPANSIONS } from './scope.ts';
import { commonType, describeType, isIntegral, namedType } from './typing.ts';

const freeze = Object.freeze;

type CallStep = Extract<AstStep, { kind: 'call' }>;

/** Deepest nesting of declared expressions. */
const MAX_EXPANSION_DEPTH = 16;

export function checkCall(step: CallStep, ast: AstChain, context: Context): CheckedExpression {
  const lower = step.name.toLowerCase();
  const { declarations, catalog } = context.environment;
  const declaration = declarations.get(step.name) ?? catalog.expression(step.name);
  if (declaration !== undefined) return expand(declaration, step, ast, context);
  if (aggregateInfo(lower) !== undefined && !isRowMinMax(lower, step)) return checkAggregate(step, ast, context);
  switch (lower) {
    case 'max':
    case 'min':
      return checkMinMax(lower, step, ast, context);
    case 'coalesce':
      return checkCoalesce(step, ast, context);
    case 'cast':
      return checkCast(step, ast, context);
    case 'instanceof':
      return checkInstanceof(step, ast, context);
    case 'typeof':
      return call('typeof', arity(step, 1, 1, context), STRING, true, ast);
    case 'exists':
      return checkExists(step, ast, context);
    case 'current_timestamp':
      return call('current_timestamp', arity(step, 0, 0, context), LONG, false, ast);
    case 'istream':
      return call('istream', arity(step, 0, 0, context), BOOLEAN, false, ast);
    case 'prev':
    case 'prevtail':
    case 'prevcount':
    case 'prevwindow':
      return checkPrev(lower, step, ast, context);
    case 'prior':
      return checkPrior(step, ast, context);
    case 'grouping':
    case 'grouping_id':
      return checkGrouping(lower, step, ast, context);
    case 'countminsketch':
      return fail(
        'INVALID_STATEMENT',
        `${step.name} stands in a table alone`,
        step.position,
        'declare it with create table, and fill it with into table',
      );
    default:
      return unknownFunction(step, context);
  }
}

/** Functions as other languages call them. */
const OTHER_LANGUAGES: ReadonlyMap<string, string> = new Map([
  ['average', 'avg(x)'],
  ['mean', 'avg(x)'],
  ['total', 'sum(x)'],
  ['maximum', 'max(x)'],
  ['minimum', 'min(x)'],
  ['std', 'stddev(x)'],
  ['stdev', 'stddev(x)'],
  ['ifnull', 'coalesce(x, y)'],
  ['isnull', 'x is null'],
  ['nvl', 'coalesce(x, y)'],
  ['now', 'current_timestamp'],
  ['concat', 'x || y'],
  ['if', 'case when c then x else y end'],
  ['iff', 'case when c then x else y end'],
  ['unique', '#unique(x) behind the stream'],
]);

function unknownFunction(step: CallStep, context: Context): never {
  const known = [...functionNames(), ...context.environment.declarations.keys()];
  const other = OTHER_LANGUAGES.get(step.name.toLowerCase());
  const hint = other === undefined ? didYouMeanHint(step.name, known) : `write ${other}`;
  return fail('UNKNOWN_FUNCTION', `unknown function '${step.name}'`, step.position, hint);
}

export function call(
  name: string,
  args: readonly CheckedExpression[],
  type: ValueType,
  nullable: boolean,
  ast: AstExpression,
): CheckedExpression {
  return freeze({ kind: 'call', name, args: freeze(args), type, nullable, ast });
}

/** Checks the arguments and their number. */
function arity(step: CallStep, least: number, most: number, context: Context): readonly CheckedExpression[] {
  if (step.args.length < least || step.args.length > most || step.distinct) {
    const wanted = least === most ? String(least) : `${least} to ${most}`;
    fail(
      'WRONG_ARGUMENTS',
      `${step.name} does not take ${step.args.length} argument(s)`,
      step.position,
      `it takes ${wanted}`,
    );
  }
  return step.args.map((arg) => context.environment.check(arg, context));
}

/** Any number of arguments of functions that take several: a bound far above use. */
const MAX_ARGUMENTS = 256;

function isRowMinMax(name: string, step: CallStep): boolean {
  if (name !== 'min' && name !== 'max') return false;
  return step.args.filter((a) => a.kind !== 'named').length > 1;
}

function checkMinMax(name: string, step: CallStep, ast: AstChain, context: Context): CheckedExpression {
  const args = arity(step, 2, MAX_ARGUMENTS, context);
  let type = args[0]?.type ?? INT;
  for (const arg of args) {
    if (!isNumeric(arg.type) && arg.type.kind !== 'null') {
      fail('TYPE_MISMATCH', `${name} compares numbers, not ${describeType(arg.type)}`, arg.ast.position);
    }
    type = commonType(type, arg.type) ?? type;
  }
  return call(
    name,
    args,
    type,
    args.some((a) => a.nullable),
    ast,
  );
}

function checkCoalesce(step: CallStep, ast: AstChain, context: Context): CheckedExpression {
  const args = arity(step, 2, MAX_ARGUMENTS, context);
  let type: ValueType = { kind: 'null' };
  for (const arg of args) {
    const common = commonType(type, arg.type);
    if (common === null) {
      return fail(
        'TYPE_MISMATCH',
        `coalesce mixes ${describeType(type)} with ${describeType(arg.type)}`,
        arg.ast.position,
      );
    }
    type = common;
  }
  return call(
    'coalesce',
    args,
    type,
    args.every((a) => a.nullable),
    ast,
  );
}

function checkExists(step: CallStep, ast: AstChain, context: Context): CheckedExpression {
  const args = arity(step, 1, 1, context);
  const [value] = args;
  if (value?.kind !== 'property' && value?.kind !== 'access' && value?.kind !== 'variable') {
    fail('WRONG_ARGUMENTS', 'exists looks at a property', step.position, 'write exists(x?)');
  }
  return call('exists', args, BOOLEAN, false, ast);
}

const CASTABLE: ReadonlySet<string> = new Set([
  'string',
  'int',
  'long',
  'float',
  'double',
  'boolean',
  'object',
  'map',
  'array',
]);

function checkCast(step: CallStep, ast: AstChain, context: Context): CheckedExpression {
  const [value, target, format, more] = step.args;
  if (value === undefined || target?.kind !== 'typeName' || more !== undefined) {
    return fail('WRONG_ARGUMENTS', 'cast takes a value and a type', step.position, 'write cast(x, int)');
  }
  const operand = context.environment.check(value, context);
  if (format !== undefined) return castDate(operand, target.name, format, ast, context);
  const to = namedType(target.name);
  requireType(target.name, target.position, context);
  return freeze({ kind: 'cast', operand, to, format: null, type: to, nullable: true, ast });
}

/** Types of points in time; here all are ms since the epoch, a long. */
const INSTANTS = /^(?:java\.util\.)?(?:long|date|calendar)$/i;

/** `cast(text, date, dateformat: 'yyyy-MM-dd')` (Esper reference §10.1.5). */
function castDate(
  operand: CheckedExpression,
  target: string,
  format: AstExpression,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  const [pattern, more] = format.kind === 'named' ? format.values : [];
  if (
    format.kind !== 'named' ||
    format.name.toLowerCase() !== 'dateformat' ||
    pattern === undefined ||
    more !== undefined
  ) {
    return fail(
      'WRONG_ARGUMENTS',
      'cast takes a value, a type and a dateformat',
      format.position,
      "write cast(x, long, dateformat: 'yyyy-MM-dd')",
    );
  }
  if (!INSTANTS.test(target)) {
    requireType(target, format.position, context);
    return fail('TYPE_MISMATCH', `a dateformat gives a time, not ${target}`, format.position, 'cast to long or date');
  }
  if (operand.type.kind !== 'string' && operand.type.kind !== 'null') {
    return fail(
      'TYPE_MISMATCH',
      `a dateformat reads a string, not ${describeType(operand.type)}`,
      operand.ast.position,
    );
  }
  const checked = context.environment.check(pattern, context);
  if (checked.type.kind !== 'string') {
    return fail('TYPE_MISMATCH', `a dateformat is a string, not ${describeType(checked.type)}`, pattern.position);
  }
  return freeze({ kind: 'cast', operand, to: LONG, format: checked, type: LONG, nullable: true, ast });
}

/** Types of Java that EPL texts name and that have no counterpart here. */
const FOREIGN =
  /^(?:java\..*|date|calendar|localdatetime|localdate|localtime|zoneddatetime|bigdecimal|biginteger|short|byte|char|character|number)$/i;

function requireType(name: string, position: Position, context: Context): void {
  const type = namedType(name);
  const inner = type.kind === 'array' ? type.of : type;
  if (inner.kind !== 'event' || context.environment.catalog.eventType(inner.typeName) !== undefined) return;
  if (/(?:^|\.)(?:date|calendar|local|zoned)/i.test(name) && FOREIGN.test(name)) {
    fail(
      'NOT_SUPPORTED',
      `the type ${name} is not there`,
      position,
      'times are ms since the epoch: long; text is read by cast(x, long, dateformat: …)',
    );
  }
  if (FOREIGN.test(name))
    fail('NOT_SUPPORTED', `the type ${name} is not there`, position, 'numbers are int, long, float and double');
  fail('TYPE_MISMATCH', `unknown type '${name}'`, position, didYouMeanHint(name, CASTABLE));
}

function checkInstanceof(step: CallStep, ast: AstChain, context: Context): CheckedExpression {
  const [value, ...types] = step.args;
  if (value === undefined || types.length === 0) {
    return fail('WRONG_ARGUMENTS', 'instanceof takes a value and types', step.position, 'write instanceof(x, int)');
  }
  const names = types.map((t) => {
    if (t.kind !== 'typeName')
      return fail('WRONG_ARGUMENTS', 'instanceof wants names of types', t.position, 'write instanceof(x, int)');
    requireType(t.name, t.position, context);
    return t.name;
  });
  const operand = context.environment.check(value, context);
  return freeze({ kind: 'instanceof', operand, types: freeze(names), type: BOOLEAN, nullable: false, ast });
}

// ---------------------------------------------------------------------------------------------- prev, prior, grouping

/** The stream whose window is looked into: the one the value is read from. */
function streamOf(value: CheckedExpression, step: CallStep): number {
  if ((value.kind === 'property' || value.kind === 'event') && value.ref.level === 0) return value.ref.stream;
  return fail(
    'WRONG_ARGUMENTS',
    `${step.name} wants a property of a stream`,
    step.position,
    `write ${step.name}(1, stream.property)`,
  );
}

function requireWindow(stream: number, step: CallStep, context: Context): void {
  if (context.scope.streams[stream]?.windowed === true) return;
  fail(
    'MISSING_WINDOW',
    `${step.name} looks into a data window, and the stream has none`,
    step.position,
    'add one, such as #length(10)',
  );
}

function checkPrev(
  form: 'prev' | 'prevtail' | 'prevcount' | 'prevwindow',
  step: CallStep,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  const positional = form === 'prev' || form === 'prevtail' ? 2 : 1;
  const args = arity(step, 1, positional, context);
  const [first, second] = args;
  if (first === undefined) return unknownFunction(step, context);
  let offset: CheckedExpression | null = null;
  let value = first;
  if (second !== undefined) {
    // `prev(2, x)`; Esper also takes `prev(x, 2)` when the first is a property and the second a number.
    const swapped = !isIntegral(first.type) && second.kind === 'literal';
    offset = swapped ? second : first;
    value = swapped ? first : second;
    if (!isIntegral(offset.type)) {
      fail('TYPE_MISMATCH', `${form} counts by a whole number, not ${describeType(offset.type)}`, offset.ast.position);
    }
  }
  const stream = streamOf(value, step);
  requireWindow(stream, step, context);
  const type: ValueType =
    form === 'prevcount' ? LONG : form === 'prevwindow' ? { kind: 'array', of: value.type } : value.type;
  return freeze({ kind: 'prev', form, stream, offset, value, type, nullable: true, ast });
}

function checkPrior(step: CallStep, ast: AstChain, context: Context): CheckedExpression {
  const [offset, value] = arity(step, 2, 2, context);
  if (offset === undefined || value === undefined) return unknownFunction(step, context);
  const back = offset.kind === 'literal' && isIntegral(offset.type) ? offset.value : null;
  if (typeof back !== 'number' || back < 0) {
    fail('WRONG_ARGUMENTS', 'prior counts back by a whole number', offset.ast.position, 'write prior(1, x)');
  }
  return freeze({ kind: 'prior', stream: streamOf(value, step), offset, value, type: value.type, nullable: true, ast });
}

function checkGrouping(
  form: 'grouping' | 'grouping_id',
  step: CallStep,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  const positions = step.args.map((arg) => {
    const position = context.groupKeys.get(renderExpression(arg));
    if (position === undefined) {
      return fail('WRONG_ARGUMENTS', `${form} wants expressions of the group by clause`, arg.position);
    }
    return position;
  });
  if (positions.length === 0 || (form === 'grouping' && positions.length > 1)) {
    fail('WRONG_ARGUMENTS', `${form} does not take ${positions.length} arguments`, step.position);
  }
  return freeze({ kind: 'grouping', form, positions: freeze(positions), type: INT, nullable: false, ast });
}

// ---------------------------------------------------------------------------------------------- declared expressions

/** Puts the body in place of the call, its parameters bound to the arguments (Esper reference §5.2.8). */
function expand(
  declaration: AstExpressionDeclaration,
  step: CallStep,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  const { environment } = context;
  if (declaration.parameters.length !== step.args.length) {
    return fail(
      'WRONG_ARGUMENTS',
      `expression '${declaration.name}' takes ${declaration.parameters.length} parameter(s), not ${step.args.length}`,
      step.position,
    );
  }
  if (environment.expanding.includes(declaration.name) || environment.expanding.length >= MAX_EXPANSION_DEPTH) {
    return fail('EPL_TOO_DEEP', `expression '${declaration.name}' is nested in itself or too deep`, step.position);
  }
  if (++environment.expansions > MAX_EXPANSIONS) {
    return fail(
      'EPL_TOO_DEEP',
      `the statement expands declared expressions more than ${MAX_EXPANSIONS} times`,
      step.position,
    );
  }
  const bindings = new Map<string, Binding>(declaration.parameters.length === 0 ? context.bindings : []);
  for (const [i, name] of declaration.parameters.entries()) {
    const arg = step.args[i];
    if (arg === undefined) continue;
    const value = environment.check(arg, context);
    bindings.set(name, { kind: 'value', value, scope: context.scope });
  }
  environment.expanding.push(declaration.name);
  try {
    const body = environment.check(declaration.body, { ...context, bindings });
    return { ...body, ast };
  } finally {
    environment.expanding.pop();
  }
}
