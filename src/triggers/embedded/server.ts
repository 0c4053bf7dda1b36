/**
 * An XMPP server with just enough of RFC 6120, RFC 6121 and XEP-0060 to try PQA out: loopback only, no federation between
 * servers, no offline messages, empty rosters. For real use take Prosody or ejabberd.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { xml, type Element } from '@xmpp/xml';
import { CodedError } from '../../model/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { StateStore } from '../../ports/store.ts';
import { isLoopback } from '../xmpp/security.ts';
import { Accounts, hexOf } from './accounts.ts';
import { PubsubHost } from './pubsub-host.ts';
import { ClientSession, type SessionHost } from './session.ts';
import { bareOf, errorOf, NS, parseJid, resultOf, stringifyJid, type Jid } from './stanza.ts';

export interface EmbeddedXmppServerOptions {
  /** The XMPP domain; the pubsub service is `pubsub.<domain>`. @default 'localhost' */
  readonly domain?: string | undefined;
  /** Address to listen on; loopback only. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** @default 0: a free one */
  readonly port?: number | undefined;
  /** Whether ANONYMOUS is offered. @default false */
  readonly allowAnonymous?: boolean | undefined;
  /** Key and certificate (PEM) for STARTTLS. @default none: on loopback plain TCP is enough */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

export interface EmbeddedXmppServerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Where accounts, nodes and items are kept; absent: in memory. */
  readonly store?: StateStore | undefined;
}

/** Connections at a time: a trial has a handful. */
const MAX_CONNECTIONS = 256;

export class EmbeddedXmppServer {
  readonly domain: string;
  readonly #deps: EmbeddedXmppServerDeps;
  readonly #options: EmbeddedXmppServerOptions;
  readonly #accounts: Accounts;
  readonly #pubsub: PubsubHost;
  readonly #sockets = new Set<Socket>();
  /** Bound sessions by bare JID and resource. */
  readonly #sessions = new Map<string, Map<string, ClientSession>>();
  #server: Server | null = null;

