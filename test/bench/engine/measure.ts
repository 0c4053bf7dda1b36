/** Rounds of a workload: events per CPU second, median after warm-up, and the check that both sides put out the same. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Event } from '../../../src/model/event.ts';
import type { Outcome, Workload } from './workload.ts';
import { BenchEngine, Sink } from './workload.ts';

const WARM_UP_ROUNDS = 2;
const ROUNDS = 5;
/** Plain sums drift; the engine's are compensated. */
const TOLERANCE = 1e-6;

export interface Measured {
  readonly id: string;
  readonly what: string;
  readonly unit: 'events/s';
  readonly esper: number | null;
  readonly aim: number | null;
  readonly engine: number;
  readonly hand: number;
  /** Engine's rate as a part of that of the hand-written loop. */
  readonly ratio: number;
  readonly outputs: number;
  /** Of all statements together, where there are many of them. */
  readonly deploySeconds: number;
  readonly heapBytesPerStatement: number;
}

setFlagsFromString('--expose-gc');
const gc: unknown = runInNewContext('gc');

/** Collects garbage, so that a round does not pay for what was set up before it. */
export function collectGarbage(): void {
  if (typeof gc === 'function') gc();
}

/** Seconds of CPU time (user and system, all threads of the process) of one call. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function close(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
}

/** Rows may be events: their properties have a prefix that columns have not. */
function column(row: object, name: string): unknown {
  const columns = new Map<string, unknown>(Object.entries(row));
  return columns.get(name) ?? columns.get(`$${name}`);
}

/** Throws unless both put out as many rows, and the last ones are the same in the columns named. */
export function verify(
  id: string,
  engine: Outcome,
  hand: Outcome,
  names: readonly string[] = Object.keys(engine.last),
): void {
  const same =
    engine.outputs === hand.outputs && names.every((n) => close(column(engine.last, n), column(hand.last, n)));
  if (same && engine.outputs > 0) return;
  throw new Error(`${id}: engine put out ${JSON.stringify(engine)}, the hand-written loop ${JSON.stringify(hand)}`);
}

/**
 * Events per call of a driver's loop: short enough that the loop is compiled as a function that is called often. One long
 * loop would be compiled anew in each round, while it runs.
 */
const CHUNK = 2000;

/** Sends the pool's events round and round, and moves the clock. Each side of a workload has one of its own. */
interface Driver {
  /** Sends the next `count` events. */
  send(count: number): void;
}

function engineDriver({ engine }: BenchEngine, pool: readonly Event[], perMs: number): Driver {
  let sent = 0;
  return {
    send: (count) => {
      let at = sent % pool.length;
      for (const end = sent + count; sent < end; sent++) {
        if (perMs > 0 && sent % perMs === 0) engine.advanceTime(1 + sent / perMs);
        const event = pool[at];
        if (event !== undefined) engine.send(event);
        if (++at === pool.length) at = 0;
      }
    },
  };
}

function handDriver(step: (event: Event, nowMs: number) => void, pool: readonly Event[], perMs: number): Driver {
  let sent = 0;
  let nowMs = 0;
  return {
    send: (count) => {
      let at = sent % pool.length;
      for (const end = sent + count; sent < end; sent++) {
        if (perMs > 0 && sent % perMs === 0) nowMs = 1 + sent / perMs;
        const event = pool[at];
        if (event !== undefined) step(event, nowMs);
        if (++at === pool.length) at = 0;
      }
    },
  };
}

function sendAll(driver: Driver, count: number): void {
  for (let left = count; left > 0; left -= CHUNK) driver.send(Math.min(left, CHUNK));
}

/** Events per CPU second. */
function rateOf(driver: Driver, count: number): number {
  collectGarbage();
  return count / cpuSeconds(() => sendAll(driver, count));
}

interface Deployed {
  readonly bench: BenchEngine;
  readonly deploySeconds: number;
  readonly heapBytes: number;
}

function deploy({ types, epl }: Workload): Deployed {
  const bench = new BenchEngine(types);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const deploySeconds = cpuSeconds(() => epl.forEach((text) => bench.deploy(text)));
  collectGarbage();
  return { bench, deploySeconds, heapBytes: process.memoryUsage().heapUsed - before };
}

export function measure(workload: Workload): Measured {
  const { id, what, esper, aim, fill = 0, perRound, perMs = 0 } = workload;
  const { bench, deploySeconds, heapBytes } = deploy(workload);
  const make = workload.source();
  const pool = Array.from({ length: workload.pool }, (_, i) => make(i));
  const sink = new Sink();
  const engine = engineDriver(bench, pool, perMs);
  const hand = handDriver(workload.hand(sink), pool, perMs);
  sendAll(engine, fill);
  sendAll(hand, fill);
  const engineRates: number[] = [];
  const handRates: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    handRates.push(rateOf(hand, perRound));
    engineRates.push(rateOf(engine, perRound));
    verify(id, bench.outcome(), sink.outcome());
  }
  const engineRate = median(engineRates.slice(WARM_UP_ROUNDS));
  const handRate = median(handRates.slice(WARM_UP_ROUNDS));
  return {
    id,
    what,
    unit: 'events/s',
    esper,
    aim,
    engine: engineRate,
    hand: handRate,
    ratio: engineRate / handRate,
    outputs: sink.outputs,
    deploySeconds,
    heapBytesPerStatement: heapBytes / workload.epl.length,
  };
}
