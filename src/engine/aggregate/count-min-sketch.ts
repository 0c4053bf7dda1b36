/**
 * Count-min sketch (Esper reference, "Approximation aggregation functions"; Cormode and Muthukrishnan 2005): how often
 * each text was added, with an estimate that is never too low and, with probability `confidence`, too high by no more than
 * epsOfTotalCount of all that was added.
 *
 * State: exact counts of the first {@link MAX_EXACT_VALUES} different texts; once there are more, width × depth counters
 * in their place, and the `topk` most frequent texts. Bound: what the declaration says, at most {@link SketchBudget}.
 */
import { CodedError } from '../../model/errors.ts';
import type { SketchShape } from '../../model/event-type.ts';

/** So few counts are cheaper kept by text than as counters, and a table of many keys has mostly such. */
export const MAX_EXACT_VALUES = 128;

/** Counters of all sketches of one column together: 128 MB of doubles. */
export const MAX_TABLE_COUNTERS = 2 ** 24;

/** What the sketches of one column may use together; taken when counters are made, given back with them. */
export class SketchBudget {
  #left: number;
  readonly #all: number;

  constructor(counters: number = MAX_TABLE_COUNTERS) {
    this.#left = counters;
    this.#all = counters;
  }

  /** @throws CodedError LIMIT_EXCEEDED */
  take(counters: number): void {
    if (counters > this.#left) {
      throw new CodedError(
        'LIMIT_EXCEEDED',
        `the sketches of one column of a table have ${this.#all} counters at most`,
        {
          hint: 'declare a greater epsOfTotalCount, or delete rows that are no longer needed',
        },
      );
    }
    this.#left -= counters;
  }

  giveBack(counters: number): void {
    this.#left += counters;
  }
}

export interface Frequency {
  readonly value: string;
  readonly frequency: number;
}

interface SketchState {
  readonly total: number;
  readonly exact: readonly (readonly [string, number])[] | null;
  /** Place and count of the counters that are not 0. */
  readonly counters: readonly (readonly [number, number])[];
  readonly top: readonly (readonly [string, number])[];
}

export class CountMinSketch {
  readonly #shape: SketchShape;
  readonly #budget: SketchBudget;
  #total = 0;
  /** Null once there are counters. */
  #exact: Map<string, number> | null = new Map();
  #counters: Float64Array | null = null;
  /** While there are counters: the most frequent texts with their estimates, in order of entering. */
  readonly #top = new Map<string, number>();
  /** The least estimate in `#top` and how many have it; looked for anew when none has. */
  #least = 0;
  #withLeast = 0;

  constructor(shape: SketchShape, budget: SketchBudget = new SketchBudget()) {
    this.#shape = shape;
    this.#budget = budget;
  }

  get total(): number {
    return this.#total;
  }

  /** @throws CodedError LIMIT_EXCEEDED; the text is then not counted */
  add(text: string): void {
    const exact = this.#exact;
    if (exact !== null) {
      const count = exact.get(text);
      if (count !== undefined || exact.size < MAX_EXACT_VALUES) {
        exact.set(text, (count ?? 0) + 1);
        this.#total++;
        return;
      }
      this.#makeCounters(exact);
    }
    this.#total++;
    this.#count(text, 1);
    if (this.#shape.topk > 0) this.#offer(text, this.frequency(text));
  }

  #makeCounters(exact: ReadonlyMap<string, number>): void {
    const { width, depth, topk } = this.#shape;
    this.#budget.take(width * depth);
    this.#counters = new Float64Array(width * depth);
    this.#exact = null;
    for (const [text, count] of exact) this.#count(text, count);
    for (const { value, frequency } of topk > 0 ? mostFrequent(exact, topk) : []) this.#enterTop(value, frequency);
  }

  #count(text: string, count: number): void {
    const counters = this.#counters;
    if (counters === null) return;
    for (const at of this.#places(text)) counters[at] = (counters[at] ?? 0) + count;
  }

