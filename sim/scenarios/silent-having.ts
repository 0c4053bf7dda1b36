/**
 * Silent having (DESIGN §5): loads of many sites under one condition. In the first the condition is never near: almost
 * nothing crosses a border. In the second it comes and goes, and the third is the second without the rule: what the rule
 * costs where it does not pay.
 */
import type { DomainName } from '../../src/model/ids.ts';
import { SeededRandom } from '../world/seeded-random.ts';
import { MIXED_METRICS, mixedGenerators } from './mixed-faults.ts';
import type { ScenarioDeclaration, ScenarioOptions, SimGenerator, SimQuery, SimScenario } from './scenario.ts';
import { ALL_RULES, type RuleName } from '../../src/planner/rules/rule-names.ts';
import { ask, domainsOf, LOOSE, mixFaults, STORM, USUAL } from './usual.ts';

const METRIC = { name: 'Load', properties: { host: 'string', load: 'double', jobs: 'int' } } as const;

export const SILENT_HAVING: ScenarioDeclaration = {
  name: 'silent-having',
  title: 'a condition over 20 sites at 100 events/s each that is never near',
  declare: ({ domains }) => {
    const sites = domainsOf('site', domains ?? 20);
    return {
      ...USUAL,
      domains: [...sites, 'noc'],
      metrics: [METRIC],
      generators: sites.map((domain): SimGenerator => {
        return {
          domain,
          metric: METRIC.name,
          everyMs: 10,
          jitterMs: 2,
          fields: {
            host: { kind: 'pick', of: ['n1', 'n2', 'n3'] },
            load: { kind: 'uniform', min: 5, max: 55, digits: 2 },
            jobs: { kind: 'pick', of: [0, 1, 2, 3] },
          },
        };
      }),
      queries: [
        ask('overloaded', 'noc', 'select avg(load) as l, count(*) as n from Load#time(10 sec) having avg(load) > 80'),
      ],
      gridMs: 1,
      durationMs: 60_000,
    };
  },
};

function crossed(domains: number | null): SimScenario {
  const sites = domainsOf('site', domains ?? 6);
  return {
    ...USUAL,
    domains: [...sites, 'noc'],
    metrics: [METRIC],
    generators: sites.map((domain): SimGenerator => {
      return {
        domain,
        metric: METRIC.name,
        everyMs: 50,
        jitterMs: 20,
        fields: {
          host: { kind: 'pick', of: ['n1', 'n2', 'n3'] },
          load: { kind: 'walk', from: 40, min: 0, max: 100, step: 12, digits: 1 },
          jobs: { kind: 'pick', of: [0, 1, 2, 3] },
        },
      };
    }),
    queries: [
      ask('crossed', 'noc', 'select irstream avg(load) as l from Load#time(2 sec) having avg(load) > 50'),
      ask('hosts', 'noc', 'select host, sum(jobs) as j from Load#time(2 sec) group by host having sum(jobs) > 130'),
    ],
    durationMs: 40_000,
  };
}

export const OFTEN_CROSSED: ScenarioDeclaration = {
  name: 'often-crossed',
  title: 'conditions that come and go, watched by silent domains',
  declare: ({ domains }) => crossed(domains),
};

const WITHOUT_SILENCE: ReadonlySet<RuleName> = new Set([...ALL_RULES].filter((r) => r !== 'silent-having'));

export const OFTEN_CROSSED_LOUD: ScenarioDeclaration = {
  name: 'often-crossed-loud',
  title: 'the same conditions, every event shipped',
  declare: ({ domains }) => ({ ...crossed(domains), rules: WITHOUT_SILENCE }),
};

/** Conditions over the load of {@link mixedGenerators}: near seldom, now and then, often. */
const CONDITIONS: readonly string[] = [
  'select avg(mbps) as m from Bandwidth#time(2 sec) having avg(mbps) > 60',
  'select avg(mbps) as m, count(*) as n from Bandwidth#time(3 sec) having avg(mbps) < 30',
  'select irstream host, sum(mbps) as m from Bandwidth#time(2 sec) group by host having sum(mbps) > 1200',
  'select host, max(used) as m from Memory#time(1 sec) group by host having max(used) > 98',
  'select min(used) as m from Memory#time(2 sec) having min(used) > 12',
  'select domain, count(*) as n from Memory#time(1 sec) group by domain having count(*) > 8 and avg(used) > 20',
  'select host, used, sum(swap) as s from Memory(used > 50)#time(2 sec) group by host having sum(swap) >= 90',
  'select sum(swap) as s from Memory#keepall having sum(swap) > 1000',
];

function silentMix({ seed, domains: count }: ScenarioOptions, crashes: number, durationMs: number): SimScenario {
  const random = new SeededRandom(seed * 41 + 3);
  const domains = domainsOf('d', count ?? 3 + random.below(3));
  const pick = (): DomainName => domains[random.below(domains.length)] ?? '';
  const queries = Array.from({ length: 4 }, (_, i): SimQuery => {
    return ask(`q${i + 1}`, pick(), CONDITIONS[random.below(CONDITIONS.length)] ?? '', {
      fromMs: 500 + random.below(4_000),
      onSilence: crashes > 0 ? 'continue' : 'wait',
      untilMs: random.next() < 0.2 ? 5_000 + random.below(4_000) : null,
      // A window that never empties: what was missed is missed for good.
      memoryMs: Infinity,
    });
  });
  // Who registers while a domain goes down is told so; here queries run when it does.
  const fromMs = crashes > 0 ? 8_000 : 2_000;
  const mix = { domains, fromMs, untilMs: durationMs - crashes * 3_000, partitions: 3, slows: 2, longestMs: 5_000 };
  return {
    ...USUAL,
    domains,
    metrics: MIXED_METRICS,
    generators: mixedGenerators(domains),
    queries,
    network: STORM,
    skew: LOOSE,
    gridMs: 50,
    faults: mixFaults(random, { ...mix, crashes }).map((f) => (f.kind === 'crash' ? { ...f, disk: 'kept' } : f)),
    durationMs,
  };
}

export const SILENT_FAULTS: ScenarioDeclaration = {
  name: 'silent-faults',
  title: 'silent domains in a storm, with partitions and slow consumers',
  declare: (options) => silentMix(options, 0, 15_000),
};

export const SILENT_CRASHES: ScenarioDeclaration = {
  name: 'silent-crashes',
  title: 'silent domains that crash, and owners of theirs',
  declare: (options) => silentMix(options, 2, 30_000),
};
