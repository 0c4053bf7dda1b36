/** `hold` over two domains, one of which is cut off for longer than a domain is waited for (DESIGN §4). */
import { expect, it } from 'vitest';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import type { GroupOutput } from '../../../src/agent/group-output.ts';
import type { OnSilence } from '../../../src/agent/query.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const MEM = metric('Mem', { host: 'string', util: 'double' });
const DOMAINS = ['renci', 'tacc'];

async function run(epl: string, onSilence: OnSilence) {
  const outputs: GroupOutput[] = [];
  const w = new VirtualFederation({
    seed: 1,
    faults: NO_FAULTS,
    codec: WIRE_CODEC,
    domains: new Map(DOMAINS.map((domain) => [domain, typesOfMetric(domain, 'Mem', MEM.properties)])),
    client: 'client',
    catalog: new CatalogOfDomains(DOMAINS.map((domain) => ({ domain, version: 1, metrics: [MEM] }))),
    iterated: new Set(),
    onOutput: (_query, output) => outputs.push(output),
  });
  await w.start();
  const options = { jid: null, subscribers: [], listener: null, onSilence, name: null };
  const { query } = await w.settle(w.client.queries.register(epl, options));
  let nowMs = 1_000;
  const send = async (domain: string, util: number): Promise<void> => {
    nowMs += 500;
    w.time.setWall(nowMs);
    w.agent(domain).ingest(`${domain}.Mem`, { host: 'h', util, domain });
    w.advance(nowMs);
    await w.runFor(500);
  };
  const told = () => outputs.splice(0).map((o) => [o.insert, o.remove, o.gap]);
  await send('tacc', 10);
  await send('renci', 20);
  await send('renci', 20);
  const before = told();
  w.network.cut('tacc', 'client');
  w.network.cut('client', 'tacc');
  for (let i = 0; i < 30; i++) await send('renci', 30);
  const state = query.group?.coverage().find((c) => c.domain === 'tacc')?.state;
  const during = told();
  w.network.heal('tacc', 'client');
  w.network.heal('client', 'tacc');
  await w.runFor(6_000);
  for (let i = 0; i < 6; i++) await send('renci', 30);
  return { before, state, during, after: told(), coverage: query.group?.coverage().map((c) => c.state) };
}

const EPL = 'select irstream max(util) as top from Mem#length(2)';

it('hands out nothing of the gap, then the state if it is another', async () => {
  const { before, state, during, after, coverage } = await run(EPL, 'hold');
  expect(before).toHaveLength(3);
  expect([state, during]).toEqual(['stale', []]);
  expect(coverage).toEqual(['live', 'live']);
  expect(after[0]).toEqual([[[30]], [[20]], true]);
});

it('says nothing where the state is the one before the gap', async () => {
  const { during, after } = await run('select irstream min(util) as low from Mem#firstlength(2)', 'hold');
  expect([during, after]).toEqual([[], []]);
});

it("'continue' tells all of it", async () => {
  const { during } = await run(EPL, 'continue');
  expect(during.length).toBeGreaterThan(10);
});
