import { describe, expect, it } from 'vitest';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { measuredStatistics, MIN_SECONDS } from '../../../src/agent/measured-statistics.ts';
import type { QueryOptions } from '../../../src/agent/query.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const OPTIONS: QueryOptions = { jid: null, subscribers: [], listener: null, onSilence: 'wait', name: null };
const MEM = metric('Mem', { host: 'string', util: 'int' });

async function world() {
  const federation = new VirtualFederation({
    seed: 1,
    faults: NO_FAULTS,
    codec: WIRE_CODEC,
    domains: new Map(['renci', 'tacc'].map((d) => [d, typesOfMetric(d, 'Mem', MEM.properties)])),
    client: 'client',
    catalog: new CatalogOfDomains(['renci', 'tacc'].map((domain) => ({ domain, version: 1, metrics: [MEM] }))),
    iterated: new Set(),
    onOutput: () => undefined,
  });
  await federation.start();
  const { query } = await federation.settle(
    federation.client.queries.register('select host from Mem(util > 7)#length(5)', OPTIONS),
  );
  return { federation, query };
}

describe('what running queries measure', () => {
  it('the part that a predicate lets through, per domain', async () => {
    const { federation, query } = await world();
    const { time } = federation;
    const statistics = measuredStatistics(
      () => ({ rateHz: 10 }),
      () => [query],
      time,
    );
    expect(statistics('renci', 'Mem')).toEqual({ rateHz: 10 });
    for (let i = 1; i <= 10 * (MIN_SECONDS + 5); i++) {
      federation.agent('renci').ingest('renci.Mem', { host: 'a', util: i % 10, domain: 'renci' });
      federation.advance(100 * i);
      await federation.runFor(100);
    }
    const seen = statistics('renci', 'Mem')?.selectivities ?? {};
    expect(Object.keys(seen)).toEqual(['util > 7']);
    expect(seen['util > 7']).toBeGreaterThan(0.15);
    expect(seen['util > 7']).toBeLessThan(0.25);
    expect(statistics('tacc', 'Mem')?.selectivities?.['util > 7']).toBe(0);
    expect(query.group?.traffic.measured().fragments[0]).toMatchObject({
      bytesHz: expect.toSatisfy((b: number) => b > 100),
    });
  });
});
