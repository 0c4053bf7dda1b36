/** A content delivery network: latency at edges of many owners, compared with the origin's service rate. */
import type { ScenarioDeclaration, SimGenerator } from './scenario.ts';
import { ask, domainsOf, USUAL } from './usual.ts';

export const CDN_LATENCY: ScenarioDeclaration = {
  name: 'cdn-latency',
  title: 'CDN latency at eight edges',
  declare: ({ domains }) => {
    const edges = domainsOf('edge', domains ?? 8);
    return {
      ...USUAL,
      domains: [...edges, 'origin'],
      metrics: [
        { name: 'Request', properties: { object: 'string', latencyMs: 'double', bytes: 'int', client: 'string' } },
        { name: 'Service', properties: { rate: 'double', queue: 'int' } },
      ],
      generators: [
        ...edges.map((domain): SimGenerator => ({
          domain,
          metric: 'Request',
          everyMs: 50,
          jitterMs: 40,
          fields: {
            object: { kind: 'pick', of: ['a', 'b', 'c', 'd'] },
            latencyMs: { kind: 'rarely', low: 30, high: 400, noise: 20, share: 0.03 },
            bytes: { kind: 'uniform', min: 1e3, max: 1e6, digits: 0 },
            client: { kind: 'pick', of: ['192.0.2.1', '192.0.2.2', '198.51.100.7'] },
          },
        })),
        {
          domain: 'origin',
          metric: 'Service',
          everyMs: 200,
          jitterMs: 0,
          fields: {
            rate: { kind: 'walk', from: 500, min: 100, max: 900, step: 60, digits: 0 },
            queue: { kind: 'uniform', min: 0, max: 40, digits: 0 },
          },
        },
      ],
      queries: [
        ask('slow', 'origin', 'select domain, object, latencyMs from Request(latencyMs > 350)'),
        ask(
          'slow-objects',
          'origin',
          `select object, count(*) as n, max(latencyMs) as worst from Request(latencyMs > 350)#time(4 sec)
            group by object having count(*) > 2`,
        ),
        ask(
          'origin-at-fault',
          'origin',
          `select r.domain as edge, r.latencyMs as latencyMs, s.queue as queue
             from Request(latencyMs > 350) as r unidirectional, origin.Service(queue > 30)#time(1 sec) as s`,
        ),
      ],
      durationMs: 20_000,
    };
  },
};
