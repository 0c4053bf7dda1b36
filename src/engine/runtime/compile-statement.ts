/** From a checked statement to its program: the only place that knows all kinds of statements. */
import type { CheckedStatement } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { EventType } from '../../model/event-type.ts';
import type { EmitMode } from './select-program.ts';
import { compileSelect } from './select-program.ts';
import { compileSplit } from './split-statement.ts';
import type { StatementProgram } from './statement.ts';
import { compileUpdate } from './update-statement.ts';
import { compileCreateVariable, compileOnSet } from './variable-statements.ts';

/** Null for statements that have nothing to run. Throws `NOT_SUPPORTED` with a position. */
export function compileStatement(
  statement: CheckedStatement,
  index: number,
  emit: EmitMode,
  typeOf: (name: string) => EventType,
): StatementProgram | null {
  switch (statement.kind) {
    case 'select':
      return compileSelect(statement, index, emit, typeOf);
    case 'createVariable':
      return compileCreateVariable(statement, index);
    case 'onSet':
      return compileOnSet(statement, index);
    case 'onSplit':
      return compileSplit(statement, index);
    case 'updateIstream':
      return compileUpdate(statement, index);
    case 'createSchema':
      return null;
    default:
      return notSupported(statement);
  }
}

/** Kinds that the analysis knows and the engine does not evaluate yet. */
function notSupported(statement: { readonly kind: string; readonly ast: CheckedStatement['ast'] }): never {
  throw new CodedError('NOT_SUPPORTED', `statements of kind ${statement.kind} are not supported yet`, {
    position: statement.ast.position,
  });
}
