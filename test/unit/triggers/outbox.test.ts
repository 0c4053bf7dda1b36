import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { SeededRandom } from '../../../sim/world/seeded-random.ts';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';
import {
  MAX_PARKED,
  Outbox,
  type Delivery,
  type OutboxEntry,
  type OutboxOptions,
} from '../../../src/triggers/outbox.ts';
import { MemoryCounters, MemoryLog } from '../../support/real-ports.ts';

interface Publish {
  readonly queryId: string;
  readonly ids: readonly string[];
  readonly uncertain: boolean;
  readonly answer: (outcomes: readonly Delivery[]) => void;
}

class World {
  readonly clock = new VirtualTime();
  readonly counters = new MemoryCounters();
  readonly published: Publish[] = [];
  readonly outbox: Outbox;
  online = true;

  constructor(
    store: MemoryStore = new MemoryStore(),
    options: OutboxOptions = {},
    /** Answers every publish at once if given. */
    answer: ((entry: OutboxEntry) => Delivery) | null = null,
  ) {
    this.store = store;
    const deps = {
      store,
      clock: this.clock,
      random: new SeededRandom(1),
      log: new MemoryLog(),
      counters: this.counters,
    };
    this.outbox = new Outbox(
      deps,
      {
        ready: () => this.online,
        publish: (queryId, batch, uncertain) => {
          const { promise, resolve } = Promise.withResolvers<readonly Delivery[]>();
          this.published.push({ queryId, ids: batch.map((e) => e.itemId), uncertain, answer: resolve });
          if (answer !== null) resolve(batch.map(answer));
          return promise;
        },
      },
      options,
    );
    this.outbox.start();
  }

  readonly store: MemoryStore;

  append(itemId: string, queryId = 'q', xml = '<x/>'): void {
    this.outbox.append({ queryId, itemId, xml });
  }

  /** Runs what is due, and promises in between, until nothing is left or `steps` are done. */
  async run(steps = 1_000): Promise<void> {
    for (let i = 0; i < steps; i++) {
      for (let j = 0; j < 10; j++) await Promise.resolve();
      if (!this.clock.step()) return;
    }
  }

  get ids(): readonly string[] {
    return this.published.flatMap((p) => p.ids);
  }
}

const ACKNOWLEDGED = (): Delivery => 'acknowledged';

