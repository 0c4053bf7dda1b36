/**
 * A domain whose wall clock jumps an hour ahead, and one whose clock jumps by less than `maxSkew`: the first stops ingesting
 * and falls silent until it is corrected, `wait` queries over it stand still and stay exact, the others go on as before.
 */
import type { ScenarioDeclaration, SimGenerator } from './scenario.ts';
import { ask, domainsOf, USUAL } from './usual.ts';

export const FUTURE_CLOCK: ScenarioDeclaration = {
  name: 'future-clock',
  title: 'one clock jumps an hour ahead, another a little',
  declare: ({ domains }) => {
    const sites = domainsOf('site', domains ?? 5);
    const [ahead = '', little = ''] = sites;
    return {
      ...USUAL,
      domains: sites,
      metrics: [{ name: 'Load', properties: { host: 'string', load: 'double' } }],
      generators: sites.map((domain): SimGenerator => ({
        domain,
        metric: 'Load',
        everyMs: 150,
        jitterMs: 70,
        fields: {
          host: { kind: 'pick', of: ['a', 'b'] },
          load: { kind: 'walk', from: 5, min: 0, max: 10, step: 3, digits: 1 },
        },
      })),
      queries: [
        ask('all-wait', 'site3', 'select domain, load from Load(load > 6)'),
        ask('all-continue', 'site4', 'select domain, avg(load) as load from Load#time(1 sec) group by domain', {
          onSilence: 'continue',
          memoryMs: 1_000,
        }),
        ask('all-hold', 'site4', 'select irstream host, max(load) as load from Load#time(2 sec) group by host', {
          onSilence: 'hold',
          memoryMs: 2_000,
        }),
        ask(
          'others',
          'site5',
          'select a.load as a, b.load as b from site3.Load#lastevent as a, site4.Load#lastevent as b',
        ),
        ask('own', ahead, `select load from ${ahead}.Load(load > 5)`),
      ],
      faults: [
        { kind: 'clock', atMs: 12_000, forMs: 16_000, domain: ahead, aheadMs: 3_600_000 },
        { kind: 'clock', atMs: 15_000, forMs: 4_000, domain: little, aheadMs: 1_500 },
      ],
      durationMs: 40_000,
    };
  },
};
