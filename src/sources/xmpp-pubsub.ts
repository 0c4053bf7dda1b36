/**
 * The paper's second monitoring client: measurements that others publish on XMPP pubsub nodes.
 *
 * Subscribes (bare JID, with presence) to each configured node, again after every new session, and then fetches the node's
 * items once, so that what was published while it was away is not lost. Items that were there before the first
 * session are no news: they are remembered, not emitted, unless `backlog` says so. An item with the id and payload of one
 * seen lately is a repetition. What cannot be read is counted by code and never stops the source.
 */
import { createHash } from 'node:crypto';
import { xml, type Element } from '@xmpp/xml';
import { CodedError, toCodedError } from '../model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { PropertyDeclaration } from '../ports/registry.ts';
import type { EmitMeasurements, Measurement, MeasurementSource } from '../ports/source.ts';
import { XmppConnection, type XmppConnectionOptions, type XmppConnectionStatus } from '../triggers/xmpp/connection.ts';
import { meaningOf, NS_PUBSUB_EVENT, PubsubService } from '../triggers/xmpp/pubsub.ts';
import { isNestedWithin, MAX_XML_DEPTH } from '../triggers/xml-text.ts';
import { mapPayload, type ItemMapping } from './xmpp-item.ts';

export interface XmppNodeOptions {
  /** The pubsub service, such as `pubsub.example.org`. */
  readonly service: string;
  readonly node: string;
  readonly metric: {
    readonly name: string;
    readonly description: string;
    readonly properties: readonly PropertyDeclaration[];
  };
  readonly mapping: ItemMapping;
  /** Emit items that were there before the first session. @default false */
  readonly backlog?: boolean | undefined;
}

export interface XmppPubsubSourceOptions {
  readonly name: string;
  readonly xmpp: XmppConnectionOptions;
  readonly nodes: readonly XmppNodeOptions[];
}

/** Items remembered per node to tell repetitions: more than servers keep and send after an absence. */
export const MAX_SEEN_ITEMS = 10_000;
/** Items fetched per node after an absence. */
export const MAX_FETCHED_ITEMS = 1_000;
/** How long the first session may take before `start` gives up. */
export const START_DEADLINE_MS = 30_000;

export interface XmppPubsubSourceStatus {
  readonly connection: XmppConnectionStatus;
  readonly itemsTotal: number;
  readonly duplicatesTotal: number;
  readonly malformedTotal: number;
  /** `CODE: message` of the last item that could not be read. */
  readonly lastMalformed: string | null;
}

interface NodeState {
  readonly options: XmppNodeOptions;
  readonly pubsub: PubsubService;
  /** Digests of items in order of arrival. */
  readonly seen: Set<string>;
  /** False until the items of the first session were looked at. */
  known: boolean;
}

export class XmppPubsubSource implements MeasurementSource {
  readonly name: string;
  readonly metrics: MeasurementSource['metrics'];
  readonly #deps: { readonly clock: Clock; readonly random: Random; readonly log: Log; readonly counters: Counters };
  readonly #options: XmppPubsubSourceOptions;
  #connection: XmppConnection;
  #nodes: readonly NodeState[] = [];
  #emit: EmitMeasurements | null = null;
  #itemsTotal = 0;
  #duplicatesTotal = 0;
  #malformedTotal = 0;
  #lastMalformed: string | null = null;

  /** Throws `CONFIG_INVALID`. */
  constructor(
    deps: { readonly clock: Clock; readonly random: Random; readonly log: Log; readonly counters: Counters },
    options: XmppPubsubSourceOptions,
  ) {
    for (const node of options.nodes) checkFields(node);
    this.#deps = deps;
    this.#options = options;
    this.name = options.name;
    this.metrics = options.nodes.map((node) => node.metric);
    this.#connection = new XmppConnection(deps, options.xmpp);
  }

  get status(): XmppPubsubSourceStatus {
    return {
      connection: this.#connection.status,
      itemsTotal: this.#itemsTotal,
      duplicatesTotal: this.#duplicatesTotal,
      malformedTotal: this.#malformedTotal,
      lastMalformed: this.#lastMalformed,
    };
  }

