/**
 * One node of the embedded pubsub service: configuration, affiliations, subscriptions, items, and who may do what
 * (XEP-0060 §4.1, §4.5). Kept in two collections if there is a store: `embedded_nodes`, `embedded_items`.
 */
import type { Collection, Json } from '../../ports/store.ts';
import { StanzaRefusal } from './stanza.ts';

export const MAX_ITEMS_PER_NODE = 10_000;
/** JIDs with an affiliation or a subscription to one node. */
export const MAX_JIDS_PER_NODE = 1_000;

const AFFILIATIONS = ['owner', 'publisher', 'member', 'none', 'outcast'] as const;
export type NodeAffiliation = (typeof AFFILIATIONS)[number];

export function parseAffiliation(text: string | undefined): NodeAffiliation {
  const found = AFFILIATIONS.find((a) => a === text);
  if (found === undefined) throw new StanzaRefusal('bad-request');
  return found;
}

export interface NodeItem {
  readonly id: string;
  readonly publisher: string;
  /** The payload as markup; empty for none. */
  readonly payload: string;
}

/** Options with their defaults and the values that this service can honour; null: any text. */
const OPTIONS: Readonly<Record<string, { readonly initial: string; readonly allowed: readonly string[] | null }>> = {
  title: { initial: '', allowed: null },
  description: { initial: '', allowed: null },
  type: { initial: '', allowed: null },
  access_model: { initial: 'open', allowed: ['open', 'whitelist'] },
  publish_model: { initial: 'publishers', allowed: ['publishers', 'subscribers', 'open'] },
  persist_items: { initial: '1', allowed: ['0', '1'] },
  max_items: { initial: '100', allowed: null },
  send_last_published_item: { initial: 'never', allowed: ['never', 'on_sub'] },
  deliver_notifications: { initial: '1', allowed: ['0', '1'] },
  deliver_payloads: { initial: '1', allowed: ['0', '1'] },
  notification_type: { initial: 'headline', allowed: ['headline', 'normal'] },
  notify_delete: { initial: '1', allowed: ['0', '1'] },
  notify_retract: { initial: '1', allowed: ['0', '1'] },
};

const BOOLEANS: Readonly<Record<string, string>> = { true: '1', false: '0' };

export class PubsubNode {
  readonly name: string;
  readonly affiliations = new Map<string, NodeAffiliation>();
  /** JIDs as subscribed, bare or full. */
  readonly subscriptions = new Set<string>();
  readonly #config = new Map<string, string>(Object.entries(OPTIONS).map(([name, o]) => [name, o.initial]));
  readonly #items = new Map<string, NodeItem & { readonly number: number }>();
  readonly #nodes: Collection | null;
  readonly #itemStore: Collection | null;
  #nextNumber = 1;
  /** Bytes of all payloads. */
  bytes = 0;

  constructor(name: string, collections: { readonly nodes: Collection | null; readonly items: Collection | null }) {
    this.name = name;
    this.#nodes = collections.nodes;
    this.#itemStore = collections.items;
  }

  // -------------------------------------------------------------------------------------------- configuration

  option(name: string): string {
    return this.#config.get(name) ?? '';
  }

  get isPersistent(): boolean {
    return this.option('persist_items') === '1';
  }

  get config(): ReadonlyMap<string, string> {
    return this.#config;
  }

  /** Takes known options; unknown ones are ignored, values that cannot be honoured refused. All or nothing. */
  configure(options: ReadonlyMap<string, string>): void {
    const taken: (readonly [string, string])[] = [];
    for (const [name, given] of options) {
      const option = OPTIONS[name];
      if (option === undefined) continue;
      const value = option.allowed?.includes('1') === true ? (BOOLEANS[given] ?? given) : given;
      if (option.allowed !== null && !option.allowed.includes(value)) {
        throw new StanzaRefusal(
          'not-acceptable',
          name === 'access_model' ? 'unsupported-access-model' : 'invalid-options',
        );
      }
      taken.push([name, name === 'max_items' ? String(checkMaxItems(value)) : value]);
    }
    for (const [name, value] of taken) this.#config.set(name, value);
    this.#trim();
  }

  // -------------------------------------------------------------------------------------------- rights

  affiliationOf(bareJid: string): NodeAffiliation {
    return this.affiliations.get(bareJid) ?? 'none';
  }

  mayRead(bareJid: string): boolean {
    const affiliation = this.affiliationOf(bareJid);
    if (affiliation === 'outcast') return false;
    return affiliation !== 'none' || this.option('access_model') === 'open';
  }

