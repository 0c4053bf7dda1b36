/** Aggregations: taken out of the expression into the select's list, equal ones once (Esper reference §10.2). */
import type { AstChain, AstExpression, AstStep } from '../model/ast.ts';
import type { AggregateSpec, CheckedExpression } from '../model/checked.ts';
import { BOOLEAN, DOUBLE, isNumeric, LONG, type ValueType } from '../model/value.ts';
import { type AggregateInfo, aggregateInfo } from './functions.ts';
import { renderExpression } from './render.ts';
import { sketchResult } from './check-sketch.ts';
import { type Context, eventOf, fail } from './scope.ts';
import { describeType, isIntegral } from './typing.ts';

const freeze = Object.freeze;

type CallStep = Extract<AstStep, { kind: 'call' }>;

/** Aggregations whose value is an event of the stream that the criteria are read from. */
const BY_CRITERIA: ReadonlySet<string> = new Set(['maxby', 'minby', 'maxbyever', 'minbyever', 'sorted']);

/** Aggregations whose second argument counts rows. */
const INDEXED: ReadonlySet<string> = new Set(['first', 'last', 'nth']);

export function checkAggregate(step: CallStep, ast: AstChain, context: Context): CheckedExpression {
  const name = step.name.toLowerCase();
  const info = aggregateInfo(name);
  if (info === undefined) return fail('UNKNOWN_FUNCTION', `unknown aggregation '${step.name}'`, step.position);
  if (context.noAggregates !== null) {
    return fail(
      'AGGREGATE_NOT_ALLOWED',
      `the aggregation '${step.name}' cannot stand ${context.noAggregates}`,
      step.position,
      hintFor(context),
    );
  }
  const inner: Context = { ...context, noAggregates: 'inside an aggregation' };
  const named = new Map<string, readonly AstExpression[]>();
  const positional: AstExpression[] = [];
  for (const arg of step.args) {
    if (arg.kind === 'named') named.set(arg.name.toLowerCase(), arg.values);
    else positional.push(arg);
  }
  let filter = namedFilter(named, inner, step);
  const groupBy = named.get('group_by')?.map((e) => context.environment.check(e, inner)) ?? null;
  if (info.trailingFilter && positional.length > info.args[0] && filter === null) {
    const last = positional.at(-1);
    // `rate(ts, amount)`: what is no condition is the amount
    const amount = name === 'rate' && last !== undefined && isNumeric(context.environment.check(last, inner).type);
    if (last !== undefined && !amount) {
      positional.pop();
      filter = checkFilter(last, inner);
    }
  }
  checkNumber(positional.length, info, step);
  const { args, wildcard } = checkArguments(positional, info, name, inner, step);
  const type = resultType(name, info, args, wildcard, context, step);
  const spec: AggregateSpec = freeze({
    name,
    distinct: step.distinct,
    wildcard,
    args: freeze(args),
    filter,
    groupBy: groupBy === null ? null : freeze(groupBy),
    type,
    ast,
  });
  const index = indexOf(spec, step, context);
  const nullable = info.result !== 'count' && info.result !== 'boolean';
  return freeze({ kind: 'aggregate', index, type, nullable, ast });
}

function hintFor(context: Context): string | undefined {
  return context.clause === 'where' || context.clause === 'filter' ? 'use the having clause' : undefined;
}

/** The call alone: `maxby(n).host` and `maxby(n)` share one aggregation. Expansions of declared expressions bind differently. */
function indexOf(spec: AggregateSpec, step: CallStep, context: Context): number {
  const bound = [...context.bindings.keys()].length === 0 ? '' : `#${context.environment.expansions}`;
  const text = renderExpression({ kind: 'chain', target: null, steps: [step], position: step.position });
  const key = `${text.toLowerCase() === text ? text : `${spec.name}${text.slice(spec.name.length)}`}${bound}`;
  const known = context.scope.aggregateIndexes.get(key);
  if (known !== undefined) return known;
  const index = context.scope.aggregates.push(spec) - 1;
  context.scope.aggregateIndexes.set(key, index);
  return index;
}

function namedFilter(
  named: ReadonlyMap<string, readonly AstExpression[]>,
  context: Context,
  step: CallStep,
): CheckedExpression | null {
  for (const key of named.keys()) {
    if (key !== 'filter' && key !== 'group_by') {
      fail('WRONG_ARGUMENTS', `${step.name} has no parameter '${key}'`, step.position, 'filter and group_by are known');
    }
  }
  const values = named.get('filter');
  if (values === undefined) return null;
  const [value, more] = values;
  if (value === undefined || more !== undefined) {
    return fail('WRONG_ARGUMENTS', 'filter takes one expression', step.position);
  }
  return checkFilter(value, context);
}

