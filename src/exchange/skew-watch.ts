/**
 * Clocks of other domains against this agent's own (DESIGN §4, stamps): measured on direct streams, whose frames carry the
 * sender's wall clock. Sans-I/O.
 *
 * A frame sent at `sentMs` that comes at the monotonic time m says that the sender's clock stood at `sentMs - m` or a
 * little more against our monotonic clock: the delay. The greatest of a while is the nearest to the truth; a jump of
 * our own wall clock does not touch it. True time is estimated as the median of all clocks, our own included; of an even
 * number the middle one nearer to ours, so that no single peer outvotes us.
 *
 * State: two samples per domain. Bound: that of the membership list; a domain not heard for `SKEW_FRESH_MS` does not count.
 */
import type { DomainName } from '../model/ids.ts';
import { SKEW_FRESH_MS } from './limits.ts';

interface Line {
  /** Greatest sample of the present half of the window, and of the one before; ms. */
  now: number;
  before: number;
  halfFromMs: number;
  heardMs: number;
}

export class SkewWatch {
  readonly #lines = new Map<DomainName, Line>();

  /** `domain` said that its wall clock stood at `sentMs`; `monotonicMs`: ours when that came. */
  heard(domain: DomainName, sentMs: number, monotonicMs: number): void {
    const sample = sentMs - monotonicMs;
    const line = this.#lines.get(domain);
    if (line === undefined || monotonicMs - line.heardMs > SKEW_FRESH_MS) {
      this.#lines.set(domain, { now: sample, before: -Infinity, halfFromMs: monotonicMs, heardMs: monotonicMs });
      return;
    }
    line.heardMs = monotonicMs;
    if (monotonicMs - line.halfFromMs >= SKEW_FRESH_MS / 2) {
      line.before = line.now;
      line.now = sample;
      line.halfFromMs = monotonicMs;
    } else line.now = Math.max(line.now, sample);
  }

  forget(domain: DomainName): void {
    this.#lines.delete(domain);
  }

  /** How far `domain`'s clock is ahead of ours, ms (negative: behind), less the shortest delay; null when not heard of late. */
  aheadMs(domain: DomainName, wallMs: number, monotonicMs: number): number | null {
    const line = this.#lines.get(domain);
    if (line === undefined || monotonicMs - line.heardMs > SKEW_FRESH_MS) return null;
    return Math.round(Math.max(line.now, line.before) + monotonicMs - wallMs);
  }

  /**
   * The best estimate of true time less the monotonic clock; null with fewer than two peers: two clocks cannot tell which
   * of them is wrong.
   */
  bestOffsetMs(wallMs: number, monotonicMs: number): number | null {
    const own = wallMs - monotonicMs;
    const offsets = [own];
    for (const line of this.#lines.values())
      if (monotonicMs - line.heardMs <= SKEW_FRESH_MS) offsets.push(Math.max(line.now, line.before));
    if (offsets.length < 3) return null;
    offsets.sort((a, b) => a - b);
    const low = offsets[(offsets.length - 1) >> 1] ?? own;
    const high = offsets[offsets.length >> 1] ?? own;
    return Math.abs(high - own) < Math.abs(low - own) ? high : low;
  }
}
