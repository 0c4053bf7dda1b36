/**
 * The contract of the result-set categories (Esper appendix "output in detail"): from the rows that enter and leave
 * (behind window or join, and `where`) to rows of the insert and remove stream.
 *
 * `process` answers at once. `absorbLast`/`emitLast` and `absorbAll`/`emitAll` serve output limiting: state changes when
 * rows come, rows are made when output is due. `processFirst` serves `output first` of grouped statements.
 */
import type { OrderItem } from '../../model/checked.ts';
import type { Value } from '../../model/value.ts';
import { compileEvaluators } from '../compile/compile.ts';
import type { EventRow, Predicate } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { Outcome, RowList } from './outcome.ts';
import type { Projection } from './projection.ts';

export type Rows = readonly EventRow[];

/** Asks the output condition of a group whether an event may be put out now. */
export type GroupPoll = (key: Key, inserted: number, removed: number) => boolean;

export interface ResultSet {
  process(insert: Rows, remove: Rows, out: Outcome): void;
  /** `process` for at most one row each way. */
  processOne(insert: EventRow | null, remove: EventRow | null, out: Outcome): void;
  absorbLast(insert: Rows, remove: Rows): void;
  emitLast(out: Outcome): void;
  absorbAll(insert: Rows, remove: Rows): void;
  emitAll(out: Outcome): void;
  /** Output is due by the clock and nothing has come. */
  emitIdle(out: Outcome): void;
  /** Null in categories without groups. */
  readonly processFirst: ((insert: Rows, remove: Rows, poll: GroupPoll, out: Outcome) => void) | null;
  /** Rows for `iterate` and `output snapshot`, from the statement's present rows. */
  iterate(rows: Rows, out: RowList): void;
  /** Aggregates start afresh (unidirectional joins). */
  clear(): void;
}

/** Compiled once per statement: makes and orders one output row. */
export interface RowProgram {
  readonly project: Projection;
  readonly having: Predicate | null;
  readonly sort: ((row: EventRow, context: InstanceContext) => Value[]) | null;
  /** The remove stream is wanted (`irstream`, `rstream`). */
  readonly removes: boolean;
}

export function compileSort(orderBy: readonly OrderItem[]): RowProgram['sort'] {
  return orderBy.length === 0 ? null : compileEvaluators(orderBy.map((o) => o.expression));
}

/** Evaluates rows of one statement instance. */
export class RowMaker {
  readonly removes: boolean;
  readonly #program: RowProgram;
  readonly #context: InstanceContext;

  constructor(program: RowProgram, context: InstanceContext) {
    this.#program = program;
    this.#context = context;
    this.removes = program.removes;
  }

  passes(row: EventRow, removing: boolean): boolean {
    if (this.#program.having === null) return true;
    this.#context.removing = removing;
    const passed = this.#program.having(row, this.#context);
    this.#context.removing = false;
    return passed;
  }

  /** Appends the row if `having` holds for it. True if it did. */
  make(row: EventRow, removing: boolean, into: RowList): boolean {
    const context = this.#context;
    context.removing = removing;
    const { having, sort, project } = this.#program;
    const passed = having === null || having(row, context);
    if (passed) {
      into.rows.push(project(row, context));
      if (sort !== null) into.sortKeys.push(sort(row, context));
    }
    context.removing = false;
    return passed;
  }
}
