/** Workload mr of issue 5: match_recognize over many partitions. */
import type { Event } from '../../../src/model/event.ts';
import { eventType, randomOf } from '../../support/epl-run.ts';
import { EventMaker, names, num, pick } from './workload.ts';
import type { Workload } from './workload.ts';

const LAT = eventType('Lat', { host: 'string', ms: 'double' });
const SEED = 20_261_122;
const HOSTS = 10_000;

/** A host's way through `a b+ c`: rows of b since `a`; -1 before it. */
interface Way {
  first: number;
  rows: number;
}

export const rowPattern: Workload = {
  id: 'mr',
  what: 'match_recognize (partition by host … pattern (a b+ c)), 10,000 hosts',
  esper: null,
  aim: null,
  types: [LAT],
  epl: [
    `select * from Lat match_recognize (partition by host measures a.ms as first, count(b.ms) as n, c.ms as last
       pattern (a b+ c) define a as a.ms > 90, b as b.ms > 50, c as c.ms < 10)`,
  ],
  perRound: 1_000_000,
  pool: 200_000,
  source: () => {
    const random = randomOf(SEED);
    const maker = new EventMaker([LAT]);
    const hosts = names('h', HOSTS);
    return (): Event => maker.make('Lat', { host: pick(hosts, random), ms: random() * 100 }, 0);
  },
  hand: (sink) => {
    const ways = new Map<unknown, Way>();
    return (event) => {
      const ms = num(event.$ms);
      let way = ways.get(event.$host);
      if (way === undefined) {
        way = { first: 0, rows: -1 };
        ways.set(event.$host, way);
      }
      if (way.rows >= 0) {
        if (ms > 50) {
          way.rows++;
          return;
        }
        if (ms < 10 && way.rows > 0) sink.take({ first: way.first, n: way.rows, last: ms });
        way.rows = -1;
        return;
      }
      if (ms <= 90) return;
      way.first = ms;
      way.rows = 0;
    };
  },
};
