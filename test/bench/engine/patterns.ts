/** Workloads g of issue 3 and w of issue 5: patterns with open partial matches that run out after some time. */
import type { Event } from '../../../src/model/event.ts';
import { eventType, randomOf } from '../../support/epl-run.ts';
import { EventMaker, names, num, pick } from './workload.ts';
import type { Workload } from './workload.ts';

const A = eventType('A', { host: 'string', value: 'double' });
const B = eventType('B', { host: 'string', value: 'double' });
const SEED = 20_261_122;

/** An open partial match of the hand-written loops. */
interface Open {
  readonly event: Event;
  readonly untilMs: number;
  done: boolean;
}

/** Open matches by host, oldest first; what has run out is dropped as the clock moves. */
class OpenByHost {
  readonly #byHost = new Map<unknown, Open[]>();
  readonly #queue: Open[] = [];
  #head = 0;
  readonly #ms: number;
  constructor(ms: number) {
    this.#ms = ms;
  }
  add(event: Event, nowMs: number): void {
    const open: Open = { event, untilMs: nowMs + this.#ms, done: false };
    const list = this.#byHost.get(event.$host);
    if (list === undefined) this.#byHost.set(event.$host, [open]);
    else list.push(open);
    this.#queue.push(open);
  }
  expire(nowMs: number): void {
    for (let first = this.#queue[this.#head]; first !== undefined && first.untilMs <= nowMs;) {
      if (!first.done) this.#drop(first);
      first = this.#queue[++this.#head];
    }
    if (this.#head > 100_000) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
  }
  #drop(open: Open): void {
    const list = this.#byHost.get(open.event.$host);
    const at = list?.indexOf(open) ?? -1;
    if (at >= 0) list?.splice(at, 1);
  }
  /** Takes out those of the host that `met` says, oldest first. */
  take(host: unknown, met: (open: Event) => boolean, taken: (open: Event) => void): void {
    const list = this.#byHost.get(host);
    if (list === undefined) return;
    let kept = 0;
    for (const open of list) {
      if (met(open.event)) {
        open.done = true;
        taken(open.event);
      } else {
        list[kept++] = open;
      }
    }
    list.length = kept;
  }
}

/** A part of the events is of A, the others are of B. */
function mixed(hosts: number, partOfA: number): () => (i: number) => Event {
  return () => {
    const random = randomOf(SEED);
    const maker = new EventMaker([A, B]);
    const hostNames = names('h', hosts);
    return () => {
      const values = { host: pick(hostNames, random), value: random() * 100 };
      return maker.make(random() < partOfA ? 'A' : 'B', values, 0);
    };
  };
}

export const followedWithin: Workload = {
  id: 'g',
  what: 'every a=A -> b=B(b.host = a.host and b.value > a.value) where timer:within(5 sec); 1000 hosts, 1 event/ms',
  esper: 1e6,
  aim: 2e6,
  types: [A, B],
  epl: [
    `select a.host as host, a.value as av, b.value as bv
       from pattern [every a=A -> b=B(b.host = a.host and b.value > a.value) where timer:within(5 sec)]`,
  ],
  perRound: 1_000_000,
  perMs: 1,
  pool: 50_000,
  source: mixed(1000, 0.5),
  hand: (sink) => {
    const open = new OpenByHost(5000);
    return (event, nowMs) => {
      open.expire(nowMs);
      if (event.type === A) {
        open.add(event, nowMs);
        return;
      }
      const bv = num(event.$value);
      open.take(
        event.$host,
        (a) => bv > num(a.$value),
        (a) => sink.take({ host: event.$host, av: num(a.$value), bv }),
      );
    };
  },
};

const OPEN_HOSTS = 100_000;

export const manyOpen: Workload = {
  id: 'w',
  what: 'every a=A -> b=B(host = a.host) where timer:within(10 sec); 100,000 open, 10 events/ms, 1 in 100 completes',
  esper: null,
  aim: null,
  types: [A, B],
  epl: [
    `select a.host as host, a.value as av, b.value as bv
       from pattern [every a=A -> b=B(host = a.host) where timer:within(10 sec)]`,
  ],
  fill: 120_000,
  perRound: 500_000,
  perMs: 10,
  pool: 200_000,
  source: mixed(OPEN_HOSTS, 0.99),
  hand: (sink) => {
    const open = new OpenByHost(10_000);
    return (event, nowMs) => {
      open.expire(nowMs);
      if (event.type === A) {
        open.add(event, nowMs);
        return;
      }
      const bv = num(event.$value);
      open.take(
        event.$host,
        () => true,
        (a) => sink.take({ host: event.$host, av: num(a.$value), bv }),
      );
    };
  },
};
