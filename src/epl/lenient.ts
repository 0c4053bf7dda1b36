/** placeholder until the pass is written */
import type { AstModule } from '../model/ast.ts';
import type { Catalog } from '../model/event-type.ts';
export function rewriteAliases(module: AstModule, _catalog: Catalog): { module: AstModule; notes: readonly string[] } {
  return { module, notes: [] };
}
