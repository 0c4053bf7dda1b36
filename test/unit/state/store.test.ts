/** The contract of the state store, held by SQLite and by the map that tests and the simulation use. */
import { describe, expect, test } from 'vitest';
import { SqliteStore } from '../../../src/state/sqlite-store.ts';
import type { Json, StateStore } from '../../../src/ports/store.ts';
import { MemoryStore } from '../../../sim/world/memory-store.ts';

const STORES: readonly (readonly [string, () => StateStore])[] = [
  ['sqlite', () => new SqliteStore({ path: ':memory:' })],
  ['memory', () => new MemoryStore()],
];

describe.each(STORES)('%s store', (_, open) => {
  test('gives back what was put, as its own copy', () => {
    const metrics = open().collection('metrics');
    const document: Json = { a: [1, 2.5, null, true, 'ü\u{1F600}\u0000x'], ['__proto__']: { x: 1 }, big: 2 ** 53 - 1 };
    metrics.put('k', document);
    expect(metrics.get('k')).toEqual(document);
    expect(Object.keys(metrics.get('k') ?? {})).toEqual(['a', '__proto__', 'big']);
    expect(metrics.get('k')).not.toBe(metrics.get('k'));
    expect(metrics.get('other')).toBeUndefined();
  });

  test('leaves out members that are undefined', () => {
    const metrics = open().collection('metrics');
    metrics.put('k', { a: undefined, b: 1 });
    expect(metrics.get('k')).toEqual({ b: 1 });
  });

  test('replaces, deletes and counts', () => {
    const queries = open().collection('queries');
    queries.put('a', 1);
    expect(queries.count()).toBe(1);
    queries.put('a', 2);
    queries.put('b', 3);
    expect(queries.count()).toBe(2);
    queries.delete('a');
    queries.delete('absent');
    expect([queries.count(), queries.get('a'), queries.get('b')]).toEqual([1, undefined, 3]);
  });

  test('keeps collections apart', () => {
    const store = open();
    store.collection('a').put('k', 1);
    expect(store.collection('b').get('k')).toBeUndefined();
    expect(store.collection('b').entries()).toEqual([]);
  });

  test('lists in the order of UTF-16 units', () => {
    const outbox = open().collection('outbox');
    const keys = ['a', 'b', 'B', '', 'a/1', 'ä', '\u{1F600}', '\uFF5E', '\uE000', '10', '9'];
    for (const key of keys) outbox.put(key, key);
    expect(outbox.entries().map(([key]) => key)).toEqual(keys.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  test('lists by prefix, after a key, up to a limit', () => {
    const outbox = open().collection('outbox');
    for (const key of ['q0', 'q1/1', 'q1/2', 'q1/3', 'q10', 'q2']) outbox.put(key, key);
    expect(outbox.entries({ prefix: 'q1/' }).map(([key]) => key)).toEqual(['q1/1', 'q1/2', 'q1/3']);
    expect(outbox.entries({ prefix: 'q1/', after: 'q1/1', limit: 1 }).map(([key]) => key)).toEqual(['q1/2']);
    expect(outbox.entries({ after: 'q10' }).map(([key]) => key)).toEqual(['q2']);
    expect(outbox.entries({ after: 'p', prefix: 'q2' }).map(([key]) => key)).toEqual(['q2']);
    expect(outbox.entries({ limit: 0 })).toEqual([]);
  });

  test('a transaction that throws leaves nothing, in any collection', () => {
    const store = open();
    const [a, b] = [store.collection('a'), store.collection('b')];
    a.put('kept', 1);
    expect(a.count()).toBe(1);
    const attempt = () =>
      store.transaction(() => {
        a.put('kept', 2);
        a.put('new', 2);
        a.delete('kept');
        b.put('new', 2);
        expect([a.count(), b.count(), a.get('kept')]).toEqual([1, 1, undefined]);
        throw new Error('no');
      });
    expect(attempt).toThrow('no');
    expect([a.entries(), b.entries(), a.count(), b.count()]).toEqual([[['kept', 1]], [], 1, 0]);
  });

  test('a nested transaction that throws undoes itself alone', () => {
    const store = open();
    const a = store.collection('a');
    const answer = store.transaction(() => {
      a.put('outer', 1);
      expect(() =>
        store.transaction(() => {
          a.put('inner', 1);
          throw new Error('no');
        }),
      ).toThrow('no');
      store.transaction(() => a.put('second', 1));
      return 'done';
    });
    expect(answer).toBe('done');
    expect(a.entries().map(([key]) => key)).toEqual(['outer', 'second']);
  });

  test('an outer transaction that throws undoes the nested ones', () => {
    const store = open();
    const a = store.collection('a');
    expect(() =>
      store.transaction(() => {
        store.transaction(() => a.put('inner', 1));
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(a.count()).toBe(0);
  });

  test('a transaction over a promise is a bug and is undone', () => {
    const store = open();
    const a = store.collection('a');
    expect(() => store.transaction(() => Promise.resolve(a.put('k', 1)))).toThrow('synchronous');
    expect(a.count()).toBe(0);
  });
});

test('the snapshot of the memory store is without what is not committed', () => {
  const store = new MemoryStore();
  const a = store.collection('a');
  a.put('k', 1);
  const within = store.transaction(() => {
    a.put('k', 2);
    a.put('l', 2);
    return store.snapshot();
  });
  expect(new MemoryStore(within).collection('a').entries()).toEqual([['k', 1]]);
  expect(new MemoryStore(store.snapshot()).collection('a').entries()).toEqual([
    ['k', 2],
    ['l', 2],
  ]);
});
