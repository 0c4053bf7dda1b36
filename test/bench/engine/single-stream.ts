/** Workloads a, b, c, d, h, q of issue 3: filters, windows and aggregates over one stream. */
import type { Event } from '../../../src/model/event.ts';
import { eventType, randomOf } from '../../support/epl-run.ts';
import { EventMaker, names, num, pick } from './workload.ts';
import type { Workload } from './workload.ts';

const E = eventType('E', { host: 'string', value: 'double' });
const MARKET = eventType('Market', { ticker: 'string', price: 'double', volume: 'int' });
const SEED = 20_261_122;

/** Events of hosts in random order. */
function hostEvents(hosts: number, value: (random: () => number) => number): () => (i: number) => Event {
  return () => {
    const random = randomOf(SEED);
    const maker = new EventMaker([E]);
    const hostNames = names('h', hosts);
    return () => maker.make('E', { host: pick(hostNames, random), value: value(random) }, 0);
  };
}

const percent = (random: () => number): number => random() * 100;

/** The last `n` numbers: sum by adding and subtracting. */
class PlainLength {
  readonly #values: Float64Array;
  #at = 0;
  count = 0;
  sum = 0;
  constructor(n: number) {
    this.#values = new Float64Array(n);
  }
  add(x: number): void {
    const { length } = this.#values;
    if (this.count === length) this.sum -= this.#values[this.#at] ?? 0;
    else this.count++;
    this.#values[this.#at] = x;
    this.sum += x;
    if (++this.#at === length) this.#at = 0;
  }
}

export const filter: Workload = {
  id: 'a',
  what: 'select * from E(value > 90), 1 % match',
  esper: 17e6,
  aim: 40e6,
  types: [E],
  epl: ['select * from E(value > 90)'],
  perRound: 4_000_000,
  pool: 10_000,
  source: hostEvents(100, (random) => (random() * 90) / 0.99),
  hand: (sink) => (event) => {
    if (num(event.$value) > 90) sink.take(event);
  },
};

export const lengthAverage: Workload = {
  id: 'b',
  what: 'select avg(value) as a from E#length(1000)',
  esper: 7.5e6,
  aim: 20e6,
  types: [E],
  epl: ['select avg(value) as a from E#length(1000)'],
  perRound: 1_000_000,
  pool: 10_000,
  source: hostEvents(100, percent),
  hand: (sink) => {
    const window = new PlainLength(1000);
    return (event) => {
      window.add(num(event.$value));
      sink.take({ a: window.sum / window.count });
    };
  },
};

/** Events of the last `ms`; what has expired is handed to `leave`. */
class PlainTime {
  readonly #ms: number;
  readonly #leave: (event: Event) => void;
  readonly #ring: (Event | undefined)[] = Array.from({ length: 1 << 18 }, () => undefined);
  readonly #due = new Float64Array(1 << 18);
  #head = 0;
  #tail = 0;
  constructor(ms: number, leave: (event: Event) => void) {
    this.#ms = ms;
    this.#leave = leave;
  }
  /** True if anything has expired. */
  expire(nowMs: number): boolean {
    const mask = this.#ring.length - 1;
    const before = this.#head;
    while (this.#head < this.#tail) {
      const at = this.#head & mask;
      const oldest = this.#ring[at];
      if (oldest === undefined || (this.#due[at] ?? 0) > nowMs) break;
      this.#leave(oldest);
      this.#ring[at] = undefined;
      this.#head++;
    }
    return this.#head > before;
  }
  add(event: Event, nowMs: number): void {
    const at = this.#tail++ & (this.#ring.length - 1);
    this.#ring[at] = event;
    this.#due[at] = nowMs + this.#ms;
  }
}

export const groupedTime: Workload = {
  id: 'c',
  what: 'select host, avg(value) as a from E#time(20 sec) group by host having avg(value) > 70; 100 hosts, 10 events/ms',
  esper: 3.7e6,
  aim: 8e6,
  types: [E],
  epl: ['select host, avg(value) as a from E#time(20 sec) group by host having avg(value) > 70'],
  fill: 200_000,
  perRound: 400_000,
  perMs: 10,
  pool: 30_000,
  // averages of some 2000 values lie near 70: half of the groups are above
  source: hostEvents(100, (random) => 20 + random() * 100),
  hand: (sink) => {
    const groups = new Map<unknown, { sum: number; count: number }>();
    const touched = new Set<unknown>();
    const window = new PlainTime(20_000, (event) => {
      const group = groups.get(event.$host);
      if (group === undefined) return;
      group.sum -= num(event.$value);
      group.count--;
      touched.add(event.$host);
    });
    let clockMs = 0;
    return (event, nowMs) => {
      if (nowMs > clockMs) {
        clockMs = nowMs;
        // what leaves at one instant makes one row per group it touches
        if (window.expire(nowMs)) {
          for (const host of touched) {
            const group = groups.get(host);
            if (group === undefined || group.sum / group.count <= 70) continue;
            sink.take({ host, a: group.sum / group.count });
          }
          touched.clear();
        }
      }
      window.add(event, nowMs);
      let group = groups.get(event.$host);
      if (group === undefined) groups.set(event.$host, (group = { sum: 0, count: 0 }));
      group.sum += num(event.$value);
      group.count++;
      const a = group.sum / group.count;
      if (a > 70) sink.take({ host: event.$host, a });
    };
  },
};

const TICKERS = 1000;

export const manyTickers: Workload = {
  id: 'd',
  what: "1000 x select ticker, avg(price) as ap, sum(volume) as sv from Market(ticker='S<i>')#length(1000), uniform",
  esper: 0.45e6,
  aim: 2.5e6,
  types: [MARKET],
  epl: Array.from(
    { length: TICKERS },
    (_, i) => `select ticker, avg(price) as ap, sum(volume) as sv from Market(ticker='S${i}')#length(1000)`,
  ),
  fill: TICKERS * 1000,
  perRound: 300_000,
  pool: 50_000,
  source: () => {
    const random = randomOf(SEED);
    const maker = new EventMaker([MARKET]);
    const tickers = names('S', TICKERS);
    return () => {
      const ticker = pick(tickers, random);
      return maker.make('Market', { ticker, price: random() * 100, volume: Math.floor(random() * 1000) }, 0);
    };
  },
  hand: (sink) => {
    const byTicker = new Map<unknown, { price: PlainLength; volume: PlainLength }>();
    return (event) => {
      let state = byTicker.get(event.$ticker);
      if (state === undefined) {
        state = { price: new PlainLength(1000), volume: new PlainLength(1000) };
        byTicker.set(event.$ticker, state);
      }
      const { price, volume } = state;
      price.add(num(event.$price));
      volume.add(num(event.$volume));
      sink.take({ ticker: event.$ticker, ap: price.sum / price.count, sv: volume.sum });
    };
  },
};

export const timeAverage: Workload = {
  id: 'h',
  what: 'select avg(value) as a from E#time(20 sec), 100 k events in the window',
  esper: 3.6e6,
  aim: 10e6,
  types: [E],
  epl: ['select avg(value) as a from E#time(20 sec)'],
  fill: 100_000,
  perRound: 500_000,
  perMs: 5,
  pool: 30_000,
  source: hostEvents(100, percent),
  hand: (sink) => {
    let sum = 0;
    let count = 0;
    const window = new PlainTime(20_000, (event) => {
      sum -= num(event.$value);
      count--;
    });
    let clockMs = 0;
    return (event, nowMs) => {
      if (nowMs > clockMs) {
        clockMs = nowMs;
        if (window.expire(nowMs)) sink.take({ a: sum / count });
      }
      window.add(event, nowMs);
      sum += num(event.$value);
      count++;
      sink.take({ a: sum / count });
    };
  },
};

const STATEMENTS = 100_000;

function threshold(i: number): number {
  return 85 + (i % 10);
}

export const manyStatements: Workload = {
  id: 'q',
  what: "100,000 live statements select * from E(host='h<i>' and value > <t>), uniform hosts, 10 % match",
  esper: null,
  aim: 1e6,
  types: [E],
  epl: Array.from({ length: STATEMENTS }, (_, i) => `select * from E(host='h${i}' and value > ${threshold(i)})`),
  perRound: 400_000,
  pool: 200_000,
  source: hostEvents(STATEMENTS, percent),
  hand: (sink) => {
    const byHost = new Map<unknown, number[]>();
    for (let i = 0; i < STATEMENTS; i++) byHost.set(`h${i}`, [threshold(i)]);
    return (event) => {
      const value = num(event.$value);
      for (const bound of byHost.get(event.$host) ?? []) if (value > bound) sink.take(event);
    };
  },
};
