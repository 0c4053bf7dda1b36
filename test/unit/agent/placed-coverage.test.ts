import { describe, expect, it } from 'vitest';
import { coverageBehind, joinCoverage, lacksOf, sendingKey } from '../../../src/agent/placed-coverage.ts';
import { compareKeys, eventKey, timerKey } from '../../../src/model/cause-key.ts';

const live = { state: 'live', watermarkMs: 50, completeFromMs: 10 } as const;

describe('keys of a placed residual', () => {
  it('that of the cause, where it lies behind all that was told', () => {
    const key = eventKey(50, 'b', 3);
    expect(sendingKey(key, eventKey(50, 'b', 2), 50, 'a')).toBe(key);
    expect(sendingKey(timerKey(51), null, 50, 'a')).toEqual(timerKey(51));
  });

  it.each([
    ['the last one', eventKey(50, 'b', 2), eventKey(50, 'b', 2), 50],
    ['timers of the watermark', timerKey(50), eventKey(40, 'b', 2), 50],
    ['before the first', timerKey(50), null, 50],
  ])('what jumps to the present comes behind %s', (_, key, last, watermarkMs) => {
    const sent = sendingKey(key, last, watermarkMs, 'a');
    expect(compareKeys(sent, last ?? timerKey(0))).toBeGreaterThan(0);
    expect(compareKeys(sent, timerKey(watermarkMs))).toBeGreaterThan(0);
    expect(compareKeys(sent, eventKey(watermarkMs, 'c', 1))).toBeLessThan(0);
    const next = sendingKey(key, sent, watermarkMs, 'a');
    expect(compareKeys(next, sent)).toBeGreaterThan(0);
  });
});

describe('coverage behind a placed residual', () => {
  it('nothing is told of domains of which nothing was missing', () => {
    expect(lacksOf([{ domain: 'a', ...live }], 10)).toBeUndefined();
    expect(lacksOf([{ domain: 'a', ...live }], 9)).toEqual([{ domain: 'a', state: 'live', completeFromMs: 10 }]);
    expect(lacksOf([{ domain: 'a', ...live, state: 'stale' }], 10)).toHaveLength(1);
  });

  it('every domain is named; one that is silent there is silent here', () => {
    const lacks = [{ domain: 'b', state: 'stale', completeFromMs: 30 }] as const;
    expect(coverageBehind({ domain: 'a', ...live }, ['a', 'b'], lacks)).toEqual([
      { domain: 'a', ...live },
      { domain: 'b', state: 'stale', watermarkMs: 50, completeFromMs: 30 },
    ]);
    const away = coverageBehind({ domain: 'a', ...live, state: 'refilling' }, ['a', 'b'], lacks);
    expect(away.map((c) => c.state)).toEqual(['refilling', 'refilling']);
  });

  it('of two that tell of one domain the worse counts', () => {
    const joined = joinCoverage([
      { domain: 'a', ...live },
      { domain: 'a', state: 'stale', watermarkMs: 20, completeFromMs: 5 },
    ]);
    expect(joined).toEqual([{ domain: 'a', state: 'stale', watermarkMs: 20, completeFromMs: 10 }]);
  });
});
