/** One statement: the first rewrite of the whole statement that is safe and chosen, else reference by reference. */
import type { AstExpressionDeclaration, AstStatement } from '../model/ast.ts';
import type { CheckedStatement } from '../model/checked.ts';
import type { PlannedStatement } from '../model/plan.ts';
import { printStatement } from '../epl/print.ts';
import { planBody, planRest } from './plan-body.ts';
import type { Planning, StatementRule } from './planning.ts';
import { replaceNodes } from './rewrite-ast.ts';
import { shipWhole } from './rules/ship-whole.ts';
import { selectOf } from './select-ast.ts';

/** Rewrites of whole statements, the best first. */
export const STATEMENT_RULES: readonly StatementRule[] = [shipWhole];

export function planStatement(statement: CheckedStatement, index: number, planning: Planning): PlannedStatement {
  const ast = withDeclarations(statement.ast, planning.options.declarations ?? []);
  // A context divides events by their types: its statements read whole streams under their own names.
  const divided = statement.context !== null;
  if (statement.kind === 'select' && !divided) {
    for (const rule of STATEMENT_RULES) {
      const planned = rule.apply({ statement, ast, planning, index });
      if (planned !== null) return planned;
    }
  }
  const replacements = new Map<object, unknown>();
  if (statement.kind === 'select' && !divided)
    planBody(statement, selectOf(ast), statement, planning, replacements, `${index}`);
  planRest(ast, planning, replacements);
  return {
    name: statement.name,
    epl: printStatement(replaceNodes(ast, replacements)),
    shippedAs: null,
    columns: statement.kind === 'select' ? statement.columns : [],
    feeds: feedsOthers(statement),
  };
}

/**
 * True for what is there for other statements: inserts into streams, and without a name of its own everything that is no
 * select (windows, tables, variables, changes of them). A name says that its outputs are wanted.
 */
function feedsOthers(statement: CheckedStatement): boolean {
  if (statement.kind === 'select') return statement.insertInto !== null;
  if (statement.kind === 'onSelect') return statement.select.insertInto !== null;
  return statement.name === null;
}

/** A statement that stands alone: what the module declares beside it goes with it. */
function withDeclarations(ast: AstStatement, declarations: readonly AstExpressionDeclaration[]): AstStatement {
  if (declarations.length === 0 || ast.kind === 'createSchema') return ast;
  const own = new Set(ast.declarations.map((d) => d.name));
  return { ...ast, declarations: [...declarations.filter((d) => !own.has(d.name)), ...ast.declarations] };
}
