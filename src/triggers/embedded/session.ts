/**
 * One client of the embedded server: from the TCP connection over TLS, SASL and resource binding (RFC 6120 §4-7) to the
 * exchange of stanzas. Each step has a time limit, a slow reader is cut, an offence ends the stream with its condition.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { xml, type Element } from '@xmpp/xml';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Accounts, SaslExchange, SaslStep } from './accounts.ts';
import { errorOf, NS, parseJid, resultOf, stringifyJid, type Jid } from './stanza.ts';
import { XmlStreamReader } from './xml-stream.ts';

/** Largest stanza taken; a payload of ours has 200 KiB at most. */
export const MAX_STANZA_BYTES = 256 * 1024;
/** What may wait for a reader that does not read. */
export const MAX_UNSENT_BYTES = 4 * 1024 * 1024;
/** How long a client may take from connecting to its bound resource. */
const LOGIN_DEADLINE_MS = 30_000;
/** Attempts to authenticate per connection. */
const MAX_AUTH_FAILURES = 3;

export interface SessionHost {
  readonly domain: string;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly allowAnonymous: boolean;
  /** Key and certificate (PEM); null offers no TLS. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
  /** A random text for ids and resources. */
  token(): string;
  /** The session is bound; an older one of the same JID is to be ended. */
  onBound(session: ClientSession): void;
  /** A stanza of a bound session, `from` set. */
  onStanza(session: ClientSession, stanza: Element): void;
  onClosed(session: ClientSession): void;
}

export class ClientSession {
  readonly #host: SessionHost;
  #socket: Socket;
  #reader: XmlStreamReader;
  #secure = false;
  #user: string | null = null;
  #exchange: SaslExchange | null = null;
  #authFailures = 0;
  #headerSent = false;
  #closed = false;
  #jid: Jid | null = null;
  #loginLimit: Cancel;
  /** Priority of the presence last sent; null while unavailable (RFC 6121 §4). */
  priority: number | null = null;
  /** The presence last sent, for others of the same account. */
  presence: Element | null = null;

  constructor(host: SessionHost, socket: Socket) {
    this.#host = host;
    this.#socket = socket;
    this.#reader = this.#newReader();
    this.#loginLimit = host.clock.after(LOGIN_DEADLINE_MS, () => this.end('connection-timeout'));
    this.#listen();
  }

  /** The full JID; null before binding. */
  get jid(): Jid | null {
    return this.#jid;
  }

  send(stanza: Element): void {
    this.#write(stanza.toString());
  }

  /** Ends the stream with an error (RFC 6120 §4.9), or regularly. */
  end(condition: string | null): void {
    if (this.#closed) return;
    if (!this.#headerSent) this.#sendHeader();
    const error = condition === null ? '' : xml('stream:error', {}, xml(condition, NS.streamErrors)).toString();
    this.#write(`${error}</stream:stream>`);
    this.#close();
    this.#socket.end();
    // A client that does not close its side within a second is cut.
    this.#host.clock.after(1_000, () => this.#socket.destroy());
  }

  #newReader(): XmlStreamReader {
    return new XmlStreamReader(
      {
        onOpen: (root) => this.#onOpen(root),
        onElement: (element) => this.#onElement(element),
        onEnd: () => this.end(null),
        onOffence: (offence) => this.end(offence),
      },
      MAX_STANZA_BYTES,
    );
  }

  #listen(): void {
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#reader.read(chunk));
    this.#socket.on('error', () => this.#close());
    this.#socket.on('close', () => this.#close());
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.stop();
    this.#loginLimit();
    this.#host.onClosed(this);
  }

