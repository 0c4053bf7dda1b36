/**
 * match_recognize (Esper reference §8): variables, define conditions, measures.
 *
 * Expressions of define and measures see these streams: 0 is the match, whose properties are the variables of several
 * rows as arrays; 1 + i is one row of variable i; behind them stand the rows before the tested one (`prev`).
 */
import type { AstChain, AstExpression, AstMatchRecognize, AstStep } from '../model/ast.ts';
import type { AggregateSpec, CheckedExpression } from '../model/checked.ts';
import type { RowMeasure, RowPatternSpec, RowVariable } from '../model/checked-rows.ts';
import type { EventType } from '../model/event-type.ts';
import { walkExpression } from '../model/expression-tree.ts';
import { checkCondition } from './check-expression.ts';
import { inspectRowPattern, type RowVariables } from './check-row-pattern.ts';
import { aggregateInfo } from './functions.ts';
import { didYouMeanHint } from './names.ts';
import { renderExpression } from './render.ts';
import { type Context, fail, newContext, newScope, notSupported, type SelectScope, type StreamScope } from './scope.ts';

const freeze = Object.freeze;

/** Farthest row that `prev` may name: each partition keeps so many rows. */
const MAX_PREVIOUS = 10_000;

/** Behind the name of a variable: one row of it where the name alone means all of them. A name of EPL holds no `$#`. */
const ROW = '$#row';
const PREVIOUS = '$#prev';

export interface CheckedRows {
  readonly rows: RowPatternSpec;
  /** Type of the measures: what the clauses around see. */
  readonly type: EventType;
}

/** `context` sees the rows of the stream alone; `stream` is it, behind its windows. */
export function checkMatchRecognize(ast: AstMatchRecognize, stream: StreamScope, context: Context): CheckedRows {
  const found = inspectRowPattern(ast.pattern);
  const reading: Context = { ...context, noAggregates: 'in partition by' };
  const partitionBy = ast.partitionBy.map((e) => context.environment.check(e, reading));
  const names: Names = {
    variables: found,
    stream,
    context,
    offsets: [],
    matchType: matchType(ast, stream, found, context),
  };
  const variables = checkDefine(ast, names);
  const { measures, aggregates } = checkMeasures(ast, names);
  const properties = measures.map((m) => ({ name: m.name, type: m.expression.type }));
  const type: EventType = {
    name: `${stream.type.name}#match_recognize@${ast.position.offset}`,
    supertypes: [],
    properties: freeze(properties),
  };
  context.environment.anonymous.set(type.name, type);
  const rows: RowPatternSpec = freeze({
    partitionBy: freeze(partitionBy),
    pattern: found.pattern,
    variables: freeze(variables),
    previous: freeze([...names.offsets]),
    matchType: names.matchType,
    rowType: stream.type,
    resultType: type,
    measures: freeze(measures),
    aggregates: freeze(aggregates),
    allMatches: ast.allMatches,
    skip: ast.skip ?? 'past last row',
    interval: checkInterval(ast, context),
    reads: readProperties(partitionBy, variables, measures, aggregates),
    position: ast.position,
  });
  return { rows, type };
}

interface Names {
  readonly variables: RowVariables;
  readonly stream: StreamScope;
  readonly context: Context;
  /** How far each `prev` stream looks back. */
  readonly offsets: number[];
  readonly matchType: EventType;
}

function matchType(ast: AstMatchRecognize, stream: StreamScope, found: RowVariables, context: Context): EventType {
  const type: EventType = {
    name: `${stream.type.name}#match@${ast.position.offset}`,
    supertypes: [],
    properties: found.names
      .filter((_, i) => found.multiple[i])
      .map((name) => ({ name, type: { kind: 'array', of: { kind: 'event', typeName: stream.type.name } } })),
  };
  context.environment.anonymous.set(type.name, type);
  return type;
}

/** `own`: the variable whose condition is checked; -1 for measures. */
function scopeOf(names: Names, own: number): SelectScope {
  const { stream, variables } = names;
  const scope = newScope(null);
  const base = { ...stream, windowed: false, nullable: true };
  scope.streams.push({
    ...base,
    index: 0,
    alias: null,
    typeName: names.matchType.name,
    type: names.matchType,
    nullable: false,
  });
  for (const [i, name] of variables.names.entries()) {
    const alias = variables.multiple[i] === true && i !== own ? `${name}${ROW}` : name;
    scope.streams.push({ ...base, index: 1 + i, alias, nullable: i !== own });
  }
  for (const [k, offset] of names.offsets.entries()) {
    scope.streams.push({ ...base, index: 1 + variables.names.length + k, alias: `${PREVIOUS}${offset}` });
  }
  return scope;
}

