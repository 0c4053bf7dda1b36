/** Bounds prove the condition false, whatever the levels do below them. */
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../sim/world/seeded-random.ts';
import { allocateBounds } from '../../../src/exchange/silence-bounds.ts';
import { combines, isStrict, levelOf, totalOf, type PartialValues } from '../../../src/exchange/silence-levels.ts';
import type { SilentAtom, SilentCondition, SilentReport } from '../../../src/model/silence.ts';

const atom = (aggregate: SilentAtom['aggregate'], op: SilentAtom['op'], value: number, wraps = false): SilentAtom => ({
  aggregate,
  column: 0,
  op,
  value,
  wraps,
});

const ungrouped = (...atoms: SilentAtom[]): SilentCondition => ({ atoms, groupBy: [] });
const grouped = (...atoms: SilentAtom[]): SilentCondition => ({ atoms, groupBy: [1] });
const whole = (...levels: number[]): SilentReport => ({ groups: [{ key: [], levels }] });
const groups = (of: Readonly<Record<string, readonly number[]>>): SilentReport => ({
  groups: Object.entries(of).map(([key, levels]) => ({ key: [key], levels })),
});

describe('levels', () => {
  const p: PartialValues = { count: 4, sum: 10, mass: 14, min: -2, max: 7, special: 0 };
  it.each([
    [atom('count', '>', 3), 4],
    [atom('count', '<', 3), -4],
    [atom('sum', '>', 3), 10],
    [atom('sum', '<=', 3), -10],
    [atom('avg', '>', 3), -2],
    [atom('avg', '<', 3), 2],
    [atom('max', '>', 3), 7],
    [atom('max', '<', 3), -7],
    [atom('min', '>=', 3), -2],
    [atom('min', '<', 3), 2],
  ])('%j', (a, level) => {
    expect(levelOf(a, p)).toBeCloseTo(level, 3);
    // Raised, never lowered: what rounding may add is in it.
    expect(levelOf(a, p)).toBeGreaterThanOrEqual(level);
    expect(levelOf(a, { ...p, special: 1 })).toBe(Infinity);
  });
});

describe('bounds of a group', () => {
  it('share the slack of levels that add up, and never reach the total', () => {
    const bounds = allocateBounds(ungrouped(atom('sum', '>', 100)), [whole(10), whole(50), whole(-20)]);
    const given = bounds?.map((b) => b.groups[0]?.bound ?? NaN) ?? [];
    expect(given.reduce((a, b) => a + b, 0)).toBeLessThan(100);
    expect(given.reduce((a, b) => a + b, 0)).toBeGreaterThan(99);
    expect(given[1]).toBeGreaterThan(50);
  });

  it('are none when the levels reach the total or nearly do, or are not numbers', () => {
    const condition = ungrouped(atom('sum', '>', 100));
    expect(allocateBounds(condition, [whole(60), whole(40)])).toBeNull();
    expect(allocateBounds(condition, [whole(60), whole(39.9999)])).toBeNull();
    expect(allocateBounds(condition, [whole(60), whole(Infinity)])).toBeNull();
    expect(allocateBounds(condition, [whole(-Infinity), whole(Infinity)])).toBeNull();
  });

  it('choose of a conjunction the conjunct with the most room', () => {
    const condition = ungrouped(atom('sum', '>', 100), atom('count', '>', 10));
    expect(allocateBounds(condition, [whole(40, 1), whole(50, 2)])?.[0]?.atom).toBe(1);
    expect(allocateBounds(condition, [whole(4, 8), whole(5, 9)])?.[0]?.atom).toBe(0);
  });

  it('hold for all where a maximum must stay below, and for one where one is enough', () => {
    const all = allocateBounds(ungrouped(atom('max', '>', 5)), [whole(4), whole(-Infinity)]);
    expect(all?.map((b) => [b.others, b.groups.length])).toEqual([
      [5, 0],
      [5, 0],
    ]);
    expect(allocateBounds(ungrouped(atom('max', '>=', 5)), [whole(5), whole(1)])).toBeNull();
    const one = allocateBounds(ungrouped(atom('min', '>', 5)), [whole(9), whole(2), whole(Infinity)]);
    expect(one?.map((b) => b.groups[0]?.bound)).toEqual([Infinity, 5, Infinity]);
    expect(allocateBounds(ungrouped(atom('min', '>', 5)), [whole(9), whole(8)])).toBeNull();
  });

  it('leave room for groups that nobody has seen; where zero is too much there may be none', () => {
    const bounds = allocateBounds(grouped(atom('sum', '>', 100)), [groups({ a: [30] }), groups({ b: [-1] })]);
    expect((bounds?.[0]?.others ?? 0) + (bounds?.[1]?.others ?? 0)).toBeLessThan(100);
    const few = allocateBounds(grouped(atom('count', '<', 3)), [groups({ a: [-7] }), groups({ b: [-5] })]);
    expect(few?.map((b) => b.others)).toEqual([null, null]);
    expect(few?.[0]?.groups.map((g) => g.key)).toEqual([['a']]);
  });

  it('keep sums of ints from wrapping', () => {
    const bounds = allocateBounds(ungrouped(atom('sum', '>', 100, true)), [whole(1), whole(1)]);
    expect((bounds?.[0]?.mass ?? Infinity) * 2).toBeLessThan(2 ** 31);
    expect(allocateBounds(ungrouped(atom('sum', '>', 100)), [whole(1), whole(1)])?.[0]?.mass).toBe(Infinity);
  });
});

