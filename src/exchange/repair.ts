/**
 * When to ask for which missing deltas.
 *
 * A delta known to exist (a later one is here, or a heartbeat named it) is asked for when it has been missing for
 * `REORDER_GRACE_MS`; the same gap again after a pause that doubles from `REPLAY_RETRY_MS` to `REPLAY_RETRY_MAX_MS`.
 */
import { MISSING_DELTAS, MISSING_RANGES, REORDER_GRACE_MS, REPLAY_RETRY_MAX_MS, REPLAY_RETRY_MS } from './limits.ts';

export interface MissingRange {
  readonly fromSeq: number;
  readonly toSeq: number;
}

export class Repair {
  /** The first missing delta when the clock of the present gap was started; 0: no gap. */
  #firstSeq = 0;
  /** What was known to exist then. */
  #knownSeq = 0;
  #askAtMs = 0;
  #pauseMs = REPLAY_RETRY_MS;

  /** When {@link missing} should be called again, or null when nothing is missing. */
  get wakeMs(): number | null {
    return this.#firstSeq === 0 ? null : this.#askAtMs;
  }

  reset(): void {
    this.#firstSeq = 0;
  }

  /** Ranges to ask for now. `nextSeq` is the first number not here, `knownSeq` the highest known to exist. */
  missing(nowMs: number, nextSeq: number, knownSeq: number, has: (seq: number) => boolean): MissingRange[] {
    if (knownSeq < nextSeq) {
      this.#firstSeq = 0;
      return [];
    }
    if (this.#firstSeq !== nextSeq) {
      this.#firstSeq = nextSeq;
      this.#knownSeq = knownSeq;
      this.#askAtMs = nowMs + REORDER_GRACE_MS;
      this.#pauseMs = REPLAY_RETRY_MS;
      return [];
    }
    if (nowMs < this.#askAtMs) return [];
    const ranges = rangesOf(nextSeq, this.#knownSeq, has);
    this.#knownSeq = knownSeq;
    this.#askAtMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, REPLAY_RETRY_MAX_MS);
    return ranges;
  }
}

function rangesOf(fromSeq: number, toSeq: number, has: (seq: number) => boolean): MissingRange[] {
  const ranges: MissingRange[] = [];
  const last = Math.min(toSeq, fromSeq + MISSING_DELTAS - 1);
  let start = 0;
  for (let seq = fromSeq; seq <= last + 1; seq++) {
    if (seq <= last && !has(seq)) {
      if (start === 0) start = seq;
    } else if (start !== 0) {
      ranges.push({ fromSeq: start, toSeq: seq - 1 });
      if (ranges.length === MISSING_RANGES) return ranges;
      start = 0;
    }
  }
  return ranges;
}
