/** Who is told of the steps of named windows: references of statements, in order of deployment. */
import type { Event } from '../../model/event.ts';
import type { Store } from '../store/store.ts';
import type { DeployedStatement } from './deployed.ts';

/** What one step did to a named window. */
export interface Change {
  readonly store: Store;
  readonly insert: readonly Event[];
  readonly remove: readonly Event[];
}

/** A reference to a named window. */
export interface Consumer {
  readonly owner: DeployedStatement;
  readonly slot: number;
}

const NOBODY: readonly Consumer[] = [];

export class Consumers {
  readonly #byStore = new Map<Store, readonly Consumer[]>();

  /** The answer takes it out again. */
  add(store: Store, consumer: Consumer): () => void {
    this.#byStore.set(store, [...this.of(store), consumer]);
    return () => this.#keep(store, (c) => c !== consumer);
  }

  removeOwner(owner: DeployedStatement): void {
    for (const store of this.#byStore.keys()) this.#keep(store, (c) => c.owner !== owner);
  }

  #keep(store: Store, keeps: (consumer: Consumer) => boolean): void {
    const rest = this.of(store).filter(keeps);
    if (rest.length === 0) this.#byStore.delete(store);
    else this.#byStore.set(store, rest);
  }

  has(store: Store): boolean {
    return this.#byStore.has(store);
  }

  of(store: Store): readonly Consumer[] {
    return this.#byStore.get(store) ?? NOBODY;
  }
}

/** Steps of one window that follow each other, put together. */
export function together(changes: readonly Change[]): readonly Change[] {
  if (changes.length === 1) return changes;
  const joined: { readonly store: Store; readonly insert: Event[]; readonly remove: Event[] }[] = [];
  for (const { store, insert, remove } of changes) {
    const last = joined.at(-1);
    if (last !== undefined && last.store === store) {
      for (const event of insert) last.insert.push(event);
      for (const event of remove) last.remove.push(event);
    } else {
      joined.push({ store, insert: [...insert], remove: [...remove] });
    }
  }
  return joined;
}
