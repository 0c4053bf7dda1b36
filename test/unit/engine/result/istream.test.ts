import { expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const types = [eventType('E', { host: 'string', n: 'int', ts: 'long' })];

function rows(epl: string): unknown {
  const run = new EplRun(types);
  run.deploy(`@name('s') ${epl}`);
  run.send('E', { host: 'a', n: 1, ts: 1000 });
  run.send('E', { host: 'a', n: 2, ts: 3000 });
  return run.rows().at(-1);
}

test.each([
  ['select irstream n, istream() as ins from E#length(1)', [[{ n: 2, ins: true }], [{ n: 1, ins: false }]]],
  ['select irstream sum(n) as s, istream() as ins from E#length(1)', [[{ s: 2, ins: true }], [{ s: 1, ins: false }]]],
  [
    'select irstream host, sum(n) as s, istream() as ins from E#length(1) group by host',
    [[{ host: 'a', s: 2, ins: true }], [{ host: 'a', s: 1, ins: false }]],
  ],
  ['select rstream n, istream() as ins from E#length(1)', [[{ n: 1, ins: false }], []]],
  ['select istream() as ins from E', [[{ ins: true }], []]],
])('istream() says whether a row enters: %s', (epl, wanted) => {
  expect(rows(epl)).toEqual(wanted);
});

test('rate of a time stamp and an amount is the amount per second since the last row that left', () => {
  expect(rows('select rate(ts, n) as r from E#length(1)')).toEqual([[{ r: 1 }], []]);
});

test('sum(all n) is sum(n)', () => {
  expect(rows('select sum(all n) as s from E')).toEqual([[{ s: 3 }], []]);
});
