/**
 * match_recognize = a backtracking matcher that keeps all rows, over random patterns, conditions and rows.
 *
 *   ROWS_RUNS=20000 ROWS_SEED=1 vitest run --config test/vitest.config.ts --project property test/property/row-pattern
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EplRun, eventType } from '../support/epl-run.ts';
import { arbitraryRecognize, arbitraryRows, NaiveRecognize, textOf } from '../support/naive/row-pattern.ts';

const RUNS = Number(process.env['ROWS_RUNS'] ?? 2000);
const SEED = Number(process.env['ROWS_SEED'] ?? 20_261_122);
const type = eventType('T', { host: 'string', n: 'int' });

function bag(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

function once(rows: readonly unknown[]): readonly string[] {
  return [...new Set(bag(rows))];
}

test(`match_recognize = backtracking (ROWS_SEED=${SEED} ROWS_RUNS=${RUNS})`, () => {
  let matches = 0;
  fc.assert(
    fc.property(arbitraryRecognize, arbitraryRows, (spec, rows) => {
      const run = new EplRun([type]);
      run.deploy(textOf(spec));
      const naive = new NaiveRecognize(spec);
      rows.forEach((row, i) => {
        const wanted = naive.send(row);
        matches += wanted.length;
        run.send('T', { ...row }, 1000 * (i + 1));
        const got = run.rows().flatMap(([insert]) => insert);
        // Of two ways that take the same rows alike it is open whether `all matches` counts one or two.
        const seen = spec.allMatches ? once : bag;
        expect(seen(got), `row ${i} of ${textOf(spec)}`).toEqual(seen(wanted));
      });
    }),
    { numRuns: RUNS, seed: SEED },
  );
  expect(matches).toBeGreaterThan(RUNS / 4);
});
