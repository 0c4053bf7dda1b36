import { xml } from '@xmpp/xml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Measurement } from '../../../src/ports/source.ts';
import { XmppPubsubSource, type XmppNodeOptions } from '../../../src/sources/xmpp-pubsub.ts';
import type { EmbeddedXmppServer } from '../../../src/triggers/embedded/server.ts';
import { PubsubService } from '../../../src/triggers/xmpp/pubsub.ts';
import type { XmppConnection } from '../../../src/triggers/xmpp/connection.ts';
import { eventually, MemoryCounters, MemoryLog, realClock, realRandom } from '../../support/real-ports.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { connectionTo, PASSWORDS, startEmbeddedServer } from '../../support/xmpp.ts';

const NODE: XmppNodeOptions = {
  service: 'pubsub.localhost',
  node: 'load',
  metric: {
    name: 'Load',
    description: 'load of hosts',
    properties: [
      { name: 'host', type: 'string' },
      { name: 'value', type: 'double' },
    ],
  },
  mapping: { format: 'xml', fields: { host: '@host', value: '.' } },
};

let server: EmbeddedXmppServer;
let proxy: TcpProxy;
let publisher: XmppConnection;
let pubsub: PubsubService;
let proxyPort: number;
const sources: XmppPubsubSource[] = [];

beforeEach(async () => {
  const started = await startEmbeddedServer();
  server = started.server;
  proxy = new TcpProxy(started.port);
  proxyPort = await proxy.start();
  publisher = connectionTo(started.port);
  publisher.start();
  await publisher.whenOnline(10_000);
  pubsub = new PubsubService(publisher, 'pubsub.localhost');
  await pubsub.createNode('load', { max_items: '1000' });
});

afterEach(async () => {
  for (const source of sources.splice(0)) await source.stop();
  await publisher.stop();
  await proxy.stop();
  await server.stop();
});

async function publish(id: string, value: string): Promise<void> {
  await pubsub.publish('load', id, `<m xmlns="urn:m" host="h">${value}</m>`);
}

function sourceOf(options: Partial<XmppNodeOptions> = {}) {
  const emitted: Measurement[] = [];
  const failures: unknown[] = [];
  const counters = new MemoryCounters();
  const source = new XmppPubsubSource(
    { clock: realClock, random: realRandom, log: new MemoryLog(), counters },
    {
      name: 'xmpp',
      xmpp: {
        service: `xmpp://127.0.0.1:${proxyPort}`,
        domain: 'localhost',
        username: 'alice',
        password: PASSWORDS['alice'],
      },
      nodes: [{ ...NODE, ...options }],
    },
  );
  sources.push(source);
  const start = (): Promise<void> =>
    source.start(
      (batch) => {
        emitted.push(...batch);
        return { accepted: batch.length, refused: 0 };
      },
      (error) => failures.push(error),
    );
  return { source, emitted, failures, counters, start, values: () => emitted.map((m) => m.values['value']) };
}

