/**
 * Export policy `aggregateOnly` on a checked fragment (DESIGN §7): what leaves are groups of tumbling windows, nothing of a
 * single event. Admitted is `select keys, aggregates from stream(filters)#time_batch(n) [where filters] [group by keys]
 * [having …] [order by …] [limit …]`; group keys and filters read listed columns, aggregates take plain columns.
 *
 * The owner lays the window on its own grid (reference point 0, whole multiples of the least window: windows of two queries
 * never differ by less than that), and suppresses small groups in `having`, of rows and of values that are not null. The
 * first batch is dropped where the start is no grid point (FragmentHost): it would be shorter than the least window.
 */
import { parseModule } from '../epl/parse.ts';
import type { AstExpression, AstSelect, AstStatement } from '../model/ast.ts';
import type { AggregateSpec, CheckedExpression, SelectStatement, WindowSpec } from '../model/checked.ts';
import { CodedError, type Position } from '../model/errors.ts';
import { walkExpression } from '../model/expression-tree.ts';
import { quoteIdentifier, type DomainName } from '../model/ids.ts';
import type { AggregateOnly } from '../model/policy.ts';
import { conjunction } from '../planner/rewrite-ast.ts';
import { readsOwnEventOnly } from '../planner/walk.ts';
import { ADMITTED_AGGREGATES, admittedAggregate, columnOf, constantMs, listed } from './aggregate-shape.ts';
import { nearestAggregate } from './nearest-aggregate.ts';

/** What may be made of keys and aggregates. */
const ADMITTED_KINDS: ReadonlySet<CheckedExpression['kind']> = new Set([
  'literal',
  'property',
  'aggregate',
  'negate',
  'not',
  'arithmetic',
  'bitwise',
  'concat',
  'compare',
  'logical',
  'between',
  'in',
  'like',
  'case',
  'call',
  'cast',
]);
const ADMITTED_CALLS: ReadonlySet<string> = new Set(['coalesce', 'max', 'min']);

export interface AggregatedFragment {
  /** Nodes of the statement's tree to be exchanged: the window on the grid, `having` with the least group. */
  readonly replacements: ReadonlyMap<object, unknown>;
  /** Size of the window, ms: the grid on which the fragment's batches end. */
  readonly gridMs: number;
}

/** Throws `POLICY_REFUSED` with the expression at fault, the rule, and the nearest text that would be admitted. */
export function enforceAggregateOnly(
  statement: SelectStatement,
  rule: AggregateOnly,
  owner: { readonly domain: DomainName; readonly metric: string },
): AggregatedFragment {
  const refuse = (what: string, position: Position | undefined): never => {
    throw new CodedError('POLICY_REFUSED', `metric '${owner.metric}' leaves its domain in aggregates only: ${what}`, {
      position,
      hint: `the nearest that is admitted: ${nearestAggregate(statement, rule, [owner.domain, owner.metric])}`,
    });
  };
  const select = selectOf(statement.ast);
  const [stream, another] = statement.streams;
  if (select === null || stream === undefined || stream.source.kind !== 'filter')
    return refuse('a pattern reads single events', select?.from?.position);
  if (another !== undefined) return refuse('a join compares single events', select.joins[0]?.position);
  if (statement.subqueries.length > 0)
    return refuse('a subquery reads single events', statement.subqueries[0]?.position);
  if (stream.source.contained.length > 0) return refuse('parts of single events are read', select.from?.position);
  if (statement.selector !== 'istream')
    return refuse('only the insert stream leaves, irstream and rstream tell of single changes', select.position);
  if (statement.output !== null)
    return refuse('rows leave when a window ends, not by an output clause', statement.output.position);
  if (statement.groupingSets !== null)
    return refuse('rollup, cube and grouping sets tell of small groups by their sums', select.groupBy[0]?.position);
  if (stream.alias !== null && stream.eventType.properties.some((p) => p.name === stream.alias))
    return refuse(`the alias '${stream.alias}' hides a column`, select.from?.position);
  const gridMs = checkWindow(stream.windows, rule, select, refuse);
  checkFilters([...stream.source.filter, ...statement.where], rule, refuse);
  const keys = checkKeys(statement, rule, refuse);
  checkAggregates(statement.aggregates, refuse);
  if (statement.aggregates.length === 0) refuse('single events are asked for', select.items[0]?.position);
  for (const item of statement.select)
    if (item.kind !== 'expression') refuse('single events are asked for', select.items[0]?.position);
  for (const e of outputsOf(statement)) checkOutput(e, keys, refuse);
  const [from] = select.from?.windows ?? [];
  const least = leastOf(statement.aggregates, rule.leastGroup);
  const having = conjunction([...(select.having === null ? [] : [select.having]), ...least]);
  const replacements = new Map<object, unknown>([[select, { ...select, having }]]);
  if (from !== undefined) replacements.set(from, { ...from, args: [...from.args.slice(0, 1), literalZero()] });
  return { replacements, gridMs };
}

/** What was made of the fragment is what was meant: the least group stands in its `having`, whatever its names mean. */
export function holdsLeastGroup(statement: SelectStatement, rule: AggregateOnly): boolean {
  const { having, aggregates } = statement;
  const conjuncts =
    having?.kind === 'logical' && having.op === 'and' ? having.operands : having === null ? [] : [having];
  const counted = (name: string | null): boolean =>
    conjuncts.some((c) => {
      if (c.kind !== 'compare' || c.op !== '>=' || c.left.kind !== 'aggregate' || c.right.kind !== 'literal')
        return false;
      const spec = aggregates[c.left.index];
      if (spec?.name !== 'count' || spec.distinct || spec.filter !== null || spec.groupBy !== null) return false;
      if (Number(c.right.value) < rule.leastGroup) return false;
      return name === null ? spec.wildcard : spec.args.some((a) => columnOf(a) === name);
    });
  return counted(null) && aggregates.flatMap((a) => a.args).every((a) => counted(columnOf(a)));
}

