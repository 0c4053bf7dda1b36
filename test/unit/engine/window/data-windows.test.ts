import { expect, test } from 'vitest';
import { EplRun, eventType, randomOf } from '../../../support/epl-run.ts';

const E = eventType('E', { k: 'string', v: 'int', ts: 'long' });

type Step =
  | { readonly t: number }
  | { readonly t?: number; readonly k?: string; readonly v: number; readonly ts?: number };

/** Values that enter and leave, per listener call: `+1 +2 -1`. */
function trace(window: string, steps: readonly Step[]): string[] {
  const run = new EplRun([E]);
  run.deploy(`@name('s') select irstream v from E${window}`);
  const lines: string[] = [];
  for (const step of steps) {
    if ('v' in step) run.send('E', { k: step.k ?? 'a', v: step.v, ts: step.ts ?? 0 }, step.t ?? run.engine.nowMs);
    else run.engine.advanceTime(step.t);
    for (const [insert, remove] of run.rows()) {
      lines.push([...insert.map((r) => `+${String(r['v'])}`), ...remove.map((r) => `-${String(r['v'])}`)].join(' '));
    }
  }
  return lines;
}

const five: readonly Step[] = [{ v: 1 }, { v: 2 }, { v: 3 }, { v: 4 }, { v: 5 }];

test('length keeps the last n', () => {
  expect(trace('#length(2)', five)).toEqual(['+1', '+2', '+3 -1', '+4 -2', '+5 -3']);
});

test('an event of t leaves a time window at exactly t + d, before an event sent then', () => {
  expect(trace('#time(10 sec)', [{ t: 1000, v: 1 }, { t: 5000, v: 2 }, { t: 10_999 }, { t: 11_000, v: 3 }])).toEqual([
    '+1',
    '+2',
    '-1',
    '+3',
  ]);
});

test('unique displaces by key, firstunique refuses', () => {
  const steps: readonly Step[] = [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
    { k: 'a', v: 3 },
  ];
  expect(trace('#unique(k)', steps)).toEqual(['+1', '+2', '+3 -1']);
  expect(trace('#firstunique(k)', steps)).toEqual(['+1', '+2']);
});

test('lastevent, firstevent, firstlength, firsttime, keepall', () => {
  expect(trace('#lastevent', five.slice(0, 3))).toEqual(['+1', '+2 -1', '+3 -2']);
  expect(trace('#firstevent', five)).toEqual(['+1']);
  expect(trace('#firstlength(2)', five)).toEqual(['+1', '+2']);
  expect(
    trace('#firsttime(2 sec)', [
      { t: 1999, v: 1 },
      { t: 2000, v: 2 },
    ]),
  ).toEqual(['+1']);
  expect(trace('#keepall', five.slice(0, 2))).toEqual(['+1', '+2']);
});

test('length_batch posts whole batches and takes back the one before', () => {
  expect(trace('#length_batch(2)', five)).toEqual(['+1 +2', '+3 +4 -1 -2']);
});

test('time_batch keeps the grid of the first event and falls silent after one empty batch', () => {
  const steps: readonly Step[] = [
    { t: 1000, v: 1 },
    { t: 2000, v: 2 },
    { t: 30_000 },
    { t: 33_000, v: 3 },
    { t: 36_000 },
  ];
  expect(trace('#time_batch(5 sec)', steps)).toEqual(['+1 +2', '-1 -2', '+3']);
});

test('time_length_batch posts by number or by time and starts its interval anew', () => {
  const steps: readonly Step[] = [{ t: 1000, v: 1 }, { t: 2000, v: 2 }, { t: 3000, v: 3 }, { t: 7000 }];
  expect(trace('#time_length_batch(5 sec, 2)', steps)).toEqual(['+1 +2', '+3 -1 -2']);
});

test('time_accum lets all go when nothing has come for d', () => {
  expect(trace('#time_accum(2 sec)', [{ t: 1000, v: 1 }, { t: 2500, v: 2 }, { t: 4499 }, { t: 4500 }])).toEqual([
    '+1',
    '+2',
    '-1 -2',
  ]);
});