describe('delivery', () => {
  test('a trigger is written before it is published and removed when acknowledged', async () => {
    const world = new World();
    world.append('a');
    expect(world.store.collection('outbox').count()).toBe(1);
    expect(world.published).toEqual([]);
    await world.run();
    expect(world.ids).toEqual(['a']);
    expect(world.store.collection('outbox').count()).toBe(1);
    world.published[0]?.answer(['acknowledged']);
    await world.run();
    expect(world.store.collection('outbox').count()).toBe(0);
    expect(world.outbox.depth).toEqual({ entries: 0, bytes: 0, parked: 0 });
  });

  test('in order per query, one batch of a query at a time, at most 32 under way', async () => {
    const world = new World();
    for (let i = 0; i < 40; i++) for (const q of ['p', 'q', 'r']) world.append(`${q}${i}`, q);
    await world.run();
    expect(world.published.map((p) => [p.queryId, p.ids.length])).toEqual([
      ['p', 16],
      ['q', 16],
    ]);
    world.published[0]?.answer(world.published[0].ids.map(ACKNOWLEDGED));
    await world.run();
    // The query that waited longest comes next.
    expect(world.published[2]).toMatchObject({ queryId: 'r' });
    for (let i = 1; i < world.published.length; i++) {
      const publish = world.published[i];
      publish?.answer(publish.ids.map(ACKNOWLEDGED));
      await world.run();
    }
    for (const q of ['p', 'q', 'r']) {
      expect(world.ids.filter((id) => id.startsWith(q))).toEqual(Array.from({ length: 40 }, (_, i) => `${q}${i}`));
    }
  });

  test('what was not acknowledged is repeated in order, later each time, and marked as uncertain', async () => {
    const world = new World();
    for (const id of ['a', 'b', 'c']) world.append(id);
    await world.run();
    world.published[0]?.answer(['acknowledged', 'retry', 'retry']);
    await world.run();
    const first = world.clock.monotonicMs();
    expect(first).toBeGreaterThanOrEqual(125);
    expect(world.published[1]).toMatchObject({ ids: ['b', 'c'], uncertain: true });
    world.published[1]?.answer(['retry', 'retry']);
    await world.run();
    expect(world.clock.monotonicMs() - first).toBeGreaterThanOrEqual(250);
    world.published[2]?.answer(['acknowledged', 'acknowledged']);
    world.append('d');
    await world.run();
    expect(world.published[3]).toMatchObject({ ids: ['d'], uncertain: false });
  });

  test('one query that fails does not hold up another', async () => {
    const world = new World(new MemoryStore(), {}, (entry) => (entry.queryId === 'bad' ? 'retry' : 'acknowledged'));
    for (let i = 0; i < 50; i++) {
      world.append(`b${i}`, 'bad');
      world.append(`g${i}`, 'good');
    }
    await world.run(60);
    expect(world.ids.filter((id) => id.startsWith('g'))).toHaveLength(50);
    expect(world.outbox.depth.entries).toBe(50);
  });

  test('nothing is published while the server is away; all of it afterwards', async () => {
    const world = new World(new MemoryStore(), {}, ACKNOWLEDGED);
    world.online = false;
    for (let i = 0; i < 100; i++) world.append(`${i}`);
    await world.run();
    expect(world.published).toEqual([]);
    world.online = true;
    world.outbox.wake();
    await world.run();
    expect(world.ids).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`));
  });

  test('a trigger refused for good is parked and does not hold up the next', async () => {
    const world = new World(new MemoryStore(), {}, (entry) => (entry.itemId === 'bad' ? 'refused' : 'acknowledged'));
    for (const id of ['a', 'bad', 'b']) world.append(id);
    await world.run();
    expect(world.outbox.depth).toMatchObject({ entries: 0, parked: 1 });
    expect(world.counters.of('outbox_parked_total')).toBe(1);
    expect(world.store.collection('outbox_parked').entries()[0]?.[1]).toMatchObject({ itemId: 'bad' });
  });

  test('parked triggers are bounded', async () => {
    const world = new World(new MemoryStore(), {}, () => 'refused');
    for (let i = 0; i < MAX_PARKED + 5; i++) world.append(`${i}`);
    await world.run(10_000);
    expect(world.outbox.depth.parked).toBe(MAX_PARKED);
  });
});

describe('bounds', () => {
  test('beyond the bound a new trigger is refused and none is lost', async () => {
    const world = new World(new MemoryStore(), { maxEntries: 3 });
    for (const id of ['a', 'b', 'c']) world.append(id);
    expect(() => world.append('d')).toThrowError(expect.objectContaining({ code: 'OUTBOX_FULL' }));
    await world.run();
    world.published[0]?.answer(['acknowledged', 'acknowledged', 'acknowledged']);
    await world.run();
    world.append('e');
    await world.run();
    expect(world.ids).toEqual(['a', 'b', 'c', 'e']);
  });

  test('bytes count too', () => {
    const world = new World(new MemoryStore(), { maxBytes: 10 });
    world.append('a', 'q', '12345678');
    expect(() => world.append('b', 'q', '123')).toThrowError(expect.objectContaining({ code: 'OUTBOX_FULL' }));
    world.append('c', 'q', '12');
  });
});

describe('restart and transactions', () => {
  test('what waits is there after a restart, in order, as uncertain', async () => {
    const before = new World();
    for (let i = 0; i < 20; i++) before.append(`${i}`, i % 2 === 0 ? 'p' : 'q');
    await before.run();
    const after = new World(new MemoryStore(before.store.snapshot()), {}, ACKNOWLEDGED);
    expect(after.outbox.depth.entries).toBe(20);
    after.append('20', 'p');
    await after.run();
    expect(after.published.every((p) => p.uncertain)).toBe(true);
    expect(after.ids.filter((id) => Number(id) % 2 === 0)).toEqual([
      '0',
      '2',
      '4',
      '6',
      '8',
      '10',
      '12',
      '14',
      '16',
      '18',
      '20',
    ]);
    expect(after.outbox.depth).toMatchObject({ entries: 0, bytes: 0 });
  });

  test('a trigger of a transaction that is rolled back is not published and not counted', async () => {
    const world = new World(new MemoryStore(), {}, ACKNOWLEDGED);
    expect(() =>
      world.store.transaction(() => {
        world.append('lost');
        throw new Error('rolled back');
      }),
    ).toThrow('rolled back');
    world.append('kept');
    await world.run();
    expect(world.ids).toEqual(['kept']);
    expect(world.outbox.depth).toMatchObject({ entries: 0, bytes: 0 });
  });

  test('what waits for a deleted query is forgotten', async () => {
    const world = new World();
    world.online = false;
    world.append('a', 'gone');
    world.append('b', 'kept');
    world.outbox.dropQuery('gone');
    world.online = true;
    await world.run();
    expect(world.ids).toEqual(['b']);
    expect(world.store.collection('outbox').count()).toBe(1);
  });

  test('what is under way for a deleted query is forgotten too; a new registration starts afresh', async () => {
    const world = new World();
    world.append('a', 'gone');
    await world.run();
    world.outbox.dropQuery('gone');
    world.append('b', 'gone');
    world.published[0]?.answer(['retry']);
    await world.run();
    expect(world.ids).toEqual(['a', 'b']);
    world.published[1]?.answer(['retry']);
    await world.run();
    expect(world.ids).toEqual(['a', 'b', 'b']);
    expect(world.outbox.depth.entries).toBe(1);
  });

  test('stop waits for what is under way and publishes nothing after', async () => {
    const world = new World();
    world.append('a');
    await world.run();
    let stopped = false;
    const stop = world.outbox.stop().then(() => (stopped = true));
    world.append('b');
    await world.run();
    expect(stopped).toBe(false);
    world.published[0]?.answer(['retry']);
    await stop;
    await world.run();
    expect(world.ids).toEqual(['a']);
    expect(world.store.collection('outbox').count()).toBe(2);
  });
});
