/**
 * Rule "join locally what lives together" (DESIGN §5): streams of an inner join that live in one domain are joined there;
 * the residual reads the joined rows as one remote view, whose rows enter and leave by ids that the domain gives them.
 *
 * Safe when: every join of the statement is inner; each of the streams has one domain, an alias, and one window whose row
 * does not enter and leave in one cause; parentheses, windows and the conjuncts between them depend on their own declared
 * properties alone; at least one other stream remains.
 * Unsafe when: prev, prior, a subquery, a wildcard, an event as a value or a type test looks at the statement's streams; the
 * order of rows within a cause is seen (insert into, output, limit, first, last, window …); rows are aggregated without
 * groups (a cause that joins nothing would be a call at one engine and nothing here); the stream is unidirectional; the
 * join has nothing that ties the streams to each other.
 *
 * Not always better: joined rows may outnumber the events. Streams of the owner are joined in the residual anyway.
 */
import type { AstExpression, AstSelect } from '../../model/ast.ts';
import type { CheckedExpression, CheckedStream, SelectStatement } from '../../model/checked.ts';
import { walkExpression } from '../../model/expression-tree.ts';
import type { DomainName } from '../../model/ids.ts';
import { holdsEvents } from '../columns.ts';
import type { Planning } from '../planning.ts';
import { mentions } from '../rewrite-ast.ts';
import { readsOwnStreamsOnly, walkBody } from '../walk.ts';
import { asksForType, isWhole } from '../whole-stream.ts';
import { readsNoVariable } from './push-window.ts';

/** Windows in which no row enters and leaves in one cause. */
const STEADY: ReadonlySet<string> = new Set([
  'length',
  'time',
  'keepall',
  'lastevent',
  'unique',
  'firstunique',
  'firstlength',
  'firstevent',
  'firsttime',
]);

/** Aggregations that do not see the order of rows. */
const ORDER_FREE: ReadonlySet<string> = new Set(['sum', 'count', 'avg', 'min', 'max', 'stddev', 'avedev', 'median']);

/** Expressions that look at windows, at types, or give names of their own. */
const UNSEEN: ReadonlySet<CheckedExpression['kind']> = new Set(['prev', 'prior', 'instanceof', 'lambda']);

/** Streams that can be joined at one domain. */
export interface LocalGroup {
  readonly domain: DomainName;
  readonly streams: readonly CheckedStream[];
  /** Conditions between them, and on one of them; they run there. */
  readonly conditions: readonly JoinCondition[];
}

/** One condition of the join, from `where` or `on`. */
export interface JoinCondition {
  /** Expressions whose streams it ties. */
  readonly parts: readonly CheckedExpression[];
  readonly ast: AstExpression;
}

/** Groups of streams that may be joined where they live; no stream is in two of them. */
export function localGroups(
  statement: SelectStatement,
  ast: AstSelect,
  conditions: readonly JoinCondition[],
  declared: ReadonlySet<string>,
  planning: Planning,
): readonly LocalGroup[] {
  if (statement.streams.length < 3 || !admitsLocalJoins(statement) || mentions(ast, declared)) return [];
  const eligible = statement.streams.flatMap((stream) => {
    const domain = domainOf(stream, statement, planning);
    return domain === null || domain === planning.options.owner ? [] : [{ stream, domain }];
  });
  const groups: LocalGroup[] = [];
  for (const [domain, members] of Map.groupBy(eligible, (e) => e.domain)) {
    for (const streams of connected(
      members.map((m) => m.stream),
      conditions,
    )) {
      if (streams.length < 2 || streams.length === statement.streams.length) continue;
      const indexes = new Set(streams.map((s) => s.index));
      const own = conditions.filter((c) => readsOnly(c, indexes));
      groups.push({ domain, streams, conditions: own });
    }
  }
  return groups;
}

