/** The clock of the machine, for the port. */
import type { Cancel, Clock } from '../ports/clock.ts';

/** Longest delay of a Node timer, ms; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class SystemClock implements Clock {
  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, task: () => void): Cancel {
    const rest = Math.max(0, delayMs) - MAX_TIMER_MS;
    if (rest > 0) {
      let cancel = this.after(MAX_TIMER_MS, () => (cancel = this.after(rest, task)));
      return () => cancel();
    }
    const timer = setTimeout(task, Math.max(0, delayMs));
    timer.unref();
    return () => clearTimeout(timer);
  }
}
