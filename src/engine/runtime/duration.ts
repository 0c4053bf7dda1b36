/** Lengths of time: a number of ms, or calendar months and years plus ms (UTC). */
import { addMonths } from './calendar.ts';

export interface Duration {
  /** `ms` plus the duration. */
  after(ms: number): number;
  /** `ms` minus the duration. */
  before(ms: number): number;
  /** The first point after `ms` (exclusive) of the grid through `referenceMs`. */
  gridAfter(ms: number, referenceMs: number): number;
}

export class FixedDuration implements Duration {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  after(ms: number): number {
    return ms + this.ms;
  }
  before(ms: number): number {
    return ms - this.ms;
  }
  gridAfter(ms: number, referenceMs: number): number {
    if (this.ms <= 0) return ms;
    return referenceMs + (Math.floor((ms - referenceMs) / this.ms) + 1) * this.ms;
  }
}

/** Most steps from a reference point to the present; beyond, the grid starts anew at the present. */
const MAX_GRID_STEPS = 100_000;

export class CalendarDuration implements Duration {
  readonly months: number;
  readonly ms: number;
  constructor(months: number, ms: number) {
    this.months = months;
    this.ms = ms;
  }
  after(ms: number): number {
    return addMonths(ms, this.months) + this.ms;
  }
  before(ms: number): number {
    return addMonths(ms, -this.months) - this.ms;
  }
  gridAfter(ms: number, referenceMs: number): number {
    let point = referenceMs;
    for (let i = 1; i < MAX_GRID_STEPS; i++) {
      if (point > ms) {
        const earlier = addMonths(referenceMs, -this.months * i) - this.ms * i;
        if (earlier <= ms) return point;
        point = earlier;
      } else {
        point = addMonths(referenceMs, this.months * i) + this.ms * i;
        if (point > ms) return point;
      }
    }
    return this.after(ms);
  }
}