  #write(text: string): void {
    if (this.#closed) return;
    this.#socket.write(text);
    if (this.#socket.writableLength <= MAX_UNSENT_BYTES) return;
    this.#close();
    this.#socket.destroy();
  }

  // -------------------------------------------------------------------------------------------- negotiation

  #sendHeader(): void {
    this.#headerSent = true;
    this.#write(
      `<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}' id='${this.#host.token()}' ` +
        `from='${this.#host.domain}' version='1.0' xml:lang='en'>`,
    );
  }

  #onOpen(root: Element): void {
    if (!root.is('stream', NS.streams) || root.attrs['xmlns'] !== NS.client) return this.end('invalid-namespace');
    this.#sendHeader();
    if ((root.attrs['to'] ?? '').toLowerCase() !== this.#host.domain) return this.end('host-unknown');
    if (root.attrs['version'] !== '1.0') return this.end('unsupported-version');
    this.send(xml('stream:features', {}, ...this.#features()));
  }

  #features(): readonly Element[] {
    if (this.#user !== null) {
      // RFC 3921's session is optional; clients of that time ask for it.
      return [xml('bind', NS.bind), xml('session', NS.session, xml('optional'))];
    }
    const names = ['SCRAM-SHA-1', 'PLAIN', ...(this.#host.allowAnonymous ? ['ANONYMOUS'] : [])];
    const mechanisms = xml('mechanisms', NS.sasl, ...names.map((name) => xml('mechanism', {}, name)));
    return this.#host.tls === null || this.#secure ? [mechanisms] : [xml('starttls', NS.tls), mechanisms];
  }

  #onElement(element: Element): void {
    if (this.#jid !== null) return this.#onStanza(element, this.#jid);
    if (this.#user !== null) return this.#onBind(element, this.#user);
    if (element.is('starttls', NS.tls)) return this.#startTls();
    if (element.getNS() === NS.sasl) return this.#onSasl(element);
    this.end('not-authorized');
  }

  #startTls(): void {
    const { tls } = this.#host;
    if (tls === null || this.#secure) {
      this.#write(xml('failure', NS.tls).toString());
      return this.end(null);
    }
    this.#reader.stop();
    this.#socket.removeAllListeners('data');
    this.#write(xml('proceed', NS.tls).toString());
    this.#socket = new TLSSocket(this.#socket, { isServer: true, key: tls.key, cert: tls.cert });
    this.#secure = true;
    this.#reader = this.#newReader();
    this.#listen();
  }

  #onSasl(element: Element): void {
    const name = element.getName();
    if (name === 'abort') return this.#onSaslStep({ kind: 'failure' });
    if (name === 'auth') {
      this.#exchange = this.#host.accounts.authenticate(element.attrs['mechanism'] ?? '', this.#host.allowAnonymous);
    } else if (name !== 'response') return this.end('unsupported-stanza-type');
    const text = element.text();
    const message = text === '=' ? '' : Buffer.from(text, 'base64').toString('utf8');
    this.#onSaslStep(this.#exchange?.step(message) ?? { kind: 'failure' });
  }

  #onSaslStep(step: SaslStep): void {
    switch (step.kind) {
      case 'challenge':
        return this.send(xml('challenge', NS.sasl, Buffer.from(step.data).toString('base64')));
      case 'success':
        this.#user = step.user;
        this.send(xml('success', NS.sasl, step.data === '' ? null : Buffer.from(step.data).toString('base64')));
        // RFC 6120 §6.4.6: a new stream begins, with a new parser.
        this.#reader.stop();
        this.#reader = this.#newReader();
        return;
      case 'failure':
        this.#exchange = null;
        this.#authFailures += 1;
        this.send(xml('failure', NS.sasl, xml('not-authorized')));
        if (this.#authFailures >= MAX_AUTH_FAILURES) this.end('policy-violation');
    }
  }

  #onBind(element: Element, user: string): void {
    const bind = element.getChild('bind', NS.bind);
    if (element.name !== 'iq' || element.attrs['type'] !== 'set' || bind === undefined)
      return this.end('not-authorized');
    const wanted = bind.getChildText('resource') ?? '';
    const jid = parseJid(`${user}@${this.#host.domain}/${wanted === '' ? this.#host.token() : wanted}`);
    if (jid === null) return this.send(errorOf(element, 'bad-request'));
    this.#jid = jid;
    this.#loginLimit();
    this.#host.onBound(this);
    this.send(resultOf(element, xml('bind', NS.bind, xml('jid', {}, stringifyJid(jid)))));
  }

  #onStanza(stanza: Element, jid: Jid): void {
    if (stanza.name !== 'iq' && stanza.name !== 'message' && stanza.name !== 'presence') {
      return this.end('unsupported-stanza-type');
    }
    stanza.attrs['from'] = stringifyJid(jid);
    this.#host.onStanza(this, stanza);
  }
}
