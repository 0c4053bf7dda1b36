import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { EmbeddedXmppServer } from '../../../src/triggers/embedded/server.ts';
import { MAX_STANZA_BYTES } from '../../../src/triggers/embedded/session.ts';
import { XmlStreamReader, type StreamOffence } from '../../../src/triggers/embedded/xml-stream.ts';
import { splitAtMarkup } from '../../../src/triggers/xml-text.ts';
import { MemoryLog, realClock, realRandom } from '../../support/real-ports.ts';
import { RawClient, startEmbeddedServer, STREAM } from '../../support/xmpp.ts';

let server: EmbeddedXmppServer;
let port: number;
const clients: RawClient[] = [];

beforeEach(async () => {
  ({ server, port } = await startEmbeddedServer());
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.stop();
  await server.stop();
});

function raw(): RawClient {
  const client = new RawClient(port);
  clients.push(client);
  return client;
}

async function loggedIn(user: string, resource = 'r'): Promise<RawClient> {
  const client = raw();
  await client.login(user, resource);
  return client;
}

const SASL = `xmlns='urn:ietf:params:xml:ns:xmpp-sasl'`;
const pubsubSet = (id: string, body: string, owner = ''): string =>
  `<iq id='${id}' type='set' to='pubsub.localhost'><pubsub xmlns='http://jabber.org/protocol/pubsub${owner}'>${body}</pubsub></iq>`;
const pubsubGet = (id: string, body: string, owner = ''): string =>
  pubsubSet(id, body, owner).replace("type='set'", "type='get'");

describe('negotiation', () => {
  test('listens on loopback only', () => {
    const deps = { clock: realClock, random: realRandom, log: new MemoryLog() };
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
      expect(() => new EmbeddedXmppServer(deps, { host })).toThrowError(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      );
    }
  });

  test('a port in use is said with its code', async () => {
    const other = new EmbeddedXmppServer({ clock: realClock, random: realRandom, log: new MemoryLog() }, { port });
    await expect(other.start()).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    await other.stop();
  });

  test('offers what is there: no TLS without a certificate, no ANONYMOUS unless allowed', async () => {
    const features = await raw().ask(STREAM, /<\/stream:features>/);
    expect(features).toContain('<mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms>');
    expect(features).not.toContain('starttls');
  });

  test.each([
    ['another host', STREAM.replace('localhost', 'example.org'), 'host-unknown'],
    ['another version', STREAM.replace("version='1.0'>", "version='0.9'>"), 'unsupported-version'],
    ['another namespace', STREAM.replace('jabber:client', 'jabber:server'), 'invalid-namespace'],
    ['no XMPP', 'GET / HTTP/1.1\r\n\r\n<a>', 'not-well-formed'],
    ['a stanza before authentication', `${STREAM}<message/>`, 'not-authorized'],
    [
      'binding before authentication',
      `${STREAM}<iq id='1' type='set'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`,
      'not-authorized',
    ],
  ])('%s ends the stream', async (_name, text, condition) => {
    const client = raw();
    client.send(text);
    await client.until('closed');
    expect(client.received).toContain('<stream:stream ');
    expect(client.received).toContain(`<${condition}`);
    expect(client.received).toContain('</stream:stream>');
  });

  test('wrong passwords are refused, three times at most', async () => {
    const client = raw();
    await client.ask(STREAM, /<\/stream:features>/);
    const plain = Buffer.from('\0agent\0wrong').toString('base64');
    const auth = `<auth ${SASL} mechanism='PLAIN'>${plain}</auth>`;
    expect(await client.ask(auth, /<\/failure>/)).toContain('<not-authorized');
    await client.ask(auth, /<\/failure>/);
    client.send(auth);
    await client.until('closed');
    expect(client.received).toContain('policy-violation');
  });

  test.each([
    ['an unknown mechanism', `<auth ${SASL} mechanism='X'/>`],
    ['ANONYMOUS', `<auth ${SASL} mechanism='ANONYMOUS'/>`],
    ['junk instead of SCRAM', `<auth ${SASL} mechanism='SCRAM-SHA-1'>AAAA</auth>`],
    ['a response without a challenge', `<response ${SASL}>AAAA</response>`],
    [
      'another identity',
      `<auth ${SASL} mechanism='PLAIN'>${Buffer.from('bob\0agent\0agent-pw').toString('base64')}</auth>`,
    ],
    ['an unknown account', `<auth ${SASL} mechanism='PLAIN'>${Buffer.from('\0eve\0').toString('base64')}</auth>`],
  ])('%s does not authenticate', async (_name, auth) => {
    const client = raw();
    await client.ask(STREAM, /<\/stream:features>/);
    expect(await client.ask(auth, /<\/failure>/)).not.toContain('<success');
  });

  test('the newer session of a full JID wins', async () => {
    const first = await loggedIn('agent', 'same');
    await loggedIn('agent', 'same');
    await first.until('closed');
    expect(first.received).toContain('<conflict');
  });
});

