/** Health of an infrastructure without an archive: hosts of several sites, loads and heartbeats, restarts of agents. */
import type { ScenarioDeclaration, SimGenerator } from './scenario.ts';
import { ask, domainsOf, USUAL } from './usual.ts';

export const INFRASTRUCTURE_HEALTH: ScenarioDeclaration = {
  name: 'infrastructure-health',
  title: 'infrastructure health with heartbeats',
  declare: ({ domains }) => {
    const racks = domainsOf('rack', domains ?? 6);
    return {
      ...USUAL,
      domains: [...racks, 'noc'],
      metrics: [
        { name: 'Alive', properties: { host: 'string', beat: 'int' } },
        { name: 'Load', properties: { host: 'string', load1: 'double', mem: 'double' } },
      ],
      generators: racks.flatMap((domain): SimGenerator[] => [
        {
          domain,
          metric: 'Alive',
          everyMs: 500,
          jitterMs: 50,
          fields: { host: { kind: 'pick', of: ['n1', 'n2'] }, beat: { kind: 'constant', value: 1 } },
        },
        {
          domain,
          metric: 'Load',
          everyMs: 250,
          jitterMs: 50,
          fields: {
            host: { kind: 'pick', of: ['n1', 'n2'] },
            load1: { kind: 'walk', from: 4, min: 0, max: 32, step: 6, digits: 1 },
            mem: { kind: 'uniform', min: 20, max: 99, digits: 1 },
          },
        },
      ]),
      queries: [
        ask('beats', 'noc', 'select domain, count(*) as beats from Alive#time_batch(5 sec) group by domain'),
        ask('loaded', 'noc', 'select domain, host, load1 from Load(load1 > 20)'),
        ask('hot', 'noc', 'select avg(mem) as mem, count(*) as n from Load#time(3 sec) having avg(mem) > 65'),
        ask('left', 'noc', 'select irstream host, mem from rack1.Load(mem > 90)#time(2 sec)', {
          onSilence: 'continue',
        }),
      ],
      durationMs: 20_000,
    };
  },
};
