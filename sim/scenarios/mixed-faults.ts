/**
 * Everything at once, chosen by the seed: a network that loses, repeats, delays and reorders, partitions whole and one-way,
 * slow consumers, loose clocks, queries that come and go, in some worlds domains that change what they let out. Nobody
 * crashes: every `wait` query on which no policy bears is exact.
 */
import type { DomainName } from '../../src/model/ids.ts';
import { SeededRandom } from '../world/seeded-random.ts';
import type { ScenarioDeclaration, SimFault, SimGenerator, SimMetric, SimPolicy, SimQuery } from './scenario.ts';
import { ask, domainsOf, LOOSE, mixFaults, STORM, USUAL } from './usual.ts';

export const MIXED_METRICS: readonly SimMetric[] = [
  { name: 'Bandwidth', properties: { host: 'string', mbps: 'double', note: 'string' } },
  { name: 'Memory', properties: { host: 'string', used: 'double', swap: 'int' } },
];

export function mixedGenerators(domains: readonly DomainName[]): readonly SimGenerator[] {
  return domains.flatMap((domain): SimGenerator[] => [
    {
      domain,
      metric: 'Bandwidth',
      everyMs: 160,
      jitterMs: 150,
      fields: {
        host: { kind: 'pick', of: ['h1', 'h2', 'h3'] },
        mbps: { kind: 'uniform', min: 0, max: 100, digits: 1 },
        note: { kind: 'constant', value: 'active test' },
      },
    },
    {
      domain,
      metric: 'Memory',
      everyMs: 200,
      jitterMs: 150,
      fields: {
        host: { kind: 'pick', of: ['h1', 'h2', 'h3'] },
        used: { kind: 'walk', from: 50, min: 0, max: 100, step: 20, digits: 0 },
        swap: { kind: 'uniform', min: 0, max: 9, digits: 0 },
      },
    },
  ]);
}

/** Texts over two domains or all, with the longest time that anything old bears on an output. */
export function mixedTexts(
  a: DomainName,
  b: DomainName,
): readonly { readonly epl: string; readonly memoryMs: number }[] {
  return [
    {
      epl: `select a.host as host, a.mbps as mbps, b.used as used
              from ${a}.Bandwidth(mbps > 60)#time(1 sec) as a, ${b}.Memory(used > 40)#time(1500 msec) as b
             where a.host = b.host`,
      memoryMs: 1_500,
    },
    { epl: 'select domain, host, mbps from Bandwidth(mbps > 80)', memoryMs: 0 },
    {
      epl: 'select host, count(*) as n, avg(used) as used from Memory#time(2 sec) group by host having count(*) > 4',
      memoryMs: 2_000,
    },
    { epl: `select irstream host, mbps from ${a}.Bandwidth(mbps > 50)#time(700 msec)`, memoryMs: 700 },
    { epl: `select sum(mbps) as total from ${b}.Bandwidth#time(1 sec) having sum(mbps) > 200`, memoryMs: 1_000 },
    // The grid of batches and of outputs begins anew after a restart: from then on it is another one.
    { epl: 'select domain, max(mbps) as mbps from Bandwidth#time_batch(1 sec) group by domain', memoryMs: Infinity },
    {
      epl: 'select domain, host, last(used) as used from Memory#time(3 sec) group by domain, host output last every 1 sec',
      memoryMs: Infinity,
    },
    {
      epl: `select a.mbps as mbps, b.used as used
              from ${a}.Bandwidth(mbps > 90) as a unidirectional left outer join ${b}.Memory(used > 60)#time(1 sec) as b
                on a.host = b.host`,
      memoryMs: 1_000,
    },
    {
      epl: `select m.used as used from Memory(used > 70) as m
             where exists (select * from ${a}.Bandwidth(mbps < 20)#time(1 sec) as w where w.host = m.host)`,
      memoryMs: 1_000,
    },
  ];
}

