/** Time as the core needs it. The simulation replaces it. */

export type Cancel = () => void;

export interface Clock {
  /** Wall clock, integer ms since the epoch, UTC. May jump; never used for order without a stamp. */
  nowMs(): number;
  /** Milliseconds that never go back, for durations and time limits. */
  monotonicMs(): number;
  /** Runs `task` once after `delayMs`; the answer cancels it. Does not keep the process alive by itself. */
  after(delayMs: number, task: () => void): Cancel;
}
