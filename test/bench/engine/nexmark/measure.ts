/**
 * Rounds of a query of workload n: each deploys it on a new engine and sends the whole trace, the clock following event time;
 * events of all three kinds per CPU second, median after warm-up. The rows are checked against plain code in each round.
 */
import type { Event } from '../../../../src/model/event.ts';
import { collectGarbage, cpuSeconds, median, verify } from '../measure.ts';
import type { Outcome } from '../workload.ts';
import { BenchEngine, num, Sink } from '../workload.ts';
import { NEXMARK_TYPES, nexmarkTrace } from './events.ts';
import { NEXMARK_BY_HAND } from './hand.ts';
import type { NexmarkQuery } from './queries.ts';

/** 67 s of event time: 7 to 8 windows of 10 s. */
const EVENTS = 200_000;
const WARM_UP_ROUNDS = 1;
const ROUNDS = 3;
/** The clock's last step: every window on the clock closes. */
const CLOSING_MS = 60_000;
/** Events per call, see `CHUNK` of the other workloads. */
const CHUNK = 2000;

export interface NexmarkRate {
  readonly id: string;
  readonly what: string;
  readonly unit: 'events/s of Nexmark';
  readonly engine: number;
  /** Rows of one pass over the trace. */
  readonly outputs: number;
}

function sendChunk({ engine }: BenchEngine, trace: readonly Event[], from: number, beganMs: number): number {
  let nowMs = beganMs;
  const end = Math.min(from + CHUNK, trace.length);
  for (let i = from; i < end; i++) {
    const event = trace[i];
    if (event === undefined) continue;
    const timeMs = num(event.$dateTime);
    if (timeMs > nowMs) engine.advanceTime((nowMs = timeMs));
    engine.send(event);
  }
  return nowMs;
}

interface Round {
  readonly rate: number;
  readonly outcome: Outcome;
}

function round({ epl }: NexmarkQuery, trace: readonly Event[]): Round {
  const bench = new BenchEngine(NEXMARK_TYPES);
  let nowMs = num(trace[0]?.$dateTime);
  bench.engine.advanceTime(nowMs);
  epl.forEach((text, i) => bench.deploy(text, i === epl.length - 1));
  collectGarbage();
  const seconds = cpuSeconds(() => {
    for (let from = 0; from < trace.length; from += CHUNK) nowMs = sendChunk(bench, trace, from, nowMs);
    bench.engine.advanceTime(nowMs + CLOSING_MS);
  });
  return { rate: trace.length / seconds, outcome: bench.outcome() };
}

export function measureNexmark(query: NexmarkQuery): NexmarkRate {
  const trace = nexmarkTrace(EVENTS);
  const sink = new Sink();
  const hand = NEXMARK_BY_HAND[query.id];
  if (hand === undefined) throw new Error(`${query.id}: no plain code to check it against`);
  hand(trace, sink);
  const rates: number[] = [];
  for (let i = 0; i < WARM_UP_ROUNDS + ROUNDS; i++) {
    const { rate, outcome } = round(query, trace);
    const columns = Object.keys(sink.last);
    verify(query.id, outcome, sink.outcome(), columns);
    rates.push(rate);
  }
  const { id, what } = query;
  return { id, what, unit: 'events/s of Nexmark', engine: median(rates.slice(WARM_UP_ROUNDS)), outputs: sink.outputs };
}
