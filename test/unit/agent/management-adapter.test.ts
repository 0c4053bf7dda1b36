import { describe, expect, it } from 'vitest';
import { Catalogs } from '../../../src/agent/catalogs.ts';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { ManagementAdapter } from '../../../src/agent/management-adapter.ts';
import { MetricRegistry } from '../../../src/agent/metric-registry.ts';
import { QueryBook } from '../../../src/agent/query-book.ts';
import type { QueryRequest } from '../../../src/management/target.ts';
import type { EventType } from '../../../src/model/event-type.ts';
import { parseType } from '../../../src/model/value.ts';
import type { TriggerPublisher } from '../../../src/ports/listener.ts';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { SILENT_LOG, VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const PUBLISHER: TriggerPublisher = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  targetOf: (queryId) => ({ queryId, service: 'pubsub.x', node: `pqa/${queryId}`, uri: 'xmpp:pubsub.x' }),
  ensureTarget: () => undefined,
  removeTarget: () => undefined,
  publish: () => undefined,
};
const CALLER = { identity: 'loopback' };

/** Domain renci with a metric of its own, tacc with another. */
async function world() {
  const store = new MemoryStore();
  const outputs: unknown[] = [];
  const cpu = metric('Cpu', { load: 'double' });
  const federation: VirtualFederation = new VirtualFederation({
    seed: 1,
    faults: NO_FAULTS,
    codec: WIRE_CODEC,
    domains: new Map<string, readonly EventType[]>([
      ['renci', []],
      ['tacc', typesOfMetric('tacc', 'Cpu', cpu.properties)],
    ]),
    client: 'renci',
    catalog: {
      eventType: (name) => known().eventType(name),
      eventTypeNames: () => known().eventTypeNames(),
      variable: () => undefined,
      domainsOf: (name) => known().domainsOf(name),
    },
    iterated: new Set(),
    onOutput: (_query, output) => outputs.push(...output.insert),
  });
  const known = (): CatalogOfDomains => new CatalogOfDomains(catalogs.all);
  const core = federation.client;
  const registry: MetricRegistry = new MetricRegistry(
    { store, usesOf: (name) => core.host.readersOf([name, `renci.${name}`]) },
    { domain: 'renci' },
  );
  const catalogs: Catalogs = new Catalogs({
    transport: { members: () => ['tacc'], connected: () => true },
    log: SILENT_LOG,
    own: () => registry.catalog(),
    ask: () => Promise.resolve({ kind: 'catalog', catalog: { domain: 'tacc', version: 1, metrics: [cpu] } }),
  });
  await catalogs.refresh();
  await federation.start();
  const book = new QueryBook({
    store,
    service: core.queries,
    publisher: PUBLISHER,
    clock: federation.time,
    log: SILENT_LOG,
  });
  const adapter = new ManagementAdapter({
    core,
    registry,
    catalogs,
    book,
    publisher: PUBLISHER,
    clock: federation.time,
    declare: (declaration) => {
      registry.declare(declaration);
      const properties = declaration.properties.map((p) => ({ name: p.name, type: parseType(p.type) }));
      for (const type of typesOfMetric('renci', declaration.name, properties)) core.runtime.addType(type);
    },
    policies: { list: () => [], set: () => undefined },
    domains: () => [],
    sources: () => [],
    status: () => {
      throw new Error('not asked for here');
    },
  });
  await adapter.registerMetric({
    name: 'Mem',
    description: 'memory in use',
    properties: [
      { name: 'host', type: 'string' },
      { name: 'util', type: 'double', unit: 'percent' },
    ],
  });
  return { adapter, federation, outputs };
}

const request = (epl: string, more: Partial<QueryRequest> = {}): QueryRequest => ({ epl, subscribers: [], ...more });

