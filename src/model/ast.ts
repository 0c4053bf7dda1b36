/** Syntax trees of EPL. Owned by epl/. */
import type { Position } from './errors.ts';
export interface AstExpression {
  readonly kind: string;
  readonly position: Position;
}
export interface AstStatement {
  readonly kind: string;
  readonly position: Position;
}