  /** One counter per row: two hashes of the text, combined by row (Kirsch and Mitzenmacher 2006). */
  #places(text: string): readonly number[] {
    const { width, depth, seed } = this.#shape;
    const first = hashOf(text, seed);
    const step = hashOf(text, ~seed) | 1;
    const places: number[] = [];
    for (let row = 0; row < depth; row++) {
      const hash = mixed((first + Math.imul(row, step)) | 0) >>> 0;
      places.push(row * width + (hash % width));
    }
    return places;
  }

  /** Never less than the number of times that the text was added. */
  frequency(text: string): number {
    if (this.#exact !== null) return this.#exact.get(text) ?? 0;
    const counters = this.#counters;
    let least = Infinity;
    if (counters !== null) for (const at of this.#places(text)) least = Math.min(least, counters[at] ?? 0);
    return least === Infinity ? 0 : least;
  }

  #offer(text: string, frequency: number): void {
    const top = this.#top;
    const known = top.get(text);
    if (known === undefined) {
      if (top.size < this.#shape.topk) this.#enterTop(text, frequency);
      else if (frequency > this.#least) this.#replaceLeast(text, frequency);
      return;
    }
    if (known === frequency) return;
    top.set(text, frequency);
    if (known === this.#least && --this.#withLeast === 0) this.#findLeast();
  }

  #enterTop(text: string, frequency: number): void {
    this.#top.set(text, frequency);
    if (this.#withLeast === 0 || frequency < this.#least) {
      this.#least = frequency;
      this.#withLeast = 1;
    } else if (frequency === this.#least) this.#withLeast++;
  }

  /** The youngest of those with the least goes. */
  #replaceLeast(text: string, frequency: number): void {
    let gone: string | null = null;
    for (const [other, count] of this.#top) if (count === this.#least) gone = other;
    if (gone !== null) this.#top.delete(gone);
    this.#top.set(text, frequency);
    if (--this.#withLeast === 0) this.#findLeast();
  }

  #findLeast(): void {
    this.#least = Infinity;
    this.#withLeast = 0;
    for (const count of this.#top.values()) {
      if (count < this.#least) {
        this.#least = count;
        this.#withLeast = 1;
      } else if (count === this.#least) this.#withLeast++;
    }
  }

  /** The most frequent first, of equally frequent ones the one that was there first. Empty without `topk`. */
  top(): readonly Frequency[] {
    const { topk } = this.#shape;
    return topk === 0 ? [] : mostFrequent(this.#exact ?? this.#top, topk);
  }

  clear(): void {
    this.release();
    this.#total = 0;
    this.#exact = new Map();
    this.#top.clear();
    this.#least = 0;
    this.#withLeast = 0;
  }

  /** Frees the counters; the sketch is not used afterwards. */
  release(): void {
    if (this.#counters === null) return;
    this.#budget.giveBack(this.#counters.length);
    this.#counters = null;
  }

  snapshot(): SketchState {
    const counters: [number, number][] = [];
    this.#counters?.forEach((count, at) => {
      if (count > 0) counters.push([at, count]);
    });
    const exact = this.#exact === null ? null : [...this.#exact];
    return { total: this.#total, exact, counters, top: [...this.#top] };
  }

  restore({ total, exact, counters, top }: SketchState): void {
    this.clear();
    this.#total = total;
    if (exact !== null) {
      this.#exact = new Map(exact);
      return;
    }
    this.#makeCounters(new Map());
    for (const [at, count] of counters) if (this.#counters !== null) this.#counters[at] = count;
    for (const [text, frequency] of top) this.#enterTop(text, frequency);
  }
}

/** `sort` is stable: of equal counts the first entry stays the first. */
function mostFrequent(counts: ReadonlyMap<string, number>, limit: number): readonly Frequency[] {
  return [...counts]
    .map(([value, frequency]) => ({ value, frequency }))
    .toSorted((a, b) => b.frequency - a.frequency)
    .slice(0, limit);
}

/** Mixes all bits of a 32-bit number (the finalizer of MurmurHash3). */
function mixed(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Hash of the UTF-16 units, dependent on the seed at each of them. */
function hashOf(text: string, seed: number): number {
  let h = mixed(seed | 0);
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = (h << 13) | (h >>> 19);
  }
  return mixed(h ^ text.length);
}
