/**
 * Incremental = naive: over random statements and traces the engine hands out, cause by cause, the rows that a naive
 * reference computes anew from the whole history; and what entered less what left is what iterating shows.
 *
 *   NAIVE_RUNS=20000 NAIVE_SEED=1 vitest run --config test/vitest.config.ts --project property test/property/naive
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NAIVE_TYPES, arbitraryJoin, arbitrarySingle, arbitraryTrace, canIterate } from '../support/naive/arbitrary.ts';
import type { TraceStep } from '../support/naive/arbitrary.ts';
import { EplRun, eventType } from '../support/epl-run.ts';
import { NaiveRun, statementText } from '../support/naive/statement.ts';
import type { NaiveCall, NaiveStatement } from '../support/naive/statement.ts';

const RUNS = Number(process.env['NAIVE_RUNS'] ?? 1500);
const SEED = Number(process.env['NAIVE_SEED'] ?? 20_261_122);
const types = Object.entries(NAIVE_TYPES).map(([name, properties]) => eventType(name, properties));

/** Rows as a multiset; numbers to nine digits. */
function bag(rows: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return rows
    .map((row) =>
      JSON.stringify(
        Object.keys(row)
          .sort()
          .map((name) => {
            const value = row[name];
            return typeof value === 'number' ? Number(value.toPrecision(9)) + 0 : value;
          }),
      ),
    )
    .sort();
}

function comparable(calls: readonly NaiveCall[]): unknown {
  return calls.map((call) => [bag(call.insert), bag(call.remove)]);
}

function agree(statement: NaiveStatement, trace: readonly TraceStep[]): void {
  const text = statementText(statement);
  const run = new EplRun(types);
  const deployment = run.deploy(text);
  const naive = new NaiveRun(statement);
  const balance = new Map<string, number>();
  const count = (rows: readonly string[], by: number): void => {
    for (const row of rows) balance.set(row, (balance.get(row) ?? 0) + by);
  };
  const sums = statement.irstream && !statement.items.some((i) => i.kind === 'aggregate') && canIterate(statement);
  trace.forEach(({ event, t }, i) => {
    const wanted = event === null ? naive.advance(t) : naive.send(event);
    if (event === null) run.engine.advanceTime(t);
    else run.send(event.type, { host: event.host, k: event.k, v: event.v, ts: t }, t);
    const calls = run
      .rows()
      .map(([insert, remove]) => ({ insert, remove }))
      .filter(({ insert, remove }) => insert.length > 0 || remove.length > 0);
    const where = `step ${i} of ${text}`;
    expect(
      calls.map((call) => [bag(call.insert), bag(call.remove)]),
      where,
    ).toEqual(comparable(wanted));
    if (!canIterate(statement)) return;
    const present = bag(run.iterate(deployment, 's'));
    expect(present, `iterate at ${where}`).toEqual(bag(naive.iterate()));
    if (!sums) return;
    for (const call of calls) {
      count(bag(call.insert), 1);
      count(bag(call.remove), -1);
    }
    const left = [...balance].flatMap(([row, n]) =>
      n > 0 ? Array.from({ length: n }, () => row) : n < 0 ? ['negative'] : [],
    );
    expect(left.sort(), `inserted less removed at ${where}`).toEqual(present);
  });
}

test.each([
  ['single streams', arbitrarySingle],
  ['joins', arbitraryJoin],
] as const)(`%s: incremental = naive (NAIVE_SEED=${SEED} NAIVE_RUNS=${RUNS})`, (_, statements) => {
  fc.assert(
    fc.property(statements, arbitraryTrace, (statement, trace) => {
      try {
        agree(statement, trace);
      } catch (error) {
        const shown = trace
          .map(({ t, event }) => `${t}${event === null ? '' : ` ${JSON.stringify(event)}`}`)
          .join('\n');
        throw new Error(`${statementText(statement)}\n${shown}\n${String(error)}`, { cause: error });
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
});
