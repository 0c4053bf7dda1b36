/** Questions about checked expressions: which streams they read, whether they hold something of a kind. */
import type { CheckedExpression, SelectStatement } from '../../model/checked.ts';
import { walkExpression } from '../../model/expression-tree.ts';

/** Streams of the statement itself that the expression reads. `all` if it holds a subquery, which may read any. */
export function streamsOf(e: CheckedExpression): { readonly streams: ReadonlySet<number>; readonly all: boolean } {
  const streams = new Set<number>();
  let all = false;
  walkExpression(e, (inner) => {
    if ((inner.kind === 'property' || inner.kind === 'event') && inner.ref.level === 0) streams.add(inner.ref.stream);
    if (inner.kind === 'prev' || inner.kind === 'prior') streams.add(inner.stream);
    if (inner.kind === 'subquery' || inner.kind === 'aggregate') all = true;
  });
  return { streams, all };
}

/** The only stream that the expression reads, or null. */
export function onlyStream(e: CheckedExpression): number | null {
  const { streams, all } = streamsOf(e);
  if (all || streams.size !== 1) return null;
  for (const stream of streams) return stream;
  return null;
}

export function variablesOf(e: CheckedExpression): readonly string[] {
  const names: string[] = [];
  walkExpression(e, (inner) => {
    if (inner.kind === 'variable') names.push(inner.name);
  });
  return names;
}

export function holds(e: CheckedExpression, kind: CheckedExpression['kind']): boolean {
  let found = false;
  walkExpression(e, (inner) => {
    if (inner.kind === kind) found = true;
  });
  return found;
}

/** All expressions of the statement that see rows. */
export function expressionsOf(statement: SelectStatement): readonly CheckedExpression[] {
  return [
    ...statement.where,
    ...statement.select.flatMap((s) => (s.kind === 'expression' ? [s.expression] : [])),
    ...statement.groupBy,
    ...(statement.having === null ? [] : [statement.having]),
    ...statement.orderBy.map((o) => o.expression),
    ...statement.aggregates.flatMap((a) => [...a.args, ...(a.filter === null ? [] : [a.filter]), ...(a.groupBy ?? [])]),
    ...statement.joins.flatMap((j) => j.on.flatMap((q) => [q.left, q.right])),
  ];
}
