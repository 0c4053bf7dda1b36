/** Output rate limiting, limits and assignments (Esper reference §5.7, §5.9, §5.17). */
import type { AstAssignment, AstCount, AstExpression, AstOutput, AstStep } from '../model/ast.ts';
import type { Assignment, CheckedExpression, LimitValue, OutputSpec } from '../model/checked.ts';
import { unreachable } from '../model/errors.ts';
import type { VariableType } from '../model/event-type.ts';
import { isNumeric, OBJECT } from '../model/value.ts';
import { checkCondition } from './check-expression.ts';
import { OUTPUT_BUILTINS } from './functions.ts';
import { didYouMeanHint } from './names.ts';
import { type Context, fail } from './scope.ts';
import { describeType, isAssignable, isIntegral } from './typing.ts';

const freeze = Object.freeze;

export function checkCount(ast: AstCount, what: string, context: Context): LimitValue {
  if (ast.kind === 'number') {
    if (!Number.isInteger(ast.value)) fail('TYPE_MISMATCH', `${what} wants a whole number`, ast.position);
    return freeze({ kind: 'number', value: ast.value });
  }
  const variable = context.environment.catalog.variable(ast.name);
  if (variable === undefined) {
    const hint = didYouMeanHint(ast.name, context.environment.catalog.variableNames());
    return fail('UNKNOWN_VARIABLE', `unknown variable '${ast.name}'`, ast.position, hint);
  }
  if (!isNumeric(variable.type))
    fail('TYPE_MISMATCH', `${what} wants a number, not ${describeType(variable.type)}`, ast.position);
  return freeze({ kind: 'variable', name: ast.name });
}

export function checkOutput(ast: AstOutput, context: Context): OutputSpec {
  // Periods and conditions see variables and counters, no properties.
  const scope = { ...context.scope, streams: [], parent: null };
  const inner: Context = {
    ...context,
    scope,
    clause: 'output',
    builtins: OUTPUT_BUILTINS,
    outer: false,
    noAggregates: 'in the output clause',
  };
  const after = ast.after === null ? null : checkAfter(ast.after, inner);
  return freeze({
    selector: ast.selector ?? 'default',
    rate: ast.rate === null ? null : checkRate(ast.rate, inner),
    after,
    andWhenTerminated:
      ast.andWhenTerminated === null
        ? null
        : freeze({
            condition:
              ast.andWhenTerminated.condition === null
                ? null
                : checkCondition(ast.andWhenTerminated.condition, inner, "'when'"),
            assignments: checkAssignments(ast.andWhenTerminated.assignments, inner),
          }),
    position: ast.position,
  });
}

function checkAfter(after: NonNullable<AstOutput['after']>, context: Context): OutputSpec['after'] {
  if (after.kind === 'time') return freeze({ kind: 'time', period: checkPeriod(after.period, context) });
  if (after.count.kind === 'name') return fail('WRONG_ARGUMENTS', 'output after wants a number', after.count.position);
  return freeze({ kind: 'events', count: after.count.value });
}

function checkRate(rate: NonNullable<AstOutput['rate']>, context: Context): OutputSpec['rate'] {
  switch (rate.kind) {
    case 'events':
      return freeze({ kind: 'events', count: checkCount(rate.count, 'output every', context) });
    case 'time':
      return freeze({ kind: 'time', period: checkPeriod(rate.period, context) });
    case 'crontab':
      return freeze({ kind: 'crontab', fields: checkCrontab(rate.fields, context) });
    case 'when':
      return freeze({
        kind: 'when',
        condition: checkCondition(rate.condition, context, "'output when'"),
        assignments: checkAssignments(rate.assignments, context),
      });
    case 'whenTerminated':
      return freeze({
        kind: 'whenTerminated',
        condition: rate.condition === null ? null : checkCondition(rate.condition, context, "'and'"),
        assignments: checkAssignments(rate.assignments, context),
      });
    default:
      return unreachable(rate);
  }
}

export function checkPeriod(ast: AstExpression, context: Context): CheckedExpression {
  const value = context.environment.check(ast, context);
  if (value.type.kind !== 'period' && !isNumeric(value.type)) {
    fail('TYPE_MISMATCH', `a time period is wanted, not ${describeType(value.type)}`, ast.position, 'write 10 sec');
  }
  return value;
}

// ---------------------------------------------------------------------------------------------- crontab

const CRON_FIELDS = [
  'minutes',
  'hours',
  'days of month',
  'months',
  'days of week',
  'seconds',
  'time zone',
  'milliseconds',
  'microseconds',
];

/**
 * The fields of `at (…)` as calls: cron_any, cron_step(n), cron_range(a, b), cron_list(…), cron_last(day?),
 * cron_weekday(day), cron_lastweekday; plain numbers and variables stay as they are.
 */
