/**
 * One XMPP client connection that stays up: the only importer of @xmpp/client (DESIGN §2).
 *
 * It makes good what @xmpp/client 0.14 lacks: attempts with a time limit of our own and one rejection, reconnection with
 * back-off and jitter, requests that fail at once when there is no connection, replies matched by id and sender, Nagle
 * off, UTF-8 that may be split over chunks, ping against half-open connections, no password in clear without TLS.
 *
 * Replies to our requests are matched here and not by the library's IQ caller: that one ends the chain of handlers before
 * stream management (XEP-0198) has counted the stanza, and ejabberd then ends the session after 5000 replies. The one reply
 * that still passes through it, of resource binding, comes before counting begins.
 *
 * After a drop the same client object tries to resume (XEP-0198 §5): replies under way then still arrive. If the server
 * does not resume, they are rejected with `XMPP_UNAVAILABLE`. `onOnline` says which of the two happened.
 */
import { StringDecoder } from 'node:string_decoder';
import { client, type Client, type ClientSocket } from '@xmpp/client';
import { xml, type Element } from '@xmpp/xml';
import { CodedError } from '../../model/errors.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import { backoffMs } from '../backoff.ts';
import { splitAtMarkup } from '../xml-text.ts';
import { PendingRequests } from './pending-requests.ts';
import { credentialsOf, isLoopback, withTrustedCa } from './security.ts';

export interface XmppConnectionOptions {
  /** `xmpp://host:port` (STARTTLS where offered) or `xmpps://host:port`. */
  readonly service: string;
  /** The XMPP domain, such as `example.org`; the part of our JID behind the @. */
  readonly domain: string;
  /** Local part of our JID; without it the connection is anonymous. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Certificates (PEM) to trust instead of the system's; with `xmpps://` only. */
  readonly ca?: string | undefined;
  /** Resource to ask for; the server chooses one if absent. */
  readonly resource?: string | undefined;
}

export interface XmppConnectionStatus {
  readonly state: 'offline' | 'connecting' | 'online' | 'stopped';
  /** Our full JID while online. */
  readonly jid: string | null;
  /** Why the last attempt failed, or the connection was lost. */
  readonly lastError: string | null;
  readonly connectsTotal: number;
  readonly dropsTotal: number;
}

export interface IqOptions {
  readonly type: 'get' | 'set';
  /** Absent: our own server. */
  readonly to?: string | undefined;
  /** @default IQ_DEADLINE_MS */
  readonly deadlineMs?: number | undefined;
}

/** How long a reply may take: a loaded server answers within seconds, a lost reply must not block an outbox for long. */
export const IQ_DEADLINE_MS = 15_000;
/** How long one attempt to connect, authenticate and bind may take. */
export const CONNECT_DEADLINE_MS = 15_000;
/** Silence after which we ping. */
export const PING_INTERVAL_MS = 30_000;
/** How long an answer to a ping may take before the connection counts as half-open. */
export const PING_DEADLINE_MS = 10_000;
/** Largest stanza read: above what servers send (256 KiB), so that a hostile one cannot fill our memory. */
export const MAX_STANZA_BYTES = 1024 * 1024;

export class XmppConnection {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #options: XmppConnectionOptions;
  readonly #requests: PendingRequests;
  readonly #onlineListeners = new Set<(resumed: boolean) => void>();
  readonly #stanzaListeners = new Set<(stanza: Element) => void>();
  #client: Client | null = null;
  #state: XmppConnectionStatus['state'] = 'stopped';
  #jid: string | null = null;
  #lastError: string | null = null;
  #failures = 0;
  #connectsTotal = 0;
  #dropsTotal = 0;
  #retry: Cancel | null = null;
  #attemptLimit: Cancel | null = null;
  #pinger: Cancel | null = null;
  #heardMs = 0;
  #unparsedBytes = 0;
  #streamEnded = false;

  /** Throws `CONFIG_INVALID` for options that cannot work. */
  constructor(
    deps: { readonly clock: Clock; readonly random: Random; readonly log: Log },
    options: XmppConnectionOptions,
  ) {
    checkOptions(options);
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#log = deps.log;
    this.#options = options;
    this.#requests = new PendingRequests(deps.clock, Buffer.from(deps.random.bytes(6)).toString('hex'));
  }

