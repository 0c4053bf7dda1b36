/** Which stream of the statement an argument reads: aggregations of events keep the events of that stream. */
import type { CheckedExpression } from '../../model/checked.ts';

/** The first level-0 stream that `e` refers to; 0 if there is none. */
export function streamOf(e: CheckedExpression): number {
  return findStream(e) ?? 0;
}

function findStream(e: CheckedExpression): number | null {
  if (e.kind === 'property' || e.kind === 'event') return e.ref.level === 0 ? e.ref.stream : null;
  for (const child of children(e)) {
    const stream = findStream(child);
    if (stream !== null) return stream;
  }
  return null;
}

/** Sub-expressions by field, whatever the kind: nodes are plain data. */
function children(e: CheckedExpression): CheckedExpression[] {
  return Object.entries(e)
    .filter(([name]) => name !== 'ast' && name !== 'type')
    .flatMap(([, field]: [string, unknown]) => (Array.isArray(field) ? field : [field]))
    .flatMap(unwrap)
    .filter(isExpression);
}

/** `whens`, `members` and `parts` hold their expressions one level down. */
function unwrap(candidate: unknown): unknown[] {
  if (typeof candidate !== 'object' || candidate === null || isExpression(candidate)) return [candidate];
  return Object.values(candidate);
}

function isExpression(candidate: unknown): candidate is CheckedExpression {
  return typeof candidate === 'object' && candidate !== null && 'kind' in candidate && 'nullable' in candidate;
}
