import { describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';
import { SeededRandom } from '../../../sim/world/seeded-random.ts';

describe('virtual time', () => {
  it('runs tasks by due time, equal ones in the order in which they were set', () => {
    const time = new VirtualTime();
    const seen: string[] = [];
    for (const [delay, name] of [
      [30, 'd'],
      [10, 'a'],
      [20, 'c'],
      [10, 'b'],
    ] as const)
      time.after(delay, () => seen.push(name));
    while (time.step());
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    expect(time.monotonicMs()).toBe(30);
  });

  it('holds that order for any delays', () => {
    const random = new SeededRandom(5);
    const time = new VirtualTime();
    const ran: (readonly [number, number])[] = [];
    for (let order = 0; order < 500; order++) {
      const delay = random.below(40);
      time.after(delay, () => ran.push([delay, order]));
    }
    while (time.step());
    expect(ran).toHaveLength(500);
    expect(ran).toEqual(ran.toSorted(([a, i], [b, j]) => a - b || i - j));
  });

  it('a task set by a task comes after those due at the same time', () => {
    const time = new VirtualTime();
    const seen: string[] = [];
    time.after(10, () => {
      seen.push('first');
      time.after(0, () => seen.push('third'));
    });
    time.after(10, () => seen.push('second'));
    while (time.step());
    expect(seen).toEqual(['first', 'second', 'third']);
  });

  it('cancelled tasks do not run and do not move the clock', () => {
    const time = new VirtualTime();
    time.after(50, () => expect.unreachable())();
    expect(time.step()).toBe(false);
    expect(time.monotonicMs()).toBe(0);
  });

  it('stops at the time asked for, and has got there', () => {
    const time = new VirtualTime();
    let ran = false;
    time.after(50, () => (ran = true));
    expect(time.step(49)).toBe(false);
    expect([ran, time.monotonicMs()]).toEqual([false, 49]);
    expect(time.step(50)).toBe(true);
    expect(ran).toBe(true);
  });

  it('the wall clock and the network clock move apart', () => {
    const time = new VirtualTime(1_000);
    time.after(70, () => undefined);
    time.step();
    expect([time.nowMs(), time.monotonicMs()]).toEqual([1_000, 70]);
    time.setWall(9_000);
    expect([time.nowMs(), time.monotonicMs()]).toEqual([9_000, 70]);
  });

  it('a delay below zero is none', () => {
    const time = new VirtualTime();
    time.after(-5, () => undefined);
    time.step();
    expect(time.monotonicMs()).toBe(0);
  });
});
