/** Counters in memory, for `getStatus`. Bounded: labels must not come from peers' bytes, and if they do, the series end. */
import type { Counters } from '../ports/counters.ts';

/** Series held; further ones are counted together as `counters_dropped_total`. */
export const MAX_SERIES = 5_000;

const DROPPED = 'counters_dropped_total';

export class CountersInMemory implements Counters {
  readonly #series = new Map<string, number>();

  add(name: string, by = 1, labels: Readonly<Record<string, string>> = {}): void {
    const key = stringifySeries(name, labels);
    const full = this.#series.size >= MAX_SERIES && !this.#series.has(key);
    const counted = full ? DROPPED : key;
    this.#series.set(counted, (this.#series.get(counted) ?? 0) + by);
  }

  get(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.#series.get(stringifySeries(name, labels)) ?? 0;
  }

  /** By series, in order of names. */
  snapshot(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#series].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** `name` or `name{a="x",b="y"}`, labels in order of names, as Prometheus writes them. */
export function stringifySeries(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.length === 0) return name;
  return `${name}{${pairs.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',')}}`;
}
