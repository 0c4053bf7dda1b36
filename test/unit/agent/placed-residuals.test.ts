/** Residuals that run at a domain that they read: over a whole federation, and what is refused. */
import { expect, it } from 'vitest';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { admitResidual } from '../../../src/agent/placed-admission.ts';
import type { QueryOptions } from '../../../src/agent/query.ts';
import { decodeRequest, encodeRequest } from '../../../src/federation/codec-control.ts';
import type { PrepareFragment, ResidualRequest } from '../../../src/model/control.ts';
import type { ExportPolicy } from '../../../src/model/policy.ts';
import { INT, STRING } from '../../../src/model/value.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const OPTIONS: QueryOptions = { jid: 'a@x', subscribers: [], listener: null, onSilence: 'wait', name: null };
const MEM = metric('Mem', { host: 'string', util: 'double' });
const DOMAINS = ['renci', 'tacc'];
const JOIN =
  'select a.util as u, b.util as v from renci.Mem#lastevent as a, tacc.Mem#lastevent as b where a.host = b.host';

async function world(policies: ReadonlyMap<string, readonly ExportPolicy[]>) {
  const rows: (readonly unknown[])[] = [];
  const federation = new VirtualFederation({
    seed: 1,
    faults: NO_FAULTS,
    codec: WIRE_CODEC,
    domains: new Map(DOMAINS.map((domain) => [domain, typesOfMetric(domain, 'Mem', MEM.properties)])),
    policies,
    client: 'client',
    catalog: new CatalogOfDomains(DOMAINS.map((domain) => ({ domain, version: 1, metrics: [MEM] }))),
    iterated: new Set(),
    tuning: { choose: 'always' },
    onOutput: (_query, output) => rows.push(...output.insert),
  });
  await federation.start();
  const { query } = await federation.settle(federation.client.queries.register(JOIN, OPTIONS));
  federation.time.setWall(1_000);
  federation.agent('renci').ingest('renci.Mem', { host: 'h', util: 1, domain: 'renci' });
  federation.agent('tacc').ingest('tacc.Mem', { host: 'h', util: 2, domain: 'tacc' });
  federation.advance(1_000);
  await federation.barrier();
  return { federation, rows, query };
}

it('rows come from the domain that runs it, its coverage names all; a query that is deleted leaves nothing', async () => {
  const { federation, rows, query } = await world(new Map());
  expect(query.plan.fragments).toMatchObject([{ kind: 'result', domain: 'renci' }]);
  expect(rows).toEqual([[1, 2]]);
  expect(query.group?.coverage().map((c) => `${c.domain} ${c.state}`)).toEqual(['renci live', 'tacc live']);
  const running = (domain: string) => federation.agent(domain).host.describe();
  expect(running('renci').map((f) => f.consumers)).toContainEqual(['client']);
  expect(running('tacc').map((f) => f.consumers)).toEqual([['renci']]);
  await federation.settle(federation.client.queries.delete(query.id));
  await federation.runFor(1_000);
  expect([...running('renci'), ...running('tacc')]).toEqual([]);
  expect(federation.agent('renci').queries.placed.queries).toEqual([]);
  await federation.stop();
});

it('where a domain does not admit the one that would run it, the residual stays at the owner', async () => {
  const rule: ExportPolicy = { metric: 'Mem', domains: ['client'], columns: '*' };
  const { federation, rows, query } = await world(new Map([['tacc', [rule]]]));
  expect(query.plan.fragments.map((f) => f.domain).toSorted()).toEqual(['renci', 'tacc']);
  expect(rows).toEqual([[1, 2]]);
  expect(federation.agent('renci').queries.placed.queries).toEqual([]);
  await federation.stop();
});

const RESIDUAL: ResidualRequest = {
  waits: true,
  inputs: [
    {
      name: '~0',
      kind: 'view',
      standsFor: 'tacc.Mem',
      columns: [{ name: 'host', type: STRING }],
      fragments: [{ name: 'f0.0', domain: 'tacc', epl: 'select irstream host from tacc.Mem#lastevent' }],
    },
  ],
};

function request(epl: string, residual: ResidualRequest = RESIDUAL): PrepareFragment {
  const columns = [{ name: 'n', type: INT }];
  const named = { queryId: 'q', consumer: 'client', name: 'f0.r', readers: ['client'] };
  return { kind: 'prepare', ...named, fragmentKind: 'result', epl, columns, residual };
}

it('crosses the wire as it is', () => {
  const sent = request('select 1 as n from `~0`');
  const decoded = decodeRequest(encodeRequest('client', sent));
  expect(decoded).toMatchObject({ ok: true, value: { request: sent } });
});

it('a residual is one select over its inputs alone', () => {
  const admit = (epl: string, residual?: ResidualRequest) => () => {
    const asked = request(epl, residual);
    return admitResidual(asked, asked.residual ?? RESIDUAL);
  };
  expect(admit('select 1 as n from `~0`')()).toMatchObject({ shareable: false });
  expect(admit('select 1 as n from renci.Mem')).toThrow(/renci\.Mem/);
  expect(admit('insert into X select 1 as n from `~0`')).toThrow(/inserts into nothing/);
  expect(admit('select host as n from `~0`')).toThrow(/expected as n of type int/);
  expect(admit('select 1 as n from Mem', { ...RESIDUAL, inputs: [{ ...RESIDUAL.inputs[0]!, name: 'Mem' }] })).toThrow(
    /no input of a residual/,
  );
});
