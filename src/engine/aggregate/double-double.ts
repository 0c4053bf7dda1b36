/**
 * Compensated sum of doubles: an unevaluated pair hi + lo of some 106 bits (Knuth's TwoSum, Dekker's pairs).
 *
 * What enters and leaves cancels to the last bit of the pair, so the value, rounded once when read, depends on the
 * multiset that is in and not on the order of its comings and goings (ENGINE rule 4). Infinities and NaN are counted
 * beside the pair, so that they can leave again. Emptied, it starts from zero.
 */
export class DoubleDouble {
  hi = 0;
  lo = 0;
  #nan = 0;
  #plusInfinity = 0;
  #minusInfinity = 0;

  add(x: number): void {
    if (x - x !== 0) {
      this.#special(x, 1);
      return;
    }
    this.#accumulate(x);
  }

  subtract(x: number): void {
    if (x - x !== 0) {
      this.#special(x, -1);
      return;
    }
    this.#accumulate(-x);
  }

  /** Adds a product without losing its low bits: `x * y` as a pair. */
  addProduct(x: number, y: number): void {
    const product = x * y;
    if (product - product !== 0) {
      this.#special(product, 1);
      return;
    }
    this.#accumulate(product);
    this.#accumulate(productError(x, y, product));
  }

  subtractProduct(x: number, y: number): void {
    const product = x * y;
    if (product - product !== 0) {
      this.#special(product, -1);
      return;
    }
    this.#accumulate(-product);
    this.#accumulate(-productError(x, y, product));
  }

  #accumulate(x: number): void {
    const { hi } = this;
    const sum = hi + x;
    const part = sum - hi;
    const low = this.lo + (hi - (sum - part) + (x - part));
    const rounded = sum + low;
    this.lo = low - (rounded - sum);
    this.hi = rounded;
  }

  #special(x: number, count: 1 | -1): void {
    if (Number.isNaN(x)) this.#nan += count;
    else if (x > 0) this.#plusInfinity += count;
    else this.#minusInfinity += count;
  }

  /** The sum, rounded once. */
  value(): number {
    if (this.#nan > 0 || (this.#plusInfinity > 0 && this.#minusInfinity > 0)) return Number.NaN;
    if (this.#plusInfinity > 0) return Infinity;
    if (this.#minusInfinity > 0) return -Infinity;
    return this.hi + this.lo;
  }

  clear(): void {
    this.hi = 0;
    this.lo = 0;
    this.#nan = 0;
    this.#plusInfinity = 0;
    this.#minusInfinity = 0;
  }

  snapshot(): DoubleDoubleState {
    return [this.hi, this.lo, this.#nan, this.#plusInfinity, this.#minusInfinity];
  }

  restore([hi, lo, nan, plus, minus]: DoubleDoubleState): void {
    this.hi = hi;
    this.lo = lo;
    this.#nan = nan;
    this.#plusInfinity = plus;
    this.#minusInfinity = minus;
  }
}

/** hi, lo, counts of NaN, Infinity and -Infinity. */
export type DoubleDoubleState = readonly [number, number, number, number, number];

const SPLITTER = 2 ** 27 + 1;
/** Beyond it Veltkamp's split overflows; the low part is then dropped. */
const SPLIT_LIMIT = 2 ** 970;

function productError(x: number, y: number, product: number): number {
  if (Math.abs(x) > SPLIT_LIMIT || Math.abs(y) > SPLIT_LIMIT) return 0;
  const cx = SPLITTER * x;
  const xHigh = cx - (cx - x);
  const xLow = x - xHigh;
  const cy = SPLITTER * y;
  const yHigh = cy - (cy - y);
  const yLow = y - yHigh;
  return xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
}
