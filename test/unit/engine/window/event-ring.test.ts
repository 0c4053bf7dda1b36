import { expect, test } from 'vitest';
import { EventRing } from '../../../../src/engine/window/event-ring.ts';
import type { Event } from '../../../../src/model/event.ts';
import { EplRun, eventType, randomOf } from '../../../support/epl-run.ts';

const E = eventType('E', { n: 'int' });

function events(count: number): readonly Event[] {
  const { engine } = new EplRun([E]);
  return Array.from({ length: count }, (_, n) => engine.makeEvent('E', { n }, { timestampMs: n, domain: '', seq: n }));
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %i: like an array, whatever leaves from where', (seed) => {
  const random = randomOf(seed);
  const all = events(4000);
  const ring = new EventRing({ timed: true });
  let naive: Event[] = [];
  let next = 0;
  const many = seed % 2 === 0 ? 400 : 60;
  for (let step = 0; step < 4000; step++) {
    const dice = random();
    if (dice < 0.45 || naive.length < many / 2) {
      const event = all[next++];
      if (event === undefined) break;
      ring.push(event, event.timestampMs);
      naive.push(event);
    } else if (dice < 0.55) expect(ring.shift()).toBe(naive.shift());
    else if (dice < 0.95) {
      const gone = Array.from({ length: dice > 0.94 ? 40 : 1 }, () => naive[Math.floor(random() * naive.length)]);
      const there = new Set(gone.filter((e) => e !== undefined));
      expect(new Set(ring.remove([...there, ...all.slice(-1)]))).toEqual(there);
      naive = naive.filter((e) => !there.has(e));
    } else if (dice < 0.952) {
      expect(ring.takeAll()).toEqual(naive);
      naive = [];
    } else {
      const at = Math.floor(random() * naive.length);
      expect(ring.fromOldest(at)).toBe(naive[at] ?? null);
      expect(ring.fromNewest(at)).toBe(naive[naive.length - 1 - at] ?? null);
    }
    expect(ring.size).toBe(naive.length);
    expect(ring.oldestMs).toBe(naive[0]?.timestampMs ?? Infinity);
    expect(ring.fromNewest(0)).toBe(naive.at(-1) ?? null);
    if (step % 50 === 0) expect([...ring]).toEqual(naive);
  }
  expect([...ring]).toEqual(naive);
});

test('an event that is there twice leaves from both places', () => {
  const [a, ...rest] = events(100);
  const ring = new EventRing();
  for (const event of [...rest, ...(a === undefined ? [] : [a, a])]) ring.push(event);
  ring.remove(a === undefined ? [] : [a]);
  expect([...ring]).toEqual(rest);
});

test('removals one by one from the middle of a large ring cost a few moves each', () => {
  const count = 20_000;
  const all = events(count);
  const ring = new EventRing();
  for (const event of all) ring.push(event);
  expect(ring.moves).toBe(0);
  const odd = all.filter((_, i) => i % 2 === 1);
  for (const event of odd) ring.remove([event]);
  expect(ring.size).toBe(count / 2);
  expect(ring.moves).toBeLessThan(5 * count);
});
