/**
 * The pubsub service of the embedded server (XEP-0060): creates, configures and deletes nodes, keeps affiliations and
 * subscriptions, takes items and notifies subscribers. Answers every request with one reply; throws nothing.
 */
import { xml, type Element } from '@xmpp/xml';
import type { Collection, StateStore } from '../../ports/store.ts';
import { RawXml } from '../xmpp/raw-xml.ts';
import { describeService, listNodes, nodeInfo } from './pubsub-disco.ts';
import { configForm, readForm } from './data-form.ts';
import { MAX_JIDS_PER_NODE, parseAffiliation, PubsubNode, type NodeItem } from './pubsub-node.ts';
import { bareOf, errorOf, NS, parseJid, resultOf, StanzaRefusal, stringifyJid, type Jid } from './stanza.ts';

export interface PubsubHostDeps {
  /** Address of the service. */
  readonly domain: string;
  readonly store: StateStore | null;
  mayCreate(bareJid: string): boolean;
  deliver(to: Jid, message: Element): void;
  token(): string;
}

export const MAX_NODES = 10_000;
/** All payloads kept: the memory that trials may take. */
export const MAX_TOTAL_BYTES = 256 * 1024 * 1024;
/** Longest name of a node and id of an item. */
const MAX_NAME_LENGTH = 1_023;

interface Request {
  readonly from: Jid;
  readonly bare: string;
  readonly iq: Element;
  /** The child of `<pubsub/>`. */
  readonly action: Element;
}

export class PubsubHost {
  readonly #deps: PubsubHostDeps;
  readonly #nodes = new Map<string, PubsubNode>();
  readonly #collections: { readonly nodes: Collection | null; readonly items: Collection | null };

  constructor(deps: PubsubHostDeps) {
    this.#deps = deps;
    this.#collections = {
      nodes: deps.store?.collection('embedded_nodes') ?? null,
      items: deps.store?.collection('embedded_items') ?? null,
    };
    for (const [name, document] of this.#collections.nodes?.entries() ?? []) {
      const node = new PubsubNode(name, this.#collections);
      node.load(document);
      this.#nodes.set(name, node);
    }
  }

