import { describe, expect, test } from 'vitest';
import { CodedError } from '../../../../src/model/errors.ts';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const A = eventType('A', { host: 'string', v: 'int' });
const B = eventType('B', { host: 'string', v: 'int' });
const LIMIT = 100;

function bounded(pattern: string, select = '1 as one'): EplRun {
  const run = new EplRun([A, B], 0, { partialMatches: LIMIT });
  run.deploy(`select ${select} from pattern [${pattern}]`);
  return run;
}

/** Codes of what sending `count` events of A threw. */
function flood(run: EplRun, count: number, from = 0): readonly string[] {
  const codes: string[] = [];
  for (let i = from; i < from + count; i++) {
    try {
      run.send('A', { host: `h${i}`, v: i });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      codes.push(error.code);
    }
  }
  return codes;
}

test('combinations of an and are bounded', () => {
  const run = new EplRun([A, B]);
  run.deploy('select 1 as one from pattern [every a=A and every b=A and c=B]');
  flood(run, 1001);
  expect(() => run.send('B', { host: 'x', v: 0 })).toThrow("an 'and' in a pattern has 1002001 combinations");
});

describe('the bound on partial matches', () => {
  test('what is beyond is not begun, and that is told once', () => {
    const run = bounded('every a=A -> b=B(host = a.host)', 'a.v as v');
    expect(flood(run, 10 * LIMIT)).toEqual(['LIMIT_EXCEEDED']);
    for (const i of [0, LIMIT - 2, LIMIT - 1, 5 * LIMIT]) run.send('B', { host: `h${i}`, v: 0 });
    // one of the bound is the atom of `every` itself
    expect(run.rows().map(([insert]) => insert)).toEqual([[{ v: 0 }], [{ v: LIMIT - 2 }]]);
  });

  test('is told again when it is met again after half of it was free', () => {
    const run = bounded('every a=A -> b=B(v = 0)');
    expect(flood(run, 2 * LIMIT)).toEqual(['LIMIT_EXCEEDED']);
    run.send('B', { host: 'x', v: 0 });
    expect(run.rows()[0]?.[0]).toHaveLength(LIMIT - 1);
    expect(flood(run, 2 * LIMIT)).toEqual(['LIMIT_EXCEEDED']);
  });

  test('a pattern whose partial match was not begun starts anew', () => {
    const run = bounded('every (every a=A -> b=B(v < 0)) or every (x=A -> y=B)', 'x.v as v, y.v as w');
    expect(flood(run, 3 * LIMIT)).toEqual(['LIMIT_EXCEEDED']);
    run.send('B', { host: 'z', v: 7 });
    const rows = run.rows().flatMap(([insert]) => insert);
    expect(rows.map((r) => r['w'])).toEqual([7]);
  });

  test.each([
    ['remembered keys', 'every-distinct(a.v) a=A -> b=B(v < 0)'],
    ['collected events', 'a=A until b=B'],
    ['matches of and', 'every a=A and b=B'],
    ['deadlines', 'every a=A -> timer:interval(1 hour)'],
    ['nested every', 'every (every (every a=A))'],
  ])('holds for %s', (_, pattern) => {
    const run = bounded(pattern);
    const codes = flood(run, 5 * LIMIT);
    expect(codes.every((c) => c === 'LIMIT_EXCEEDED')).toBe(true);
    expect(codes.length).toBeLessThanOrEqual(1);
    for (const [insert] of run.rows()) expect(insert.length).toBeLessThanOrEqual(LIMIT);
  });

  test('rows of a cause are not lost to the error: it waits for a cause without', () => {
    const run = bounded('every a=A -> every b=A', 'a.v as a, b.v as b');
    let codes: readonly string[] = [];
    for (let i = 0; i < 2 * LIMIT && codes.length === 0; i++) codes = flood(run, 1, i);
    const rows = run.rows();
    expect(rows.at(-1)?.[0].length ?? 0).toBeGreaterThan(0);
    expect(codes).toEqual([]);
    run.send('B', { host: 'x', v: 0 });
  });
});
