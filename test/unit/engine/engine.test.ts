import { expect, test } from 'vitest';
import { eventKey, timerKey } from '../../../src/model/cause-key.ts';
import { CodedError } from '../../../src/model/errors.ts';
import { EplRun, eventType } from '../../support/epl-run.ts';

const E = eventType('E', { k: 'string', v: 'int' });
const F = eventType('F', { k: 'string', v: 'int' });

test('timers fire each at its exact due time, in order, before the event of their time', () => {
  const run = new EplRun([E]);
  run.deploy("@name('s') select irstream v, current_timestamp() as at from E#time(10 sec)");
  run.send('E', { v: 1 }, 1000);
  run.send('E', { v: 2 }, 2000);
  run.take();
  run.send('E', { v: 3 }, 12_000);
  expect(run.take().map((c) => [c.key, c.timeMs, c.insert, c.remove])).toEqual([
    ['11000/0//0', 11_000, [], [{ v: 1, at: 11_000 }]],
    ['12000/0//0', 12_000, [], [{ v: 2, at: 12_000 }]],
    ['12000/1//3', 12_000, [{ v: 3, at: 12_000 }], []],
  ]);
});

test('advancing to the present or the past does nothing', () => {
  const run = new EplRun([E], 5000);
  run.deploy("@name('s') select irstream v from E#time(1 sec)");
  run.send('E', { v: 1 });
  run.take();
  run.engine.advanceTime(5000);
  run.engine.advanceTime(10);
  expect(run.engine.nowMs).toBe(5000);
  expect(run.take()).toEqual([]);
});

test('all timers of one instant of a statement make one call, those of another statement another', () => {
  const run = new EplRun([E, F]);
  run.deploy(
    "@name('j') select irstream e.v as a, f.v as b from E#time_batch(5 sec) as e, F#time_batch(5 sec) as f; @name('s') select count(*) as n from E#time_batch(5 sec)",
  );
  run.send('E', { v: 1 }, 1000);
  run.send('F', { v: 2 }, 1000);
  run.engine.advanceTime(6000);
  expect(run.take().map((c) => [c.statement, c.insert])).toEqual([
    ['j', [{ a: 1, b: 2 }]],
    ['s', [{ n: 1 }]],
  ]);
});

test('inserted events wait until all statements have seen the present one; their keys extend its path', () => {
  const run = new EplRun([E]);
  run.deploy(`
    @name('a') insert into Mid select v from E;
    @name('b') insert into Mid select v + 10 as v from E;
    @name('c') select v from Mid;
    @name('d') select v from E;
    @name('e') insert into Last select v from Mid`);
  run.send('E', { v: 1 }, 7, 'renci');
  const calls = run.take();
  expect(calls.map((c) => [c.statement, c.key])).toEqual([
    ['a', '7/1/renci/1'],
    ['b', '7/1/renci/1'],
    ['d', '7/1/renci/1'],
    ['c', '7/1/renci/1/0'],
    ['e', '7/1/renci/1/0'],
    ['c', '7/1/renci/1/1'],
    ['e', '7/1/renci/1/1'],
  ]);
});

test('a loop of insert into is an error with a code, and the engine goes on', () => {
  const run = new EplRun([E]);
  run.deploy("@name('a') insert into E select k, v + 1 as v from E(v > 0)");
  expect(() => run.send('E', { v: 1 })).toThrow(CodedError);
  run.take();
  run.send('E', { v: -5 });
  expect(run.take()).toEqual([]);
});

test('timers armed during an instant for it fire when the clock leaves it, with phase 2', () => {
  const run = new EplRun([E, F]);
  run.deploy(
    "create variable boolean flag = false; on F set flag = true; @name('s') select v from E output when flag then set flag = false",
  );
  run.send('E', { v: 1 }, 1000);
  run.send('F', {}, 2000);
  run.send('E', { v: 2 }, 2000);
  expect(run.take().filter((c) => c.statement === 's')).toEqual([]);
  run.engine.advanceTime(2001);
  expect(
    run
      .take()
      .map((c) => [c.statement, c.key, c.timeMs, c.insert])
      .filter(([s]) => s === 's'),
  ).toEqual([['s', '2000/2//0', 2000, [{ v: 1 }, { v: 2 }]]]);
});

test('a module that cannot run changes nothing: neither types nor variables nor statements', () => {
  const run = new EplRun([E]);
  const epl =
    "create variable int n; @name('a') insert into Made select v from E; @name('b') select v from E#length(n)";
  expect(() => run.deploy(epl)).toThrow(/expected a number/);
  expect(() => run.engine.variable('n')).toThrow(/no variable/);
  expect(run.engine.eventType('Made')).toBeUndefined();
  run.send('E', { v: 1 });
  expect(run.take()).toEqual([]);
});

test('undeploying stops timers and forgets what the module declared', () => {
  const run = new EplRun([E]);
  const deployment = run.deploy("create variable int x = 1; @name('s') select irstream v from E#time(1 sec)");
  run.send('E', { v: 1 });
  run.take();
  run.engine.undeploy(deployment);
  run.engine.advanceTime(10_000);
  expect(run.take()).toEqual([]);
  expect(() => run.engine.variable('x')).toThrow(/no variable/);
});

test('setting a variable is a cause: timers due before it fire first', () => {
  const run = new EplRun([E]);
  run.deploy("@name('x') create variable int limitOf = 1; @name('s') select irstream v from E#time(1 sec)");
  run.send('E', { v: 1 }, 0);
  run.take();
  run.engine.setVariable('limitOf', 2, eventKey(1000, 'client', 1));
  expect(run.take().map((c) => [c.statement, c.key, c.insert, c.remove])).toEqual([
    ['s', '1000/0//0', [], [{ v: 1 }]],
    ['x', '1000/1/client/1', [{ limitOf: 2 }], [{ limitOf: 1 }]],
  ]);
  expect(() => run.engine.setVariable('nope', 2, eventKey(1000, 'client', 2))).toThrow(CodedError);
});

test('a constant variable cannot be set', () => {
  const run = new EplRun([E]);
  run.deploy('create constant variable int fixed = 1');
  expect(() => run.engine.setVariable('fixed', 2, eventKey(0, 'c', 1))).toThrow(/constant/);
});

test('updates of a phase-0 cause and the own timers of the instant are one cause', () => {
  const view = eventType('V', { v: 'int' }, { kind: 'view' });
  const run = new EplRun([E, view]);
  run.deploy("@name('j') select irstream e.v as a, r.v as b from E#time(1 sec) as e, V as r");
  run.process(eventKey(0, 'd', 1), [
    { typeName: 'V', updates: [{ insert: [{ id: { domain: 'd', seq: 1, part: 0 }, values: [7] }], remove: [] }] },
  ]);
  run.send('E', { v: 1 }, 0);
  run.take();
  run.process(timerKey(1000), [
    { typeName: 'V', updates: [{ insert: [], remove: [{ id: { domain: 'd', seq: 1, part: 0 } }] }] },
  ]);
  expect(run.take().map((c) => [c.key, c.insert, c.remove])).toEqual([['1000/0//0', [], [{ a: 1, b: 7 }]]]);
});
