/**
 * The durable queue between the engine and the pubsub server (DESIGN §8).
 *
 * A trigger is written before it is published and removed when the server has acknowledged it: a server that is down delays
 * triggers and loses none. In order per query; at most {@link OutboxOptions.maxInFlight} publishes are under way over all
 * queries, a batch of consecutive ones per query. A trigger that the server refuses for good is parked, not repeated for ever.
 *
 * State: one document per trigger in collection `outbox`, key `<query id>/<number>`; in memory the keys alone. A key whose
 * document is gone belongs to a transaction that was rolled back and is skipped. Bound: entries and bytes; beyond it
 * `append` throws `OUTBOX_FULL` and nothing that was accepted is dropped.
 */
import { CodedError } from '../model/errors.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { Collection, Json, StateStore } from '../ports/store.ts';
import { backoffMs } from './backoff.ts';

export interface OutboxEntry {
  readonly queryId: string;
  readonly itemId: string;
  readonly xml: string;
}

/** What became of one publish. `refused`: repeating it cannot help. `absent`: the node must be made again first. */
export type Delivery = 'acknowledged' | 'retry' | 'refused' | 'absent';

export interface OutboxDelivery {
  /** Whether entries of this query can be published now. */
  ready(queryId: string): boolean;
  /** Publishes in the order given; one answer per entry. Never rejects. `uncertain`: some may have arrived before. */
  publish(queryId: string, batch: readonly OutboxEntry[], uncertain: boolean): Promise<readonly Delivery[]>;
}

export interface OutboxOptions {
  /** @default 20_000: at 300 B each some seconds of the fastest server, hours of a usual query. */
  readonly maxEntries?: number | undefined;
  /** @default 67_108_864: the most that waits on disk. */
  readonly maxBytes?: number | undefined;
  /** Publishes under way over all queries: enough to hide the round trip, few enough to be checked after a loss. @default 32 */
  readonly maxInFlight?: number | undefined;
  /** Publishes of one query under way: leaves room for others. @default 16 */
  readonly maxBatch?: number | undefined;
}

const DEFAULTS = { maxEntries: 20_000, maxBytes: 64 * 1024 * 1024, maxInFlight: 32, maxBatch: 16 } as const;

/** Parked triggers kept for the operator; older ones make room. */
export const MAX_PARKED = 1_000;

/** Digits of the number in a key: 2^53 has 16. */
const KEY_DIGITS = 16;

interface Lane {
  readonly keys: string[];
  inFlight: number;
  failures: number;
  /** True from the first publish that was not acknowledged, and after a restart. */
  uncertain: boolean;
  waiting: Cancel | null;
  /** The query was deleted: what is under way is forgotten whatever becomes of it. */
  dropped: boolean;
}

