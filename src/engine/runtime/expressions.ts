/** Questions about checked expressions: which streams they read, whether they hold something of a kind. */
import type { CheckedExpression, SelectStatement } from '../../model/checked.ts';

/** Calls `visit` for the expression and everything inside it. */
export function walk(e: CheckedExpression, visit: (inner: CheckedExpression) => void): void {
  visit(e);
  for (const child of childrenOf(e)) walk(child, visit);
}

function some(...list: readonly (CheckedExpression | null)[]): readonly CheckedExpression[] {
  return list.filter((e): e is CheckedExpression => e !== null);
}

/** The operands of an expression, in order of the text. */
export function childrenOf(e: CheckedExpression): readonly CheckedExpression[] {
  switch (e.kind) {
    case 'negate':
    case 'not':
    case 'instanceof':
      return [e.operand];
    case 'cast':
      return some(e.operand, e.format);
    case 'arithmetic':
    case 'bitwise':
    case 'compare':
      return [e.left, e.right];
    case 'concat':
    case 'logical':
      return e.operands;
    case 'between':
      return [e.value, e.low, e.high];
    case 'in':
    case 'quantified':
      return [e.value, ...e.list];
    case 'like':
      return some(e.value, e.pattern, e.escape);
    case 'regexp':
      return [e.value, e.pattern];
    case 'case':
      return some(e.operand, ...e.whens.flatMap((w) => [w.when, w.then]), e.otherwise);
    case 'call':
      return e.args;
    case 'method':
      return [e.target, ...e.args];
    case 'access':
      return [e.target];
    case 'lambda':
      return [e.body];
    case 'array':
      return e.items;
    case 'struct':
      return e.members.map((m) => m.value);
    case 'prev':
      return some(e.offset, e.value);
    case 'prior':
      return [e.offset, e.value];
    case 'subquery':
      return some(e.value);
    case 'period':
      return e.parts.map((p) => p.amount);
    default:
      return [];
  }
}

/** Streams of the statement itself that the expression reads. `all` if it holds a subquery, which may read any. */
export function streamsOf(e: CheckedExpression): { readonly streams: ReadonlySet<number>; readonly all: boolean } {
  const streams = new Set<number>();
  let all = false;
  walk(e, (inner) => {
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
  walk(e, (inner) => {
    if (inner.kind === 'variable') names.push(inner.name);
  });
  return names;
}

export function holds(e: CheckedExpression, kind: CheckedExpression['kind']): boolean {
  let found = false;
  walk(e, (inner) => {
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
