/**
 * `into table` (Esper reference §6.3.4): the aggregation state of a statement that lives in the rows of a table. A row is
 * made when its group first appears and stays when the group empties; a row that was deleted starts afresh (conformance
 * state/tbl-into-01, tbl-reset-01). State: the table's.
 */
import type { CheckedExpression, SelectStatement } from '../../model/checked.ts';
import { assert, CodedError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import type { RowValues } from '../compile/compile.ts';
import { compileEvaluators, compilePredicate } from '../compile/compile.ts';
import type { Accumulator, EventRow, Predicate } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { AggregationState } from '../result/aggregation.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { Table, TableRow } from './table.ts';
import { cellOf } from './table-aggregates.ts';

interface ColumnWriter {
  readonly column: string;
  readonly args: RowValues;
  readonly filter: Predicate | null;
}

export interface TableWriterProgram {
  readonly table: string;
  /** By index of the statement's aggregations. */
  readonly columns: readonly ColumnWriter[];
  readonly keys: RowValues;
}

export function compileTableWriter(statement: SelectStatement): TableWriterProgram | null {
  const { intoTable, aggregates, groupBy } = statement;
  if (intoTable === undefined) return null;
  const columns = aggregates.map((spec, i): ColumnWriter => {
    if (spec.groupBy !== null) {
      throw new CodedError('NOT_SUPPORTED', 'group_by: does not go with into table', { position: spec.ast.position });
    }
    const column = intoTable.columns[i];
    assert(column !== null && column !== undefined, 'each aggregation is checked to have a column');
    const filter = spec.filter === null ? null : compilePredicate([spec.filter]);
    return { column, args: compileEvaluators(spec.args.map(withoutOrder)), filter };
  });
  return { table: intoTable.table, columns, keys: compileEvaluators(groupBy) };
}

/** The order of a sort key is the column's own. */
function withoutOrder(e: CheckedExpression): CheckedExpression {
  return e.kind === 'call' && e.name === 'desc' ? (e.args[0] ?? e) : e;
}

export class TableWriter implements AggregationState {
  readonly #program: TableWriterProgram;
  readonly #table: Table;
  readonly #context: InstanceContext;
  /** By index of the statement's aggregations, the place of its column among the table's. */
  readonly #places: readonly number[];
  readonly #cells = new Map<string, Value>();
  readonly #values: Value[] = [];

  constructor(program: TableWriterProgram, table: Table, context: InstanceContext) {
    this.#program = program;
    this.#table = table;
    this.#context = context;
    const names = (table.type.table?.aggregates ?? []).map((a) => a.column);
    this.#places = program.columns.map((c) => names.indexOf(c.column));
  }

  enter(_key: Key, row: EventRow): void {
    const target = this.#table.rowFor(this.#program.keys(row, this.#context), this.#context.nowMs);
    this.#write(target, row, (accumulator) => accumulator.enter(row, this.#context));
  }

  /** A row that was deleted meanwhile has forgotten what leaves now. */
  leave(_key: Key, row: EventRow): void {
    const target = this.#table.find(this.#program.keys(row, this.#context));
    if (target !== undefined) this.#write(target, row, (accumulator) => accumulator.leave(row, this.#context));
  }

  #write(target: TableRow, row: EventRow, change: (accumulator: Accumulator) => void): void {
    const context = this.#context;
    this.#program.columns.forEach(({ args, filter }, i) => {
      const accumulator = target.accumulators[this.#places[i] ?? -1];
      if (accumulator === undefined || (filter !== null && !filter(row, context))) return;
      const values = args(row, context);
      for (let a = 0; a < values.length; a++) this.#cells.set(cellOf(a), values[a] ?? null);
      const before = context.builtins;
      context.builtins = this.#cells;
      try {
        change(accumulator);
      } finally {
        context.builtins = before;
      }
    });
    target.seen = null;
  }

  use(_key: Key, row: EventRow): void {
    const target = this.#table.find(this.#program.keys(row, this.#context));
    for (let i = 0; i < this.#places.length; i++) {
      const at = this.#places[i] ?? -1;
      this.#values[i] = target === undefined ? this.#table.emptyValue(at) : (target.accumulators[at]?.value() ?? null);
    }
    this.#context.aggregates = this.#values;
  }

  clear(): void {}
}