  /** Answers a request of type get or set. */
  handle(from: Jid, iq: Element): Element {
    try {
      return resultOf(iq, this.#answer(from, iq));
    } catch (error) {
      if (error instanceof StanzaRefusal) return errorOf(iq, error.condition, error.pubsubCondition);
      throw error;
    }
  }

  #answer(from: Jid, iq: Element): Element | null {
    const [child] = iq.getChildElements();
    if (child === undefined) throw new StanzaRefusal('bad-request');
    const bare = bareOf(from);
    const isGet = iq.attrs['type'] === 'get';
    const name = child.attrs['node'];
    switch (child.getNS()) {
      case NS.ping:
        return null;
      case NS.discoInfo:
        if (!isGet) break;
        return name === undefined ? describeService() : nodeInfo(this.#readable(name, bare));
      case NS.discoItems:
        if (!isGet) break;
        if (name === undefined)
          return listNodes(
            this.#deps.domain,
            [...this.#nodes.values()].filter((n) => n.mayRead(bare)),
          );
        return itemList(this.#deps.domain, this.#readable(name, bare));
      case NS.pubsub:
      case NS.pubsubOwner: {
        const [action] = child.getChildElements();
        if (action === undefined) throw new StanzaRefusal('bad-request');
        const request = { from, bare, iq, action };
        const prefix = child.getNS() === NS.pubsubOwner ? 'owner ' : '';
        return this.#act(`${prefix}${isGet ? 'get' : 'set'} ${action.getName()}`, request, child);
      }
      default:
    }
    throw new StanzaRefusal('service-unavailable');
  }

  #act(verb: string, request: Request, pubsub: Element): Element | null {
    switch (verb) {
      case 'set create':
        return this.#create(request, pubsub.getChild('configure'));
      case 'set publish':
        return this.#publish(request, pubsub.getChild('publish-options'));
      case 'set retract':
        return this.#retract(request);
      case 'set subscribe':
        return this.#subscribe(request);
      case 'set unsubscribe':
        return this.#unsubscribe(request);
      case 'get items':
        return this.#items(request);
      case 'get subscriptions':
        return this.#ownSubscriptions(request);
      case 'get affiliations':
        return this.#ownAffiliations(request);
      case 'owner get configure':
        return reply(
          NS.pubsubOwner,
          xml('configure', nodeAttribute(request), configForm('form', this.#owned(request).config)),
        );
      case 'owner set configure':
        return this.#configure(request);
      case 'owner get default':
        return reply(NS.pubsubOwner, xml('default', {}, configForm('form', new PubsubNode('', NOWHERE).config)));
      case 'owner set delete':
        return this.#delete(request);
      case 'owner set purge':
        return this.#purge(request);
      case 'owner get affiliations':
        return this.#affiliations(request);
      case 'owner set affiliations':
        return this.#setAffiliations(request);
      case 'owner get subscriptions':
        return this.#subscriptions(request);
      case 'owner set subscriptions':
        return this.#setSubscriptions(request);
      default:
        throw new StanzaRefusal('feature-not-implemented', 'unsupported');
    }
  }

  // -------------------------------------------------------------------------------------------- nodes

  /** §8.1. */
  #create({ bare, action }: Request, configure: Element | undefined): Element | null {
    const name = action.attrs['node'] ?? this.#deps.token();
    if (!this.#deps.mayCreate(bare)) throw new StanzaRefusal('forbidden');
    if (name === '' || name.length > MAX_NAME_LENGTH || name.includes('\n')) throw new StanzaRefusal('not-acceptable');
    if (this.#nodes.has(name)) throw new StanzaRefusal('conflict');
    if (this.#nodes.size >= MAX_NODES) throw new StanzaRefusal('resource-constraint');
    const node = new PubsubNode(name, this.#collections);
    if (configure !== undefined) node.configure(readForm(configure));
    node.setAffiliation(bare, 'owner');
    node.save();
    this.#nodes.set(name, node);
    return action.attrs['node'] === undefined ? reply(NS.pubsub, xml('create', { node: name })) : null;
  }

  #configure(request: Request): null {
    const node = this.#owned(request);
    node.configure(readForm(request.action));
    node.save();
    return null;
  }

  /** §8.4. */
  #delete(request: Request): null {
    const node = this.#owned(request);
    if (node.option('notify_delete') === '1') this.#notify(node, xml('delete', { node: node.name }));
    node.erase();
    this.#nodes.delete(node.name);
    return null;
  }

  /** §8.5. */
  #purge(request: Request): null {
    const node = this.#owned(request);
    for (const item of node.items) node.removeItem(item.id);
    if (node.option('notify_retract') === '1') this.#notify(node, xml('purge', { node: node.name }));
    return null;
  }

  #node(name: string | undefined): PubsubNode {
    if (name === undefined) throw new StanzaRefusal('bad-request', 'nodeid-required');
    const node = this.#nodes.get(name);
    if (node === undefined) throw new StanzaRefusal('item-not-found');
    return node;
  }

  #owned({ action, bare }: Request): PubsubNode {
    const node = this.#node(action.attrs['node']);
    if (node.affiliationOf(bare) !== 'owner') throw new StanzaRefusal('forbidden');
    return node;
  }

  /** §6.1.3.9 and §6.5.9.5: whitelists answer not-allowed with closed-node, outcasts are forbidden. */
  #readable(name: string | undefined, bare: string): PubsubNode {
    const node = this.#node(name);
    if (node.mayRead(bare)) return node;
    throw node.affiliationOf(bare) === 'outcast'
      ? new StanzaRefusal('forbidden')
      : new StanzaRefusal('not-allowed', 'closed-node');
  }

  // -------------------------------------------------------------------------------------------- items

  /** §7.1; publish-options (§7.1.5) are preconditions. */
  #publish({ action, bare }: Request, options: Element | undefined): Element {
    const node = this.#node(action.attrs['node']);
    if (!node.mayPublish(bare)) throw new StanzaRefusal('forbidden');
    if (options !== undefined) checkPreconditions(node, options);
    const elements = action.getChildren('item');
    const [element] = elements;
    if (element === undefined || elements.length > 1) throw new StanzaRefusal('bad-request', 'item-required');
    const payloads = element.getChildElements();
    if (payloads.length > 1) throw new StanzaRefusal('bad-request', 'invalid-payload');
    const id = element.attrs['id'] ?? this.#deps.token();
    if (id === '' || id.length > MAX_NAME_LENGTH) throw new StanzaRefusal('not-acceptable');
    const item: NodeItem = { id, publisher: bare, payload: payloadMarkup(payloads[0]) };
    const total = [...this.#nodes.values()].reduce((sum, n) => sum + n.bytes, 0);
    if (total + item.payload.length > MAX_TOTAL_BYTES) throw new StanzaRefusal('resource-constraint');
    if (node.isPersistent) node.put(item);
    if (node.option('deliver_notifications') === '1') {
      const withPayload = node.option('deliver_payloads') === '1';
      this.#notify(node, xml('items', { node: node.name }, itemElement(item, withPayload)));
    }
    return reply(NS.pubsub, xml('publish', { node: node.name }, xml('item', { id })));
  }

  /** §7.2. */
  #retract({ action, bare }: Request): null {
    const node = this.#node(action.attrs['node']);
    const id = action.getChild('item')?.attrs['id'];
    if (id === undefined) throw new StanzaRefusal('bad-request', 'item-required');
    if (!node.mayPublish(bare)) throw new StanzaRefusal('forbidden');
    if (!node.removeItem(id)) throw new StanzaRefusal('item-not-found');
    const notify = action.attrs['notify'];
    if (notify === '1' || notify === 'true' || node.option('notify_retract') === '1') {
      this.#notify(node, xml('items', { node: node.name }, xml('retract', { id })));
    }
    return null;
  }

