/**
 * Subqueries: the runtime yields rows of column values for the row at hand; the form says what they mean.
 * Scalar: null when there are several rows. `in`, `any`, `all` are three-valued; over nothing `in` and `any` are false,
 * `all` is true, even for a null left side (conformance sub-multirow-null-01, sub-in-01, sub-any-all-01).
 */
import type { CheckedExpression } from '../../model/checked.ts';
import { assert, unreachable } from '../../model/errors.ts';
import { lift } from './lift.ts';
import { code, index } from './scope.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

/** Member names if the rows have several columns (or are made into structs by their type), else null. */
function memberNames(e: Of<'subquery'>): readonly string[] | null {
  const type = e.form === 'rows' && e.type.kind === 'array' ? e.type.of : e.type;
  return type.kind === 'struct' ? type.members.map((m) => m.name) : null;
}

export function emitSubquery(e: Of<'subquery'>, scope: Scope): Code {
  const rows = `cx.subquery(${index(e.index)},${scope.row()})`;
  const names = memberNames(e);
  switch (e.form) {
    case 'scalar':
      if (names !== null) return code(scope.call('structOf', rows, scope.constant(names)), true);
      return code(scope.call('scalarOf', rows), true);
    case 'rows':
      return code(scope.call('listOf', rows, scope.constant(names)), true);
    case 'exists':
      return code(`(${rows}.length${e.not ? '===' : '>'}0)`, false);
    case 'in': {
      assert(e.value !== null, 'in has a left side');
      const found = code(scope.call('inRows', scope.emit(e.value, scope).js, rows), true);
      return e.not ? lift(scope, [found], (f) => `!${f}`) : found;
    }
    case 'quantified': {
      assert(e.value !== null && e.op !== null && e.quantifier !== null, 'quantified has all its parts');
      const value = scope.emit(e.value, scope).js;
      const found = code(
        scope.call('quantifiedRows', scope.constant(e.op), scope.constant(e.quantifier), value, rows),
        true,
      );
      return e.not ? lift(scope, [found], (f) => `!${f}`) : found;
    }
    default:
      return unreachable(e.form);
  }
}