describe('management of an agent', () => {
  it('lists own metrics with their uses, and those of the federation when asked', async () => {
    const { adapter, federation } = await world();
    await federation.settle(adapter.registerQuery(request('select host from renci.Mem')));
    expect(await adapter.listMetrics({ federation: false })).toMatchObject([{ name: 'Mem', domain: 'renci', uses: 1 }]);
    const all = await adapter.listMetrics({ federation: true });
    expect(all.map((m) => `${m.domain}.${m.name}`)).toEqual(['renci.Mem', 'tacc.Cpu']);
    expect((await adapter.listMetrics({ federation: true, match: 'LOAD' })).map((m) => m.name)).toEqual(['Cpu']);
    expect((await adapter.listMetrics({ federation: true, unit: 'percent' })).map((m) => m.name)).toEqual(['Mem']);
    expect((await adapter.listMetrics({ federation: true, domain: 'tacc' })).map((m) => m.name)).toEqual(['Cpu']);
  });

  it('a metric that is read is not deleted; afterwards it is', async () => {
    const { adapter, federation } = await world();
    const { queryId } = await federation.settle(adapter.registerQuery(request('select host from renci.Mem')));
    await expect(adapter.deleteMetric('Mem')).rejects.toMatchObject({ code: 'METRIC_IN_USE' });
    await federation.settle(adapter.deleteQuery(queryId));
    await adapter.deleteMetric('Mem');
    expect(await adapter.listMetrics({ federation: false })).toEqual([]);
  });

  it('what is published reaches the query', async () => {
    const { adapter, federation, outputs } = await world();
    await federation.settle(adapter.registerQuery(request('select host from Mem(util > 50)')));
    const events = [
      { host: 'a', util: 90 },
      { host: 'b', util: 10 },
    ];
    expect(await adapter.publish('Mem', events, CALLER)).toMatchObject({ accepted: 2 });
    federation.advance(1_000);
    await federation.barrier();
    expect(outputs).toEqual([['a']]);
  });

  it('a registration answers id, node and plan; a query tells its options back', async () => {
    const { adapter, federation } = await world();
    const epl = 'select host from Mem(util > 50)';
    const answer = await federation.settle(
      adapter.registerQuery(request(epl, { jid: 'a@x', onSilence: 'wait', name: 'hot' })),
    );
    expect(answer).toMatchObject({ node: `pqa/${answer.queryId}`, service: 'pubsub.x', uri: 'xmpp:pubsub.x' });
    expect(answer.plan).toMatchObject({ owner: 'renci', fragments: [{ domain: 'renci', kind: 'result' }] });
    const details = await adapter.getQuery(answer.queryId);
    expect(details).toMatchObject({ epl, jid: 'a@x', onSilence: 'wait', name: 'hot', state: 'running' });
    expect(await adapter.listQueries()).toMatchObject([{ queryId: answer.queryId, triggersTotal: 0 }]);
    await expect(adapter.getQuery('none')).rejects.toMatchObject({ code: 'UNKNOWN_QUERY' });
  });

  it('silence is gone on without unless the option or the text says otherwise', async () => {
    const { adapter, federation } = await world();
    const epl = 'select host from renci.Mem';
    const modeOf = async (text: string, onSilence?: 'wait' | 'hold') => {
      const { queryId } = await federation.settle(adapter.registerQuery(request(text, { onSilence })));
      return (await adapter.getQuery(queryId)).onSilence;
    };
    expect(await modeOf(epl)).toBe('continue');
    expect(await modeOf(epl, 'hold')).toBe('hold');
    expect(await modeOf(`@OnSilence('wait') ${epl}`)).toBe('wait');
    await expect(
      adapter.registerQuery(request(`@OnSilence('wait') ${epl}`, { onSilence: 'hold' })),
    ).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('explaining starts nothing', async () => {
    const { adapter, federation } = await world();
    const { text } = await federation.settle(adapter.explainQuery(request('select host from renci.Mem')));
    expect(text).toMatch(/rows of `~0` as they come[^]*at renci: select host from renci.Mem/);
    expect(await adapter.listQueries()).toEqual([]);
  });
});
