/** Fire-and-forget queries of a running query over two domains: their place among events, refusals, failures. */
import { expect, test } from 'vitest';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import type { QueryOptions } from '../../../src/agent/query.ts';
import type { CodedError } from '../../../src/model/errors.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const OPTIONS: QueryOptions = { jid: 'a@x', subscribers: [], listener: null, onSilence: 'wait', name: null };
const MEM = metric('Mem', { host: 'string', util: 'double' });
const DOMAINS = ['anl', 'tacc'];
const EPL = `create window W#keepall as (host string, util double); create unique index I on W(host);
  insert into W select host, util from Mem; @name('s') select irstream host from W`;

async function world() {
  const failures: CodedError[] = [];
  const told: unknown[] = [];
  const federation = new VirtualFederation({
    seed: 1,
    faults: NO_FAULTS,
    codec: WIRE_CODEC,
    domains: new Map(DOMAINS.map((domain) => [domain, typesOfMetric(domain, 'Mem', MEM.properties)])),
    client: 'client',
    catalog: new CatalogOfDomains(DOMAINS.map((domain) => ({ domain, version: 1, metrics: [MEM] }))),
    iterated: new Set(),
    onOutput: (_query, { statement, insert, remove }) => {
      if (statement === 's') told.push([insert, remove]);
    },
    onFailure: (error) => failures.push(error),
  });
  await federation.start();
  const { queries } = federation.client;
  const { query } = await federation.settle(queries.register(EPL, OPTIONS));
  const send = (domain: string, host: string, util: number): void => {
    federation.agent(domain).ingest(`${domain}.Mem`, { host, util });
  };
  return { federation, queries, query, failures, told, send };
}

test('answers from the events of all domains before it, and its changes are told', async () => {
  const { federation, queries, query, told, send } = await world();
  federation.advance(10_000);
  send('anl', 'a', 1);
  send('tacc', 'b', 2);
  federation.advance(11_000);
  await federation.barrier();
  const changed = queries.ask(query.id, 'update W set util = util * 10 where util > 1');
  federation.advance(13_000);
  await federation.barrier();
  expect((await changed).rows).toEqual([['b', 20]]);
  expect(told.at(-1)).toEqual([[['b']], [['b']]]);
  const all = queries.ask(query.id, 'select host, util from W order by host');
  federation.advance(15_000);
  await federation.barrier();
  expect((await all).rows).toEqual([
    ['a', 1],
    ['b', 20],
  ]);
});

test('a text that is wrong is refused at once', async () => {
  const { queries, query } = await world();
  await expect(queries.ask(query.id, 'select * from V')).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
  await expect(queries.ask(query.id, 'select * from Mem')).rejects.toMatchObject({ code: 'INVALID_STATEMENT' });
  await expect(queries.ask('nix', 'select * from W')).rejects.toMatchObject({ code: 'UNKNOWN_QUERY' });
});

test('a statement that fails is told of, and the query goes on', async () => {
  const { federation, failures, told, send } = await world();
  federation.advance(10_000);
  send('anl', 'a', 1);
  send('anl', 'a', 2);
  send('anl', 'c', 3);
  federation.advance(12_000);
  await federation.barrier();
  expect(failures.map((f) => f.code)).toEqual(['EVALUATION']);
  expect(told).toEqual([
    [[['a']], []],
    [[['c']], []],
  ]);
});
