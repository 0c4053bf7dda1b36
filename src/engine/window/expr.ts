/**
 * `#expr(condition)`: after each arrival the oldest events go while the condition is false for them, possibly the newcomer
 * itself (Esper 14.3.19). Δ: insert = arrived; remove = those. A variable of the condition that changes has it tested when
 * the clock next moves. State: the events with their times of arrival; aggregations of the condition.
 */
import type { Event } from '../../model/event.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import { NONE } from './data-window.ts';
import { EventRing } from './event-ring.ts';
import type { ConditionProgram } from './expression-access.ts';
import { WindowCondition } from './expression-access.ts';

export class ExprWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #condition: WindowCondition;
  readonly #ring = new EventRing({ timed: true });
  #newestMs = 0;

  constructor(host: WindowHost, sink: UpdateSink, program: ConditionProgram) {
    this.#host = host;
    this.#sink = sink;
    this.#condition = new WindowCondition(program, host);
    if (program.variables.length > 0) host.onVariableChange(program.variables, this);
  }

  insert(events: readonly Event[]): void {
    for (const event of events) {
      this.#ring.push(event, this.#host.nowMs);
      this.#condition.enter(event);
    }
    this.#newestMs = this.#host.nowMs;
    this.#sink.update(events, this.#expire());
  }

  /** A variable has changed. */
  fire(): void {
    const expired = this.#expire();
    if (expired.length > 0) this.#sink.update(NONE, expired);
  }

  #expire(): readonly Event[] {
    const ring = this.#ring;
    const newest = ring.fromNewest(0);
    if (newest === null) return NONE;
    const expired: Event[] = [];
    for (;;) {
      const oldest = ring.fromOldest(0);
      if (oldest === null) {
        this.#condition.clear();
        break;
      }
      const facts = {
        count: ring.size,
        expired: expired.length,
        oldest,
        oldestMs: ring.oldestMs,
        newest,
        newestMs: this.#newestMs,
      };
      if (this.#condition.holds(oldest, facts)) break;
      ring.shift();
      this.#condition.leave(oldest);
      expired.push(oldest);
    }
    return expired;
  }

  drop(events: readonly Event[]): void {
    for (const event of this.#ring.remove(events)) this.#condition.leave(event);
  }
  content(): Iterable<Event> {
    return this.#ring;
  }
  order(): WindowOrder {
    return this.#ring;
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