// ---------------------------------------------------------------------------------------------- define

function checkDefine(ast: AstMatchRecognize, names: Names): readonly RowVariable[] {
  const { variables, context } = names;
  const conditions = new Map<string, { readonly condition: AstExpression; readonly own: number }>();
  for (const { variable, condition } of ast.define) {
    const own = variables.names.indexOf(variable);
    if (own < 0) {
      fail(
        'INVALID_STATEMENT',
        `the variable '${variable}' of define is not in the pattern`,
        condition.position,
        didYouMeanHint(variable, variables.names),
      );
    }
    if (conditions.has(variable))
      fail('DUPLICATE_NAME', `the variable '${variable}' is defined twice`, condition.position);
    conditions.set(variable, { own, condition: withoutPrev(condition, variable, names) });
  }
  return variables.names.map((name, i): RowVariable => {
    const multiple = variables.multiple[i] === true;
    const defined = conditions.get(name);
    if (defined === undefined) return freeze({ name, multiple, condition: null, correlated: false });
    const scope = scopeOf(names, i);
    const inner: Context = {
      ...newContext(context.environment, scope, 'window'),
      outer: false,
      noAggregates: 'in a condition of define',
    };
    const condition = checkCondition(defined.condition, inner, `the condition of '${name}'`);
    if (scope.subqueries.length > 0) notSupported('a subquery in define', defined.condition.position);
    const last = variables.names.length;
    let correlated = false;
    walkExpression(condition, (e) => {
      if (e.kind !== 'property' && e.kind !== 'event') return;
      if (e.ref.stream !== 1 + i && e.ref.stream <= last) correlated = true;
    });
    return freeze({ name, multiple, condition, correlated });
  });
}

/** `prev(b.n, 2)` reads the stream of the row two before: the call is gone. Collects how far rows are looked back at. */
function withoutPrev(condition: AstExpression, variable: string, names: Names): AstExpression {
  return mapCalls(condition, (step, chain) => {
    if (step.name.toLowerCase() !== 'prev') return null;
    const [a, b, more] = step.args;
    if (a === undefined || more !== undefined)
      return fail(
        'WRONG_ARGUMENTS',
        'prev takes a property and how many rows back',
        step.position,
        `prev(${variable}.x, 1)`,
      );
    const [value, distance] = a.kind === 'literal' && b !== undefined ? [b, a] : [a, b];
    const offset = distance === undefined ? 1 : distanceOf(distance);
    if (!names.offsets.includes(offset)) names.offsets.push(offset);
    const inner = renamed(value, new Map([[variable, `${PREVIOUS}${offset}`]]));
    if (inner === value) {
      fail('WRONG_ARGUMENTS', 'prev reads rows before the tested one', step.position, `write prev(${variable}.x)`);
    }
    return chain.steps.length === 1 ? inner : { ...chain, target: inner, steps: chain.steps.slice(1) };
  });
}

function distanceOf(ast: AstExpression): number {
  const value = ast.kind === 'literal' ? ast.value : null;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_PREVIOUS) return value;
  return fail(
    'WRONG_ARGUMENTS',
    'prev of match_recognize takes a constant number of rows',
    ast.position,
    `0 to ${MAX_PREVIOUS}`,
  );
}

// ---------------------------------------------------------------------------------------------- measures

function checkMeasures(
  ast: AstMatchRecognize,
  names: Names,
): { readonly measures: readonly RowMeasure[]; readonly aggregates: readonly AggregateSpec[] } {
  const scope = scopeOf(names, -1);
  const inner: Context = { ...newContext(names.context.environment, scope, 'select'), outer: false };
  const several = new Map(
    names.variables.names.flatMap((name, i) => (names.variables.multiple[i] === true ? [[name, `${name}${ROW}`]] : [])),
  );
  const seen = new Set<string>();
  const measures = ast.measures.map(({ expression, name }) => {
    if (seen.has(name)) fail('DUPLICATE_NAME', `two measures are named '${name}'`, expression.position);
    seen.add(name);
    const checked = names.context.environment.check(rowsInAggregates(expression, several), inner);
    return freeze({ name, expression: checked });
  });
  if (scope.subqueries.length > 0) notSupported('a subquery in measures', ast.position);
  for (const spec of scope.aggregates) variableOf(spec, names.variables.names.length);
  return { measures, aggregates: scope.aggregates };
}

/** Within aggregations the name of a variable means one row of it, elsewhere all of them. */
function rowsInAggregates(expression: AstExpression, several: ReadonlyMap<string, string>): AstExpression {
  return mapCalls(expression, (step, chain) => {
    if (aggregateInfo(step.name.toLowerCase()) === undefined) return null;
    const args = step.args.map((arg) => renamed(arg, several));
    return { ...chain, steps: [{ ...step, args }, ...chain.steps.slice(1)] };
  });
}

