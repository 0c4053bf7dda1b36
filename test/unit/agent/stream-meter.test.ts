import { describe, expect, it } from 'vitest';
import { MAX_METERED, StreamMeter } from '../../../src/agent/stream-meter.ts';

function metered(events: number, everyMs: number, values: (i: number) => Record<string, unknown>) {
  const meter = new StreamMeter();
  for (let i = 0; i < events; i++) meter.observe('Mem', values(i), i * everyMs);
  return meter.figures(events * everyMs)[0];
}

describe('what is measured of a stream', () => {
  it('the rate of the last minute, to two figures', () => {
    expect(metered(30, 1000, () => ({}))?.rateHz).toBe(1);
    expect(metered(10_000, 30, () => ({}))?.rateHz).toBe(33);
  });

  it('a stream that falls silent has no rate any more', () => {
    const meter = new StreamMeter();
    for (let i = 0; i < 100; i++) meter.observe('Mem', {}, i * 100);
    expect(meter.figures(10_000)[0]?.rateHz).toBe(10);
    expect(meter.figures(200_000)[0]?.rateHz).toBe(0);
    meter.observe('Mem', {}, 1e9);
    expect(meter.figures(1e9 + 1000)[0]?.rateHz).toBeLessThan(1);
  });

  it('sizes of columns as they travel, keys to powers of two', () => {
    const columns = metered(2_000, 10, (i) => ({ host: `host-${i % 30}`, util: i / 7, ok: true, none: null }))?.columns;
    expect(columns).toEqual([
      { name: 'host', bytes: 11, distinct: 32 },
      { name: 'util', bytes: expect.toSatisfy((b: number) => b >= 9 && b <= 11), distinct: expect.any(Number) },
      { name: 'ok', bytes: 4, distinct: 1 },
      { name: 'none', bytes: 2, distinct: 1 },
    ]);
    expect(columns?.[1]?.distinct).toBeGreaterThanOrEqual(256);
  });

  it('is bounded', () => {
    const meter = new StreamMeter();
    for (let i = 0; i < MAX_METERED + 10; i++) meter.observe(`M${i}`, { a: 1 }, 0);
    expect(meter.figures(1000)).toHaveLength(MAX_METERED);
    meter.forget('M1');
    expect(meter.figures(2000)).toHaveLength(MAX_METERED - 1);
  });
});
