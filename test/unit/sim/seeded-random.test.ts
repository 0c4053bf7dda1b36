import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../sim/world/seeded-random.ts';

function draw(seed: number): readonly number[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: 50 }, () => random.next());
}

describe('seeded randomness', () => {
  it('is the same for one seed and another for the next', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).not.toEqual(draw(2 ** 32 + 1));
  });

  it('lies in [0, 1), spread over it', () => {
    const random = new SeededRandom(3);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) {
      const at = Math.floor(random.next() * 10);
      tenths[at] = (tenths[at] ?? NaN) + 1;
    }
    for (const n of tenths) expect(Math.abs(n - 1_000)).toBeLessThan(150);
  });

  it('below(n) is a whole number under n', () => {
    const random = new SeededRandom(4);
    const drawn = new Set(Array.from({ length: 200 }, () => random.below(3)));
    expect([...drawn].toSorted((x, y) => x - y)).toEqual([0, 1, 2]);
  });

  it('gives as many bytes as asked for', () => {
    expect(new SeededRandom(5).bytes(32)).toHaveLength(32);
    expect(new SeededRandom(5).bytes(32)).toEqual(new SeededRandom(5).bytes(32));
  });
});
