/**
 * Rate caps of export policies (DESIGN §7): rows of a metric that leave for one reader per second. What is more is held back
 * in order, unnumbered, and the watermark stands before it; nothing is dropped.
 *
 * State: a bucket per metric and reader, with a second's worth of rows at most; per capped fragment the deltas held back. A
 * delta of more rows than a bucket holds goes when the bucket is full and leaves it in debt. Bound: MAX_HELD_DELTAS and
 * MAX_HELD_BYTES per fragment; beyond them the fragment ends (FragmentHost), which its consumer is told.
 */
import { Deque } from '../exchange/deque.ts';
import { estimateDeltaBytes } from '../exchange/size.ts';
import type { Delta } from '../model/delta.ts';
import type { DomainName } from '../model/ids.ts';
import type { RowCap } from './policy-check.ts';

/** As many as a fragment keeps for replay: a query that needs more than that is broken anyway. */
export const MAX_HELD_DELTAS = 65_536;
export const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** Full buckets are forgotten when there are so many. */
const MAX_BUCKETS = 10_000;

interface Bucket {
  level: number;
  rowsPerSecond: number;
  filledMs: number;
}

export class RateCaps {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes `rows` for each reader from the bucket of each metric; false, and nothing taken, where one has too few. */
  spend(caps: readonly RowCap[], readers: Iterable<DomainName>, rows: number, nowMs: number): boolean {
    const wanted = this.#bucketsOf(caps, readers, nowMs);
    if (wanted.some((b) => b.level < Math.min(rows, sizeOf(b)))) return false;
    for (const b of wanted) b.level -= rows;
    return true;
  }

  /** Takes `rows` that leave whatever the buckets hold (a snapshot): later ones wait for them. */
  owe(caps: readonly RowCap[], readers: Iterable<DomainName>, rows: number, nowMs: number): void {
    for (const b of this.#bucketsOf(caps, readers, nowMs)) b.level -= rows;
  }

  #bucketsOf(caps: readonly RowCap[], readers: Iterable<DomainName>, nowMs: number): readonly Bucket[] {
    const all: Bucket[] = [];
    for (const reader of readers) for (const cap of caps) all.push(this.#bucket(cap, reader, nowMs));
    return all;
  }

  #bucket({ metric, rowsPerSecond }: RowCap, reader: DomainName, nowMs: number): Bucket {
    // A domain's name has no blanks.
    const key = `${reader} ${metric}`;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= MAX_BUCKETS) this.#forgetFull(nowMs);
      bucket = { level: Math.max(1, rowsPerSecond), rowsPerSecond, filledMs: nowMs };
      this.#buckets.set(key, bucket);
    }
    bucket.rowsPerSecond = rowsPerSecond;
    fill(bucket, nowMs);
    return bucket;
  }

  #forgetFull(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) {
      fill(bucket, nowMs);
      if (bucket.level >= sizeOf(bucket)) this.#buckets.delete(key);
    }
  }
}

function sizeOf(bucket: Bucket): number {
  return Math.max(1, bucket.rowsPerSecond);
}

function fill(bucket: Bucket, nowMs: number): void {
  const gained = ((nowMs - bucket.filledMs) / 1_000) * bucket.rowsPerSecond;
  bucket.level = Math.min(sizeOf(bucket), bucket.level + gained);
  bucket.filledMs = nowMs;
}

/** Deltas of one fragment that wait for their turn. */
export class HeldDeltas {
  readonly #deltas = new Deque<{ readonly delta: Delta; readonly bytes: number }>();
  #bytes = 0;

  get length(): number {
    return this.#deltas.length;
  }

  /** False, and not taken, beyond the bound. */
  push(delta: Delta): boolean {
    const bytes = estimateDeltaBytes(delta);
    if (this.#deltas.length >= MAX_HELD_DELTAS || this.#bytes + bytes > MAX_HELD_BYTES) return false;
    this.#bytes += bytes;
    this.#deltas.push({ delta, bytes });
    return true;
  }

  first(): Delta | undefined {
    return this.#deltas.at(0)?.delta;
  }

  shift(): void {
    this.#bytes -= this.#deltas.shift()?.bytes ?? 0;
  }

  /** How far the watermark may go: nothing is said of the instant of the first one, if that is a timer's (DESIGN §4). */
  watermarkMs(stampMs: number): number {
    const key = this.first()?.key;
    if (key === undefined) return stampMs;
    return Math.max(0, Math.min(stampMs, key.phase === 0 ? key.timestampMs - 1 : key.timestampMs));
  }
}
