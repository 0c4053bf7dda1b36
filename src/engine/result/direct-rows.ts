/**
 * The result-set categories of statements that `select-direct` runs: one stream, insert stream only, put out at once. They
 * take events instead of rows and keep the laws of `result-set.ts`: enter, leave, then rows.
 * State: one group, or groups by key; a group whose last row has left is forgotten at the next arrival.
 */
import type { Event } from '../../model/event.ts';
import type { EventKey } from '../compile/compile.ts';
import type { StreamGroup } from '../compile/stream-group.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { OutputRow } from '../runtime/output-row.ts';
import type { Category } from './category.ts';

/** Takes the rows in order; null stands for one that `having` has stopped. */
export interface RowTaker {
  put(row: OutputRow | null): void;
}

export interface DirectRows {
  /** An update of at most one event each way: the first row, or null; a second one is put. */
  one(insert: Event | null, remove: Event | null): OutputRow | null;
  many(insert: readonly Event[], remove: readonly Event[]): void;
  /** The present rows, from the events that are in. */
  iterate(events: readonly Event[], into: RowTaker): void;
}

/** A row per event (categories 1 and 3). */
class PerEvent implements DirectRows {
  readonly #group: StreamGroup;
  readonly #aggregated: boolean;
  readonly #context: EvaluationContext;
  readonly #out: RowTaker;

  constructor(group: StreamGroup, aggregated: boolean, context: EvaluationContext, out: RowTaker) {
    this.#group = group;
    this.#aggregated = aggregated;
    this.#context = context;
    this.#out = out;
  }

  one(insert: Event | null, remove: Event | null): OutputRow | null {
    if (this.#aggregated) {
      if (insert !== null) this.#group.enter(insert, this.#context);
      if (remove !== null) this.#group.leave(remove, this.#context);
    }
    return insert === null ? null : this.#group.row(insert, this.#context);
  }

