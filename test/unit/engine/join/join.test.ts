import { expect, test } from 'vitest';
import { EplRun, eventType, randomOf } from '../../../support/epl-run.ts';

const PROPERTIES = { k: 'int', v: 'int' };
const TYPES = ['A', 'B', 'C'].map((name) => eventType(name, PROPERTIES));

interface Row {
  readonly k: number | null;
  readonly v: number;
}

/** The rows of `a, b, c where a.k = b.k and b.k = c.k and a.v <= c.v`, by three loops. */
function naive(a: readonly Row[], b: readonly Row[], c: readonly Row[]): string[] {
  const rows: string[] = [];
  for (const x of a) {
    for (const y of b) {
      for (const z of c) {
        if (x.k !== null && x.k === y.k && y.k === z.k && x.v <= z.v) rows.push(`${x.v}/${y.v}/${z.v}`);
      }
    }
  }
  return rows.sort();
}

test('a hash join of three streams is the nested loop, its deltas sum up to it', () => {
  const seed = 5150;
  const random = randomOf(seed);
  const run = new EplRun(TYPES);
  const deployment = run.deploy(
    "@name('s') select irstream a.v as x, b.v as y, c.v as z from A#length(4) as a, B#length(3) as b, C#unique(k) as c where a.k = b.k and b.k = c.k and a.v <= c.v",
  );
  const a: Row[] = [];
  const b: Row[] = [];
  let c: Row[] = [];
  const sum = new Map<string, number>();
  for (let i = 0; i < 400; i++) {
    const type = 'ABC'[Math.floor(random() * 3)] ?? 'A';
    const k = [0, 1, 2, null][Math.floor(random() * 4)] ?? null;
    const event = { k, v: i };
    if (type === 'A') a.push(event);
    else if (type === 'B') b.push(event);
    else c = [...c.filter((row) => row.k !== k), event];
    if (a.length > 4) a.shift();
    if (b.length > 3) b.shift();
    run.send(type, event);
    for (const [insert, remove] of run.rows()) {
      for (const [rows, sign] of [
        [insert, 1],
        [remove, -1],
      ] as const) {
        for (const row of rows) {
          const text = `${String(row['x'])}/${String(row['y'])}/${String(row['z'])}`;
          sum.set(text, (sum.get(text) ?? 0) + sign);
        }
      }
    }
    const expected = naive(a, b, c);
    const place = `seed ${seed}, event ${i}`;
    expect(
      [...sum]
        .filter(([, n]) => n !== 0)
        .flatMap(([text, n]) => Array.from({ length: n }, () => text))
        .sort(),
      place,
    ).toEqual(expected);
    const content = run
      .iterate(deployment, 's')
      .map((row) => `${String(row['x'])}/${String(row['y'])}/${String(row['z'])}`);
    expect(content.sort(), place).toEqual(expected);
  }
});

test('an event of a self-join changes both sides before one evaluation', () => {
  const run = new EplRun(TYPES);
  run.deploy("@name('s') select x.v as x, y.v as y from A#length(1) as x, A#lastevent as y");
  run.send('A', { v: 6 });
  run.send('A', { v: 7 });
  expect(run.rows()).toEqual([
    [[{ x: 6, y: 6 }], []],
    [[{ x: 7, y: 7 }], []],
  ]);
});

test('an outer join never takes back a padded row, and null keys meet in its on clause', () => {
  const run = new EplRun(TYPES);
  run.deploy(
    "@name('s') select irstream a.v as x, b.v as y from A#keepall as a left outer join B#length(1) as b on a.k = b.k",
  );
  run.send('A', { k: 1, v: 1 });
  run.send('B', { k: 1, v: 2 });
  run.send('B', { k: null, v: 3 });
  run.send('A', { k: null, v: 4 });
  expect(run.rows()).toEqual([
    [[{ x: 1, y: null }], []],
    [[{ x: 1, y: 2 }], []],
    [[], [{ x: 1, y: 2 }]],
    [[{ x: 4, y: 3 }], []],
  ]);
});

test('chains of outer joins: every event of every stream finds its rows', () => {
  const run = new EplRun(TYPES);
  const deployment = run.deploy(
    "@name('s') select a.v as x, b.v as y, c.v as z from A#keepall as a full outer join B#keepall as b on a.k = b.k left outer join C#keepall as c on b.k = c.k",
  );
  run.send('C', { k: 1, v: 1 });
  run.send('B', { k: 1, v: 2 });
  run.send('A', { k: 1, v: 3 });
  run.send('A', { k: 2, v: 4 });
  run.send('C', { k: 1, v: 5 });
  expect(run.rows()).toEqual([
    [[{ x: null, y: 2, z: 1 }], []],
    [[{ x: 3, y: 2, z: 1 }], []],
    [[{ x: 4, y: null, z: null }], []],
    [[{ x: 3, y: 2, z: 5 }], []],
  ]);
  expect(run.iterate(deployment, 's')).toHaveLength(3);
});

test('a unidirectional stream alone makes rows, and aggregates start afresh for it', () => {
  const run = new EplRun(TYPES);
  run.deploy("@name('s') select sum(b.v) as s from A as a unidirectional, B#keepall as b");
  run.send('B', { v: 2 });
  run.send('B', { v: 3 });
  run.send('A', { v: 1 });
  run.send('B', { v: 4 });
  run.send('A', { v: 1 });
  const sums = run.rows().map(([insert]) => insert[insert.length - 1]);
  expect(sums).toEqual([{ s: 5 }, { s: 9 }]);
});
