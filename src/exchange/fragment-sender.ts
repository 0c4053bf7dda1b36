/**
 * The sending end of one running fragment: numbers its deltas, packs them into envelopes, keeps them for replay until
 * every consumer has acknowledged them (DESIGN §6). Sans-I/O.
 *
 * State: deltas not yet acknowledged by all consumers. Bound: `retainDeltas`, `retainBytes`; beyond it the oldest fall
 * off and a replay of them is refused with `REPLAY_UNAVAILABLE` (the consumer then asks for a snapshot).
 */
import { compareKeys, type CauseKey } from '../model/cause-key.ts';
import type { FragmentProgress, SnapshotReply } from '../model/control.ts';
import type { Delta, DeltaEnvelope, InsertedRow } from '../model/delta.ts';
import { assert, CodedError } from '../model/errors.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import { Deque } from './deque.ts';
import {
  DELTA_BYTES,
  MESSAGE_BYTES,
  PACK_BYTES,
  PACK_DELTAS,
  REPLAY_BYTES,
  RETAIN_BYTES,
  RETAIN_DELTAS,
} from './limits.ts';
import { ENVELOPE_OVERHEAD_BYTES, estimateDeltaBytes } from './size.ts';

export interface FragmentSenderOptions {
  readonly fragmentId: FragmentId;
  /** A positive integer, greater than that of any earlier run of this fragment. */
  readonly epoch: number;
  /** Nothing older will be sent: the start S of the first consumer. @default 0 */
  readonly watermarkMs?: number | undefined;
  /** @default 65_536 */
  readonly retainDeltas?: number | undefined;
  /** @default 67_108_864 */
  readonly retainBytes?: number | undefined;
}

export interface PackLimits {
  /** Estimated payload of one envelope. @default 65_536 */
  readonly payloadBytes?: number | undefined;
  /** Deltas in one envelope. @default 1024 */
  readonly deltas?: number | undefined;
}

interface Kept {
  readonly delta: Delta;
  readonly bytes: number;
}

const MESSAGE_PAYLOAD_BYTES = MESSAGE_BYTES - ENVELOPE_OVERHEAD_BYTES;

export class FragmentSender {
  readonly fragmentId: FragmentId;
  readonly epoch: number;
  readonly #retainDeltas: number;
  readonly #retainBytes: number;
  readonly #kept = new Deque<Kept>();
  readonly #acknowledged = new Map<DomainName, number>();
  #firstSeq = 1;
  #lastSeq = 0;
  #flushedSeq = 0;
  #bytes = 0;
  #pendingBytes = 0;
  #oversize = 0;
  #watermarkMs: number;
  #lastKey: CauseKey | null = null;

