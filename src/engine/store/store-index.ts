/**
 * Indexes of the rows of a named window or table: by hash for equality, in order for ranges. Rows are whatever the store
 * holds; an index reads a row's key by the function it was made with, when the row enters and when it leaves.
 * State: one entry per row. Cost: hash O(1); order O(log n) to find and at most half a chunk to move.
 */
import type { Key } from '../functions/values.ts';
import type { Value } from '../../model/value.ts';

export interface RowIndex<Row> {
  add(row: Row): void;
  remove(row: Row): void;
}

export class HashIndex<Row> implements RowIndex<Row> {
  readonly #key: (row: Row) => Key;
  readonly #byKey = new Map<Key, Set<Row>>();

  constructor(key: (row: Row) => Key) {
    this.#key = key;
  }

  add(row: Row): void {
    const key = this.#key(row);
    const bucket = this.#byKey.get(key);
    if (bucket === undefined) this.#byKey.set(key, new Set([row]));
    else bucket.add(row);
  }

  remove(row: Row): void {
    const key = this.#key(row);
    const bucket = this.#byKey.get(key);
    if (bucket === undefined || !bucket.delete(row)) return;
    if (bucket.size === 0) this.#byKey.delete(key);
  }

  find(key: Key): ReadonlySet<Row> | undefined {
    return this.#byKey.get(key);
  }
}

/** Bounds of a range; null where it is open. */
export interface RangeBounds {
  readonly low: Value;
  readonly lowInclusive: boolean;
  readonly high: Value;
  readonly highInclusive: boolean;
}

/** Rows of a chunk: a compromise between the moves within it and the number of chunks. */
const CHUNK = 256;

interface Entry<Row> {
  readonly value: number | string;
  readonly row: Row;
}

/** Values of one column in order; null, booleans and structures are not in it: no range holds them. */
export class SortedIndex<Row> implements RowIndex<Row> {
  readonly #value: (row: Row) => Value;
  readonly #chunks: Entry<Row>[][] = [];

  constructor(value: (row: Row) => Value) {
    this.#value = value;
  }

  add(row: Row): void {
    const value = this.#value(row);
    if (!isOrdered(value)) return;
    const entry = { value, row };
    const at = this.#chunkOf(value);
    const chunk = this.#chunks[at] ?? this.#chunks.at(-1);
    if (chunk === undefined) {
      this.#chunks.push([entry]);
      return;
    }
    chunk.splice(lowerBound(chunk, value, true), 0, entry);
    if (chunk.length > CHUNK) this.#chunks.splice(this.#chunks.indexOf(chunk) + 1, 0, chunk.splice(CHUNK / 2));
  }

  remove(row: Row): void {
    const value = this.#value(row);
    if (!isOrdered(value)) return;
    for (let c = this.#chunkOf(value); c < this.#chunks.length; c++) {
      const chunk: Entry<Row>[] = this.#chunks[c] ?? [];
      for (let i: number = lowerBound(chunk, value, false); i < chunk.length; i++) {
        const entry: Entry<Row> | undefined = chunk[i];
        if (entry === undefined || entry.value !== value) return;
        if (entry.row !== row) continue;
        chunk.splice(i, 1);
        if (chunk.length === 0) this.#chunks.splice(c, 1);
        return;
      }
    }
  }

  /** Rows within the bounds, in order. */
  *range({ low, lowInclusive, high, highInclusive }: RangeBounds): Iterable<Row> {
    const from = isOrdered(low) ? this.#chunkOf(low) : 0;
    for (let c = from; c < this.#chunks.length; c++) {
      const chunk: Entry<Row>[] = this.#chunks[c] ?? [];
      for (let i: number = isOrdered(low) ? lowerBound(chunk, low, !lowInclusive) : 0; i < chunk.length; i++) {
        const entry: Entry<Row> | undefined = chunk[i];
        if (entry === undefined) return;
        if (isOrdered(high) && (highInclusive ? entry.value > high : entry.value >= high)) return;
        yield entry.row;
      }
    }
  }

  /** First chunk that may hold `value`. */
  #chunkOf(value: number | string): number {
    let from = 0;
    let to = this.#chunks.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const last = this.#chunks[middle]?.at(-1);
      if (last !== undefined && last.value < value) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function isOrdered(value: Value): value is number | string {
  return typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value));
}

/** First place whose value is not below `value`, or above it with `behind`. */
function lowerBound<Row>(chunk: readonly Entry<Row>[], value: number | string, behind: boolean): number {
  let from = 0;
  let to = chunk.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const entry = chunk[middle];
    if (entry !== undefined && (behind ? entry.value <= value : entry.value < value)) from = middle + 1;
    else to = middle;
  }
  return from;
}
