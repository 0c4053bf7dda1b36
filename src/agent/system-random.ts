/** Randomness of the machine, for the port. */
import { randomBytes } from 'node:crypto';
import type { Random } from '../ports/random.ts';

export class SystemRandom implements Random {
  bytes(length: number): Uint8Array {
    return randomBytes(length);
  }

  next(): number {
    return Math.random();
  }
}
