/** Queries over streams of the very agent that runs them: on its stamp clock, waiting for nobody (DESIGN §4, clock groups). */
import { describe, expect, it } from 'vitest';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import type { GroupOutput } from '../../../src/agent/group-output.ts';
import type { QueryOptions } from '../../../src/agent/query.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { metric } from '../planner/support.ts';

const OPTIONS: QueryOptions = { jid: null, subscribers: [], listener: null, onSilence: 'wait', name: null };
const MEM = metric('Mem', { host: 'string', util: 'double' });
const CPU = metric('Cpu', { host: 'string', load: 'double' });
const DOMAINS = ['renci', 'tacc'];

async function world() {
  const outputs: GroupOutput[] = [];
  const federation = new VirtualFederation({
    seed: 1,
    faults: NO_FAULTS,
    codec: WIRE_CODEC,
    domains: new Map(
      DOMAINS.map((d) => [d, [...typesOfMetric(d, 'Mem', MEM.properties), ...typesOfMetric(d, 'Cpu', CPU.properties)]]),
    ),
    client: 'renci',
    catalog: new CatalogOfDomains(DOMAINS.map((domain) => ({ domain, version: 1, metrics: [MEM, CPU] }))),
    iterated: new Set(),
    onOutput: (_query, output) => outputs.push(output),
  });
  await federation.start();
  const register = async (epl: string) =>
    (await federation.settle(federation.client.queries.register(epl, OPTIONS))).query;
  const send = (domain: string, metricName: string, values: Record<string, unknown>, ms: number): void => {
    federation.time.setWall(ms);
    federation.agent(domain).ingest(`${domain}.${metricName}`, { ...values, domain });
  };
  const rows = () => outputs.splice(0).flatMap((o) => o.insert);
  return { federation, register, send, rows };
}

describe('a query over local streams', () => {
  it('answers before the next beat, also where two streams and two fragments take part in one cause', async () => {
    const w = await world();
    const query = await w.register(
      'select m.host as host, c.load as load from renci.Mem#length(1) as m, renci.Cpu#length(1) as c;' +
        'select a.util as a, b.util as b from renci.Mem(util > 1)#lastevent as a, renci.Mem(util > 2)#lastevent as b',
    );
    expect(query.plan.clock).toBe('local');
    w.send('renci', 'Mem', { host: 'h', util: 9 }, 1_000);
    expect(w.rows()).toEqual([[9, 9]]);
    w.send('renci', 'Cpu', { host: 'h', load: 3 }, 1_000);
    w.send('renci', 'Cpu', { host: 'h', load: 4 }, 1_000);
    expect(w.rows()).toEqual([
      ['h', 3],
      ['h', 4],
    ]);
  });

  it('its timers run on the stamp clock', async () => {
    const w = await world();
    await w.register('select count(*) as n from renci.Mem#time(1 sec)');
    w.send('renci', 'Mem', { host: 'h', util: 9 }, 1_000);
    w.send('renci', 'Mem', { host: 'h', util: 9 }, 2_000);
    expect(w.rows()).toEqual([[1], [0], [1]]);
  });

  it('does not stand still though the other domain is out of reach', async () => {
    const w = await world();
    await w.register('select util from renci.Mem');
    w.federation.network.cut('tacc', 'renci');
    w.send('renci', 'Mem', { host: 'h', util: 9 }, 1_000);
    expect(w.rows()).toEqual([[9]]);
  });

  it('one over a union waits for the other domains as before', async () => {
    const w = await world();
    const query = await w.register('select util from Mem');
    expect(query.plan.clock).toBe('merged');
    w.send('renci', 'Mem', { host: 'h', util: 9 }, 1_000);
    expect(w.rows()).toEqual([]);
    w.send('tacc', 'Mem', { host: 'h', util: 8 }, 1_000);
    await w.federation.barrier();
    expect(w.rows()).toEqual([[9], [8]]);
  });
});
