/**
 * When to flush: at once on an idle link, packed under load (DESIGN §6).
 *
 * A flush follows another by `spacingMs` at least unless a full envelope waits. So a single delta leaves without delay,
 * and a stream of them costs at most one message per `spacingMs` and full payload.
 */
import { FLUSH_SPACING_MS, PACK_BYTES } from './limits.ts';

export interface FlushOptions {
  /** @default 5 */
  readonly spacingMs?: number | undefined;
  /** @default 65_536 */
  readonly packBytes?: number | undefined;
}

export class FlushPolicy {
  readonly #spacingMs: number;
  readonly #packBytes: number;
  #lastMs = -Infinity;

  constructor(options: FlushOptions = {}) {
    this.#spacingMs = options.spacingMs ?? FLUSH_SPACING_MS;
    this.#packBytes = options.packBytes ?? PACK_BYTES;
  }

  /** Whether to flush now, given the bytes that wait ({@link FragmentSender.pendingBytes}). */
  due(nowMs: number, pendingBytes: number): boolean {
    if (pendingBytes <= 0) return false;
    return pendingBytes >= this.#packBytes || nowMs - this.#lastMs >= this.#spacingMs || nowMs < this.#lastMs;
  }

  /** Milliseconds from `nowMs` until what waits must be flushed; 0 when it is due. */
  delayMs(nowMs: number): number {
    return Math.max(0, this.#lastMs + this.#spacingMs - nowMs);
  }

  flushed(nowMs: number): void {
    this.#lastMs = nowMs;
  }
}
