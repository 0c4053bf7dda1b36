/** Domains begin and cease to offer what running queries read as a union: they enter and leave at instants that owners fix. */
import type { ScenarioDeclaration, SimGenerator } from './scenario.ts';
import { SeededRandom } from '../world/seeded-random.ts';
import { ask, domainsOf, LOOSE, STORM, USUAL } from './usual.ts';

export const CHANGING_UNIONS: ScenarioDeclaration = {
  name: 'changing-unions',
  title: 'domains enter and leave unions while queries run',
  declare: ({ domains, seed }) => {
    const sites = domainsOf('site', domains ?? 5);
    const random = new SeededRandom(seed * 41 + 3);
    const stormy = random.next() < 0.5;
    return {
      ...USUAL,
      domains: sites,
      metrics: [{ name: 'Load', properties: { host: 'string', load: 'double' } }],
      generators: sites.map((domain): SimGenerator => ({
        domain,
        metric: 'Load',
        everyMs: 140,
        jitterMs: 90,
        fields: {
          host: { kind: 'pick', of: ['a', 'b'] },
          load: { kind: 'walk', from: 5, min: 0, max: 10, step: 3, digits: 1 },
        },
      })),
      // The first two offer it all the time; of the others some come, some go, some come and go.
      offers: sites.slice(2).map((domain, i) => ({
        domain,
        metric: 'Load',
        fromMs: i % 3 === 1 ? 0 : 6_000 + random.below(8_000),
        untilMs: i % 3 === 0 ? null : 20_000 + random.below(10_000),
      })),
      queries: [
        ask('events', 'site1', 'select domain, load from Load(load > 6)'),
        ask('means', 'site2', 'select domain, avg(load) as load from Load#time(1500 msec) group by domain'),
        ask('counted', 'site3', 'select host, load from Load#length(9) where load > 4'),
        ask(
          'twice',
          'site1',
          'select a.load as a, b.load as b from Load(load > 8)#lastevent as a, Load(load < 2)#lastevent as b',
        ),
        ask('goes-on', 'site2', 'select host, max(load) as load from Load#length(5) group by host', {
          onSilence: 'continue',
        }),
      ],
      network: stormy ? { ...STORM, lossRate: 0.05 } : USUAL.network,
      skew: stormy ? LOOSE : USUAL.skew,
      durationMs: 45_000,
    };
  },
};
