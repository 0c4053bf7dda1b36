/**
 * XEP-0060 from the client's side: builds requests, reads replies, names what a refusal means. No state, no policy.
 * Prosody and ejabberd differ in which of two fields carries a condition: {@link meaningOf} looks at both.
 */
import { xml, type Element } from '@xmpp/xml';
import { CodedError } from '../../model/errors.ts';
import { cleanText } from '../xml-text.ts';
import type { XmppConnection } from './connection.ts';
import { RawXml } from './raw-xml.ts';

export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
export const NS_PUBSUB_OWNER = 'http://jabber.org/protocol/pubsub#owner';
export const NS_PUBSUB_EVENT = 'http://jabber.org/protocol/pubsub#event';
const NS_DATA = 'jabber:x:data';
const NODE_CONFIG = 'http://jabber.org/protocol/pubsub#node_config';

export type Affiliation = 'owner' | 'publisher' | 'publish-only' | 'member' | 'none' | 'outcast';

/** What a refusal means for us; `transient` may pass by itself. */
export type Refusal = 'exists' | 'absent' | 'forbidden' | 'options' | 'too-large' | 'invalid' | 'transient';

/** Fields of a node's configuration without the prefix `pubsub#`. */
export type NodeConfig = Readonly<Record<string, string>>;

export interface NodeSubscription {
  readonly jid: string;
  readonly subid: string | null;
}

export function meaningOf(error: CodedError): Refusal {
  if (error.code !== 'XMPP_REFUSED') return 'transient';
  const { condition, pubsubCondition, type } = error.data;
  // Prosody says conflict + precondition-not-met, ejabberd precondition-not-met in the other field.
  if (pubsubCondition === 'precondition-not-met' || condition === 'precondition-not-met') return 'options';
  if (pubsubCondition === 'payload-too-big' || pubsubCondition === 'item-too-big') return 'too-large';
  if (pubsubCondition === 'invalid-options') return 'options';
  switch (condition) {
    case 'conflict':
      return 'exists';
    case 'item-not-found':
      return 'absent';
    case 'forbidden':
    case 'not-allowed':
    case 'not-authorized':
      return 'forbidden';
    case 'not-acceptable':
    case 'bad-request':
    case 'policy-violation':
      return 'invalid';
    default:
      return type === 'wait' || condition === 'service-unavailable' ? 'transient' : 'invalid';
  }
}

/** Requests to one pubsub service. Every call throws what {@link XmppConnection.iq} throws. */
export class PubsubService {
  readonly #connection: XmppConnection;
  readonly service: string;

  constructor(connection: XmppConnection, service: string) {
    this.#connection = connection;
    this.service = service;
  }

  /** §8.1.3: create and configure in one request. */
  async createNode(node: string, config: NodeConfig): Promise<void> {
    await this.#set(NS_PUBSUB, xml('create', { node }), xml('configure', {}, configForm(config)));
  }

  /** §8.2.4. */
  async configureNode(node: string, config: NodeConfig): Promise<void> {
    await this.#set(NS_PUBSUB_OWNER, xml('configure', { node }, configForm(config)));
  }

  /** §8.3.1: names of the fields that the service knows, without the prefix. */
  async knownOptions(): Promise<ReadonlySet<string>> {
    const reply = await this.#get(NS_PUBSUB_OWNER, xml('default'));
    const form = reply.getChild('pubsub')?.getChild('default')?.getChild('x', NS_DATA);
    const names = (form?.getChildren('field') ?? []).map((field) => field.attrs['var'] ?? '');
    return new Set(names.filter((name) => name.startsWith('pubsub#')).map((name) => name.slice('pubsub#'.length)));
  }

  /** §8.4. */
  async deleteNode(node: string): Promise<void> {
    await this.#set(NS_PUBSUB_OWNER, xml('delete', { node }));
  }

  /** §8.9.1. */
  async affiliations(node: string): Promise<ReadonlyMap<string, string>> {
    const reply = await this.#get(NS_PUBSUB_OWNER, xml('affiliations', { node }));
    const list = reply.getChild('pubsub')?.getChild('affiliations')?.getChildren('affiliation') ?? [];
    return new Map(list.map((a) => [a.attrs['jid'] ?? '', a.attrs['affiliation'] ?? 'none']));
  }