  mayPublish(bareJid: string): boolean {
    const affiliation = this.affiliationOf(bareJid);
    if (affiliation === 'owner' || affiliation === 'publisher') return true;
    if (affiliation === 'outcast') return false;
    const model = this.option('publish_model');
    return model === 'open' || (model === 'subscribers' && this.#isSubscribed(bareJid));
  }

  #isSubscribed(bareJid: string): boolean {
    return [...this.subscriptions].some((jid) => jid.split('/')[0] === bareJid);
  }

  /** Sets an affiliation; who may no longer read is unsubscribed. The last owner stays one. */
  setAffiliation(bareJid: string, affiliation: NodeAffiliation): void {
    const owners = [...this.affiliations.values()].filter((a) => a === 'owner').length;
    if (this.affiliationOf(bareJid) === 'owner' && affiliation !== 'owner' && owners === 1) {
      throw new StanzaRefusal('not-acceptable');
    }
    if (!this.affiliations.has(bareJid) && this.affiliations.size >= MAX_JIDS_PER_NODE) {
      throw new StanzaRefusal('resource-constraint');
    }
    if (affiliation === 'none') this.affiliations.delete(bareJid);
    else this.affiliations.set(bareJid, affiliation);
    if (this.mayRead(bareJid)) return;
    for (const jid of this.subscriptions) if (jid.split('/')[0] === bareJid) this.subscriptions.delete(jid);
  }

  // -------------------------------------------------------------------------------------------- items

  /** Oldest first. */
  get items(): readonly NodeItem[] {
    return [...this.#items.values()];
  }

  item(id: string): NodeItem | undefined {
    return this.#items.get(id);
  }

  /** Stores an item as the newest; one of the same id is overwritten (§7.1.2). */
  put(item: NodeItem): void {
    this.removeItem(item.id);
    const number = this.#nextNumber++;
    this.#items.set(item.id, { ...item, number });
    this.bytes += item.payload.length;
    this.#itemStore?.put(itemKey(this.name, number), { ...item });
    this.#trim();
  }

  removeItem(id: string): boolean {
    const item = this.#items.get(id);
    if (item === undefined) return false;
    this.#items.delete(id);
    this.bytes -= item.payload.length;
    this.#itemStore?.delete(itemKey(this.name, item.number));
    return true;
  }

  #trim(): void {
    const max = this.isPersistent ? Number(this.option('max_items')) : 0;
    for (const id of this.#items.keys()) {
      if (this.#items.size <= max) return;
      this.removeItem(id);
    }
  }

  // -------------------------------------------------------------------------------------------- persistence

  save(): void {
    this.#nodes?.put(this.name, {
      config: Object.fromEntries(this.#config),
      affiliations: Object.fromEntries(this.affiliations),
      subscriptions: [...this.subscriptions],
    });
  }

  /** Deletes what is stored. */
  erase(): void {
    for (const id of this.#items.keys()) this.removeItem(id);
    this.#nodes?.delete(this.name);
  }

  /** Reads what `save` and `put` wrote. */
  load(document: Json): void {
    if (typeof document !== 'object' || document === null || !('config' in document)) return;
    const { config, affiliations, subscriptions } = document;
    for (const [name, value] of membersOf(config)) this.#config.set(name, value);
    for (const [jid, value] of membersOf(affiliations)) this.affiliations.set(jid, parseAffiliation(value));
    if (Array.isArray(subscriptions)) {
      for (const jid of subscriptions) if (typeof jid === 'string') this.subscriptions.add(jid);
    }
    for (const [key, item] of this.#itemStore?.entries({ prefix: `${this.name}\n` }) ?? []) {
      const fields = new Map(membersOf(item));
      const number = Number(key.slice(this.name.length + 1));
      const payload = fields.get('payload') ?? '';
      const id = fields.get('id') ?? '';
      this.#items.set(id, { id, publisher: fields.get('publisher') ?? '', payload, number });
      this.bytes += payload.length;
      this.#nextNumber = Math.max(this.#nextNumber, number + 1);
    }
  }
}

/** Digits of the number in a key: 2^53 has 16. */
const KEY_DIGITS = 16;

function itemKey(node: string, number: number): string {
  return `${node}\n${String(number).padStart(KEY_DIGITS, '0')}`;
}

function membersOf(document: Json | undefined): readonly (readonly [string, string])[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return [];
  return Object.entries(document).filter((member): member is [string, string] => typeof member[1] === 'string');
}

function checkMaxItems(text: string): number {
  if (text === 'max') return MAX_ITEMS_PER_NODE;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(value >= 1)) throw new StanzaRefusal('not-acceptable', 'invalid-options');
  return Math.min(value, MAX_ITEMS_PER_NODE);
}
