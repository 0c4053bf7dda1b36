/** Workload cx of issue 5: a keyed context of 10^4 partitions. */
import type { Event } from '../../../src/model/event.ts';
import { eventType, randomOf } from '../../support/epl-run.ts';
import { EventMaker, names, num, pick } from './workload.ts';
import type { Workload } from './workload.ts';

const CPU = eventType('Cpu', { host: 'string', util: 'double' });
const SEED = 20_261_122;
const HOSTS = 10_000;
const LENGTH = 10;

interface Host {
  readonly values: number[];
  sum: number;
}

export const contexts: Workload = {
  id: 'cx',
  what: `context PerHost select host, avg(util) from Cpu#length(${LENGTH}), ${HOSTS} partitions`,
  esper: null,
  aim: null,
  types: [CPU],
  epl: [
    `create context PerHost partition by host from Cpu;
     context PerHost select context.key1 as host, avg(util) as a from Cpu#length(${LENGTH})`,
  ],
  fill: 200_000,
  perRound: 500_000,
  pool: 200_000,
  source: () => {
    const random = randomOf(SEED);
    const maker = new EventMaker([CPU]);
    const hosts = names('h', HOSTS);
    return (): Event => maker.make('Cpu', { host: pick(hosts, random), util: Math.floor(random() * 100) }, 0);
  },
  hand: (sink) => {
    const hosts = new Map<unknown, Host>();
    return (event) => {
      let host = hosts.get(event.$host);
      if (host === undefined) {
        host = { values: [], sum: 0 };
        hosts.set(event.$host, host);
      }
      const util = num(event.$util);
      host.values.push(util);
      host.sum += util;
      if (host.values.length > LENGTH) host.sum -= host.values.shift() ?? 0;
      sink.take({ host: event.$host, a: host.sum / host.values.length });
    };
  },
};