describe('offences end the stream with their condition', () => {
  test.each([
    ['a comment', '<!-- x -->', 'restricted-xml'],
    ['a processing instruction', '<?php x?>', 'restricted-xml'],
    ['a document type', '<!DOCTYPE x>', 'restricted-xml'],
    ['an undeclared entity', '<message>&lol;</message>', 'not-well-formed'],
    ['a wrong end tag', '<message></iq>', 'not-well-formed'],
    ['a control character', '<message>\u0001</message>', 'not-well-formed'],
    ['a forbidden character by number', '<message>&#1;</message>', 'not-well-formed'],
    ['an undeclared prefix', '<message><x:y/></message>', 'not-well-formed'],
    ['a name that is none', '<message><a"b/></message>', 'not-well-formed'],
    ['a deep nest', `<message>${'<a>'.repeat(100)}`, 'policy-violation'],
    ['a large stanza', `<message>${'x'.repeat(MAX_STANZA_BYTES + 70_000)}`, 'policy-violation'],
    ['no stanza', '<hello/>', 'unsupported-stanza-type'],
  ])('%s', async (_name, text, condition) => {
    const client = await loggedIn('agent');
    client.send(text);
    await client.until('closed');
    expect(client.received).toContain(`<${condition}`);
  });

  test('bytes that are no UTF-8', async () => {
    const client = await loggedIn('agent');
    client.send(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0xfe]));
    await client.until('closed');
    expect(client.received).toContain('<bad-format');
  });

  test('a comment is seen though it comes in pieces', async () => {
    const offences: StreamOffence[] = [];
    const events = {
      onOpen: () => undefined,
      onElement: () => undefined,
      onEnd: () => undefined,
      onOffence: (o: StreamOffence) => offences.push(o),
    };
    const reader = new XmlStreamReader(events, 1_000);
    for (const char of `${STREAM}<a/><!-- x`) reader.read(Buffer.from(char));
    expect(offences).toEqual(['restricted-xml']);
  });

  test('what a listener throws is not taken for the client’s mistake', () => {
    const fail = (): void => {
      throw new Error('our bug');
    };
    const offences: StreamOffence[] = [];
    const events = {
      onOpen: () => undefined,
      onElement: fail,
      onEnd: fail,
      onOffence: (o: StreamOffence) => offences.push(o),
    };
    expect(() => new XmlStreamReader(events, 1_000).read(Buffer.from(`${STREAM}<message/>`))).toThrow('our bug');
    expect(offences).toEqual([]);
  });

  test('the parser gets a text with the markup that ends it: else its time is quadratic', () => {
    let held = '';
    const written: string[] = [];
    for (const piece of ['<a>', 'xx', 'xx', 'x</a', '><b/>y']) {
      const { complete, rest } = splitAtMarkup(held, piece);
      if (complete !== '') written.push(complete);
      held = rest;
    }
    expect([...written, held]).toEqual(['<a>', 'xxxxx</a><b/>', 'y']);
  });

  test('any bytes in any pieces: an element, an offence or nothing, and the same as in one piece', () => {
    const pieces = fc.constantFrom(
      '<a>',
      '</a>',
      '<b/>',
      'é😀',
      '&amp;',
      '&#x41;',
      '<',
      '>',
      '"',
      "'",
      ' x="1"',
      '<!',
      '<?',
      '\u0000',
      '</stream:stream>',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.nat(), (parts, cut) => {
        const bytes = Buffer.from(STREAM + parts.join(''));
        const run = (size: number): readonly string[] => {
          const seen: string[] = [];
          const events = {
            onOpen: () => seen.push('open'),
            onElement: (e: { toString(): string }) => seen.push(e.toString()),
            onEnd: () => seen.push('end'),
            onOffence: (o: StreamOffence) => seen.push(o),
          };
          const reader = new XmlStreamReader(events, 1_000);
          for (let i = 0; i < bytes.length; i += size) reader.read(bytes.subarray(i, i + size));
          return seen;
        };
        const whole = run(bytes.length);
        const split = run(1 + (cut % 7));
        // An offence may be noticed before or after the elements of the same piece.
        expect(split.slice(0, whole.length - 1)).toEqual(whole.slice(0, whole.length - 1));
      }),
    );
  });
});