  constructor(options: FragmentSenderOptions) {
    assert(Number.isSafeInteger(options.epoch) && options.epoch > 0, 'an epoch is a positive integer');
    this.fragmentId = options.fragmentId;
    this.epoch = options.epoch;
    this.#watermarkMs = options.watermarkMs ?? 0;
    this.#retainDeltas = options.retainDeltas ?? RETAIN_DELTAS;
    this.#retainBytes = options.retainBytes ?? RETAIN_BYTES;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Of the last delta; null before the first. */
  get lastKey(): CauseKey | null {
    return this.#lastKey;
  }

  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  /** Estimated bytes of deltas that were not flushed yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get retainedBytes(): number {
    return this.#bytes;
  }

  get retainedDeltas(): number {
    return this.#kept.length;
  }

  /** Deltas that are too large for a topic and reach consumers by replay alone. */
  get oversizeTotal(): number {
    return this.#oversize;
  }

  /**
   * Numbers a delta. Keys must ascend and lie above the watermark. Throws `LIMIT_EXCEEDED` when the delta is larger
   * than 4 MiB; it then has no number and the fragment cannot go on.
   */
  append(delta: Delta): number {
    assert(this.#lastKey === null || compareKeys(this.#lastKey, delta.key) < 0, 'deltas of a fragment ascend by key');
    const { timestampMs, phase } = delta.key;
    assert(
      timestampMs > this.#watermarkMs || (timestampMs === this.#watermarkMs && phase > 0),
      'a delta lies above the watermark',
    );
    const bytes = estimateDeltaBytes(delta);
    if (bytes > DELTA_BYTES) {
      throw new CodedError('LIMIT_EXCEEDED', `one cause changed ${bytes} bytes of fragment ${this.fragmentId}`, {
        hint: `at most ${DELTA_BYTES} bytes fit into one delta: use a smaller window or batch, or fewer columns`,
        data: { bytes, limit: DELTA_BYTES },
      });
    }
    this.#lastKey = delta.key;
    this.#lastSeq++;
    this.#kept.push({ delta, bytes });
    this.#bytes += bytes;
    this.#pendingBytes += bytes;
    this.#trim();
    return this.#lastSeq;
  }

  /** Every delta with a timestamp below `watermarkMs`, and every phase-0 delta of it, has been appended. Never falls. */
  advance(watermarkMs: number): void {
    if (watermarkMs > this.#watermarkMs) this.#watermarkMs = watermarkMs;
  }

  /** Envelopes of everything not flushed yet, packed; none when there is nothing (the watermark goes by heartbeat). */
  flush(limits: PackLimits = {}): DeltaEnvelope[] {
    const from = Math.max(this.#flushedSeq + 1, this.#firstSeq);
    this.#flushedSeq = this.#lastSeq;
    this.#pendingBytes = 0;
    if (from > this.#lastSeq) return [];
    const packed: DeltaEnvelope[] = [];
    for (const { envelope, bytes } of this.#pack(from, this.#lastSeq, limits)) {
      if (bytes > MESSAGE_PAYLOAD_BYTES) this.#oversize += envelope.deltas.length;
      else packed.push(envelope);
    }
    return packed;
  }

  /**
   * Envelopes with the deltas from `fromSeq` to `toSeq` (inclusive) or a prefix of them that fits one answer. Throws
   * `REPLAY_UNAVAILABLE` when the epoch is another or `fromSeq` is no longer kept, `PROTOCOL` when the range is none.
   */
  replay(epoch: number, fromSeq: number, toSeq: number): DeltaEnvelope[] {
    if (!Number.isSafeInteger(fromSeq) || !Number.isSafeInteger(toSeq) || fromSeq < 1 || toSeq < fromSeq) {
      throw new CodedError('PROTOCOL', `${fromSeq} to ${toSeq} is no range of deltas`, {
        hint: 'ask for positive integers, the first not above the last',
      });
    }
    if (epoch !== this.epoch || fromSeq < this.#firstSeq) {
      throw new CodedError('REPLAY_UNAVAILABLE', `delta ${fromSeq} of epoch ${epoch} is not kept`, {
        hint: 'ask for a snapshot',
        data: { epoch: this.epoch, firstSeq: this.#firstSeq, lastSeq: this.#lastSeq },
      });
    }
    const answer: DeltaEnvelope[] = [];
    let total = 0;
    for (const { envelope, bytes } of this.#pack(fromSeq, Math.min(toSeq, this.#lastSeq), {})) {
      total += bytes;
      if (answer.length > 0 && total > REPLAY_BYTES) break;
      answer.push(envelope);
    }
    return answer;
  }

  /** From now on deltas above `seq` are kept for `consumer`; while no consumer is named, all are kept (within the bounds). */
  addConsumer(consumer: DomainName, seq: number = this.#lastSeq): void {
    this.#acknowledged.set(consumer, seq);
  }

  removeConsumer(consumer: DomainName): void {
    this.#acknowledged.delete(consumer);
    this.#trim();
  }

  consumers(): readonly DomainName[] {
    return [...this.#acknowledged.keys()];
  }

  /** `seq` is durable with `consumer`. Unknown consumers and numbers that were never given are ignored (false). */
  acknowledge(consumer: DomainName, seq: number): boolean {
    const before = this.#acknowledged.get(consumer);
    if (before === undefined || !Number.isSafeInteger(seq) || seq > this.#lastSeq) return false;
    if (seq > before) {
      this.#acknowledged.set(consumer, seq);
      this.#trim();
    }
    return true;
  }

  progress(): FragmentProgress {
    return {
      fragmentId: this.fragmentId,
      epoch: this.epoch,
      watermarkMs: this.#watermarkMs,
      lastSeq: this.#lastSeq,
    };
  }

  /** The answer to a snapshot request, given the rows that the fragment holds now (those of the asker: not older than its S). */
  snapshot(rows: readonly InsertedRow[]): SnapshotReply {
    return { kind: 'snapshot', epoch: this.epoch, seq: this.#lastSeq, watermarkMs: this.#watermarkMs, rows };
  }

  *#pack(from: number, to: number, limits: PackLimits): Generator<{ envelope: DeltaEnvelope; bytes: number }> {
    const maxBytes = Math.min(limits.payloadBytes ?? PACK_BYTES, MESSAGE_PAYLOAD_BYTES);
    const maxDeltas = limits.deltas ?? PACK_DELTAS;
    let seq = from;
    while (seq <= to) {
      const first = seq;
      const deltas: Delta[] = [];
      let bytes = 0;
      while (seq <= to && deltas.length < maxDeltas) {
        const kept = this.#kept.at(seq - this.#firstSeq);
        assert(kept !== undefined, 'a delta of the range is kept');
        if (deltas.length > 0 && bytes + kept.bytes > maxBytes) break;
        deltas.push(kept.delta);
        bytes += kept.bytes;
        seq++;
      }
      const watermarkMs = this.#watermarkAfter(seq - 1);
      const { fragmentId, epoch } = this;
      yield { envelope: { fragmentId, epoch, seq: first, keyId: '', watermarkMs, deltas }, bytes };
    }
  }

  /** What the watermark may say when `seq` is the last delta known: nothing about the instant of the next one, if that is a timer's. */
  #watermarkAfter(seq: number): number {
    const next = this.#kept.at(seq + 1 - this.#firstSeq);
    if (next === undefined) return this.#watermarkMs;
    const { timestampMs, phase } = next.delta.key;
    return Math.max(0, Math.min(this.#watermarkMs, phase === 0 ? timestampMs - 1 : timestampMs));
  }

  #trim(): void {
    let keepFrom = this.#acknowledged.size === 0 ? 0 : this.#flushedSeq + 1;
    for (const seq of this.#acknowledged.values()) keepFrom = Math.min(keepFrom, seq + 1);
    while (
      this.#kept.length > 0 &&
      (this.#firstSeq < keepFrom || this.#kept.length > this.#retainDeltas || this.#bytes > this.#retainBytes)
    ) {
      const gone = this.#kept.shift();
      if (gone !== undefined) this.#bytes -= gone.bytes;
      if (this.#firstSeq > this.#flushedSeq && gone !== undefined) this.#pendingBytes -= gone.bytes;
      this.#firstSeq++;
    }
  }
}
