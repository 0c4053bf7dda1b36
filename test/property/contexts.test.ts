/**
 * A statement in a keyed context = an engine of its own for each key, made when its first event comes; over random
 * statements and traces.
 *
 *   CONTEXT_RUNS=10000 CONTEXT_SEED=1 vitest run --config test/vitest.config.ts --project property test/property/contexts
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EplRun, eventType } from '../support/epl-run.ts';
import { NAIVE_TYPES, arbitraryJoin, arbitrarySingle, arbitraryTrace } from '../support/naive/arbitrary.ts';
import type { TraceStep } from '../support/naive/arbitrary.ts';
import { statementText, type NaiveStatement } from '../support/naive/statement.ts';

const RUNS = Number(process.env['CONTEXT_RUNS'] ?? 800);
const SEED = Number(process.env['CONTEXT_SEED'] ?? 20_261_122);
const types = Object.entries(NAIVE_TYPES).map(([name, properties]) => eventType(name, properties));
const CONTEXT = 'create context P partition by k from A, k from B;';

type Rows = readonly [insert: readonly string[], remove: readonly string[]];

function bag(rows: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
}

/** Rows of all calls since the last time. */
function taken(runs: Iterable<EplRun>): Rows {
  const calls = [...runs].flatMap((run) => run.rows());
  return [bag(calls.flatMap(([insert]) => insert)), bag(calls.flatMap(([, remove]) => remove))];
}

/** Without group by the key is one value for the rows of a partition: its rows are then counted otherwise (Esper). */
function selectsKey(statement: NaiveStatement): boolean {
  const plain = statement.items.some((i) => i.kind === 'column' && i.ref.name === 'k');
  return plain && statement.groupBy === null;
}

function inContext(text: string, trace: readonly TraceStep[]): readonly Rows[] {
  const run = new EplRun(types);
  run.deploy(`${CONTEXT} ${text.replace(' select ', ' context P select ')}`);
  return trace.map(({ t, event }) => {
    if (event === null) run.engine.advanceTime(t);
    else run.send(event.type, { host: event.host, k: event.k, v: event.v, ts: t }, t);
    return taken([run]);
  });
}

function oneByOne(text: string, trace: readonly TraceStep[]): readonly Rows[] {
  const byKey = new Map<unknown, EplRun>();
  return trace.map(({ t, event }) => {
    for (const run of byKey.values()) run.engine.advanceTime(t);
    if (event !== null) {
      let run = byKey.get(event.k);
      if (run === undefined) {
        run = new EplRun(types, t);
        run.deploy(text);
        byKey.set(event.k, run);
      }
      run.send(event.type, { host: event.host, k: event.k, v: event.v, ts: t }, t);
    }
    return taken(byKey.values());
  });
}

test.each([
  ['single streams', arbitrarySingle],
  ['joins', arbitraryJoin],
] as const)(`%s: keyed context = an engine per key (CONTEXT_SEED=${SEED} CONTEXT_RUNS=${RUNS})`, (_, statements) => {
  let rows = 0;
  fc.assert(
    fc.property(statements, arbitraryTrace, (statement, trace) => {
      fc.pre(!selectsKey(statement));
      const text = statementText(statement);
      const wanted = oneByOne(text, trace);
      rows += wanted.reduce((sum, [insert]) => sum + insert.length, 0);
      expect(inContext(text, trace), text).toEqual(wanted);
    }),
    { numRuns: RUNS, seed: SEED },
  );
  expect(rows).toBeGreaterThan(RUNS);
});
