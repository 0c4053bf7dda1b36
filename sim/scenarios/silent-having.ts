/**
 * Silent having (DESIGN §5): loads of many sites under one condition. In the first the condition is never near: almost
 * nothing crosses a border. In the second it comes and goes, and the third is the second without the rule: what the rule
 * costs where it does not pay.
 */
import type { ScenarioDeclaration, SimGenerator, SimScenario } from './scenario.ts';
import { ask, domainsOf, USUAL } from './usual.ts';

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

export const OFTEN_CROSSED_LOUD: ScenarioDeclaration = {
  name: 'often-crossed-loud',
  title: 'the same conditions, every event shipped',
  declare: ({ domains }) => ({ ...crossed(domains), silence: false }),
};
