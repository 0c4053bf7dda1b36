/**
 * A named window or table of a context from outside: the rows of all partitions. Fire-and-forget queries read, change and
 * delete them; statements outside the context do not see it.
 */
import { CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { FindByKey, FindByRange, HashSpec, SortedSpec, StepResult, Store, StoreStep } from '../store/store.ts';

export class PartitionedStore implements Store {
  readonly type: EventType;
  readonly context: string;
  readonly #stores: () => Iterable<Store>;

  /** `stores`: those of the partitions that are open. */
  constructor(type: EventType, context: string, stores: () => Iterable<Store>) {
    this.type = type;
    this.context = context;
    this.#stores = stores;
  }

  *rows(): Iterable<Event> {
    for (const store of this.#stores()) yield* store.rows();
  }

  hash(spec: HashSpec): FindByKey {
    return (key) => [...this.#stores()].flatMap((s) => [...s.hash(spec)(key)]);
  }

  sorted(spec: SortedSpec): FindByRange {
    return (bounds) => [...this.#stores()].flatMap((s) => [...s.sorted(spec)(bounds)]);
  }

  unique(): never {
    throw this.#refusal('an index');
  }

  dropUnique(): void {}

  insert(): never {
    throw this.#refusal('an insert');
  }

  apply(step: StoreStep): StepResult {
    if (step.insert.length > 0) throw this.#refusal('an insert');
    const after: Event[] = [];
    const before: Event[] = [];
    for (const store of this.#stores()) {
      const own = new Set(store.rows());
      const remove = step.remove.filter((row) => own.has(row));
      const changes = step.changes.filter((c) => own.has(c.before));
      if (remove.length === 0 && changes.length === 0) continue;
      const result = store.apply({ remove, changes, insert: [] });
      after.push(...result.after);
      before.push(...result.before);
    }
    return { after, before, inserted: [] };
  }

  #refusal(what: string): CodedError {
    return new CodedError('INVALID_STATEMENT', `${what} on '${this.type.name}' belongs to no partition`, {
      hint: `make it a statement of context ${this.context}`,
    });
  }
}
