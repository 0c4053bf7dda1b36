/** Clocks of peers, measured on frames that take their time (DESIGN §4, stamps). */
import { describe, expect, it } from 'vitest';
import { SkewWatch } from '../../../src/exchange/skew-watch.ts';
import { SKEW_FRESH_MS } from '../../../src/exchange/limits.ts';

const T = 1_000_000;

describe('a peer', () => {
  it('is ahead by what its fastest frame says', () => {
    const watch = new SkewWatch();
    // Its clock is 500 ms ahead; frames take 80, 5 and 40 ms.
    for (const [i, delayMs] of [80, 5, 40].entries()) watch.heard('a', T + i * 100 + 500, i * 100 + delayMs);
    expect(watch.aheadMs('a', T + 300, 300)).toBe(495);
    expect(watch.aheadMs('b', T, 0)).toBeNull();
  });

  it('that was set right is measured anew within the window', () => {
    const watch = new SkewWatch();
    watch.heard('a', T + 9_000, 0);
    for (let ms = 100; ms <= SKEW_FRESH_MS + 200; ms += 100) watch.heard('a', T + ms, ms);
    expect(watch.aheadMs('a', T + SKEW_FRESH_MS, SKEW_FRESH_MS)).toBe(0);
  });

  it('that falls silent says nothing after a while', () => {
    const watch = new SkewWatch();
    watch.heard('a', T, 0);
    expect(watch.aheadMs('a', T + SKEW_FRESH_MS, SKEW_FRESH_MS)).toBe(0);
    expect(watch.aheadMs('a', T + SKEW_FRESH_MS + 1, SKEW_FRESH_MS + 1)).toBeNull();
  });
});

describe('true time', () => {
  const offsetOf = (own: number, peers: readonly number[]) => {
    const watch = new SkewWatch();
    for (const [i, offset] of peers.entries()) watch.heard(`p${i}`, T + offset, 0);
    const best = watch.bestOffsetMs(T + own, 0);
    return best === null ? null : best - T;
  };

  it('is the median of all clocks: one that is wrong, ours or another, moves it nowhere', () => {
    expect(offsetOf(3_600_000, [10, -10, 20])).toBe(20);
    expect(offsetOf(0, [3_600_000, 10, -10])).toBe(0);
    expect(offsetOf(0, [-3_600_000, 10])).toBe(0);
  });

  it('is not known with one peer: two clocks cannot tell which is wrong', () => {
    expect([offsetOf(0, []), offsetOf(0, [5_000])]).toEqual([null, null]);
  });

  it('is measured against the monotonic clock: a jump of our own wall clock does not touch it', () => {
    const watch = new SkewWatch();
    for (const p of ['a', 'b', 'c']) watch.heard(p, T, 0);
    expect(watch.bestOffsetMs(T + 3_600_000, 0)).toBe(T);
  });
});
