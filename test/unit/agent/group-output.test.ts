/** Names of statements in triggers: each of its own, so that no listener is shared by two. */
import { expect, it, test } from 'vitest';
import { labelsOf } from '../../../src/agent/group-output.ts';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { TriggerMaker } from '../../../src/agent/trigger-maker.ts';
import type { Trigger } from '../../../src/model/trigger.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

test.each([
  [[null], ['statement']],
  [
    [null, 'a', null],
    ['statement', 'a', 'statement-2'],
  ],
  [
    ['statement', null, null],
    ['statement', 'statement-2', 'statement-3'],
  ],
])('%o: %o', (names, labels) => {
  expect(labelsOf(names.map((name) => ({ name })))).toEqual(labels);
});

it('two unnamed statements, one shipped whole and one at the owner, speak under names of their own', async () => {
  const MEM = metric('Mem', { host: 'string', util: 'double' });
  const triggers: Trigger[] = [];
  const w = new VirtualFederation({
    seed: 1,
    faults: NO_FAULTS,
    codec: WIRE_CODEC,
    domains: new Map(['renci', 'tacc'].map((d) => [d, typesOfMetric(d, 'Mem', MEM.properties)])),
    client: 'client',
    catalog: new CatalogOfDomains(['renci', 'tacc'].map((domain) => ({ domain, version: 1, metrics: [MEM] }))),
    iterated: new Set(),
    onOutput: (query, output) => triggers.push(maker.make(query, output)),
  });
  const maker = new TriggerMaker({ clock: w.time }, { owner: 'client' });
  await w.start();
  const options = { jid: null, subscribers: [], listener: null, onSilence: 'wait', name: null } as const;
  const epl = 'select avg(util) as a from renci.Mem#length(2); select host from Mem; @Name("x") select util from Mem';
  await w.settle(w.client.queries.register(epl, options));
  w.time.setWall(1_000);
  w.agent('renci').ingest('renci.Mem', { host: 'h', util: 1, domain: 'renci' });
  await w.barrier();
  expect(new Set(triggers.map((t) => `${t.statement}: ${t.columns[0]?.name}`))).toEqual(
    new Set(['statement: a', 'statement-2: host', 'x: util']),
  );
});
