/** A member that breaks every rule on the wire: counted, closed, and no harm to anybody else. */
import { afterEach, expect, test } from 'vitest';
import { encode } from 'it-length-prefixed';
import { CONTROL_PROTOCOL } from '../../src/federation/control-protocol.ts';
import { encodeHello, encodeHeartbeat } from '../../src/federation/codec-heartbeat.ts';
import { decodeReply } from '../../src/federation/codec-reply.ts';
import { encodeEnvelope } from '../../src/federation/codec.ts';
import { readFrame } from '../../src/federation/frames.ts';
import { HEARTBEAT_PROTOCOL } from '../../src/federation/heartbeat-protocol.ts';
import { generateIdentity } from '../../src/federation/identity.ts';
import { dialAddresses } from '../../src/federation/membership.ts';
import { createNode, type Node } from '../../src/federation/node.ts';
import { sealWith } from '../../src/federation/seal.ts';
import { stringifyTopic } from '../../src/federation/topic.ts';
import { wire } from '../../src/federation/wire/wire.ts';
import { SeededRandom } from '../../sim/world/seeded-random.ts';
import { insertion } from '../support/exchange-fixtures.ts';
import { Party, stopAll, until } from './harness.ts';

let running: Party[] = [];
let hostile: Node | null = null;

afterEach(async () => {
  await hostile?.stop();
  await stopAll(running);
  running = [];
  hostile = null;
});

/** A domain under test and a bare node that has the key of the member `esnet`. */
async function make(
  times: Parameters<typeof Party.make>[1] = {},
): Promise<{ a: Party; node: Node; dial: () => Promise<void> }> {
  const a = await Party.make('renci', times);
  running = [a];
  await a.start();
  const identity = await generateIdentity();
  a.transport.setMembers([{ domain: 'esnet', peerId: identity.peerId, addresses: [] }]);
  const listen = ['/ip4/127.0.0.1/tcp/0'];
  const node = await createNode({
    identity,
    listen,
    announce: [],
    isMember: () => true,
    connectionsPerMember: 100,
    onRefused: () => {},
  });
  hostile = node;
  await node.start();
  const dial = async (): Promise<void> => {
    await node.dial(dialAddresses(a.asMember()));
    await until('connected', () => a.transport.connected('esnet'));
  };
  await dial();
  return { a, node, dial };
}

const connectionOf = (node: Node) => {
  const [connection] = node.getConnections();
  if (connection === undefined) throw new Error('a connection');
  return connection;
};

test('garbage as a request is answered with PROTOCOL; an endless one and a silent one are cut off', async () => {
  const { a, node } = await make();
  const garbage = await connectionOf(node).newStream(CONTROL_PROTOCOL);
  await garbage.sink([encode.single(Uint8Array.of(0xff, 0xff, 0xff, 1))]);
  const reply = decodeReply((await readFrame(garbage, 10_000)) ?? new Uint8Array());
  expect(reply).toMatchObject({ ok: true, value: { kind: 'failure', error: { code: 'PROTOCOL' } } });
  const endless = await connectionOf(node).newStream(CONTROL_PROTOCOL);
  await endless.sink([Uint8Array.of(0xff, 0xff, 0xff, 0x7f)]).catch(() => undefined);
  await until('cut off', () => a.counters.of('control_refused_total:stream') === 1);
  await connectionOf(node).newStream(CONTROL_PROTOCOL);
  // Another request is served meanwhile.
  const again = await connectionOf(node).newStream(CONTROL_PROTOCOL);
  await again.sink([encode.single(Uint8Array.of(1))]);
  expect(decodeReply((await readFrame(again, 10_000)) ?? new Uint8Array())).toMatchObject({ ok: true });
});

test('heartbeats without hello, malformed or too long end their stream; a proper one is taken after that', async () => {
  const { a, node } = await make();
  const frames: Uint8Array[][] = [
    [encode.single(encodeHeartbeat({ sentMs: 1, fragments: [] })).subarray()],
    [encode.single(encodeHello('esnet')).subarray(), encode.single(Uint8Array.of(0x99)).subarray()],
    [encode.single(encodeHello('cern')).subarray()],
  ];
  for (const sent of frames) {
    const stream = await connectionOf(node).newStream(HEARTBEAT_PROTOCOL);
    await stream.sink(sent).catch(() => undefined);
  }
  const long = await connectionOf(node).newStream(HEARTBEAT_PROTOCOL);
  await long.sink([Uint8Array.of(0xff, 0xff, 0xff, 0x7f)]).catch(() => undefined);
  const count = (reason: string) => a.counters.of(`heartbeat_refused_total:${reason}`);
  await until('refused', () => count('no hello') === 1 && count('malformed') === 1 && count('another domain') === 1);
  await until('too long', () => a.counters.of('heartbeat_broken_total') === 1);
  expect(a.heartbeats).toEqual([]);
  const good = await connectionOf(node).newStream(HEARTBEAT_PROTOCOL);
  void good.sink([encode.single(encodeHello('esnet')), encode.single(encodeHeartbeat({ sentMs: 4, fragments: [] }))]);
  await until('taken', () => a.heartbeats.length === 1);
});

