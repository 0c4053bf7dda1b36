/** End to end over five networks: which of them is the bottleneck of a path, told by one query over all of them. */
import type { ScenarioDeclaration, SimGenerator } from './scenario.ts';
import { ask, USUAL } from './usual.ts';

const NETWORKS = ['campus', 'regional', 'backbone', 'exchange', 'facility'];

export const PATH_BOTTLENECK: ScenarioDeclaration = {
  name: 'path-bottleneck',
  title: 'end-to-end path over five networks',
  declare: () => ({
    ...USUAL,
    domains: NETWORKS,
    metrics: [
      {
        name: 'LinkUse',
        properties: { link: 'string', utilization: 'double', capacity: 'double', errors: 'int', interface: 'string' },
      },
    ],
    generators: NETWORKS.flatMap((domain): SimGenerator[] =>
      ['a', 'b'].map((link) => ({
        domain,
        metric: 'LinkUse',
        everyMs: 100,
        jitterMs: 20,
        fields: {
          link: { kind: 'constant', value: link },
          utilization: { kind: 'rarely', low: 40, high: 93, noise: 8, share: 0.05 },
          capacity: { kind: 'constant', value: 100e9 },
          errors: { kind: 'rarely', low: 0, high: 20, noise: 0, share: 0.01 },
          interface: { kind: 'pick', of: ['xe-0/0/1', 'xe-0/0/2', 'et-1/0/0'] },
        },
      })),
    ),
    queries: [
      ask(
        'bottleneck',
        'campus',
        `select domain, link, max(utilization) as worst from LinkUse(utilization > 90)#time(2 sec)
          group by domain, link output last every 500 msec`,
      ),
      ask(
        'both-ends',
        'campus',
        `select c.utilization as here, f.utilization as there
           from campus.LinkUse(utilization > 90)#time(1 sec) as c, facility.LinkUse(utilization > 90)#time(1 sec) as f
          where c.link = f.link`,
      ),
      ask(
        'middle',
        'facility',
        `select r.utilization as r, b.utilization as b, x.utilization as x
           from regional.LinkUse(link = 'a', utilization > 85)#lastevent as r,
                backbone.LinkUse(link = 'a', utilization > 85)#lastevent as b,
                exchange.LinkUse(link = 'a', utilization > 85)#lastevent as x`,
      ),
    ],
  }),
};
