/** An embedded server with accounts, and clients of it, for tests. */
import { connect, type Socket } from 'node:net';
import type { Clock } from '../../src/ports/clock.ts';
import type { StateStore } from '../../src/ports/store.ts';
import { EmbeddedXmppServer, type EmbeddedXmppServerOptions } from '../../src/triggers/embedded/server.ts';
import { XmppConnection, type XmppConnectionOptions } from '../../src/triggers/xmpp/connection.ts';
import { eventually, MemoryLog, realClock, realRandom } from './real-ports.ts';

export const PASSWORDS: Readonly<Record<string, string>> = { agent: 'agent-pw', alice: 'alice-pw', bob: 'bob-pw' };

export async function startEmbeddedServer(
  options: EmbeddedXmppServerOptions = {},
  store?: StateStore,
): Promise<{ readonly server: EmbeddedXmppServer; readonly port: number }> {
  const server = new EmbeddedXmppServer({ clock: realClock, random: realRandom, log: new MemoryLog(), store }, options);
  for (const [user, password] of Object.entries(PASSWORDS)) server.addAccount(user, password);
  return { server, port: (await server.start()).port };
}

export function connectionTo(
  port: number,
  options: Partial<XmppConnectionOptions> = {},
  clock: Clock = realClock,
): XmppConnection {
  const username = options.username ?? 'agent';
  return new XmppConnection(
    { clock, random: realRandom, log: new MemoryLog() },
    {
      service: `xmpp://127.0.0.1:${port}`,
      domain: 'localhost',
      username,
      password: PASSWORDS[username] ?? '',
      ...options,
    },
  );
}

/** The real clock, `factor` times as fast: waits of seconds pass in milliseconds. */
export function fastClock(factor: number): Clock {
  return {
    nowMs: () => realClock.nowMs(),
    monotonicMs: () => realClock.monotonicMs() * factor,
    after: (delayMs, task) => realClock.after(delayMs / factor, task),
  };
}

/** A client that sends what it is told, byte by byte if need be. */
export class RawClient {
  readonly #socket: Socket;
  received = '';
  closed = false;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (text) => (this.received += String(text)));
    this.#socket.on('close', () => (this.closed = true));
    this.#socket.on('error', () => undefined);
  }

  send(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** Stops reading: the server's writes pile up. */
  pause(): void {
    this.#socket.pause();
  }

  async until(pattern: RegExp | 'closed', deadlineMs = 10_000): Promise<void> {
    await eventually(
      `${String(pattern)} in ${JSON.stringify(this.received.slice(-500))}`,
      () => {
        return pattern === 'closed' ? this.closed : pattern.test(this.received);
      },
      deadlineMs,
    );
  }

  /** Sends `data` and waits for an answer that was not there before. */
  async ask(data: string, pattern: RegExp): Promise<string> {
    this.received = '';
    this.send(data);
    await this.until(pattern);
    return this.received;
  }

  /** Logs in with PLAIN and binds. */
  async login(user: string, resource: string): Promise<void> {
    await this.ask(STREAM, /<\/stream:features>/);
    const plain = Buffer.from(`\0${user}\0${PASSWORDS[user] ?? ''}`).toString('base64');
    await this.ask(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`, /<success/);
    await this.ask(STREAM, /<\/stream:features>/);
    const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind>`;
    await this.ask(`<iq id='b' type='set'>${bind}</iq>`, /type="result"/);
  }

  stop(): void {
    this.#socket.destroy();
  }
}

export const STREAM =
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ` +
  `to='localhost' version='1.0'>`;
