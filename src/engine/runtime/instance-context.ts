/** The evaluation context of one statement instance: one object, updated in place before expressions are evaluated. */
import type { PathStep } from '../../model/checked.ts';
import { assert } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { PartitionFacts } from '../context/partition.ts';
import { element, member } from '../functions/members.ts';
import { Table } from '../store/table.ts';
import type { EvaluationContext, EventRow, WindowAccess } from '../evaluation.ts';

/** The engine's clock as its parts see it. */
export interface Clock {
  readonly nowMs: number;
}

/** Values of variables by name. */
export interface VariableReader {
  read(name: string): Value;
  tableRow(table: string, keys: readonly Value[]): Event | null;
  tableKeys(table: string): readonly Value[];
}

export interface SubqueryReader {
  rows(row: EventRow, outer: EvaluationContext): readonly (readonly Value[])[];
}

const NO_VALUES: readonly Value[] = [];
const NO_ROWS: readonly EventRow[] = [];

export class InstanceContext implements EvaluationContext {
  readonly #clock: Clock;
  readonly #variables: VariableReader;
  aggregates: readonly Value[] = NO_VALUES;
  outer: readonly EventRow[] = NO_ROWS;
  rolledUp = 0;
  removing = false;
  /** By stream; set while the instance is built. */
  windows: readonly (WindowAccess | null)[] = [];
  /** By index of the statement's subqueries. */
  subqueries: readonly SubqueryReader[] = [];
  /** Names that stand for values of a window or output clause (`current_count`, `count_insert`, …); null where there are none. */
  builtins: ReadonlyMap<string, Value> | null = null;

  /** The partition of its context that the instance runs in; null without a context. */
  partition: PartitionFacts | null = null;

  constructor(clock: Clock, variables: VariableReader) {
    this.#clock = clock;
    this.#variables = variables;
  }

  get nowMs(): number {
    return this.#clock.nowMs;
  }

  variable(name: string): Value {
    if (this.builtins !== null) {
      const own = this.builtins.get(name);
      if (own !== undefined) return own;
    }
    const { partition } = this;
    if (partition !== null && partition.variables.has(name)) return partition.variables.read(name);
    return this.#variables.read(name);
  }

  contextProperty(path: readonly PathStep[]): Value {
    let value: Value = this.partition?.properties ?? null;
    for (const step of path) {
      if (step.kind === 'index') value = element(value, step.index);
      else value = member(value, step.kind === 'name' ? step.name : step.key);
    }
    return value;
  }

  tableRow(table: string, keys: readonly Value[]): Event | null {
    const own = this.partition?.stores.get(table);
    if (own !== undefined) return own instanceof Table ? own.row(keys) : null;
    return this.#variables.tableRow(table, keys);
  }

  tableKeys(table: string): readonly Value[] {
    const own = this.partition?.stores.get(table);
    if (own !== undefined) return own instanceof Table ? own.keys() : [];
    return this.#variables.tableKeys(table);
  }

  window(stream: number): WindowAccess {
    const access = this.windows[stream];
    assert(access !== null && access !== undefined, 'prev and prior are checked to name a stream with a window');
    return access;
  }

  subquery(index: number, row: EventRow): readonly (readonly Value[])[] {
    const reader = this.subqueries[index];
    assert(reader !== undefined, 'subqueries are made with the instance');
    return reader.rows(row, this);
  }
}