it('whatever stays below its bounds is false together (random, seeds printed)', () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const random = new SeededRandom(seed);
    const pick = <T>(list: readonly T[]): T => list[random.below(list.length)] as T;
    const a = atom(pick(['sum', 'avg', 'count', 'min', 'max']), pick(['>', '>=', '<', '<=']), random.below(21) - 8);
    const condition = random.next() < 0.5 ? ungrouped(a) : grouped(a);
    const names = condition.groupBy.length === 0 ? [''] : ['a', 'b', 'c'];
    const key = (name: string): readonly string[] => (name === '' ? [] : [name]);
    const domains = 1 + random.below(4);
    const state = (): number[] => Array.from({ length: random.below(4) }, () => random.below(30) - 10);
    const draw = (): Map<string, number[]>[] =>
      Array.from({ length: domains }, () => new Map(names.map((n) => [n, state()])));
    const partial = (xs: readonly number[]): PartialValues => ({
      count: xs.length,
      sum: xs.reduce((s, x) => s + x, 0),
      mass: xs.reduce((s, x) => s + Math.abs(x), 0),
      min: xs.length === 0 ? null : Math.min(...xs),
      max: xs.length === 0 ? null : Math.max(...xs),
      special: 0,
    });
    const reports = draw().map((d) => ({
      groups: [...d]
        .filter(([n, xs]) => n === '' || xs.length > 0)
        .map(([n, xs]) => ({ key: key(n), levels: [levelOf(a, partial(xs))] })),
    }));
    const bounds = allocateBounds(condition, reports);
    if (bounds === null) continue;
    for (let i = 0; i < 20; i++) {
      const later = draw();
      const below = later.every((d, at) =>
        [...d].every(([n, xs]) => {
          const of = bounds[at];
          const listed = of?.groups.find((g) => g.key.join() === key(n).join())?.bound;
          if (xs.length === 0 && listed === undefined) return true;
          const bound = listed ?? of?.others ?? null;
          if (bound === null) return false;
          const level = levelOf(a, partial(xs));
          return bound === Infinity || (isStrict(a) ? level < bound : level <= bound);
        }),
      );
      if (!below) continue;
      for (const n of names) {
        const all = later.flatMap((d) => d.get(n) ?? []);
        if (all.length === 0 && (n !== '' || a.aggregate !== 'count')) continue;
        expect(isTrue(a, all), `seed ${seed}: ${JSON.stringify([a, all])}`).toBe(false);
      }
    }
  }
});

function isTrue({ aggregate, op, value }: SilentAtom, xs: readonly number[]): boolean {
  const sum = xs.reduce((s, x) => s + x, 0);
  const found = {
    sum,
    avg: sum / xs.length,
    count: xs.length,
    min: Math.min(...xs),
    max: Math.max(...xs),
  }[aggregate];
  return { '>': found > value, '>=': found >= value, '<': found < value, '<=': found <= value }[op];
}

it('says how levels combine', () => {
  expect(combines(atom('max', '<', 1))).toBe('one');
  expect(combines(atom('min', '<', 1))).toBe('all');
  expect(totalOf(atom('avg', '>', 7))).toBe(0);
  expect(totalOf(atom('count', '<', 7))).toBe(-7);
});
