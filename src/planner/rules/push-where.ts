/**
 * Rule "push a where conjunct on one stream": rows that fail it never reach the residual.
 *
 * Safe when: the conjunct depends on the event's own properties alone, and nothing else in the statement looks at the
 * rows it drops.
 * Unsafe when: `prev` or `prior` look into the stream's window; the stream is on the null-supplying side of an outer join
 * (dropping the row would turn a match into a padded row); an output clause counts or anchors on what arrives; a window
 * that stays in the residual decides membership by older rows (a failing event still displaces one that passed): then the
 * window has to be pushed below the conjunct, see push-window.ts; the stream's events are taken apart (contained events).
 */
import type { CheckedExpression, SelectStatement } from '../../model/checked.ts';
import { mentions } from '../rewrite-ast.ts';
import { readsOwnEventOnly, readsStream, walkBody } from '../walk.ts';

/** Conjuncts of `where` that may run at the owner of stream `stream`, above its data window. */
export function pushableConjuncts(
  statement: SelectStatement,
  stream: number,
  declared: ReadonlySet<string>,
): readonly CheckedExpression[] {
  if (statement.output !== null || suppliesNulls(statement, stream) || looksBack(statement, stream)) return [];
  const own = statement.streams[stream];
  // Behind contained events the properties are those of the parts, which the domain's stream does not have.
  if (own === undefined || own.unidirectional || (own.source.kind === 'filter' && own.source.contained.length > 0))
    return [];
  return statement.where.filter(
    (c) => readsOwnEventOnly(c, stream) && readsStream(c, stream) && !mentions(c.ast, declared),
  );
}

/** True if the rows of the stream can be missing from a joined row. */
export function suppliesNulls(statement: SelectStatement, stream: number): boolean {
  return statement.joins.some((j) => {
    switch (j.kind) {
      case 'inner':
        return false;
      case 'left':
        return j.right === stream;
      case 'right':
        return stream < j.right;
      case 'full':
        return stream <= j.right;
    }
  });
}

/** True if `prev` or `prior` read the window of the stream. */
export function looksBack(statement: SelectStatement, stream: number): boolean {
  let found = false;
  walkBody(statement, (e, depth) => {
    if ((e.kind === 'prev' || e.kind === 'prior') && depth === 0 && e.stream === stream) found = true;
  });
  return found;
}
