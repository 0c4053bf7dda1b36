/** Variables set at run time: refusals, persistence, and that they take effect exactly at their place, whatever is under way. */
import { describe, expect, it } from 'vitest';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import type { GroupOutput } from '../../../src/agent/group-output.ts';
import { QueryBook } from '../../../src/agent/query-book.ts';
import type { QueryOptions } from '../../../src/agent/query.ts';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import { Engine, rowToObject } from '../../../src/engine/engine.ts';
import { compareKeys, type CauseKey } from '../../../src/model/cause-key.ts';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { SILENT_LOG, VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { CHAOS, NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const OPTIONS: QueryOptions = { jid: 'a@x', subscribers: [], listener: null, onSilence: 'wait', name: null };
const MEM = metric('Mem', { host: 'string', util: 'double' });
const DOMAINS = ['anl', 'tacc'];
const TYPES = new Map(DOMAINS.map((domain) => [domain, typesOfMetric(domain, 'Mem', MEM.properties)]));
const CATALOG = new CatalogOfDomains(DOMAINS.map((domain) => ({ domain, version: 1, metrics: [MEM] })));

async function world(seed = 1, faults = NO_FAULTS, store = new MemoryStore()) {
  const outputs: GroupOutput[] = [];
  const federation = new VirtualFederation({
    seed,
    faults,
    codec: WIRE_CODEC,
    domains: TYPES,
    client: 'client',
    catalog: CATALOG,
    iterated: new Set(),
    onOutput: (_query, output) => outputs.push(output),
  });
  await federation.start();
  const service = federation.client.queries;
  const publisher = {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    targetOf: (queryId: string) => ({ queryId, service: 's', node: queryId, uri: 'xmpp:s' }),
    ensureTarget: () => undefined,
    removeTarget: () => undefined,
    publish: () => undefined,
  };
  const book = new QueryBook({ store, service, publisher, clock: federation.time, log: SILENT_LOG });
  return { federation, outputs, service, book, store };
}

const EPL =
  'create variable double low = 50; create constant variable int one = 1; create variable string[] hosts;' +
  "@name('s') select host, low from Mem where util > low";

describe('setting a variable', () => {
  it('is refused for constants, unknown names and values that do not fit', async () => {
    const { federation, book } = await world();
    const { id } = await federation.settle(book.register(EPL, OPTIONS));
    const refused = (name: string, value: unknown) => expect(() => book.setVariable(id, name, value));
    refused('one', 2).toThrow(expect.objectContaining({ code: 'INVALID_STATEMENT' }));
    refused('lwo', 2).toThrow(expect.objectContaining({ code: 'UNKNOWN_VARIABLE', hint: "did you mean 'low'?" }));
    refused('low', 'high').toThrow(expect.objectContaining({ code: 'TYPE_MISMATCH' }));
    refused('low', Number.NaN).toThrow(expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE' }));
    refused('hosts', 'a').toThrow(expect.objectContaining({ code: 'TYPE_MISMATCH' }));
    expect(() => book.setVariable('nix', 'low', 1)).toThrow(expect.objectContaining({ code: 'UNKNOWN_QUERY' }));
    expect(book.variables(id).map((v) => [v.name, v.value, v.constant])).toEqual([
      ['low', 50, false],
      ['one', 1, true],
      ['hosts', null, false],
    ]);
  });

  it('is seen at once where nothing is under way, and waits where a domain may still send what comes before', async () => {
    const { federation, book } = await world();
    const { id } = await federation.settle(book.register(EPL, OPTIONS));
    book.setVariable(id, 'hosts', ['a']);
    federation.time.setWall(1_000);
    book.setVariable(id, 'low', 60);
    expect(book.variables(id)[0]).toMatchObject({ value: 50, waiting: true });
    federation.advance(1_000);
    federation.time.setWall(1_001);
    federation.advance(1_001);
    await federation.barrier();
    expect(book.variables(id).map((v) => [v.value, v.waiting])).toEqual([
      [60, false],
      [1, false],
      [['a'], false],
    ]);
  });

  it.each(['where util > low', 'output every low events'])(
    'reaches a statement over one domain alone: %s',
    async (clause) => {
      const { federation, book, outputs } = await world();
      const one = `create variable int low = 1; @name('s') select host from tacc.Mem ${clause}`;
      const { id } = await federation.settle(book.register(one, OPTIONS));
      const send = async (ms: number): Promise<void> => {
        federation.time.setWall(ms);
        federation.agent('tacc').ingest('tacc.Mem', { host: `h${ms}`, util: 2, domain: 'tacc' });
        federation.advance(ms);
        await federation.barrier();
      };
      await send(1_000);
      federation.time.setWall(1_500);
      book.setVariable(id, 'low', 3);
      await send(2_000);
      await send(3_000);
      expect(outputs.filter((o) => o.statement === 's').map((o) => o.timeMs)).toEqual([1_000]);
    },
  );

  it('outlives a restart', async () => {
    const before = await world();
    const { id } = await before.federation.settle(before.book.register(EPL, OPTIONS));
    before.book.setVariable(id, 'low', 60);
    before.book.setVariable(id, 'low', 70);
    const after = await world(1, NO_FAULTS, new MemoryStore(before.store.snapshot()));
    after.book.start();
    expect(() => after.book.setVariable(id, 'low', 1)).toThrow(expect.objectContaining({ code: 'BUSY' }));
    await after.federation.runUntil(() => after.book.entries.every((e) => e.state === 'running'));
    expect(after.book.variables(id)[0]).toMatchObject({ name: 'low', value: 70 });
  });

  it.each([1, 2, 3, 4, 5, 6])('acts at its place among the events of all domains, seed %i', async (seed) => {
    const { federation, outputs, book } = await world(seed, CHAOS);
    const { id } = await federation.settle(book.register(EPL, OPTIONS));
    const causes: { readonly key: CauseKey; readonly values: Readonly<Record<string, unknown>> | number }[] = [];
    const { random } = federation;
    for (let t = 1_000; t < 3_000; t += 10 * Math.floor(random.next() * 4)) {
      federation.time.setWall(t);
      const who = Math.floor(random.next() * 3);
      const value = Math.floor(random.next() * 100);
      const domain = DOMAINS[who];
      if (domain === undefined) causes.push({ key: book.setVariable(id, 'low', value), values: value });
      else {
        const values = { host: `h${t}`, util: value, domain };
        const { timestampMs, seq } = federation.agent(domain).ingest(`${domain}.Mem`, values);
        causes.push({ key: { timestampMs, phase: 1, domain, seq, path: [] }, values });
      }
      federation.advance(t);
      await federation.runFor(random.next() * 60);
    }
    federation.time.setWall(4_000);
    federation.advance(4_000);
    await federation.barrier();
    expect(causes.filter((c) => typeof c.values === 'number').length).toBeGreaterThan(10);
    expect(outputs.map((o) => [o.timeMs, ...(o.insert[0] ?? [])])).toEqual(oneEngine(causes));
  });
});

/** What one engine says that is told everything in the order of keys. */
function oneEngine(
  causes: readonly { readonly key: CauseKey; readonly values: Readonly<Record<string, unknown>> | number }[],
): readonly (readonly unknown[])[] {
  const engine = new Engine({ startMs: 0 });
  for (const types of TYPES.values()) for (const type of types) engine.addEventType(type);
  const rows: unknown[][] = [];
  engine.deploy(analyzeModule(parseModule(EPL), CATALOG), {
    listener: (output) => {
      for (const row of output.insert) rows.push([output.timeMs, ...Object.values(rowToObject(row))]);
    },
  });
  for (const { key, values } of causes.toSorted((a, b) => compareKeys(a.key, b.key))) {
    if (typeof values === 'number') engine.setVariable('low', values, key);
    else engine.send(engine.makeEvent(`${key.domain}.Mem`, values, key));
  }
  return rows;
}
