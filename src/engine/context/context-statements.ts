/** `create context`, and what partitions have for themselves: variables, named windows, tables. */
import type { CreateContext, CreateVariable } from '../../model/checked.ts';
import type { CreateTable, CreateWindow } from '../../model/checked-store.ts';
import { compileExpression } from '../compile/compile.ts';
import type { InstanceHost, StatementProgram } from '../runtime/statement.ts';
import type { Store } from '../store/store.ts';
import { ContextManager } from './context-manager.ts';
import type { ContextProgram } from './context-program.ts';
import { compilePartitioned } from './partitioned.ts';
import { PartitionedStore } from './partitioned-store.ts';

export function compileCreateContext(
  statement: Pick<CreateContext, 'name'>,
  index: number,
  program: ContextProgram,
): StatementProgram {
  return {
    name: statement.name,
    index,
    columns: [],
    streams: program.streams,
    views: [],
    instantiate: (host) => {
      const manager = new ContextManager(program, host);
      host.addContext(manager);
      return manager;
    },
  };
}

const NO_ROW: readonly never[] = [];

/** A variable of its own for each partition, with the initial value at the partition's start. */
export function compilePartitionVariable(
  program: StatementProgram,
  context: ContextProgram,
  { variable, type, constant, initial }: CreateVariable,
): StatementProgram {
  const evaluate = initial === null ? null : compileExpression(initial);
  const declare = (host: InstanceHost): (() => void) => {
    const manager = host.contextManager(context.name);
    const initialOf =
      evaluate === null ? (): null => null : (cx: Parameters<typeof evaluate>[1]) => evaluate(NO_ROW, cx);
    manager.addVariable({ name: variable, type, constant, initial: initialOf });
    return () => manager.removeVariable(variable);
  };
  return compilePartitioned(program, context, { before: declare });
}

/** A named window or table in each partition; from outside, the rows of all. */
export function compilePartitionStore(
  program: StatementProgram,
  context: ContextProgram,
  statement: CreateWindow | CreateTable,
): StatementProgram {
  const { eventType } = statement;
  const declare = (host: InstanceHost): (() => void) => {
    const manager = host.contextManager(context.name);
    function* stores(): Iterable<Store> {
      for (const partition of manager.partitions()) {
        const store = partition.stores.get(eventType.name);
        if (store !== undefined) yield store;
      }
    }
    host.addStore(eventType.name, new PartitionedStore(eventType, context.name, stores));
    return () => {};
  };
  return compilePartitioned(program, context, { before: declare, divided: likeTypeOf(statement) });
}

/** Rows of a window that was declared like a type are divided as events of that type are. */
function likeTypeOf({ ast }: CreateWindow | CreateTable): string | undefined {
  return ast.kind === 'createWindow' && ast.model.kind !== 'columns' ? ast.model.typeName : undefined;
}
