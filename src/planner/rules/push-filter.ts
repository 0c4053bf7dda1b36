/**
 * Rule "push the stream filter": conjuncts of the stream's parentheses run at the domain that owns the stream.
 *
 * Safe when: a conjunct depends on the event's own declared properties alone.
 * Unsafe when: it reads a variable, a subquery, a pattern tag, the clock, a type's name or an undeclared member: those stay
 * in the residual, where the same event meets them a moment later with the same answer.
 */
import type { AstExpression } from '../../model/ast.ts';
import type { CheckedExpression } from '../../model/checked.ts';
import { mentions } from '../rewrite-ast.ts';
import { readsOwnEventOnly } from '../walk.ts';

export interface SplitConjuncts {
  readonly pushed: readonly AstExpression[];
  readonly kept: readonly AstExpression[];
}

/** `declared`: names of declared expressions; a text that uses one cannot leave its statement. */
export function splitFilter(
  conjuncts: readonly CheckedExpression[],
  stream: number,
  declared: ReadonlySet<string>,
): SplitConjuncts {
  const pushed: AstExpression[] = [];
  const kept: AstExpression[] = [];
  for (const c of conjuncts) {
    const own = readsOwnEventOnly(c, stream) && !mentions(c.ast, declared);
    (own ? pushed : kept).push(c.ast);
  }
  return { pushed, kept };
}
