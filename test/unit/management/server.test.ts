/** The HTTP side: what is answered, what is refused, what is closed; and that the server lives on after each. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CountersInMemory } from '../../../src/agent/counters.ts';
import { SystemClock } from '../../../src/agent/system-clock.ts';
import { callMethod } from '../../../src/management/client.ts';
import { ManagementServer, type ManagementServerOptions } from '../../../src/management/server.ts';
import { encodeCall } from '../../../src/management/xml-rpc-codec.ts';
import { FakeTarget } from '../../support/fake-target.ts';
import { MemoryLog } from '../../support/real-ports.ts';

const stops: (() => Promise<void>)[] = [];
let target: FakeTarget;
let counters: CountersInMemory;
let log: MemoryLog;

beforeEach(() => {
  target = new FakeTarget();
  counters = new CountersInMemory();
  log = new MemoryLog();
});

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(limits: ManagementServerOptions['limits'] = {}, host = '127.0.0.1'): Promise<string> {
  const server = new ManagementServer({ target, clock: new SystemClock(), log, counters }, { host, port: 0, limits });
  await server.start();
  stops.push(() => server.stop());
  return server.url ?? '';
}

async function open(url: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
  await once(socket, 'connect');
  return socket;
}

/** Everything the server sends until it closes. */
async function rest(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => {});
  if (!socket.closed) await once(socket, 'close');
  return text;
}

const HEAD = 'POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n';

describe('calls', () => {
  test('are answered over one connection after the other', async () => {
    const url = await start();
    expect(await callMethod(url, 'registerMetric', ['A', { n: 'int' }])).toBe(true);
    expect(await callMethod(url, 'publish', ['A', [{ n: 1 }, { n: null }]])).toEqual({ accepted: 2, duplicates: 0 });
    expect(await callMethod(url, 'getStatus')).toMatchObject({
      counters: { 'a_total{x="y"}': 3 },
      nowMs: 1_800_000_000_005,
    });
    expect(counters.get('management_calls_total')).toBe(3);
  });

  test('that fail come back as the error they were', async () => {
    const url = await start();
    await expect(callMethod(url, 'registerQuery', ['selekt'])).rejects.toMatchObject({
      code: 'SYNTAX',
      message: "unexpected 'selekt' (line 1, column 1); did you mean 'select'?",
    });
    expect(counters.get('management_faults_total', { code: 'SYNTAX' })).toBe(1);
  });

  test('that fail by a bug of ours are INTERNAL and logged with their cause', async () => {
    const url = await start();
    await expect(callMethod(url, 'registerQuery', ['bug'])).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(log.entries).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ method: 'registerQuery' }) }),
    );
  });

  test('that take too long are TIMEOUT; beyond the bound on calls in progress BUSY; both pass', async () => {
    const url = await start({ callMs: 300, calls: 2 });
    const { promise, resolve } = Promise.withResolvers<void>();
    target.gate = promise;
    const slow = [callMethod(url, 'listDomains'), callMethod(url, 'listDomains')].map((c) =>
      c.catch((error: { code: string }) => error.code),
    );
    let busy: unknown;
    const deadline = Date.now() + 5_000;
    while (busy === undefined && Date.now() < deadline) {
      busy = await callMethod(url, 'listQueries').then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
    }
    expect(busy).toBe('BUSY');
    expect(await Promise.all(slow)).toEqual(['TIMEOUT', 'TIMEOUT']);
    resolve();
    expect(await callMethod(url, 'listDomains')).toHaveLength(1);
  });

  test('that take longer than a connection may idle are answered', async () => {
    const url = await start({ idleMs: 50 });
    target.gate = new Promise((resolve) => setTimeout(resolve, 200));
    expect(await callMethod(url, 'listDomains')).toHaveLength(1);
  });

  test('two hundred at once are all answered', async () => {
    const url = await start({ calls: 200 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => callMethod(url, 'registerQuery', ['select 1', { name: String(i) }])),
    );
    expect(new Set(answers.map((a) => JSON.stringify(a))).size).toBe(200);
  });
});

describe('refused', () => {
  const XML = encodeCall('listQueries', []);
  test.each<readonly [string, RequestInit & { readonly path?: string }, number, string]>([
    ['another path', { path: '/' }, 404, 'REQUEST_MALFORMED'],
    ['another method', { method: 'PUT' }, 405, 'REQUEST_MALFORMED'],
    ['the content type of a form', { headers: { 'content-type': 'text/plain' } }, 415, 'text/xml'],
    ['a compressed body', { headers: { 'content-type': 'text/xml', 'content-encoding': 'gzip' } }, 415, 'compressed'],
    ['a body beyond the bound', { body: 'x'.repeat(3_000) }, 413, 'REQUEST_TOO_LARGE'],
  ])('%s', async (_, init, status, text) => {
    const url = await start({ bodyBytes: 2_000 });
    const { path, ...rest } = init;
    const response = await fetch(new URL(path ?? '/RPC2', url), {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: XML,
      ...rest,
    });
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(text)]);
    expect(counters.get('management_http_refused_total', { status: String(status) })).toBe(1);
    expect(await callMethod(url, 'listQueries')).toEqual([]);
  });

  test('a host that is not this one (a page that rebinds its name)', async () => {
    const url = await start();
    const socket = await open(url);
    socket.write(
      'POST /RPC2 HTTP/1.1\r\nHost: evil.example.org\r\nContent-Type: text/xml\r\nContent-Length: 0\r\n\r\n',
    );
    expect(await rest(socket)).toMatch(/^HTTP\/1.1 403 [\s\S]*UNAUTHORIZED/);
  });

  test('a chunked body beyond the bound, before it has ended', async () => {
    const url = await start({ bodyBytes: 2_000 });
    const socket = await open(url);
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\nbb8\r\n${'x'.repeat(3_000)}\r\n`);
    expect(await rest(socket)).toMatch(/^HTTP\/1.1 413 [\s\S]*REQUEST_TOO_LARGE: a body may have 2000 bytes/);
  });

  test.each([
    ['bytes that are no HTTP', 'hello\r\n\r\n', /^HTTP\/1.1 400 /],
    ['a head without end', `GET / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}`, /^HTTP\/1.1 431 /],
    ['two lengths', `${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, /^HTTP\/1.1 400 /],
  ])('%s', async (_, sent, expected) => {
    const url = await start();
    const socket = await open(url);
    socket.write(sent);
    expect(await rest(socket)).toMatch(expected);
    expect(await callMethod(url, 'listQueries')).toEqual([]);
  });

  test('a body that is no call is a fault with its code', async () => {
    const url = await start();
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' });
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('REQUEST_MALFORMED: ')]);
  });
});