  get status(): XmppConnectionStatus {
    return {
      state: this.#state,
      jid: this.#state === 'online' ? this.#jid : null,
      lastError: this.#lastError,
      connectsTotal: this.#connectsTotal,
      dropsTotal: this.#dropsTotal,
    };
  }

  get online(): boolean {
    return this.#state === 'online';
  }

  /** Our JID without resource: the configured one, or the server's while online as an anonymous user. */
  get bareJid(): string {
    if (this.#options.username !== undefined) return `${this.#options.username}@${this.#options.domain}`.toLowerCase();
    return (this.#jid ?? this.#options.domain).split('/')[0] ?? this.#options.domain;
  }

  /** Called at each session, `resumed` if it is the old one; the answer takes the listener away. */
  onOnline(listener: (resumed: boolean) => void): () => void {
    this.#onlineListeners.add(listener);
    return () => this.#onlineListeners.delete(listener);
  }

  /** Called with each message and presence. */
  onStanza(listener: (stanza: Element) => void): () => void {
    this.#stanzaListeners.add(listener);
    return () => this.#stanzaListeners.delete(listener);
  }

  /** Begins to connect and goes on until `stop`; does not wait for the server. */
  start(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'offline';
    this.#attempt();
  }

  /** Resolves when online, at once if so already; rejects with `XMPP_UNAVAILABLE` after `deadlineMs`. */
  async whenOnline(deadlineMs: number): Promise<void> {
    if (this.online) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(deadlineMs, () => {
      reject(this.#unavailable(`not online within ${deadlineMs} ms (${this.#lastError ?? 'no answer'})`));
    });
    const forget = this.onOnline(() => resolve());
    try {
      await promise;
    } finally {
      cancel();
      forget();
    }
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#retry?.();
    const old = this.#client;
    this.#abandon('stopped');
    if (old === null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    // A server that does not close its stream must not hold us up.
    const cancel = this.#clock.after(STOP_DEADLINE_MS, resolve);
    void old.stop().then(
      () => resolve(),
      () => resolve(),
    );
    await promise;
    cancel();
    rawSocketOf(old)?.destroy?.();
  }

  /**
   * Sends a request and answers the reply. Throws `XMPP_UNAVAILABLE` when not online or when the connection is lost before
   * the reply, `TIMEOUT` after the deadline, `BUSY` when too many are under way, `XMPP_REFUSED` for an error reply (with
   * `condition`, `pubsubCondition`, `type` and `text` in its data).
   */
  async iq(payload: Element, options: IqOptions): Promise<Element> {
    const current = this.#client;
    if (!this.online || current === null) throw this.#unavailable(this.#lastError ?? 'not connected');
    const { type, to, deadlineMs = IQ_DEADLINE_MS } = options;
    const { id, reply } = this.#requests.open(to ?? null, deadlineMs);
    const stanza = xml('iq', { type, id, ...(to === undefined ? {} : { to }) }, payload);
    current.send(stanza).catch((error: unknown) => this.#requests.fail(id, this.#unavailable(messageOf(error))));
    return reply;
  }

  /** Sends a message or presence; lost if not online. */
  send(stanza: Element): void {
    if (!this.online) return;
    this.#client?.send(stanza).catch(() => undefined); // the drop that caused it is handled where it is noticed
  }

  // -------------------------------------------------------------------------------------------- attempts

  #attempt(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'connecting';
    const current = (this.#client ??= this.#createClient());
    this.#attemptLimit = this.#clock.after(CONNECT_DEADLINE_MS, () => {
      this.#lost(current, `no session within ${CONNECT_DEADLINE_MS} ms`);
    });
    this.#open(current).catch((error: unknown) => this.#lost(current, messageOf(error)));
  }

  async #open(current: Client): Promise<void> {
    await current.connect(this.#options.service);
    rawSocketOf(current)?.setNoDelay?.(true);
    const { domain, lang } = current.options;
    await current.open({ domain, lang });
  }

  #createClient(): Client {
    const { service, domain, username, resource } = this.#options;
    const created = client({
      service,
      domain,
      ...(username === undefined ? {} : { username }),
      ...(resource === undefined ? {} : { resource }),
      credentials: credentialsOf(this.#options),
    });
    created.reconnect.stop();
    created._onData = this.#readerFor(created);
    // Not followed: the library would take our credentials there, and an unreadable name ends the process.
    created._onSeeOtherHost = () => this.#cut(created, 'the server sends us to another host');
    if (this.#options.ca !== undefined) withTrustedCa(created, this.#options.ca, domain);
    created.on('error', (error: unknown) => this.#onError(created, error));
    created.on('disconnect', () => this.#lost(created, this.#lastError ?? 'the connection was closed'));
    this.#streamEnded = false;
    created.on('status', (status: string) => {
      // The library is about to close, or the server did: that work goes on after a reconnection and would hit the new socket.
      if (created === this.#client && ENDING.has(status)) this.#streamEnded = true;
    });
    created.on('online', () => this.#onSession(created, false));
    created.streamManagement.on('resumed', () => this.#onSession(created, true));
    created.streamManagement.on('fail', (stanza: Element) => {
      this.#requests.fail(stanza.attrs['id'] ?? '', this.#unavailable('the session was lost before the reply'));
    });
    return created;
  }

  #onError(current: Client, error: unknown): void {
    if (current !== this.#client) return;
    this.#lastError = messageOf(error);
    // Once online, an error that ends the stream is followed by `disconnect`; before, nothing else may follow.
    if (this.#state === 'connecting') this.#lost(current, this.#lastError);
    else this.#log.warn('XMPP error', { error: this.#lastError });
  }

  #onSession(current: Client, resumed: boolean): void {
    if (current !== this.#client || this.#state === 'stopped') return;
    this.#attemptLimit?.();
    this.#state = 'online';
    this.#jid = current.jid?.toString() ?? null;
    this.#lastError = null;
    this.#failures = 0;
    this.#connectsTotal += 1;
    rawSocketOf(current)?.setNoDelay?.(true); // the socket of TLS, if it came to that
    if (!resumed) this.#requests.failAll(this.#unavailable('a new session began before the reply'));
    this.#heardMs = this.#clock.monotonicMs();
    this.#schedulePing(current);
    this.#log.info('XMPP online', { jid: this.#jid, resumed });
    for (const listener of this.#onlineListeners) listener(resumed);
  }

  /** The connection is gone, or never came to be. Tries again later, with the same client if that can resume. */
  #lost(current: Client, why: string): void {
    if (current !== this.#client || this.#state === 'stopped' || this.#state === 'offline') return;
    const wasOnline = this.#state === 'online';
    this.#lastError = why;
    if (wasOnline) this.#dropsTotal += 1;
    // Resumption is possible as long as no stream was opened since: a refused connection does not end it.
    const isClosed = current.status === 'disconnect' || current.status === 'connecting';
    if (!isClosed || this.#streamEnded || current.streamManagement.id === '') this.#abandon(why);
    else rawSocketOf(current)?.destroy?.();
    this.#attemptLimit?.();
    this.#pinger?.();
    this.#state = 'offline';
    const delayMs = backoffMs(this.#failures, this.#random);
    this.#failures += 1;
    this.#log.warn('XMPP offline', { service: this.#options.service, why, delayMs });
    this.#retry = this.#clock.after(delayMs, () => this.#attempt());
  }

  /** Lets go of the client: what was under way fails. */
  #abandon(why: string): void {
    const old = this.#client;
    this.#client = null;
    this.#attemptLimit?.();
    this.#pinger?.();
    this.#requests.failAll(this.#unavailable(why));
    // `stop` still has to send the end of the stream; else the socket is of no more use.
    if (old !== null && this.#state !== 'stopped') rawSocketOf(old)?.destroy?.();
  }

  // -------------------------------------------------------------------------------------------- incoming

  /**
   * Takes the place of the library's `_onData`, which breaks characters that are split over two chunks and lets what
   * the parser throws end the process.
   */
  #readerFor(current: Client): (data: Uint8Array) => void {
    let decoder = new StringDecoder('utf8');
    let held = '';
    const found: Element[] = [];
    current.on('element', (element: Element) => found.push(element));
    current.on('connecting', () => {
      decoder = new StringDecoder('utf8');
      held = '';
      this.#unparsedBytes = 0;
    });
    return (data) => {
      this.#heardMs = this.#clock.monotonicMs();
      this.#unparsedBytes += data.length;
      if (this.#unparsedBytes > MAX_STANZA_BYTES)
        return this.#cut(current, `a stanza of more than ${MAX_STANZA_BYTES} bytes`);
      const { complete, rest } = splitAtMarkup(held, decoder.write(data));
      held = rest;
      try {
        current.parser?.write(complete);
      } catch (error) {
        this.#cut(current, `the server sent what is no XML: ${messageOf(error)}`);
      }
      // After parsing, so that what our listeners throw is not taken for the server's mistake.
      for (const element of found.splice(0)) this.#onElement(current, element);
    };
  }

  #cut(current: Client, why: string): void {
    this.#lost(current, why);
    rawSocketOf(current)?.destroy?.();
  }

  #onElement(current: Client, element: Element): void {
    if (current !== this.#client) return;
    this.#unparsedBytes = 0;
    if (element.name === 'iq') this.#requests.answer(element, (from) => this.#isOwnServer(from));
    else if (isStanza(element)) for (const listener of this.#stanzaListeners) listener(element);
  }

  #isOwnServer(from: string | undefined): boolean {
    return from === undefined || from === this.#options.domain || from === this.#jid || from === this.bareJid;
  }

  #schedulePing(current: Client): void {
    this.#pinger?.();
    this.#pinger = this.#clock.after(PING_INTERVAL_MS, () => {
      if (current !== this.#client || !this.online) return;
      if (this.#clock.monotonicMs() - this.#heardMs < PING_INTERVAL_MS) return this.#schedulePing(current);
      // XEP-0199 §4.2; an error reply is a sign of life too.
      this.iq(xml('ping', { xmlns: 'urn:xmpp:ping' }), { type: 'get', deadlineMs: PING_DEADLINE_MS }).then(
        () => this.#schedulePing(current),
        (error: unknown) => {
          if (error instanceof CodedError && error.code === 'XMPP_REFUSED') this.#schedulePing(current);
          else rawSocketOf(current)?.destroy?.();
        },
      );
    });
  }

  #unavailable(why: string): CodedError {
    return new CodedError('XMPP_UNAVAILABLE', `no connection to ${this.#options.service}: ${why}`);
  }
}

/** States of the library in which a stream ends by the rules. */
const ENDING: ReadonlySet<string> = new Set(['closing', 'close', 'disconnecting']);

/** How long `stop` waits for the server to close its side. */
const STOP_DEADLINE_MS = 1_000;

function isStanza(element: Element): boolean {
  return element.name === 'iq' || element.name === 'message' || element.name === 'presence';
}

function rawSocketOf(current: Client): ClientSocket | null {
  const socket = current.socket;
  return socket?.setNoDelay === undefined ? (socket?.socket ?? null) : socket;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function checkOptions(options: XmppConnectionOptions): void {
  const url = URL.canParse(options.service) ? new URL(options.service) : null;
  if (url === null || (url.protocol !== 'xmpp:' && url.protocol !== 'xmpps:') || url.hostname === '') {
    throw new CodedError('CONFIG_INVALID', `'${options.service}' is not an XMPP service`, {
      hint: 'use xmpps://host:5223, or xmpp://host:5222 for STARTTLS',
    });
  }
  if (options.ca !== undefined && url.protocol !== 'xmpps:') {
    throw new CodedError('CONFIG_INVALID', 'a CA of one’s own works with xmpps:// only', {
      hint: 'use xmpps://, or set NODE_EXTRA_CA_CERTS for STARTTLS',
    });
  }
  if (url.protocol === 'xmpp:' && !isLoopback(url.hostname) && options.username === undefined) {
    throw new CodedError('CONFIG_INVALID', 'anonymous access without TLS is for loopback only', {
      hint: 'use xmpps://',
    });
  }
}
