import { describe, expect, it } from 'vitest';
import { ExportPolicies } from '../../../src/agent/export-policies.ts';
import { typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { admitFragment } from '../../../src/agent/fragment-admission.ts';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { catalogOf } from '../../../src/epl/catalog.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import { CodedError } from '../../../src/model/errors.ts';
import type { ExportPolicy } from '../../../src/model/policy.ts';
import { DOUBLE, INT, STRING } from '../../../src/model/value.ts';
import { HostWorld, prepareOf } from './support.ts';

const JOBS = [
  { name: 'pool', type: STRING },
  { name: 'host', type: STRING },
  { name: 'idle', type: INT },
  { name: 'load', type: DOUBLE },
];
const CATALOG = catalogOf(typesOfMetric('renci', 'Jobs', JOBS));
const RULE = { groupBy: ['pool'], filters: ['pool', 'idle'], leastGroup: 3, leastWindowMs: 10_000 };
const POLICY: ExportPolicy = { metric: 'Jobs', domains: ['esnet'], columns: '*', aggregateOnly: RULE };
const GOOD = 'select pool, count(*), avg(idle) from renci.Jobs#time_batch(60 sec) group by pool';

function columnsOf(epl: string) {
  const [statement] = analyzeModule(parseModule(epl), CATALOG).statements;
  return statement?.kind === 'select' ? statement.columns : [];
}

function admit(epl: string, policy: ExportPolicy = POLICY) {
  const request = prepareOf('esnet', { epl, fragmentKind: 'result', columns: columnsOf(epl) });
  return admitFragment(request, CATALOG, new ExportPolicies('renci', [policy]));
}

function refusalOf(epl: string): CodedError {
  try {
    admit(epl);
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error(`it was admitted: ${epl}`);
}

function placeOf(epl: string, error: CodedError): string {
  const { offset = 0, length = 0 } = error.position ?? {};
  return epl.slice(offset, offset + length);
}

describe('aggregateOnly: what is admitted', () => {
  it.each([
    GOOD,
    'select count(*) from Jobs#time_batch(10 sec)',
    'select count(*) from renci.Jobs#time_batch(20)',
    'select pool, domain, sum(load) / count(*) as mean from Jobs#time_batch(1 min) group by pool, domain',
    "select pool, max(load) as m from Jobs(idle > 5)#time_batch(60 sec) where pool != 'x' group by pool",
    'select pool as p, avg(load) as m from Jobs#time_batch(60 sec) as j group by pool having avg(load) > 5 order by pool limit 3',
    'select coalesce(avg(load), 0.0) as m from Jobs#time_batch(60 sec) having max(load) > 5 or min(load) < 1',
  ])('%s', (epl) => {
    const { canonical, gridMs, statement } = admit(epl);
    expect(canonical).toContain('count(*) >= 3');
    expect(canonical).toMatch(/time_batch\([^)]*, 0L?\)/);
    expect(gridMs).toBeGreaterThanOrEqual(10_000);
    expect(statement.columns).toEqual(columnsOf(epl));
  });

  it('a condition of its own stays as it was beside the least group', () => {
    const epl = 'select count(*) from Jobs#time_batch(10 sec) having max(load) > 5 or min(load) < 1';
    expect(admit(epl).canonical).toMatch(
      /having \(max\(load\) > 5 or min\(load\) < 1\) and count\(\*\) >= 3 and count\(load\) >= 3$/,
    );
  });

  it('the row predicate of the rule comes to it, and may read what filters may not', () => {
    const { canonical } = admit(GOOD, { ...POLICY, where: "host not like 'x%'" });
    expect(canonical).toContain("renci.Jobs(host not like 'x%')");
  });
});

describe('aggregateOnly: what is refused, where, and what would be admitted', () => {
  it.each([
    ['a stream', 'select pool, idle from Jobs', ''],
    ['another window', 'select count(*) from Jobs#time(60 sec)', '#time'],
    ['a batch by number', 'select count(*) from Jobs#length_batch(60)', '#length_batch'],
    ['no window', 'select count(*) from Jobs', ''],
    ['a short window', 'select count(*) from Jobs#time_batch(5 sec)', '#time_batch(5 sec)'],
    ['a window off the grid', 'select count(*) from Jobs#time_batch(15 sec)', '#time_batch(15 sec)'],
    ['a reference point', 'select count(*) from Jobs#time_batch(10 sec, 5L)', '#time_batch(10 sec, 5L)'],
    ['a month', 'select count(*) from Jobs#time_batch(1 month)', '#time_batch(1 month)'],
    ['irstream', 'select irstream count(*) from Jobs#time_batch(10 sec)', ''],
    ['rstream', 'select rstream count(*) from Jobs#time_batch(10 sec)', ''],
    ['rows', 'select pool, load from Jobs#time_batch(10 sec)', ''],
    ['all rows', 'select * from Jobs#time_batch(10 sec)', ''],
    ['a column per event', 'select host, count(*) from Jobs#time_batch(10 sec)', 'host'],
    ['a key beside the list', 'select host, count(*) from Jobs#time_batch(10 sec) group by host', 'host'],
    ['a computed key', 'select count(*) from Jobs#time_batch(10 sec) group by idle % 2', 'idle % 2'],
    ['rollup', 'select pool, count(*) from Jobs#time_batch(10 sec) group by rollup(pool)', ''],
    ['a filter beside the list', 'select count(*) from Jobs(host = "a")#time_batch(10 sec)', 'host'],
    ['where beside the list', 'select count(*) from Jobs#time_batch(10 sec) where load > 1', 'load'],
    ['the clock in a filter', 'select count(*) from Jobs#time_batch(10 sec) where current_timestamp() > 5', ''],
    [
      'a condition in an aggregate',
      'select sum(case when host = "a" then 1 else 0 end) from Jobs#time_batch(10 sec)',
      '',
    ],
    ['a filter of an aggregate', 'select count(*, filter: host = "a") from Jobs#time_batch(10 sec)', ''],
    ['a local group', 'select sum(load, group_by: host) from Jobs#time_batch(10 sec)', ''],
    ['an event as value', 'select window(*) as w from Jobs#time_batch(10 sec)', 'window(*)'],
    ['a first value', 'select first(load) as w from Jobs#time_batch(10 sec)', 'first(load)'],
    ['a column in having', 'select count(*) from Jobs#time_batch(10 sec) having host = "a"', 'host'],
    ['prev', 'select count(*), prev(1, load) from Jobs#time_batch(10 sec)', 'prev(1, load)'],
    ['output', 'select count(*) from Jobs#time_batch(10 sec) output last every 1 sec', ''],
    ['a join', 'select count(*) from Jobs#time_batch(10 sec) as a, Jobs#time_batch(10 sec) as b', ''],
    ['a subquery', 'select count(*), (select max(load) from Jobs#keepall) as m from Jobs#time_batch(10 sec)', ''],
    ['an alias that hides a column', 'select count(*) from Jobs#time_batch(10 sec) as load', ''],
  ])('%s', (_, epl, place) => {
    const error = refusalOf(epl);
    expect(error.code).toBe('POLICY_REFUSED');
    expect(error.message).toContain("metric 'Jobs' leaves its domain in aggregates only: ");
    expect(error.position).toBeDefined();
    if (place !== '') expect(placeOf(epl, error)).toMatch(place.startsWith('#') ? place.slice(1, 5) : place);
    const rewrite = error.hint?.replace('the nearest that is admitted: ', '') ?? '';
    expect(admit(rewrite).gridMs).not.toBeNull();
  });

  it('a pattern', () => {
    // The language may have no patterns yet.
    expect(['POLICY_REFUSED', 'NOT_SUPPORTED']).toContain(
      refusalOf('select a.pool as p from pattern [every a=Jobs]').code,
    );
  });

  it.each([
    [
      'select pool, idle from Jobs(idle > 3)',
      'select pool, count(*), avg(idle) from renci.Jobs(idle > 3)#time_batch(10 sec) group by pool',
    ],
    [
      "select * from Jobs(host = 'a')",
      'select pool, domain, count(*), avg(idle), avg(load) from renci.Jobs#time_batch(10 sec) group by pool, domain',
    ],
    [
      'select pool, max(load) from Jobs#time_batch(15 sec) group by pool, host',
      'select pool, count(*), max(load) from renci.Jobs#time_batch(20 sec) group by pool',
    ],
  ])('%s is near to %s', (epl, rewrite) => {
    expect(refusalOf(epl).hint).toBe(`the nearest that is admitted: ${rewrite}`);
  });
});

describe('aggregateOnly: what leaves', () => {
  const MEM: ExportPolicy = {
    metric: 'Mem',
    domains: ['esnet'],
    columns: '*',
    aggregateOnly: { groupBy: ['host'], filters: [], leastGroup: 2, leastWindowMs: 1_000 },
  };
  const epl = 'select host, avg(util) as util from renci.Mem#time_batch(1 sec) group by host';
  const columns = [
    { name: 'host', type: STRING },
    { name: 'util', type: DOUBLE },
  ];
  const rowsOf = (w: HostWorld) =>
    w.published.flatMap((e) =>
      e.deltas.flatMap((d) => d.updates.flatMap((u) => u.insert.map((r) => [d.key.timestampMs, ...r.values]))),
    );

  it('groups of the least size, at the points of the grid; a batch that the start cut short does not', () => {
    const w = new HostWorld({ policies: [MEM] });
    w.wall(1_400);
    w.run('esnet', { epl, fragmentKind: 'result', columns });
    for (const host of ['a', 'a', 'a']) w.send(host, 5);
    w.wall(2_100);
    for (const [host, util] of [
      ['a', 1],
      ['a', 3],
      ['b', 9],
    ] as const)
      w.send(host, util);
    w.wall(3_000);
    w.send('a', 7);
    w.wall(4_500);
    w.wall(6_000);
    expect(rowsOf(w)).toEqual([[3_000, 'a', 2]]);
  });

  it('a group with enough rows and too few values is suppressed', () => {
    const w = new HostWorld({ policies: [MEM] });
    w.run('esnet', { epl, fragmentKind: 'result', columns });
    w.wall(2_000);
    w.runtime.ingest('renci.Mem', { host: 'a', util: 5, domain: 'renci' });
    w.runtime.ingest('renci.Mem', { host: 'a', util: null, domain: 'renci' });
    w.wall(3_000);
    expect(rowsOf(w)).toEqual([]);
  });

  it('the first batch leaves where the start is a point of the grid', () => {
    const w = new HostWorld({ policies: [MEM] });
    w.wall(1_999);
    w.run('esnet', { epl, fragmentKind: 'result', columns });
    w.send('a', 1);
    w.send('a', 2);
    w.wall(3_000);
    expect(rowsOf(w)).toEqual([[3_000, 'a', 1.5]]);
  });
});