describe('slow connections are closed', () => {
  const limits = { headersMs: 100, requestMs: 200, idleMs: 300 };

  test('one that sends nothing', async () => {
    const socket = await open(await start(limits));
    expect(await rest(socket)).toMatch(/^(?:HTTP\/1.1 408 [\s\S]*)?$/);
  });

  test('one that sends its head a byte at a time', async () => {
    const socket = await open(await start(limits));
    const timer = setInterval(() => socket.write('a'), 20);
    socket.write('POST /RPC2 HTTP/1.1\r\nX: ');
    const text = await rest(socket);
    clearInterval(timer);
    expect(text).toMatch(/^(?:HTTP\/1.1 408 [\s\S]*)?$/);
  });

  test('one that sends its body a byte at a time', async () => {
    const url = await start(limits);
    const socket = await open(url);
    const timer = setInterval(() => socket.write('<'), 20);
    socket.write(`${HEAD}Content-Length: 100000\r\n\r\n`);
    const text = await rest(socket);
    clearInterval(timer);
    expect(text).toMatch(/^(?:HTTP\/1.1 408 [\s\S]*)?$/);
    expect(await callMethod(url, 'listQueries')).toEqual([]);
  });

  test('a client that goes away in the middle of its body is counted', async () => {
    const url = await start();
    const socket = await open(url);
    socket.write(`${HEAD}Content-Length: 100\r\n\r\n<met`);
    socket.end();
    await rest(socket);
    const deadline = Date.now() + 5_000;
    const gone = () =>
      counters.get('management_requests_aborted_total') +
      counters.get('management_http_refused_total', { status: '400' });
    while (gone() === 0 && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect(gone()).toBeGreaterThan(0);
  });

  test('connections are bounded', async () => {
    const url = await start({ connections: 2 });
    const sockets = await Promise.all([open(url), open(url)]);
    const third = await open(url);
    expect(await rest(third)).toBe('');
    expect(counters.get('management_connections_refused_total')).toBe(1);
    for (const socket of sockets) socket.destroy();
  });
});

describe('start and stop', () => {
  test.each(['0.0.0.0', '::', '192.0.2.1', 'example.org', '127.0.0.1.example.org'])('%s is refused', async (host) => {
    await expect(start({}, host)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('127.0.0.1'),
    });
  });

  test('a port that is taken is PORT_IN_USE', async () => {
    const port = Number(new URL(await start()).port);
    const deps = { target, clock: new SystemClock(), log, counters };
    await expect(new ManagementServer(deps, { host: '127.0.0.1', port }).start()).rejects.toMatchObject({
      code: 'PORT_IN_USE',
    });
  });

  test('stopping waits for calls in progress, not for idle connections, and is idempotent', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    target.gate = promise;
    const server = new ManagementServer(
      { target, clock: new SystemClock(), log, counters },
      { host: '127.0.0.1', port: 0 },
    );
    await server.start();
    const url = server.url ?? '';
    await callMethod(url, 'listQueries');
    const idle = await open(url);
    const slow = callMethod(url, 'listDomains');
    const deadline = Date.now() + 5_000;
    while (target.begun === 0 && Date.now() < deadline) await new Promise((r) => setImmediate(r));
    const stopped = server.stop();
    resolve();
    expect(await slow).toHaveLength(1);
    await stopped;
    await server.stop();
    await rest(idle);
    await expect(callMethod(url, 'listQueries')).rejects.toMatchObject({ code: 'DOMAIN_UNREACHABLE' });
  });
});

describe('the client', () => {
  test('says TIMEOUT when there is no answer in time', async () => {
    target.gate = new Promise(() => {});
    const url = await start({ stopMs: 10 });
    await expect(callMethod(url, 'listDomains', [], { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('says PROTOCOL or what the server says when there is no call to be made', async () => {
    const url = await start({ bodyBytes: 2_000 });
    await expect(callMethod(url.replace('RPC2', 'x'), 'listDomains')).rejects.toMatchObject({
      code: 'REQUEST_MALFORMED',
      message: 'the interface is at /RPC2',
    });
    await expect(callMethod(url, 'publish', ['x'.repeat(3_000)])).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' });
  });
});
