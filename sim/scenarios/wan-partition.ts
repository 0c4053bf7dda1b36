/** Two continents that lose each other for a while: once wholly, once in one direction. `wait` stands still, `continue` goes
 * on, `hold` goes on and says nothing until all is back. */
import type { ScenarioDeclaration, SimGenerator } from './scenario.ts';
import { ask, USUAL } from './usual.ts';

const EAST = ['bonn', 'geneva'];
const WEST = ['berkeley', 'chicago'];

export const WAN_PARTITION: ScenarioDeclaration = {
  name: 'wan-partition',
  title: 'a WAN partition, whole and one-way',
  declare: () => ({
    ...USUAL,
    domains: [...EAST, ...WEST],
    metrics: [{ name: 'Throughput', properties: { peer: 'string', mbps: 'double', hops: 'int' } }],
    generators: [...EAST, ...WEST].map((domain): SimGenerator => ({
      domain,
      metric: 'Throughput',
      everyMs: 100,
      jitterMs: 30,
      fields: {
        peer: { kind: 'pick', of: [...EAST, ...WEST] },
        mbps: { kind: 'rarely', low: 900, high: 90, noise: 60, share: 0.1 },
        hops: { kind: 'uniform', min: 3, max: 15, digits: 0 },
      },
    })),
    queries: (['wait', 'continue', 'hold'] as const).flatMap((onSilence) => [
      ask(`poor-${onSilence}`, 'bonn', 'select domain, peer, mbps from Throughput(mbps < 200)', { onSilence }),
      ask(
        `both-poor-${onSilence}`,
        'chicago',
        `select a.mbps as east, b.mbps as west
           from bonn.Throughput(mbps < 200)#time(2 sec) as a, chicago.Throughput(mbps < 200)#time(2 sec) as b`,
        { onSilence, memoryMs: 2_000 },
      ),
      ask(
        `mean-${onSilence}`,
        'geneva',
        'select domain, avg(mbps) as mbps, count(*) as n from Throughput#time(3 sec) group by domain output last every 1 sec',
        { onSilence, memoryMs: 4_000 },
      ),
    ]),
    faults: [
      { kind: 'partition', atMs: 8_000, forMs: 4_000, from: EAST, to: WEST, oneWay: false },
      { kind: 'partition', atMs: 18_000, forMs: 15_000, from: EAST, to: WEST, oneWay: false },
      { kind: 'partition', atMs: 40_000, forMs: 14_000, from: WEST, to: EAST, oneWay: true },
    ],
    durationMs: 65_000,
  }),
};