function checkFilter(ast: AstExpression, context: Context): CheckedExpression {
  const filter = context.environment.check(ast, context);
  if (filter.type.kind !== 'boolean') {
    return fail(
      'TYPE_MISMATCH',
      `the filter of an aggregation is true or false, not ${describeType(filter.type)}`,
      ast.position,
    );
  }
  return filter;
}

function checkNumber(count: number, info: AggregateInfo, step: CallStep): void {
  const [least, most] = info.args;
  if (count >= least && count <= most) return;
  const wanted = least === most ? String(least) : `${least} to ${most}`;
  fail('WRONG_ARGUMENTS', `${step.name} does not take ${count} argument(s)`, step.position, `it takes ${wanted}`);
}

function checkArguments(
  positional: readonly AstExpression[],
  info: AggregateInfo,
  name: string,
  context: Context,
  step: CallStep,
): { args: readonly CheckedExpression[]; wildcard: boolean } {
  const [first, ...rest] = positional;
  if (first?.kind === 'wildcard' && first.stream === null) {
    if (!info.wildcard || step.distinct) fail('WRONG_ARGUMENTS', `${step.name} does not take *`, first.position);
    if (info.result !== 'count' && context.scope.streams.length > 1) {
      fail(
        'WRONG_ARGUMENTS',
        `${step.name}(*) means no single stream of a join`,
        first.position,
        'write the alias: window(a.*)',
      );
    }
    return { args: rest.map((r) => context.environment.check(r, context)), wildcard: true };
  }
  const args = positional.map((arg) => checkArgument(arg, context));
  const index = INDEXED.has(name) ? args[1] : undefined;
  if (index !== undefined && !isIntegral(index.type)) {
    fail(
      'TYPE_MISMATCH',
      `the index of ${name} is a whole number, not ${describeType(index.type)}`,
      index.ast.position,
    );
  }
  const [value] = args;
  if (info.numeric && value !== undefined && !isNumeric(value.type) && value.type.kind !== 'null') {
    fail('TYPE_MISMATCH', `${name} wants numbers, not ${describeType(value.type)}`, value.ast.position);
  }
  return { args, wildcard: false };
}

function checkArgument(arg: AstExpression, context: Context): CheckedExpression {
  if (arg.kind === 'wildcard') {
    const stream = context.scope.streams.find((s) => s.alias === arg.stream || s.typeName === arg.stream);
    if (stream === undefined) return fail('UNKNOWN_STREAM', `no stream is named '${arg.stream}'`, arg.position);
    return eventOf(stream, 0, arg);
  }
  if (arg.kind === 'sortKey') {
    const value = context.environment.check(arg.value, context);
    if (!arg.descending) return value;
    return freeze({
      kind: 'call',
      name: 'desc',
      args: freeze([value]),
      type: value.type,
      nullable: value.nullable,
      ast: arg,
    });
  }
  return context.environment.check(arg, context);
}

function resultType(
  name: string,
  info: AggregateInfo,
  args: readonly CheckedExpression[],
  wildcard: boolean,
  context: Context,
  step: CallStep,
): ValueType {
  const [value] = args;
  const event: ValueType = { kind: 'event', typeName: eventStream(args, context) };
  switch (info.result) {
    case 'count':
      return LONG;
    case 'double':
      return DOUBLE;
    case 'boolean':
      return BOOLEAN;
    case 'sketch':
      return sketchResult(value, context, step);
    case 'array':
      return { kind: 'array', of: wildcard || BY_CRITERIA.has(name) || value === undefined ? event : value.type };
    case 'sum':
      return value?.type.kind === 'null' || value === undefined ? DOUBLE : value.type;
    case 'argument': {
      if (wildcard || BY_CRITERIA.has(name) || value === undefined) return event;
      const ordered = isNumeric(value.type) || value.type.kind === 'string' || value.type.kind === 'null';
      if (!ordered && /^f?(min|max)(ever)?$/.test(name)) {
        return fail(
          'TYPE_MISMATCH',
          `${name} compares numbers or strings, not ${describeType(value.type)}`,
          step.position,
        );
      }
      return value.type;
    }
  }
}

/** Name of the type of the stream that the criteria are read from; the first stream if they read none. */
function eventStream(args: readonly CheckedExpression[], context: Context): string {
  for (const arg of args) {
    const value = arg.kind === 'call' && arg.name === 'desc' ? arg.args[0] : arg;
    if (value?.kind === 'property' && value.ref.level === 0) {
      return context.scope.streams[value.ref.stream]?.type.name ?? '';
    }
  }
  return context.scope.streams[0]?.type.name ?? '';
}