describe('stanzas', () => {
  test.each([
    ['ping', `<iq id='1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`, /type="result"/],
    ['session', `<iq id='1' type='set'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>`, /type="result"/],
    ['roster', `<iq id='1' type='get'><query xmlns='jabber:iq:roster'/></iq>`, /<query xmlns="jabber:iq:roster"\/>/],
    [
      'services',
      `<iq id='1' type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
      /pubsub\.localhost/,
    ],
    [
      'features',
      `<iq id='1' type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
      /category="server"/,
    ],
    [
      'pubsub features',
      `<iq id='1' type='get' to='pubsub.localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
      /category="pubsub"/,
    ],
    ['an unknown request', `<iq id='1' type='get'><query xmlns='x:y'/></iq>`, /service-unavailable/],
    ['a request with two children', `<iq id='1' type='get'><a xmlns='x'/><b xmlns='x'/></iq>`, /bad-request/],
    ['a request without id', `<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>`, /bad-request/],
    ['a malformed address', `<iq id='1' type='get' to='@'><ping xmlns='urn:xmpp:ping'/></iq>`, /jid-malformed/],
    [
      'another server',
      `<iq id='1' type='get' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>`,
      /remote-server-not-found/,
    ],
    ['nobody', `<iq id='1' type='get' to='eve@localhost/x'><ping xmlns='urn:xmpp:ping'/></iq>`, /service-unavailable/],
    ['an unknown pubsub request', pubsubSet('1', '<options/>'), /feature-not-implemented/],
    ['an empty pubsub request', pubsubSet('1', ''), /bad-request/],
  ])('%s is answered', async (_name, stanza, answer) => {
    const client = await loggedIn('agent');
    expect(await client.ask(stanza, /<\/iq>|<iq[^>]*\/>/)).toMatch(answer);
  });

  test('errors and results are never answered', async () => {
    const client = await loggedIn('agent');
    client.received = '';
    client.send(
      `<iq id='1' type='error' to='eve@localhost/x'/><iq id='2' type='result'/><message type='error' to='eve@localhost'/>`,
    );
    await client.ask(`<iq id='p' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`, /id="p"/);
    expect(client.received.match(/<(iq|message)/g)).toHaveLength(1);
  });

  test('a message goes to the available clients of an account, from the sender’s full JID', async () => {
    const [alice, bob, away] = [await loggedIn('alice'), await loggedIn('bob', 'desk'), await loggedIn('bob', 'away')];
    await bob.ask('<presence/>', /<presence/);
    await away.ask('<presence><priority>-1</priority></presence>', /<presence/);
    alice.send(`<message to='bob@localhost' from='eve@localhost'><body>hi é</body></message>`);
    await bob.until(/hi é/);
    expect(bob.received).toContain('from="alice@localhost/r"');
    expect(away.received).not.toContain('hi');
    expect(await alice.ask(`<message id='m' to='eve@localhost'><body>?</body></message>`, /<\/message>/)).toContain(
      'service-unavailable',
    );
  });

  test('a client that does not read is cut, and others go on', async () => {
    const [slow, sender] = [await loggedIn('bob'), await loggedIn('alice')];
    await slow.ask('<presence/>', /<presence/);
    slow.pause();
    const message = `<message to='bob@localhost/r' type='headline'><body>${'x'.repeat(200_000)}</body></message>`;
    const ping = (i: number): string => `<iq id='p${i}' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`;
    const probe = `<iq id='gone' type='get' to='bob@localhost/r'><ping xmlns='urn:xmpp:ping'/></iq>`;
    for (let i = 0; i < 200; i++) await sender.ask(message + ping(i), new RegExp(`id="p${i}"`));
    expect(await sender.ask(probe, /id="gone"/)).toContain('service-unavailable');
  });
});

describe('pubsub', () => {
  const CONFIG = (fields: Readonly<Record<string, string>>): string =>
    `<configure><x xmlns='jabber:x:data' type='submit'>${Object.entries(fields)
      .map(([k, v]) => `<field var='pubsub#${k}'><value>${v}</value></field>`)
      .join('')}</x></configure>`;

  async function ask(client: RawClient, stanza: string): Promise<string> {
    const id = /id='([^']*)'/.exec(stanza)?.[1] ?? '';
    const whole = new RegExp(`<iq[^>]*id="${id}"[^>]*(/>|>.*</iq>)`, 's');
    return whole.exec(await client.ask(stanza, whole))?.[0] ?? '';
  }

  test('who may do what', async () => {
    const [agent, alice] = [await loggedIn('agent'), await loggedIn('alice')];
    expect(await ask(agent, pubsubSet('1', `<create node='n'/>${CONFIG({ access_model: 'whitelist' })}`))).toContain(
      'result',
    );
    expect(await ask(agent, pubsubSet('2', `<create node='n'/>`))).toContain('conflict');
    const subscribe = pubsubSet('3', `<subscribe node='n' jid='alice@localhost'/>`);
    expect(await ask(alice, subscribe)).toContain('closed-node');
    expect(await ask(alice, pubsubGet('4', `<items node='n'/>`))).toContain('closed-node');
    expect(
      await ask(alice, pubsubSet('5', `<publish node='n'><item id='i'><x xmlns='y'/></item></publish>`)),
    ).toContain('forbidden');
    for (const [id, body] of [
      ['6', `<delete node='n'/>`],
      ['7', `<configure node='n'/>`],
      ['8', `<affiliations node='n'/>`],
      ['9', `<purge node='n'/>`],
    ] as const) {
      expect(await ask(alice, pubsubSet(id, body, '#owner'))).toContain('forbidden');
    }
    const admit = `<affiliations node='n'><affiliation jid='alice@localhost' affiliation='member'/></affiliations>`;
    expect(await ask(agent, pubsubSet('10', admit, '#owner'))).toContain('result');
    expect(await ask(alice, subscribe)).toContain('subscription="subscribed"');
    expect(await ask(alice, pubsubSet('11', `<subscribe node='n' jid='bob@localhost'/>`))).toContain('invalid-jid');
    expect(await ask(alice, pubsubGet('12', `<items node='absent'/>`))).toContain('item-not-found');
    expect(
      await ask(
        agent,
        pubsubSet(
          '13',
          `<affiliations node='n'><affiliation jid='agent@localhost' affiliation='none'/></affiliations>`,
          '#owner',
        ),
      ),
    ).toContain('not-acceptable');
  });

  test('options are checked, kept and shown; what cannot be honoured is refused', async () => {
    const agent = await loggedIn('agent');
    expect(await ask(agent, pubsubSet('1', `<create node='n'/>${CONFIG({ access_model: 'roster' })}`))).toContain(
      'unsupported-access-model',
    );
    expect(await ask(agent, pubsubSet('2', `<create node='n'/>${CONFIG({ max_items: '0' })}`))).toContain(
      'not-acceptable',
    );
    expect(
      await ask(
        agent,
        pubsubSet(
          '3',
          `<create node='n'/>${CONFIG({ max_items: '2', persist_items: 'true', title: 'T', unknown: 'x' })}`,
        ),
      ),
    ).toContain('result');
    const shown = await ask(agent, pubsubGet('4', `<configure node='n'/>`, '#owner'));
    expect(shown).toContain('<field var="pubsub#max_items"><value>2</value>');
    expect(shown).toContain('<field var="pubsub#persist_items"><value>1</value>');
    for (const i of [1, 2, 3])
      await ask(agent, pubsubSet(`p${i}`, `<publish node='n'><item id='${i}'><v xmlns='y'>${i}</v></item></publish>`));
    const items = await ask(agent, pubsubGet('5', `<items node='n'/>`));
    expect([...items.matchAll(/<item id="(\d)"/g)].map((m) => m[1])).toEqual(['2', '3']);
    expect(await ask(agent, pubsubGet('6', `<items node='n' max_items='1'/>`))).not.toContain('id="2"');
    expect(await ask(agent, pubsubGet('7', `<items node='n'><item id='2'/></items>`))).not.toContain('id="3"');
    const precondition = `<publish-options><x xmlns='jabber:x:data' type='submit'><field var='pubsub#access_model'><value>whitelist</value></field></x></publish-options>`;
    expect(await ask(agent, pubsubSet('8', `<publish node='n'><item/></publish>${precondition}`))).toContain(
      'precondition-not-met',
    );
  });

  test('subscribers are notified of items, retractions and deletion; a payload keeps its namespace', async () => {
    const [agent, bob] = [await loggedIn('agent'), await loggedIn('bob')];
    await bob.ask('<presence/>', /<presence/);
    await ask(agent, pubsubSet('1', `<create node='n'/>`));
    await ask(bob, pubsubSet('2', `<subscribe node='n' jid='bob@localhost'/>`));
    await ask(
      agent,
      pubsubSet(
        '3',
        `<publish node='n'><item id='i'><p:v xmlns:p='urn:p' a='&quot;&lt;'>1 &amp; 2</p:v></item></publish>`,
      ),
    );
    await bob.until(/<\/message>/);
    expect(bob.received).toContain('<p:v xmlns:p="urn:p" a="&quot;&lt;">1 &amp; 2</p:v>');
    await ask(agent, pubsubSet('4', `<retract node='n' notify='true'><item id='i'/></retract>`));
    await bob.until(/<retract id="i"\/>/);
    await ask(agent, pubsubSet('5', `<delete node='n'/>`, '#owner'));
    await bob.until(/<delete node="n"\/>/);
  });

  test('accounts, nodes, subscriptions and items survive a restart over the same store', async () => {
    const store = new MemoryStore();
    const first = await startEmbeddedServer({}, store);
    const agent = new RawClient(first.port);
    clients.push(agent);
    await agent.login('agent', 'r');
    await ask(agent, pubsubSet('1', `<create node='n'/>${CONFIG({ title: 'kept' })}`));
    await ask(agent, pubsubSet('2', `<subscribe node='n' jid='agent@localhost'/>`));
    for (const i of [1, 2])
      await ask(agent, pubsubSet(`p${i}`, `<publish node='n'><item id='i${i}'><v xmlns='y'/></item></publish>`));
    await first.server.stop();
    const again = new EmbeddedXmppServer({
      clock: realClock,
      random: realRandom,
      log: new MemoryLog(),
      store: new MemoryStore(store.snapshot()),
    });
    const client = new RawClient((await again.start()).port);
    clients.push(client);
    await client.login('agent', 'r');
    expect(await ask(client, pubsubGet('3', `<items node='n'/>`))).toMatch(/id="i1".*id="i2"/s);
    expect(await ask(client, pubsubGet('4', `<subscriptions/>`))).toContain(
      'node="n" jid="agent@localhost" subscription="subscribed"',
    );
    expect(await ask(client, pubsubGet('5', `<configure node='n'/>`, '#owner'))).toContain('<value>kept</value>');
    await again.stop();
  });
});
