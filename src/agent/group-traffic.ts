/**
 * What the fragments of one query really send, and how long its triggers take: beside the estimates of its plan in
 * `pqa query show`.
 *
 * Bytes are those of envelopes on topics, as they came (what is asked for again over direct streams and heartbeats, which
 * serve all queries of a pair of domains, are not counted); rows are those that were taken, each once.
 * State: BUCKETS buckets per fragment, LATENCIES figures. Bound: both.
 */
import type { CauseKey } from '../model/cause-key.ts';
import type { Delta } from '../model/delta.ts';
import type { MeasuredFragment, MeasuredPlan } from '../model/plan.ts';
import type { Clock } from '../ports/clock.ts';

/** Rates are over the last minute. */
export const BUCKET_MS = 10_000;
export const BUCKETS = 6;

/** Latest triggers that the quantiles are over. */
export const LATENCIES = 256;

interface Bucket {
  /** Which ten seconds of the monotonic clock. */
  number: number;
  bytes: number;
  deltas: number;
  inserts: number;
  removes: number;
}

interface Meter {
  readonly sinceMs: number;
  readonly buckets: Bucket[];
}

export class GroupTraffic {
  readonly #clock: Clock;
  readonly #meters = new Map<string, Meter>();
  readonly #latencies: number[] = [];
  #triggers = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on it is counted. `fragment`: name within the plan. */
  add(fragment: string): void {
    this.#meters.set(fragment, { sinceMs: this.#clock.monotonicMs(), buckets: [] });
  }

  received(fragment: string, bytes: number): void {
    const bucket = this.#bucket(fragment);
    if (bucket !== null) bucket.bytes += bytes;
  }

  taken(fragment: string, delta: Delta): void {
    const bucket = this.#bucket(fragment);
    if (bucket === null) return;
    bucket.deltas++;
    for (const { insert, remove } of delta.updates) {
      bucket.inserts += insert.length;
      bucket.removes += remove.length;
    }
  }

  /** A trigger was handed out: its latency counts from the stamp of the event, or the instant of the timer. */
  triggered(key: CauseKey): void {
    this.#latencies[this.#triggers++ % LATENCIES] = Math.max(0, this.#clock.nowMs() - key.timestampMs);
  }

  measured(): MeasuredPlan {
    const nowMs = this.#clock.monotonicMs();
    const fragments = [...this.#meters].map(([name, meter]) => measure(name, meter, nowMs));
    const sorted = [...this.#latencies].sort((a, b) => a - b);
    const quantile = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
    const latencyMs = sorted.length === 0 ? null : { count: sorted.length, p50: quantile(0.5), p99: quantile(0.99) };
    return { fragments, latencyMs };
  }

  #bucket(fragment: string): Bucket | null {
    const meter = this.#meters.get(fragment);
    if (meter === undefined) return null;
    const number = Math.floor(this.#clock.monotonicMs() / BUCKET_MS);
    const last = meter.buckets.at(-1);
    if (last?.number === number) return last;
    const fresh: Bucket = { number, bytes: 0, deltas: 0, inserts: 0, removes: 0 };
    meter.buckets.push(fresh);
    if (meter.buckets.length > BUCKETS) meter.buckets.shift();
    return fresh;
  }
}

function measure(name: string, { sinceMs, buckets }: Meter, nowMs: number): MeasuredFragment {
  // The present ten seconds and the ones before it, as far as the fragment has run.
  const first = Math.floor(nowMs / BUCKET_MS) - BUCKETS + 1;
  const seconds = Math.max(1, (nowMs - Math.max(sinceMs, first * BUCKET_MS)) / 1000);
  const sum = (of: (b: Bucket) => number): number =>
    buckets.reduce((total, b) => total + (b.number >= first ? of(b) : 0), 0) / seconds;
  return {
    name,
    seconds,
    bytesHz: sum((b) => b.bytes),
    deltasHz: sum((b) => b.deltas),
    insertsHz: sum((b) => b.inserts),
    removesHz: sum((b) => b.removes),
  };
}