test('ext_timed goes by the property, never by the clock', () => {
  const steps: readonly Step[] = [{ v: 1, ts: 1000 }, { v: 2, ts: 2000 }, { t: 60_000 }, { v: 3, ts: 11_000 }];
  expect(trace('#ext_timed(ts, 10 sec)', steps)).toEqual(['+1', '+2', '+3 -1']);
});

test('sort drops the greatest, possibly the newcomer; of equal ones the older', () => {
  expect(trace('#sort(2, v)', [{ v: 5 }, { v: 3 }, { v: 9 }, { v: 1 }])).toEqual(['+5', '+3', '+9 -9', '+1 -5']);
});

test('rank replaces the row of its key even by a worse one', () => {
  const steps: readonly Step[] = [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
    { k: 'a', v: 9 },
    { k: 'c', v: 3 },
  ];
  expect(trace('#rank(k, 2, v)', steps)).toEqual(['+1', '+2', '+9 -1', '+3 -9']);
});

test('time_order sends the latecomer in and out at once', () => {
  const steps: readonly Step[] = [{ t: 20_000, v: 1, ts: 15_000 }, { v: 2, ts: 10_000 }, { t: 25_000 }];
  expect(trace('#time_order(ts, 10 sec)', steps)).toEqual(['+1', '+2 -2', '-1']);
});

test('each group of groupwin has its own window', () => {
  const steps: readonly Step[] = [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
    { k: 'a', v: 3 },
  ];
  expect(trace('#groupwin(k)#length(1)', steps)).toEqual(['+1', '+2', '+3 -1']);
});

test('an intersection keeps what all windows keep, a union what any does', () => {
  const steps: readonly Step[] = [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
    { k: 'a', v: 3 },
    { k: 'c', v: 4 },
  ];
  expect(trace('#length(2)#unique(k)', steps)).toEqual(['+1', '+2', '+3 -1', '+4 -2']);
  expect(trace('#length(2)#unique(k) retain-union', steps)).toEqual(['+1', '+2', '+3 -1', '+4']);
});

test('what has entered and not left is what the window holds', () => {
  const windows = [
    '#length(3)',
    '#time(3 sec)',
    '#unique(k)',
    '#firstunique(k)',
    '#sort(3, v, k desc)',
    '#rank(k, 2, v desc)',
    '#time_order(ts, 4 sec)',
    '#ext_timed(ts, 2 sec)',
    '#time_accum(1 sec)',
    '#groupwin(k)#length(2)',
    '#length(4)#unique(k)',
    '#time(2 sec)#length(3) retain-union',
    '#expr(current_count < 4)',
    '#keepall',
  ];
  for (const window of windows) {
    const seed = 4242;
    const random = randomOf(seed);
    const run = new EplRun([E]);
    const deployment = run.deploy(`@name('s') select irstream v from E${window}`);
    const present = new Map<unknown, number>();
    for (let i = 0; i < 300; i++) {
      const t = run.engine.nowMs + Math.floor(random() * 3) * 500;
      const k = 'abc'[Math.floor(random() * 3)];
      run.send('E', { k, v: i, ts: t - Math.floor(random() * 6) * 1000 }, t);
      for (const [insert, remove] of run.rows()) {
        for (const row of insert) present.set(row['v'], (present.get(row['v']) ?? 0) + 1);
        for (const row of remove) present.set(row['v'], (present.get(row['v']) ?? 0) - 1);
      }
      const counts = [...present.values()];
      expect(
        counts.every((n) => n === 0 || n === 1),
        `${window}, seed ${seed}, step ${i}`,
      ).toBe(true);
      const held = [...present].filter(([, n]) => n > 0).map(([v]) => Number(v));
      const content = run.iterate(deployment, 's').map((row) => Number(row['v']));
      expect(
        content.sort((a, b) => a - b),
        `${window}, seed ${seed}, step ${i}`,
      ).toEqual(held.sort((a, b) => a - b));
    }
  }
});
