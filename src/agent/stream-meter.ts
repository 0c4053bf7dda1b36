/**
 * Rate, sizes and numbers of keys of this domain's streams, for the cost model of whoever plans a query over them
 * (planner/cost/statistics.ts). Told to others rounded: an event more or less cannot be read from them.
 *
 * State per metric: BUCKETS counts, per column a sum of sizes and a bitmap of KEY_BITS bits (linear counting). Every event
 * is counted, every SAMPLE_EVERY-th looked into. Bound: MAX_METERED metrics, MAX_COLUMNS columns of each; what comes beyond
 * is not measured.
 */
import type { MetricFigures } from '../model/control.ts';

/** Some 10 KB each at most. */
export const MAX_METERED = 2_048;
export const MAX_COLUMNS = 64;

/** Rates are over the last minute. */
const BUCKET_MS = 10_000;
const BUCKETS = 6;

/** Figures are worked out anew so often: a plan asks for those of hundreds of streams. */
const TOLD_FOR_MS = 1_000;

/** The first events of a metric are all looked into. */
const FIRST_SAMPLES = 64;
const SAMPLE_EVERY = 8;

/** Good for some thousands of keys; what is more counts as so many. */
const KEY_BITS = 1_024;

/** Sizes and keys are forgotten by half after so many samples: streams change. */
const HALVE_AFTER = 4_096;

interface ColumnMeter {
  bytes: number;
  samples: number;
  keys: Uint32Array;
}

interface Meter {
  readonly sinceMs: number;
  events: number;
  /** Events by ten seconds of the monotonic clock; the first of them. */
  buckets: number[];
  first: number;
  readonly columns: Map<string, ColumnMeter>;
}

export class StreamMeter {
  readonly #meters = new Map<string, Meter>();
  #told: { readonly atMs: number; readonly figures: readonly MetricFigures[] } | null = null;

  /** `nowMs`: monotonic. */
  observe(metric: string, values: Readonly<Record<string, unknown>>, nowMs: number): void {
    let meter = this.#meters.get(metric);
    if (meter === undefined) {
      if (this.#meters.size >= MAX_METERED) return;
      meter = { sinceMs: nowMs, events: 0, buckets: [], first: Math.floor(nowMs / BUCKET_MS), columns: new Map() };
      this.#meters.set(metric, meter);
    }
    shift(meter, nowMs);
    const last = meter.buckets.length - 1;
    meter.buckets[last] = (meter.buckets[last] ?? 0) + 1;
    if (meter.events++ < FIRST_SAMPLES || meter.events % SAMPLE_EVERY === 0) sample(meter, values);
  }

  forget(metric: string): void {
    this.#meters.delete(metric);
  }

  /** Rounded: rates to two figures, sizes to bytes, keys to powers of two. `nowMs`: monotonic. */
  figures(nowMs: number): readonly MetricFigures[] {
    if (this.#told === null || nowMs - this.#told.atMs >= TOLD_FOR_MS)
      this.#told = { atMs: nowMs, figures: this.#measure(nowMs) };
    return this.#told.figures;
  }

  #measure(nowMs: number): readonly MetricFigures[] {
    return [...this.#meters].map(([metric, meter]): MetricFigures => {
      shift(meter, nowMs);
      const fromMs = Math.max(meter.sinceMs, meter.first * BUCKET_MS);
      const seconds = Math.max(1, (nowMs - fromMs) / 1000);
      const rateHz = meter.buckets.reduce((sum, n) => sum + n, 0) / seconds;
      const columns = [...meter.columns].map(([name, c]) => ({
        name,
        bytes: Math.round(c.bytes / Math.max(1, c.samples)),
        distinct: 2 ** Math.round(Math.log2(Math.max(1, keysOf(c.keys)))),
      }));
      return { metric, rateHz: Number(rateHz.toPrecision(2)), columns };
    });
  }
}

/** Makes the last bucket that of now and lets go of those older than a minute. */
function shift(meter: Meter, nowMs: number): void {
  const number = Math.floor(nowMs / BUCKET_MS);
  if (number - meter.first >= meter.buckets.length + BUCKETS) {
    meter.buckets = [];
    meter.first = number - BUCKETS + 1;
  }
  while (meter.first + meter.buckets.length <= number) meter.buckets.push(0);
  while (meter.buckets.length > BUCKETS) {
    meter.buckets.shift();
    meter.first++;
  }
}

function sample(meter: Meter, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    let column = meter.columns.get(name);
    if (column === undefined) {
      if (meter.columns.size >= MAX_COLUMNS) continue;
      column = { bytes: 0, samples: 0, keys: new Uint32Array(KEY_BITS / 32) };
      meter.columns.set(name, column);
    }
    if (column.samples >= HALVE_AFTER) {
      column.bytes /= 2;
      column.samples /= 2;
      column.keys = new Uint32Array(KEY_BITS / 32);
    }
    column.bytes += wireBytes(value);
    column.samples++;
    if (typeof value === 'object' && value !== null) continue;
    const bit = hash(String(value)) % KEY_BITS;
    column.keys[bit >>> 5] = (column.keys[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }
}

/** Linear counting (Whang et al. 1990): of m bits, of which z are clear, n ≈ -m ln(z / m). */
function keysOf(bits: Uint32Array): number {
  let set = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) set++;
  const clear = Math.max(1, KEY_BITS - set);
  return -KEY_BITS * Math.log(clear / KEY_BITS);
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
}

/** Size of a value on the wire with its tags, nearly (proto/exchange.proto). */
function wireBytes(value: unknown): number {
  switch (typeof value) {
    case 'boolean':
      return 4;
    case 'number':
      return Number.isSafeInteger(value) ? 4 + Math.floor(Math.log2(2 * Math.abs(value) + 1) / 7) : 11;
    case 'string':
      return 4 + value.length;
    case 'object':
      return value === null ? 2 : 4 + JSON.stringify(value).length;
    default:
      return 2;
  }
}
