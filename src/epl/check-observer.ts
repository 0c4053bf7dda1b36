/** Guards (`where timer:within`, `while`) and observers (`timer:interval`, `timer:at`, `timer:schedule`) of patterns (Esper reference §7.6, §7.7). */
import type { AstExpression, AstPattern } from '../model/ast.ts';
import type { CheckedPattern } from '../model/checked-pattern.ts';
import type { CheckedExpression } from '../model/checked.ts';
import type { Position } from '../model/errors.ts';
import { isNumeric } from '../model/value.ts';
import { checkCondition } from './check-expression.ts';
import { checkCrontab } from './check-output.ts';
import { didYouMeanHint } from './names.ts';
import { type Context, fail } from './scope.ts';
import { describeType, isIntegral } from './typing.ts';

const freeze = Object.freeze;

type Guard = AstPattern & { readonly kind: 'guard' };
type Observer = AstPattern & { readonly kind: 'observer' };

const GUARDS = ['within', 'withinmax'];
const OBSERVERS = ['interval', 'at', 'schedule'];

export function checkGuard(ast: Guard, operand: CheckedPattern, context: Context): CheckedPattern {
  if (ast.namespace === null) {
    const [condition] = ast.args;
    if (condition === undefined) return fail('WRONG_ARGUMENTS', 'while needs a condition', ast.position);
    return freeze({ kind: 'while', condition: checkCondition(condition, context, "'while'"), operand });
  }
  const name = ast.name.toLowerCase();
  if (ast.namespace.toLowerCase() !== 'timer' || !GUARDS.includes(name)) {
    return unknown('guard', ast, GUARDS);
  }
  const most = name === 'within' ? 1 : 2;
  const [period, count] = plainArguments(ast, most, name === 'within' ? '5 sec' : '5 sec, 3');
  if (period === undefined) return fail('WRONG_ARGUMENTS', `timer:${name} needs a time period`, ast.position);
  const checked = checkPeriod(period, context);
  if (count === undefined) return freeze({ kind: 'within', period: checked, max: null, operand });
  const max = context.environment.check(count, context);
  if (!isIntegral(max.type))
    fail('TYPE_MISMATCH', `timer:withinmax counts in whole numbers, not ${describeType(max.type)}`, count.position);
  return freeze({ kind: 'within', period: checked, max, operand });
}

export function checkObserver(ast: Observer, context: Context): CheckedPattern {
  const name = ast.name.toLowerCase();
  if (ast.namespace.toLowerCase() !== 'timer') return unknown('observer', ast, OBSERVERS);
  switch (name) {
    case 'interval': {
      const [period] = plainArguments(ast, 1, '10 sec');
      if (period === undefined) return fail('WRONG_ARGUMENTS', 'timer:interval needs a time period', ast.position);
      return freeze({ kind: 'interval', period: checkPeriod(period, context) });
    }
    case 'at':
      if (ast.args.length < 5) {
        const wanted = 'minutes, hours, days of month, months, days of week and, if wanted, seconds';
        fail('WRONG_ARGUMENTS', `timer:at takes 5 to 9 fields, not ${ast.args.length}`, ast.position, wanted);
      }
      return freeze({ kind: 'at', fields: checkCrontab(ast.args, context) });
    case 'schedule':
      return checkSchedule(ast, context);
    default:
      return unknown('observer', ast, OBSERVERS);
  }
}

function unknown(what: 'guard' | 'observer', ast: Guard | Observer, known: readonly string[]): never {
  const written = `${ast.namespace ?? ''}:${ast.name}`;
  const names = known.map((n) => `timer:${n}`);
  const hint = didYouMeanHint(written, names) ?? `there are ${names.join(', ')}`;
  fail('UNKNOWN_FUNCTION', `unknown pattern ${what} '${written}'`, ast.position, hint);
}

function plainArguments(ast: Guard | Observer, wanted: number, example: string): readonly AstExpression[] {
  if (ast.args.length === wanted && ast.args.every((a) => a.kind !== 'named')) return ast.args;
  return fail(
    'WRONG_ARGUMENTS',
    `timer:${ast.name} takes ${wanted} parameter(s), not ${ast.args.length}`,
    ast.position,
    `write timer:${ast.name}(${example})`,
  );
}

function checkPeriod(ast: AstExpression, context: Context): CheckedExpression {
  const value = context.environment.check(ast, context);
  if (value.type.kind !== 'period' && !isNumeric(value.type)) {
    fail('TYPE_MISMATCH', `a time period is wanted, not ${describeType(value.type)}`, ast.position, 'write 10 sec');
  }
  return value;
}

// ---------------------------------------------------------------------------------------------- schedule

const PARAMETERS = ['iso', 'date', 'period', 'repetitions'] as const;
type Parameter = (typeof PARAMETERS)[number];

function isParameter(name: string): name is Parameter {
  return PARAMETERS.some((p) => p === name);
}

function checkSchedule(ast: Observer, context: Context): CheckedPattern {
  const found = new Map<Parameter, CheckedExpression>();
  for (const arg of ast.args) {
    const name = arg.kind === 'named' ? arg.name.toLowerCase() : null;
    if (arg.kind !== 'named' || name === null || !isParameter(name)) {
      return fail(
        'WRONG_ARGUMENTS',
        'the parameters of timer:schedule are named',
        arg.position,
        arg.kind === 'named' ? didYouMeanHint(arg.name, PARAMETERS) : "write timer:schedule(iso: 'R/PT10S')",
      );
    }
    const [value, more] = arg.values;
    if (value === undefined || more !== undefined) {
      return fail('WRONG_ARGUMENTS', `'${name}' takes one value`, arg.position);
    }
    if (found.has(name)) fail('DUPLICATE_NAME', `'${name}' occurs twice`, arg.position);
    found.set(name, checkParameter(name, value, context));
  }
  const get = (name: Parameter): CheckedExpression | null => found.get(name) ?? null;
  refuseCombination(found, ast.position);
  return freeze({
    kind: 'schedule',
    iso: get('iso'),
    date: get('date'),
    period: get('period'),
    repetitions: get('repetitions'),
  });
}

function checkParameter(name: Parameter, ast: AstExpression, context: Context): CheckedExpression {
  const value = context.environment.check(ast, context);
  const { type } = value;
  const wanted: Readonly<Record<Parameter, readonly [boolean, string]>> = {
    iso: [type.kind === 'string', 'an ISO 8601 text'],
    date: [type.kind === 'string' || type.kind === 'long' || type.kind === 'int', 'an ISO 8601 text or milliseconds'],
    period: [type.kind === 'period', 'a time period'],
    repetitions: [isIntegral(type), 'a whole number'],
  };
  const [fits, what] = wanted[name];
  if (!fits) fail('TYPE_MISMATCH', `'${name}' wants ${what}, not ${describeType(type)}`, ast.position);
  return value;
}

function refuseCombination(found: ReadonlyMap<Parameter, unknown>, position: Position): void {
  if (found.has('iso') ? found.size > 1 : !found.has('date') && !found.has('period')) {
    fail(
      'WRONG_ARGUMENTS',
      found.has('iso') ? "'iso' says all by itself" : 'timer:schedule needs a date or a period',
      position,
      "write timer:schedule(iso: 'R5/2012-10-01T05:52:00Z/PT2S') or timer:schedule(date: …, period: …, repetitions: …)",
    );
  }
}
