import { describe, expect, it } from 'vitest';
import { timerKey } from '../../../src/model/cause-key.ts';
import type { DeltaEnvelope } from '../../../src/model/delta.ts';
import type { TransportHandlers } from '../../../src/ports/transport.ts';
import { SeededRandom } from '../../../sim/world/seeded-random.ts';
import { CHAOS, NO_FAULTS, VirtualNetwork, type NetworkFaults } from '../../../sim/world/virtual-network.ts';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';
import { WIRE_CODEC } from '../../../sim/world/wire-codec.ts';

function envelope(seq: number, fragmentId = 'f'): DeltaEnvelope {
  const deltas = [{ key: timerKey(seq), updates: [{ insert: [], remove: [] }] }];
  return { fragmentId, epoch: 1, seq, keyId: '', watermarkMs: seq, deltas };
}

const NOWHERE = new AbortController().signal;

async function world(seed: number, faults: NetworkFaults) {
  const time = new VirtualTime();
  const network = new VirtualNetwork({ time, random: new SeededRandom(seed), codec: WIRE_CODEC });
  const seen: string[] = [];
  const handlers = (self: string): TransportHandlers => ({
    onEnvelope: (from, e) => seen.push(`${self}<${from} ${e.seq}`),
    onHeartbeat: (from, h) => seen.push(`${self}<${from} heartbeat ${h.sentMs}`),
    onRequest: (from, r) => {
      seen.push(`${self}<${from} ${r.kind}`);
      return Promise.resolve({ kind: 'done' });
    },
    onPeer: (domain, connected) => seen.push(`${self}: ${domain} ${connected ? 'came' : 'went'}`),
  });
  const [a, b, c] = ['a', 'b', 'c'].map((d) => network.join(d));
  if (a === undefined || b === undefined || c === undefined) throw new Error('three domains');
  for (const t of [a, b, c]) await t.start(handlers(t.self));
  seen.length = 0;
  network.faults = faults;
  const run = (): void => {
    while (time.step());
  };
  return { time, network, seen, a, b, c, run };
}

/** What a hundred envelopes become, and the totals. */
async function chaos(seed: number): Promise<unknown> {
  const w = await world(seed, CHAOS);
  w.b.subscribe('a', 'f');
  for (let seq = 1; seq <= 100; seq++) w.a.publish(envelope(seq));
  w.run();
  return { seen: w.seen, totals: { ...w.network.totals } };
}

describe('virtual network', () => {
  it('delivers once and in order when nothing is wrong, to subscribers of that domain alone', async () => {
    const w = await world(1, NO_FAULTS);
    w.b.subscribe('a', 'f');
    w.c.subscribe('b', 'f');
    for (const seq of [1, 2, 3]) w.a.publish(envelope(seq));
    w.a.publish(envelope(4, 'other'));
    w.run();
    expect(w.seen).toEqual(['b<a 1', 'b<a 2', 'b<a 3']);
    w.b.unsubscribe('f');
    w.a.publish(envelope(5));
    w.run();
    expect(w.seen).toHaveLength(3);
  });

  it('one seed gives one fate to every frame', async () => {
    expect(await chaos(7)).toEqual(await chaos(7));
    expect(await chaos(7)).not.toEqual(await chaos(8));
  });

  it('loses, repeats and reorders at about the rates asked for', async () => {
    const w = await world(3, CHAOS);
    w.b.subscribe('a', 'f');
    for (let seq = 1; seq <= 2_000; seq++) w.a.publish(envelope(seq));
    w.run();
    expect(w.network.totals.lost / 2_000).toBeCloseTo(CHAOS.lossRate, 1);
    expect(w.network.totals.duplicated / 2_000).toBeCloseTo(CHAOS.duplicateRate, 1);
    expect(w.seen).toHaveLength(2_000 - w.network.totals.lost + w.network.totals.duplicated);
    const order = w.seen.map((s) => Number(s.split(' ')[1]));
    expect(order).not.toEqual(order.toSorted((x, y) => x - y));
    expect(w.time.monotonicMs()).toBeLessThanOrEqual(CHAOS.delayMs[1]);
  });

  it('requests are answered, or fail with a code after a while', async () => {
    const quiet = await world(1, NO_FAULTS);
    const answer = quiet.a.request('b', { kind: 'catalog', knownVersion: 0 }, NOWHERE);
    for (let i = 0; i < 10; i++) {
      quiet.run();
      await Promise.resolve();
    }
    expect(await answer).toEqual({ kind: 'done' });
    const lossy = await world(1, { ...NO_FAULTS, requestLossRate: 1 });
    const lost = lossy.a.request('b', { kind: 'catalog', knownVersion: 0 }, NOWHERE);
    lossy.run();
    await expect(lost).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(lossy.seen).toEqual([]);
  });

  it('a domain that left is unreachable, and the others are told', async () => {
    const w = await world(1, NO_FAULTS);
    await w.b.stop();
    expect(w.seen).toEqual(['a: b went', 'c: b went']);
    expect(w.a.connected('b')).toBe(false);
    expect(w.a.members()).toEqual(['c']);
    const request = w.a.request('b', { kind: 'catalog', knownVersion: 0 }, NOWHERE);
    await expect(request).rejects.toMatchObject({ code: 'DOMAIN_UNREACHABLE' });
  });

  it('heartbeats go one way, to one domain', async () => {
    const w = await world(1, NO_FAULTS);
    w.a.sendHeartbeat('c', { sentMs: 5, fragments: [] });
    w.a.sendHeartbeat('nobody', { sentMs: 6, fragments: [] });
    w.run();
    expect(w.seen).toEqual(['c<a heartbeat 5']);
  });
});
