/** Replies and addresses for the embedded server. */
import { xml, type Element } from '@xmpp/xml';

export const NS = {
  client: 'jabber:client',
  streams: 'http://etherx.jabber.org/streams',
  streamErrors: 'urn:ietf:params:xml:ns:xmpp-streams',
  stanzaErrors: 'urn:ietf:params:xml:ns:xmpp-stanzas',
  tls: 'urn:ietf:params:xml:ns:xmpp-tls',
  sasl: 'urn:ietf:params:xml:ns:xmpp-sasl',
  bind: 'urn:ietf:params:xml:ns:xmpp-bind',
  session: 'urn:ietf:params:xml:ns:xmpp-session',
  roster: 'jabber:iq:roster',
  ping: 'urn:xmpp:ping',
  discoInfo: 'http://jabber.org/protocol/disco#info',
  discoItems: 'http://jabber.org/protocol/disco#items',
  pubsub: 'http://jabber.org/protocol/pubsub',
  pubsubOwner: 'http://jabber.org/protocol/pubsub#owner',
  pubsubEvent: 'http://jabber.org/protocol/pubsub#event',
  pubsubErrors: 'http://jabber.org/protocol/pubsub#errors',
  data: 'jabber:x:data',
} as const;

/** RFC 6120 §8.3.3, as far as this server uses them, with the type that goes with each. */
const ERROR_TYPES = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'remote-server-not-found': 'cancel',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'unexpected-request': 'modify',
} as const;

export type StanzaCondition = keyof typeof ERROR_TYPES;

/** A refusal on its way to become an error reply. */
export class StanzaRefusal extends Error {
  readonly condition: StanzaCondition;
  /** The condition of XEP-0060 beside it, if any. */
  readonly pubsubCondition: string | null;

  constructor(condition: StanzaCondition, pubsubCondition: string | null = null) {
    super(pubsubCondition ?? condition);
    this.condition = condition;
    this.pubsubCondition = pubsubCondition;
  }
}

/** The positive reply to a request; `from` and `to` swapped. */
export function resultOf(iq: Element, payload: Element | null = null): Element {
  return xml('iq', { ...backAddress(iq), type: 'result' }, payload);
}

/** The error reply to any stanza. */
export function errorOf(stanza: Element, condition: StanzaCondition, pubsubCondition: string | null = null): Element {
  const error = xml(
    'error',
    { type: ERROR_TYPES[condition] },
    xml(condition, NS.stanzaErrors),
    pubsubCondition === null ? null : xml(pubsubCondition, NS.pubsubErrors),
  );
  return xml(stanza.name, { ...backAddress(stanza), type: 'error' }, error);
}

function backAddress(stanza: Element): Readonly<Record<string, string>> {
  const { id, from, to } = stanza.attrs;
  return {
    ...(id === undefined ? {} : { id }),
    ...(to === undefined ? {} : { from: to }),
    ...(from === undefined ? {} : { to: from }),
  };
}

export interface Jid {
  /** Empty for a server. */
  readonly local: string;
  readonly domain: string;
  /** Empty for a bare JID. */
  readonly resource: string;
}

/** RFC 7622 without the Unicode profiles: local part and domain in lower case. Null for what is no address. */
export function parseJid(text: string): Jid | null {
  const [, local, domain, resource] =
    /^(?:([^\s"&'/:<>@\p{Cc}]{1,1023})@)?([^\s"&'/:<>@\p{Cc}]{1,1023})(?:\/([^\p{Cc}]{1,1023}))?$/u.exec(text) ?? [];
  if (domain === undefined) return null;
  return { local: (local ?? '').toLowerCase(), domain: domain.toLowerCase(), resource: resource ?? '' };
}

export function bareOf(jid: Jid): string {
  return jid.local === '' ? jid.domain : `${jid.local}@${jid.domain}`;
}

export function stringifyJid(jid: Jid): string {
  return jid.resource === '' ? bareOf(jid) : `${bareOf(jid)}/${jid.resource}`;
}
