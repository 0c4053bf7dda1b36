import { describe, expect, it } from 'vitest';
import { readRun } from '../../../src/agent/run-state.ts';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { SeededRandom } from '../../../sim/world/seeded-random.ts';

describe('runs of an agent', () => {
  it('count from 1, each with event numbers far above those of the one before', () => {
    let store = new MemoryStore();
    const runs = [1, 2, 3].map(() => {
      const run = readRun(store, new SeededRandom(1));
      store = new MemoryStore(store.snapshot());
      return run;
    });
    expect(runs.map((r) => r.epoch)).toEqual([1, 2, 3]);
    expect(runs[0]?.firstSeq).toBe(1);
    const [first = 0, second = 0, third = 0] = runs.map((r) => r.firstSeq);
    expect(second - first).toBeGreaterThan(1e10);
    expect(third).toBeGreaterThan(second);
    expect(Number.isSafeInteger(third * 1000)).toBe(true);
  });

  it('share one secret, which is the agent’s own', () => {
    const store = new MemoryStore();
    const first = readRun(store, new SeededRandom(1)).secret;
    const again = readRun(new MemoryStore(store.snapshot()), new SeededRandom(2)).secret;
    expect(Buffer.from(again).equals(Buffer.from(first))).toBe(true);
    expect(first).toHaveLength(32);
    const other = readRun(new MemoryStore(), new SeededRandom(2)).secret;
    expect(Buffer.from(other).equals(Buffer.from(first))).toBe(false);
  });

  it('are counted before anything else happens: a run that ends at once still counts', () => {
    const store = new MemoryStore();
    readRun(store, new SeededRandom(1));
    expect(store.snapshot().get('agent')?.get('epoch')).toBe('1');
  });
});
