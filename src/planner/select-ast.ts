/** From checked selects back to the syntax they were made of. */
import type { AstFilterSource, AstSelect, AstStatement, AstStream } from '../model/ast.ts';
import type { SelectBody } from '../model/checked.ts';
import { walkExpression } from '../model/expression-tree.ts';
import { expressionsOf } from './walk.ts';

export function selectOf(ast: AstStatement): AstSelect | null {
  return ast.kind === 'selectStatement' ? ast.select : null;
}

export function streamNode(ast: AstSelect, index: number): AstStream | null {
  return index === 0 ? ast.from : (ast.joins[index - 1]?.stream ?? null);
}

/** Subqueries with the syntax they were made of. */
export function subqueriesOf(body: SelectBody): readonly { readonly body: SelectBody; readonly ast: AstSelect }[] {
  const out = new Map<number, AstSelect>();
  for (const top of expressionsOf(body)) {
    walkExpression(top, (e) => {
      if (e.kind === 'subquery' && 'select' in e.ast) out.set(e.index, e.ast.select);
    });
  }
  return [...out].flatMap(([index, ast]) => {
    const inner = body.subqueries[index];
    return inner === undefined ? [] : [{ body: inner, ast }];
  });
}

export function isFilterSource(node: object): node is AstFilterSource {
  return 'kind' in node && node.kind === 'filter' && 'typeName' in node && 'nameParts' in node && 'contained' in node;
}
