/** Workloads e, f1, f10 of issue 3: joins of two streams. */
import type { Event } from '../../../src/model/event.ts';
import { eventType, randomOf } from '../../support/epl-run.ts';
import { EventMaker, names, num, pick } from './workload.ts';
import type { Workload } from './workload.ts';

const BW = eventType('BW', { host: 'string', value: 'double' });
const MEM = eventType('Mem', { host: 'string', value: 'double' });

export const lastOfTwo: Workload = {
  id: 'e',
  what: 'select b.value, m.value from BW#length(1) as b, Mem#length(1) as m where b.value > 1.4e9 and m.value > 70',
  esper: 4.3e6,
  aim: 10e6,
  types: [BW, MEM],
  epl: [
    'select b.value as b, m.value as m from BW#length(1) as b, Mem#length(1) as m where b.value > 1.4e9 and m.value > 70',
  ],
  perRound: 800_000,
  pool: 10_000,
  source: () => {
    const random = randomOf(99);
    const maker = new EventMaker([BW, MEM]);
    return (i) =>
      i % 2 === 0
        ? maker.make('BW', { host: 'h', value: random() * 2e9 }, 0)
        : maker.make('Mem', { host: 'h', value: random() * 100 }, 0);
  },
  hand: (sink) => {
    let b = 0;
    let m = 0;
    return (event) => {
      if (event.type === BW) b = num(event.$value);
      else m = num(event.$value);
      if (b > 1.4e9 && m > 70) sink.take({ b, m });
    };
  },
};

const HOSTS = 1000;
const WINDOW_MS = 10_000;

/** One side of the equi-join: its events by host, oldest first, and all of them by age. */
class PlainSide {
  readonly #byHost = new Map<unknown, Event[]>();
  #queue: { readonly event: Event; readonly dueMs: number }[] = [];
  #head = 0;
  expire(nowMs: number): void {
    for (;;) {
      const oldest = this.#queue[this.#head];
      if (oldest === undefined || oldest.dueMs > nowMs) break;
      this.#head++;
      this.#byHost.get(oldest.event.$host)?.shift();
    }
    if (this.#head > 1000 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }
  add(event: Event, nowMs: number): void {
    this.#queue.push({ event, dueMs: nowMs + WINDOW_MS });
    const known = this.#byHost.get(event.$host);
    if (known === undefined) this.#byHost.set(event.$host, [event]);
    else known.push(event);
  }
  of(host: unknown): readonly Event[] {
    return this.#byHost.get(host) ?? [];
  }
}

function equiJoin(id: string, perMs: number, perRound: number, esper: number, aim: number): Workload {
  return {
    id,
    what: `equi-join on host of two #time(10 sec), 1000 hosts, ${perMs} event(s)/ms, ${5 * perMs} rows per event`,
    esper,
    aim,
    types: [BW, MEM],
    epl: [
      'select b.host as host, b.value as b, m.value as m from BW#time(10 sec) as b, Mem#time(10 sec) as m where b.host = m.host',
    ],
    fill: WINDOW_MS * perMs,
    perRound,
    perMs,
    pool: 2 * WINDOW_MS * perMs,
    source: () => {
      const random = randomOf(7);
      const maker = new EventMaker([BW, MEM]);
      const hosts = names('h', HOSTS);
      return () => maker.make(random() < 0.5 ? 'BW' : 'Mem', { host: pick(hosts, random), value: random() * 100 }, 0);
    },
    hand: (sink) => {
      const left = new PlainSide();
      const right = new PlainSide();
      return (event, nowMs) => {
        left.expire(nowMs);
        right.expire(nowMs);
        const host = event.$host;
        if (event.type === BW) {
          left.add(event, nowMs);
          for (const other of right.of(host)) sink.take({ host, b: event.$value, m: other.$value });
        } else {
          right.add(event, nowMs);
          for (const other of left.of(host)) sink.take({ host, b: other.$value, m: event.$value });
        }
      };
    },
  };
}

export const sparseJoin = equiJoin('f1', 1, 60_000, 0.5e6, 1.5e6);
export const denseJoin = equiJoin('f10', 10, 15_000, 55e3, 200e3);