  /** §6.5: those asked for by id, the latest `max_items`, or all. */
  #items({ action, bare }: Request): Element {
    const node = this.#readable(action.attrs['node'], bare);
    const ids = action.getChildren('item').map((item) => item.attrs['id'] ?? '');
    const max = /^\d{1,9}$/.test(action.attrs['max_items'] ?? '') ? Number(action.attrs['max_items']) : Infinity;
    const found = ids.length > 0 ? ids.map((id) => node.item(id)).filter((item) => item !== undefined) : node.items;
    const latest = found.slice(Math.max(0, found.length - max));
    return reply(
      NS.pubsub,
      xml('items', { node: node.name }, ...fittingReply(latest).map((item) => itemElement(item, true))),
    );
  }

  #notify(node: PubsubNode, what: Element): void {
    for (const jid of node.subscriptions) this.#sendEvent(node, jid, what);
  }

  #sendEvent(node: PubsubNode, jid: string, what: Element): void {
    const to = parseJid(jid);
    if (to === null) return;
    const type = node.option('notification_type') === 'normal' ? {} : { type: 'headline' };
    const attributes = { from: this.#deps.domain, to: jid, id: this.#deps.token(), ...type };
    this.#deps.deliver(to, xml('message', attributes, xml('event', NS.pubsubEvent, what)));
  }

  // -------------------------------------------------------------------------------------------- subscribers

  /** §6.1. One subscription per JID, without options. */
  #subscribe({ action, bare }: Request): Element {
    const jid = ownJid(action, bare);
    const node = this.#readable(action.attrs['node'], bare);
    if (!node.subscriptions.has(jid) && node.subscriptions.size >= MAX_JIDS_PER_NODE) {
      throw new StanzaRefusal('resource-constraint');
    }
    node.subscriptions.add(jid);
    node.save();
    const last = node.items.at(-1);
    if (last !== undefined && node.option('send_last_published_item') === 'on_sub') {
      this.#sendEvent(node, jid, xml('items', { node: node.name }, itemElement(last, true)));
    }
    return reply(NS.pubsub, xml('subscription', { node: node.name, jid, subscription: 'subscribed' }));
  }

  #unsubscribe({ action, bare }: Request): null {
    const node = this.#node(action.attrs['node']);
    if (!node.subscriptions.delete(ownJid(action, bare)))
      throw new StanzaRefusal('unexpected-request', 'not-subscribed');
    node.save();
    return null;
  }

  #ownSubscriptions({ action, bare }: Request): Element {
    const name = action.attrs['node'];
    const nodes = name === undefined ? [...this.#nodes.values()] : [this.#node(name)];
    const list = nodes.flatMap((node) =>
      [...node.subscriptions]
        .filter((jid) => jid.split('/')[0] === bare)
        .map((jid) => xml('subscription', { node: node.name, jid, subscription: 'subscribed' })),
    );
    return reply(NS.pubsub, xml('subscriptions', {}, ...list));
  }

  #ownAffiliations({ bare }: Request): Element {
    const mine = [...this.#nodes.values()].filter((node) => node.affiliations.has(bare));
    const list = mine.map((node) => xml('affiliation', { node: node.name, affiliation: node.affiliationOf(bare) }));
    return reply(NS.pubsub, xml('affiliations', {}, ...list));
  }

  #affiliations(request: Request): Element {
    const node = this.#owned(request);
    const list = [...node.affiliations].map(([jid, affiliation]) => xml('affiliation', { jid, affiliation }));
    return reply(NS.pubsubOwner, xml('affiliations', { node: node.name }, ...list));
  }

  /** §8.9.2. All are read before one is set. */
  #setAffiliations(request: Request): null {
    const node = this.#owned(request);
    const changes = request.action.getChildren('affiliation').map((element) => {
      const jid = parseJid(element.attrs['jid'] ?? '');
      if (jid === null) throw new StanzaRefusal('jid-malformed');
      return [bareOf(jid), parseAffiliation(element.attrs['affiliation'])] as const;
    });
    for (const [jid, affiliation] of changes) node.setAffiliation(jid, affiliation);
    node.save();
    return null;
  }

  #subscriptions(request: Request): Element {
    const node = this.#owned(request);
    const list = [...node.subscriptions].map((jid) => xml('subscription', { jid, subscription: 'subscribed' }));
    return reply(NS.pubsubOwner, xml('subscriptions', { node: node.name }, ...list));
  }

  /** §8.8.2: owners may end subscriptions; making them is for the subscriber. */
  #setSubscriptions(request: Request): null {
    const node = this.#owned(request);
    for (const element of request.action.getChildren('subscription')) {
      if (element.attrs['subscription'] !== 'none') throw new StanzaRefusal('not-acceptable');
      node.subscriptions.delete(element.attrs['jid'] ?? '');
    }
    node.save();
    return null;
  }
}

