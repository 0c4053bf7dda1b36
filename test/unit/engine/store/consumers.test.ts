/** Consumers of named windows that do more than select: derived values, match_recognize, contained events, prev and prior. */
import { expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const ITEM = eventType('Item', { name: 'string', n: 'int' });
const ROW = eventType('Row', { host: 'string', v: 'double', items: 'Item[]' });
const CTL = eventType('Ctl', { host: 'string', v: 'double' });
const DELETE = 'on Ctl(v is null) as c delete from W as w where w.host = c.host';

function started(epl: string, before: readonly (readonly [string, number])[] = [], window = '#keepall'): EplRun {
  const run = new EplRun([ITEM, ROW, CTL]);
  run.deploy(`create window W${window} as Row; insert into W select * from Row; ${DELETE}`);
  for (const [host, v] of before) run.send('Row', { host, v });
  run.deploy(epl);
  run.take();
  return run;
}

function told(run: EplRun, statement = 's'): readonly unknown[] {
  return run
    .take()
    .filter((c) => c.statement === statement)
    .map((c) => c.insert);
}

test('a derived value of the rows that are there, that arrive and that are deleted', () => {
  const run = started(
    "@name('s') select datapoints as n, total from W#uni(v); @name('z') select size from W(v > 1)#size",
    [
      ['a', 1],
      ['b', 5],
    ],
  );
  run.send('Row', { host: 'c', v: 3 });
  run.send('Ctl', { host: 'b' });
  const calls = run.take();
  expect(calls.filter((c) => c.statement === 's').map((c) => c.insert)).toEqual([
    [{ n: 3, total: 9 }],
    [{ n: 2, total: 4 }],
  ]);
  expect(calls.filter((c) => c.statement === 'z').map((c) => c.insert)).toEqual([[{ size: 2 }], [{ size: 1 }]]);
});

test('the present derived value can be iterated, before anything arrives', () => {
  const run = started('select v from Row', [
    ['a', 1],
    ['b', 5],
  ]);
  const d = run.deploy("@name('s') select average from W#uni(v)");
  expect(run.take()).toEqual([]);
  expect(run.iterate(d, 's')).toEqual([{ average: 3 }]);
});

test('a derived value joins and is read by a subquery', () => {
  const run = started(
    `@name('s') select u.total as t, c.host as h from Ctl(v is not null) as c unidirectional, W#uni(v) as u;
     @name('q') select (select total from W#uni(v)) as t from Ctl(v is not null)`,
    [['a', 4]],
  );
  run.send('Ctl', { host: 'x', v: 1 });
  run.send('Row', { host: 'b', v: 2 });
  run.send('Ctl', { host: 'y', v: 1 });
  const calls = run.take();
  expect(calls.filter((c) => c.statement === 's').map((c) => c.insert)).toEqual([
    [{ t: 4, h: 'x' }],
    [{ t: 6, h: 'y' }],
  ]);
  expect(calls.filter((c) => c.statement === 'q').map((c) => c.insert)).toEqual([[{ t: 4 }], [{ t: 6 }]]);
});

test('match_recognize: rows that were there begin matches, rows that are deleted end them', () => {
  const run = started(
    `@name('s') select * from W match_recognize (measures a.host as a, b.host as b pattern (a b) define a as a.v > 4, b as b.v < 4)`,
    [['a', 5]],
  );
  run.send('Row', { host: 'b', v: 1 });
  run.send('Row', { host: 'c', v: 6 });
  run.send('Ctl', { host: 'c' });
  run.send('Row', { host: 'd', v: 1 });
  run.send('Row', { host: 'e', v: 7 });
  run.send('Row', { host: 'f', v: 2 });
  expect(told(run)).toEqual([[{ a: 'a', b: 'b' }], [{ a: 'e', b: 'f' }]]);
});

test('contained events enter and leave with their rows', () => {
  const run = new EplRun([ITEM, ROW, CTL]);
  const item = (name: string, n: number): unknown => ({ name, n });
  run.deploy(`create window W#keepall as Row; insert into W select * from Row; ${DELETE}`);
  run.send('Row', { host: 'a', v: 1, items: [item('x', 1), item('y', 2)] });
  run.deploy(`@name('s') select irstream name from W(v > 0)[items];
    @name('t') select sum(n) as t from W[items where n > 1]`);
  run.take();
  run.send('Row', { host: 'b', v: 1, items: [item('z', 4)] });
  run.send('Row', { host: 'c', v: 0, items: [item('o', 8)] });
  run.send('Row', { host: 'd', v: 1 });
  run.send('Ctl', { host: 'a' });
  const calls = run.take();
  expect(calls.filter((c) => c.statement === 's').map((c) => [c.insert, c.remove])).toEqual([
    [[{ name: 'z' }], []],
    [[], [{ name: 'x' }, { name: 'y' }]],
  ]);
  expect(calls.filter((c) => c.statement === 't').map((c) => c.insert)).toEqual([[{ t: 6 }], [{ t: 14 }], [{ t: 12 }]]);
  expect(run.query('select name from W[items] order by name')).toEqual([{ name: 'o' }, { name: 'z' }]);
});

test('prev sees the rows of the window, prior those that came before', () => {
  const run = started(
    "@name('s') select host as h, prev(1, host) as p, prevcount(host) as c, prior(1, host) as o, prior(2, host) as oo from W",
    [
      ['a', 1],
      ['b', 1],
    ],
  );
  run.send('Row', { host: 'c', v: 1 });
  run.send('Ctl', { host: 'c' });
  run.send('Row', { host: 'd', v: 1 });
  expect(told(run)).toEqual([[{ h: 'c', p: 'b', c: 3, o: 'b', oo: 'a' }], [{ h: 'd', p: 'b', c: 3, o: 'c', oo: 'b' }]]);
});

test.each([
  ['select * from W#length(3)', 'INVALID_STATEMENT'],
  ['select * from W#groupwin(host)#uni(v)', 'INVALID_STATEMENT'],
  ['select * from W#uni(v)#size', 'NOT_SUPPORTED'],
  ['select * from W[items]#uni(n)', 'NOT_SUPPORTED'],
])('refused: %s', (epl, code) => {
  const run = started('select v from Row');
  expect(() => run.deploy(epl)).toThrow(expect.objectContaining({ code }));
});

test('a query asked once takes no windows', () => {
  const run = started('select v from Row', [['a', 2]]);
  expect(() => run.query('select * from W#uni(v)')).toThrow(expect.objectContaining({ code: 'INVALID_STATEMENT' }));
});

test('a derived value of contained events', () => {
  const run = new EplRun([ITEM, ROW]);
  run.deploy("@name('s') select total from Row[items]#keepall#uni(n)");
  run.send('Row', {
    host: 'a',
    items: [
      { name: 'x', n: 1 },
      { name: 'y', n: 4 },
    ],
  });
  expect(told(run)).toEqual([[{ total: 5 }]]);
});
