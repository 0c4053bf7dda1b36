import { expect, test } from 'vitest';
import { EplRun, eventType, randomOf } from '../../../support/epl-run.ts';

const E = eventType('E', { k: 'int', v: 'int' });
const F = eventType('F', { k: 'int', v: 'int' });

test('subqueries answer as a look through all rows of their window does', () => {
  const seed = 314;
  const random = randomOf(seed);
  const run = new EplRun([E, F]);
  run.deploy(`@name('s') select
    (select sum(v) from F#length(4) as f where f.k = e.k) as summed,
    (select count(*) from F#length(4)) as n,
    exists (select * from F#length(4) as f where f.k = e.k and f.v > e.v) as greater,
    e.v in (select v from F#length(4)) as among,
    (select max(v) from F#length(4) group by k having k = 1) as one
    from E as e`);
  const window: { k: number; v: number }[] = [];
  for (let i = 0; i < 300; i++) {
    const event = { k: Math.floor(random() * 3), v: Math.floor(random() * 10) };
    if (random() < 0.5) {
      window.push(event);
      if (window.length > 4) window.shift();
      run.send('F', event);
      expect(run.take()).toEqual([]);
      continue;
    }
    run.send('E', event);
    const same = window.filter((f) => f.k === event.k);
    const ones = window.filter((f) => f.k === 1).map((f) => f.v);
    expect(run.rows(), `seed ${seed}, event ${i}`).toEqual([
      [
        [
          {
            summed: same.length === 0 ? null : same.reduce((sum, f) => sum + f.v, 0),
            n: window.length,
            greater: same.some((f) => f.v > event.v),
            among: window.some((f) => f.v === event.v),
            one: ones.length === 0 ? null : Math.max(...ones),
          },
        ],
        [],
      ],
    ]);
  }
});

test('several rows make a scalar subquery null', () => {
  const run = new EplRun([E, F]);
  run.deploy("@name('s') select (select v from F#keepall) as x from E");
  run.send('F', { v: 1 });
  run.send('E', {});
  run.send('F', { v: 2 });
  run.send('E', {});
  expect(run.rows().map(([insert]) => insert)).toEqual([[{ x: 1 }], [{ x: null }]]);
});

test('a subquery over the stream of the statement holds the present event already', () => {
  const run = new EplRun([E]);
  run.deploy("@name('s') select (select count(*) from E#keepall) as n from E");
  run.send('E', {});
  run.send('E', {});
  expect(run.rows().map(([insert]) => insert)).toEqual([[{ n: 1 }], [{ n: 2 }]]);
});

test('an aggregated subquery sees the expiry of the instant', () => {
  const run = new EplRun([E, F]);
  run.deploy("@name('s') select (select count(*) from F#time(1 sec)) as n from E");
  run.send('F', {}, 1000);
  run.send('E', {}, 1999);
  run.send('E', {}, 2000);
  expect(run.rows().map(([insert]) => insert)).toEqual([[{ n: 1 }], [{ n: 0 }]]);
});

test('subqueries within subqueries read the rows around them', () => {
  const run = new EplRun([E, F]);
  run.deploy(
    "@name('s') select (select max(f.v) from F#keepall as f where f.v < (select min(v) from E#keepall) ) as x from E as e",
  );
  run.send('F', { v: 3 });
  run.send('F', { v: 9 });
  run.send('E', { v: 5 });
  expect(run.rows().map(([insert]) => insert)).toEqual([[{ x: 3 }]]);
});