const NOWHERE = { nodes: null, items: null };

/** Bytes of items in one reply: a stanza that clients read; the latest are kept. */
const MAX_REPLY_BYTES = 240 * 1024;

function fittingReply(items: readonly NodeItem[]): readonly NodeItem[] {
  let used = 0;
  const cut = items.findLastIndex((item) => {
    used += item.payload.length + item.id.length + 40;
    return used > MAX_REPLY_BYTES;
  });
  // One item always fits: it came in a stanza.
  return items.slice(Math.min(cut + 1, Math.max(0, items.length - 1)));
}

function reply(namespace: string, child: Element): Element {
  return xml('pubsub', namespace, child);
}

function nodeAttribute(request: Request): Readonly<Record<string, string>> {
  return { node: request.action.attrs['node'] ?? '' };
}

function itemElement(item: NodeItem, withPayload: boolean): Element {
  const payload = withPayload && item.payload !== '' ? new RawXml(item.payload) : null;
  return xml('item', { id: item.id, publisher: item.publisher }, payload);
}

function itemList(domain: string, node: PubsubNode): Element {
  const items = node.items.map((item) => xml('item', { jid: domain, name: item.id }));
  return xml('query', { xmlns: NS.discoItems, node: node.name }, ...items);
}

/** The payload as markup that stands alone: its namespace is written on it. */
function payloadMarkup(payload: Element | undefined): string {
  if (payload === undefined) return '';
  const namespace = payload.getNS();
  if (!payload.name.includes(':') && payload.attrs['xmlns'] === undefined && namespace !== undefined) {
    payload.attrs['xmlns'] = namespace;
  }
  return payload.toString();
}

/** §6.1.3.1: one subscribes oneself. */
function ownJid(action: Element, bare: string): string {
  const jid = parseJid(action.attrs['jid'] ?? '');
  if (jid === null || bareOf(jid) !== bare) throw new StanzaRefusal('bad-request', 'invalid-jid');
  return stringifyJid(jid);
}

function checkPreconditions(node: PubsubNode, options: Element): void {
  for (const [name, value] of readForm(options)) {
    if (node.config.has(name) && node.option(name) !== value)
      throw new StanzaRefusal('conflict', 'precondition-not-met');
  }
}