  /** Throws `CONFIG_INVALID` for an address that is not loopback. */
  constructor(deps: EmbeddedXmppServerDeps, options: EmbeddedXmppServerOptions = {}) {
    const host = options.host ?? '127.0.0.1';
    if (!isLoopback(host)) {
      throw new CodedError('CONFIG_INVALID', `the embedded XMPP server does not listen on ${host}`, {
        hint: 'it is for trials on one machine: use 127.0.0.1, or a real server such as Prosody',
      });
    }
    this.domain = (options.domain ?? 'localhost').toLowerCase();
    this.#deps = deps;
    this.#options = options;
    this.#accounts = new Accounts(deps.random, deps.store ?? null);
    this.#pubsub = new PubsubHost({
      domain: this.pubsubService,
      store: deps.store ?? null,
      mayCreate: (bareJid) => this.#isAccount(bareJid),
      deliver: (to, message) => this.#deliverMessage(to, message),
      token: () => hexOf(deps.random, 8),
    });
  }

  get pubsubService(): string {
    return `pubsub.${this.domain}`;
  }

  /** Adds an account or changes its password. Throws `INVALID_JID`, `LIMIT_EXCEEDED`. */
  addAccount(user: string, password: string): void {
    this.#accounts.add(user, password);
  }

  /** Rejects with `PORT_IN_USE`. */
  async start(): Promise<{ readonly port: number }> {
    const server = createServer((socket) => this.#onConnection(socket));
    this.#server = server;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen(this.#options.port ?? 0, this.#options.host ?? '127.0.0.1', () => resolve());
    try {
      await promise;
    } catch (error) {
      this.#server = null;
      throw new CodedError('PORT_IN_USE', `the embedded XMPP server cannot listen: ${String(error)}`, { cause: error });
    }
    const { port } = addressOf(server);
    this.#deps.log.warn('embedded XMPP server for trials: loopback only, not for real use', {
      domain: this.domain,
      port,
      tls: this.#options.tls !== undefined,
    });
    return { port };
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    for (const session of this.#allSessions()) session.end('system-shutdown');
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroySoon();
    await promise;
  }

  /** Cuts every connection without a word, as a crash would: for tests of clients. */
  destroy(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return this.stop();
  }

  // -------------------------------------------------------------------------------------------- connections

  #onConnection(socket: Socket): void {
    if (this.#sockets.size >= MAX_CONNECTIONS || this.#server === null) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    const host: SessionHost = {
      domain: this.domain,
      clock: this.#deps.clock,
      accounts: this.#accounts,
      allowAnonymous: this.#options.allowAnonymous ?? false,
      tls: this.#options.tls ?? null,
      token: () => hexOf(this.#deps.random, 8),
      onBound: (session) => this.#onBound(session),
      onStanza: (session, stanza) => this.#onStanza(session, stanza),
      onClosed: (session) => this.#onClosed(session),
    };
    void new ClientSession(host, socket);
  }

  /** RFC 6120 §7.7.2.2: the newer session wins. */
  #onBound(session: ClientSession): void {
    if (session.jid === null) return;
    const bare = bareOf(session.jid);
    const resources = this.#sessions.get(bare) ?? new Map<string, ClientSession>();
    resources.get(session.jid.resource)?.end('conflict');
    this.#sessions.set(bare, resources);
    resources.set(session.jid.resource, session);
  }

  #onClosed(session: ClientSession): void {
    const { jid } = session;
    const resources = jid === null ? undefined : this.#sessions.get(bareOf(jid));
    if (jid === null || resources?.get(jid.resource) !== session) return;
    resources.delete(jid.resource);
    if (resources.size === 0) this.#sessions.delete(bareOf(jid));
    if (session.priority !== null) {
      this.#broadcast(resources, xml('presence', { type: 'unavailable', from: stringifyJid(jid), to: bareOf(jid) }));
    }
  }

  #allSessions(): readonly ClientSession[] {
    return [...this.#sessions.values()].flatMap((resources) => [...resources.values()]);
  }

  #isAccount(bareJid: string): boolean {
    const jid = parseJid(bareJid);
    return jid !== null && jid.domain === this.domain && this.#accounts.has(jid.local);
  }

  // -------------------------------------------------------------------------------------------- routing

  #onStanza(session: ClientSession, stanza: Element): void {
    const own = session.jid;
    if (own === null) return;
    const to = stanza.attrs['to'] === undefined ? null : parseJid(stanza.attrs['to']);
    if (stanza.attrs['to'] !== undefined && to === null) return this.#bounce(session, stanza, 'jid-malformed');
    if (stanza.name === 'iq' && !isProperIq(stanza)) return this.#bounce(session, stanza, 'bad-request');
    if (stanza.name === 'presence' && to === null) return this.#onPresence(session, own, stanza);
    const target = to ?? { local: own.local, domain: own.domain, resource: '' };
    if (target.domain === this.pubsubService) return this.#onPubsub(session, own, stanza);
    if (target.domain !== this.domain) return this.#bounce(session, stanza, 'remote-server-not-found');
    if (stanza.name === 'iq' && target.resource === '') return this.#onServerIq(session, own, target, stanza);
    if (target.local === '') return;
    this.#route(session, target, stanza);
  }

  #onPubsub(session: ClientSession, own: Jid, stanza: Element): void {
    if (stanza.name !== 'iq' || !isRequest(stanza)) return;
    session.send(this.#pubsub.handle(own, stanza));
  }

  /** RFC 6121 §8.5. */
  #route(session: ClientSession, to: Jid, stanza: Element): void {
    if (stanza.name === 'message') {
      if (!this.#deliverMessage(to, stanza)) this.#bounce(session, stanza, 'service-unavailable');
      return;
    }
    if (stanza.name === 'presence') return this.#routePresence(session, to, stanza);
    const target = this.#sessions.get(bareOf(to))?.get(to.resource);
    if (target === undefined) this.#bounce(session, stanza, 'service-unavailable');
    else target.send(stanza);
  }

  /** True if somebody got the message, or nobody minds (headlines and errors). */
  #deliverMessage(to: Jid, message: Element): boolean {
    const resources = this.#sessions.get(bareOf(to));
    const type = message.attrs['type'] ?? 'normal';
    if (to.resource !== '') {
      const target = resources?.get(to.resource);
      target?.send(message);
      return target !== undefined || type === 'headline' || type === 'error';
    }
    const available = [...(resources?.values() ?? [])].filter((s) => (s.priority ?? -1) >= 0);
    if (type === 'error') return true;
    for (const target of available) target.send(message);
    return available.length > 0 || type === 'headline';
  }

  /** RFC 6121 §4: no rosters, hence presence goes to one's own other clients and to whom it is addressed. */
  #onPresence(session: ClientSession, own: Jid, presence: Element): void {
    const type = presence.attrs['type'];
    if (type !== undefined && type !== 'unavailable') return;
    const resources = this.#sessions.get(bareOf(own)) ?? new Map<string, ClientSession>();
    const wasAvailable = session.priority !== null;
    const priority = Number(presence.getChildText('priority') ?? '0');
    session.priority =
      type === 'unavailable' ? null : Number.isInteger(priority) ? Math.max(-128, Math.min(127, priority)) : 0;
    session.presence = type === 'unavailable' ? null : presence;
    this.#broadcast(resources, presence);
    if (wasAvailable || session.priority === null) return;
    for (const other of resources.values()) {
      if (other !== session && other.presence !== null) session.send(other.presence);
    }
  }

  #broadcast(resources: ReadonlyMap<string, ClientSession>, presence: Element): void {
    for (const session of resources.values()) if (session.priority !== null) session.send(presence);
  }

  #routePresence(session: ClientSession, to: Jid, presence: Element): void {
    const type = presence.attrs['type'];
    if (type === 'subscribe') {
      session.send(xml('presence', { type: 'unsubscribed', from: bareOf(to), to: presence.attrs['from'] }));
      return;
    }
    if (type !== undefined && type !== 'unavailable') return;
    const resources = this.#sessions.get(bareOf(to));
    const targets = to.resource === '' ? [...(resources?.values() ?? [])] : [resources?.get(to.resource)];
    for (const target of targets) target?.send(presence);
  }

  #onServerIq(session: ClientSession, own: Jid, to: Jid, iq: Element): void {
    if (!isRequest(iq)) return;
    const [child] = iq.getChildElements();
    const isSelf = to.local === '' || bareOf(to) === bareOf(own);
    const reply = child !== undefined && isSelf ? this.#answer(iq, child, to.local === '') : null;
    session.send(reply ?? errorOf(iq, 'service-unavailable'));
  }

  #answer(iq: Element, child: Element, isServer: boolean): Element | null {
    const request = `${iq.attrs['type'] ?? ''} ${child.getNS() ?? ''}`;
    switch (request) {
      case `get ${NS.ping}`:
      case `set ${NS.session}`:
        return resultOf(iq);
      case `get ${NS.roster}`:
        return resultOf(iq, xml('query', NS.roster));
      case `set ${NS.roster}`:
        return errorOf(iq, 'not-allowed');
      case `get ${NS.discoInfo}`:
        return isServer && child.attrs['node'] === undefined
          ? resultOf(iq, serverInfo())
          : errorOf(iq, 'item-not-found');
      case `get ${NS.discoItems}`:
        return resultOf(iq, xml('query', NS.discoItems, isServer ? xml('item', { jid: this.pubsubService }) : null));
      default:
        return null;
    }
  }

  /** An error for what cannot be delivered; never for an error or a result. */
  #bounce(session: ClientSession, stanza: Element, condition: Parameters<typeof errorOf>[1]): void {
    const { type } = stanza.attrs;
    if (type === 'error' || type === 'result' || stanza.name === 'presence') return;
    session.send(errorOf(stanza, condition));
  }
}

function serverInfo(): Element {
  const features = [NS.discoInfo, NS.discoItems, NS.ping];
  return xml(
    'query',
    NS.discoInfo,
    xml('identity', { category: 'server', type: 'im', name: 'PQA embedded server (trials only)' }),
    ...features.map((name) => xml('feature', { var: name })),
  );
}

/** RFC 6120 §8.2.3. */
function isProperIq(iq: Element): boolean {
  const { id, type } = iq.attrs;
  if (id === undefined || id === '') return false;
  if (type === 'result' || type === 'error') return true;
  return (type === 'get' || type === 'set') && iq.getChildElements().length === 1;
}

function isRequest(iq: Element): boolean {
  return iq.attrs['type'] === 'get' || iq.attrs['type'] === 'set';
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a listening TCP server has an address');
  return address;
}