/** Texts whose windows hold a number of events, whatever their age: exact or nothing. */
function countedTexts(a: DomainName, b: DomainName): readonly string[] {
  return [
    'select domain, host, mbps from Bandwidth#length(5) where mbps > 50',
    'select host, used from Memory#unique(host) where used > 60',
    `select avg(a.mbps) as mbps from ${a}.Bandwidth#length(7) as a, ${b}.Memory#lastevent as b where b.used > a.mbps`,
    'select host, mbps from Bandwidth#sort(3, mbps desc)',
    `select a.mbps as mbps, b.used as used from ${a}.Bandwidth#lastevent as a, ${b}.Memory#lastevent as b where a.mbps > b.used`,
    'select prev(1, mbps) as before, mbps from Bandwidth#length(3) where mbps > 70',
  ];
}

/** Half of the worlds have such changes, drawn from a chance of their own. */
function policyChanges(seed: number, domains: readonly DomainName[], untilMs: number): readonly SimFault[] {
  const random = new SeededRandom(seed * 53 + 167);
  if (random.next() < 0.4) return [];
  const shuffled = domains.map((d) => [random.next(), d] as const).sort(([a], [b]) => a - b);
  return shuffled.slice(0, 1 + random.below(2)).map(([, domain]): SimFault => {
    const atMs = 2_000 + random.below(untilMs - 6_000);
    const forMs = random.next() < 0.3 ? Infinity : 500 + random.below(4_000);
    return { kind: 'policy', atMs, forMs, domain, policy: drawPolicy(random, domains) };
  });
}

function drawPolicy(random: SeededRandom, domains: readonly DomainName[]): SimPolicy {
  const band = random.next() < 0.5;
  const [metric, key, extra] = band ? ['Bandwidth', 'mbps', 'note'] : ['Memory', 'used', 'swap'];
  const open = { metric, readers: '*', columns: '*', rows: null } as const;
  switch (random.below(4)) {
    case 0: {
      const shut = domains[random.below(domains.length)] ?? '';
      return { ...open, readers: domains.filter((d) => d !== shut) };
    }
    case 1:
      return { ...open, columns: ['host', extra] };
    case 2:
      return { ...open, columns: ['host', key] };
    default:
      return { ...open, rows: { column: key, below: 60 + random.below(30) } };
  }
}

export const MIXED_FAULTS: ScenarioDeclaration = {
  name: 'mixed-faults',
  title: 'storm, partitions, slow consumers, loose clocks, churn',
  declare: ({ seed, domains: count }) => {
    const random = new SeededRandom(seed * 31 + 7);
    const domains = domainsOf('d', count ?? 3 + random.below(3));
    const durationMs = 12_000;
    const pick = (): DomainName => domains[random.below(domains.length)] ?? '';
    const queries = Array.from({ length: 6 }, (_, i): SimQuery => {
      const [a, b] = [pick(), pick()];
      const windows = mixedTexts(a, b);
      const texts = i % 2 === 0 ? windows : countedTexts(a, b).map((epl) => ({ epl, memoryMs: Infinity }));
      const fromMs = 500 + random.below(4_000);
      const owner = pick();
      const { epl, memoryMs } = texts[random.below(texts.length)] ?? { epl: '', memoryMs: 0 };
      return ask(`q${i + 1}`, owner, epl, {
        fromMs,
        memoryMs,
        untilMs: random.next() < 0.3 ? fromMs + 3_000 + random.below(4_000) : null,
      });
    });
    return {
      ...USUAL,
      domains,
      metrics: MIXED_METRICS,
      generators: mixedGenerators(domains),
      queries,
      network: STORM,
      skew: LOOSE,
      gridMs: 50,
      faults: [
        ...mixFaults(random, {
          domains,
          fromMs: 1_000,
          untilMs: durationMs,
          partitions: 3,
          slows: 2,
          crashes: 0,
          longestMs: 5_000,
        }),
        ...policyChanges(seed, domains, durationMs),
      ],
      durationMs,
    };
  },
};
