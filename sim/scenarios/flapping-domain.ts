/** One domain of six whose link goes up and down all the time: no other domain's data is delayed without end or lost. */
import type { ScenarioDeclaration, SimFault, SimGenerator } from './scenario.ts';
import { ask, domainsOf, USUAL } from './usual.ts';

const FLAPS = 12;

export const FLAPPING_DOMAIN: ScenarioDeclaration = {
  name: 'flapping-domain',
  title: 'one domain flaps, a second time for longer',
  declare: ({ domains }) => {
    const sites = domainsOf('site', domains ?? 6);
    const [flapping = '', ...others] = sites;
    const faults = Array.from({ length: FLAPS }, (_, i): SimFault => ({
      kind: 'partition',
      atMs: 3_000 + i * 1_700,
      forMs: 300 + (i % 4) * 350,
      from: [flapping],
      to: others,
      oneWay: i % 3 === 2,
    }));
    return {
      ...USUAL,
      domains: sites,
      metrics: [{ name: 'Temperature', properties: { sensor: 'string', celsius: 'double' } }],
      generators: sites.map((domain): SimGenerator => ({
        domain,
        metric: 'Temperature',
        everyMs: 120,
        jitterMs: 60,
        fields: {
          sensor: { kind: 'pick', of: ['in', 'out'] },
          celsius: { kind: 'walk', from: 24, min: 15, max: 40, step: 3, digits: 1 },
        },
      })),
      queries: [
        ask('hot', 'site2', 'select domain, sensor, celsius from Temperature(celsius > 32)#time(2 sec)'),
        ask('mean', 'site3', 'select sensor, avg(celsius) as c from Temperature#length(40) group by sensor'),
        ask('now', 'site4', 'select domain, celsius from Temperature(celsius > 35)', { onSilence: 'continue' }),
        ask(
          'here-and-there',
          'site5',
          `select a.celsius as a, b.celsius as b
             from site1.Temperature(celsius > 28)#lastevent as a, site2.Temperature(celsius > 28)#lastevent as b`,
        ),
      ],
      faults: [
        ...faults,
        { kind: 'partition', atMs: 25_000, forMs: 13_000, from: [flapping], to: others, oneWay: false },
      ],
      durationMs: 48_000,
    };
  },
};
