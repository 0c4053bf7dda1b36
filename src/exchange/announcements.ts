/**
 * Watermarks that wait for the deltas up to the number named beside them.
 *
 * State: pairs (seq, watermarkMs), both strictly ascending. Bound: `ANNOUNCEMENTS`; the oldest gives way, because a
 * later one says all that it said, only later.
 */
import { ANNOUNCEMENTS } from './limits.ts';

interface Announcement {
  readonly seq: number;
  readonly watermarkMs: number;
}

export class Announcements {
  #waiting: Announcement[] = [];

  /**
   * A later number with an earlier watermark adds nothing. It is no breach either: an envelope packed late for an early
   * number knows more than a heartbeat that named a later number before.
   */
  add(seq: number, watermarkMs: number): void {
    let i = this.#waiting.length;
    while (i > 0 && (this.#waiting[i - 1]?.seq ?? 0) > seq) i--;
    const before = this.#waiting[i - 1];
    if (before !== undefined && before.watermarkMs >= watermarkMs) return;
    if (before !== undefined && before.seq === seq) i--;
    // Whatever comes later in number but says no more is covered by this one.
    let end = i;
    while (end < this.#waiting.length && (this.#waiting[end]?.watermarkMs ?? 0) <= watermarkMs) end++;
    this.#waiting.splice(i, end - i, { seq, watermarkMs });
    if (this.#waiting.length > ANNOUNCEMENTS) this.#waiting.shift();
  }

  /** The highest watermark whose deltas are in when all up to `seq` are; null when there is none new. */
  takeUpTo(seq: number): number | null {
    let watermarkMs: number | null = null;
    let n = 0;
    for (const waiting of this.#waiting) {
      if (waiting.seq > seq) break;
      watermarkMs = waiting.watermarkMs;
      n++;
    }
    if (n > 0) this.#waiting.splice(0, n);
    return watermarkMs;
  }

  clear(): void {
    this.#waiting = [];
  }
}
