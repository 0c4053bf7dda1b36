/** Selects and joins that run directly put out what the general way puts out: the same statement with its remove stream. */
import { expect, test } from 'vitest';
import type { CauseInput } from '../../../../src/engine/engine.ts';
import { EplRun, eventType, randomOf } from '../../../support/epl-run.ts';

const E = eventType('E', { host: 'string', value: 'double', n: 'int' });
const F = eventType('F', { host: 'string', value: 'double' });

const STATEMENTS = [
  'host, value from E(value > 3)',
  'host, value, n * 2 as m from E#length(3) where value > 2',
  '* from E#time(3)',
  'avg(value) as a, sum(n) as s, count(*) as c from E#length(4)',
  'sum(value) as a, max(n) as m from E#time(2) having sum(value) > 4',
  'host, avg(value) as a, count(value, value > 5) as c from E#time(2)',
  'host, avg(value) as a from E#time(2) group by host having avg(value) > 4',
  'host, n, min(value) as a from E#length(5) group by host',
  'host, sum(value) as a, first(n) as f from E#length_batch(3) group by host',
  'host, count(*) as c from E#unique(host) group by host',
  'count(*) as c from E#time_batch(2, "FORCE_UPDATE")',
  'host, sum(value) as s from E#groupwin(host)#length(2) where n > 1 group by host',
  'host, n, sum(value) as s, max(value) as m from E#length(4) where value > 2 group by host, n',
  'host, avg(n) as a from E#time(2) where value > 2 group by host having count(*) > 1',
  'host, value, sum(n) as s from E#time(1) where n < 4 group by host',
  'sum(n) as s, min(value) as m from E#time(2) where value > 4',
  'sum(value, n > 2) as s, count(value) as c, count(*) as d from E#length(3) where n > 0',
  'avg(value) as a, sum(n, value > 3) as s from E#time(3) where n < 4 having count(*) > 1',
  'sum(n) as s, avg(value) as a from E#length(20)',
  'count(*) as c, sum(value) as s from E#keepall where n > 1',
  'case when value > 4 then 1 else 0 end as k, count(*) as c from E#length(3) group by case when value > 4 then 1 else 0 end',
  'host, count(*) as c from E#keepall where value > 3 group by host having sum(n) > 5',
  'host, sum(value) as s from E(n > 1) group by host',
  'host, n, last(value) as l from E#lastevent where value > 2',
  'sum(n) as s from E#length(none)',
  'host, count(*) as c from E#length(none) group by host',
  'e.value as x, f.value as y from E#length(3) as e, F#time(2) as f where e.host = f.host',
  'e.value as x, f.value as y from E#length(1) as e, F#lastevent as f where e.value > 3 and f.value > 3',
  'e.n as x, f.n as y from E#length(4) as e, E#length(2) as f where e.host = f.host and e.n < f.n',
  'e.n as x, f.n as y from E#length(2) as e inner join E#time(1) as f on e.host = f.host and e.n = f.n',
  'e.n as x, f.value as y from E#ext_timed(n, 2 sec) as e, F#time(2) as f where e.host = f.host and e.value = f.value',
  'e.n as x, f.value as y from E#lastevent as e, F#keepall as f where e.host = f.host and f.value > 2',
  'e.n as x from E#keepall as e, F#length(2) as f where e.value > f.value and e.host = "a"',
] as const;

function outputs(epl: string, seed: number): readonly unknown[] {
  const random = randomOf(seed);
  const run = new EplRun([E, F]);
  run.deploy('create variable int none = 0');
  run.deploy(`@name('s') select ${epl}`);
  const hosts = ['a', 'b', 'c', null];
  for (let i = 0; i < 150; i++) {
    const host = hosts[Math.floor(random() * hosts.length)];
    const value = random() < 0.1 ? null : Math.floor(random() * 10);
    const atMs = Math.floor(i / 2) * 250;
    if (random() < 0.7) run.send('E', { host, value, n: Math.floor(random() * 5) }, atMs);
    else run.send('F', { host, value }, atMs);
  }
  run.engine.advanceTime(100_000);
  // An output of removed rows alone is none of the statement without them.
  return run.take().flatMap(({ key, insert }) => (insert.length === 0 ? [] : [{ key, insert }]));
}

