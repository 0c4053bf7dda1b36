import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { CodedError } from '../../../src/model/errors.ts';
import type { EmbeddedXmppServer } from '../../../src/triggers/embedded/server.ts';
import { bareJidOf } from '../../../src/triggers/xmpp/jid.ts';
import { nodeNameOf, nodeUri, parseNodeName, stringifyNodeName } from '../../../src/triggers/xmpp/node-name.ts';
import { PubsubPublisher } from '../../../src/triggers/xmpp/pubsub-publisher.ts';
import { meaningOf, PubsubService } from '../../../src/triggers/xmpp/pubsub.ts';
import { eventually, MemoryCounters, MemoryLog, realClock, realRandom } from '../../support/real-ports.ts';
import { QUERY_ID, triggerOf } from '../../support/triggers.ts';
import { connectionTo, PASSWORDS, startEmbeddedServer } from '../../support/xmpp.ts';

let server: EmbeddedXmppServer;
let port: number;
const cleanups: (() => Promise<void>)[] = [];

beforeEach(async () => {
  ({ server, port } = await startEmbeddedServer());
  cleanups.push(() => server.stop());
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function publisherOn(store = new MemoryStore(), username = 'agent') {
  const counters = new MemoryCounters();
  const log = new MemoryLog();
  const publisher = new PubsubPublisher(
    { store, clock: realClock, random: realRandom, log, counters },
    {
      xmpp: { service: `xmpp://127.0.0.1:${port}`, domain: 'localhost', username, password: PASSWORDS[username] },
      pubsubService: 'pubsub.localhost',
      domain: 'sc13',
    },
  );
  cleanups.push(() => publisher.stop());
  return { publisher, counters, log, store };
}

async function serviceOf(username: string): Promise<PubsubService> {
  const connection = connectionTo(port, { username });
  cleanups.push(() => connection.stop());
  connection.start();
  await connection.whenOnline(10_000);
  return new PubsubService(connection, 'pubsub.localhost');
}

async function ready(publisher: PubsubPublisher): Promise<void> {
  await eventually('the nodes stand', () => publisher.status.nodes.every((n) => n.state === 'ready'));
}

describe('nodes', () => {
  test('a name tells domain and a digest, and reads back', () => {
    const name = nodeNameOf('net.example.org', QUERY_ID);
    expect(stringifyNodeName(name)).toBe(`pqa/net.example.org/${'ab'.repeat(16)}`);
    expect(parseNodeName(stringifyNodeName(name))).toEqual(name);
    expect(nodeNameOf('d', 'my query').digest).toMatch(/^[0-9a-f]{32}$/);
    expect(parseNodeName('pqa/a/b/c')).toBeNull();
    expect(nodeUri('pubsub.x', 'pqa/ü d/1')).toBe('xmpp:pubsub.x?;node=pqa%2F%C3%BC%20d%2F1');
  });

  test('the handle is known before the node exists', () => {
    expect(publisherOn().publisher.targetOf(QUERY_ID)).toEqual({
      queryId: QUERY_ID,
      service: 'pubsub.localhost',
      node: `pqa/sc13/${'ab'.repeat(16)}`,
      uri: `xmpp:pubsub.localhost?;node=pqa%2Fsc13%2F${'ab'.repeat(16)}`,
    });
  });

  test('every option is set and only members may read', async () => {
    const { publisher } = publisherOn();
    await publisher.start();
    publisher.ensureTarget(QUERY_ID, 'select \u0000 x', [
      'Alice@localhost/laptop',
      'alice@localhost',
      'agent@localhost',
    ]);
    await ready(publisher);
    const { node } = publisher.targetOf(QUERY_ID);
    const affiliations = await (await serviceOf('agent')).affiliations(node);
    expect(Object.fromEntries(affiliations)).toEqual({ 'agent@localhost': 'owner', 'alice@localhost': 'member' });
    await expect((await serviceOf('bob')).subscribe(node, 'bob@localhost')).rejects.toMatchObject({
      code: 'XMPP_REFUSED',
    });
    expect(await (await serviceOf('alice')).subscribe(node, 'alice@localhost')).toBe('subscribed');
  });

  test('what is no JID is refused at once', () => {
    const { publisher } = publisherOn();
    for (const jid of ['', 'alice', '@localhost', 'a b@localhost', 'a@b@c', 'a\u0000@b', 'x'.repeat(3_000)]) {
      expect(() => publisher.ensureTarget(QUERY_ID, 'q', [jid]), jid).toThrowError(
        expect.objectContaining({ code: 'INVALID_JID' }),
      );
    }
    expect(bareJidOf(' Alice@Example.ORG/x ')).toBe('alice@example.org');
    expect(publisher.status.nodes).toEqual([]);
  });

  test('a node of somebody else is not taken: the reason is shown, and the trigger waits', async () => {
    const other = await serviceOf('bob');
    const { publisher } = publisherOn();
    await other.createNode(publisher.targetOf(QUERY_ID).node, { access_model: 'open' });
    await publisher.start();
    publisher.ensureTarget(QUERY_ID, 'q', []);
    publisher.publish(triggerOf(1));
    await eventually('the reason', () => publisher.status.nodes[0]?.lastError !== null);
    expect(publisher.status).toMatchObject({
      nodes: [{ state: 'pending', lastError: expect.stringMatching(/^XMPP_REFUSED: .*forbidden/) }],
      outbox: { entries: 1 },
    });
    await other.deleteNode(publisher.targetOf(QUERY_ID).node);
    await eventually('the trigger is out', () => publisher.status.outbox.entries === 0);
  });

  test('a node that vanishes is made again, with its members, and the trigger follows', async () => {
    const { publisher } = publisherOn();
    await publisher.start();
    publisher.ensureTarget(QUERY_ID, 'q', ['alice@localhost']);
    await ready(publisher);
    const agent = await serviceOf('agent');
    const { node } = publisher.targetOf(QUERY_ID);
    await agent.deleteNode(node);
    publisher.publish(triggerOf(1));
    await eventually('the trigger is out', () => publisher.status.outbox.entries === 0);
    expect((await agent.affiliations(node)).get('alice@localhost')).toBe('member');
    expect((await agent.items(node)).map((i) => i.attrs['id'])).toEqual([triggerOf(1).itemId]);
  });

  test('what is wanted of nodes survives a restart: made, changed and deleted ones', async () => {
    const before = publisherOn();
    const other = 'cd'.repeat(32);
    before.publisher.ensureTarget(QUERY_ID, 'kept', ['alice@localhost']);
    before.publisher.ensureTarget(other, 'gone', []);
    await before.publisher.start();
    await ready(before.publisher);
    await before.publisher.stop();
    before.publisher.removeTarget(other);
    const after = publisherOn(new MemoryStore(before.store.snapshot())).publisher;
    expect(after.status.nodes.map((n) => n.state).toSorted()).toEqual(['pending', 'removing']);
    await after.start();
    await eventually(
      'one node is left',
      () => after.status.nodes.length === 1 && after.status.nodes[0]?.state === 'ready',
    );
    const agent = await serviceOf('agent');
    await expect(agent.items(after.targetOf(other).node)).rejects.toMatchObject({
      data: { condition: 'item-not-found' },
    });
    expect(await agent.items(after.targetOf(QUERY_ID).node)).toEqual([]);
  });

  test('many nodes at once', async () => {
    const { publisher } = publisherOn();
    await publisher.start();
    const ids = Array.from({ length: 50 }, (_, i) => i.toString(16).padStart(64, '0'));
    for (const queryId of ids) {
      publisher.ensureTarget(queryId, 'q', ['alice@localhost']);
      publisher.publish(triggerOf(1, { queryId }));
    }
    await eventually('all are out', () => publisher.status.outbox.entries === 0);
    expect(publisher.status.nodes.filter((n) => n.state === 'ready')).toHaveLength(50);
  });
});

describe('triggers', () => {
  test('a trigger already there is not published again after a restart', async () => {
    const { publisher, store } = publisherOn();
    publisher.ensureTarget(QUERY_ID, 'q', []);
    await publisher.start();
    await ready(publisher);
    const agent = await serviceOf('agent');
    const { node } = publisher.targetOf(QUERY_ID);
    await publisher.stop();
    // As after a crash between the server's acknowledgement and its being written down.
    publisher.publish(triggerOf(1));
    publisher.publish(triggerOf(2));
    await agent.publish(node, triggerOf(1).itemId, '<kept xmlns="urn:x"/>');
    const { publisher: after, counters } = publisherOn(new MemoryStore(store.snapshot()));
    await after.start();
    await eventually('all are out', () => after.status.outbox.entries === 0);
    const items = await agent.items(node);
    expect(items.map((i) => [i.attrs['id'], i.getChildElements()[0]?.getName()])).toEqual([
      [triggerOf(1).itemId, 'kept'],
      [triggerOf(2).itemId, 'trigger'],
    ]);
    expect(counters.of('triggers_published_total')).toBe(2);
  });

  test('rows left out for size are counted and logged', async () => {
    const { publisher, counters, log } = publisherOn();
    publisher.publish(triggerOf(1, { insert: [['x'.repeat(300_000), 1]] }));
    expect(counters.of('triggers_cut_total')).toBe(1);
    expect(log.entries.at(-1)).toMatchObject({ level: 'warn', fields: { insert: 1, remove: 0 } });
  });
});

test('what a refusal means, with the condition in either field', () => {
  const refusal = (condition: string, pubsubCondition: string | null = null, type = 'cancel'): CodedError =>
    new CodedError('XMPP_REFUSED', 'no', { data: { condition, pubsubCondition, type } });
  const meanings = [
    [refusal('conflict'), 'exists'],
    [refusal('conflict', 'precondition-not-met'), 'options'],
    [refusal('precondition-not-met', 'conflict'), 'options'],
    [refusal('bad-request', 'invalid-options', 'modify'), 'options'],
    [refusal('item-not-found'), 'absent'],
    [refusal('forbidden', null, 'auth'), 'forbidden'],
    [refusal('not-allowed', 'closed-node'), 'forbidden'],
    [refusal('not-acceptable', 'payload-too-big', 'modify'), 'too-large'],
    [refusal('bad-request', null, 'modify'), 'invalid'],
    [refusal('internal-server-error', null, 'wait'), 'transient'],
    [refusal('service-unavailable'), 'transient'],
    [new CodedError('TIMEOUT', 'late'), 'transient'],
    [new CodedError('XMPP_UNAVAILABLE', 'gone'), 'transient'],
  ] as const;
  for (const [error, meaning] of meanings) expect(meaningOf(error), JSON.stringify(error.data)).toBe(meaning);
});
