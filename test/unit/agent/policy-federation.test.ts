/** Policies over a whole federation: what a query yields over domains that cap, group or refuse. */
import { expect, it } from 'vitest';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import type { QueryOptions } from '../../../src/agent/query.ts';
import type { ExportPolicy } from '../../../src/model/policy.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const OPTIONS: QueryOptions = { jid: 'a@x', subscribers: [], listener: null, onSilence: 'wait', name: null };
const MEM = metric('Mem', { host: 'string', util: 'double' });
const DOMAINS = ['renci', 'tacc'];

async function world(rules: readonly ExportPolicy[]) {
  const rows: (readonly unknown[])[] = [];
  const aggregateOnly = rules.some((r) => r.aggregateOnly !== undefined);
  const federation = new VirtualFederation({
    seed: 1,
    faults: NO_FAULTS,
    codec: WIRE_CODEC,
    domains: new Map(DOMAINS.map((domain) => [domain, typesOfMetric(domain, 'Mem', MEM.properties)])),
    policies: new Map([['renci', rules]]),
    client: 'client',
    catalog: new CatalogOfDomains(
      DOMAINS.map((domain) => ({
        domain,
        version: 1,
        metrics: [domain === 'renci' && aggregateOnly ? { ...MEM, aggregateOnly } : MEM],
      })),
    ),
    iterated: new Set(),
    onOutput: (_query, output) => rows.push(...output.insert),
  });
  await federation.start();
  const register = (epl: string, options = OPTIONS) =>
    federation.settle(federation.client.queries.register(epl, options));
  const send = (domain: string, host: string, util: number): void =>
    void federation.agent(domain).ingest(`${domain}.Mem`, { host, util, domain });
  return { federation, rows, register, send };
}

it('a capped domain is only late: under wait the rows are the same, in the same order', async () => {
  const run = async (rules: readonly ExportPolicy[]) => {
    const w = await world(rules);
    await w.register('select domain, host, util from Mem(util > 0)');
    const arrivals: number[] = [];
    for (let i = 0; i < 24; i++) {
      w.federation.time.setWall(1_000 + 10 * i);
      w.send(DOMAINS[i % 2] ?? '', `h${i}`, i + 1);
    }
    for (let step = 0; step < 60; step++) {
      w.federation.advance(2_000 + 250 * step);
      await w.federation.runFor(250);
      arrivals.push(w.rows.length);
    }
    await w.federation.stop();
    return { rows: w.rows, arrivals };
  };
  const free = await run([]);
  const capped = await run([{ metric: 'Mem', domains: '*', columns: '*', maxRowsPerSecond: 2 }]);
  expect(free.rows).toHaveLength(24);
  expect(capped.rows).toEqual(free.rows);
  // Twelve rows of the capped domain at two a second, two of them at once.
  expect(free.arrivals[4]).toBe(24);
  expect(capped.arrivals[4]).toBeLessThan(10);
  expect(capped.arrivals.at(-1)).toBe(24);
});

const GROUPED: ExportPolicy = {
  metric: 'Mem',
  domains: '*',
  columns: '*',
  aggregateOnly: { groupBy: ['host'], filters: [], leastGroup: 2, leastWindowMs: 1_000 },
};

it('a domain that lets aggregates out only: groups of whole windows, from the first whole one on', async () => {
  const w = await world([GROUPED]);
  w.federation.advance(1_500);
  await w.register('select host, count(*) as n, sum(util) as s from renci.Mem#time_batch(1 sec) group by host');
  const batches = [
    [1_600, 'a', 'a', 'b'],
    [2_100, 'a', 'a', 'b'],
    [3_100, 'b', 'b', 'b', 'a'],
    [4_100, 'a'],
  ] as const;
  for (const [ms, ...hosts] of batches) {
    w.federation.advance(ms);
    for (const host of hosts) w.send('renci', host, 1);
    await w.federation.runFor(200);
  }
  for (const ms of [5_000, 6_000, 7_000]) {
    w.federation.advance(ms);
    await w.federation.runFor(200);
  }
  expect(w.rows).toEqual([
    ['a', 2, 2],
    ['b', 3, 3],
  ]);
  await w.federation.stop();
});

it('over a union with such a domain nothing starts: the refusal says what that domain would admit', async () => {
  const w = await world([GROUPED]);
  const refused = w.register('select host, avg(util) as m from Mem#time_batch(1 sec) group by host');
  await expect(refused).rejects.toMatchObject({
    code: 'POLICY_REFUSED',
    message: expect.stringContaining("domain 'renci' refuses: metric 'Mem' leaves its domain in aggregates only"),
    hint: 'the nearest that is admitted: select host, count(*), avg(util) from renci.Mem#time_batch(1 sec) group by host',
  });
  for (const d of DOMAINS) expect(w.federation.agent(d).host.describe()).toEqual([]);
  await w.federation.stop();
});

it('a rule that comes while a query runs ends its fragment; another that admits it brings it back', async () => {
  const w = await world([]);
  const { query } = await w.register('select host, util from renci.Mem(util > 0)', {
    ...OPTIONS,
    onSilence: 'continue',
  });
  const renci = w.federation.agent('renci');
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 30; i++) {
      w.federation.advance(w.federation.time.nowMs() + 250);
      await w.federation.runFor(250);
    }
  };
  w.federation.advance(1_000);
  w.send('renci', 'before', 1);
  await settle();
  expect(renci.setPolicies([{ metric: 'Mem', domains: [], columns: '*' }])).toBe(1);
  w.send('renci', 'hidden', 1);
  await settle();
  expect(query.detail).toMatch(/^POLICY_REFUSED: .*does not admit 'client'/);
  renci.setPolicies([{ metric: 'Mem', domains: ['client'], columns: '*', where: "host != 'secret'" }]);
  await settle();
  expect(query.detail).toBe('');
  w.send('renci', 'secret', 1);
  w.send('renci', 'after', 1);
  await settle();
  expect(w.rows.map(([host]) => host)).toEqual(['before', 'after']);
  await w.federation.stop();
});
