/** Many domains with five queries each, every query over three of them: how bytes, messages and time grow (`--domains N`). */
import { SeededRandom } from '../world/seeded-random.ts';
import type { ScenarioDeclaration, SimGenerator, SimQuery } from './scenario.ts';
import { ask, domainsOf, USUAL } from './usual.ts';

const QUERIES_PER_DOMAIN = 5;

export const MANY_DOMAINS: ScenarioDeclaration = {
  name: 'many-domains',
  title: 'many domains, five queries each over three of them',
  declare: ({ seed, domains: count }) => {
    const random = new SeededRandom(seed * 41 + 3);
    const domains = domainsOf('net', count ?? 20);
    const queries = domains.flatMap((owner, i) =>
      Array.from({ length: QUERIES_PER_DOMAIN }, (_, j): SimQuery => {
        const [a, b] = [1, 2].map(
          (n) => domains[(i + n * (1 + random.below(domains.length - 1))) % domains.length] ?? owner,
        );
        return ask(
          `q${i}-${j}`,
          owner,
          `select a.rtt as a, b.rtt as b, c.rtt as c
             from ${owner}.Rtt(rtt > ${80 + j})#time(1 sec) as a, ${a}.Rtt(rtt > 80)#time(1 sec) as b,
                  ${b}.Rtt(rtt > 80)#time(1 sec) as c`,
          { fromMs: 300 + random.below(2_000) },
        );
      }),
    );
    return {
      ...USUAL,
      domains,
      metrics: [{ name: 'Rtt', properties: { target: 'string', rtt: 'double', lost: 'int', hops: 'int' } }],
      generators: domains.map((domain): SimGenerator => ({
        domain,
        metric: 'Rtt',
        everyMs: 100,
        jitterMs: 50,
        fields: {
          target: { kind: 'pick', of: ['192.0.2.1', '192.0.2.2'] },
          rtt: { kind: 'rarely', low: 30, high: 90, noise: 10, share: 0.05 },
          lost: { kind: 'uniform', min: 0, max: 3, digits: 0 },
          hops: { kind: 'uniform', min: 3, max: 12, digits: 0 },
        },
      })),
      queries,
      durationMs: 10_000,
    };
  },
};
