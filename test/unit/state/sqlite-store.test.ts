/** What only the file can show: restart, crash, damage, versions, locks, modes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CodedError } from '../../../src/model/errors.ts';
import { SqliteStore } from '../../../src/state/sqlite-store.ts';

let directory = '';
let path = '';
const opened: SqliteStore[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pqa-store-'));
  path = join(directory, 'made', 'state.db');
});

afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(): SqliteStore {
  const store = new SqliteStore({ path, busyTimeoutMs: 20 });
  opened.push(store);
  return store;
}

function failure(work: () => unknown): CodedError {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('documents survive closing and opening', () => {
  const first = open();
  first.collection('queries').put('q', { epl: 'select * from A' });
  first.close();
  first.close();
  expect(open().collection('queries').entries()).toEqual([['q', { epl: 'select * from A' }]]);
});

test('the file and its side files are for their owner only', () => {
  open().collection('a').put('k', 1);
  for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a second process over the same directory is refused and told why', () => {
  open();
  const error = failure(open);
  expect([error.code, error.message, error.hint]).toEqual([
    'STORE_FAILED',
    expect.stringContaining(path),
    expect.stringContaining('another process'),
  ]);
  expect(error.cause).toBeInstanceOf(Error);
});

test('a file that is no database is refused and left as it is', () => {
  path = join(directory, 'state.db');
  writeFileSync(
    path,
    'this is a text, and long enough to have been taken for the header of a database file, one may say',
  );
  const before = readFileSync(path);
  expect(failure(open).code).toBe('STORE_FAILED');
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a damaged database is refused at open', () => {
  const store = open();
  for (let i = 0; i < 500; i++) store.collection('a').put(`k${i}`, 'x'.repeat(200));
  store.close();
  truncateSync(path, 3 * 4096);
  expect(failure(open).code).toBe('STORE_FAILED');
});

test('a database of a newer version is refused', () => {
  open().close();
  const db = new DatabaseSync(path);
  db.exec("INSERT INTO migrations VALUES (999, 'future', 0)");
  db.close();
  const error = failure(open);
  expect([error.code, error.message]).toEqual(['STORE_FAILED', expect.stringContaining('newer PQA')]);
});

test('a write that fails is STORE_FAILED with its cause', () => {
  const store = open();
  const a = store.collection('a');
  store.close();
  const error = failure(() => a.put('k', 1));
  expect(error.code).toBe('STORE_FAILED');
  expect(error.cause).toBeInstanceOf(Error);
});

test('a document beyond the limit is refused', () => {
  const store = open();
  expect(failure(() => store.collection('a').put('k', 'x'.repeat(9_000_000))).code).toBe('LIMIT_EXCEEDED');
  expect(store.collection('a').count()).toBe(0);
});

/** Commits pairs for ever, and says so after each commit; between the two writes of a pair it says nothing. */
const WRITER = `
  import { SqliteStore } from '${new URL('../../../src/state/sqlite-store.ts', import.meta.url).href}';
  import { writeSync } from 'node:fs';
  const store = new SqliteStore({ path: process.argv[1] });
  const [a, b] = [store.collection('a'), store.collection('b')];
  for (let i = 0; ; i++) {
    store.transaction(() => {
      for (let j = 0; j < 20; j++) a.put(String(i).padStart(9, '0') + '/' + j, { i, text: 'x'.repeat(300) });
      b.put(String(i).padStart(9, '0'), i);
    });
    writeSync(1, i + '\\n');
  }
`;

test('kill -9 in the middle of transactions: all that was told is there, and every transaction is whole', async () => {
  for (const commits of [1, 7, 23]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      told += text;
      if (told.split('\n').length > commits) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const last = Number(told.trim().split('\n').at(-1));
    expect(last).toBeGreaterThanOrEqual(commits - 1);

    const store = open();
    const whole = store.collection('b').entries();
    expect(whole.length).toBeGreaterThan(last);
    expect(store.collection('a').count()).toBe(20 * whole.length);
    store.close();
    rmSync(join(directory, 'made'), { recursive: true });
  }
});
