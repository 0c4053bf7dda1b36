/**
 * The receiving end of one fragment at one consumer: takes frames in any order, repeated, with losses; gives deltas in
 * order, once each, and a watermark that counts (DESIGN §4, §6). Sans-I/O; what a peer does wrong is a verdict and a counter.
 *
 * State: deltas that wait for earlier ones or to be taken (bounds `BUFFER_DELTAS`, `BUFFER_BYTES`; what comes beyond is
 * dropped and asked for again), announced watermarks (`ANNOUNCEMENTS`), ids of the view's rows (`VIEW_ROWS`).
 */
import { compareKeys, timerKey, type CauseKey } from '../model/cause-key.ts';
import type { Column } from '../model/checked.ts';
import type { FragmentProgress, SnapshotReply } from '../model/control.ts';
import type { Delta, DeltaEnvelope, InsertedRow, Update } from '../model/delta.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { FragmentKind } from '../model/plan.ts';
import type { Counters } from '../ports/counters.ts';
import { Announcements } from './announcements.ts';
import { isCount, isRowId, refuseDelta, refuseForeign, refuseValues, type Refusal } from './check-delta.ts';
import { HeldRows } from './held-rows.ts';
import { BUFFER_BYTES, BUFFER_DELTAS, REPLAY_RETRY_MAX_MS, REPLAY_RETRY_MS, VIEW_ROWS } from './limits.ts';
import { Repair, type MissingRange } from './repair.ts';
import { estimateDeltaBytes } from './size.ts';

export type Verdict = 'accepted' | Refusal;

export interface FragmentReceiverOptions {
  readonly fragmentId: FragmentId;
  /** The domain that runs the fragment. */
  readonly domain: DomainName;
  readonly kind: FragmentKind;
  readonly columns: readonly Column[];
  /** As the reply to `prepare` or `commit` says. */
  readonly epoch: number;
  /** A frame whose watermark is further ahead of `nowMs` is not taken (DESIGN §4 `maxSkew`). @default Infinity */
  readonly maxSkewMs?: number | undefined;
  /** True for a fragment that is itself fed by other domains: its causes and rows may carry their names. @default false */
  readonly foreignCauses?: boolean | undefined;
}

export interface ReceiverStart {
  /** S: causes before it are outside the query. */
  readonly startMs: number;
  /** Deltas up to this one are not for this consumer. */
  readonly lastSeq: number;
}

interface Waiting {
  readonly delta: Delta;
  readonly bytes: number;
}

export class FragmentReceiver {
  readonly domain: DomainName;
  readonly kind: FragmentKind;
  readonly #counters: Counters;
  readonly #columns: readonly Column[];
  readonly #maxSkewMs: number;
  readonly #foreignCauses: boolean;
  readonly #held: HeldRows | null;
  readonly #announcements = new Announcements();
  readonly #repair = new Repair();
  readonly #waiting = new Map<number, Waiting>();
  #fragmentId: FragmentId;
  /** The rows held are those of a fragment under another id: none of them is one of the next snapshot. */
  #renamed = false;
  #ready: Delta[] = [];
  #bufferedBytes = 0;
  #readyBytes = 0;
  #epoch: number;
  #startMs = 0;
  /** The first number not in yet; 0 while it is unknown: before the start, and while a snapshot is awaited. */
  #nextSeq = 0;
  #knownSeq = 0;
  #watermarkMs = 0;
  #takenWatermarkMs = 0;
  #takenSeq = 0;
  #lastKey: CauseKey | null = null;
  #needsSnapshot = false;
  #snapshotAtMs = -Infinity;
  #snapshotPauseMs = REPLAY_RETRY_MS;
  #dropped = false;

  constructor(deps: { readonly counters: Counters }, options: FragmentReceiverOptions) {
    this.#counters = deps.counters;
    this.#fragmentId = options.fragmentId;
    this.domain = options.domain;
    this.kind = options.kind;
    this.#columns = options.columns;
    this.#epoch = options.epoch;
    this.#maxSkewMs = options.maxSkewMs ?? Infinity;
    this.#foreignCauses = options.foreignCauses ?? false;
    this.#held = options.kind === 'view' ? new HeldRows(options.domain) : null;
  }

