/** The transport over real libp2p and gossipsub, on loopback. */
import { mkdtemp, readFile, rm, stat, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FragmentReceiver } from '../../src/exchange/fragment-receiver.ts';
import { FragmentSender } from '../../src/exchange/fragment-sender.ts';
import { generateIdentity, loadIdentity, storeIdentity } from '../../src/federation/identity.ts';
import { CodedError } from '../../src/model/errors.ts';
import type { Delta, DeltaEnvelope } from '../../src/model/delta.ts';
import { COLUMNS, insertion } from '../support/exchange-fixtures.ts';
import { connectAll, introduce, others, Party, stopAll, until } from './harness.ts';

let running: Party[] = [];

afterEach(async () => {
  await stopAll(running);
  running = [];
});

async function parties(...domains: string[]): Promise<Party[]> {
  running = await Promise.all(domains.map((d) => Party.make(d)));
  await connectAll(running);
  return running;
}

function envelope(
  fragmentId: string,
  seq: number,
  deltas: readonly Delta[] = [insertion(1000 + seq, 'renci', seq)],
): DeltaEnvelope {
  return { fragmentId, epoch: 1, seq, keyId: '', watermarkMs: 1000 + seq, deltas };
}

describe('control plane', () => {
  test('request and reply, both ways, with the code of a refusal', async () => {
    const [a, b] = await parties('renci', 'esnet');
    if (a === undefined || b === undefined) throw new Error('two parties');
    a.answer = (from, request) => Promise.resolve({ kind: 'renewed', unknown: [from, request.kind] });
    b.answer = () => Promise.reject(new CodedError('POLICY_REFUSED', 'column withheld', { hint: 'leave it out' }));
    const signal = AbortSignal.timeout(5000);
    const reply = await b.transport.request('renci', { kind: 'snapshot', fragmentId: 'f' }, signal);
    expect(reply).toEqual({ kind: 'renewed', unknown: ['esnet', 'snapshot'] });
    const refused = a.transport.request('esnet', { kind: 'catalog', knownVersion: 0 }, signal);
    await expect(refused).rejects.toMatchObject({
      code: 'POLICY_REFUSED',
      message: 'column withheld',
      hint: 'leave it out',
    });
  });

  test('a large reply arrives whole', async () => {
    const [a, b] = await parties('renci', 'esnet');
    if (a === undefined || b === undefined) throw new Error('two parties');
    const rows = Array.from({ length: 50_000 }, (_, i) => ({
      id: { domain: 'renci', seq: i, part: 0 },
      values: [`host${i}`, i / 3],
    }));
    a.answer = () => Promise.resolve({ kind: 'snapshot', epoch: 1, seq: 9, watermarkMs: 5, rows });
    const reply = await b.transport.request(
      'renci',
      { kind: 'snapshot', fragmentId: 'f' },
      AbortSignal.timeout(10_000),
    );
    expect(reply).toEqual({ kind: 'snapshot', epoch: 1, seq: 9, watermarkMs: 5, rows });
  });

  test('many at once; too many are refused with BUSY; a slow one ends with TIMEOUT', async () => {
    const [a, b] = await parties('renci', 'esnet');
    if (a === undefined || b === undefined) throw new Error('two parties');
    const gate = Promise.withResolvers<void>();
    a.answer = async () => {
      await gate.promise;
      return { kind: 'done' };
    };
    const ask = (signal: AbortSignal) => b.transport.request('renci', { kind: 'catalog', knownVersion: 0 }, signal);
    const codes = new Map<string, number>();
    const all = Array.from({ length: 100 }, () =>
      ask(AbortSignal.timeout(10_000)).then(
        () => codes.set('done', (codes.get('done') ?? 0) + 1),
        (e: CodedError) => codes.set(e.code, (codes.get(e.code) ?? 0) + 1),
      ),
    );
    await until('36 refused', () => codes.get('BUSY') === 36);
    gate.resolve();
    await Promise.all(all);
    expect(Object.fromEntries(codes)).toEqual({ BUSY: 36, done: 64 });
    a.answer = () => Promise.withResolvers<never>().promise;
    await expect(ask(AbortSignal.timeout(200))).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('an unknown or stopped domain is DOMAIN_UNREACHABLE', async () => {
    const [a, b] = await parties('renci', 'esnet');
    if (a === undefined || b === undefined) throw new Error('two parties');
    const ask = (to: string) =>
      a.transport.request(to, { kind: 'catalog', knownVersion: 0 }, AbortSignal.timeout(2000));
    await expect(ask('nowhere')).rejects.toMatchObject({ code: 'DOMAIN_UNREACHABLE' });
    await b.transport.stop();
    await until('loss noticed', () => !a.transport.connected('esnet'));
    await expect(ask('esnet')).rejects.toMatchObject({ code: 'DOMAIN_UNREACHABLE' });
  });
});

describe('data plane', () => {
  test('an envelope reaches every subscriber and nobody else, before a mesh could form', async () => {
    const [a, b, c, d] = await parties('renci', 'esnet', 'sc13', 'cern');
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four parties');
    for (const p of [b, c]) p.transport.subscribe('renci', 'f1');
    await until('subscriptions known', () => ['esnet', 'sc13'].every((p) => a.transport.subscribed(p, 'f1')));
    const published = performance.now();
    a.transport.publish(envelope('f1', 1));
    await until('delivered', () => b.envelopes.length > 0 && c.envelopes.length > 0, 2000);
    expect(performance.now() - published).toBeLessThan(900);
    expect(b.envelopes.map((e) => [e.from, e.envelope])).toEqual([['renci', envelope('f1', 1)]]);
    b.transport.unsubscribe('f1');
    await until('unsubscription known', () => !a.transport.subscribed('esnet', 'f1'));
    a.transport.publish(envelope('f1', 2));
    await until('delivered to one', () => c.envelopes.length === 2);
    expect([b.envelopes.length, d.envelopes.length]).toEqual([1, 0]);
  });

  test('with loss of every third envelope the exchange repairs over direct streams: all deltas, in order', async () => {
    const [a, b] = await parties('renci', 'esnet');
    if (a === undefined || b === undefined) throw new Error('two parties');
    const sender = new FragmentSender({ fragmentId: 'f2', epoch: 1 });
    const options = { fragmentId: 'f2', domain: 'renci', kind: 'stream' as const, columns: COLUMNS, epoch: 1 };
    const receiver = new FragmentReceiver({ counters: b.counters }, options);
    receiver.begin({ startMs: 0, lastSeq: 0 });
    a.answer = (_, request) => {
      if (request.kind !== 'replay') return Promise.reject(new CodedError('PROTOCOL', 'unexpected'));
      return Promise.resolve({
        kind: 'replayed',
        envelopes: sender.replay(request.epoch, request.fromSeq, request.toSeq),
      });
    };
    b.transport.subscribe('renci', 'f2');
    await until('subscription known', () => a.transport.subscribed('esnet', 'f2'));
    const sent: Delta[] = [];
    for (let seq = 1; seq <= 600; seq++) {
      sent.push(insertion(1000 + seq, 'renci', seq));
      sender.append(insertion(1000 + seq, 'renci', seq));
      sender.advance(1000 + seq);
      for (const e of sender.flush()) if (seq % 3 !== 0) a.transport.publish(e);
    }
    const got: Delta[] = [];
    let taken = 0;
    let asking = 0;
    await until('all repaired', () => {
      for (; taken < b.envelopes.length; taken++) {
        const e = b.envelopes[taken]?.envelope;
        if (e !== undefined) receiver.accept(e, Date.now());
      }
      a.transport.sendHeartbeat('esnet', { sentMs: Date.now(), fragments: [sender.progress()] });
      for (const { heartbeat } of b.heartbeats.splice(0))
        for (const p of heartbeat.fragments) receiver.acceptProgress(p, Date.now());
      for (const range of receiver.missing(performance.now())) {
        asking++;
        void b.transport
          .request('renci', { kind: 'replay', fragmentId: 'f2', epoch: 1, ...range }, AbortSignal.timeout(5000))
          .then((r) => r.kind === 'replayed' && r.envelopes.forEach((e) => receiver.accept(e, Date.now())));
      }
      got.push(...receiver.take());
      return got.length >= sent.length;
    });
    expect(got).toEqual(sent);
    expect(asking).toBeGreaterThan(0);
    expect(receiver.watermarkMs).toBe(1600);
  });

  test('a forged signer is rejected and counted; an oversized envelope is not sent', async () => {
    const [a, b, c] = await parties('renci', 'esnet', 'sc13');
    if (a === undefined || b === undefined || c === undefined) throw new Error('three parties');
    b.transport.subscribe('renci', 'f3');
    await until('subscription known', () => [a, c].every((p) => p.transport.subscribed('esnet', 'f3')));
    c.transport.publish(envelope('f3', 1));
    await until('rejected', () => b.counters.of('gossip_rejected_total:signer') === 1);
    const huge = insertion(1000, 'renci', 1);
    a.transport.publish(
      envelope('f3', 1, [
        { ...huge, updates: [{ insert: [{ id: null, values: ['x'.repeat(300_000)] }], remove: [] }] },
      ]),
    );
    expect(a.counters.of('gossip_dropped_total:too-large')).toBe(1);
    a.transport.publish(envelope('f3', 2));
    await until('the genuine one arrives', () => b.envelopes.length === 1);
    expect(b.envelopes[0]?.envelope.seq).toBe(2);
  });

  test('heartbeats arrive on one stream in order', async () => {
    const [a, b] = await parties('renci', 'esnet');
    if (a === undefined || b === undefined) throw new Error('two parties');
    const fragments = [{ fragmentId: 'f', epoch: 1, watermarkMs: 5, lastSeq: 3 }];
    for (let i = 1; i <= 5; i++) a.transport.sendHeartbeat('esnet', { sentMs: i, fragments });
    await until('all five', () => b.heartbeats.length === 5);
    expect(b.heartbeats.map((h) => [h.from, h.heartbeat.sentMs])).toEqual([1, 2, 3, 4, 5].map((i) => ['renci', i]));
    a.transport.sendHeartbeat('nowhere', { sentMs: 1, fragments });
  });
});

describe('members only', () => {
  test('a stranger is refused by the gater, whichever side dials', async () => {
    const [a, b] = await parties('renci', 'esnet');
    if (a === undefined || b === undefined) throw new Error('two parties');
    const stranger = await Party.make('mallory');
    running.push(stranger);
    await stranger.start();
    stranger.transport.setMembers([a.asMember(), b.asMember()]);
    await until(
      'refused',
      () => a.counters.of('peer_refused_total:stranger') > 1 && b.counters.of('peer_refused_total:stranger') > 1,
    );
    expect(stranger.peers).toEqual([]);
    expect(stranger.transport.connected('renci')).toBe(false);
    expect(a.transport.connected('esnet')).toBe(true);
  });

  test('who is refused dials ever less often, though each dial succeeds before it is refused', async () => {
    const a = await Party.make('renci');
    const stranger = await Party.make('mallory', { dialMinMs: 50, tickMs: 10, yieldMs: 0 });
    running.push(a, stranger);
    await a.start();
    await stranger.start();
    const began = performance.now();
    stranger.transport.setMembers([a.asMember()]);
    await until('dialled again and again', () => stranger.counters.of('peer_dials_total') === 5);
    // Pauses of 50, 100, 200 and 400 ms lie between them.
    expect(performance.now() - began).toBeGreaterThan(750);
  });

  test('a domain that uses the name of another is refused by its key', async () => {
    const [a] = await parties('renci', 'esnet');
    if (a === undefined) throw new Error('two parties');
    const impostor = await Party.make('esnet');
    running.push(impostor);
    await impostor.start();
    impostor.transport.setMembers([a.asMember()]);
    await until('refused', () => a.counters.of('peer_refused_total:stranger') > 0);
    expect(impostor.transport.connected('renci')).toBe(false);
  });

  test('a domain that lies in its hello is refused', async () => {
    const a = await Party.make('renci');
    const b = await Party.make('esnet');
    running.push(a, b);
    await a.start();
    await b.start();
    a.transport.setMembers([{ ...b.asMember(), domain: 'cern' }]);
    b.transport.setMembers([a.asMember()]);
    await until('connected', () => b.transport.connected('renci'));
    const asked = b.transport.request('renci', { kind: 'catalog', knownVersion: 0 }, AbortSignal.timeout(5000));
    await expect(asked).rejects.toMatchObject({ code: 'PROTOCOL' });
    b.transport.sendHeartbeat('renci', { sentMs: 1, fragments: [] });
    await until('counted', () => a.counters.of('heartbeat_refused_total:another domain') === 1);
    expect(a.heartbeats).toEqual([]);
  });

  test('who leaves the list is disconnected', async () => {
    const [a, b, c] = await parties('renci', 'esnet', 'sc13');
    if (a === undefined || b === undefined || c === undefined) throw new Error('three parties');
    a.transport.setMembers([c.asMember()]);
    await until('gone', () => !b.transport.connected('renci'));
    expect(a.transport.members()).toEqual(['sc13']);
    expect(a.transport.connected('sc13')).toBe(true);
    expect(a.peers.at(-1)).toBe('esnet down');
  });
});

test('after stop and start of a member both sides find each other again and data flows', async () => {
  const [a, b] = await parties('renci', 'esnet');
  if (a === undefined || b === undefined) throw new Error('two parties');
  a.transport.subscribe('esnet', 'f4');
  await until('subscription known', () => b.transport.subscribed('renci', 'f4'));
  await b.transport.stop();
  await until('loss noticed', () => !a.transport.connected('esnet'));
  b.renew([a.asMember()]);
  const restarted = performance.now();
  await b.start();
  await until('back', () => a.transport.connected('esnet') && b.transport.connected('renci'));
  console.log(`reconnected after ${(performance.now() - restarted).toFixed(0)} ms`);
  await until('subscription known again', () => b.transport.subscribed('renci', 'f4'));
  b.transport.publish({ ...envelope('f4', 1), epoch: 2 });
  await until('delivered', () => a.envelopes.length === 1);
  expect(a.peers).toEqual(['esnet up', 'esnet down', 'esnet up']);
  b.transport.sendHeartbeat('renci', { sentMs: 7, fragments: [] });
  await until('heartbeat', () => a.heartbeats.length === 1);
});

test('when all dial each other at once, data flows between all of them', async () => {
  running = await Promise.all(['renci', 'esnet', 'sc13', 'cern'].map((d) => Party.make(d, { yieldMs: 0, tickMs: 20 })));
  await connectAll(running);
  for (const p of running) for (const o of others(running, p)) p.transport.subscribe(o.domain, `f-${o.domain}`);
  await until('subscriptions known', () =>
    running.every((p) => others(running, p).every((o) => p.transport.subscribed(o.domain, `f-${p.domain}`))),
  );
  for (const p of running) {
    p.transport.publish({ ...envelope(`f-${p.domain}`, 1), deltas: [insertion(1001, p.domain, 1)] });
    for (const o of others(running, p)) p.transport.sendHeartbeat(o.domain, { sentMs: 1, fragments: [] });
  }
  await until('all delivered', () => running.every((p) => p.envelopes.length === 3 && p.heartbeats.length === 3));
});

test('members that start in any order find each other', async () => {
  const all = await Promise.all(['renci', 'esnet', 'sc13'].map((d) => Party.make(d)));
  running = all;
  const [a, b, c] = all;
  if (a === undefined || b === undefined || c === undefined) throw new Error('three parties');
  // Ports must be known before the others run: take them, then start in another order.
  for (const p of all) await p.start();
  await stopAll(all);
  for (const p of all) p.renew(all.filter((o) => o !== p).map((o) => o.asMember()));
  await c.start();
  await a.start();
  await until('a and c', () => a.transport.connected('sc13') && c.transport.connected('renci'));
  await b.start();
  await until(
    'all',
    () => b.transport.connected('renci') && b.transport.connected('sc13') && a.transport.connected('esnet'),
  );
  introduce(all);
  expect(a.transport.connected('sc13')).toBe(true);
});

test('a port in use is said to be', async () => {
  const [a] = await parties('renci', 'esnet');
  if (a === undefined) throw new Error('two parties');
  const other = await Party.make('sc13');
  const twin = new Party('sc13', other.identity);
  await twin.start();
  running.push(twin);
  const third = new Party('cern', (await Party.make('cern')).identity);
  third.renew([]);
  const { Libp2pTransport } = await import('../../src/federation/libp2p-transport.ts');
  const deps = {
    clock: (await import('./harness.ts')).systemClock,
    counters: third.counters,
    random: { bytes: (n: number) => new Uint8Array(n), next: () => 0 },
  };
  const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, child: () => log };
  const clash = new Libp2pTransport(
    { ...deps, log },
    { self: 'cern', identity: third.identity, listen: [...twin.asMember().addresses], members: [] },
  );
  const handlers = {
    onEnvelope: () => {},
    onHeartbeat: () => {},
    onRequest: () => Promise.reject(new Error('none')),
    onPeer: () => {},
  };
  await expect(clash.start(handlers)).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  await clash.stop();
});

describe('identity', () => {
  test('a stored key is read back, has mode 0600 and is refused when others can read it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pqa-identity-'));
    try {
      const path = join(directory, 'key');
      const identity = await generateIdentity();
      await storeIdentity(path, identity);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await loadIdentity(path)).peerId).toBe(identity.peerId);
      await expect(storeIdentity(path, identity)).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
      for (const mode of [0o640, 0o604, 0o620]) {
        await chmod(path, mode);
        await expect(loadIdentity(path)).rejects.toMatchObject({ code: 'KEY_INSECURE' });
      }
      await chmod(path, 0o600);
      await writeFile(path, (await readFile(path, 'utf8')).slice(0, 20));
      await expect(loadIdentity(path)).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
      await expect(loadIdentity(join(directory, 'none'))).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