describe('measurements from a node', () => {
  test('each item is emitted with its metric, values and an id; what was there before is no news', async () => {
    await publish('old', '0');
    const { start, emitted, values } = sourceOf();
    await start();
    await publish('a', '1.5');
    await publish('b', '2');
    await eventually('two measurements', () => emitted.length >= 2);
    expect(emitted[0]).toEqual({ metric: 'Load', values: { host: 'h', value: 1.5 }, id: expect.any(String) });
    expect(values()).toEqual([1.5, 2]);
  });

  test('the backlog is emitted on request', async () => {
    await publish('old', '0');
    const { start, values } = sourceOf({ backlog: true });
    await start();
    expect(values()).toEqual([0]);
  });

  test('a repeated item is emitted once; a new value under the old id is news', async () => {
    const { source, start, values } = sourceOf();
    await start();
    await publish('current', '1');
    await publish('current', '1');
    await publish('current', '2');
    await eventually('both values', () => values().length >= 2);
    expect(values()).toEqual([1, 2]);
    expect(source.status.duplicatesTotal).toBe(1);
  });

  test('an item is the same however it is written', async () => {
    const { start, values } = sourceOf();
    await start();
    await pubsub.publish('load', 'a', `<m xmlns="urn:m" host="h" x="2">1<y/></m>`);
    await pubsub.publish('load', 'a', `<p:m x='2' xmlns:p='urn:m' host='h'>&#x31;<p:y></p:y></p:m>`);
    await pubsub.publish('load', 'a', `<m xmlns="urn:m" host="h">2</m>`);
    await eventually('the last', () => values().includes(2));
    expect(values()).toEqual([1, 2]);
  });

  test('what was published during an absence is fetched once afterwards', async () => {
    const { source, start, values } = sourceOf();
    await start();
    await publish('a', '1');
    await eventually('the first', () => values().length === 1);
    proxy.freeze();
    proxy.cut();
    await eventually('offline', () => source.status.connection.state !== 'online');
    await publish('b', '2');
    await publish('c', '3');
    proxy.thaw();
    proxy.cut();
    await eventually('the missed ones', () => values().length >= 3);
    await publish('d', '4');
    await eventually('the next', () => values().length >= 4);
    expect(values()).toEqual([1, 2, 3, 4]);
  });

  test('a source that is started again keeps its memory', async () => {
    const { source, start, values } = sourceOf();
    await start();
    await publish('a', '1');
    await eventually('the first', () => values().length === 1);
    await source.stop();
    await publish('b', '2');
    await start();
    expect(values()).toEqual([1, 2]);
  });

  test('malformed items are counted by code and stop nothing', async () => {
    const { source, start, values, counters, failures } = sourceOf();
    await start();
    await publish('a', 'high');
    await pubsub.publish('load', 'b', `<m xmlns="urn:m"/>`);
    await pubsub.publish('load', 'c', '');
    await pubsub.publish('load', 'd', `<m xmlns="urn:m" host="h">${'<x>'.repeat(50)}${'</x>'.repeat(50)}1</m>`);
    await publish('e', '5');
    await eventually('the good one', () => values().includes(5));
    expect(source.status.malformedTotal).toBe(3);
    expect(source.status.lastMalformed).toContain('INVALID_EVENT: ');
    expect(counters.of('source_items_malformed_total')).toBe(3);
    expect(failures).toEqual([]);
  });

  test('items of other nodes and other senders are not believed', async () => {
    const { start, values, counters } = sourceOf();
    await start();
    const event = xml(
      'event',
      'http://jabber.org/protocol/pubsub#event',
      xml('items', { node: 'load' }, xml('item', { id: 'x' }, xml('m', { xmlns: 'urn:m', host: 'h' }, '666'))),
    );
    publisher.send(xml('message', { to: 'alice@localhost', type: 'headline' }, event));
    await publish('a', '1');
    await eventually('the good one', () => values().length > 0);
    expect(values()).toEqual([1]);
    expect(counters.of('source_items_unexpected_total')).toBe(1);
  });
});

describe('start', () => {
  test('fails with a hint when the node does not exist or does not admit us', async () => {
    await expect(sourceOf({ node: 'absent' }).start()).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      hint: 'the node does not exist',
    });
    await pubsub.createNode('closed', { access_model: 'whitelist' });
    await expect(sourceOf({ node: 'closed' }).start()).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      hint: expect.stringContaining('alice@localhost'),
    });
  });

  test('a node that goes away later fails the source at the next session', async () => {
    const { start, failures } = sourceOf();
    await start();
    await pubsub.deleteNode('load');
    proxy.cut();
    await eventually('the failure', () => failures.length > 0);
    expect(failures[0]).toMatchObject({ code: 'SOURCE_FAILED' });
  });

  test('a mapping of what is not declared is refused', () => {
    expect(() => sourceOf({ mapping: { format: 'xml', fields: { cpu: '.' } } })).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
