/**
 * `#time_length_batch(d, n [, flags])`: posts when n have gathered or d has passed, whichever is first; no grid: the
 * interval restarts with each batch, or with the first event after idleness (Esper 14.3.6).
 * Δ: insert = the batch, remove = the batch before. State: two batches, one timer.
 */
import type { Event } from '../../model/event.ts';
import type { Duration } from '../runtime/duration.ts';
import type { Timer } from '../runtime/timer-queue.ts';
import { Batches } from './batches.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import type { BatchFlags } from './time-batch.ts';

export class TimeLengthBatchWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #duration: Duration;
  readonly #length: number;
  readonly #flags: BatchFlags;
  readonly #batches: Batches;
  readonly #timer: Timer;

  constructor(host: WindowHost, sink: UpdateSink, duration: Duration, length: number, flags: BatchFlags) {
    this.#host = host;
    this.#duration = duration;
    this.#length = length;
    this.#flags = flags;
    this.#batches = new Batches(sink);
    this.#timer = host.timer(this);
    if (flags.startEager) this.#schedule();
  }

  insert(events: readonly Event[]): void {
    for (const event of events) this.#batches.current.push(event);
    if (this.#batches.current.length >= this.#length) {
      this.#host.disarm(this.#timer);
      this.#post();
    } else if (!this.#timer.armed) {
      this.#schedule();
    }
  }

  fire(): void {
    this.#post();
  }

  #post(): void {
    const { forceUpdate, startEager } = this.#flags;
    if (this.#batches.current.length > 0 || this.#batches.last.length > 0 || forceUpdate || startEager) {
      this.#schedule();
    }
    this.#batches.post(forceUpdate);
  }

  #schedule(): void {
    this.#host.arm(this.#timer, this.#duration.after(this.#host.nowMs));
  }

  drop(events: readonly Event[]): void {
    this.#batches.drop(events);
  }
  content(): Iterable<Event> {
    return this.#batches.current;
  }
  order(of: Event): WindowOrder {
    return this.#batches.order(of);
  }
  anchor(of: Event): number {
    return this.#batches.anchor(of);
  }
  stop(): void {
    this.#host.disarm(this.#timer);
  }
}
