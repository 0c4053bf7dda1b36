import { describe, expect, it } from 'vitest';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import type { GroupOutput } from '../../../src/agent/group-output.ts';
import { QueryService } from '../../../src/agent/query-service.ts';
import type { QueryOptions } from '../../../src/agent/query.ts';
import { CountingCounters, SILENT_LOG, VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS, type NetworkFaults } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const OPTIONS: QueryOptions = { jid: 'a@x', subscribers: [], listener: null, onSilence: 'wait', name: null };
const MEM = metric('Mem', { host: 'string', util: 'double' });
const DOMAINS = ['renci', 'tacc'];
const CATALOG = new CatalogOfDomains(DOMAINS.map((domain) => ({ domain, version: 1, metrics: [MEM] })));

async function world(faults: NetworkFaults = NO_FAULTS) {
  const outputs: GroupOutput[] = [];
  const federation = new VirtualFederation({
    seed: 1,
    faults,
    codec: WIRE_CODEC,
    domains: new Map(DOMAINS.map((domain) => [domain, typesOfMetric(domain, 'Mem', MEM.properties)])),
    client: 'client',
    catalog: CATALOG,
    iterated: new Set(),
    onOutput: (_query, output) => outputs.push(output),
  });
  await federation.start();
  const register = (epl: string, options = OPTIONS) =>
    federation.settle(federation.client.queries.register(epl, options));
  const at = (ms: number, domain: string, host: string): void => {
    federation.time.setWall(ms);
    federation.agent(domain).ingest(`${domain}.Mem`, { host, util: 1, domain });
    federation.advance(ms);
  };
  const running = () => DOMAINS.flatMap((d) => federation.agent(d).host.describe());
  return { federation, outputs, register, at, running };
}

describe('query service', () => {
  it('the greater stamp clock fixes the start of all', async () => {
    const w = await world();
    w.federation.time.setWall(7_000);
    w.federation.agent('tacc').tick();
    w.federation.time.setWall(3_000);
    const { query } = await w.register('select host from Mem');
    expect(query.startMs).toBe(7_000);
    expect([...(query.group?.members ?? [])].map((m) => m.fragment.domain)).toEqual(DOMAINS);
  });

  it('outputs come in the order of cause keys: by time, then by domain', async () => {
    const w = await world();
    await w.register('select host from Mem');
    w.at(1_000, 'tacc', 't1');
    w.at(1_000, 'renci', 'r1');
    w.at(2_000, 'tacc', 't2');
    await w.federation.barrier();
    expect(w.outputs.map((o) => o.insert[0]?.[0])).toEqual(['r1', 't1', 't2']);
    expect(w.outputs.map((o) => [o.key.timestampMs, o.key.domain])).toEqual([
      [1_000, 'renci'],
      [1_000, 'tacc'],
      [2_000, 'tacc'],
    ]);
  });

  it('says which outputs feed another stream, unnamed ones too', async () => {
    const w = await world();
    await w.register('create variable int x = 1; insert into Hot select host from Mem; select count(*) as n from Hot');
    w.at(1_000, 'renci', 'h');
    await w.federation.barrier();
    expect(w.outputs.map((o) => [o.columns[0]?.name, o.feeds])).toEqual([
      ['host', true],
      ['n', false],
    ]);
  });

  it('deleting ends all fragments and stops the outputs', async () => {
    const w = await world();
    const { query } = await w.register('select host from Mem');
    expect(w.running()).toHaveLength(2);
    await w.federation.settle(w.federation.client.queries.delete(query.id));
    expect(w.running()).toEqual([]);
    w.at(1_000, 'renci', 'h');
    await w.federation.runFor(1_000);
    expect(w.outputs).toEqual([]);
    expect(() => w.federation.client.queries.get(query.id)).toThrowError(
      expect.objectContaining({ code: 'UNKNOWN_QUERY' }),
    );
  });

  it('two queries share the fragments of one stream and end independently', async () => {
    const w = await world();
    const one = await w.register('select host from Mem');
    const two = await w.register('select host as h from Mem#length(2)');
    expect(w.running().map((f) => f.consumers)).toEqual([['client'], ['client']]);
    await w.federation.settle(w.federation.client.queries.delete(one.query.id));
    w.at(1_000, 'renci', 'h');
    await w.federation.barrier();
    expect(w.outputs.map((o) => o.columns[0]?.name)).toEqual(['h']);
    await w.federation.settle(w.federation.client.queries.delete(two.query.id));
    expect(w.running()).toEqual([]);
  });

  it('a later query sees nothing of before its start, though the fragment runs already', async () => {
    const w = await world();
    await w.register('select host from Mem');
    w.at(1_000, 'renci', 'old');
    await w.federation.barrier();
    w.federation.advance(2_000);
    await w.register('select count(*) as n from Mem#keepall; select host as late from Mem');
    w.at(3_000, 'tacc', 'new');
    await w.federation.barrier();
    expect(w.outputs.filter((o) => o.columns[0]?.name === 'late').map((o) => o.insert)).toEqual([[['new']]]);
    expect(w.outputs.filter((o) => o.columns[0]?.name === 'n').map((o) => o.insert)).toEqual([[[1]]]);
  });

  it('asks again for what deploys fragments when no answer comes', async () => {
    const w = await world({ delayMs: [0, 5], lossRate: 0, duplicateRate: 0, requestLossRate: 0.3 });
    const { query } = await w.register('select host from Mem');
    expect(query.state).toBe('running');
  });

  it('explains without starting anything', async () => {
    const w = await world();
    const { plan } = await w.federation.settle(w.federation.client.queries.explain('select host from Mem'));
    expect(plan.fragments).toHaveLength(2);
    expect(w.running()).toEqual([]);
  });

  it('a limit on queries refuses new ones and answers those that are there', async () => {
    const w = await world();
    const { ask } = w.federation.client;
    const service = new QueryService(
      {
        transport: {
          self: 'client',
          subscribe: () => undefined,
          unsubscribe: () => undefined,
          setKey: () => undefined,
        },
        ask,
        clock: w.federation.time,
        counters: new CountingCounters(),
        log: SILENT_LOG,
        catalog: () => Promise.resolve(CATALOG),
        stampMs: () => 0,
        stampControl: () => ({ timestampMs: 0, domain: 'client', seq: 1 }),
        onOutput: () => undefined,
      },
      { barrier: true, maxQueries: 1 },
    );
    const { query } = await w.federation.settle(service.register('select host from Mem', OPTIONS));
    const again = await w.federation.settle(service.register('select host from Mem', OPTIONS));
    expect(again).toMatchObject({ fresh: false, query: { id: query.id } });
    await expect(w.federation.settle(service.register('select util from Mem', OPTIONS))).rejects.toMatchObject({
      code: 'QUERY_LIMIT',
    });
  });

  it('a fragment that a domain lost comes back after a gap', async () => {
    const w = await world();
    const { query } = await w.register('select host from Mem');
    const [member] = query.group?.members ?? [];
    if (member === undefined) throw new Error('the query has no member');
    const { fragmentId } = member;
    w.federation.agent('renci').host.cancel('client', { kind: 'cancel', queryId: query.id, fragmentId });
    expect(w.running()).toHaveLength(1);
    await w.federation.runFor(11_000);
    expect(w.running()).toHaveLength(2);
    w.at(5_000, 'renci', 'again');
    await w.federation.barrier();
    expect(w.outputs.map((o) => o.insert[0]?.[0])).toEqual(['again']);
  });
});
