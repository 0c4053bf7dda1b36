import { expect, test } from 'vitest';
import { EplRun, eventType, randomOf } from '../../../support/epl-run.ts';

const E = eventType('E', { k: 'string', v: 'int' });

function run(epl: string): EplRun {
  const made = new EplRun([E]);
  made.deploy(`@name('s') ${epl}`);
  return made;
}

test('fully aggregated: one row per update, the old one before it', () => {
  const r = run('select irstream sum(v) as s, count(*) as n from E#length(2)');
  for (const v of [1, 2, 4]) r.send('E', { v });
  expect(r.rows()).toEqual([
    [[{ s: 1, n: 1 }], [{ s: null, n: 0 }]],
    [[{ s: 3, n: 2 }], [{ s: 1, n: 1 }]],
    [[{ s: 6, n: 2 }], [{ s: 3, n: 2 }]],
  ]);
});

test('with plain columns: a row per event, all with the aggregate after the update', () => {
  const r = run('select irstream v, sum(v) as s from E#length(1)');
  for (const v of [1, 2]) r.send('E', { v });
  expect(r.rows()).toEqual([
    [[{ v: 1, s: 1 }], []],
    [[{ v: 2, s: 2 }], [{ v: 1, s: 2 }]],
  ]);
});

test('grouped: every touched group, with null and 0 before it first appeared', () => {
  const r = run('select irstream k, sum(v) as s, count(*) as n from E#length(1) group by k');
  r.send('E', { k: 'a', v: 1 });
  r.send('E', { k: 'b', v: 2 });
  expect(r.rows()).toEqual([
    [[{ k: 'a', s: 1, n: 1 }], [{ k: 'a', s: null, n: 0 }]],
    [
      [
        { k: 'b', s: 2, n: 1 },
        { k: 'a', s: null, n: 0 },
      ],
      [
        { k: 'b', s: null, n: 0 },
        { k: 'a', s: 1, n: 1 },
      ],
    ],
  ]);
});

test('having tests new and old rows by their own values', () => {
  const r = run('select irstream sum(v) as s from E#length(1) having sum(v) > 5');
  for (const v of [9, 1, 7]) r.send('E', { v });
  expect(r.rows()).toEqual([
    [[{ s: 9 }], []],
    [[], [{ s: 9 }]],
    [[{ s: 7 }], []],
  ]);
});

test('rollup: detail rows, then subtotals, then the total', () => {
  const r = run('select k, v, count(*) as n, grouping(v) as g from E#keepall group by rollup(k, v)');
  r.send('E', { k: 'a', v: null });
  expect(r.rows()).toEqual([
    [
      [
        { k: 'a', v: null, n: 1, g: 0 },
        { k: 'a', v: null, n: 1, g: 1 },
        { k: null, v: null, n: 1, g: 1 },
      ],
      [],
    ],
  ]);
});

test('incremental aggregates are those computed anew', () => {
  const seed = 8;
  const random = randomOf(seed);
  const r = run(
    'select k, sum(v) as s, count(*) as n, min(v) as lo, max(v) as hi, avg(v) as mean from E#length(5) group by k',
  );
  const window: { k: string; v: number }[] = [];
  for (let i = 0; i < 500; i++) {
    const event = { k: 'abc'[Math.floor(random() * 3)] ?? 'a', v: Math.floor(random() * 100) };
    window.push(event);
    if (window.length > 5) window.shift();
    r.send('E', event);
    const mine = window.filter((e) => e.k === event.k).map((e) => e.v);
    const sum = mine.reduce((a, b) => a + b, 0);
    const [[insert] = [[]]] = r.rows();
    expect(
      insert.find((row) => row['k'] === event.k),
      `seed ${seed}, event ${i}`,
    ).toEqual({
      k: event.k,
      s: sum,
      n: mine.length,
      lo: Math.min(...mine),
      hi: Math.max(...mine),
      mean: sum / mine.length,
    });
  }
});
