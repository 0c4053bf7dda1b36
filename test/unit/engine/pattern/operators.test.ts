import { describe, expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const A = eventType('A', { host: 'string', v: 'int' });
const B = eventType('B', { host: 'string', v: 'int' });

/** `A1` is an event of A with v = 1 and host 'x'; `A1y` one of host 'y'; a number moves the clock, ms. */
function rowsOf(text: string, ...steps: readonly (string | number)[]): readonly unknown[] {
  const run = new EplRun([A, B]);
  run.deploy(text);
  const rows: unknown[] = [];
  for (const step of steps) {
    if (typeof step === 'number') run.engine.advanceTime(step);
    else run.send(step.slice(0, 1), { v: Number(step.slice(1, 2)), host: step.slice(2) || 'x' });
    for (const { insert } of run.take()) rows.push(insert.map((row) => Object.values(row).join(' ')));
  }
  return rows;
}

const pattern = (text: string, select = 'a.v as a, b.v as b'): string => `select ${select} from pattern [${text}]`;

describe('one event and several atoms', () => {
  test('the more special condition comes first: not, and until, win', () => {
    const text = pattern('every a=A(v = 1) -> (b=A(host = a.host) and not A(host = a.host, v > 5))');
    expect(rowsOf(text, 'A1', 'A7', 'A2')).toEqual([]);
    const until = pattern('a=A until b=A(v > 5)', 'a.countOf() as n, b.v as b');
    expect(rowsOf(until, 'A1', 'A2', 'A7')).toEqual([['2 7']]);
  });

  test('else the one that was started first: the first operand of or', () => {
    expect(rowsOf(pattern('every (a=A or b=A)'), 'A1', 'A2')).toEqual([['1 '], ['2 ']]);
  });

  test('it never serves both sides of ->', () => {
    expect(rowsOf(pattern('every a=A -> b=A'), 'A1', 'A2', 'A3')).toEqual([['1 2'], ['2 3']]);
  });

  test('the highest level of @consume takes it', () => {
    const both = 'every a=A(v > 1) or every b=A(v > 0)';
    expect(rowsOf(pattern(both), 'A2')).toEqual([['2 ', ' 2']]);
    expect(rowsOf(pattern('every a=A(v > 1)@consume or every b=A(v > 0)'), 'A2', 'A1')).toEqual([['2 '], [' 1']]);
    expect(rowsOf(pattern('every a=A(v > 1)@consume or every b=A(v > 0)@consume(2)'), 'A2')).toEqual([[' 2']]);
  });
});

describe('conditions on tags', () => {
  test.each([
    ['=', 'host = a.host', ['A1', 'A2y', 'B3y', 'B4'], [['2 3'], ['1 4']]],
    ['several', 'host = a.host, v = a.v', ['A1', 'A2', 'B1y', 'B2'], [['2 2']]],
    ['>', 'v > a.v', ['A5', 'A1', 'A3', 'B4', 'B9'], [['1 4', '3 4'], ['5 9']]],
    ['<=', 'a.v >= v', ['A5', 'A1', 'A3', 'B3', 'B0'], [['5 3', '3 3'], ['1 0']]],
    ['= and >', 'host = a.host and v > a.v', ['A5', 'A1y', 'B3', 'B3y', 'B6'], [['1 3'], ['5 6']]],
    ['arithmetic', 'v - a.v = 2', ['A1', 'A2', 'B4', 'B3'], [['2 4'], ['1 3']]],
    ['a subquery', 'v > (select count(*) from A#keepall)', ['A1', 'A2', 'B2', 'B3'], [['1 3', '2 3']]],
  ] as const)('%s', (_, condition, steps, expected) => {
    expect(rowsOf(pattern(`every a=A -> b=B(${condition})`), ...steps)).toEqual(expected);
  });

  test('= null never holds, is null does', () => {
    const run = new EplRun([A, B]);
    run.deploy(`@name('equal') ${pattern('every a=A -> b=B(host = a.host)')}`);
    run.deploy(`@name('is') ${pattern('every a=A -> b=B(host is a.host)')}`);
    run.send('A', { v: 1, host: null });
    run.send('B', { v: 2, host: null });
    expect(run.take().map((c) => c.statement)).toEqual(['is']);
  });
});

describe('time', () => {
  test('a guard ends what it guards at its due time, before an event of that time', () => {
    const text = pattern('every a=A -> b=B where timer:within(1 sec)');
    expect(rowsOf(text, 'A1', 500, 'A2', 1000, 'B3')).toEqual([['2 3']]);
  });

  test('periods of different length at one guard run out in order of their due times', () => {
    const text = pattern('every a=A -> (b=B and not timer:interval(a.v seconds))');
    expect(rowsOf(text, 'A5', 'A1', 'A3', 2000, 'B0')).toEqual([['5 0', '3 0']]);
  });

  test('several of one instant are one call, in order of their start', () => {
    const text = pattern('every a=A -> timer:interval(1 sec)', 'a.v as v');
    expect(rowsOf(text, 'A1', 'A2', 1000)).toEqual([['1', '2']]);
  });

  test('an interval of no length is true at once', () => {
    const text = pattern('every a=A -> timer:interval(0)', 'a.v as v');
    expect(rowsOf(text, 'A1', 'A2')).toEqual([['1'], ['2']]);
  });

  test('withinmax passes so many matches', () => {
    const text = pattern('(every a=A) where timer:withinmax(1 sec, 2)', 'a.v as v');
    expect(rowsOf(text, 'A1', 'A2', 'A3')).toEqual([['1'], ['2']]);
  });

  test('timer:at may read tags', () => {
    const text = pattern('every a=A -> timer:at(*, *, *, *, *, a.v)', 'a.v as v');
    expect(rowsOf(text, 'A7', 'A2', 5000, 9000)).toEqual([['2'], ['7']]);
  });

  test.each([
    ["date: '1970-01-01T00:00:02Z'", [2000]],
    ["date: '1970-01-01T01:00:02+01:00'", [2000]],
    ['date: 2000', [2000]],
    ['period: 3 sec', [3000, 6000, 9000]],
    ['period: 3 sec, repetitions: 2', [3000, 6000]],
    ['date: 1000, period: 4 sec', [1000, 5000, 9000]],
    ["iso: 'R2/1970-01-01T00:00:01Z/PT4S'", [1000, 5000]],
    // one of the three has passed before the start
    ["iso: 'R3/1969-12-31T23:59:59Z/PT4S'", [3000, 7000]],
    [
      "iso: 'R/PT0.5S'",
      [
        500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000, 5500, 6000, 6500, 7000, 7500, 8000, 8500, 9000, 9500,
        10000,
      ],
    ],
    ["iso: 'PT4S'", [4000, 8000]],
  ] as const)('every timer:schedule(%s)', (parameters, times) => {
    const run = new EplRun([A, B]);
    run.deploy(`select 1 as one from pattern [every timer:schedule(${parameters})]`);
    run.engine.advanceTime(10_000);
    expect(run.take().map((c) => c.timeMs)).toEqual(times);
  });
});

describe('overlapping matches', () => {
  test('of one cause only the first of those that share an event is told', () => {
    const text = 'select a.v as a, b.v as b from pattern @SuppressOverlappingMatches [every a=A -> b=B]';
    expect(rowsOf(text, 'A1', 'A2', 'B3')).toEqual([['1 3']]);
  });

  test('a match ends the partial matches that share an event with it', () => {
    const text = 'select a.v as a, b.v as b from pattern @DiscardPartialsOnMatch [every a=A -> b=A(v > a.v)]';
    expect(rowsOf(text, 'A1', 'A2', 'A3', 'A4')).toEqual([['1 2'], ['3 4']]);
    expect(rowsOf(text.replace('@DiscardPartialsOnMatch ', ''), 'A1', 'A2', 'A3', 'A4')).toEqual([
      ['1 2'],
      ['2 3'],
      ['3 4'],
    ]);
  });
});

test('a failing period ends one partial match and leaves the others', () => {
  const run = new EplRun([A, B]);
  run.deploy(pattern('every a=A -> b=B where timer:within(a.v seconds)'));
  run.send('A', { v: 1, host: 'x' });
  expect(() => run.send('A', { v: null, host: 'x' })).toThrow('the time period of a guard or observer is null');
  run.send('B', { v: 2, host: 'x' });
  expect(run.rows().map(([insert]) => insert)).toEqual([[{ a: 1, b: 2 }]]);
});

test('a pattern drives on set, an outer join and a window', () => {
  const run = new EplRun([A, B]);
  run.deploy('create variable int last = 0; on pattern [every a=A -> b=B] as p set last = p.b.v');
  run.deploy("@name('w') select irstream a.v as v from pattern [every a=A]#length(1)");
  run.deploy(
    "@name('j') select p.a.v as v, b.v as b from pattern [every a=A] as p unidirectional left outer join B#lastevent as b on p.a.host = b.host",
  );
  run.send('A', { v: 1, host: 'x' });
  run.send('B', { v: 2, host: 'x' });
  run.send('A', { v: 3, host: 'x' });
  expect(run.engine.variable('last')).toBe(2);
  const calls = run.take();
  expect(calls.filter((c) => c.statement === 'w').map((c) => [c.insert, c.remove])).toEqual([
    [[{ v: 1 }], []],
    [[{ v: 3 }], [{ v: 1 }]],
  ]);
  expect(calls.filter((c) => c.statement === 'j').map((c) => c.insert)).toEqual([
    [{ v: 1, b: null }],
    [{ v: 3, b: 2 }],
  ]);
});
