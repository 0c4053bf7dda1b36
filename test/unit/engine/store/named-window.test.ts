import { expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const CPU = eventType('Cpu', { host: 'string', util: 'double', n: 'int' });
const CTL = eventType('Ctl', { cmd: 'string', arg: 'string', num: 'int' });
const FED = 'create window W#keepall as Cpu; insert into W select * from Cpu;';

function told(run: EplRun, statement: string): readonly unknown[] {
  return run
    .take()
    .filter((c) => c.statement === statement)
    .map((c) => [c.insert, c.remove]);
}

test('insert into a window comes after every statement has handled the event', () => {
  const run = new EplRun([CPU]);
  run.deploy(`${FED} @name('s') select n, (select count(*) from W) as c from Cpu`);
  run.send('Cpu', { host: 'a', n: 1 });
  run.send('Cpu', { host: 'a', n: 2 });
  expect(told(run, 's')).toEqual([
    [[{ n: 1, c: 0 }], []],
    [[{ n: 2, c: 1 }], []],
  ]);
});

test('steps of one window on one event reach a consumer together, its aggregates once', () => {
  const run = new EplRun([CPU]);
  run.deploy(`create window W#keepall as (host string, a int);
    on Cpu as c merge W as w where w.host = c.host when not matched then insert select c.host as host, 0 as a;
    on Cpu as c update W as w set a = w.a + 1 where w.host = c.host;
    @name('s') select irstream host, a from W; @name('g') select sum(a) as s from W`);
  run.send('Cpu', { host: 'x' });
  const calls = run.take();
  expect(calls.filter((c) => c.statement === 's').map((c) => [c.insert, c.remove])).toEqual([
    [
      [
        { host: 'x', a: 0 },
        { host: 'x', a: 1 },
      ],
      [{ host: 'x', a: 0 }],
    ],
  ]);
  expect(calls.filter((c) => c.statement === 'g').map((c) => c.insert)).toEqual([[{ s: 1 }]]);
});

test('a window may trigger: on W sees what enters', () => {
  const run = new EplRun([CPU]);
  run.deploy(`${FED} create window L#keepall as (host string);
    on W(util > 5) as w merge L as l where l.host = w.host when not matched then insert select w.host as host;
    @name('s') select host from L`);
  run.send('Cpu', { host: 'a', util: 9 });
  run.send('Cpu', { host: 'a', util: 8 });
  run.send('Cpu', { host: 'b', util: 1 });
  expect(told(run, 's')).toEqual([[[{ host: 'a' }], []]]);
});

test('statements that insert into each other through a window in a loop are stopped', () => {
  const run = new EplRun([CPU]);
  run.deploy('create window A#keepall as (n int); on A as a merge A as b insert select a.n + 1 as n; ');
  run.deploy('insert into A select n from Cpu');
  expect(() => run.send('Cpu', { n: 1 })).toThrow('one cause led to too many inserted events');
});

test('initial is the row before the statement; assignments see earlier ones', () => {
  const run = new EplRun([CPU, CTL]);
  run.deploy(`${FED} @name('u') on Ctl update W set n = n + 1, util = n + initial.n`);
  run.send('Cpu', { host: 'a', n: 10, util: 0 });
  run.send('Ctl', {});
  expect(told(run, 'u')).toEqual([[[{ host: 'a', n: 11, util: 21 }], [{ host: 'a', n: 10, util: 0 }]]]);
});

test('an update moves the row to the new end of the window', () => {
  const run = new EplRun([CPU, CTL]);
  run.deploy(`create window W#length(2) as Cpu; insert into W select * from Cpu;
    on Ctl update W set n = n + 100 where host = arg; @name('s') select rstream n from W`);
  for (const [i, host] of ['a', 'b'].entries()) run.send('Cpu', { host, n: i });
  run.send('Ctl', { arg: 'a' });
  run.take();
  run.send('Cpu', { host: 'c', n: 2 });
  expect(told(run, 's')).toEqual([[[{ n: 1 }], []]]);
});

test('a unique index refuses the second row, and changes nothing', () => {
  const run = new EplRun([CPU]);
  const deployment = run.deploy(`@name('w') create window W#keepall as Cpu; create unique index I on W(host);
    insert into W select * from Cpu`);
  run.send('Cpu', { host: 'a', n: 1 });
  expect(() => run.send('Cpu', { host: 'a', n: 2 })).toThrow('the unique index \'I\' holds the key ["a"] already');
  expect(run.iterate(deployment, 'w')).toEqual([{ host: 'a', util: null, n: 1 }]);
});

test('fire-and-forget queries read, join, insert, update and delete', () => {
  const run = new EplRun([CPU]);
  run.deploy(`${FED} create table T (host string primary key, team string); @name('s') select irstream host, n from W`);
  expect(run.query("insert into W(host, n) values ('a', 1), ('b', 2)")).toHaveLength(2);
  expect(told(run, 's')).toEqual([
    [
      [
        { host: 'a', n: 1 },
        { host: 'b', n: 2 },
      ],
      [],
    ],
  ]);
  expect(run.query("insert into T values ('a', 'ops')")).toEqual([]);
  expect(run.query('select w.host as h, t.team as t from W as w, T as t where w.host = t.host')).toEqual([
    { h: 'a', t: 'ops' },
  ]);
  expect(run.query('update W set n = n * 10 where n > 1')).toEqual([{ host: 'b', util: null, n: 20 }]);
  expect(run.query('select sum(n) as s, count(*) as c from W')).toEqual([{ s: 21, c: 2 }]);
  expect(run.query('delete from W where host in (select host from T)')).toEqual([{ host: 'a', util: null, n: 1 }]);
  expect(run.query('select host from W')).toEqual([{ host: 'b' }]);
});

test.each([
  ['select * from Cpu', "a query reads named windows and tables, and 'Cpu' is a stream of events"],
  ['select * from W output last every 2 events', 'a query is answered at once and takes no output clause'],
  ["insert into W(host, n) values ('a')", '2 columns are listed and 1 values given'],
  ["insert into W(host, n) values ('a', 'b')", "property 'n' of 'W' is an int, not a string"],
  ['delete from V', "unknown named window or table 'V'"],
  ['create window X#keepall as Cpu', 'a query is asked once: this is a statement that runs on'],
])('%s is refused', (epl, message) => {
  const run = new EplRun([CPU]);
  run.deploy(FED);
  expect(() => run.query(epl)).toThrow(message);
});

test('a module that another one uses is not undeployed before it', () => {
  const run = new EplRun([CPU]);
  const base = run.deploy(FED);
  const reader = run.deploy("@name('s') select host from W");
  expect(() => run.engine.undeploy(base)).toThrow('1 other module(s) use what this one declares');
  run.engine.undeploy(reader);
  run.engine.undeploy(base);
  expect(run.engine.eventType('W')).toBeUndefined();
});
