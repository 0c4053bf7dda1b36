import { expect, test } from 'vitest';
import { EplRun, eventType, randomOf } from '../../../support/epl-run.ts';

const CPU = eventType('Cpu', { host: 'string', core: 'int', load: 'double' });

/** Filters of every kind that the index treats by itself, and what they mean. */
const FILTERS: readonly (readonly [
  string,
  (e: { host: string | null; core: number | null; load: number }) => boolean,
])[] = [
  ['', () => true],
  ["(host = 'a')", (e) => e.host === 'a'],
  ["('b' = host, load > 5)", (e) => e.host === 'b' && e.load > 5],
  ["(host in ('a', 'c'))", (e) => e.host === 'a' || e.host === 'c'],
  ['(load > 5)', (e) => e.load > 5],
  ['(load >= 5)', (e) => e.load >= 5],
  ['(load < 5)', (e) => e.load < 5],
  ['(5 >= load)', (e) => e.load <= 5],
  ['(core = 1 and load > 3)', (e) => e.core === 1 && e.load > 3],
  ['(core != 1)', (e) => e.core !== null && e.core !== 1],
  ["(host = 'a' or load > 8)", (e) => e.host === 'a' || e.load > 8],
];

test('the index delivers exactly the events that the filter lets through', () => {
  const seed = 77;
  const random = randomOf(seed);
  const run = new EplRun([CPU]);
  run.deploy(FILTERS.map(([filter], i) => `@name('s${i}') select load from Cpu${filter}`).join(';'));
  for (let i = 0; i < 500; i++) {
    const event = {
      host: ['a', 'b', 'c', null][Math.floor(random() * 4)] ?? null,
      core: [0, 1, null][Math.floor(random() * 3)] ?? null,
      load: Math.floor(random() * 10),
    };
    run.send('Cpu', event);
    const expected = FILTERS.flatMap(([, passes], s) => (passes(event) ? [`s${s}`] : []));
    expect(
      run.take().map((c) => c.statement),
      `seed ${seed}, ${JSON.stringify(event)}`,
    ).toEqual(expected);
  }
});

test('an event reaches the statements on its supertypes, once each, also of types added later', () => {
  const run = new EplRun([CPU]);
  run.deploy("@name('all') select host from Cpu");
  const late = { ...eventType('renci.Cpu', { host: 'string', core: 'int', load: 'double' }), supertypes: ['Cpu'] };
  run.engine.addEventType(late);
  run.catalog.addType(late);
  run.deploy("@name('own') select host from renci.Cpu");
  run.send('renci.Cpu', { host: 'a' });
  run.send('Cpu', { host: 'b' });
  expect(run.take().map((c) => [c.statement, c.insert])).toEqual([
    ['all', [{ host: 'a' }]],
    ['own', [{ host: 'a' }]],
    ['all', [{ host: 'b' }]],
  ]);
});

test('undeployed statements hear nothing more and others still do', () => {
  const run = new EplRun([CPU]);
  const first = run.deploy("@name('x') select host from Cpu(host = 'a')");
  run.deploy("@name('y') select host from Cpu(host = 'a')");
  run.engine.undeploy(first);
  run.engine.undeploy(first);
  run.send('Cpu', { host: 'a' });
  expect(run.take().map((c) => c.statement)).toEqual(['y']);
});

test('a variable in a filter is read for every event', () => {
  const run = new EplRun([CPU]);
  run.deploy("create variable double least = 5; @name('s') select load from Cpu(load > least)");
  run.send('Cpu', { load: 4 });
  run.engine.setVariable('least', 3, { timestampMs: 0, phase: 1, domain: 'c', seq: 1, path: [] });
  run.send('Cpu', { load: 4 });
  expect(run.take().filter((c) => c.statement === 's')).toHaveLength(1);
});