/** Conjuncts of `where`, then the equalities of `on`, each with its syntax. */
export function conditionsOf(statement: SelectStatement): readonly JoinCondition[] {
  const where = statement.where.map((c): JoinCondition => ({ parts: [c], ast: c.ast }));
  const on = statement.joins.flatMap((j) =>
    j.on.map(({ left, right }): JoinCondition => {
      const ast = { kind: 'compare', op: '=', left: left.ast, right: right.ast, position: left.ast.position } as const;
      return { parts: [left, right], ast };
    }),
  );
  return [...where, ...on];
}

function admitsLocalJoins(statement: SelectStatement): boolean {
  const { aggregates, groupBy, groupingSets } = statement;
  if (statement.joins.some((j) => j.kind !== 'inner') || statement.streams.some((s) => s.unidirectional)) return false;
  if (statement.insertInto !== null || statement.output !== null || statement.limit !== null) return false;
  if (statement.subqueries.length > 0 || statement.select.some((i) => i.kind !== 'expression')) return false;
  if (aggregates.length > 0 && (groupBy.length === 0 || groupingSets !== null)) return false;
  if (!aggregates.every((a) => ORDER_FREE.has(a.name) && a.groupBy === null)) return false;
  let plain = true;
  walkBody(statement, (e) => {
    if (UNSEEN.has(e.kind) || holdsEvents(e.type)) plain = false;
    if (e.kind === 'property' && e.path.some((step) => step.dynamic)) plain = false;
    if (e.kind === 'call' && (e.name === 'typeof' || e.name === 'exists')) plain = false;
  });
  return plain;
}

/** The one domain where the stream and its window can run within a join, or null. */
function domainOf(stream: CheckedStream, statement: SelectStatement, planning: Planning): DomainName | null {
  const { source, windows, alias } = stream;
  if (source.kind !== 'filter' || source.contained.length > 0 || alias === null) return null;
  if (stream.eventType !== source.eventType || stream.retain !== 'intersection') return null;
  const [window, ...more] = windows;
  if (window === undefined || more.length > 0 || !STEADY.has(window.name) || !readsNoVariable(window)) return null;
  const own = new Set([stream.index]);
  if (!source.filter.every((c) => readsOwnStreamsOnly(c, own))) return null;
  if (isWhole(statement, stream.index, source.eventType, planning) || asksForType(statement, stream.index)) return null;
  // A name that could mean the stream or a property is left to whoever knows.
  if (statement.streams.some((s) => s.eventType.properties.some((p) => p.name === alias))) return null;
  const domains = planning.catalog.domainsOf(source.eventType.name) ?? [];
  const [only] = domains;
  return domains.length === 1 && only !== undefined ? only : null;
}

/** Streams that conditions tie to each other, directly or through others of them. */
function connected(
  streams: readonly CheckedStream[],
  conditions: readonly JoinCondition[],
): readonly (readonly CheckedStream[])[] {
  const indexes = new Set(streams.map((s) => s.index));
  const group = new Map(streams.map((s) => [s.index, s.index]));
  for (const condition of conditions) {
    const read = streamsRead(condition);
    if (read.size < 2 || !readsOnly(condition, indexes)) continue;
    const [first = 0, ...rest] = [...read].map((i) => group.get(i) ?? i);
    for (const [i, g] of group) if (rest.includes(g)) group.set(i, first);
  }
  return [...Map.groupBy(streams, (s) => group.get(s.index)).values()];
}

function streamsRead(condition: JoinCondition): ReadonlySet<number> {
  const read = new Set<number>();
  for (const part of condition.parts) {
    walkExpression(part, (e) => {
      if ((e.kind === 'property' || e.kind === 'event') && e.ref.level === 0) read.add(e.ref.stream);
    });
  }
  return read;
}

/** True if the condition reads some of these streams and nothing else. */
function readsOnly(condition: JoinCondition, indexes: ReadonlySet<number>): boolean {
  return streamsRead(condition).size > 0 && condition.parts.every((p) => readsOwnStreamsOnly(p, indexes));
}