export class Outbox {
  readonly #deps: {
    readonly store: StateStore;
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Log;
    readonly counters: Counters;
  };
  readonly #options: { readonly [K in keyof typeof DEFAULTS]: number };
  readonly #delivery: OutboxDelivery;
  readonly #entries: Collection;
  readonly #parked: Collection;
  readonly #lanes = new Map<string, Lane>();
  #nextNumber = 1;
  #count = 0;
  #bytes = 0;
  #inFlight = 0;
  #running = false;
  #scheduled: Cancel | null = null;
  #idle: PromiseWithResolvers<void> | null = null;

  constructor(
    deps: {
      readonly store: StateStore;
      readonly clock: Clock;
      readonly random: Random;
      readonly log: Log;
      readonly counters: Counters;
    },
    delivery: OutboxDelivery,
    options: OutboxOptions = {},
  ) {
    this.#deps = deps;
    this.#delivery = delivery;
    this.#options = {
      maxEntries: options.maxEntries ?? DEFAULTS.maxEntries,
      maxBytes: options.maxBytes ?? DEFAULTS.maxBytes,
      maxInFlight: options.maxInFlight ?? DEFAULTS.maxInFlight,
      maxBatch: options.maxBatch ?? DEFAULTS.maxBatch,
    };
    this.#entries = deps.store.collection('outbox');
    this.#parked = deps.store.collection('outbox_parked');
    this.#load();
  }

  /** Entries not yet acknowledged, and their bytes. */
  get depth(): { readonly entries: number; readonly bytes: number; readonly parked: number } {
    return { entries: this.#count, bytes: this.#bytes, parked: this.#parked.count() };
  }

  start(): void {
    this.#running = true;
    this.wake();
  }

  /** Stops publishing and waits for what is under way. What is left stays for the next start. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#scheduled?.();
    this.#scheduled = null;
    for (const lane of this.#lanes.values()) {
      lane.waiting?.();
      lane.waiting = null;
    }
    if (this.#inFlight === 0) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  /** Writes an entry, in the caller's transaction if one runs; published when that is over. Throws `OUTBOX_FULL`. */
  append(entry: OutboxEntry): void {
    const bytes = Buffer.byteLength(entry.xml);
    if (this.#count >= this.#options.maxEntries || this.#bytes + bytes > this.#options.maxBytes) {
      this.#deps.counters.add('outbox_full_total');
      throw new CodedError('OUTBOX_FULL', `the outbox holds ${this.#count} triggers of ${this.#bytes} bytes`, {
        hint: 'the pubsub server does not take them; triggers that are waiting are kept, new ones are refused',
        data: { entries: this.#count, bytes: this.#bytes },
      });
    }
    const key = `${entry.queryId}/${String(this.#nextNumber).padStart(KEY_DIGITS, '0')}`;
    this.#entries.put(key, { itemId: entry.itemId, xml: entry.xml, bytes });
    this.#nextNumber += 1;
    this.#count += 1;
    this.#bytes += bytes;
    this.#lane(entry.queryId, false).keys.push(key);
    this.wake();
  }

  /** Forgets what waits for a query that was deleted. */
  dropQuery(queryId: string): void {
    const lane = this.#lanes.get(queryId);
    if (lane === undefined) return;
    lane.waiting?.();
    for (const key of lane.keys.splice(lane.inFlight)) this.#remove(key);
    if (lane.keys.length === 0) this.#lanes.delete(queryId);
    else lane.dropped = true;
  }

  /** Looks for work once the caller is done: a transaction that runs now has ended by then. */
  wake(): void {
    if (!this.#running || this.#scheduled !== null) return;
    this.#scheduled = this.#deps.clock.after(0, () => {
      this.#scheduled = null;
      this.#pump();
    });
  }

  #load(): void {
    const PAGE = 500;
    let after: string | undefined;
    for (;;) {
      const page = this.#entries.entries({ limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const [key, document] of page) {
        const slash = key.lastIndexOf('/');
        this.#lane(key.slice(0, slash), true).keys.push(key);
        this.#nextNumber = Math.max(this.#nextNumber, Number(key.slice(slash + 1)) + 1);
        this.#count += 1;
        this.#bytes += readEntry(key, document)?.bytes ?? 0;
        after = key;
      }
      if (page.length < PAGE) return;
    }
  }

  #lane(queryId: string, uncertain: boolean): Lane {
    const known = this.#lanes.get(queryId);
    if (known !== undefined) return known;
    const lane: Lane = { keys: [], inFlight: 0, failures: 0, uncertain, waiting: null, dropped: false };
    this.#lanes.set(queryId, lane);
    return lane;
  }

  #pump(): void {
    if (!this.#running) return;
    for (const [queryId, lane] of this.#lanes) {
      const room = Math.min(this.#options.maxBatch, this.#options.maxInFlight - this.#inFlight);
      if (room <= 0) return;
      if (lane.inFlight > 0 || lane.waiting !== null || lane.keys.length === 0) continue;
      if (!this.#delivery.ready(queryId)) continue;
      const batch = this.#take(lane, room);
      if (batch.length > 0) void this.#send(queryId, lane, batch); // never rejects: #send catches
      else if (lane.keys.length === 0) this.#lanes.delete(queryId);
    }
  }

  /** The first entries of a lane, without those whose transaction was rolled back. */
  #take(lane: Lane, room: number): OutboxEntry[] {
    const batch: OutboxEntry[] = [];
    let i = 0;
    while (i < lane.keys.length && batch.length < room) {
      const key = lane.keys[i] ?? '';
      const entry = readEntry(key, this.#entries.get(key));
      if (entry === null) {
        lane.keys.splice(i, 1);
        this.#recount();
        continue;
      }
      batch.push(entry);
      i += 1;
    }
    return batch;
  }

  async #send(queryId: string, lane: Lane, batch: readonly OutboxEntry[]): Promise<void> {
    lane.inFlight = batch.length;
    this.#inFlight += batch.length;
    let outcomes: readonly Delivery[];
    try {
      outcomes = await this.#delivery.publish(queryId, batch, lane.uncertain);
    } catch (error) {
      this.#deps.log.error('publishing failed unexpectedly', { queryId, error: String(error) });
      outcomes = batch.map(() => 'retry');
    }
    this.#inFlight -= batch.length;
    lane.inFlight = 0;
    this.#settle(queryId, lane, batch, outcomes);
    if (lane.keys.length === 0) this.#lanes.delete(queryId);
    else {
      // Queries take turns: this one goes behind the others.
      this.#lanes.delete(queryId);
      this.#lanes.set(queryId, lane);
    }
    if (this.#inFlight === 0) this.#idle?.resolve();
    this.wake();
  }

  #settle(queryId: string, lane: Lane, batch: readonly OutboxEntry[], outcomes: readonly Delivery[]): void {
    const sent = lane.keys.splice(0, batch.length);
    const left: string[] = [];
    // One commit for the batch.
    this.#deps.store.transaction(() => {
      for (const [i, key] of sent.entries()) {
        const outcome = outcomes[i] ?? 'retry';
        if (outcome === 'acknowledged' || lane.dropped) this.#remove(key);
        else if (outcome === 'refused') this.#park(key);
        else left.push(key);
      }
    });
    lane.dropped = false;
    lane.keys.unshift(...left);
    this.#deps.counters.add('triggers_published_total', outcomes.filter((o) => o === 'acknowledged').length);
    lane.uncertain = left.length > 0;
    if (left.length === 0) {
      lane.failures = 0;
      return;
    }
    this.#deps.counters.add('outbox_retries_total', left.length);
    const delayMs = backoffMs(lane.failures, this.#deps.random);
    lane.failures += 1;
    if (!this.#running) return;
    this.#deps.log.warn('triggers wait for another attempt', { queryId, waiting: left.length, delayMs });
    lane.waiting = this.#deps.clock.after(delayMs, () => {
      lane.waiting = null;
      this.wake();
    });
  }

  #remove(key: string): void {
    const entry = readEntry(key, this.#entries.get(key));
    if (entry === null) return this.#recount();
    this.#entries.delete(key);
    this.#count -= 1;
    this.#bytes -= entry.bytes;
  }

  #park(key: string): void {
    const document = this.#entries.get(key);
    this.#deps.counters.add('outbox_parked_total');
    if (document !== undefined) {
      const [oldest] = this.#parked.count() >= MAX_PARKED ? this.#parked.entries({ limit: 1 }) : [];
      if (oldest !== undefined) this.#parked.delete(oldest[0]);
      this.#parked.put(key, document);
    }
    this.#remove(key);
  }

  /** After a rollback: counts what is really there. */
  #recount(): void {
    const keys = [...this.#lanes.values()].flatMap((lane) => lane.keys);
    const sizes = keys.map((key) => readEntry(key, this.#entries.get(key))).filter((entry) => entry !== null);
    this.#count = sizes.length;
    this.#bytes = sizes.reduce((sum, entry) => sum + entry.bytes, 0);
  }
}

function readEntry(key: string, document: Json | undefined): (OutboxEntry & { readonly bytes: number }) | null {
  if (typeof document !== 'object' || document === null || !('itemId' in document)) return null;
  const { itemId, xml, bytes } = document;
  if (typeof itemId !== 'string' || typeof xml !== 'string' || typeof bytes !== 'number') return null;
  return { queryId: key.slice(0, key.lastIndexOf('/')), itemId, xml, bytes };
}