test.each(STATEMENTS)('select %s', (epl) => {
  for (const seed of [1, 2, 3]) {
    const direct = outputs(epl, seed);
    expect(direct, `seed ${seed}`).toEqual(outputs(`irstream ${epl}`, seed));
    expect(direct.length).toBeGreaterThan(0);
  }
});

/** A value that takes another's place in the window leaves the sum as it would be without either. */
test.each([1, 2, 3, 7])('sums of numbers far apart, not finite or null over length(%i)', (length) => {
  const random = randomOf(length);
  // Apart by less than the 106 bits of a sum.
  const numbers = [0.1, 0.7, 1e12, -1e12, 3.3, null, Number.NaN, Infinity, -Infinity];
  const usual = numbers.slice(0, 6);
  const runs = ['', 'irstream '].map((selector) => {
    const run = new EplRun([E]);
    run.deploy(
      `select ${selector}sum(value) as s, avg(value, n > 0) as a, sum(n) as i, avg(n) as m from E#length(${length})`,
    );
    return run;
  });
  for (let i = 0; i < 400; i++) {
    const from = random() < 0.2 ? numbers : usual;
    const value = from[Math.floor(random() * from.length)] ?? null;
    const n = random() < 0.2 ? 2_147_483_647 : Math.floor(random() * 3);
    for (const run of runs) run.send('E', { host: 'a', value, n });
    const [direct, general] = runs.map((run) => run.take().map(({ insert }) => insert));
    expect(direct, `event ${i}`).toEqual(general);
  }
});

/** Several events that one cause brings are one update: rows and groups as of its end. */
test.each([
  'value, sum(value) as s from E#length(3) where n > 0',
  'sum(value) as s from E#length(2)',
  'sum(value) as s, count(*) as c from E#time(2) where n > 0',
  'host, sum(value) as s from E#length(2) group by host',
  'host, value, sum(value) as s from E#time(2) where n > 0 group by host',
  'host, count(*) as c from E#time(2) group by host',
  'host, max(value) as m from E#keepall group by host',
  'value from E(n > 0)',
])('several events of one cause: select %s', (epl) => {
  const rows = ['', 'irstream '].map((selector) => {
    const run = new EplRun([E, F]);
    run.deploy(`select ${selector}${epl}`);
    const random = randomOf(4);
    for (let i = 1; i <= 20; i++) {
      const insert = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, part) => ({
        id: { domain: 'd', seq: i, part },
        values: [random() < 0.5 ? 'a' : 'b', Math.floor(random() * 9), Math.floor(random() * 3)],
      }));
      const key = { timestampMs: i * 700, phase: 1, domain: 'd', seq: i, path: [] } as const;
      run.process(key, [{ typeName: 'E', updates: [{ insert, remove: [] }] }]);
    }
    return run.take().flatMap(({ insert }) => (insert.length === 0 ? [] : [insert]));
  });
  expect(rows[0]).toEqual(rows[1]);
  expect(rows[0]?.length).toBeGreaterThan(5);
});

/** Events of several streams on one cause: a row of two arriving events is found once. */
test('a join of what one cause brings', () => {
  const rows = ['', 'irstream '].map((selector) => {
    const run = new EplRun([E, F]);
    run.deploy(
      `select ${selector}e.value as x, f.value as y from E#length(2) as e, F#length(2) as f where e.host = f.host`,
    );
    const input = (typeName: string, values: readonly (readonly [string, number])[]): CauseInput => ({
      typeName,
      updates: values.map(([host, value], i) => ({
        insert: [
          { id: { domain: 'd', seq: value, part: i }, values: typeName === 'E' ? [host, value, 1] : [host, value] },
        ],
        remove: [],
      })),
    });
    run.process({ timestampMs: 5, phase: 1, domain: 'd', seq: 1, path: [] }, [
      input('E', [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ]),
      input('F', [
        ['a', 4],
        ['b', 5],
        ['b', 6],
      ]),
    ]);
    return run.take().map((call) => call.insert);
  });
  expect(rows[0]).toEqual(rows[1]);
  expect(rows[0]?.[0]?.length).toBeGreaterThan(1);
});
