/**
 * Publishes triggers on one pubsub node per query (DESIGN §8): the `TriggerPublisher` that an agent uses.
 *
 * Nodes are wanted or unwanted, written down in collection `xmpp_nodes`, and brought about as soon as the server allows it;
 * each new session looks at all of them again. Triggers wait in the outbox until their node stands. Every publish may be
 * repeated; where one may have arrived already, the items are looked up first, so that subscribers are not told twice.
 */
import { CodedError, toCodedError } from '../../model/errors.ts';
import type { Trigger } from '../../model/trigger.ts';
import type { QueryId } from '../../model/ids.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Counters } from '../../ports/counters.ts';
import type { TriggerPublisher, TriggerTarget } from '../../ports/listener.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { Collection, Json, StateStore } from '../../ports/store.ts';
import { backoffMs } from '../backoff.ts';
import { Outbox, type Delivery, type OutboxEntry, type OutboxOptions } from '../outbox.ts';
import { encodeTrigger } from '../payload.ts';
import { XmppConnection, type XmppConnectionOptions, type XmppConnectionStatus } from './connection.ts';
import { bareJidOf } from './jid.ts';
import { nodeNameOf, nodeUri, stringifyNodeName } from './node-name.ts';
import { meaningOf, PubsubService } from './pubsub.ts';
import { DEFAULT_NODE_ITEMS, ensureMembers, ensureNode, ensureNoNode, nodeConfigOf } from './target.ts';

export interface PubsubPublisherOptions {
  readonly xmpp: XmppConnectionOptions;
  /** The pubsub service, such as `pubsub.example.org`. */
  readonly pubsubService: string;
  /** Our domain: part of the names of our nodes. */
  readonly domain: string;
  readonly outbox?: OutboxOptions | undefined;
  /** Items that a node keeps. @default 100 */
  readonly maxItems?: number | undefined;
}

export interface PubsubPublisherDeps {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly counters: Counters;
}

/** For `pqa peers` and status calls. */
export interface PublisherStatus {
  readonly connection: XmppConnectionStatus;
  readonly service: string;
  readonly outbox: { readonly entries: number; readonly bytes: number; readonly parked: number };
  readonly nodes: readonly NodeStatus[];
}

export interface NodeStatus {
  readonly queryId: QueryId;
  readonly node: string;
  readonly state: 'pending' | 'ready' | 'removing';
  /** `CODE: message` of the last attempt, if it failed. */
  readonly lastError: string | null;
}

interface Target {
  readonly queryId: QueryId;
  readonly node: string;
  description: string;
  members: readonly string[];
  wanted: boolean;
  /** True once the node was seen to be as it should in this session. */
  settled: boolean;
  /** Counts changes of what is wanted: an answer to an older wish does not settle the newer one. */
  version: number;
  busy: boolean;
  failures: number;
  waiting: Cancel | null;
  lastError: string | null;
}

/** Nodes looked after at a time: each takes a few requests, and triggers share the connection. */
const MAX_TARGETS_AT_A_TIME = 4;

export class PubsubPublisher implements TriggerPublisher {
  readonly #deps: PubsubPublisherDeps;
  readonly #options: PubsubPublisherOptions;
  readonly #connection: XmppConnection;
  readonly #pubsub: PubsubService;
  readonly #outbox: Outbox;
  readonly #nodes: Collection;
  readonly #targets = new Map<QueryId, Target>();
  #busyTargets = 0;
  #running = false;
  #scheduled: Cancel | null = null;

