import { describe, expect, it } from 'vitest';
import { ExportPolicies } from '../../../src/agent/export-policies.ts';
import { admitFragment } from '../../../src/agent/fragment-admission.ts';
import { CatalogOfDomains, typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { catalogOf } from '../../../src/epl/catalog.ts';
import type { Column } from '../../../src/model/checked.ts';
import type { PrepareFragment } from '../../../src/model/control.ts';
import { CodedError } from '../../../src/model/errors.ts';
import type { ExportPolicy } from '../../../src/model/policy.ts';
import { LONG, STRING } from '../../../src/model/value.ts';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { VirtualFederation } from '../../../sim/world/virtual-federation.ts';
import { NO_FAULTS } from '../../../sim/world/virtual-network.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';
import { HOST, HostWorld, prepareOf, UTIL } from './support.ts';

const OWNER: Column = { name: 'owner', type: STRING };
const DOMAIN: Column = { name: 'domain', type: STRING };
const CATALOG = catalogOf([
  ...typesOfMetric('renci', 'Mem', [HOST, UTIL, OWNER]),
  ...typesOfMetric('renci', 'Disk', [HOST, { name: 'free', type: LONG }]),
]);

/** `owner` stays here, and so do hosts that begin with x. */
const PART: ExportPolicy = {
  metric: 'Mem',
  domains: ['esnet'],
  columns: ['host', 'util'],
  where: "host not like 'x%'",
};

interface Ask extends Partial<PrepareFragment> {
  readonly from?: string;
}

function admit(policies: readonly ExportPolicy[], epl: string, ask: Ask = {}) {
  const { from = 'esnet', ...request } = ask;
  const all = { epl, fragmentKind: 'result' as const, columns: [HOST], ...request };
  return admitFragment(prepareOf(from, all), CATALOG, new ExportPolicies('renci', policies));
}

function refusalOf(work: () => unknown): CodedError {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('it was admitted');
}

function placeOf(epl: string, error: CodedError): string {
  const { offset = 0, length = 0 } = error.position ?? {};
  return epl.slice(offset, offset + length);
}

describe('readers', () => {
  it('without a rule for the metric every member may read everything', () => {
    expect(admit([PART], 'select host from renci.Disk(free < 3)', { from: 'anyone' }).canonical).not.toContain('like');
  });

  it('a domain that no rule names is refused, with the place and the metric', () => {
    const epl = 'select host from renci.Mem(util > 5)';
    const error = refusalOf(() => admit([PART], epl, { from: 'sc13' }));
    expect(error.code).toBe('POLICY_REFUSED');
    expect(error.message).toContain("metric 'Mem' does not admit 'sc13'");
    expect(placeOf(epl, error)).toMatch(/^renci/);
  });

  it('every domain that will hold what is derived must be admitted, not the asker alone', () => {
    const error = refusalOf(() => admit([PART], 'select host from Mem', { readers: ['esnet', 'sc13'] }));
    expect(error.message).toContain("'sc13'");
    expect(error.message).not.toContain("'esnet'");
  });

  it('the first rule that admits all readers governs', () => {
    const wide: ExportPolicy = { metric: 'Mem', domains: ['ops'], columns: '*' };
    const columns = [OWNER];
    expect(admit([wide, PART], 'select owner from Mem', { from: 'ops', columns }).canonical).not.toContain('like');
    const both = refusalOf(() => admit([wide, PART], 'select host from Mem', { from: 'ops', readers: ['esnet'] }));
    expect(both.message).toContain('together');
  });

  it('an empty list admits nobody; `*` stands for the metrics without rules of their own', () => {
    const closed: ExportPolicy = { metric: '*', domains: [], columns: '*' };
    expect(refusalOf(() => admit([closed, PART], 'select host from Disk')).code).toBe('POLICY_REFUSED');
    expect(admit([closed, PART], 'select host from Mem').statement.columns).toEqual([HOST]);
  });

  it('this domain reads its own streams whatever the rules say', () => {
    const mine = admit([PART], 'select owner from Mem', { from: 'renci', columns: [OWNER] });
    expect(mine.canonical).not.toContain('like');
    expect(refusalOf(() => admit([PART], 'select host from Mem', { from: 'renci', readers: ['sc13'] })).code).toBe(
      'POLICY_REFUSED',
    );
  });
});

describe('columns', () => {
  const COUNT: Column = { name: 'c', type: LONG };

  it.each([
    ['select list', 'select host, owner from Mem', 'owner'],
    ['stream filter', "select host from Mem(owner = 'x')", 'owner'],
    ['where', "select host from Mem#length(2) where util > 1 and owner = 'x'", 'owner'],
    ['window key', 'select host from Mem#unique(owner)', 'owner'],
    ['window condition', 'select host from Mem#expr(count(owner) < 3)', 'owner'],
    ['aggregate', 'select host from Mem#length(2) having max(util) > 1 and count(distinct owner) > 1', 'owner'],
    ['group', 'select host from Mem#length(3) group by host, owner', 'owner'],
    ['order', 'select host from Mem#length(3) output every 2 events order by owner', 'owner'],
    ['join', 'select d.host as host from Mem#length(1) as m, Disk#length(1) as d where m.owner = d.host', 'm.owner'],
    ['subquery', "select host from Disk where exists (select * from Mem#length(1) as m where owner = 'x')", 'owner'],
    [
      'correlated',
      'select m.host as host from Mem as m where exists (select * from Disk#keepall as d where d.host = m.owner)',
      'm.owner',
    ],
    ['prev', 'select host from Mem#length(2) where prev(1, owner) is null', 'owner'],
    [
      'hidden outer name',
      'select m.host as host from Disk as m where (select owner from Mem#lastevent) is null',
      'owner',
    ],
  ])('a withheld column is refused in the %s', (_, epl, place) => {
    const error = refusalOf(() => admit([PART], epl));
    expect([error.code, placeOf(epl, error)]).toEqual(['POLICY_REFUSED', place]);
    expect(error.message).toContain("column 'owner' of metric 'Mem'");
    expect(error.hint).toBe("leave out 'owner'; admitted are host, util, domain");
  });

  it.each([
    ['an event as value', 'select window(*) as w from Mem#length(2)'],
    ['every event of a join', 'select * from Mem#length(1) as m, Disk#length(1) as d'],
    ['all of one stream', 'select m.* from Mem#length(1) as m, Disk#length(1) as d'],
    ['all of a subquery', 'select host from Disk where (select * from Mem#lastevent) is null'],
    ['the last event by a column', 'select maxby(util) as w from Mem#length(2)'],
    ['a member that is not declared', 'select owner? as host from Mem'],
  ])('%s means all columns and is refused', (_, epl) => {
    const error = refusalOf(() => admit([PART], epl));
    expect(error.code).toBe('POLICY_REFUSED');
    expect(error.hint).toContain('admitted are host, util, domain');
  });

  it('`*` over one stream is spelled out: what may leave', () => {
    const { statement, canonical } = admit([PART], 'select * from Mem(util > 5)', { columns: [HOST, UTIL, DOMAIN] });
    expect(statement.columns).toEqual([HOST, UTIL, DOMAIN]);
    expect(canonical).toMatch(/^select host, util, domain from/);
  });

  it('counting needs no column', () => {
    expect(admit([PART], 'select count(*) as c from Mem#length(3)', { columns: [COUNT] }).statement.columns).toEqual([
      COUNT,
    ]);
  });
});

describe('rows', () => {
  it('the predicate stands in the parentheses, before the window, in each reference', () => {
    const epl = 'select m.host as host from Mem(util > 1)#length(1) as m, renci.Mem#time(3) as n where m.host = n.host';
    const { canonical, statement } = admit([PART], epl);
    expect(canonical.match(/like 'x%'/g)).toHaveLength(2);
    for (const s of statement.streams) {
      expect(s.source.kind === 'filter' && s.source.filter.some((c) => c.kind === 'not' || c.kind === 'like')).toBe(
        true,
      );
    }
  });

  it('stands in subqueries too', () => {
    const epl = 'select host from Disk where exists (select * from Mem#length(1) where util > 3)';
    const hidden: ExportPolicy = { ...PART, columns: '*' };
    expect(admit([hidden], epl).canonical).toContain("Mem(host not like 'x%')");
  });

  it('an alias cannot give the names of the predicate another meaning', () => {
    const rule: ExportPolicy = { metric: 'Mem', domains: '*', columns: '*', where: 'host is not null' };
    const epl = 'select d.host as host from Disk#length(1) as d, Mem#length(1) as host';
    expect(admit([rule], epl).canonical).toContain('Mem(host is not null)');
  });

  it.each(['nosuch > 3', '(select count(*) from Disk#keepall) > 3', 'util'])(
    'a predicate that cannot be applied lets nothing out: %s',
    (where) => {
      const error = refusalOf(() =>
        admit([{ metric: 'Mem', domains: '*', columns: '*', where }], 'select host from Mem'),
      );
      expect([error.code, error.message.includes('nothing of it leaves')]).toEqual(['POLICY_REFUSED', true]);
    },
  );
});

it('what a fragment sends are the admitted rows alone, and a window is full of them', () => {
  const world = new HostWorld({
    policies: [{ metric: 'Mem', domains: ['esnet'], columns: ['host'], where: 'util > 5' }],
  });
  const epl = 'select host from renci.Mem#length(2) having count(*) = 2';
  world.run('esnet', { epl, fragmentKind: 'result' });
  for (const [host, util] of [
    ['a', 9],
    ['b', 1],
    ['c', 2],
    ['d', 7],
  ] as const)
    world.send(host, util);
  const rows = world.published.flatMap((e) => e.deltas.flatMap((d) => d.updates.flatMap((u) => u.insert)));
  expect(rows.map((r) => r.values)).toEqual([['d']]);
  expect(() => world.run('sc13', { epl, fragmentKind: 'result' })).toThrow("does not admit 'sc13'");
  expect(world.counters.totals.get('fragments_refused_total/sc13/POLICY_REFUSED')).toBe(1);
});

it('a refusal reaches who registers: the domain, the place in its fragment, the way out; nothing is left running', async () => {
  const domains = new Map(['renci', 'tacc'].map((d) => [d, typesOfMetric(d, 'Mem', [HOST, UTIL, OWNER])]));
  const listed = { name: 'Mem', description: '', properties: [HOST, UTIL, OWNER], units: {} };
  const federation = new VirtualFederation({
    seed: 1,
    faults: NO_FAULTS,
    codec: WIRE_CODEC,
    domains,
    client: 'esnet',
    // What esnet believes is older than the policy.
    catalog: new CatalogOfDomains([...domains.keys()].map((domain) => ({ domain, version: 1, metrics: [listed] }))),
    iterated: new Set(),
    policies: new Map([['renci', [PART]]]),
    onOutput: () => undefined,
  });
  await federation.start();
  const options = { jid: null, subscribers: [], listener: null, onSilence: 'wait' as const, name: null };
  const register = (epl: string) => federation.settle(federation.client.queries.register(epl, options));
  const error: unknown = await register("select host from Mem(owner = 'x')").catch((e: unknown) => e);
  expect(error).toMatchObject({
    code: 'POLICY_REFUSED',
    hint: "leave out 'owner'; admitted are host, util, domain",
    data: { domain: 'renci', line: 1 },
  });
  const { message, data } = error instanceof CodedError ? error : new CodedError('INTERNAL', String(error));
  expect(message).toContain("domain 'renci' refuses: column 'owner' of metric 'Mem' is withheld by its policy");
  expect(String(data['fragment']).slice(Number(data['column']) - 1)).toMatch(/^owner/);
  expect([...domains.keys()].flatMap((d) => federation.agent(d).host.describe())).toEqual([]);
  expect((await register('select host from Mem(util > 1)')).query.state).toBe('running');
});

describe('the catalog', () => {
  const catalog = {
    domain: 'renci',
    version: 3,
    metrics: [
      {
        name: 'Mem',
        description: '',
        properties: [HOST, UTIL, OWNER],
        units: { util: '%', owner: 'name' },
      },
      { name: 'Disk', description: '', properties: [HOST], units: {} },
    ],
  };

  it('withheld columns and metrics do not appear', () => {
    const policies = new ExportPolicies('renci', [PART]);
    const [mem, disk] = policies.offer('esnet', catalog).metrics;
    expect(mem).toEqual({ name: 'Mem', description: '', properties: [HOST, UTIL], units: { util: '%' } });
    expect(disk?.name).toBe('Disk');
    expect(policies.offer('sc13', catalog).metrics.map((m) => m.name)).toEqual(['Disk']);
    expect([mem?.aggregateOnly, disk?.aggregateOnly]).toEqual([undefined, undefined]);
    const aggregateOnly = { groupBy: [], filters: [], leastGroup: 2, leastWindowMs: 1_000 };
    const grouped = new ExportPolicies('renci', [{ ...PART, aggregateOnly }]);
    expect(grouped.offer('esnet', catalog).metrics[0]?.aggregateOnly).toBe(true);
  });

  it('its generation rises with every change of the policies, and with nothing else', () => {
    const store = new MemoryStore();
    const generation = (...rules: ExportPolicy[]) => new ExportPolicies('renci', rules).generation(store);
    expect([generation(), generation(PART), generation(PART), generation(), generation(PART)]).toEqual([0, 1, 1, 2, 3]);
  });
});

describe('figures of streams', () => {
  const columns = ['host', 'util', 'owner'].map((name) => ({ name, bytes: 9, distinct: 4 }));
  const figures = [{ metric: 'Mem', rateHz: 10, columns }];
  const told = (policies: readonly ExportPolicy[], reader: string) =>
    new ExportPolicies('renci', policies).figures(reader, figures);

  it('are told of what the reader may read event by event, in the columns it may read', () => {
    const { where: _, ...unfiltered } = PART;
    expect(told([], 'esnet')).toEqual(figures);
    expect(told([unfiltered], 'esnet')).toEqual([{ metric: 'Mem', rateHz: 10, columns: columns.slice(0, 2) }]);
  });

  it('not where rows are withheld, nor to others', () => {
    expect(told([PART], 'esnet')).toEqual([]);
    expect(told([PART], 'uky')).toEqual([]);
  });
});
