/** The publisher against a real Prosody and the embedded server, with slixmpp as the subscriber: one suite for both. */
import { afterEach, describe, expect, test } from 'vitest';
import { MemoryStore } from '../../sim/world/memory-store.ts';
import { EmbeddedXmppServer } from '../../src/triggers/embedded/server.ts';
import { parseTrigger } from '../../src/triggers/read-trigger.ts';
import { PubsubPublisher } from '../../src/triggers/xmpp/pubsub-publisher.ts';
import { Prosody } from '../support/prosody.ts';
import { eventually, MemoryCounters, MemoryLog, realClock, realRandom } from '../support/real-ports.ts';
import { Subscriber } from '../support/subscriber.ts';
import { QUERY_ID, triggerOf } from '../support/triggers.ts';
import { checkPayloads } from '../support/xmllint.ts';

const ACCOUNTS = { agent: 'agent-pw', alice: 'alice-pw', bob: 'bob-pw', mallory: 'mallory-pw' };

interface TestServer {
  readonly port: number;
  /** Ends the server without warning and starts it again over what it had stored. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  halt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

async function startProsody(): Promise<TestServer> {
  const prosody = await Prosody.start({ accounts: ACCOUNTS });
  return {
    port: prosody.port,
    restart: async (signal) => {
      await prosody.halt(signal);
      await prosody.resume();
    },
    halt: () => prosody.halt('SIGTERM'),
    resume: () => prosody.resume(),
    stop: () => prosody.stop(),
  };
}

async function startEmbedded(): Promise<TestServer> {
  const store = new MemoryStore();
  const deps = { clock: realClock, random: realRandom, log: new MemoryLog(), store };
  let server = new EmbeddedXmppServer(deps);
  for (const [user, password] of Object.entries(ACCOUNTS)) server.addAccount(user, password);
  const { port } = await server.start();
  const resume = async (): Promise<void> => {
    server = new EmbeddedXmppServer(deps, { port });
    await server.start();
  };
  return {
    port,
    restart: async (signal) => {
      await (signal === 'SIGKILL' ? server.destroy() : server.stop());
      await resume();
    },
    halt: () => server.stop(),
    resume,
    stop: () => server.stop(),
  };
}

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function publisherOn(server: TestServer, store = new MemoryStore()) {
  const counters = new MemoryCounters();
  const publisher = new PubsubPublisher(
    { store, clock: realClock, random: realRandom, log: new MemoryLog(), counters },
    {
      xmpp: {
        service: `xmpp://127.0.0.1:${server.port}`,
        domain: 'localhost',
        username: 'agent',
        password: ACCOUNTS.agent,
      },
      pubsubService: 'pubsub.localhost',
      domain: 'sc13',
      maxItems: 1_000,
    },
  );
  cleanups.push(() => publisher.stop());
  return { publisher, counters, store };
}

function subscriberOn(server: TestServer, user: keyof typeof ACCOUNTS): Subscriber {
  const subscriber = new Subscriber({
    port: server.port,
    jid: `${user}@localhost`,
    password: ACCOUNTS[user],
    service: 'pubsub.localhost',
  });
  cleanups.push(() => subscriber.stop());
  return subscriber;
}

const { node: NODE } = publisherTarget();

function publisherTarget() {
  const deps = {
    store: new MemoryStore(),
    clock: realClock,
    random: realRandom,
    log: new MemoryLog(),
    counters: new MemoryCounters(),
  };
  const xmpp = { service: 'xmpp://127.0.0.1:1', domain: 'localhost', username: 'agent', password: '' };
  return new PubsubPublisher(deps, { xmpp, pubsubService: 'pubsub.localhost', domain: 'sc13' }).targetOf(QUERY_ID);
}

async function ready(publisher: PubsubPublisher): Promise<void> {
  await eventually('the node stands', () => publisher.status.nodes.every((n) => n.state === 'ready')).catch(
    (error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(publisher.status)}`);
    },
  );
}

async function drained(publisher: PubsubPublisher): Promise<void> {
  await eventually('the outbox is empty', () => publisher.status.outbox.entries === 0, 60_000);
}

describe.each([
  // Prosody writes files: some 50 publishes a second.
  { name: 'Prosody', start: startProsody, many: 120 },
  { name: 'embedded server', start: startEmbedded, many: 900 },
])('$name', ({ start, many }) => {
  async function withServer(): Promise<TestServer> {
    const server = await start();
    cleanups.push(() => server.stop());
    return server;
  }

  async function subscribed(server: TestServer, user: keyof typeof ACCOUNTS): Promise<Subscriber> {
    const subscriber = subscriberOn(server, user);
    await subscriber.until('online', () => subscriber.of('online').length > 0);
    expect(await subscriber.ask(`subscribe ${NODE}`, 'subscribed')).toMatchObject({ state: 'subscribed' });
    return subscriber;
  }

  test('a member receives every trigger in order, valid by the schema; a JID without membership is refused', async () => {
    const server = await withServer();
    const { publisher } = publisherOn(server);
    await publisher.start();
    publisher.ensureTarget(QUERY_ID, 'select avg(x) from A & B', ['alice@localhost/laptop']);
    await ready(publisher);

    const mallory = subscriberOn(server, 'mallory');
    await mallory.until('online', () => mallory.of('online').length > 0);
    expect((await mallory.ask(`subscribe ${NODE}`, 'subscribed')).kind).toBe('refused');
    expect((await mallory.ask(`items ${NODE}`, 'items')).kind).toBe('refused');

    const alice = await subscribed(server, 'alice');
    const triggers = Array.from({ length: 40 }, (_, i) => triggerOf(i));
    for (const trigger of triggers) publisher.publish(trigger);
    await alice.until('40 items', () => alice.notified.length >= 40);
    expect(alice.notified).toEqual(triggers.map((t) => t.itemId));
    expect(mallory.notified).toEqual([]);
    const [first] = alice.of('item');
    const read = parseTrigger(String(first?.['payload']));
    expect(read).toMatchObject({
      itemId: triggers[0]?.itemId,
      insert: triggers[0]?.insert,
      coverage: triggers[0]?.coverage,
    });
    checkPayloads(alice.of('item').map((line) => String(line['payload'])));
    await drained(publisher);
    const info = await alice.ask(`info ${NODE}`, 'info');
    expect(info).toMatchObject({ fields: { 'pubsub#description': 'select avg(x) from A & B' } });
  });

  test('a member who is dropped hears nothing more and cannot come back; one who is added can', async () => {
    const server = await withServer();
    const { publisher } = publisherOn(server);
    await publisher.start();
    publisher.ensureTarget(QUERY_ID, 'q', ['alice@localhost', 'bob@localhost']);
    await ready(publisher);
    const alice = await subscribed(server, 'alice');
    const bob = await subscribed(server, 'bob');
    publisher.publish(triggerOf(1));
    await alice.until('first', () => alice.notified.length === 1);
    publisher.ensureTarget(QUERY_ID, 'q', ['bob@localhost']);
    await ready(publisher);
    publisher.publish(triggerOf(2));
    await bob.until('second', () => bob.notified.length === 2);
    expect((await alice.ask(`items ${NODE}`, 'items')).kind).toBe('refused');
    expect((await alice.ask(`subscribe ${NODE}`, 'subscribed')).kind).toBe('refused');
    expect(alice.notified).toHaveLength(1);
    publisher.ensureTarget(QUERY_ID, 'q', ['alice@localhost', 'bob@localhost']);
    await ready(publisher);
    expect(await alice.ask(`subscribe ${NODE}`, 'subscribed')).toMatchObject({ state: 'subscribed' });
  });

  test('the node of a deleted query is deleted, also when the server was down at that time', async () => {
    const server = await withServer();
    const { publisher } = publisherOn(server);
    await publisher.start();
    publisher.ensureTarget(QUERY_ID, 'q', ['alice@localhost']);
    await ready(publisher);
    const alice = await subscribed(server, 'alice');
    await server.halt();
    await eventually('offline', () => publisher.status.connection.state !== 'online');
    publisher.removeTarget(QUERY_ID);
    await server.resume();
    await eventually('nothing is left', () => publisher.status.nodes.length === 0, 30_000);
    await alice.until('online again', () => alice.of('online').length >= 2);
    expect(await alice.ask(`items ${NODE}`, 'items')).toMatchObject({ kind: 'refused', condition: 'item-not-found' });
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'the server restarts (%s) while triggers flow: nothing lost, nothing twice',
    async (signal) => {
      const server = await withServer();
      const { publisher } = publisherOn(server);
      await publisher.start();
      publisher.ensureTarget(QUERY_ID, 'q', ['alice@localhost']);
      await ready(publisher);
      const alice = await subscribed(server, 'alice');
      const triggers = Array.from({ length: many }, (_, i) => triggerOf(i));
      for (const trigger of triggers.slice(0, many * 0.75)) publisher.publish(trigger);
      await alice.until('some items', () => alice.notified.length >= 20);
      await server.restart(signal);
      for (const trigger of triggers.slice(many * 0.75)) publisher.publish(trigger);
      await drained(publisher);
      await alice.until('online again', () => alice.of('online').length >= 2);
      const stored = await alice.ask(`ids ${NODE}`, 'ids');
      const expected = triggers.map((t) => t.itemId);
      expect((stored['ids'] as readonly string[]).toSorted()).toEqual(expected.toSorted());
      // Some were published while she was away; those that she was told of came once and in order.
      const told = new Set(alice.notified);
      expect(alice.notified).toEqual(expected.filter((id) => told.has(id)));
      expect(publisher.status.outbox).toMatchObject({ entries: 0, parked: 0 });
    },
  );

  test('the agent restarts with a full outbox: the rest follows, in order', async () => {
    const server = await withServer();
    const store = new MemoryStore();
    const before = publisherOn(server, store).publisher;
    before.ensureTarget(QUERY_ID, 'q', ['alice@localhost']);
    await before.start();
    await ready(before);
    const alice = await subscribed(server, 'alice');
    const triggers = Array.from({ length: 60 }, (_, i) => triggerOf(i));
    for (const trigger of triggers) before.publish(trigger);
    await alice.until('a few', () => alice.notified.length >= 3);
    await before.stop();
    const after = publisherOn(server, new MemoryStore(store.snapshot())).publisher;
    await after.start();
    await drained(after);
    await alice.until('all', () => new Set(alice.notified).size === 60);
    expect(alice.notified).toEqual(triggers.map((t) => t.itemId));
  });
});
