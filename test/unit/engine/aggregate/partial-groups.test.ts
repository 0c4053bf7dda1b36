/** Partial aggregates by group: what enters and leaves leaves no trace. */
import { expect, it } from 'vitest';
import { SeededRandom } from '../../../../sim/world/seeded-random.ts';
import { PartialGroups } from '../../../../src/engine/aggregate/partial-groups.ts';
import type { SilentCondition } from '../../../../src/model/silence.ts';

const CONDITION: SilentCondition = {
  atoms: [
    { aggregate: 'avg', column: 1, op: '>', value: 1, wraps: false },
    { aggregate: 'min', column: 2, op: '>', value: 1, wraps: false },
    { aggregate: 'count', column: null, op: '>', value: 1, wraps: false },
  ],
  groupBy: [0],
};

it('agrees with counting anew, whatever came and went (random, seeds printed)', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = new SeededRandom(seed);
    const partials = new PartialGroups(CONDITION, true);
    const rows = new Map<string, readonly [string, number | null, number | null]>();
    for (let i = 0; i < 200; i++) {
      const [oldest] = rows.keys();
      if (oldest !== undefined && random.next() < 0.45) {
        partials.leave(oldest);
        rows.delete(oldest);
      } else {
        const value = (): number | null =>
          random.next() < 0.1 ? null : (random.next() - 0.5) * 10 ** random.below(15);
        const row = [`h${random.below(3)}`, value(), value()] as const;
        partials.enter(`r${i}`, row);
        rows.set(`r${i}`, row);
      }
    }
    const names = new Set([...rows.values()].map((r) => r[0]));
    expect(new Set([...partials.all()].map((g) => g.key[0])), `seed ${seed}`).toEqual(names);
    const fresh = new PartialGroups(CONDITION, true);
    for (const [id, row] of rows) fresh.enter(id, row);
    for (const group of partials.all()) {
      const again = [...fresh.all()].find((g) => g.key[0] === group.key[0]);
      for (const column of [null, 1, 2]) {
        const [a, b] = [group.of(column), again?.of(column)];
        const plain = (p: typeof a | undefined) => [p?.count, p?.sum, p?.mass, p?.special];
        expect(plain(a), `seed ${seed}`).toEqual(plain(b));
      }
      expect([group.of(2).min, group.of(2).max]).toEqual([again?.of(2).min, again?.of(2).max]);
    }
  }
});

it('counts what is no finite number apart, and lets it leave again', () => {
  const partials = new PartialGroups({ ...CONDITION, groupBy: [] }, true);
  partials.enter('a', ['h', 1, 1]);
  partials.enter('b', ['h', Number.NaN, Infinity]);
  const [whole] = partials.all();
  expect(whole?.of(1)).toMatchObject({ count: 2, sum: 1, special: 1 });
  partials.leave('b');
  expect(whole?.of(1)).toMatchObject({ count: 1, sum: 1, special: 0 });
  expect(whole?.of(2)).toMatchObject({ min: 1, max: 1 });
});

it('without group by there is one group, also when it is empty; a row that is not there leaves nothing', () => {
  const partials = new PartialGroups({ ...CONDITION, groupBy: [] }, true);
  expect(partials.size).toBe(1);
  expect(partials.leave('x')).toBeNull();
  partials.enter('a', ['h', 1, 1]);
  expect(partials.leave('a')).toBe('');
  expect(partials.size).toBe(1);
  expect([...partials.all()][0]?.of(1).min).toBeNull();
});
