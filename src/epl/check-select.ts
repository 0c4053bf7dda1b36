/** Selects: statements and subqueries (Esper reference §5). */
import type { AstGroupItem, AstSelect } from '../model/ast.ts';
import type {
  CheckedExpression,
  CheckedSubquery,
  Column,
  GroupingSets,
  LimitValue,
  OrderItem,
  OutputSpec,
  SelectBody,
  SelectItem,
} from '../model/checked.ts';
import type { ValueType } from '../model/value.ts';
import { checkCondition } from './check-expression.ts';
import { checkSelectItems } from './check-items.ts';
import { checkCount, checkOutput } from './check-output.ts';
import { checkFrom } from './check-streams.ts';
import { conjuncts } from './conjuncts.ts';
import { renderExpression } from './render.ts';
import {
  type Context,
  type Environment,
  fail,
  newContext,
  newScope,
  type SelectScope,
  type SubselectResult,
} from './scope.ts';

const freeze = Object.freeze;

export interface CheckedBody {
  readonly body: SelectBody;
  readonly columns: readonly Column[];
  readonly orderBy: readonly OrderItem[];
  readonly limit: { readonly count: LimitValue; readonly offset: LimitValue | null } | null;
  readonly output: OutputSpec | null;
}

export function checkSelect(
  select: AstSelect,
  scope: SelectScope,
  environment: Environment,
  subquery: boolean,
): CheckedBody {
  scope.selectAliases = select.items.flatMap((i) => (i.kind === 'expression' && i.alias !== null ? [i.alias] : []));
  const from = checkFrom(select, scope, environment, subquery);
  const base = newContext(environment, scope, 'select');
  const grouping = checkGroupBy(select.groupBy, {
    ...base,
    clause: 'group by',
    noAggregates: 'in the group by clause',
  });
  const context: Context = { ...base, groupKeys: grouping.keys };
  const { items, columns } = checkSelectItems(select.items, context);
  const whereContext: Context = { ...context, clause: 'where', noAggregates: 'in the where clause' };
  const where = select.where === null ? [] : conjuncts(checkCondition(select.where, whereContext, "'where'"));
  const having =
    select.having === null ? null : checkCondition(select.having, { ...context, clause: 'having' }, "'having'");
  const orderBy = checkOrderBy(select, items, context);
  const output = select.output === null ? null : checkOutput(select.output, context);
  const limit =
    select.limit === null
      ? null
      : freeze({
          count: checkCount(select.limit.count, 'limit', context),
          offset: select.limit.offset === null ? null : checkCount(select.limit.offset, 'offset', context),
        });
  const body: SelectBody = {
    streams: from.streams,
    joins: from.joins,
    where: freeze(where),
    distinct: select.distinct,
    select: items,
    groupBy: grouping.expressions,
    groupingSets: grouping.sets,
    having,
    aggregates: freeze(scope.aggregates),
    subqueries: freeze(scope.subqueries),
  };
  return { body, columns, orderBy, limit, output };
}

// ---------------------------------------------------------------------------------------------- group by

/** Most levels that rollup and cube may multiply to. */
const MAX_GROUPING_SETS = 256;

interface Grouping {
  readonly expressions: readonly CheckedExpression[];
  readonly sets: GroupingSets | null;
  readonly keys: ReadonlyMap<string, number>;
}

/** Rollup, cube and grouping sets become the levels they stand for; several items multiply (Esper reference §5.6.2). */
function checkGroupBy(items: readonly AstGroupItem[], context: Context): Grouping {
  const expressions: CheckedExpression[] = [];
  const keys = new Map<string, number>();
  const register = (ast: Extract<AstGroupItem, { kind: 'expression' }>['expression']): number => {
    const text = renderExpression(ast);
    const known = keys.get(text);
    if (known !== undefined) return known;
    const index = expressions.push(context.environment.check(ast, context)) - 1;
    keys.set(text, index);
    return index;
  };
  const indexesOf = (item: AstGroupItem): readonly number[] => {
    if (item.kind === 'expression') return [register(item.expression)];
    if (item.kind === 'combination') return item.expressions.map(register);
    return fail('INVALID_STATEMENT', 'rollup, cube and grouping sets cannot be nested here', item.position);
  };
  let levels: readonly (readonly number[])[] = [[]];
  for (const item of items) {
    levels = multiply(levels, levelsOf(item, indexesOf));
    if (levels.length > MAX_GROUPING_SETS)
      fail('INVALID_STATEMENT', `the group by clause has more than ${MAX_GROUPING_SETS} levels`, item.position);
  }
  const plain = items.every((i) => i.kind === 'expression');
  return { expressions: freeze(expressions), sets: plain ? null : freeze(levels), keys };
}

