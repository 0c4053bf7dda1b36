import { expect, it } from 'vitest';
import { Ledger, SAVE_EVERY_MS } from '../../../src/agent/ledger.ts';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';
import { HostWorld, prepareOf } from './support.ts';

const EPL = 'select host from renci.Mem(util > 5)';

function disclosure(consumer: string, fragmentId: string, nowMs: number, rows = 1) {
  return { consumer, fragmentId, epl: EPL, columns: ['host'], rows, bytes: 100, nowMs };
}

it('counts per consumer and fragment, first and last time', () => {
  const ledger = new Ledger();
  ledger.record(disclosure('esnet', 'f1', 10, 2));
  ledger.record(disclosure('esnet', 'f1', 30, 3));
  ledger.record(disclosure('sc13', 'f1', 20));
  expect(ledger.entries()).toEqual([
    {
      consumer: 'esnet',
      fragmentId: 'f1',
      fragments: 1,
      epl: EPL,
      columns: ['host'],
      rows: 5,
      bytes: 200,
      firstMs: 10,
      lastMs: 30,
    },
    {
      consumer: 'sc13',
      fragmentId: 'f1',
      fragments: 1,
      epl: EPL,
      columns: ['host'],
      rows: 1,
      bytes: 100,
      firstMs: 20,
      lastMs: 20,
    },
  ]);
  expect(ledger.entries('sc13').map((e) => e.consumer)).toEqual(['sc13']);
});

it('outlives a restart: written now and then, and at the end', () => {
  const time = new VirtualTime(0);
  const store = new MemoryStore();
  const first = new Ledger(store);
  first.start(time);
  first.record(disclosure('esnet', 'f1', 10));
  const crashed = () => new Ledger(new MemoryStore(store.snapshot())).entries().map((e) => e.rows);
  expect(crashed()).toEqual([]);
  while (time.step(SAVE_EVERY_MS));
  expect(crashed()).toEqual([1]);
  first.record(disclosure('esnet', 'f1', 20));
  first.stop();
  const second = new Ledger(store);
  second.record(disclosure('esnet', 'f1', 99));
  expect(second.entries()).toMatchObject([{ rows: 3, firstMs: 10, lastMs: 99 }]);
});

it('beyond its bound the oldest entries become one per consumer; sums stay right, also on disk', () => {
  const store = new MemoryStore();
  const ledger = new Ledger(store, { maxEntries: 20 });
  for (let i = 0; i < 500; i++) {
    ledger.record(disclosure(i % 2 === 0 ? 'esnet' : 'sc13', `f${i}`, i));
    if (i % 7 === 0) ledger.save();
    expect(ledger.entries().length).toBeLessThanOrEqual(20);
  }
  ledger.stop();
  for (const entries of [ledger.entries(), new Ledger(store).entries()]) {
    expect(entries.reduce((sum, e) => sum + e.rows, 0)).toBe(500);
    expect(entries.reduce((sum, e) => sum + e.fragments, 0)).toBe(500);
    expect(
      entries
        .filter((e) => e.fragmentId === '*')
        .map((e) => e.consumer)
        .sort(),
    ).toEqual(['esnet', 'sc13']);
  }
});

it('the host writes down what leaves: rows for each other domain, not for this one', () => {
  const world = new HostWorld();
  const id = world.run('esnet', { epl: EPL });
  world.run('sc13', { epl: EPL });
  world.run('renci', { epl: EPL });
  world.send('a', 9);
  world.send('b', 1);
  world.send('c', 7);
  expect(
    world.ledger.entries().map(({ consumer, fragmentId, rows, columns }) => [consumer, fragmentId, rows, columns]),
  ).toEqual([
    ['esnet', id, 2, ['host']],
    ['sc13', id, 2, ['host']],
  ]);
  const bytes = world.ledger.entries('esnet')[0]?.bytes ?? 0;
  world.host.replay('esnet', {
    kind: 'replay',
    fragmentId: id,
    epoch: world.published[0]?.epoch ?? 0,
    fromSeq: 1,
    toSeq: 2,
  });
  const [again] = world.ledger.entries('esnet');
  expect(again?.rows).toBe(2);
  expect(again?.bytes).toBeGreaterThan(bytes);
});

it('a snapshot and what is repeated from before the consumer came are disclosed too', () => {
  const world = new HostWorld();
  const view = { epl: 'select irstream host from renci.Mem#keepall', fragmentKind: 'view' as const };
  const id = world.run('esnet', view);
  world.send('a', 9);
  world.send('b', 9);
  world.host.prepare('sc13', prepareOf('sc13', view));
  world.host.snapshot('sc13', { kind: 'snapshot', fragmentId: id });
  expect(world.ledger.entries('sc13')[0]?.rows).toBe(2);
  world.host.replay('sc13', {
    kind: 'replay',
    fragmentId: id,
    epoch: world.published[0]?.epoch ?? 0,
    fromSeq: 1,
    toSeq: 1,
  });
  expect(world.ledger.entries('sc13')[0]?.rows).toBe(3);
});