  /** Rejects with `SOURCE_FAILED` if there is no session in time or a node refuses us. A node seen before keeps its memory. */
  async start(emit: EmitMeasurements, fail: (error: unknown) => void): Promise<void> {
    const connection = new XmppConnection(this.#deps, this.#options.xmpp);
    this.#connection = connection;
    const before = new Map(this.#nodes.map((state) => [state.options, state]));
    this.#nodes = this.#options.nodes.map((options) => ({
      options,
      pubsub: new PubsubService(connection, options.service),
      seen: before.get(options)?.seen ?? new Set<string>(),
      known: before.get(options)?.known ?? options.backlog ?? false,
    }));
    this.#emit = emit;
    const first = Promise.withResolvers<void>();
    let started = false;
    connection.onStanza((stanza) => this.#onStanza(stanza));
    connection.onOnline((resumed) => {
      if (resumed) return;
      this.#subscribeAll(connection).then(first.resolve, (error: unknown) => {
        // A session that ended on the way is followed by another.
        if (error instanceof CodedError && error.code === 'XMPP_UNAVAILABLE') return;
        if (started) fail(error);
        else first.reject(error);
      });
    });
    const cancel = this.#deps.clock.after(START_DEADLINE_MS, () => {
      const why = connection.status.lastError ?? 'no answer';
      first.reject(
        new CodedError(
          'SOURCE_FAILED',
          `no session with ${this.#options.xmpp.service} within ${START_DEADLINE_MS} ms: ${why}`,
        ),
      );
    });
    connection.start();
    try {
      await first.promise;
      started = true;
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      cancel();
    }
  }

  async stop(): Promise<void> {
    this.#emit = null;
    await this.#connection.stop();
  }

  async #subscribeAll(connection: XmppConnection): Promise<void> {
    // Without presence a bare JID is not told (RFC 6121 §8.5.2).
    connection.send(xml('presence'));
    for (const state of this.#nodes) {
      await this.#subscribe(connection, state);
      await this.#fetch(state);
    }
  }

  async #subscribe(connection: XmppConnection, { options, pubsub }: NodeState): Promise<void> {
    try {
      await pubsub.subscribe(options.node, connection.bareJid);
    } catch (error) {
      const failure = toCodedError(error);
      if (failure.code !== 'XMPP_REFUSED') throw failure;
      throw new CodedError(
        'SOURCE_FAILED',
        `cannot subscribe to ${options.node} at ${options.service}: ${failure.message}`,
        {
          cause: failure,
          hint:
            meaningOf(failure) === 'absent' ? 'the node does not exist' : `its owner must admit ${connection.bareJid}`,
        },
      );
    }
  }

  /** Emits what was missed; at the very first session remembers what there is. */
  async #fetch(state: NodeState): Promise<void> {
    let items: readonly Element[] = [];
    try {
      items = await state.pubsub.items(state.options.node, { max: MAX_FETCHED_ITEMS });
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'XMPP_REFUSED') throw error;
      // A node without stored items: nothing can be missed in it that could be had.
      this.#deps.log.info('a node gives no items', { node: state.options.node, error: error.message });
    }
    if (state.known) this.#take(state, items);
    else for (const item of items) if (isNestedWithin(item)) remember(state, digestOf(item));
    state.known = true;
  }

  #onStanza(stanza: Element): void {
    const event = stanza.name === 'message' ? stanza.getChild('event', NS_PUBSUB_EVENT) : undefined;
    const items = event?.getChild('items');
    if (items === undefined) return;
    const { from } = stanza.attrs;
    const node = items.attrs['node'];
    const state = this.#nodes.find((s) => s.options.service === from && s.options.node === node);
    if (state === undefined) {
      // Anybody may send us messages; only nodes that we subscribed to are believed.
      this.#deps.counters.add('source_items_unexpected_total');
      return;
    }
    this.#take(state, items.getChildren('item'));
  }

  #take(state: NodeState, items: readonly Element[]): void {
    const batch: Measurement[] = [];
    for (const item of items) {
      const digest = isNestedWithin(item) ? digestOf(item) : null;
      if (remember(state, digest)) batch.push(...this.#read(state, item, digest));
      else this.#duplicatesTotal += 1;
    }
    if (batch.length > 0) this.#emit?.(batch);
  }

  #read({ options }: NodeState, item: Element, digest: string | null): readonly Measurement[] {
    this.#itemsTotal += 1;
    try {
      const [payload] = item.getChildElements();
      if (payload === undefined) throw new CodedError('INVALID_EVENT', 'the item has no payload');
      if (!isNestedWithin(item))
        throw new CodedError('INVALID_EVENT', `the item nests deeper than ${MAX_XML_DEPTH} elements`);
      const rows = mapPayload(payload, options.mapping, options.metric.properties);
      return rows.map((values, i) => ({
        metric: options.metric.name,
        values,
        ...(digest === null ? {} : { id: `${digest}#${i}` }),
      }));
    } catch (error) {
      const failure = toCodedError(error);
      this.#malformedTotal += 1;
      this.#lastMalformed = `${failure.code}: ${failure.message}`;
      this.#deps.counters.add('source_items_malformed_total', 1, { source: this.name, code: failure.code });
      this.#deps.log.debug('an item cannot be read', {
        node: options.node,
        item: item.attrs['id'],
        error: failure.message,
      });
      return [];
    }
  }
}

/** Names an item by id and payload: a node that keeps one id for its present value has a new item each time. Null without id. */
function digestOf(item: Element): string | null {
  const { id } = item.attrs;
  if (id === undefined) return null;
  const payload = item.getChildElements().map(canonical);
  return createHash('sha256')
    .update(JSON.stringify([id, payload]))
    .digest('base64url');
}

type Canonical = string | readonly [string, string, readonly (readonly [string, string])[], readonly Canonical[]];

/** What an element says, however it is written: Prosody orders attributes by chance, others choose prefixes of their own. */
function canonical(element: Element): Canonical {
  const attributes = Object.entries(element.attrs)
    .filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const children: Canonical[] = [];
  for (const child of element.children) {
    const last = children.at(-1);
    if (typeof child !== 'string') children.push(canonical(child));
    else if (typeof last === 'string') children[children.length - 1] = last + child;
    else children.push(child);
  }
  return [element.getName(), element.getNS() ?? '', attributes, children];
}

/** False if the item was seen before. */
function remember({ seen }: NodeState, digest: string | null): boolean {
  if (digest === null) return true;
  if (seen.has(digest)) return false;
  seen.add(digest);
  const [oldest] = seen.size > MAX_SEEN_ITEMS ? seen : [];
  if (oldest !== undefined) seen.delete(oldest);
  return true;
}

function checkFields(node: XmppNodeOptions): void {
  const declared = new Set(node.metric.properties.map((p) => p.name));
  for (const name of Object.keys(node.mapping.fields)) {
    if (!declared.has(name)) {
      throw new CodedError(
        'CONFIG_INVALID',
        `the mapping of ${node.node} fills '${name}', which ${node.metric.name} does not declare`,
      );
    }
  }
}