test('malformed, foreign, sealed and oversized messages on a topic are rejected and counted', async () => {
  const { a, node } = await make();
  a.transport.subscribe('esnet', 'f');
  const topic = stringifyTopic('f');
  await until('subscription known', () => node.services.gossip.getSubscribers(topic).length === 1);
  const envelope = { fragmentId: 'f', epoch: 1, seq: 1, keyId: '', watermarkMs: 5, deltas: [insertion(1, 'esnet', 1)] };
  await node.services.gossip.publish(topic, Uint8Array.of(0xff, 1, 2));
  await node.services.gossip.publish(topic, encodeEnvelope({ ...envelope, fragmentId: 'g' }));
  await node.services.gossip.publish(topic, encodeEnvelope({ ...envelope, keyId: 'k' }));
  await node.services.gossip.publish(topic, new Uint8Array(300_000));
  const count = (reason: string) => a.counters.of(`gossip_rejected_total:${reason}`);
  await until('counted', () => ['malformed', 'another-fragment', 'sealed', 'too-large'].every((r) => count(r) === 1));
  await node.services.gossip.publish(topic, encodeEnvelope(envelope));
  await until('the good one', () => a.envelopes.length === 1);
});

test('of a sealed fragment only what its key opens is taken: unsealed, forged and replayed under another number are counted', async () => {
  const { a, node } = await make();
  a.transport.subscribe('esnet', 'f');
  const topic = stringifyTopic('f');
  await until('subscription known', () => node.services.gossip.getSubscribers(topic).length === 1);
  const envelope = { fragmentId: 'f', epoch: 1, seq: 1, keyId: '', watermarkMs: 5, deltas: [insertion(1, 'esnet', 1)] };
  const random = new SeededRandom(3);
  const key = { id: '1', key: random.bytes(32) };
  const sealed = encodeEnvelope(envelope, sealWith(key, random));
  const count = (reason: string) => a.counters.of(`gossip_rejected_total:${reason}`);
  await node.services.gossip.publish(topic, sealed);
  await until('closed without the key', () => count('sealed') === 1);
  a.transport.setKey('esnet', 'f', 1, key);
  await node.services.gossip.publish(topic, encodeEnvelope(envelope));
  await node.services.gossip.publish(
    topic,
    encodeEnvelope(envelope, sealWith({ id: '1', key: random.bytes(32) }, random)),
  );
  await node.services.gossip.publish(topic, wire.Envelope.encode({ ...wire.Envelope.decode(sealed), seq: 2 }).finish());
  await until('counted', () => count('unsealed') === 1 && count('seal') === 2);
  expect(a.envelopes).toEqual([]);
  await node.services.gossip.publish(topic, encodeEnvelope(envelope, sealWith(key, random)));
  await until('the good one', () => a.envelopes.length === 1);
});

test('a reset gossip stream is noticed: the connection is closed and made anew', async () => {
  const { a, node, dial } = await make({ settleMs: 500, tickMs: 20 });
  await until(
    'gossip streams',
    () => connectionOf(node).streams.filter((s) => s.protocol?.startsWith('/meshsub/')).length >= 2,
  );
  for (const stream of connectionOf(node).streams) {
    if (stream.protocol?.startsWith('/meshsub/') === true) stream.abort(new Error('reset'));
  }
  await until('closed', () => a.counters.of('peer_closed_total:no-gossip') === 1);
  await until('gone', () => !a.transport.connected('esnet') && node.getConnections().length === 0);
  a.transport.subscribe('esnet', 'f');
  // A slow machine may need more than one attempt: the bare node has no supervisor, so it dials again here.
  let dialling = false;
  await until('gossip again', () => {
    if (!dialling && node.getConnections().length === 0) {
      dialling = true;
      void dial()
        .catch(() => undefined)
        .finally(() => (dialling = false));
    }
    return node.services.gossip.getSubscribers(stringifyTopic('f')).length === 1;
  });
});

test('connections beyond the fourth of one member are refused; the others stay', async () => {
  const { a, node } = await make();
  for (let i = 0; i < 6; i++) {
    await node.dial(dialAddresses(a.asMember()), { force: true }).catch(() => undefined);
  }
  await until('refused', () => a.counters.of('peer_refused_total:too-many') >= 1);
  await until('four left', () => node.getConnections().length === 4);
  expect(a.transport.connected('esnet')).toBe(true);
});
