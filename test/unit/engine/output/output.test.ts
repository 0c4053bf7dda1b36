import { expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const E = eventType('E', { k: 'string', v: 'int' });

type Step = readonly [t: number, v?: number, k?: string];

/** Calls as `t: values of the insert stream`. */
function trace(epl: string, steps: readonly Step[]): string[] {
  const run = new EplRun([E]);
  run.deploy(`@name('s') ${epl}`);
  const lines: string[] = [];
  for (const [t, v, k] of steps) {
    if (v === undefined) run.engine.advanceTime(t);
    else run.send('E', { k: k ?? 'a', v }, t);
    for (const call of run.take()) {
      lines.push(`${call.timeMs}: ${call.insert.map((r) => Object.values(r).join('=')).join(' ')}`);
    }
  }
  return lines;
}

const COUNTED: readonly Step[] = [
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 4],
  [5, 5],
];

test('every n events: all rows, the last, the first', () => {
  expect(trace('select v from E output every 2 events', COUNTED)).toEqual(['2: 1 2', '4: 3 4']);
  expect(trace('select v from E output last every 2 events', COUNTED)).toEqual(['2: 2', '4: 4']);
  expect(trace('select v from E output first every 2 events', COUNTED)).toEqual(['1: 1', '3: 3', '5: 5']);
});

test('a time interval starts at the first row, not at deployment', () => {
  const steps: readonly Step[] = [[1500, 1], [2000, 2], [3500], [4000, 3], [9000]];
  expect(trace('select v from E output every 2 sec', steps)).toEqual(['3500: 1 2', '5500: 3']);
});

test('rows before the after clause change aggregates but are not put out', () => {
  expect(trace('select sum(v) as s from E output after 3 events', COUNTED)).toEqual(['4: 10', '5: 15']);
});

test('all repeats every group, last tells of those that changed', () => {
  const steps: readonly Step[] = [
    [1, 1, 'a'],
    [2, 2, 'b'],
    [3, 3, 'a'],
    [4, 4, 'a'],
  ];
  expect(trace('select k, sum(v) as s from E group by k output all every 2 events', steps)).toEqual([
    '2: a=1 b=2',
    '4: a=8 b=2',
  ]);
  expect(trace('select k, sum(v) as s from E group by k output last every 2 events', steps)).toEqual([
    '2: a=1 b=2',
    '4: a=8',
  ]);
});

test('first of a grouped statement opens an interval per group', () => {
  const steps: readonly Step[] = [
    [1000, 1, 'a'],
    [2000, 1, 'b'],
    [5000, 1, 'a'],
    [6000, 1, 'a'],
    [6500, 1, 'b'],
    [7000, 1, 'b'],
  ];
  expect(trace('select k, count(*) as n from E group by k output first every 5 sec', steps)).toEqual([
    '1000: a=1',
    '2000: b=1',
    '6000: a=3',
    '7000: b=3',
  ]);
});

test('snapshot lists the window at the time, without what expires then', () => {
  const steps: readonly Step[] = [[1000, 1], [2000, 2], [3000], [6000]];
  expect(trace('select v from E#time(3 sec) output snapshot every 2 sec order by v desc', steps)).toEqual([
    '3000: 2 1',
  ]);
});

test('crontab output comes at its times in UTC from deployment on', () => {
  const steps: readonly Step[] = [[30_000, 1], [61_000, 2], [600_000]];
  expect(trace('select count(*) as n from E output last at (*/5, *, *, *, *)', steps)).toEqual([
    '300000: 2',
    '600000: 2',
  ]);
});

test('when counts rows since the last output', () => {
  expect(trace('select v from E output when count_insert >= 2', COUNTED)).toEqual(['2: 1 2', '4: 3 4']);
});

test('order by, then limit, then distinct', () => {
  const steps: readonly Step[] = [
    [1, 3],
    [2, 1],
    [3, 1],
    [4, 2],
  ];
  expect(trace('select distinct v from E output every 4 events order by v limit 3', steps)).toEqual(['4: 1 2']);
});

test('the interval of an ungrouped first opens with the first row that passes having', () => {
  const steps: readonly Step[] = [
    [1000, 1],
    [2000, 9],
    [5500, 9],
    [7000, 9],
  ];
  expect(trace('select v from E having v > 5 output first every 5 sec', steps)).toEqual(['2000: 9', '7000: 9']);
});
