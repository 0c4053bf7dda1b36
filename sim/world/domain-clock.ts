/**
 * One domain's own view of virtual time: a wall clock with an offset and a drift, read on a coarse grid (DESIGN §10: ties
 * between domains and with timers are to be frequent), and tasks that die with the agent.
 */
import type { Cancel, Clock } from '../../src/ports/clock.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Where the wall clocks of all worlds begin, ms since the epoch: stamps are as long on the wire as real ones. */
export const WORLD_START_MS = 1_760_000_000_000;

export interface ClockSkew {
  /** Ahead of true time when the world begins, ms; negative: behind. */
  readonly offsetMs: number;
  /** Gained per second of true time, microseconds. */
  readonly driftPpm: number;
}

export class DomainClock implements Clock {
  readonly #time: VirtualTime;
  readonly #skew: ClockSkew;
  readonly #gridMs: number;
  /** By how much the wall clock is wrong beyond its skew, ms. */
  aheadMs = 0;
  #halted = false;

  constructor(time: VirtualTime, skew: ClockSkew, gridMs: number) {
    this.#time = time;
    this.#skew = skew;
    this.#gridMs = gridMs;
  }

  nowMs(): number {
    const trueMs = this.#time.monotonicMs();
    const wallMs = WORLD_START_MS + trueMs + this.#skew.offsetMs + this.aheadMs + (trueMs * this.#skew.driftPpm) / 1e6;
    return Math.floor(wallMs / this.#gridMs) * this.#gridMs;
  }

  monotonicMs(): number {
    return this.#time.monotonicMs();
  }

  after(delayMs: number, task: () => void): Cancel {
    return this.#time.after(delayMs, () => {
      if (!this.#halted) task();
    });
  }

  /** The process is gone: nothing that it had scheduled will run. */
  halt(): void {
    this.#halted = true;
  }
}