  /** The name of the fragment in the exchange, as its domain told it last. */
  get fragmentId(): FragmentId {
    return this.#fragmentId;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** The watermark that counts for what has been taken. */
  get watermarkMs(): number {
    return this.#takenWatermarkMs;
  }

  /** The last delta that has been taken; what may be acknowledged once it is durable. */
  get takenSeq(): number {
    return this.#takenSeq;
  }

  /** True when numbering or content is lost (new epoch, replay refused): ask for a snapshot and {@link applySnapshot} it. */
  get needsSnapshot(): boolean {
    return this.#needsSnapshot;
  }

  /** True when everything known to exist is in and was taken. */
  get complete(): boolean {
    return this.#nextSeq > this.#knownSeq && this.#nextSeq > 0 && this.#ready.length === 0;
  }

  /** Deltas held here, in order or not. */
  get buffered(): number {
    return this.#ready.length + this.#waiting.size;
  }

  /** When to call {@link missing} again; null when nothing is missing. */
  get wakeMs(): number | null {
    return this.#needsSnapshot ? this.#snapshotAtMs : this.#repair.wakeMs;
  }

  /** Frames may come before the answer to `commit`; they wait for this. */
  begin(start: ReceiverStart): void {
    this.#startMs = start.startMs;
    this.#watermarkMs = Math.max(this.#watermarkMs, start.startMs);
    this.#takenWatermarkMs = this.#watermarkMs;
    if (!this.#needsSnapshot) this.#resumeAfter(start.lastSeq);
  }

  /** Takes a data frame. `nowMs` is the receiver's own clock. */
  accept(envelope: DeltaEnvelope, nowMs: number): Verdict {
    const { seq, deltas } = envelope;
    if (!isCount(seq) || seq < 1 || !isCount(seq + deltas.length)) return this.#refuse('malformed');
    const refusal = this.#refuseFrame(envelope, nowMs);
    if (refusal !== null) return this.#refuse(refusal);
    let verdict: Verdict = deltas.length === 0 ? 'accepted' : 'duplicate';
    for (let i = 0; i < deltas.length; i++) {
      const delta = deltas[i];
      if (delta === undefined) continue;
      const placed = this.#place(seq + i, delta);
      if (placed === 'overflow') return this.#refuse('overflow');
      if (placed === 'accepted') verdict = placed;
    }
    this.#announce(seq + deltas.length - 1, envelope.watermarkMs);
    return verdict === 'accepted' ? verdict : this.#refuse(verdict);
  }

  /** Takes what a heartbeat says of this fragment. */
  acceptProgress(progress: FragmentProgress, nowMs: number): Verdict {
    if (!isCount(progress.lastSeq)) return this.#refuse('malformed');
    const refusal = this.#refuseFrame(progress, nowMs);
    if (refusal !== null) return this.#refuse(refusal);
    this.#announce(progress.lastSeq, progress.watermarkMs);
    return 'accepted';
  }

  /** Ranges to ask for now, with back-off; calling it is asking. */
  missing(nowMs: number): MissingRange[] {
    if (this.#nextSeq === 0) return [];
    return this.#repair.missing(nowMs, this.#nextSeq, this.#knownSeq, (seq) => this.#waiting.has(seq));
  }

  /** True when a snapshot is to be asked for now, with back-off; calling it is asking. */
  snapshotDue(nowMs: number): boolean {
    if (!this.#needsSnapshot || nowMs < this.#snapshotAtMs) return false;
    this.#snapshotAtMs = nowMs + this.#snapshotPauseMs;
    this.#snapshotPauseMs = Math.min(this.#snapshotPauseMs * 2, REPLAY_RETRY_MAX_MS);
    return true;
  }

  /**
   * The domain answered `REPLAY_UNAVAILABLE` to a request for `fromSeq` of `epoch`. An answer to a request that was
   * overtaken (what it asked for has come and was acknowledged since) says nothing.
   */
  replayUnavailable(epoch: number, fromSeq: number): void {
    if (epoch === this.#epoch && this.#nextSeq !== 0 && fromSeq >= this.#nextSeq) this.#awaitSnapshot();
  }

  /**
   * Takes a snapshot: the difference to what is held becomes one delta marked `gap`, keyed by the timers of the
   * snapshot's watermark, or by the last key here if that is later.
   */
  applySnapshot(snapshot: SnapshotReply, nowMs: number): Verdict {
    const { epoch, seq, watermarkMs, rows } = snapshot;
    if (!isCount(epoch) || !isCount(seq) || !isCount(watermarkMs)) return this.#refuse('malformed');
    if (epoch < this.#epoch || (epoch === this.#epoch && seq < this.#nextSeq - 1)) return this.#refuse('stale-epoch');
    if (watermarkMs > nowMs + this.#maxSkewMs) return this.#refuse('ahead-of-clock');
    if (rows.length > VIEW_ROWS) return this.#refuse('rows-limit');
    if (this.#held !== null) {
      for (const row of rows) {
        if (row.id === null || !isRowId(row.id)) return this.#refuse('row-shape');
        const refusal = refuseValues(row.values, this.#columns);
        if (refusal !== null) return this.#refuse(refusal);
      }
    }
    if (epoch !== this.#epoch) this.#forgetNumbers(epoch);
    this.#needsSnapshot = false;
    this.#snapshotAtMs = -Infinity;
    this.#snapshotPauseMs = REPLAY_RETRY_MS;
    this.#watermarkMs = Math.max(this.#watermarkMs, watermarkMs);
    const atMs = timerKey(this.#watermarkMs);
    const key = this.#lastKey !== null && compareKeys(this.#lastKey, atMs) > 0 ? this.#lastKey : atMs;
    this.#lastKey = key;
    this.#push({ key, updates: this.#heldDifference(rows), gap: true });
    this.#renamed = false;
    this.#counters.add('exchange_gaps_total', 1, { domain: this.domain });
    this.#resumeAfter(seq);
    return 'accepted';
  }

  /**
   * The domain lost its disk, and with it the secret that named the fragment: it goes by another id and epoch now, neither
   * numbers nor row ids are those of before, and a snapshot is needed. What is held leaves with it.
   */
  rename(fragmentId: FragmentId, epoch: number): void {
    this.#fragmentId = fragmentId;
    this.#renamed = true;
    this.#forgetNumbers(epoch);
    this.#awaitSnapshot();
  }

  /** Everything that is in order and was not taken yet. Afterwards {@link watermarkMs} counts for it. */
  take(): readonly Delta[] {
    const taken = this.#ready;
    this.#ready = [];
    this.#bufferedBytes -= this.#readyBytes;
    this.#readyBytes = 0;
    this.#takenWatermarkMs = this.#watermarkMs;
    if (this.#nextSeq > 0) this.#takenSeq = this.#nextSeq - 1;
    return taken;
  }

  #heldDifference(rows: readonly InsertedRow[]): readonly Update[] {
    if (this.#held === null) return [];
    // Two updates: a row id of the lost disk may come again for another row.
    return this.#renamed ? [...this.#held.replace([]), ...this.#held.replace(rows)] : this.#held.replace(rows);
  }

  /** The checks that envelopes and heartbeats share; a higher epoch makes a snapshot necessary. */
  #refuseFrame(frame: Pick<FragmentProgress, 'fragmentId' | 'epoch' | 'watermarkMs'>, nowMs: number): Refusal | null {
    if (frame.fragmentId !== this.#fragmentId) return 'foreign';
    if (!isCount(frame.epoch) || !isCount(frame.watermarkMs)) return 'malformed';
    if (frame.watermarkMs > nowMs + this.#maxSkewMs) return 'ahead-of-clock';
    if (frame.epoch < this.#epoch) return 'stale-epoch';
    if (frame.epoch > this.#epoch) {
      this.#forgetNumbers(frame.epoch);
      this.#awaitSnapshot();
    }
    return null;
  }

  #place(seq: number, delta: Delta): 'accepted' | 'duplicate' | 'overflow' {
    if (seq < this.#nextSeq || this.#waiting.has(seq)) return 'duplicate';
    if (seq > this.#knownSeq) this.#knownSeq = seq;
    const bytes = estimateDeltaBytes(delta);
    // What comes next in order is taken although the buffer is full of later ones: it sets them free.
    const held = seq === this.#nextSeq ? this.#ready.length : this.buffered;
    const heldBytes = seq === this.#nextSeq ? this.#readyBytes : this.#bufferedBytes;
    if (held >= BUFFER_DELTAS || (held > 0 && heldBytes + bytes > BUFFER_BYTES)) return 'overflow';
    if (seq !== this.#nextSeq) {
      this.#waiting.set(seq, { delta, bytes });
      this.#bufferedBytes += bytes;
      return 'accepted';
    }
    this.#nextSeq++;
    this.#deliver(delta);
    this.#deliverWaiting();
    return 'accepted';
  }

  #deliverWaiting(): void {
    for (;;) {
      const waiting = this.#waiting.get(this.#nextSeq);
      if (waiting === undefined) return;
      this.#waiting.delete(this.#nextSeq);
      this.#bufferedBytes -= waiting.bytes;
      this.#nextSeq++;
      this.#deliver(waiting.delta);
    }
  }

  #deliver(delta: Delta): void {
    const refusal =
      refuseDelta(delta, this.kind, this.#columns) ??
      (this.#foreignCauses ? null : refuseForeign(delta, this.domain)) ??
      this.#refuseOrder(delta.key);
    if (refusal !== null) {
      this.#refuse(refusal);
      return;
    }
    this.#lastKey = delta.key;
    const early = delta.key.timestampMs < this.#startMs;
    if (this.#held === null) {
      if (!early) this.#push(delta);
      return;
    }
    if (this.#held.wouldOverflow(delta.updates)) {
      this.#refuse('rows-limit');
      return;
    }
    const updates: Update[] = [];
    this.#dropped = false;
    for (const update of delta.updates) {
      const left = this.#held.apply(update, !early, this.#dropRow);
      if (left !== null) updates.push(left);
    }
    if (updates.length === 0 && delta.gap !== true && (early || delta.updates.length > 0)) return;
    this.#push(this.#dropped ? { ...delta, updates } : delta);
  }

  readonly #dropRow = (reason: 'row-unknown' | 'row-repeated'): void => {
    this.#dropped = true;
    this.#counters.add('exchange_rows_dropped_total', 1, { domain: this.domain, reason });
  };

  #push(delta: Delta): void {
    const bytes = estimateDeltaBytes(delta);
    this.#ready.push(delta);
    this.#readyBytes += bytes;
    this.#bufferedBytes += bytes;
  }

  #refuseOrder(key: CauseKey): Refusal | null {
    if (this.#lastKey !== null && compareKeys(this.#lastKey, key) >= 0) return 'key-order';
    const { timestampMs, phase } = key;
    if (timestampMs >= this.#startMs) {
      if (timestampMs < this.#watermarkMs) return 'below-watermark';
      if (timestampMs === this.#watermarkMs && phase === 0 && timestampMs > this.#startMs) return 'below-watermark';
    }
    return null;
  }

  #announce(seq: number, watermarkMs: number): void {
    if (seq > this.#knownSeq) this.#knownSeq = seq;
    // Watermarks never fall: one below what counts already says nothing new.
    if (watermarkMs > this.#watermarkMs) this.#announcements.add(seq, watermarkMs);
    this.#applyAnnouncements();
  }

  #applyAnnouncements(): void {
    if (this.#nextSeq === 0) return;
    const reached = this.#announcements.takeUpTo(this.#nextSeq - 1);
    if (reached !== null && reached > this.#watermarkMs) this.#watermarkMs = reached;
  }

  /** Numbering goes on after `seq`; what waited and is older is dropped. */
  #resumeAfter(seq: number): void {
    this.#nextSeq = Math.max(this.#nextSeq, seq + 1);
    for (const [waitingSeq, waiting] of this.#waiting) {
      if (waitingSeq >= this.#nextSeq) continue;
      this.#waiting.delete(waitingSeq);
      this.#bufferedBytes -= waiting.bytes;
    }
    this.#deliverWaiting();
    this.#applyAnnouncements();
  }

  #forgetNumbers(epoch: number): void {
    this.#epoch = epoch;
    this.#nextSeq = 0;
    this.#takenSeq = 0;
    this.#knownSeq = 0;
    this.#waiting.clear();
    this.#bufferedBytes = this.#readyBytes;
    this.#announcements.clear();
    this.#repair.reset();
  }

  #awaitSnapshot(): void {
    this.#needsSnapshot = true;
    this.#nextSeq = 0;
    this.#repair.reset();
  }

  #refuse(refusal: Refusal): Refusal {
    this.#counters.add('exchange_refused_total', 1, { domain: this.domain, reason: refusal });
    return refusal;
  }
}
