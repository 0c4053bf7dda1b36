/**
 * A named window (Esper reference §6.2): rows behind data windows, indexes over them, and who is told of what enters and
 * leaves. Δ: that of its data windows; what statements delete or change joins the remove stream of the same step.
 * State: the windows' rows, the indexes. Bound: that of the windows.
 *
 * Windows that post in batches hold the pending batch: its rows are found by statements, a deleted one just vanishes, and
 * nobody is told before the batch is posted (conformance state/nw-lengthbatch-01). They keep no index.
 */
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { DataWindow, UpdateSink } from '../window/data-window.ts';
import { NONE } from '../window/data-window.ts';
import type { FindByKey, FindByRange, HashSpec, SortedSpec, StepResult, Store, StoreStep } from './store.ts';
import { uniqueViolation } from './store.ts';
import { HashIndex, SortedIndex } from './store-index.ts';

export interface NamedWindowOptions {
  readonly type: EventType;
  /** Posts in batches. */
  readonly batch: boolean;
  readonly context: EvaluationContext;
  /** What entered and left in one step; never both empty. */
  readonly changed: (insert: readonly Event[], remove: readonly Event[]) => void;
}

interface Unique {
  readonly index: string;
  readonly spec: HashSpec;
  readonly rows: HashIndex<Event>;
}

export class NamedWindow implements Store, UpdateSink {
  readonly type: EventType;
  readonly #options: NamedWindowOptions;
  readonly #hashes = new Map<string, HashIndex<Event>>();
  readonly #orders = new Map<string, SortedIndex<Event>>();
  readonly #uniques: Unique[] = [];
  #window: DataWindow | null = null;
  /** While a step is applied: what the windows post. */
  #step: { readonly insert: Event[]; readonly remove: Event[] } | null = null;

  constructor(options: NamedWindowOptions) {
    this.#options = options;
    this.type = options.type;
  }

  /** The windows post here and are made with this as their sink. */
  attach(window: DataWindow): void {
    this.#window = window;
  }

  rows(): Iterable<Event> {
    return this.#window?.content() ?? NONE;
  }

  insert(rows: readonly Event[]): readonly Event[] {
    if (this.#uniques.length > 0) this.#requireUnique(rows, NONE);
    this.#window?.insert(rows);
    return rows;
  }

  update(insert: readonly Event[], remove: readonly Event[]): void {
    if (insert.length === 0 && remove.length === 0) return;
    if (!this.#options.batch) this.#index(insert, remove);
    if (this.#step === null) {
      this.#options.changed(insert, remove);
      return;
    }
    for (const event of insert) this.#step.insert.push(event);
    for (const event of remove) this.#step.remove.push(event);
  }

  #index(insert: readonly Event[], remove: readonly Event[]): void {
    for (const index of this.#indexes()) {
      for (const event of insert) index.add(event);
      for (const event of remove) index.remove(event);
    }
  }

  *#indexes(): Iterable<HashIndex<Event> | SortedIndex<Event>> {
    yield* this.#hashes.values();
    yield* this.#orders.values();
    for (const unique of this.#uniques) yield unique.rows;
  }

  apply({ remove, changes, insert }: StoreStep): StepResult {
    const window = this.#window;
    if (window === null) return { after: NONE, before: NONE, inserted: NONE };
    const before = changes.map((c) => c.before);
    const after = changes.map((c) => c.after);
    const gone = [...remove, ...before];
    const arriving = [...after, ...insert];
    if (this.#uniques.length > 0) this.#requireUnique(arriving, gone);
    const step: { readonly insert: Event[]; readonly remove: Event[] } = { insert: [], remove: [] };
    this.#step = step;
    try {
      if (gone.length > 0) {
        window.drop(gone);
        if (!this.#options.batch) this.update(NONE, gone);
      }
      if (arriving.length > 0) window.insert(arriving);
    } finally {
      this.#step = null;
    }
    if (step.insert.length > 0 || step.remove.length > 0) this.#options.changed(step.insert, step.remove);
    return { after, before, inserted: insert };
  }

  /** Throws if a key of `arriving` is there among rows other than `gone`, or twice in it. */
  #requireUnique(arriving: readonly Event[], gone: readonly Event[]): void {
    const leaving = new Set(gone);
    for (const { index, spec, rows } of this.#uniques) {
      const seen = new Set<unknown>();
      for (const event of arriving) {
        const key = spec.key(event, this.#options.context);
        const present = [...(rows.find(key) ?? [])].some((r) => !leaving.has(r));
        if (present || seen.has(key)) {
          throw uniqueViolation(
            index,
            spec.columns.map((c) => event[slotOf(c)] ?? null),
          );
        }
        seen.add(key);
      }
    }
  }

  hash(spec: HashSpec): FindByKey {
    const { batch, context } = this.#options;
    const keyOf = (event: Event) => spec.key(event, context);
    if (batch) return (key) => filtered(this.rows(), (event) => keyOf(event) === key);
    let index = this.#hashes.get(spec.name);
    if (index === undefined) {
      index = new HashIndex(keyOf);
      for (const row of this.rows()) index.add(row);
      this.#hashes.set(spec.name, index);
    }
    const found = index;
    return (key) => found.find(key) ?? NONE;
  }

  sorted(spec: SortedSpec): FindByRange {
    const { batch, context } = this.#options;
    if (batch) return () => this.rows();
    let index = this.#orders.get(spec.name);
    if (index === undefined) {
      index = new SortedIndex((event: Event) => spec.value(event, context));
      for (const row of this.rows()) index.add(row);
      this.#orders.set(spec.name, index);
    }
    const found = index;
    return (bounds) => found.range(bounds);
  }

  unique(index: string, spec: HashSpec): void {
    const { context } = this.#options;
    const rows = new HashIndex<Event>((event) => spec.key(event, context));
    for (const row of this.rows()) {
      if ((rows.find(spec.key(row, context))?.size ?? 0) > 0) {
        throw uniqueViolation(
          index,
          spec.columns.map((c) => row[slotOf(c)] ?? null),
        );
      }
      rows.add(row);
    }
    this.#uniques.push({ index, spec, rows });
  }

  dropUnique(index: string): void {
    const at = this.#uniques.findIndex((u) => u.index === index);
    if (at >= 0) this.#uniques.splice(at, 1);
  }
}

function* filtered(rows: Iterable<Event>, holds: (event: Event) => boolean): Iterable<Event> {
  for (const row of rows) if (holds(row)) yield row;
}
