/**
 * The state store over embedded SQLite (`node:sqlite`): what is registered survives a restart (DESIGN §9).
 *
 * One table of JSON documents by (collection, key). WAL with synchronous=full: a call, or the outermost transaction, is
 * on disk when it returns. The file is locked for as long as it is open, since two agents over one directory would hand
 * out the same ids twice. Text is stored as UTF-16BE, so that SQLite's byte order of keys is the order of UTF-16 units
 * that the port promises.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { CodedError, assert } from '../model/errors.ts';
import type { Collection, Json, StateStore } from '../ports/store.ts';
import { migrate } from './migrations.ts';

/** How long an open waits for another process to let go of the file, such as an agent that is just being replaced. */
export const BUSY_TIMEOUT_MS = 5_000;

/** Longest document in UTF-16 units: far above a trigger (250 KiB), far below what stalls the event loop. */
export const MAX_DOCUMENT_LENGTH = 8 * 1024 * 1024;

/** Longest key in UTF-16 units. */
export const MAX_KEY_LENGTH = 2_048;

export interface SqliteStoreOptions {
  /** Path of the database; it and its folder are made if absent. `:memory:` for none. */
  readonly path: string;
  /** @default 5_000 */
  readonly busyTimeoutMs?: number | undefined;
}

interface Statements {
  readonly get: StatementSync;
  readonly insert: StatementSync;
  readonly update: StatementSync;
  readonly delete: StatementSync;
  readonly entries: StatementSync;
  readonly count: StatementSync;
}

export class SqliteStore implements StateStore {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #statements: Statements;
  readonly #collections = new Map<string, Collection>();
  /** Documents per collection where known; emptied by a rollback. */
  readonly #counts = new Map<string, number>();
  #depth = 0;
  #open = true;