function levelsOf(
  item: AstGroupItem,
  indexesOf: (item: AstGroupItem) => readonly number[],
): readonly (readonly number[])[] {
  switch (item.kind) {
    case 'expression':
    case 'combination':
      return [indexesOf(item)];
    case 'rollup': {
      const parts = item.items.map(indexesOf);
      return [...parts.map((_, i) => parts.slice(0, parts.length - i).flat()), []];
    }
    case 'cube': {
      const parts = item.items.map(indexesOf);
      const levels: number[][] = [];
      for (let mask = 2 ** Math.min(parts.length, 9) - 1; mask >= 0; mask--) {
        levels.push(parts.filter((_, i) => (mask & (1 << (parts.length - 1 - i))) !== 0).flat());
      }
      return levels;
    }
    case 'groupingSets':
      return item.items.flatMap((i) =>
        i.kind === 'rollup' || i.kind === 'cube' ? levelsOf(i, indexesOf) : [indexesOf(i)],
      );
  }
}

function multiply(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return a.flatMap((x) => b.map((y) => freeze([...x, ...y.filter((i) => !x.includes(i))])));
}

// ---------------------------------------------------------------------------------------------- order by

/** A column's alias stands for its expression (only here: conformance paper-having-alias-03). */
function checkOrderBy(select: AstSelect, items: readonly SelectItem[], context: Context): readonly OrderItem[] {
  if (select.orderBy.length === 0) return freeze([]);
  const aliases = new Map<string, CheckedExpression>();
  for (const item of items) if (item.kind === 'expression') aliases.set(item.name, item.expression);
  const ordering: Context = { ...context, clause: 'order by', aliases };
  return freeze(
    select.orderBy.map((o) =>
      freeze({ expression: context.environment.check(o.expression, ordering), descending: o.direction === 'desc' }),
    ),
  );
}

// ---------------------------------------------------------------------------------------------- subqueries

/** Checks a subquery where `context` stands and adds it to that select's list. */
export function checkSubselect(select: AstSelect, context: Context): SubselectResult {
  for (const [clause, present] of [
    ['order by', select.orderBy.length > 0],
    ['limit', select.limit !== null],
    ['output', select.output !== null],
    ['a join', select.joins.length > 0],
    ['a pattern', select.from?.source.kind === 'pattern'],
  ] as const) {
    if (present) fail('INVALID_STATEMENT', `a subquery takes no ${clause.replace('a ', '')}`, select.position);
  }
  const parent: SelectScope = context.scope;
  const scope = newScope(parent);
  const environment: Environment = context.environment;
  const { body, columns } = checkSubBody(select, scope, environment, context);
  checkSubqueryWindow(select, body, scope);
  const subquery: CheckedSubquery = freeze({
    ...body,
    correlated: scope.correlated,
    columns,
    position: select.position,
  });
  const index = parent.subqueries.push(subquery) - 1;
  return { subquery, index, rowType: rowType(body, columns) };
}

function checkSubBody(select: AstSelect, scope: SelectScope, environment: Environment, context: Context): CheckedBody {
  if (context.bindings.size === 0) return checkSelect(select, scope, environment, true);
  // Lambda parameters and arguments of declared expressions stay visible inside.
  const { bindings } = context;
  return checkSelect(
    select,
    scope,
    { ...environment, check: (e, c) => environment.check(e, c.bindings.size === 0 ? { ...c, bindings } : c) },
    true,
  );
}

/** Esper: without a window a subquery must be uncorrelated and fully aggregated. */
function checkSubqueryWindow(select: AstSelect, body: SelectBody, scope: SelectScope): void {
  if (scope.streams.every((s) => s.windowed)) return;
  const aggregated =
    body.aggregates.length > 0 &&
    body.groupBy.length === 0 &&
    body.select.every((i) => i.kind === 'expression' && !readsProperty(i.expression));
  if (aggregated && !scope.correlated) return;
  fail(
    'MISSING_WINDOW',
    'the stream of a subquery needs a data window',
    select.from?.position ?? select.position,
    'add one, such as #lastevent',
  );
}

/** Does the expression read a property outside of aggregations? */
function readsProperty(e: CheckedExpression): boolean {
  if (e.kind === 'property' || e.kind === 'event') return e.ref.level === 0;
  return Object.entries(e).some(([key, value]) => key !== 'ast' && key !== 'type' && holdsProperty(value));
}

function holdsProperty(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsProperty);
  if (typeof value !== 'object' || value === null) return false;
  if ('ast' in value && 'kind' in value) return readsProperty(value as CheckedExpression);
  return Object.values(value).some(holdsProperty);
}

function rowType(body: SelectBody, columns: readonly Column[]): ValueType {
  const [item, more] = body.select;
  if (item?.kind === 'wildcard' && more === undefined) {
    return { kind: 'event', typeName: body.streams[0]?.eventType.name ?? '' };
  }
  const [only, second] = columns;
  if (only !== undefined && second === undefined) return only.type;
  return { kind: 'struct', members: columns };
}
