import { expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const E = eventType('E', { k: 'string', v: 'int' });

test('output first: the first branch that holds takes the event, null counts as false', () => {
  const run = new EplRun([E]);
  run.deploy(`on E insert into Big select v where v > 10 insert into Known select k where k is not null insert into Rest select v;
    @name('b') select * from Big; @name('k') select * from Known; @name('r') select * from Rest`);
  run.send('E', { k: 'x', v: 11 });
  run.send('E', { k: 'x', v: null });
  run.send('E', { k: null, v: 1 });
  expect(run.take().map((c) => [c.statement, c.insert])).toEqual([
    ['b', [{ v: 11 }]],
    ['k', [{ k: 'x' }]],
    ['r', [{ v: 1 }]],
  ]);
});

test('output all: every branch that holds, each row an event and a call of its own', () => {
  const run = new EplRun([E]);
  run.deploy(
    `on E insert into A select v where v > 1 insert into A select v + 100 as v output all; @name('a') select * from A`,
  );
  run.send('E', { v: 2 }, 5, 'renci');
  expect(run.take().map((c) => [c.key, c.insert])).toEqual([
    ['5/1/renci/1/0', [{ v: 2 }]],
    ['5/1/renci/1/1', [{ v: 102 }]],
  ]);
});

test('update istream changes events before filters see them, in order of deployment, and tells before and after', () => {
  const run = new EplRun([E]);
  run.deploy(`@name('u') update istream E set v = v * 2, k = 'twice' where v < 10;
    @name('w') update istream E set v = v + 1 where k = 'twice';
    @name('s') select v from E(v > 5)`);
  run.send('E', { k: 'a', v: 3 });
  run.send('E', { k: 'a', v: 1 });
  expect(run.take().map((c) => [c.statement, c.insert, c.remove])).toEqual([
    ['s', [{ v: 7 }], []],
    ['u', [{ k: 'twice', v: 6 }], [{ k: 'a', v: 3 }]],
    ['w', [{ k: 'twice', v: 7 }], [{ k: 'twice', v: 6 }]],
    ['u', [{ k: 'twice', v: 2 }], [{ k: 'a', v: 1 }]],
    ['w', [{ k: 'twice', v: 3 }], [{ k: 'twice', v: 2 }]],
  ]);
});

test('a statement that fails does not stop the others, and the failure is thrown at the end', () => {
  const run = new EplRun([E]);
  run.deploy(`create variable int n = 2;
    @name('bad') select v from E output every n events;
    @name('good') select v from E`);
  run.engine.setVariable('n', null, { timestampMs: 0, phase: 1, domain: 'c', seq: 1, path: [] });
  run.take();
  expect(() => run.send('E', { v: 1 })).toThrow(/holds no number/);
  expect(run.take().map((c) => c.statement)).toEqual(['good']);
  run.engine.setVariable('n', 1, { timestampMs: 0, phase: 1, domain: 'c', seq: 2, path: [] });
  run.send('E', { v: 2 });
  expect(
    run
      .take()
      .filter((c) => c.statement !== null)
      .map((c) => c.statement),
  ).toEqual(['bad', 'good']);
});

test('the engine is not called from a listener', () => {
  const run = new EplRun([E]);
  const { engine } = run;
  const module = run.deploy('select v from E').module;
  engine.deploy(module, { listener: () => engine.advanceTime(engine.nowMs + 1) });
  expect(() => run.send('E', { v: 1 })).toThrow(/not called from a listener/);
});