  /** Throws `STORE_FAILED` if the file cannot be opened, is in use, is damaged or was written by a newer version. */
  constructor(options: SqliteStoreOptions) {
    this.#path = options.path;
    try {
      if (options.path !== ':memory:') createPrivately(options.path);
      this.#db = new DatabaseSync(options.path, { timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
    } catch (error) {
      throw this.#failure('cannot open', error);
    }
    try {
      configure(this.#db);
      checkIntegrity(this.#db);
      migrate(this.#db);
      this.#statements = prepareAll(this.#db);
    } catch (error) {
      this.#db.close();
      throw this.#failure('cannot open', error);
    }
  }

  collection(name: string): Collection {
    assert(/^[a-z_]+$/.test(name), `collection '${name}' is not lower-case letters and underscores`);
    let collection = this.#collections.get(name);
    if (collection === undefined) {
      collection = {
        get: (key) => this.#get(name, key),
        put: (key, document) => this.#put(name, key, document),
        delete: (key) => this.#delete(name, key),
        entries: (options) => this.#entries(name, options),
        count: () => this.#count(name),
      };
      this.#collections.set(name, collection);
    }
    return collection;
  }

  /** Nested calls are savepoints of the outer one: a nested call that throws undoes its own writes only. */
  transaction<T>(work: () => T): T {
    const depth = this.#depth;
    const savepoint = `s${depth}`;
    this.#run('begin a transaction', () => this.#db.exec(depth === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${savepoint}`));
    this.#depth = depth + 1;
    try {
      const result = work();
      assert(!(result instanceof Promise), 'a transaction must be synchronous');
      this.#run('commit', () => this.#db.exec(depth === 0 ? 'COMMIT' : `RELEASE ${savepoint}`));
      return result;
    } catch (error) {
      this.#rollback(depth, savepoint);
      throw error;
    } finally {
      this.#depth = depth;
    }
  }

  close(): void {
    if (!this.#open) return;
    assert(this.#depth === 0, 'the store is closed within a transaction');
    this.#open = false;
    this.#run('close', () => this.#db.close());
  }

  #get(collection: string, key: string): Json | undefined {
    const row = this.#run('read', () => this.#statements.get.get(collection, key));
    return row === undefined ? undefined : parseBody(row['body']);
  }

  #put(collection: string, key: string, document: Json): void {
    assert(key.isWellFormed() && key.length <= MAX_KEY_LENGTH, 'a key is well-formed text of bounded length');
    const body = JSON.stringify(document);
    if (body.length > MAX_DOCUMENT_LENGTH) {
      throw new CodedError('LIMIT_EXCEEDED', `document '${key}' of '${collection}' has ${body.length} characters`, {
        hint: `at most ${MAX_DOCUMENT_LENGTH}`,
      });
    }
    this.#run('write', () => {
      const inserted = Number(this.#statements.insert.run(collection, key, body).changes);
      if (inserted === 0) this.#statements.update.run(body, collection, key);
      this.#addToCount(collection, inserted);
    });
  }

  #delete(collection: string, key: string): void {
    this.#run('write', () => {
      this.#addToCount(collection, -Number(this.#statements.delete.run(collection, key).changes));
    });
  }

  #entries(
    collection: string,
    options: Parameters<Collection['entries']>[0] = {},
  ): readonly (readonly [string, Json])[] {
    const { prefix = '', after = null, limit = Infinity } = options;
    const found: (readonly [string, Json])[] = [];
    if (limit <= 0) return found;
    this.#run('read', () => {
      // Keys that start with the prefix lie together from the prefix on: stop at the first that does not.
      for (const row of this.#statements.entries.iterate(collection, prefix, after)) {
        const key = String(row['key']);
        if (!key.startsWith(prefix)) break;
        found.push([key, parseBody(row['body'])]);
        if (found.length >= limit) break;
      }
    });
    return found;
  }

  #count(collection: string): number {
    let count = this.#counts.get(collection);
    if (count === undefined) {
      count = Number(this.#run('read', () => this.#statements.count.get(collection))?.['n'] ?? 0);
      this.#counts.set(collection, count);
    }
    return count;
  }

  #addToCount(collection: string, change: number): void {
    const count = this.#counts.get(collection);
    if (count !== undefined) this.#counts.set(collection, count + change);
  }

  #rollback(depth: number, savepoint: string): void {
    this.#counts.clear();
    // SQLite has rolled back by itself after some failures (full disk): then there is nothing left to undo.
    if (!this.#db.isTransaction) return;
    this.#run('roll back', () =>
      this.#db.exec(depth === 0 ? 'ROLLBACK' : `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`),
    );
  }

  #run<T>(what: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#failure(`cannot ${what}`, error);
    }
  }

  #failure(what: string, cause: unknown): CodedError {
    if (cause instanceof CodedError) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const busy = /locked|busy/i.test(reason);
    return new CodedError('STORE_FAILED', `${what} ${this.#path}: ${reason}`, {
      cause,
      hint: busy ? 'another process uses this data directory: give each agent its own' : undefined,
    });
  }
}

/** Makes the folder and an empty file that only its owner can read, if absent; SQLite's side files take over its mode. */
function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}

function configure(db: DatabaseSync): void {
  db.exec(`
    PRAGMA encoding = 'UTF-16be';
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
  `);
}

function checkIntegrity(db: DatabaseSync): void {
  const verdict = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (verdict !== 'ok') throw new Error(`the file is damaged: ${String(verdict)}`);
}

function prepareAll(db: DatabaseSync): Statements {
  return {
    get: db.prepare('SELECT body FROM documents WHERE collection = ? AND key = ?'),
    insert: db.prepare('INSERT OR IGNORE INTO documents (collection, key, body) VALUES (?, ?, ?)'),
    update: db.prepare('UPDATE documents SET body = ? WHERE collection = ? AND key = ?'),
    delete: db.prepare('DELETE FROM documents WHERE collection = ? AND key = ?'),
    entries: db.prepare(
      'SELECT key, body FROM documents WHERE collection = ?1 AND key >= ?2 AND (?3 IS NULL OR key > ?3) ORDER BY key',
    ),
    count: db.prepare('SELECT count(*) AS n FROM documents WHERE collection = ?'),
  };
}

function parseBody(body: unknown): Json {
  const document: Json = JSON.parse(String(body));
  return document;
}
