/** The select clause as JavaScript that makes an output row of fixed shape. */
import type { CheckedExpression, Column } from '../../model/checked.ts';
import type { Scope } from './scope.ts';

export function emitRow(expressions: readonly CheckedExpression[], columns: readonly Column[], scope: Scope): string {
  const row = scope.rowClass(expressions.length);
  return `new ${row}(${[scope.constant(columns), ...expressions.map((e) => scope.emit(e, scope).js)].join(',')})`;
}
