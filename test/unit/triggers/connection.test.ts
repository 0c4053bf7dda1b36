import { createServer, type AddressInfo } from 'node:net';
import { xml } from '@xmpp/xml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EmbeddedXmppServer } from '../../../src/triggers/embedded/server.ts';
import { MAX_STANZA_BYTES, XmppConnection } from '../../../src/triggers/xmpp/connection.ts';
import { credentialsOf, isLoopback } from '../../../src/triggers/xmpp/security.ts';
import { eventually, MemoryLog, realClock, realRandom } from '../../support/real-ports.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { connectionTo, fastClock, RawClient, startEmbeddedServer } from '../../support/xmpp.ts';

let server: EmbeddedXmppServer;
let proxy: TcpProxy;
let port: number;
const connections: XmppConnection[] = [];

beforeEach(async () => {
  const started = await startEmbeddedServer({ allowAnonymous: true });
  server = started.server;
  proxy = new TcpProxy(started.port);
  port = await proxy.start();
});

afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.stop();
  await proxy.stop();
  await server.stop();
});

function keep(connection: XmppConnection): XmppConnection {
  connections.push(connection);
  return connection;
}

async function online(connection: XmppConnection): Promise<XmppConnection> {
  keep(connection).start();
  await connection.whenOnline(10_000);
  return connection;
}

const PING = { type: 'get' } as const;
const ping = () => xml('ping', 'urn:xmpp:ping');

