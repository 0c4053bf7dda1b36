/** From a checked statement to its program: the only place that knows all kinds of statements. */
import type { CheckedStatement } from '../../model/checked.ts';
import { unreachable } from '../../model/errors.ts';
import type { EventType } from '../../model/event-type.ts';
import { compileCreateIndex, compileCreateTable, compileCreateWindow } from './create-store.ts';
import { compileOnSelect } from './on-select.ts';
import { compileOnStore } from './on-store.ts';
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
    case 'createWindow':
      return compileCreateWindow(statement, index);
    case 'createTable':
      return compileCreateTable(statement, index);
    case 'createIndex':
      return compileCreateIndex(statement, index);
    case 'onSelect':
      return compileOnSelect(statement, index, typeOf);
    case 'onDelete':
    case 'onUpdate':
    case 'onMerge':
      return compileOnStore(statement, index);
    default:
      return unreachable(statement);
  }
}