/** Which variable's rows an aggregation runs over. Throws unless it is one. */
function variableOf(spec: AggregateSpec, count: number): number {
  const read = new Set<number>();
  for (const e of [...spec.args, ...(spec.filter === null ? [] : [spec.filter])]) {
    walkExpression(e, (x) => {
      if (x.kind === 'property' || x.kind === 'event') read.add(x.ref.stream);
    });
  }
  const [only, more] = read;
  if (only !== undefined && more === undefined && only >= 1 && only <= count) return only - 1;
  return fail(
    'INVALID_STATEMENT',
    `the aggregation '${renderExpression(spec.ast).replaceAll(ROW, '')}' does not read the rows of one variable`,
    spec.ast.position,
    'write count(b.x), with one variable of the pattern',
  );
}

function checkInterval(ast: AstMatchRecognize, context: Context): RowPatternSpec['interval'] {
  if (ast.interval === null) return null;
  const period = context.environment.check(ast.interval.period, {
    ...context,
    only: -1,
    noAggregates: 'in an interval',
  });
  return freeze({ period, orTerminated: ast.interval.orTerminated });
}

/** Properties of the rows that are read; null for whole rows. */
function readProperties(
  partitionBy: readonly CheckedExpression[],
  variables: readonly RowVariable[],
  measures: readonly RowMeasure[],
  aggregates: readonly AggregateSpec[],
): readonly string[] | null {
  const names = new Set<string>();
  let whole = false;
  const visit = (e: CheckedExpression): void =>
    walkExpression(e, (x) => {
      if (x.kind === 'event') whole = true;
      if (x.kind !== 'property') return;
      const ofMatch = x.ref.stream === 0 && variables.some((v) => v.multiple && v.name === stepName(x.path[0]));
      const step = ofMatch ? x.path[2] : x.path[0];
      if (step?.kind === 'name' && !step.dynamic) names.add(step.name);
      else whole = true;
    });
  for (const e of partitionBy) visit(e);
  for (const v of variables) if (v.condition !== null) visit(v.condition);
  for (const m of measures) visit(m.expression);
  for (const a of aggregates) for (const e of [...a.args, ...(a.filter === null ? [] : [a.filter])]) visit(e);
  return whole ? null : freeze([...names]);
}

function stepName(step: { readonly kind: string } | undefined): string | null {
  return step !== undefined && 'name' in step && typeof step.name === 'string' ? step.name : null;
}

// ---------------------------------------------------------------------------------------------- trees

type CallStep = Extract<AstStep, { kind: 'call' }>;

/** Replaces chains that begin with a call; `replace` answers null for those it leaves. Not within what it replaced. */
function mapCalls(e: AstExpression, replace: (step: CallStep, chain: AstChain) => AstExpression | null): AstExpression {
  return mapNodes(e, (node) => {
    if (node.kind !== 'chain' || node.target !== null) return null;
    const [first] = node.steps;
    return first?.kind === 'call' ? replace(first, node) : null;
  });
}

/** Renames the first step of chains that are not followed by an index. The same tree if nothing bears such a name. */
function renamed(e: AstExpression, to: ReadonlyMap<string, string>): AstExpression {
  return mapNodes(e, (node) => {
    if (node.kind === 'wildcard' && node.stream !== null) {
      const stream = to.get(node.stream);
      return stream === undefined ? null : { ...node, stream };
    }
    if (node.kind !== 'chain' || node.target !== null) return null;
    const [first, second] = node.steps;
    if (first?.kind !== 'name' || second?.kind === 'index') return null;
    const name = to.get(first.name);
    return name === undefined ? null : { ...node, steps: [{ ...first, name }, ...node.steps.slice(1)] };
  });
}

/** Replaces nodes of a tree, outermost first; `replace` answers null for those it leaves. */
function mapNodes(e: AstExpression, replace: (node: AstExpression) => AstExpression | null): AstExpression {
  // The tree is plain data: members that hold nodes are mapped, whatever the kind of the node around them.
  return mapped(e, (node) => (isExpression(node) ? replace(node) : null)) as AstExpression;
}

function isExpression(node: object): node is AstExpression {
  return 'kind' in node && 'position' in node;
}

function mapped(value: unknown, replace: (node: object) => object | null): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => mapped(item, replace));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const replaced = replace(value);
  if (replaced !== null) return replaced;
  const copy: Record<string, unknown> = {};
  let changed = false;
  for (const [key, member] of Object.entries(value)) {
    copy[key] = key === 'position' ? member : mapped(member, replace);
    changed ||= copy[key] !== member;
  }
  return changed ? copy : value;
}