describe('requests', () => {
  test('a request gets its reply; an error reply is a refusal with its condition', async () => {
    const connection = await online(connectionTo(port));
    expect((await connection.iq(ping(), PING)).attrs['type']).toBe('result');
    await expect(connection.iq(xml('query', 'x:y'), PING)).rejects.toMatchObject({
      code: 'XMPP_REFUSED',
      data: { condition: 'service-unavailable', type: 'cancel' },
    });
  });

  test('without a connection a request fails at once', async () => {
    const connection = keep(connectionTo(port));
    await expect(connection.iq(ping(), PING)).rejects.toMatchObject({ code: 'XMPP_UNAVAILABLE' });
  });

  test('no reply in time is a TIMEOUT; a lost connection ends what is under way', async () => {
    const connection = await online(connectionTo(port));
    proxy.freeze();
    await expect(connection.iq(ping(), { type: 'get', deadlineMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const lost = connection.iq(ping(), PING);
    proxy.cut();
    await expect(lost).rejects.toMatchObject({ code: 'XMPP_UNAVAILABLE' });
  });

  test('a reply from somebody who was not asked is not believed', async () => {
    const [bob, alice] = [new RawClient(port), new RawClient(port)];
    await bob.login('bob', 'asked');
    await alice.login('alice', 'not-asked');
    const agent = await online(connectionTo(port, { resource: 'asking' }));
    bob.received = '';
    const answer = agent.iq(ping(), { type: 'get', to: 'bob@localhost/asked' });
    await bob.until(/<iq[^>]* id="/);
    const id = / id="([^"]+)"/.exec(bob.received)?.[1];
    const reply = `<iq type='result' id='${id}' to='agent@localhost/asking'><ping xmlns='urn:xmpp:ping'/></iq>`;
    await alice.ask(`${reply}<iq id='done' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`, /id="done"/);
    bob.send(reply);
    expect((await answer).attrs['from']).toBe('bob@localhost/asked');
    bob.stop();
    alice.stop();
  });
});

describe('sessions', () => {
  test('a wrong password is reported, tried again, and harms nobody', async () => {
    const connection = keep(connectionTo(port, { password: 'wrong' }, fastClock(20)));
    connection.start();
    await eventually('further attempts', () => proxy.connections >= 3);
    await eventually('the reason', () => connection.status.lastError?.includes('not-authorized') === true);
    expect(connection.status.jid).toBeNull();
    await expect(connection.whenOnline(1)).rejects.toMatchObject({ code: 'XMPP_UNAVAILABLE' });
  });

  test('anonymous access', async () => {
    const deps = { clock: realClock, random: realRandom, log: new MemoryLog() };
    const anonymous = new XmppConnection(deps, { service: `xmpp://127.0.0.1:${port}`, domain: 'localhost' });
    await online(anonymous);
    expect(anonymous.bareJid).toMatch(/^anonymous-[0-9a-f]+@localhost$/);
  });

  test('a cut line is mended by a new session, and listeners hear of it', async () => {
    const connection = await online(connectionTo(port));
    const sessions: boolean[] = [];
    connection.onOnline((resumed) => sessions.push(resumed));
    proxy.cut();
    await eventually('online again', () => sessions.length === 1);
    expect(sessions).toEqual([false]);
    expect((await connection.iq(ping(), PING)).attrs['type']).toBe('result');
    expect(connection.status).toMatchObject({ connectsTotal: 2, dropsTotal: 1 });
  });

  test('a half-open line is noticed by ping', async () => {
    const connection = keep(connectionTo(port, {}, fastClock(50)));
    connection.start();
    await eventually('online', () => connection.online);
    proxy.freeze();
    await eventually('offline', () => !connection.online);
    proxy.thaw();
    await eventually('online again', () => connection.online);
  });

  test('a server that accepts and says nothing is left after the time limit', async () => {
    proxy.freeze();
    const connection = keep(connectionTo(port, {}, fastClock(50)));
    connection.start();
    await eventually('several attempts', () => proxy.connections >= 3);
    expect(connection.status.lastError).not.toBeNull();
    proxy.thaw();
    await eventually('online', () => connection.online);
  });

  test('characters split over chunks arrive whole', async () => {
    const [agent, alice] = [
      await online(connectionTo(port)),
      await online(connectionTo(port, { username: 'alice', resource: 'a' })),
    ];
    const bodies: (string | null)[] = [];
    alice.onStanza((stanza) => bodies.push(stanza.getChildText('body')));
    proxy.splitting = true;
    agent.send(xml('message', { to: 'alice@localhost/a' }, xml('body', {}, 'é 😀 “ü”')));
    await eventually('the message', () => bodies.length > 0);
    expect(bodies).toEqual(['é 😀 “ü”']);
  });

  test('stop ends the session and is final', async () => {
    const connection = await online(connectionTo(port));
    await connection.stop();
    await connection.stop();
    expect(connection.status.state).toBe('stopped');
    await expect(connection.iq(ping(), PING)).rejects.toMatchObject({ code: 'XMPP_UNAVAILABLE' });
    expect(proxy.connections).toBe(1);
  });
});

describe('a hostile or broken server', () => {
  const FEATURES = `<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>`;
  const HEADER = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='x' from='localhost' version='1.0'>`;

  test.each([
    ['no XML', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['an unknown entity', `${HEADER}<a>&lol;</a>`],
    ['a wrong end tag', `${HEADER}<a></b>`],
    ['an end before the begin', '</stream:stream>'],
    ['an end at once', `${HEADER}</stream:stream>`],
    [
      'a stream error',
      `${HEADER}<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
    ],
    ['a stream error that is none', `${HEADER}<stream:error/>`],
    [
      'another server',
      `${HEADER}<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
    ],
    ['success that nobody asked for', `${HEADER}<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`],
    ['no mechanism', `${HEADER}<stream:features/>`],
    ['a failure without reason', `${HEADER}${FEATURES}<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`],
    ['an empty reply', `${HEADER}<iq type='error' id='x'/>`],
    ['a malformed address', `${HEADER}<message from='@'/>`],
    ['a deep nest', HEADER + '<a>'.repeat(50_000)],
    ['a stanza without end', `${HEADER}<a>${'x'.repeat(MAX_STANZA_BYTES + 100_000)}`],
  ])('%s is survived, and tried again', async (_name, text) => {
    let connects = 0;
    const hostile = createServer((socket) => {
      connects += 1;
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.write(text);
    });
    await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
    const { port: hostilePort } = hostile.address() as AddressInfo;
    const connection = connectionTo(hostilePort, {}, fastClock(100));
    connection.start();
    await eventually('another attempt', () => connects >= 2);
    expect(connection.online).toBe(false);
    await connection.stop();
    hostile.close();
  });
});

describe('options', () => {
  test.each([
    ['no URL', { service: 'example.org' }],
    ['another protocol', { service: 'ws://example.org' }],
    ['a CA with STARTTLS', { ca: 'PEM' }],
  ])('%s is refused', (_name, options) => {
    expect(() => connectionTo(port, options)).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  test('what is loopback', () => {
    expect(['localhost', '127.0.0.1', '127.8.9.1', '::1', '[::1]'].every(isLoopback)).toBe(true);
    expect(['127.0.0.1.example.org', 'localhost.example.org', '10.0.0.1', '0.0.0.0'].some(isLoopback)).toBe(false);
  });

  test('credentials go nowhere without TLS but to this machine', async () => {
    const sent: (string | undefined)[] = [];
    const attempt = (service: string, secure: boolean, mechanisms: readonly string[]): Promise<void> => {
      const credentials = credentialsOf({ service, username: 'u', password: 'p' });
      const authenticate = (_c: object, mechanism: string | undefined): Promise<void> => {
        sent.push(mechanism);
        return Promise.resolve();
      };
      return credentials(
        authenticate,
        mechanisms,
        null,
        Object.assign(Object.create(null), { isSecure: () => secure }),
      );
    };
    await expect(attempt('xmpp://example.org:5222', false, ['SCRAM-SHA-1', 'PLAIN'])).rejects.toThrow('no TLS');
    await attempt('xmpp://example.org:5222', true, ['PLAIN', 'SCRAM-SHA-1']);
    await attempt('xmpp://127.0.0.1:5222', false, ['PLAIN']);
    await expect(attempt('xmpp://127.0.0.1:5222', false, ['X'])).rejects.toThrow('SCRAM-SHA-1 and PLAIN');
    expect(sent).toEqual(['SCRAM-SHA-1', 'PLAIN']);
  });
});
