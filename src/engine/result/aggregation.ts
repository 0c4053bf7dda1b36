/**
 * Aggregation state of a statement: accumulators per group, incremental (Esper 5.6). A group whose last row has left is
 * forgotten at the next arrival, with its `ever` values (conformance windows/group-lifecycle-07); without group by the one
 * group lives on. Aggregations with `group_by:` of their own keep groups of their own.
 */
import type { AggregateSpec } from '../../model/checked.ts';
import type { Value } from '../../model/value.ts';
import { accumulatorFor } from '../aggregate/accumulator-for.ts';
import type { RowKey } from '../compile/compile.ts';
import { compileKey } from '../compile/compile.ts';
import { compileGroupState } from '../compile/fused.ts';
import type { GroupState } from '../compile/fused.ts';
import type { Accumulator, AccumulatorConstructor, EventRow } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';

interface LocalSpec {
  readonly index: number;
  readonly make: AccumulatorConstructor;
  readonly key: RowKey;
}

/** Compiled once per statement. */
export interface AggregationProgram {
  /** Makes the state of one group, without the aggregations that have groups of their own. */
  readonly make: () => GroupState;
  readonly count: number;
  readonly local: readonly LocalSpec[];
}

export interface AggregationOptions {
  /** False where no row ever leaves. */
  readonly leaves: boolean;
  /** Rows have one stream and its event is never null. */
  readonly oneStream: boolean;
}

export function compileAggregation(specs: readonly AggregateSpec[], options: AggregationOptions): AggregationProgram {
  const local = specs.flatMap((spec, index): LocalSpec[] =>
    spec.groupBy === null ? [] : [{ index, make: accumulatorFor(spec, options), key: compileKey(spec.groupBy) }],
  );
  const make = compileGroupState(specs, options, (i) => specs[i]?.groupBy !== null);
  return { make, count: specs.length, local };
}

/** Rows of one group. */
export class Group {
  readonly #state: GroupState;
  readonly #values: Value[] = [];
  /** Rows in the group now. */
  rows = 0;
  #current = false;

  constructor(program: AggregationProgram) {
    this.#state = program.make();
    for (let i = 0; i < program.count; i++) this.#values.push(null);
  }

  enter(row: EventRow, context: InstanceContext): void {
    this.#state.enter(row, context);
    this.rows++;
    this.#current = false;
  }

  leave(row: EventRow, context: InstanceContext): void {
    this.#state.leave(row, context);
    this.rows--;
    this.#current = false;
  }

  /** The present values; the array is reused. */
  read(): Value[] {
    if (!this.#current) {
      this.#state.read(this.#values);
      this.#current = true;
    }
    return this.#values;
  }
}

class LocalGroups {
  readonly spec: LocalSpec;
  readonly #groups = new Map<Key, { readonly accumulator: Accumulator; rows: number }>();
  constructor(spec: LocalSpec) {
    this.spec = spec;
  }
  enter(row: EventRow, context: InstanceContext): void {
    const group = this.#group(row, context);
    group.accumulator.enter(row, context);
    group.rows++;
  }
  leave(row: EventRow, context: InstanceContext): void {
    const key = this.spec.key(row, context);
    const group = this.#groups.get(key);
    if (group === undefined) return;
    group.accumulator.leave(row, context);
    group.rows--;
    if (group.rows <= 0) this.#groups.delete(key);
  }
  value(row: EventRow, context: InstanceContext): Value {
    const group = this.#groups.get(this.spec.key(row, context));
    return (group?.accumulator ?? this.spec.make()).value();
  }
  clear(): void {
    this.#groups.clear();
  }
  #group(row: EventRow, context: InstanceContext): { readonly accumulator: Accumulator; rows: number } {
    const key = this.spec.key(row, context);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { accumulator: this.spec.make(), rows: 0 };
      this.#groups.set(key, group);
    }
    return group;
  }
}

/** What the result sets need of aggregation state: that of the statement, or that of a table. */
export interface AggregationState {
  enter(key: Key, row: EventRow): void;
  leave(key: Key, row: EventRow): void;
  /** Makes the group's values those that expressions read. */
  use(key: Key, row: EventRow): void;
  clear(): void;
}

/** One instance per grouping level; ungrouped statements use the key ''. */
export class Aggregation implements AggregationState {
  readonly #program: AggregationProgram;
  readonly #context: InstanceContext;
  readonly #forgets: boolean;
  readonly #groups = new Map<Key, Group>();
  readonly #local: readonly LocalGroups[];
  #emptied: Key[] = [];
  /** The group asked for last. */
  #lastKey: Key = null;
  #lastGroup: Group | null = null;

  /** `forgets`: groups end with their last row (statements with group by). */
  constructor(program: AggregationProgram, context: InstanceContext, forgets: boolean) {
    this.#program = program;
    this.#context = context;
    this.#forgets = forgets;
    this.#local = program.local.map((spec) => new LocalGroups(spec));
  }

  enter(key: Key, row: EventRow): void {
    if (this.#emptied.length > 0) this.#forget();
    this.group(key).enter(row, this.#context);
    for (const local of this.#local) local.enter(row, this.#context);
  }

  leave(key: Key, row: EventRow): void {
    const group = this.group(key);
    group.leave(row, this.#context);
    for (const local of this.#local) local.leave(row, this.#context);
    if (this.#forgets && group.rows <= 0) this.#emptied.push(key);
  }

  /** Makes the group's values those that expressions read. `row` finds the groups of `group_by:` aggregations. */
  use(key: Key, row: EventRow): void {
    const values = this.group(key).read();
    if (this.#local.length > 0) {
      for (const local of this.#local) values[local.spec.index] = local.value(row, this.#context);
    }
    this.#context.aggregates = values;
  }

  group(key: Key): Group {
    if (this.#lastGroup !== null && key === this.#lastKey) return this.#lastGroup;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new Group(this.#program);
      this.#groups.set(key, group);
      if (this.#forgets) this.#emptied.push(key);
    }
    this.#lastKey = key;
    this.#lastGroup = group;
    return group;
  }

  clear(): void {
    this.#groups.clear();
    this.#lastGroup = null;
    this.#emptied = [];
    for (const local of this.#local) local.clear();
  }

  #forget(): void {
    for (const key of this.#emptied) {
      const group = this.#groups.get(key);
      if (group !== undefined && group.rows <= 0) this.#groups.delete(key);
    }
    this.#emptied = [];
    this.#lastGroup = null;
  }
}