  /** Throws `CONFIG_INVALID`. */
  constructor(deps: PubsubPublisherDeps, options: PubsubPublisherOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#connection = new XmppConnection(deps, options.xmpp);
    this.#pubsub = new PubsubService(this.#connection, options.pubsubService);
    this.#nodes = deps.store.collection('xmpp_nodes');
    this.#outbox = new Outbox(
      deps,
      {
        ready: (queryId) => this.#connection.online && this.#isSettled(queryId),
        publish: (queryId, batch, uncertain) => this.#publishBatch(queryId, batch, uncertain),
      },
      options.outbox,
    );
    for (const [queryId, document] of this.#nodes.entries()) {
      const known = readTarget(document);
      if (known !== null)
        this.#targets.set(queryId, this.#newTarget(queryId, known.description, known.members, known.wanted));
    }
    this.#connection.onOnline((resumed) => this.#onOnline(resumed));
  }

  get status(): PublisherStatus {
    return {
      connection: this.#connection.status,
      service: this.#options.pubsubService,
      outbox: this.#outbox.depth,
      nodes: [...this.#targets.values()].map((t) => ({
        queryId: t.queryId,
        node: t.node,
        state: t.wanted ? (t.settled ? 'ready' : 'pending') : 'removing',
        lastError: t.lastError,
      })),
    };
  }

  /** Does not wait for the server: triggers wait in the outbox. */
  async start(): Promise<void> {
    this.#running = true;
    this.#connection.start();
    this.#outbox.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#scheduled?.();
    this.#scheduled = null;
    for (const target of this.#targets.values()) target.waiting?.();
    const stopped = this.#outbox.stop();
    await this.#connection.stop(); // ends what is under way
    await stopped;
  }

  /** Resolves when the connection stands; rejects with `XMPP_UNAVAILABLE` after `deadlineMs`. */
  async whenOnline(deadlineMs: number): Promise<void> {
    await this.#connection.whenOnline(deadlineMs);
  }

  targetOf(queryId: QueryId): TriggerTarget {
    const node = stringifyNodeName(nodeNameOf(this.#options.domain, queryId));
    const service = this.#options.pubsubService;
    return { queryId, service, node, uri: nodeUri(service, node) };
  }

  /** Throws `INVALID_JID` for a member that is not a JID. */
  ensureTarget(queryId: QueryId, description: string, members: readonly string[]): void {
    const jids = [...new Set(members.map(bareJidOf))];
    const target = this.#targets.get(queryId) ?? this.#newTarget(queryId, description, jids, true);
    target.description = description;
    target.members = jids;
    target.wanted = true;
    this.#changed(target);
  }

  removeTarget(queryId: QueryId): void {
    const target = this.#targets.get(queryId) ?? this.#newTarget(queryId, '', [], false);
    target.wanted = false;
    this.#outbox.dropQuery(queryId);
    this.#changed(target);
  }

  publish(trigger: Trigger): void {
    const { xml, omitted } = encodeTrigger(trigger);
    if (omitted.insert > 0 || omitted.remove > 0) {
      this.#deps.counters.add('triggers_cut_total');
      this.#deps.log.warn('rows left out of a trigger for size', { queryId: trigger.queryId, ...omitted });
    }
    this.#outbox.append({ queryId: trigger.queryId, itemId: trigger.itemId, xml });
  }

  // -------------------------------------------------------------------------------------------- nodes

  #newTarget(queryId: QueryId, description: string, members: readonly string[], wanted: boolean): Target {
    return {
      queryId,
      node: this.targetOf(queryId).node,
      description,
      members,
      wanted,
      settled: false,
      version: 0,
      busy: false,
      failures: 0,
      waiting: null,
      lastError: null,
    };
  }

  #isSettled(queryId: QueryId): boolean {
    const target = this.#targets.get(queryId);
    return target !== undefined && target.wanted && target.settled;
  }

  #changed(target: Target): void {
    this.#targets.set(target.queryId, target);
    this.#nodes.put(target.queryId, {
      description: target.description,
      members: target.members,
      wanted: target.wanted,
    });
    this.#unsettle(target);
    this.#wake();
  }

  #unsettle(target: Target): void {
    target.settled = false;
    target.version += 1;
    target.failures = 0;
    target.waiting?.();
    target.waiting = null;
  }

  /** A resumed session has lost nothing; a new one may talk to a server that forgot. */
  #onOnline(resumed: boolean): void {
    for (const target of resumed ? [] : this.#targets.values()) this.#unsettle(target);
    this.#wake();
    this.#outbox.wake();
  }

  /** Later, so that the caller's transaction has ended. */
  #wake(): void {
    if (!this.#running || this.#scheduled !== null) return;
    this.#scheduled = this.#deps.clock.after(0, () => {
      this.#scheduled = null;
      for (const target of this.#targets.values()) {
        if (this.#busyTargets >= MAX_TARGETS_AT_A_TIME || !this.#connection.online) return;
        // #settle never rejects.
        if (!target.settled && !target.busy && target.waiting === null) void this.#settle(target);
      }
    });
  }

  async #settle(target: Target): Promise<void> {
    target.busy = true;
    this.#busyTargets += 1;
    const { version, wanted } = target;
    let failure: CodedError | null = null;
    try {
      if (wanted) await this.#ensure(target);
      else await ensureNoNode(this.#pubsub, target.node);
    } catch (error) {
      failure = toCodedError(error);
    }
    target.busy = false;
    this.#busyTargets -= 1;
    if (failure !== null) this.#onFailure(target, failure);
    else if (version === target.version) this.#onSettled(target);
    this.#wake();
  }

  async #ensure(target: Target): Promise<void> {
    const title = `PQA query ${target.queryId.slice(0, 12)} of ${this.#options.domain}`;
    const maxItems = this.#options.maxItems ?? DEFAULT_NODE_ITEMS;
    await ensureNode(this.#pubsub, target.node, nodeConfigOf(title, target.description, maxItems));
    await ensureMembers(this.#pubsub, target.node, this.#connection.bareJid, target.members);
  }

  #onSettled(target: Target): void {
    target.lastError = null;
    target.failures = 0;
    target.settled = true;
    if (!target.wanted) {
      this.#targets.delete(target.queryId);
      this.#nodes.delete(target.queryId);
    }
    this.#outbox.wake();
  }

  #onFailure(target: Target, failure: CodedError): void {
    target.lastError = `${failure.code}: ${failure.describe()}`;
    // Without a connection the next session comes back to it by itself.
    if (!this.#running || failure.code === 'XMPP_UNAVAILABLE') return;
    const delayMs = backoffMs(target.failures, this.#deps.random);
    target.failures += 1;
    this.#deps.counters.add('pubsub_node_failures_total');
    this.#deps.log.warn('pubsub node not yet as it should be', { node: target.node, error: target.lastError, delayMs });
    target.waiting = this.#deps.clock.after(delayMs, () => {
      target.waiting = null;
      this.#wake();
    });
  }

  // -------------------------------------------------------------------------------------------- triggers

  async #publishBatch(
    queryId: QueryId,
    batch: readonly OutboxEntry[],
    uncertain: boolean,
  ): Promise<readonly Delivery[]> {
    const { node } = this.targetOf(queryId);
    let present: ReadonlySet<string>;
    try {
      present = uncertain ? await this.#presentItems(node, batch) : new Set();
    } catch {
      return batch.map(() => 'retry');
    }
    // Requests leave in this order on one stream, and the server works on them in order.
    const publish = async (entry: OutboxEntry): Promise<Delivery> =>
      present.has(entry.itemId) ? 'acknowledged' : this.#publishOne(node, entry);
    const outcomes = await Promise.all(batch.map(publish));
    if (outcomes.includes('absent')) {
      const target = this.#targets.get(queryId);
      if (target !== undefined) this.#changed(target);
    }
    return outcomes;
  }

  async #presentItems(node: string, batch: readonly OutboxEntry[]): Promise<ReadonlySet<string>> {
    try {
      const items = await this.#pubsub.items(node, { ids: batch.map((entry) => entry.itemId) });
      return new Set(items.map((item) => item.attrs['id'] ?? ''));
    } catch (error) {
      // Prosody answers item-not-found when none of the items is there.
      if (error instanceof CodedError && error.code === 'XMPP_REFUSED') return new Set();
      throw error;
    }
  }

  async #publishOne(node: string, entry: OutboxEntry): Promise<Delivery> {
    try {
      await this.#pubsub.publish(node, entry.itemId, entry.xml);
      return 'acknowledged';
    } catch (error) {
      const failure = toCodedError(error);
      const refusal = meaningOf(failure);
      if (refusal === 'absent' || refusal === 'forbidden') return 'absent';
      if (refusal !== 'invalid' && refusal !== 'too-large') return 'retry';
      this.#deps.log.error('the pubsub server refuses a trigger for good', {
        queryId: entry.queryId,
        itemId: entry.itemId,
        error: failure.describe(),
      });
      return 'refused';
    }
  }
}

function readTarget(
  document: Json,
): { readonly description: string; readonly members: readonly string[]; readonly wanted: boolean } | null {
  if (typeof document !== 'object' || document === null || !('members' in document)) return null;
  const { description, members, wanted } = document;
  if (typeof description !== 'string' || !Array.isArray(members) || typeof wanted !== 'boolean') return null;
  return { description, members: members.filter((m: Json) => typeof m === 'string'), wanted };
}
