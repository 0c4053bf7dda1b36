import { expect, it } from 'vitest';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import type { QueryOptions } from '../../../src/agent/query.ts';
import { decodeFrame } from '../../../src/federation/codec.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS, type NetworkFaults } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const OPTIONS: QueryOptions = { jid: 'a@x', subscribers: [], listener: null, onSilence: 'wait', name: null };
const MEM = metric('Mem', { host: 'string', util: 'double' });
const CATALOG = new CatalogOfDomains(['renci', 'tacc'].map((domain) => ({ domain, version: 1, metrics: [MEM] })));
const EPL = 'select host from Mem(util > 0)';

/** `renci` sends, `tacc` and `client` have the same query; what is published is looked at. */
async function world(faults: NetworkFaults = NO_FAULTS) {
  const hosts = { tacc: [] as unknown[], client: [] as unknown[] };
  const keyIds: string[] = [];
  const federation = new VirtualFederation({
    seed: 5,
    faults,
    codec: {
      ...WIRE_CODEC,
      sealed(envelope, key) {
        const bytes = WIRE_CODEC.sealed(envelope, key);
        const frame = decodeFrame(bytes);
        if (frame.ok) keyIds.push(frame.value.header.keyId);
        return bytes;
      },
    },
    domains: new Map(['renci', 'tacc'].map((d) => [d, typesOfMetric(d, 'Mem', MEM.properties)])),
    client: 'client',
    catalog: CATALOG,
    iterated: new Set(),
    onOutput: (query, output) => {
      const owner = federation.agent('tacc').queries.queries.includes(query) ? hosts.tacc : hosts.client;
      owner.push(...output.insert.map((row) => row[0]));
    },
  });
  await federation.start();
  const register = (domain: string) => federation.settle(federation.agent(domain).queries.register(EPL, OPTIONS));
  const send = async (ms: number, host: string): Promise<void> => {
    federation.time.setWall(ms);
    federation.agent('renci').ingest('renci.Mem', { host, util: 1, domain: 'renci' });
    federation.advance(ms);
    await federation.barrier();
  };
  return { federation, hosts, keyIds, register, send };
}

it('every envelope on a topic is sealed; admitted consumers read them', async () => {
  const w = await world();
  await w.register('tacc');
  await w.register('client');
  await w.send(1_000, 'a');
  await w.send(2_000, 'b');
  expect(w.hosts).toEqual({ tacc: ['a', 'b'], client: ['a', 'b'] });
  expect(w.keyIds).toEqual(['1', '1']);
});

it.each([
  ['', NO_FAULTS],
  [
    ' while the network delays, loses and repeats',
    { delayMs: [0, 80], lossRate: 0.2, duplicateRate: 0.2, requestLossRate: 0 },
  ],
] as const)('when a consumer leaves the key changes, and the other misses nothing%s', async (_, faults) => {
  const w = await world(faults);
  const { query } = await w.register('tacc');
  await w.register('client');
  await w.send(1_000, 'a');
  const [fragment] = w.federation.agent('renci').host.describe();
  const fragmentId = fragment?.fragmentId ?? '';
  await w.federation.settle(w.federation.agent('tacc').queries.delete(query.id));
  for (let i = 2; i < 12; i++) await w.send(i * 1_000, `h${i}`);
  expect(w.hosts.client).toEqual(['a', ...Array.from({ length: 10 }, (__, i) => `h${i + 2}`)]);
  expect(w.keyIds.at(0)).toBe('1');
  expect(w.keyIds.at(-1)).toBe('2');
  const asked = w.federation.settle(w.federation.agent('tacc').ask('renci', { kind: 'key', fragmentId }));
  await expect(asked).rejects.toMatchObject({ code: 'UNKNOWN_FRAGMENT' });
});

it('a domain that never was admitted is not told the key', async () => {
  const w = await world();
  await w.register('client');
  const [fragment] = w.federation.agent('renci').host.describe();
  const request = { kind: 'key', fragmentId: fragment?.fragmentId ?? '' } as const;
  const asked = w.federation.settle(w.federation.agent('tacc').ask('renci', request));
  await expect(asked).rejects.toMatchObject({ code: 'UNKNOWN_FRAGMENT' });
});

it('a reader that a new policy shuts out: the key changes, it is not told the new one, and the other misses nothing', async () => {
  const w = await world();
  await w.register('tacc');
  await w.register('client');
  await w.send(1_000, 'a');
  const renci = w.federation.agent('renci');
  const fragmentId = renci.host.describe()[0]?.fragmentId ?? '';
  expect(renci.setPolicies([{ metric: 'Mem', domains: ['client'], columns: '*' }])).toBe(1);
  for (let i = 2; i < 6; i++) {
    w.federation.time.setWall(i * 1_000);
    renci.ingest('renci.Mem', { host: `h${i}`, util: 1, domain: 'renci' });
    w.federation.advance(i * 1_000);
    await w.federation.runFor(500);
  }
  expect(w.hosts).toEqual({ tacc: ['a'], client: ['a', 'h2', 'h3', 'h4', 'h5'] });
  expect([w.keyIds.at(0), w.keyIds.at(-1)]).toEqual(['1', '2']);
  const asked = w.federation.settle(w.federation.agent('tacc').ask('renci', { kind: 'key', fragmentId }));
  await expect(asked).rejects.toMatchObject({ code: 'UNKNOWN_FRAGMENT' });
});
