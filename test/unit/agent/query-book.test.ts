import { describe, expect, it } from 'vitest';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { QueryBook } from '../../../src/agent/query-book.ts';
import type { GroupOutput } from '../../../src/agent/group-output.ts';
import { queryIdOf } from '../../../src/agent/query-id.ts';
import type { QueryOptions } from '../../../src/agent/query.ts';
import { CodedError } from '../../../src/model/errors.ts';
import type { EventType } from '../../../src/model/event-type.ts';
import type { TriggerPublisher } from '../../../src/ports/listener.ts';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { SILENT_LOG, VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const OPTIONS: QueryOptions = { jid: 'a@x', subscribers: ['b@x'], listener: null, onSilence: 'wait', name: null };
const EPL = 'select host from Mem#length(2)';
const MEM = metric('Mem', { host: 'string', util: 'double' });
const METRICS = ['renci', 'tacc'].map((domain) => ({ domain, version: 1, metrics: [MEM] }));

class FakePublisher implements TriggerPublisher {
  readonly targets = new Map<string, readonly string[]>();
  start = () => Promise.resolve();
  stop = () => Promise.resolve();
  targetOf = (queryId: string) => ({
    queryId,
    service: 'pubsub.x',
    node: queryId,
    uri: `xmpp:pubsub.x?;node=${queryId}`,
  });
  ensureTarget = (id: string, _description: string, members: readonly string[]) => void this.targets.set(id, members);
  removeTarget = (id: string) => void this.targets.delete(id);
  publish = () => undefined;
}

/** A store in which writing fails when asked to. */
class FailingStore extends MemoryStore {
  failing = false;
  override collection(name: string): ReturnType<MemoryStore['collection']> {
    const inner = super.collection(name);
    return {
      ...inner,
      put: (key, document) => {
        if (this.failing) throw new CodedError('STORE_FAILED', 'the disk is full');
        inner.put(key, document);
      },
    };
  }
}

async function world(store: MemoryStore = new MemoryStore(), known = METRICS) {
  const outputs: GroupOutput[] = [];
  const types = (domain: string): readonly EventType[] => typesOfMetric(domain, 'Mem', MEM.properties);
  const catalog = { domains: known };
  const federation = new VirtualFederation({
    seed: 1,
    faults: NO_FAULTS,
    codec: WIRE_CODEC,
    domains: new Map(METRICS.map(({ domain }) => [domain, types(domain)])),
    client: 'client',
    get catalog() {
      return new CatalogOfDomains(catalog.domains);
    },
    iterated: new Set(),
    onOutput: (_query, output) => outputs.push(output),
  });
  await federation.start();
  const publisher = new FakePublisher();
  const service = federation.client.queries;
  const book = new QueryBook({ store, service, publisher, clock: federation.time, log: SILENT_LOG });
  const send = async (domain: string, host: string): Promise<void> => {
    federation.time.setWall(federation.time.nowMs() + 1_000);
    federation.agent(domain).ingest(`${domain}.Mem`, { host, util: 1, domain });
    federation.advance(federation.time.nowMs());
    await federation.barrier();
  };
  const hosts = (): readonly unknown[] => outputs.flatMap((o) => o.insert.map(([host]) => host));
  return { federation, publisher, service, book, store, catalog, send, hosts };
}

describe('the book of queries', () => {
  it('answers when the query is in the store, runs and has its node', async () => {
    const w = await world();
    const entry = await w.federation.settle(w.book.register(EPL, OPTIONS));
    expect(JSON.parse(w.store.snapshot().get('queries')?.get(entry.id) ?? 'null')).toMatchObject({
      id: entry.id,
      epl: EPL,
      options: { jid: 'a@x', subscribers: ['b@x'], onSilence: 'wait' },
      domains: ['renci', 'tacc'],
    });
    expect(entry).toMatchObject({ state: 'running', epl: EPL });
    expect(w.publisher.targets.get(entry.id)).toEqual(['a@x', 'b@x']);
    await w.send('renci', 'h1');
    expect(w.hosts()).toEqual(['h1']);
  });

  it('registering the same again is the same query, however it is written', async () => {
    const w = await world();
    const first = await w.federation.settle(w.book.register(EPL, OPTIONS));
    const again = await w.federation.settle(w.book.register('SELECT host\nFROM Mem#length(2)', OPTIONS));
    expect(again.id).toBe(first.id);
    expect(w.book.entries).toHaveLength(1);
    const other = await w.federation.settle(w.book.register(EPL, { ...OPTIONS, jid: 'c@x' }));
    expect(other.id).not.toBe(first.id);
    expect(w.book.entries).toHaveLength(2);
  });

  it('two registrations of the same at the same time are one, and both are answered when it runs', async () => {
    const w = await world();
    const both = await w.federation.settle(Promise.all([w.book.register(EPL, OPTIONS), w.book.register(EPL, OPTIONS)]));
    expect(both[0].id).toBe(both[1].id);
    expect(both.map((e) => e.state)).toEqual(['running', 'running']);
    expect(w.book.entries).toHaveLength(1);
  });

  it('a query that cannot be written does not run', async () => {
    const w = await world(new FailingStore());
    if (w.store instanceof FailingStore) w.store.failing = true;
    await expect(w.federation.settle(w.book.register(EPL, OPTIONS))).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(w.book.entries).toEqual([]);
    expect(w.federation.agent('renci').host.describe()).toEqual([]);
  });

  it('what is refused leaves no trace', async () => {
    const w = await world();
    await expect(w.federation.settle(w.book.register('select nothing from Mem', OPTIONS))).rejects.toMatchObject({
      code: 'UNKNOWN_PROPERTY',
    });
    expect(w.store.snapshot().get('queries')?.size ?? 0).toBe(0);
    expect(w.publisher.targets.size).toBe(0);
  });

  it('brings queries back after a restart, under their id and start', async () => {
    const before = await world();
    const entry = await before.federation.settle(before.book.register(EPL, OPTIONS));
    const after = await world(new MemoryStore(before.store.snapshot()));
    after.book.start();
    expect(after.book.entries).toMatchObject([{ id: entry.id, state: 'recovering' }]);
    await after.federation.runUntil(() => after.book.entries.every((e) => e.state === 'running'));
    expect(after.service.get(entry.id).startMs).toBe(before.service.get(entry.id).startMs);
    expect(after.publisher.targets.get(entry.id)).toEqual(['a@x', 'b@x']);
    await after.send('tacc', 'h9');
    expect(after.hosts()).toEqual(['h9']);
  });

  it('registering what waits to come back answers that', async () => {
    const before = await world();
    const entry = await before.federation.settle(before.book.register(EPL, OPTIONS));
    const after = await world(new MemoryStore(before.store.snapshot()), []);
    after.book.start();
    const again = await after.federation.settle(after.book.register(EPL, OPTIONS));
    expect(again).toMatchObject({ id: entry.id, state: 'recovering' });
    expect(after.book.entries).toHaveLength(1);
  });

  it('waits for domains that are not there yet, says so, and tries again', async () => {
    const before = await world();
    await before.federation.settle(before.book.register(EPL, OPTIONS));
    const after = await world(new MemoryStore(before.store.snapshot()), METRICS.slice(0, 1));
    after.book.start();
    await after.federation.runFor(2_000);
    expect(after.book.entries[0]?.state).toBe('recovering');
    expect(after.book.entries[0]?.detail).toContain('tacc');
    after.catalog.domains = METRICS;
    await after.federation.runUntil(() => after.book.entries[0]?.state === 'running');
  });

  it('a deletion survives a restart, ends the fragments and takes the node away', async () => {
    const before = await world();
    const { id } = await before.federation.settle(before.book.register(EPL, OPTIONS));
    expect(before.federation.agent('renci').host.describe()).toHaveLength(1);
    await before.federation.settle(before.book.delete(id));
    expect(before.federation.agent('renci').host.describe()).toEqual([]);
    expect(before.publisher.targets.size).toBe(0);
    const after = await world(new MemoryStore(before.store.snapshot()));
    after.book.start();
    expect(after.book.entries).toEqual([]);
  });

  it('what waits to come back can be deleted, and does not come back then', async () => {
    const before = await world();
    const { id } = await before.federation.settle(before.book.register(EPL, OPTIONS));
    const after = await world(new MemoryStore(before.store.snapshot()));
    after.book.start();
    await after.federation.settle(after.book.delete(id));
    await after.federation.runFor(30_000);
    expect(after.book.entries).toEqual([]);
    expect(after.federation.agent('renci').host.describe()).toEqual([]);
    expect(after.store.snapshot().get('queries')?.size).toBe(0);
  });

  it('an unknown query is nobody’s', async () => {
    const w = await world();
    expect(() => w.book.get('none')).toThrowError(expect.objectContaining({ code: 'UNKNOWN_QUERY' }));
    await expect(w.book.delete('none')).rejects.toMatchObject({ code: 'UNKNOWN_QUERY' });
  });
});

describe('ids of queries', () => {
  it.each<readonly [string, Partial<QueryOptions>]>([
    ['client', { jid: 'z@x' }],
    ['silence', { onSilence: 'continue' }],
    ['name', { name: 'n' }],
    ['subscribers', { subscribers: [] }],
    ['listener', { listener: { mode: 'edge' } }],
  ])('differ by %s', (_, change) => {
    expect(queryIdOf('select 1', { ...OPTIONS, ...change })).not.toBe(queryIdOf('select 1', OPTIONS));
  });

  it('do not depend on the order of subscribers or of members of the listener', () => {
    const id = (subscribers: readonly string[], listener: Record<string, unknown>) =>
      queryIdOf('select 1', { ...OPTIONS, subscribers, listener });
    expect(id(['a', 'b'], { x: 1, y: { p: 1, q: 2 } })).toBe(id(['b', 'a'], { y: { q: 2, p: 1 }, x: 1 }));
  });
});