  many(insert: readonly Event[], remove: readonly Event[]): void {
    if (this.#aggregated) {
      for (const event of insert) this.#group.enter(event, this.#context);
      for (const event of remove) this.#group.leave(event, this.#context);
    }
    this.iterate(insert, this.#out);
  }

  iterate(events: readonly Event[], into: RowTaker): void {
    for (const event of events) into.put(this.#group.row(event, this.#context));
  }
}

/** One row per update (category 2). */
class ForAll implements DirectRows {
  readonly #group: StreamGroup;
  readonly #context: EvaluationContext;
  readonly #out: RowTaker;

  constructor(group: StreamGroup, context: EvaluationContext, out: RowTaker) {
    this.#group = group;
    this.#context = context;
    this.#out = out;
  }

  one(insert: Event | null, remove: Event | null): OutputRow | null {
    if (insert !== null) this.#group.enter(insert, this.#context);
    if (remove !== null) this.#group.leave(remove, this.#context);
    return this.#group.row(null, this.#context);
  }

  many(insert: readonly Event[], remove: readonly Event[]): void {
    for (const event of insert) this.#group.enter(event, this.#context);
    for (const event of remove) this.#group.leave(event, this.#context);
    this.#out.put(this.#group.row(null, this.#context));
  }

  iterate(_events: readonly Event[], into: RowTaker): void {
    into.put(this.#group.row(null, this.#context));
  }
}

/** Groups by key. */
class Groups {
  readonly #make: () => StreamGroup;
  readonly #key: EventKey;
  readonly #context: EvaluationContext;
  readonly #byKey = new Map<Key, StreamGroup>();
  #emptied: StreamGroup[] = [];

  constructor(make: () => StreamGroup, key: EventKey, context: EvaluationContext) {
    this.#make = make;
    this.#key = key;
    this.#context = context;
  }

  /** To be called once before the arrivals of an update. */
  forget(): void {
    if (this.#emptied.length === 0) return;
    for (const group of this.#emptied) if (group.rows <= 0) this.#byKey.delete(group.key);
    this.#emptied = [];
  }

  of(event: Event): StreamGroup {
    const key = this.#key(event, this.#context);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const made = this.#make();
    made.key = key;
    this.#byKey.set(key, made);
    return made;
  }

  enter(event: Event): StreamGroup {
    const group = this.of(event);
    group.enter(event, this.#context);
    group.rows++;
    return group;
  }

  leave(event: Event): StreamGroup {
    const group = this.of(event);
    group.leave(event, this.#context);
    if (--group.rows <= 0) this.#emptied.push(group);
    return group;
  }
}

/** One row per group that an update touches (category 4). */
class PerGroup implements DirectRows {
  readonly #groups: Groups;
  readonly #context: EvaluationContext;
  readonly #out: RowTaker;
  #update = 0;

  constructor(groups: Groups, context: EvaluationContext, out: RowTaker) {
    this.#groups = groups;
    this.#context = context;
    this.#out = out;
  }

  one(insert: Event | null, remove: Event | null): OutputRow | null {
    if (insert === null) return remove === null ? null : this.#row(this.#groups.leave(remove), remove);
    this.#groups.forget();
    const entered = this.#groups.enter(insert);
    const left = remove === null ? entered : this.#groups.leave(remove);
    if (remove === null || left === entered) return this.#row(entered, insert);
    const first = this.#row(entered, insert);
    const second = this.#row(left, remove);
    if (first === null) return second;
    this.#out.put(second);
    return first;
  }

  many(insert: readonly Event[], remove: readonly Event[]): void {
    const touched: StreamGroup[] = [];
    const events: Event[] = [];
    const mark = ++this.#update;
    if (insert.length > 0) this.#groups.forget();
    for (const event of insert) {
      const group = this.#groups.enter(event);
      if (group.mark === mark) continue;
      group.mark = mark;
      touched.push(group);
      events.push(event);
    }
    for (const event of remove) {
      const group = this.#groups.leave(event);
      if (group.mark === mark) continue;
      group.mark = mark;
      touched.push(group);
      events.push(event);
    }
    for (let i = 0; i < touched.length; i++) {
      const group = touched[i];
      const event = events[i];
      if (group !== undefined && event !== undefined) this.#out.put(this.#row(group, event));
    }
  }

  #row(group: StreamGroup, event: Event): OutputRow | null {
    return group.row(event, this.#context);
  }

  iterate(events: readonly Event[], into: RowTaker): void {
    const mark = ++this.#update;
    for (const event of events) {
      const group = this.#groups.of(event);
      if (group.mark === mark) continue;
      group.mark = mark;
      into.put(group.row(event, this.#context));
    }
  }
}

/** A row per event, with its group's aggregates after the update (category 5). */
class PerEventGrouped implements DirectRows {
  readonly #groups: Groups;
  readonly #context: EvaluationContext;
  readonly #out: RowTaker;

  constructor(groups: Groups, context: EvaluationContext, out: RowTaker) {
    this.#groups = groups;
    this.#context = context;
    this.#out = out;
  }

  one(insert: Event | null, remove: Event | null): OutputRow | null {
    if (insert !== null) this.#groups.forget();
    const group = insert === null ? null : this.#groups.enter(insert);
    if (remove !== null) this.#groups.leave(remove);
    return group === null ? null : group.row(insert, this.#context);
  }

  many(insert: readonly Event[], remove: readonly Event[]): void {
    if (insert.length > 0) this.#groups.forget();
    for (const event of insert) this.#groups.enter(event);
    for (const event of remove) this.#groups.leave(event);
    this.iterate(insert, this.#out);
  }

  iterate(events: readonly Event[], into: RowTaker): void {
    for (const event of events) into.put(this.#groups.of(event).row(event, this.#context));
  }
}

export interface DirectRowsSpec {
  readonly category: Category;
  readonly make: () => StreamGroup;
  /** Null without group by. */
  readonly key: EventKey | null;
  readonly aggregated: boolean;
}

export function directRows(spec: DirectRowsSpec, context: EvaluationContext, out: RowTaker): DirectRows {
  const { category, make, key, aggregated } = spec;
  if (key === null) {
    return category === 'rowForAll' ? new ForAll(make(), context, out) : new PerEvent(make(), aggregated, context, out);
  }
  const groups = new Groups(make, key, context);
  return category === 'rowPerGroup' ? new PerGroup(groups, context, out) : new PerEventGrouped(groups, context, out);
}
