import { expect, test } from 'vitest';
import { Timer, TimerQueue } from '../../../../src/engine/runtime/timer-queue.ts';
import { randomOf } from '../../../support/epl-run.ts';

const target = { fire(): void {} };

test('timers come out by due time, then by creation, whatever was armed, re-armed or disarmed in between', () => {
  const seed = 20_240_311;
  const random = randomOf(seed);
  const queue = new TimerQueue();
  const timers = Array.from({ length: 200 }, (_, i) => new Timer(target, i % 7, i, 'window'));
  const armed = new Map<Timer, number>();
  for (let step = 0; step < 5000; step++) {
    const timer = timers[Math.floor(random() * timers.length)];
    if (timer === undefined) continue;
    if (random() < 0.3) {
      queue.disarm(timer);
      armed.delete(timer);
    } else {
      const due = Math.floor(random() * 50);
      queue.arm(timer, due);
      armed.set(timer, due);
    }
    const least = Math.min(Infinity, ...armed.values());
    expect(queue.nextDueMs, `seed ${seed}, step ${step}`).toBe(least);
  }
  const limit = 25;
  const expected = [...armed]
    .filter(([, due]) => due <= limit)
    .sort(([a, x], [b, y]) => x - y || a.owner - b.owner || a.ordinal - b.ordinal)
    .map(([timer]) => timer);
  expect(queue.takeDue(limit)).toEqual(expected);
  expect(queue.size).toBe(armed.size - expected.length);
  expect(queue.nextDueMs).toBeGreaterThan(limit);
});

test('a timer that was taken is no longer armed and can be armed again', () => {
  const queue = new TimerQueue();
  const timer = new Timer(target, 1, 0, 'output');
  queue.arm(timer, 10);
  expect(queue.takeDue(9)).toEqual([]);
  expect(queue.takeDue(10)).toEqual([timer]);
  expect(timer.armed).toBe(false);
  queue.arm(timer, 5);
  expect(queue.nextDueMs).toBe(5);
});
