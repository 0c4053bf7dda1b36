import { expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const CPU = eventType('Cpu', { host: 'string', util: 'double', n: 'int' });
const CTL = eventType('Ctl', { cmd: 'string', arg: 'string', num: 'int' });

function told(run: EplRun, statement: string): readonly unknown[] {
  return run
    .take()
    .filter((c) => c.statement === statement)
    .map((c) => c.insert);
}

test('two statements fill one column; a filter and a window count', () => {
  const run = new EplRun([CPU, CTL]);
  run.deploy(`create table T (k string primary key, c count(*), s sum(int), d count(distinct int));
    into table T select count(*) as c, sum(n, n > 1) as s from Cpu group by host;
    into table T select count(*) as c, count(distinct num) as d from Ctl(cmd = 'add')#length(2) group by arg;
    @name('g') select T[arg].c as c, T[arg].s as s, T[arg].d as d from Ctl(cmd = 'get')`);
  for (const n of [1, 2, 3]) run.send('Cpu', { host: 'a', n });
  for (const num of [5, 5, 6]) run.send('Ctl', { cmd: 'add', arg: 'a', num });
  run.send('Ctl', { cmd: 'get', arg: 'a' });
  run.send('Ctl', { cmd: 'get', arg: 'none' });
  expect(told(run, 'g')).toEqual([[{ c: 5, s: 5, d: 2 }], [{ c: null, s: null, d: null }]]);
});

test('reset starts one column, or all, afresh', () => {
  const run = new EplRun([CPU, CTL]);
  run.deploy(`create table T (k string primary key, n int, c count(*), s sum(int));
    into table T select count(*) as c, sum(n) as s from Cpu group by host;
    on Ctl(cmd = 'one') as e merge T as t where t.k = e.arg when matched then update set t.s.reset(), n = e.num;
    on Ctl(cmd = 'all') as e update T as t set t.reset() where t.k = e.arg;`);
  run.send('Cpu', { host: 'a', n: 4 });
  run.send('Ctl', { cmd: 'one', arg: 'a', num: 9 });
  expect(run.query('select * from T')).toEqual([{ k: 'a', n: 9, c: 1, s: null }]);
  run.send('Ctl', { cmd: 'all', arg: 'a' });
  expect(run.query('select * from T')).toEqual([{ k: 'a', n: 9, c: 0, s: null }]);
});

test('events, sorted and windowed, of a table', () => {
  const run = new EplRun([CPU, CTL]);
  run.deploy(`create table T (w window(*) @type(Cpu), o sorted(util desc) @type(Cpu), b maxby(n) @type(Cpu));
    into table T select window(*) as w, sorted(util desc) as o, maxby(n) as b from Cpu#length(2);
    @name('g') select T.w.countOf() as c, T.o.firstOf().host as top, T.b.host as best from Ctl`);
  run.send('Cpu', { host: 'a', util: 9, n: 1 });
  run.send('Cpu', { host: 'b', util: 5, n: 7 });
  run.send('Ctl', {});
  run.send('Cpu', { host: 'c', util: 6, n: 2 });
  run.send('Ctl', {});
  expect(told(run, 'g')).toEqual([[{ c: 2, top: 'a', best: 'b' }], [{ c: 2, top: 'c', best: 'b' }]]);
});

test('a table joined with a stream that needs no window: padded where there is no row', () => {
  const run = new EplRun([CPU]);
  run.deploy(`create table T (k string primary key, n int);
    @name('j') select c.host as h, t.n as n from Cpu as c left outer join T as t on t.k = c.host;
    @name('r') select c.host as h, t.k as k from Cpu as c, T as t where t.n > c.n`);
  run.query("insert into T values ('a', 1), ('b', 5)");
  expect(run.take()).toEqual([]);
  run.send('Cpu', { host: 'a', n: 3 });
  run.send('Cpu', { host: 'z', n: 9 });
  const calls = run.take();
  expect(calls.map((c) => [c.statement, c.insert])).toEqual([
    ['j', [{ h: 'a', n: 1 }]],
    ['r', [{ h: 'a', k: 'b' }]],
    ['j', [{ h: 'z', n: null }]],
  ]);
});

test('what a statement was given of a row stays as it was', () => {
  const run = new EplRun([CPU, CTL]);
  run.deploy(`create table T (k string primary key, c count(*));
    into table T select count(*) as c from Cpu group by host;
    create window Seen#keepall as (c long); insert into Seen select T[arg].c as c from Ctl`);
  for (const arg of ['a', 'a']) {
    run.send('Cpu', { host: 'a' });
    run.send('Ctl', { arg });
  }
  expect(run.query('select c from Seen')).toEqual([{ c: 1 }, { c: 2 }]);
});

test('a key that is there is not inserted again', () => {
  const run = new EplRun([CPU]);
  run.deploy('create table T (k string primary key, n int); insert into T select host as k, n from Cpu');
  run.send('Cpu', { host: 'a', n: 1 });
  expect(() => run.send('Cpu', { host: 'a', n: 2 })).toThrow('the unique index \'T\' holds the key ["a"] already');
  expect(run.query('select * from T')).toEqual([{ k: 'a', n: 1 }]);
});

test.each([
  ['create table T (k string primary key, n int); select * from T(n > 1)', "the table 'T' takes no filter"],
  ['create table T (k string primary key, n int); on T select * from Cpu', 'is a stream of events'],
  ['create table T (k string primary key); select T.n as n from Cpu', "the table 'T' is read by 1 key(s), not 0"],
  [
    'create table T (k int primary key, n int); select T[host].n as n from Cpu',
    "the key 'k' of the table 'T' is an int",
  ],
  ['create table T (c count(*)); insert into T select 1 as c from Cpu', "'c' of the table 'T' is an aggregation"],
  ['create table T (c count(*)); into table T select sum(n) as c from Cpu', "the column 'c' of 'T' is count(*)"],
  ['create table T (k string primary key, c count(*)); into table T select count(*) as c from Cpu', 'group by k'],
  ['create table T (k string primary key); create index I on T(x)', "unknown property 'x' of T"],
])('%s', (epl, message) => {
  const run = new EplRun([CPU]);
  try {
    run.deploy(epl);
  } catch (error) {
    expect(error instanceof Error && 'hint' in error ? `${error.message}; ${String(error.hint)}` : '').toContain(
      message,
    );
    return;
  }
  expect.fail('nothing was thrown');
});

test('keys() lists the keys of all rows as they are now', () => {
  const run = new EplRun([CPU, CTL]);
  run.deploy(`create table T (k string primary key, c count(*));
    create table P (k string primary key, n int primary key, c count(*));
    into table T select count(*) as c from Cpu group by host;
    into table P select count(*) as c from Cpu group by host, n;
    @name('g') select T.keys() as k, P.keys() as p, T.keys().countOf() as n, T.keys().lastOf() as l from Ctl;
    on Ctl as e delete from T as t where t.k = e.arg`);
  run.send('Ctl', {});
  for (const host of ['a', 'b', 'a']) run.send('Cpu', { host, n: 1 });
  run.send('Ctl', { arg: 'a' });
  run.send('Ctl', {});
  const p = [
    ['a', 1],
    ['b', 1],
  ];
  expect(told(run, 'g')).toEqual([
    [{ k: [], p: [], n: 0, l: null }],
    [{ k: ['a', 'b'], p, n: 2, l: 'b' }],
    [{ k: ['b'], p, n: 1, l: 'b' }],
  ]);
});

test.each([
  ['create table T (c count(*)); select T.keys() from Ctl', 'INVALID_STATEMENT'],
  ['create table T (k string primary key); select T.keys(1) from Ctl', 'WRONG_ARGUMENTS'],
  ['create table T (k string primary key); select T.kyes() from Ctl', 'UNKNOWN_FUNCTION'],
  [
    'create table T (k string primary key, n int primary key, c count(*)); into table T select count(*) as c from Cpu group by rollup(host, n)',
    'NOT_SUPPORTED',
  ],
])('refused: %s', (epl, code) => {
  const run = new EplRun([CPU, CTL]);
  expect(() => run.deploy(epl)).toThrow(expect.objectContaining({ code }));
});
