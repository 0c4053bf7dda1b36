/** Versions of the store's schema. A step is never changed once released; add at the end. */
import type { DatabaseSync } from 'node:sqlite';

interface Migration {
  readonly name: string;
  readonly sql: string;
}

const MIGRATIONS: readonly Migration[] = [
  {
    name: 'documents',
    sql: `CREATE TABLE documents (
      collection TEXT NOT NULL,
      key TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (collection, key)
    ) STRICT, WITHOUT ROWID`,
  },
];

/** The version that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings an open database to {@link SCHEMA_VERSION}, all steps in one transaction. Throws if it is newer than that. */
export function migrate(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(
      'CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_s INTEGER NOT NULL) STRICT',
    );
    const version = Number(
      db.prepare('SELECT coalesce(max(version), 0) AS version FROM migrations').get()?.['version'],
    );
    if (version > SCHEMA_VERSION) {
      throw new Error(`schema version ${version} was written by a newer PQA; this one knows up to ${SCHEMA_VERSION}`);
    }
    const record = db.prepare('INSERT INTO migrations (version, name, applied_s) VALUES (?, ?, unixepoch())');
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (index < version) continue;
      db.exec(migration.sql);
      record.run(index + 1, migration.name);
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
