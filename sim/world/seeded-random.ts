/** A seeded source of randomness (sfc32) behind the Random port: the same seed gives the same world. */
import type { Random } from '../../src/ports/random.ts';

export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(seed: number) {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 2 ** 32) >>> 0;
    this.#c = 0x9e3779b9;
    for (let i = 0; i < 16; i++) this.#word();
  }

  next(): number {
    return this.#word() / 2 ** 32;
  }

  /** Integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) out[i] = this.#word() & 0xff;
    return out;
  }

  #word(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    return t >>> 0;
  }
}

/** A stream of its own out of bytes drawn before: what is drawn from it moves no other. */
export function randomFrom(bytes: Uint8Array, salt = 0): SeededRandom {
  return new SeededRandom(bytes.subarray(0, 4).reduce((n, b) => n * 256 + b, salt));
}
