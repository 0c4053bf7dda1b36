/**
 * The state store as maps, for tests and the simulation: same contract as `state/sqlite-store.ts`, no disk.
 *
 * `snapshot()` gives what is durable at this moment and is the input of a "restart": what an open transaction has
 * written is not in it.
 */
import { assert } from '../../src/model/errors.ts';
import type { Collection, Json, StateStore } from '../../src/ports/store.ts';

/** Texts of documents by key, by collection. */
export type StoreSnapshot = ReadonlyMap<string, ReadonlyMap<string, string>>;

interface Undo {
  readonly documents: Map<string, string>;
  readonly key: string;
  readonly before: string | undefined;
}

export class MemoryStore implements StateStore {
  readonly #collections = new Map<string, Map<string, string>>();
  /** What to undo, newest last; empty outside transactions. */
  #undo: Undo[] = [];
  #depth = 0;

  constructor(from: StoreSnapshot = new Map()) {
    for (const [name, documents] of from) this.#collections.set(name, new Map(documents));
  }

  collection(name: string): Collection {
    assert(/^[a-z_]+$/.test(name), `collection '${name}' is not lower-case letters and underscores`);
    const documents = this.#collections.get(name) ?? new Map<string, string>();
    this.#collections.set(name, documents);
    return {
      get: (key) => parse(documents.get(key)),
      put: (key, document) => this.#write(documents, key, JSON.stringify(document)),
      delete: (key) => this.#write(documents, key, undefined),
      entries: (options = {}) => entriesOf(documents, options),
      count: () => documents.size,
    };
  }

  transaction<T>(work: () => T): T {
    const mark = this.#undo.length;
    this.#depth++;
    try {
      const result = work();
      assert(!(result instanceof Promise), 'a transaction must be synchronous');
      return result;
    } catch (error) {
      for (const { documents, key, before } of this.#undo.splice(mark).toReversed()) restore(documents, key, before);
      throw error;
    } finally {
      this.#depth--;
      if (this.#depth === 0) this.#undo = [];
    }
  }

  close(): void {}

  snapshot(): StoreSnapshot {
    const durable = new Map([...this.#collections].map(([name, documents]) => [name, new Map(documents)]));
    const names = new Map([...this.#collections].map(([name, documents]) => [documents, name]));
    for (const { documents, key, before } of this.#undo.toReversed()) {
      const copy = durable.get(names.get(documents) ?? '');
      if (copy !== undefined) restore(copy, key, before);
    }
    return durable;
  }

  #write(documents: Map<string, string>, key: string, body: string | undefined): void {
    if (this.#depth > 0) this.#undo.push({ documents, key, before: documents.get(key) });
    restore(documents, key, body);
  }
}

function restore(documents: Map<string, string>, key: string, body: string | undefined): void {
  if (body === undefined) documents.delete(key);
  else documents.set(key, body);
}

function entriesOf(
  documents: ReadonlyMap<string, string>,
  options: NonNullable<Parameters<Collection['entries']>[0]>,
): readonly (readonly [string, Json])[] {
  const { prefix = '', after, limit } = options;
  return [...documents]
    .filter(([key]) => key.startsWith(prefix) && (after === undefined || key > after))
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .slice(0, limit)
    .map(([key, body]) => [key, parse(body) ?? null]);
}

function parse(body: string | undefined): Json | undefined {
  if (body === undefined) return undefined;
  const document: Json = JSON.parse(body);
  return document;
}
