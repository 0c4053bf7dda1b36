/**
 * What left this domain, for whom (DESIGN §7): per consumer and fragment the text, the columns, rows, bytes and times.
 *
 * State: entries in memory, written to collection `ledger` now and then and at the end: a crash loses the counts of the last
 * {@link SAVE_EVERY_MS}, no earlier ones. Bound: MAX_ENTRIES; beyond it the entries that were quiet longest are folded into
 * one per consumer, so that sums stay right.
 */
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Json, StateStore } from '../ports/store.ts';

/** Some 4 KB each at most. */
export const MAX_ENTRIES = 5_000;

/** A tenth is made free at once, so that folding is rare. */
const FOLD_PART = 10;

/** A longer text is cut: the beginning names streams and columns. */
const TEXT_UNITS = 2_000;

export const SAVE_EVERY_MS = 10_000;

/** The fragment id of what was folded. */
export const FOLDED = '*';

export interface LedgerEntry {
  readonly consumer: DomainName;
  /** `*` where entries of several fragments were folded into one. */
  readonly fragmentId: FragmentId;
  /** How many fragments it stands for. */
  readonly fragments: number;
  /** As it ran: with the row predicate of the policy. */
  readonly epl: string;
  readonly columns: readonly string[];
  /** Rows sent, those that left a result included; a row that is sent again after a loss counts once. */
  readonly rows: number;
  /** Of envelopes before sealing, of repeated ones and snapshots too. */
  readonly bytes: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Why the domain ended it (`policy`, `membership`, `rate-cap`), and when; absent while it may go on. */
  readonly ended?: EndReason | undefined;
  readonly endedMs?: number | undefined;
}

const END_REASONS = ['policy', 'membership', 'rate-cap', 'rows-limit'] as const;

/** Why a fragment was ended by the domain that ran it. */
export type EndReason = (typeof END_REASONS)[number];

export interface Disclosure {
  readonly consumer: DomainName;
  readonly fragmentId: FragmentId;
  readonly epl: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly nowMs: number;
}

type Mutable = { -readonly [K in keyof LedgerEntry]: LedgerEntry[K] };

export class Ledger {
  readonly #entries = new Map<string, Mutable>();
  readonly #dirty = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #store: StateStore | null;
  readonly #maxEntries: number;
  #timer: Cancel | null = null;

  /** Without a store nothing outlives the process. */
  constructor(store: StateStore | null = null, options: { readonly maxEntries?: number } = {}) {
    this.#store = store;
    this.#maxEntries = options.maxEntries ?? MAX_ENTRIES;
    for (const [key, document] of store?.collection('ledger').entries() ?? []) {
      const entry = readEntry(document);
      if (entry !== null) this.#entries.set(key, entry);
    }
  }

  record(what: Disclosure): void {
    const key = keyOf(what.consumer, what.fragmentId);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const { consumer, fragmentId, columns, nowMs } = what;
      const epl = what.epl.length > TEXT_UNITS ? `${what.epl.slice(0, TEXT_UNITS)}…` : what.epl;
      entry = { consumer, fragmentId, fragments: 1, epl, columns, rows: 0, bytes: 0, firstMs: nowMs, lastMs: nowMs };
      this.#entries.set(key, entry);
      this.#gone.delete(key);
    }
    delete entry.ended;
    delete entry.endedMs;
    entry.rows += what.rows;
    entry.bytes += what.bytes;
    entry.lastMs = Math.max(entry.lastMs, what.nowMs);
    this.#dirty.add(key);
    if (this.#entries.size > this.#maxEntries) this.#fold();
  }

  /** The domain has ended the fragment for this consumer. One of which nothing ever left has no entry. */
  close(consumer: DomainName, fragmentId: FragmentId, reason: EndReason, nowMs: number): void {
    const key = keyOf(consumer, fragmentId);
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.ended = reason;
    entry.endedMs = nowMs;
    this.#dirty.add(key);
  }