  /** §8.9.2. */
  async setAffiliations(node: string, changes: readonly (readonly [string, Affiliation])[]): Promise<void> {
    const items = changes.map(([jid, affiliation]) => xml('affiliation', { jid, affiliation }));
    await this.#set(NS_PUBSUB_OWNER, xml('affiliations', { node }, ...items));
  }

  /** §8.8.1: all subscriptions of the node. */
  async nodeSubscriptions(node: string): Promise<readonly NodeSubscription[]> {
    const reply = await this.#get(NS_PUBSUB_OWNER, xml('subscriptions', { node }));
    const list = reply.getChild('pubsub')?.getChild('subscriptions')?.getChildren('subscription') ?? [];
    return list
      .filter((s) => s.attrs['subscription'] !== 'none')
      .map((s) => ({ jid: s.attrs['jid'] ?? '', subid: s.attrs['subid'] ?? null }));
  }

  /** §8.8.2: ends others' subscriptions. */
  async endSubscriptions(node: string, subscriptions: readonly NodeSubscription[]): Promise<void> {
    const items = subscriptions.map(({ jid, subid }) =>
      xml('subscription', { jid, subscription: 'none', ...(subid === null ? {} : { subid }) }),
    );
    await this.#set(NS_PUBSUB_OWNER, xml('subscriptions', { node }, ...items));
  }

  /** §7.1; `payload` is markup already. */
  async publish(node: string, itemId: string, payload: string): Promise<void> {
    await this.#set(NS_PUBSUB, xml('publish', { node }, xml('item', { id: itemId }, new RawXml(payload))));
  }

  /** §6.1: subscribes `jid`. Answers the state: subscribed, pending, unconfigured. */
  async subscribe(node: string, jid: string): Promise<string> {
    const reply = await this.#set(NS_PUBSUB, xml('subscribe', { node, jid }));
    return reply.getChild('pubsub')?.getChild('subscription')?.attrs['subscription'] ?? 'subscribed';
  }

  /** §5.6: our own subscriptions on all nodes. */
  async ownSubscriptions(): Promise<readonly { readonly node: string; readonly jid: string }[]> {
    const reply = await this.#get(NS_PUBSUB, xml('subscriptions'));
    const list = reply.getChild('pubsub')?.getChild('subscriptions')?.getChildren('subscription') ?? [];
    return list
      .filter((s) => s.attrs['subscription'] === 'subscribed')
      .map((s) => ({ node: s.attrs['node'] ?? '', jid: s.attrs['jid'] ?? '' }));
  }

  /** §6.5: items with the given ids, or the service's latest. */
  async items(
    node: string,
    query: { readonly ids?: readonly string[]; readonly max?: number } = {},
  ): Promise<readonly Element[]> {
    const wanted = (query.ids ?? []).map((id) => xml('item', { id }));
    const max = query.max === undefined ? {} : { max_items: query.max };
    const reply = await this.#get(NS_PUBSUB, xml('items', { node, ...max }, ...wanted));
    return reply.getChild('pubsub')?.getChild('items')?.getChildren('item') ?? [];
  }

  #get(namespace: string, ...children: readonly Element[]): Promise<Element> {
    return this.#connection.iq(xml('pubsub', { xmlns: namespace }, ...children), { type: 'get', to: this.service });
  }

  #set(namespace: string, ...children: readonly Element[]): Promise<Element> {
    return this.#connection.iq(xml('pubsub', { xmlns: namespace }, ...children), { type: 'set', to: this.service });
  }
}

function configForm(config: NodeConfig): Element {
  const field = (name: string, value: string): Element =>
    xml('field', { var: name }, xml('value', {}, cleanText(value)));
  return xml(
    'x',
    { xmlns: NS_DATA, type: 'submit' },
    xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, NODE_CONFIG)),
    ...Object.entries(config).map(([name, value]) => field(`pubsub#${name}`, value)),
  );
}
