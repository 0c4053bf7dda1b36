/**
 * Partial aggregates of a data window by group: what one domain contributes to sum, count, avg, min and max of a union
 * (DESIGN §5). Insert: the row enters its group; remove: it leaves, found by its id.
 *
 * State: per row of the window the values that are aggregated, per group and column a compensated sum, counts and, where
 * asked for, the values in order. Bound: the window's. Where rows never leave nothing is kept of a row.
 */
import type { RowValues } from '../../model/delta.ts';
import { groupName, type SilentCondition } from '../../model/silence.ts';
import type { Value } from '../../model/value.ts';
import { compareValues } from '../functions/values.ts';
import { DoubleDouble } from './double-double.ts';
import { OrderedMultiset } from './ordered-multiset.ts';

class PartialColumn {
  readonly #sum = new DoubleDouble();
  readonly #mass = new DoubleDouble();
  readonly #least: OrderedMultiset | null;
  readonly #greatest: OrderedMultiset | null;
  count = 0;
  special = 0;

  constructor(ordered: boolean) {
    this.#least = ordered ? new OrderedMultiset(compareValues) : null;
    this.#greatest = ordered ? new OrderedMultiset((a, b) => compareValues(b, a)) : null;
  }

  get sum(): number {
    return this.#sum.value();
  }

  get mass(): number {
    return this.#mass.value();
  }

  get min(): number | null {
    return numberOf(this.#least?.first() ?? null);
  }

  get max(): number | null {
    return numberOf(this.#greatest?.first() ?? null);
  }

  enter(x: Value): void {
    if (x === null) return;
    this.count++;
    if (!isFinite(x)) {
      this.special++;
      return;
    }
    this.#sum.add(x);
    this.#mass.add(Math.abs(x));
    this.#least?.enter(x);
    this.#greatest?.enter(x);
  }

  leave(x: Value): void {
    if (x === null) return;
    this.count--;
    if (!isFinite(x)) {
      this.special--;
      return;
    }
    this.#sum.subtract(x);
    this.#mass.subtract(Math.abs(x));
    this.#least?.leave(x);
    this.#greatest?.leave(x);
  }
}

/** Partial aggregates of one group; `column` null of {@link PartialGroup.of}: of its rows. */
export class PartialGroup {
  readonly key: RowValues;
  readonly #columns = new Map<number, PartialColumn>();
  readonly #ordered: ReadonlySet<number>;
  rows = 0;

  constructor(key: RowValues, columns: readonly number[], ordered: ReadonlySet<number>) {
    this.key = key;
    this.#ordered = ordered;
    for (const c of columns) this.#columns.set(c, new PartialColumn(this.#ordered.has(c)));
  }

  of(column: number | null): Pick<PartialColumn, 'count' | 'sum' | 'mass' | 'min' | 'max' | 'special'> {
    const found = column === null ? undefined : this.#columns.get(column);
    return found ?? { count: this.rows, sum: 0, mass: 0, min: null, max: null, special: 0 };
  }

  enter(values: RowValues): void {
    this.rows++;
    for (const [c, column] of this.#columns) column.enter(values[c] ?? null);
  }

  leave(values: RowValues): void {
    this.rows--;
    for (const [c, column] of this.#columns) column.leave(values[c] ?? null);
  }
}

export class PartialGroups {
  readonly #groupBy: readonly number[];
  readonly #columns: readonly number[];
  readonly #ordered: ReadonlySet<number>;
  readonly #groups = new Map<string, PartialGroup>();
  readonly #rows: Map<string, RowValues> | null;

  /** `leaves`: rows leave again, by id. */
  constructor(condition: SilentCondition, leaves: boolean) {
    this.#groupBy = condition.groupBy;
    this.#columns = [...new Set(condition.atoms.flatMap((a) => (a.column === null ? [] : [a.column])))];
    const extremes = condition.atoms.filter((a) => a.aggregate === 'min' || a.aggregate === 'max');
    this.#ordered = new Set(extremes.flatMap((a) => (a.column === null ? [] : [a.column])));
    this.#rows = leaves ? new Map() : null;
    if (condition.groupBy.length === 0) this.#make([]);
  }

  get size(): number {
    return this.#groups.size;
  }

  /** Groups that have rows; without group by the one group. */
  all(): Iterable<PartialGroup> {
    return this.#groups.values();
  }

  /** The group of that name; null while it has no rows. */
  find(name: string): PartialGroup | null {
    return this.#groups.get(name) ?? null;
  }

  /** Answers the name of the group. */
  enter(id: string, values: RowValues): string {
    const key = this.#groupBy.map((c) => values[c] ?? null);
    const name = groupName(key);
    (this.#groups.get(name) ?? this.#make(key)).enter(values);
    this.#rows?.set(id, values);
    return name;
  }

  /** Answers the name of the group; null for a row that is not there. */
  leave(id: string): string | null {
    const values = this.#rows?.get(id);
    if (values === undefined) return null;
    this.#rows?.delete(id);
    const name = groupName(this.#groupBy.map((c) => values[c] ?? null));
    const group = this.#groups.get(name);
    group?.leave(values);
    if (group !== undefined && group.rows <= 0 && this.#groupBy.length > 0) this.#groups.delete(name);
    else if (group !== undefined && group.rows <= 0) this.#make([]);
    return name;
  }

  #make(key: RowValues): PartialGroup {
    const group = new PartialGroup(key, this.#columns, this.#ordered);
    this.#groups.set(groupName(key), group);
    return group;
  }
}

function numberOf(value: Value): number | null {
  return typeof value === 'number' ? value : null;
}

function isFinite(value: Value): value is number {
  return typeof value === 'number' && value - value === 0;
}
