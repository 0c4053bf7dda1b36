/**
 * When one fragment's progress is due to one consumer (DESIGN §6). An envelope says what a heartbeat would, and a consumer
 * that holds nothing back needs none but to know that the domain is alive: so the pause grows from `CONFIRM_MS` after
 * the last delta (what got lost is found out then) fourfold up to `IDLE_HEARTBEAT_MS`. A consumer that asks again
 * and again is told with every beat for `WAITED_MS`. Monotonic ms throughout.
 */
import { ASKS_AGAIN_MS, CONFIRM_MS, IDLE_HEARTBEAT_MS, WAITED_MS } from './limits.ts';

export class HeartbeatPace {
  #saidMs = -Infinity;
  #pauseMs = CONFIRM_MS;
  #askedMs = -Infinity;
  #waitedUntilMs = -Infinity;

  /** An envelope said all at `nowMs`. */
  enveloped(nowMs: number): void {
    this.#saidMs = nowMs;
    this.#pauseMs = CONFIRM_MS;
  }

  /** The consumer holds something back, asked, and is answered. */
  asked(nowMs: number): void {
    if (nowMs - this.#askedMs < ASKS_AGAIN_MS) this.#waitedUntilMs = nowMs + WAITED_MS;
    this.#askedMs = nowMs;
    this.#saidMs = nowMs;
  }

  /** The consumer is back after having been out of reach. */
  returned(): void {
    this.#saidMs = -Infinity;
    this.#pauseMs = CONFIRM_MS;
  }

  /** True while every beat is told. */
  waiting(nowMs: number): boolean {
    return nowMs < this.#waitedUntilMs;
  }

  /** `beatMs`: distance of beats; one that comes a little early counts. */
  due(nowMs: number, beatMs: number): boolean {
    const pauseMs = this.waiting(nowMs) ? beatMs : this.#pauseMs;
    return nowMs - this.#saidMs >= pauseMs - beatMs / 2;
  }

  /** `idleMs`: the longest pause. */
  beaten(nowMs: number, idleMs = IDLE_HEARTBEAT_MS): void {
    this.#saidMs = nowMs;
    if (!this.waiting(nowMs)) this.#pauseMs = Math.min(this.#pauseMs * 4, idleMs);
  }
}
