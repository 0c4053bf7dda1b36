/** What the golden scenarios do not show: windows that let rows go out of order, intervals side by side, bounds, errors. */
import { describe, expect, test } from 'vitest';
import { MAX_PARTIAL_MATCHES } from '../../../../src/engine/rowrecog/matcher.ts';
import { CodedError } from '../../../../src/model/errors.ts';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const T = eventType('T', { k: 'string', n: 'int' });

function deployed(clause: string, source = 'T', select = '*'): EplRun {
  const run = new EplRun([T]);
  run.deploy(`@name('s') select ${select} from ${source} match_recognize (${clause})`);
  return run;
}

/** Inserted rows after each number, as JSON; a number is one row, a string `@t` moves the clock. */
function feed(run: EplRun, rows: readonly (number | string)[]): readonly string[] {
  return rows.map((row, i) => {
    if (typeof row === 'string') run.engine.advanceTime(Number(row.slice(1)));
    else run.send('T', { k: 'x', n: row }, Math.max(run.engine.nowMs, i));
    return run
      .rows()
      .map(([insert]) => JSON.stringify(insert))
      .join(' ');
  });
}

function refusal(clause: string): CodedError {
  try {
    deployed(clause);
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('windows', () => {
  test('a row that leaves takes along what began with it', () => {
    const run = deployed(
      'measures a.n as a, b.n as b pattern (a x* b) define a as a.n = 1, b as b.n = 9',
      'T#length(3)',
    );
    expect(feed(run, [1, 5, 5, 9, 1, 5, 9])).toEqual(['', '', '', '', '', '', '[{"a":1,"b":9}]']);
  });

  test('rows that leave out of order have the rest run through anew', () => {
    const run = deployed('measures a.n as a, b.n as b, c.n as c pattern (a b c)', 'T#sort(3, n asc)');
    // 1 expels 9, the oldest; 2 expels 7 from the middle: 5 and 1 are neighbours now.
    expect(feed(run, [9, 5, 7, 1, 2])).toEqual(['', '', '[{"a":9,"b":5,"c":7}]', '', '[{"a":5,"b":1,"c":2}]']);
  });

  test('iterating shows, of each start, the most preferred match however long', () => {
    const run = new EplRun([T]);
    const d = run.deploy(
      "@name('s') select * from T#keepall match_recognize (measures a.n as a, count(b.n) as n pattern (a b+) define a as a.n = 0, b as b.n > 0)",
    );
    expect(feed(run, [0, 1, 2, 3, 0])).toEqual(['', '[{"a":0,"n":1}]', '', '', '']);
    expect(run.iterate(d, 's')).toEqual([{ a: 0, n: 3 }]);
  });

  test('without a window there is nothing to iterate', () => {
    const run = new EplRun([T]);
    const d = run.deploy("@name('s') select * from T match_recognize (measures a.n as a pattern (a))");
    feed(run, [1, 2]);
    expect(run.iterate(d, 's')).toEqual([]);
  });
});

describe('interval', () => {
  const clause = 'measures a.n as a, count(b.n) as n pattern (a b*) interval 10 sec define a as a.n > 5, b as b.n > 0';

  test('holds the longest match until the first row plus the interval; starts within it have their own time', () => {
    const run = deployed(clause);
    expect(feed(run, [6, 1, 7, '@9999', '@10000', '@10002'])).toEqual([
      '',
      '',
      '',
      '',
      '[{"a":6,"n":2}]',
      '[{"a":7,"n":0}]',
    ]);
  });

  test('a reluctant quantifier keeps the shortest', () => {
    const run = deployed(clause.replace('b*', 'b*?'));
    expect(feed(run, [6, 1, 1, '@10000'])).toEqual(['', '', '', '[{"a":6,"n":0}]']);
  });

  test('a match that is complete after the interval is reported at once', () => {
    const run = deployed('measures a.n as a, b.n as b pattern (a b) interval 1 sec define a as a.n = 1, b as b.n = 2');
    expect(feed(run, [1, '@5000', 2])).toEqual(['', '', '[{"a":1,"b":2}]']);
  });

  test('or terminated reports when no row can follow, or when one breaks it', () => {
    const run = deployed(clause.replace('interval 10 sec', 'interval 10 sec or terminated'));
    expect(feed(run, [6, 1, 0, '@20000'])).toEqual(['', '', '[{"a":6,"n":1}]', '']);
    const closed = deployed('measures a.n as a, b.n as b pattern (a b) interval 10 sec or terminated');
    expect(feed(closed, [1, 2])).toEqual(['', '[{"a":1,"b":2}]']);
  });
});

describe('around it', () => {
  test('the other clauses see measures', () => {
    const run = new EplRun([T]);
    run.deploy(
      "@name('s') select k, count(*) as c from T match_recognize (partition by k measures a.k as k, b.n - a.n as d pattern (a b)) where d > 1 group by k having count(*) > 1",
    );
    const rows = [
      ['x', 1],
      ['x', 5],
      ['y', 1],
      ['x', 1],
      ['y', 9],
      ['x', 2],
      ['x', 1],
      ['x', 7],
    ] as const;
    const told = rows.map(([k, n], i) => {
      run.send('T', { k, n }, i);
      return run.rows().map(([insert]) => insert);
    });
    expect(told.flat()).toEqual([[{ k: 'x', c: 2 }]]);
  });

  test('variables are read when a row is tested', () => {
    const run = new EplRun([T]);
    run.deploy('create variable int hi = 5');
    run.deploy("@name('s') select * from T match_recognize (measures a.n as n pattern (a) define a as a.n > hi)");
    expect(feed(run, [5, 6])).toEqual(['', '[{"n":6}]']);
  });

  test('measures may be events and arrays of them', () => {
    const run = deployed('measures a as first, b as rest, b[1].n as second pattern (a b{2})');
    const event = (n: number): string => `{"k":"x","n":${n}}`;
    expect(feed(run, [1, 2, 3])[2]).toBe(`[{"first":${event(1)},"rest":[${event(2)},${event(3)}],"second":3}]`);
  });
});

describe('bounds', () => {
  test(`a partition has ${MAX_PARTIAL_MATCHES} partial matches at most: what is beyond is given up, and said`, () => {
    // Every way to divide the rows among x, y and z is one of its own, for z reads where y began.
    const run = deployed(
      'measures a.n as a, d.n as d pattern (a x+ y+ z+ d) define z as z.n >= y[0].n, d as d.n = 1000 + a.n',
    );
    const codes = new Set<string>();
    for (let i = 0; i < 60; i++) {
      try {
        run.send('T', { k: 'x', n: i }, i);
      } catch (error) {
        codes.add(error instanceof CodedError ? `${error.code} ${String(error.data['bound'])}` : String(error));
      }
    }
    expect([...codes]).toEqual(['LIMIT_EXCEEDED partial matches']);
    // The first start was there before: it is still followed.
    run.send('T', { k: 'x', n: 1000 }, 60);
    expect(run.rows()).toEqual([[[{ a: 0, d: 1000 }], []]]);
  });

  test('where no condition looks back, partial matches in one state are one, however many rows', () => {
    const run = deployed('measures a.n as a, b.n as b pattern (a x* b) define a as a.n >= 0, b as b.n < 0');
    for (let i = 0; i < 3 * MAX_PARTIAL_MATCHES; i++) run.send('T', { k: 'x', n: i }, i);
    run.send('T', { k: 'x', n: -1 });
    expect(run.rows()).toEqual([[[{ a: 0, b: -1 }], []]]);
  });
});

describe('refused with where and why', () => {
  test.each([
    ['measures a.n as x pattern (a b) define c as c.n > 1', 'INVALID_STATEMENT', "'c' of define is not in the pattern"],
    ['measures a.n as x pattern (a) define a as a.n > 1, a as a.n > 2', 'DUPLICATE_NAME', 'defined twice'],
    ['measures a.n as x, a.n as x pattern (a)', 'DUPLICATE_NAME', "two measures are named 'x'"],
    ['measures a.m as x pattern (a)', 'UNKNOWN_PROPERTY', "'m'"],
    ['measures sum(a.n + b[0].n) as x pattern (a b+)', 'INVALID_STATEMENT', 'does not read the rows of one variable'],
    ['measures a.n as x pattern (a{0})', 'INVALID_STATEMENT', 'matches nothing'],
    ['measures a.n as x pattern (a{3,2})', 'INVALID_STATEMENT', 'ends before it begins'],
    ['measures a[0].n as x pattern (a{2,100000})', 'INVALID_STATEMENT', '0 to 5000'],
    ['measures a[0].n as x pattern ((a{1000}){1000})', 'INVALID_STATEMENT', '1000000 places'],
    ['measures a.n as x pattern (a) define a as prev(a.n, a.n) > 1', 'WRONG_ARGUMENTS', 'constant number of rows'],
    ['measures a.n as x pattern (a) define a as a.n', 'TYPE_MISMATCH', "the condition of 'a'"],
    ['measures a.n as x pattern (match_recognize_permute(a,b,c,d,e,f,g,h))', 'INVALID_STATEMENT', '40320 orders'],
  ])('%s', (clause, code, text) => {
    const error = refusal(clause);
    expect(error.code).toBe(code);
    expect(error.describe()).toContain(text);
    expect(error.position?.line).toBe(1);
  });
});
