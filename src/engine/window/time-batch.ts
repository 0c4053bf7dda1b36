/**
 * `#time_batch(d [, reference] [, flags])`: posts at the points of a grid of d, which starts at the reference point, else
 * at the first event ever, and stays (Esper 14.3.5). Δ: insert = the batch, remove = the batch before. An emptied batch
 * posts once more, then the window sleeps, unless FORCE_UPDATE (posts empty updates too) or START_EAGER (armed from the
 * start, and goes on). State: two batches, one timer.
 */
import type { Event } from '../../model/event.ts';
import type { Duration } from '../runtime/duration.ts';
import type { Timer } from '../runtime/timer-queue.ts';
import { Batches } from './batches.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';

export interface BatchFlags {
  readonly forceUpdate: boolean;
  readonly startEager: boolean;
}

export class TimeBatchWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #duration: Duration;
  readonly #flags: BatchFlags;
  readonly #batches: Batches;
  readonly #timer: Timer;
  #referenceMs: number | null;

  constructor(host: WindowHost, sink: UpdateSink, duration: Duration, referenceMs: number | null, flags: BatchFlags) {
    this.#host = host;
    this.#duration = duration;
    this.#referenceMs = referenceMs;
    this.#flags = flags;
    this.#batches = new Batches(sink);
    this.#timer = host.timer(this);
    if (flags.startEager) this.#schedule();
  }

  insert(events: readonly Event[]): void {
    if (!this.#timer.armed) this.#schedule();
    for (const event of events) this.#batches.current.push(event);
  }

  fire(): void {
    const goOn =
      this.#batches.current.length > 0 ||
      this.#batches.last.length > 0 ||
      this.#flags.forceUpdate ||
      this.#flags.startEager;
    if (goOn) this.#schedule();
    this.#batches.post(this.#flags.forceUpdate || this.#flags.startEager);
  }

  #schedule(): void {
    this.#referenceMs ??= this.#host.nowMs;
    this.#host.arm(this.#timer, this.#duration.gridAfter(this.#host.nowMs, this.#referenceMs));
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
