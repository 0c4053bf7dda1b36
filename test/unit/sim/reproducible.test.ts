import { describe, expect, it } from 'vitest';
import type { EventType } from '../../../src/model/event-type.ts';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { stringifyKey } from '../../../src/model/cause-key.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { CHAOS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const OPTIONS = { jid: null, subscribers: [], listener: null, onSilence: 'wait', name: null } as const;
const MEM = metric('Mem', { host: 'string', util: 'double' });
const DOMAINS = ['renci', 'tacc', 'uky'];

/** A whole run over a disturbed network: what was put out, and everything that was counted. */
async function run(seed: number) {
  const outputs: string[] = [];
  const types = (domain: string): readonly EventType[] => typesOfMetric(domain, 'Mem', MEM.properties);
  const world = new VirtualFederation({
    seed,
    faults: CHAOS,
    codec: WIRE_CODEC,
    domains: new Map(DOMAINS.map((d) => [d, types(d)])),
    client: 'client',
    catalog: new CatalogOfDomains(DOMAINS.map((domain) => ({ domain, version: 1, metrics: [MEM] }))),
    iterated: new Set(),
    onOutput: (_query, o) => outputs.push(`${stringifyKey(o.key)} ${JSON.stringify([o.insert, o.remove])}`),
  });
  await world.start();
  const epl = 'select irstream host, sum(util) as s from Mem#time(2 sec) group by host';
  await world.settle(world.client.queries.register(epl, OPTIONS));
  for (let t = 1_000; t <= 20_000; t += 500) {
    world.time.setWall(t);
    for (const domain of DOMAINS) {
      if (world.random.next() < 0.4) continue;
      const host = `h${world.random.below(2)}`;
      world.agent(domain).ingest(`${domain}.Mem`, { host, util: world.random.below(9), domain });
    }
    world.advance(t);
    await world.runFor(world.random.next() * 40);
  }
  await world.barrier();
  await world.stop();
  const totals = { ...world.network.totals };
  return { outputs, totals, counters: Object.fromEntries(world.counters.totals), networkMs: world.time.monotonicMs() };
}

describe('a whole run', () => {
  it('of one seed is the same in every figure', async () => {
    const [one, two] = [await run(11), await run(11)];
    expect(one).toEqual(two);
    expect(one.outputs.length).toBeGreaterThan(20);
    expect(one.totals.lost).toBeGreaterThan(0);
  });

  it('of another seed is another', async () => {
    expect((await run(11)).totals).not.toEqual((await run(12)).totals);
  });
});
