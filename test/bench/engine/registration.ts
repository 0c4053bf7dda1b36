/** Workload r of issue 3: what a registration takes. */
import { eventType } from '../../support/epl-run.ts';
import { median } from './measure.ts';
import { BenchEngine } from './workload.ts';

const E = eventType('E', { host: 'string', value: 'double' });

/** Statements of different make; `i` makes each text a new one. */
const SHAPES: readonly ((i: number) => string)[] = [
  (i) => `select * from E(value > ${i})`,
  (i) => `select host, value from E(host='h${i}' and value > ${i})`,
  (i) => `select avg(value) as a from E(host='h${i}')#length(${i + 1})`,
  (i) => `select host, avg(value) as a from E#time(${i + 1} sec) group by host having avg(value) > ${i}`,
  (i) =>
    `select a.host as host, a.value as x, b.value as y from E#time(${i + 1}) as a, E#length(5) as b where a.host = b.host`,
  (i) => `select host, max(value) as m, count(*) as n from E#time_batch(${i + 1} sec) group by host order by host`,
  (i) =>
    `select * from E(value > ${i}) as e where exists (select * from E(host='x')#lastevent as f where f.value > e.value)`,
];
const REGISTRATIONS = 1400;

export interface RegistrationCost {
  readonly id: 'r';
  readonly what: string;
  readonly unit: 'ms';
  /** Median ms of one registration: parse, check, compile, deploy. */
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Median of the very first one of each shape, whose code was not compiled before. */
  readonly firstOfShapeMs: number;
  readonly aimMs: number;
}

export function measureRegistration(): RegistrationCost {
  const first: number[] = [];
  const all: number[] = [];
  const bench = new BenchEngine([E]);
  for (let i = 0; i < REGISTRATIONS; i++) {
    const shape = SHAPES[i % SHAPES.length];
    if (shape === undefined) continue;
    const epl = shape(i);
    const beganMs = performance.now();
    bench.deploy(epl);
    (i < SHAPES.length ? first : all).push(performance.now() - beganMs);
  }
  const sorted = all.toSorted((a, b) => a - b);
  return {
    id: 'r',
    what: `register one statement (parse, check, compile, deploy), ${SHAPES.length} kinds, each text new`,
    unit: 'ms',
    medianMs: median(all),
    p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN,
    firstOfShapeMs: median(first),
    aimMs: 1,
  };
}
