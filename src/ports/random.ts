/** Randomness as the core needs it: keys, nonces, jitter. The simulation seeds it. */
export interface Random {
  /** `length` bytes fit for keys. */
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1), for jitter. */
  next(): number;
}
