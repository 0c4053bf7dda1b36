/** The row predicate of an export policy as a syntax tree. */
import { parseModule } from '../epl/parse.ts';
import type { AstExpression } from '../model/ast.ts';
import { CodedError } from '../model/errors.ts';

/** Throws `SYNTAX` unless `where` is one condition and nothing else. */
export function parsePredicate(where: string): AstExpression {
  const module = parseModule(`select * from X(${where})`);
  const [statement, ...more] = module.statements;
  if (statement?.kind === 'selectStatement' && more.length === 0) {
    const { from, joins } = statement.select;
    const filter = from?.source.kind === 'filter' ? from.source.filter : [];
    const [only, ...others] = filter;
    const plain =
      joins.length === 0 &&
      from?.windows.length === 0 &&
      from.source.kind === 'filter' &&
      from.source.contained.length === 0;
    if (only !== undefined && others.length === 0 && plain && statement.select.where === null) return only;
  }
  throw new CodedError('SYNTAX', 'the row predicate is not one condition');
}
