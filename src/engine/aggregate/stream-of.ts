/** Which stream of the statement an argument reads: aggregations of events keep the events of that stream. */
import type { CheckedExpression } from '../../model/checked.ts';
import { walkExpression } from '../../model/expression-tree.ts';

/** The first level-0 stream that `e` refers to; 0 if there is none. */
export function streamOf(e: CheckedExpression): number {
  let stream: number | null = null;
  walkExpression(e, (inner) => {
    if ((inner.kind === 'property' || inner.kind === 'event') && inner.ref.level === 0) stream ??= inner.ref.stream;
  });
  return stream ?? 0;
}