type Refuse = (what: string, position: Position | undefined) => never;

function checkWindow(windows: readonly WindowSpec[], rule: AggregateOnly, select: AstSelect, refuse: Refuse): number {
  const [window, another] = windows;
  if (window === undefined) return refuse('a stream without a window tells of single events', select.from?.position);
  if (another !== undefined) return refuse('one window is admitted, #time_batch', another.position);
  if (window.name !== 'time_batch')
    return refuse(`#${window.name} does not tumble by time; #time_batch does`, window.position);
  const [period, ...options] = window.args;
  const sizeMs = period === undefined ? null : constantMs(period);
  if (sizeMs === null)
    return refuse('the size of the window is not a constant number of weeks or less', window.position);
  if (options.length > 0)
    return refuse('the window lies on the grid of the domain: without reference point and flags', window.position);
  if (sizeMs < rule.leastWindowMs)
    return refuse(`a window of ${sizeMs} ms is shorter than the least, ${rule.leastWindowMs} ms`, window.position);
  if (sizeMs % rule.leastWindowMs !== 0)
    return refuse(`a window of ${sizeMs} ms is not a multiple of the least, ${rule.leastWindowMs} ms`, window.position);
  return sizeMs;
}

function checkFilters(conjuncts: readonly CheckedExpression[], rule: AggregateOnly, refuse: Refuse): void {
  for (const c of conjuncts) {
    if (!readsOwnEventOnly(c, 0)) refuse('a filter may read listed columns and constants only', c.ast.position);
    walkExpression(c, (e) => {
      if (e.kind === 'property' && !listed(columnOf(e), rule.filters))
        refuse(`'${columnOf(e) ?? '?'}' may not be used in a filter; ${namesOf(rule.filters)}`, e.ast.position);
    });
  }
}

function checkKeys(statement: SelectStatement, rule: AggregateOnly, refuse: Refuse): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const g of statement.groupBy) {
    const name = columnOf(g);
    if (name === null) return refuse('a group key is a plain column', g.ast.position);
    if (!listed(name, rule.groupBy))
      return refuse(`'${name}' may not be a group key; ${namesOf(rule.groupBy)}`, g.ast.position);
    keys.add(name);
  }
  return keys;
}

function checkAggregates(aggregates: readonly AggregateSpec[], refuse: Refuse): void {
  for (const a of aggregates) {
    if (!admittedAggregate(a)) {
      const what = ADMITTED_AGGREGATES.has(a.name)
        ? `${a.name} takes one plain column here, without filter and group_by`
        : `${a.name} tells of single events; admitted are ${[...ADMITTED_AGGREGATES].join(', ')}`;
      refuse(what, a.ast.position);
    }
  }
}

function outputsOf(statement: SelectStatement): readonly CheckedExpression[] {
  return [
    ...statement.select.flatMap((i) => (i.kind === 'expression' ? [i.expression] : [])),
    ...(statement.having === null ? [] : [statement.having]),
    ...statement.orderBy.map((o) => o.expression),
  ];
}

/** A column outside of aggregates that is no key would be told per event (Esper 3.7.2: a row per event). */
function checkOutput(expression: CheckedExpression, keys: ReadonlySet<string>, refuse: Refuse): void {
  walkExpression(expression, (e) => {
    const { position } = e.ast;
    if (!ADMITTED_KINDS.has(e.kind) || (e.kind === 'call' && !ADMITTED_CALLS.has(e.name)))
      refuse('what leaves is made of group keys, aggregates and constants', position);
    const name = e.kind === 'property' ? columnOf(e) : null;
    if (e.kind === 'property' && (name === null || !keys.has(name)))
      refuse(`'${name ?? '?'}' is told per event; put it into group by or into an aggregate`, position);
  });
}

/** `count(*) >= k`, and the same of the values of each column: a mean of one value among nulls is that value. */
function leastOf(aggregates: readonly AggregateSpec[], least: number): readonly AstExpression[] {
  const columns = new Set(aggregates.flatMap((a) => a.args.flatMap((x) => columnOf(x) ?? [])));
  const counts = ['*', ...[...columns].map(quoteIdentifier)].map((c) => `count(${c}) >= ${least}`);
  const [statement] = parseModule(`select 1 from X having ${counts.join(' and ')}`).statements;
  const having = statement === undefined ? null : (selectOf(statement)?.having ?? null);
  if (having === null) return [];
  return having.kind === 'logical' ? having.operands : [having];
}

function literalZero(): AstExpression {
  const [statement] = parseModule('select 0L from X').statements;
  const item = statement === undefined ? undefined : selectOf(statement)?.items[0];
  if (item?.kind !== 'expression') throw new CodedError('INTERNAL', 'a literal is an expression');
  return item.expression;
}

export function selectOf(statement: AstStatement): AstSelect | null {
  return statement.kind === 'selectStatement' ? statement.select : null;
}

function namesOf(list: readonly string[]): string {
  return list.length === 0 ? 'no column may' : `admitted are ${list.map(quoteIdentifier).join(', ')}`;
}
