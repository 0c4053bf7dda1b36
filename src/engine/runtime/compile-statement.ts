/** From a checked statement to its program: the only place that knows all kinds of statements. */
import type { CheckedStatement } from '../../model/checked.ts';
import { CodedError, unreachable } from '../../model/errors.ts';
import type { EventType } from '../../model/event-type.ts';
import type { ContextProgram } from '../context/context-program.ts';
import {
  compileCreateContext,
  compilePartitionStore,
  compilePartitionVariable,
} from '../context/context-statements.ts';
import { compilePartitioned } from '../context/partitioned.ts';
import { compileCreateIndex, compileCreateTable, compileCreateWindow } from './create-store.ts';
import { compileOnSelect } from './on-select.ts';
import { compileOnStore } from './on-store.ts';
import type { EmitMode } from './select-program.ts';
import { compileSelect } from './select-program.ts';
import { compileSplit } from './split-statement.ts';
import type { StatementProgram } from './statement.ts';
import { compileUpdate } from './update-statement.ts';
import { compileCreateVariable, compileOnSet } from './variable-statements.ts';

/** What a statement is compiled against. */
export interface CompilePlace {
  readonly emit: EmitMode;
  readonly typeOf: (name: string) => EventType;
  /** Throws `UNKNOWN_CONTEXT`. */
  readonly contextOf: (name: string) => ContextProgram;
}

/** Null for statements that have nothing to run. Throws `NOT_SUPPORTED` with a position. */
export function compileStatement(
  statement: CheckedStatement,
  index: number,
  place: CompilePlace,
): StatementProgram | null {
  const program = compileKind(statement, index, place);
  if (program === null || statement.context === null) return program;
  const context = place.contextOf(statement.context);
  switch (statement.kind) {
    case 'createVariable':
      return compilePartitionVariable(program, context, statement);
    case 'createWindow':
    case 'createTable':
      return compilePartitionStore(program, context, statement);
    case 'updateIstream':
      throw new CodedError('NOT_SUPPORTED', 'update istream cannot stand in a context', {
        position: statement.ast.position,
      });
    default:
      return compilePartitioned(program, context);
  }
}

function compileKind(
  statement: CheckedStatement,
  index: number,
  { emit, typeOf, contextOf }: CompilePlace,
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
    case 'createContext':
      return compileCreateContext(statement, index, contextOf(statement.definition.name));
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
