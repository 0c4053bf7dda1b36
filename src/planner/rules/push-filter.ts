/**
 * Rule "push the stream filter": conjuncts of the stream's parentheses run at the domain that owns the stream.
 *
 * Safe when: a conjunct depends on the event's own declared properties alone.
 * Unsafe when: it reads a variable, a subquery, a pattern tag, the clock, a type's name or an undeclared member: those stay
 * in the residual, where the same event meets them a moment later with the same answer.
 */
import type { AstExpression } from '../../model/ast.ts';
import type { CheckedExpression } from '../../model/checked.ts';
import { readsOwnEventOnly } from '../walk.ts';

export interface SplitConjuncts {
  readonly pushed: readonly AstExpression[];
  readonly kept: readonly AstExpression[];
}

export function splitFilter(conjuncts: readonly CheckedExpression[], stream: number): SplitConjuncts {
  const pushed: AstExpression[] = [];
  const kept: AstExpression[] = [];
  for (const c of conjuncts) (readsOwnEventOnly(c, stream) ? pushed : kept).push(c.ast);
  return { pushed, kept };
}