  /** Latest first. */
  entries(consumer?: DomainName): readonly LedgerEntry[] {
    return [...this.#entries.values()]
      .filter((e) => consumer === undefined || e.consumer === consumer)
      .map((e) => ({ ...e }))
      .sort(
        (a, b) => b.lastMs - a.lastMs || (keyOf(a.consumer, a.fragmentId) < keyOf(b.consumer, b.fragmentId) ? -1 : 1),
      );
  }

  /** Writes what changed; throws `STORE_FAILED`. */
  save(): void {
    const store = this.#store;
    if (store === null || this.#dirty.size + this.#gone.size === 0) return;
    const collection = store.collection('ledger');
    store.transaction(() => {
      for (const key of this.#gone) collection.delete(key);
      for (const key of this.#dirty) {
        const entry = this.#entries.get(key);
        if (entry !== undefined) collection.put(key, documentOf(entry));
      }
    });
    this.#dirty.clear();
    this.#gone.clear();
  }

  start(clock: Clock): void {
    this.#timer = clock.after(SAVE_EVERY_MS, () => {
      this.save();
      this.start(clock);
    });
  }

  stop(): void {
    this.#timer?.();
    this.#timer = null;
    this.save();
  }

  #fold(): void {
    const single = [...this.#entries].filter(([, e]) => e.fragmentId !== FOLDED);
    single.sort(([, a], [, b]) => a.lastMs - b.lastMs);
    const enough = this.#maxEntries - Math.floor(this.#maxEntries / FOLD_PART);
    for (const [key, entry] of single) {
      if (this.#entries.size <= enough) return;
      const into = keyOf(entry.consumer, FOLDED);
      const sum = this.#entries.get(into);
      this.#entries.set(into, sum === undefined ? folded(entry) : added(sum, entry));
      this.#dirty.add(into);
      this.#entries.delete(key);
      this.#dirty.delete(key);
      this.#gone.add(key);
    }
  }
}

function folded(entry: Mutable): Mutable {
  const { ended: _ended, endedMs: _endedMs, ...rest } = entry;
  return { ...rest, fragmentId: FOLDED, epl: '(fragments that ended long ago)' };
}

function documentOf({ ended, endedMs, ...rest }: Mutable): Json {
  return { ...rest, ...(ended === undefined || endedMs === undefined ? {} : { ended, endedMs }) };
}

function added(sum: Mutable, entry: Mutable): Mutable {
  return {
    ...sum,
    fragments: sum.fragments + entry.fragments,
    columns: [...new Set([...sum.columns, ...entry.columns])],
    rows: sum.rows + entry.rows,
    bytes: sum.bytes + entry.bytes,
    firstMs: Math.min(sum.firstMs, entry.firstMs),
    lastMs: Math.max(sum.lastMs, entry.lastMs),
  };
}

/** A domain's name has no blanks. */
function keyOf(consumer: DomainName, fragmentId: FragmentId): string {
  return `${consumer} ${fragmentId}`;
}

/** Null for what is no entry (of a later version): it is left alone. */
function readEntry(document: Json): Mutable | null {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return null;
  const value = Object.fromEntries(Object.entries(document));
  const { consumer, fragmentId, epl, columns } = value;
  if (typeof consumer !== 'string' || typeof fragmentId !== 'string' || typeof epl !== 'string') return null;
  if (!Array.isArray(columns)) return null;
  return {
    consumer,
    fragmentId,
    fragments: Number(value['fragments']),
    epl,
    columns: columns.map(String),
    rows: Number(value['rows']),
    bytes: Number(value['bytes']),
    firstMs: Number(value['firstMs']),
    lastMs: Number(value['lastMs']),
    ...endOf(value['ended'], value['endedMs']),
  };
}

function endOf(ended: unknown, endedMs: unknown): Pick<LedgerEntry, 'ended' | 'endedMs'> {
  const reason = END_REASONS.find((r) => r === ended);
  return reason === undefined ? {} : { ended: reason, endedMs: Number(endedMs) };
}