export function checkCrontab(fields: readonly AstExpression[], context: Context): readonly CheckedExpression[] {
  if (fields.length < 5 || fields.length > CRON_FIELDS.length) {
    const position = fields[0]?.position ?? { offset: 0, length: 0, line: 1, column: 1 };
    fail(
      'WRONG_ARGUMENTS',
      `a crontab takes 5 to ${CRON_FIELDS.length} fields, not ${fields.length}`,
      position,
      CRON_FIELDS.join(', '),
    );
  }
  return freeze(fields.map((f) => checkCronField(f, context)));
}

function cron(name: string, args: readonly CheckedExpression[], ast: AstExpression): CheckedExpression {
  return freeze({ kind: 'call', name, args: freeze(args), type: OBJECT, nullable: false, ast });
}

function checkCronField(ast: AstExpression, context: Context): CheckedExpression {
  switch (ast.kind) {
    case 'wildcard':
      return cron('cron_any', [], ast);
    case 'cronStep':
      return cron('cron_step', [wholeNumber(ast.step, context)], ast);
    case 'cronRange':
      return cron('cron_range', [wholeNumber(ast.low, context), wholeNumber(ast.high, context)], ast);
    case 'cronList':
      return cron(
        'cron_list',
        ast.items.map((i) => checkCronField(i, context)),
        ast,
      );
    case 'cronDay':
      return cron(`cron_${ast.form}`, ast.day === null ? [] : [wholeNumber(ast.day, context)], ast);
    case 'chain': {
      const [step] = ast.steps.length === 1 ? ast.steps : [];
      const word = step?.kind === 'name' ? step.name.toLowerCase() : '';
      if (word === 'last' || word === 'lastweekday' || word === 'weekday') return cron(`cron_${word}`, [], ast);
      return wholeNumber(ast, context);
    }
    default:
      return ast.kind === 'literal' && typeof ast.value === 'string'
        ? context.environment.check(ast, context)
        : wholeNumber(ast, context);
  }
}

function wholeNumber(ast: AstExpression, context: Context): CheckedExpression {
  const value = context.environment.check(ast, context);
  if (!isIntegral(value.type))
    fail('TYPE_MISMATCH', `a crontab field is a whole number, not ${describeType(value.type)}`, ast.position);
  return value;
}

// ---------------------------------------------------------------------------------------------- set

/** `x = 1, y = a.v`: left to right, on variables. */
export function checkAssignments(asts: readonly AstAssignment[], context: Context): readonly Assignment[] {
  return freeze(asts.map((ast) => checkAssignment(ast, context)));
}

function checkAssignment(ast: AstAssignment, context: Context): Assignment {
  const { catalog } = context.environment;
  const [step, at, more] = ast.target.kind === 'chain' ? ast.target.steps : [];
  const element = at?.kind === 'index' ? at : undefined;
  if (
    step?.kind !== 'name' ||
    more !== undefined ||
    (at !== undefined && element === undefined) ||
    ast.value === null
  ) {
    return fail('INVALID_STATEMENT', 'set wants variable = value, or variable[index] = value', ast.position);
  }
  const variable = catalog.variable(step.name);
  if (variable === undefined) {
    return fail(
      'UNKNOWN_VARIABLE',
      `unknown variable '${step.name}'`,
      step.position,
      didYouMeanHint(step.name, catalog.variableNames()),
    );
  }
  if (variable.constant) fail('INVALID_STATEMENT', `the variable '${step.name}' is constant`, step.position);
  const value = context.environment.check(ast.value, context);
  if (element !== undefined) return assignElement(variable, element, value, ast, context);
  requireVariableType(variable.type, value, ast, context);
  return freeze({ variable: step.name, value });
}

/** `set a[i] = x`: the array with one element changed (Esper reference §5.18.3, array element assignment). */
function assignElement(
  variable: VariableType,
  step: Extract<AstStep, { kind: 'index' }>,
  value: CheckedExpression,
  ast: AstAssignment,
  context: Context,
): Assignment {
  const { name, type } = variable;
  if (type.kind !== 'array') return fail('TYPE_MISMATCH', `the variable '${name}' is no array`, step.position);
  const [key, more] = step.keys;
  if (key === undefined || more !== undefined)
    return fail('WRONG_ARGUMENTS', 'an index is one number', step.position, `write ${name}[0]`);
  const index = context.environment.check(key, context);
  if (index.type.kind !== 'int')
    return fail('TYPE_MISMATCH', `an index is an int, not ${describeType(index.type)}`, key.position);
  requireVariableType(type.of, value, ast, context);
  const before: CheckedExpression = freeze({ kind: 'variable', name, path: [], type, nullable: true, ast: ast.target });
  const args = freeze([before, index, value]);
  return freeze({
    variable: name,
    value: freeze({ kind: 'call', name: 'withElement', args, type, nullable: true, ast: ast.target } as const),
  });
}

/** Numbers are coerced when a variable is set: narrower ones widen, and wider ones are refused. */
function requireVariableType(
  type: Assignment['value']['type'],
  value: CheckedExpression,
  ast: AstAssignment,
  context: Context,
): void {
  if (isAssignable(context.environment.catalog, value.type, type)) return;
  fail('TYPE_MISMATCH', `cannot put ${describeType(value.type)} into ${describeType(type)}`, ast.position);
}
