/** The connection to a real Prosody: TLS, resumption (XEP-0198), and measurements from its nodes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { xml } from '@xmpp/xml';
import { afterEach, describe, expect, test } from 'vitest';
import { XmppPubsubSource } from '../../src/sources/xmpp-pubsub.ts';
import { EmbeddedXmppServer } from '../../src/triggers/embedded/server.ts';
import { XmppConnection, type XmppConnectionOptions } from '../../src/triggers/xmpp/connection.ts';
import { PubsubService } from '../../src/triggers/xmpp/pubsub.ts';
import { makeCertificates, Prosody } from '../support/prosody.ts';
import { eventually, MemoryCounters, MemoryLog, realClock, realRandom } from '../support/real-ports.ts';
import { Subscriber } from '../support/subscriber.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const ACCOUNTS = { agent: 'agent-pw', alice: 'alice-pw' };
const DEPS = { clock: realClock, random: realRandom, log: new MemoryLog() };

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function prosody(tls = false): Promise<Prosody> {
  const server = await Prosody.start({ accounts: ACCOUNTS, tls });
  cleanups.push(() => server.stop());
  return server;
}

function connectionWith(
  options: Partial<XmppConnectionOptions>,
  port: number,
  user: keyof typeof ACCOUNTS = 'agent',
): XmppConnection {
  const service = `xmpp://127.0.0.1:${port}`;
  const connection = new XmppConnection(DEPS, {
    service,
    domain: 'localhost',
    username: user,
    password: ACCOUNTS[user],
    ...options,
  });
  cleanups.push(() => connection.stop());
  connection.start();
  return connection;
}

const ping = () => xml('ping', 'urn:xmpp:ping');

describe('TLS', () => {
  test('a server whose certificate is of the configured CA is trusted, another is not', async () => {
    const server = await prosody(true);
    const service = `xmpps://127.0.0.1:${server.tlsPort}`;
    const good = connectionWith({ service, ca: server.ca }, 0);
    await good.whenOnline(10_000);
    expect((await good.iq(ping(), { type: 'get' })).attrs['type']).toBe('result');

    const others = await otherCa();
    for (const options of [{ service, ca: others }, { service }, { service: `xmpp://127.0.0.1:${server.port}` }]) {
      const bad = connectionWith(options, 0);
      await eventually('refused', () => /certificate|self-signed/.test(bad.status.lastError ?? ''));
      expect(bad.online).toBe(false);
      await bad.stop();
    }
  });

  test('the embedded server offers STARTTLS with a certificate, and slixmpp takes it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'pqa-certs-'));
    cleanups.push(async () => rmSync(dir, { recursive: true }));
    makeCertificates(dir);
    const [key, cert] = ['server.key', 'server.crt'].map((file) => readFileSync(join(dir, file), 'utf8'));
    const server = new EmbeddedXmppServer(DEPS, { tls: { key: key ?? '', cert: cert ?? '' } });
    server.addAccount('alice', ACCOUNTS.alice);
    const { port } = await server.start();
    cleanups.push(() => server.stop());
    const alice = new Subscriber({
      port,
      jid: 'alice@localhost',
      password: ACCOUNTS.alice,
      service: 'pubsub.localhost',
      caFile: join(dir, 'ca.crt'),
    });
    cleanups.push(() => alice.stop());
    await alice.until('online', () => alice.of('online').length > 0);
    expect((await alice.ask('info', 'info'))['features']).toContain('http://jabber.org/protocol/pubsub#publish');
  });
});

async function otherCa(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'pqa-certs-'));
  cleanups.push(async () => rmSync(dir, { recursive: true }));
  makeCertificates(dir);
  return readFileSync(join(dir, 'ca.crt'), 'utf8');
}

describe('resumption', () => {
  test('after a cut line the session goes on: replies under way arrive, no message is lost or repeated', async () => {
    const server = await prosody();
    const proxy = new TcpProxy(server.port);
    const port = await proxy.start();
    cleanups.push(() => proxy.stop());
    const alice = connectionWith({ resource: 'a' }, port, 'alice');
    const agent = connectionWith({}, server.port);
    await Promise.all([alice.whenOnline(10_000), agent.whenOnline(10_000)]);
    const bodies: (string | null)[] = [];
    alice.onStanza((stanza) => stanza.name === 'message' && bodies.push(stanza.getChildText('body')));
    const sessions: boolean[] = [];
    alice.onOnline((resumed) => sessions.push(resumed));
    let sent = 0;
    const expected = (): readonly string[] => Array.from({ length: sent }, (_, i) => String(i));
    for (let round = 1; round <= 5; round++) {
      // Replies that the counter of XEP-0198 must not miss, between messages that a wrong counter would repeat.
      for (let i = 0; i < 20; i++) {
        await alice.iq(ping(), { type: 'get' });
        agent.send(xml('message', { to: 'alice@localhost/a', type: 'chat' }, xml('body', {}, String(sent++))));
      }
      await eventually('some messages', () => bodies.length > 0);
      const underWay = alice.iq(ping(), { type: 'get' });
      proxy.cut();
      for (let i = 0; i < 5; i++)
        agent.send(xml('message', { to: 'alice@localhost/a', type: 'chat' }, xml('body', {}, String(sent++))));
      await eventually(`session ${round}`, () => sessions.length >= round);
      expect((await underWay).attrs['type']).toBe('result');
    }
    await eventually('all messages', () => bodies.length >= sent);
    expect(bodies).toEqual(expected());
    expect(sessions).toEqual([true, true, true, true, true]);
  });
});

describe('measurements from Prosody', () => {
  test('items arrive as measurements, also those published while the source was away', async () => {
    const server = await prosody();
    const proxy = new TcpProxy(server.port);
    const port = await proxy.start();
    cleanups.push(() => proxy.stop());
    const agent = connectionWith({}, server.port);
    await agent.whenOnline(10_000);
    const pubsub = new PubsubService(agent, 'pubsub.localhost');
    await pubsub.createNode('load', { access_model: 'open', persist_items: '1', max_items: '100' });
    const publish = (n: number): Promise<void> => pubsub.publish('load', `i${n}`, `<m xmlns="urn:m" v="${n}"/>`);
    const source = new XmppPubsubSource(
      { ...DEPS, counters: new MemoryCounters() },
      {
        name: 'xmpp',
        xmpp: { service: `xmpp://127.0.0.1:${port}`, domain: 'localhost', username: 'alice', password: ACCOUNTS.alice },
        nodes: [
          {
            service: 'pubsub.localhost',
            node: 'load',
            metric: { name: 'Load', description: '', properties: [{ name: 'v', type: 'int' }] },
            mapping: { format: 'xml', fields: { v: '@v' } },
          },
        ],
      },
    );
    cleanups.push(() => source.stop());
    const values: unknown[] = [];
    await publish(0);
    const emit = (batch: readonly { readonly values: Readonly<Record<string, unknown>> }[]) => {
      values.push(...batch.map((m) => m.values['v']));
      return { accepted: batch.length, refused: 0 };
    };
    await source.start(emit, (error) => values.push(error));
    await publish(1);
    await eventually('the first', () => values.length === 1);
    // Prosody restarts: no session is resumed, and the source is away when it is back.
    proxy.freeze();
    await server.halt('SIGTERM');
    await server.resume();
    // Before it ends, the old process may still take a new session for a moment.
    const again = (): Promise<boolean> =>
      publish(2).then(
        () => true,
        () => false,
      );
    await eventually('published', again, 60_000);
    await publish(3);
    proxy.thaw();
    proxy.cut();
    await eventually('those missed', () => values.length >= 3, 60_000);
    await publish(4);
    await eventually('the next', () => values.length >= 4);
    expect(values.map(Number).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });
});
