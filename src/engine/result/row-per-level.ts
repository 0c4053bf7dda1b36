/**
 * Rollup, cube and grouping sets: a row per group and level that an update touches, most detailed levels first. Old rows
 * carry the aggregates before the update. State: an aggregation per level; for `output last` the groups touched, for
 * `output all` every group ever seen.
 */
import type { EventRow } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import { Aggregation } from './aggregation.ts';
import type { AggregationProgram } from './aggregation.ts';
import type { GroupingLevel } from './grouping-levels.ts';
import { Outcome } from './outcome.ts';
import type { RowList } from './outcome.ts';
import type { GroupPoll, ResultSet, Rows } from './result-set.ts';
import { RowMaker } from './result-set.ts';

/** One level with its state. */
class Level {
  readonly aggregation: Aggregation;
  readonly maker: RowMaker;
  readonly #spec: GroupingLevel;
  readonly #context: InstanceContext;
  readonly #place: number;
  touched = new Map<Key, EventRow>();
  readonly everSeen = new Map<Key, EventRow>();

  constructor(spec: GroupingLevel, place: number, program: AggregationProgram, context: InstanceContext) {
    this.#spec = spec;
    this.#place = place;
    this.#context = context;
    this.aggregation = new Aggregation(program, context, spec.rows !== null);
    this.maker = new RowMaker(spec.rows, context);
  }

  key(row: EventRow): Key {
    return this.#spec.key(row, this.#context);
  }

  /** Tells groups of different levels apart. */
  pollKey(key: Key): Key {
    return `${this.#place}/${typeof key}/${String(key)}`;
  }

  row(key: Key, row: EventRow, removing: boolean, into: RowList): boolean {
    this.aggregation.use(key, row);
    this.#context.rolledUp = this.#spec.rolledUp;
    const made = this.maker.make(row, removing, into);
    this.#context.rolledUp = 0;
    return made;
  }

  passes(key: Key, row: EventRow): boolean {
    this.aggregation.use(key, row);
    this.#context.rolledUp = this.#spec.rolledUp;
    const passed = this.maker.passes(row, false);
    this.#context.rolledUp = 0;
    return passed;
  }

  groupsOf(insert: Rows, remove: Rows): Map<Key, EventRow> {
    const groups = new Map<Key, EventRow>();
    for (const row of insert) groups.set(this.key(row), row);
    for (const row of remove) groups.set(this.key(row), row);
    return groups;
  }

  apply(insert: Rows, remove: Rows): void {
    for (const row of insert) this.aggregation.enter(this.key(row), row);
    for (const row of remove) this.aggregation.leave(this.key(row), row);
  }
}

export class RowPerLevel implements ResultSet {
  readonly #levels: readonly Level[];
  readonly #removes: boolean;
  #oldOfInterval = new Outcome();
  #intervalOpen = false;

  constructor(levels: readonly GroupingLevel[], program: AggregationProgram, context: InstanceContext) {
    this.#levels = levels.map((spec, i) => new Level(spec, i, program, context));
    this.#removes = levels[0]?.rows.removes ?? false;
  }

  process(insert: Rows, remove: Rows, out: Outcome): void {
    const touched = this.#levels.map((level) => level.groupsOf(insert, remove));
    if (this.#removes) this.#rows(touched, true, out.remove);
    for (const level of this.#levels) level.apply(insert, remove);
    this.#rows(touched, false, out.insert);
  }

  processOne(insert: EventRow | null, remove: EventRow | null, out: Outcome): void {
    this.process(insert === null ? [] : [insert], remove === null ? [] : [remove], out);
  }

  #rows(touched: readonly ReadonlyMap<Key, EventRow>[], removing: boolean, into: RowList): void {
    this.#levels.forEach((level, i) => {
      for (const [key, row] of touched[i] ?? []) level.row(key, row, removing, into);
    });
  }

  absorbLast(insert: Rows, remove: Rows): void {
    for (const level of this.#levels) {
      for (const [key, row] of level.groupsOf(insert, remove)) {
        if (this.#removes && !level.touched.has(key)) level.row(key, row, true, this.#oldOfInterval.remove);
        level.touched.set(key, row);
      }
      level.apply(insert, remove);
    }
  }

  emitLast(out: Outcome): void {
    out.append(this.#oldOfInterval);
    this.#oldOfInterval = new Outcome();
    this.#rows(
      this.#levels.map((level) => level.touched),
      false,
      out.insert,
    );
    for (const level of this.#levels) level.touched = new Map();
  }

  absorbAll(insert: Rows, remove: Rows): void {
    this.#openInterval();
    for (const level of this.#levels) {
      for (const [key, row] of level.groupsOf(insert, remove)) {
        if (this.#removes && !level.everSeen.has(key)) level.row(key, row, true, this.#oldOfInterval.remove);
        level.everSeen.set(key, row);
      }
      level.apply(insert, remove);
    }
  }

  #openInterval(): void {
    if (this.#intervalOpen) return;
    this.#intervalOpen = true;
    if (!this.#removes) return;
    this.#rows(
      this.#levels.map((level) => level.everSeen),
      true,
      this.#oldOfInterval.remove,
    );
  }

  emitAll(out: Outcome): void {
    this.#openInterval();
    out.append(this.#oldOfInterval);
    this.#oldOfInterval = new Outcome();
    this.#intervalOpen = false;
    this.#rows(
      this.#levels.map((level) => level.everSeen),
      false,
      out.insert,
    );
  }

  emitIdle(): void {}

  readonly processFirst = (insert: Rows, remove: Rows, poll: GroupPoll, out: Outcome): void => {
    const touched = this.#levels.map((level) => level.groupsOf(insert, remove));
    for (const level of this.#levels) level.apply(insert, remove);
    this.#levels.forEach((level, i) => {
      for (const [key, row] of touched[i] ?? []) {
        if (!level.passes(key, row)) continue;
        if (poll(level.pollKey(key), insert.length, remove.length)) level.row(key, row, false, out.insert);
      }
    });
  };

  iterate(rows: Rows, out: RowList): void {
    for (const level of this.#levels) {
      const groups = new Map<Key, EventRow>();
      for (const row of rows) {
        const key = level.key(row);
        if (!groups.has(key)) groups.set(key, row);
      }
      for (const [key, row] of groups) level.row(key, row, false, out);
    }
  }

  clear(): void {
    for (const level of this.#levels) level.aggregation.clear();
  }
}
