/**
 * `#expr_batch(condition [, include])`: posts the batch when the condition holds for an arrival; with `include` false the
 * arrival itself waits for the next batch (Esper 14.3.20). Δ: insert = the batch, remove = the batch before.
 * State: two batches; aggregations of the condition.
 */
import type { Event } from '../../model/event.ts';
import { Batches } from './batches.ts';
import type { DataWindow, UpdateSink, WindowHost, WindowOrder } from './data-window.ts';
import type { ConditionProgram } from './expression-access.ts';
import { WindowCondition } from './expression-access.ts';

export class ExprBatchWindow implements DataWindow {
  readonly #host: WindowHost;
  readonly #condition: WindowCondition;
  readonly #batches: Batches;
  readonly #include: boolean;
  #oldestMs = 0;
  #newestMs = 0;

  constructor(host: WindowHost, sink: UpdateSink, program: ConditionProgram, include: boolean) {
    this.#host = host;
    this.#condition = new WindowCondition(program, host);
    this.#batches = new Batches(sink);
    this.#include = include;
    if (program.variables.length > 0) host.onVariableChange(program.variables, this);
  }

  insert(events: readonly Event[]): void {
    for (const event of events) {
      if (this.#batches.current.length === 0) this.#oldestMs = this.#host.nowMs;
      this.#newestMs = this.#host.nowMs;
      this.#batches.current.push(event);
      this.#condition.enter(event);
      if (this.#due(event)) this.#post(event);
    }
  }

  /** A variable has changed. */
  fire(): void {
    const newest = this.#batches.current[this.#batches.current.length - 1];
    if (newest !== undefined && this.#due(newest)) this.#post(newest);
  }

  #due(event: Event): boolean {
    const { current } = this.#batches;
    return this.#condition.holds(event, {
      count: current.length,
      expired: 0,
      oldest: current[0] ?? event,
      oldestMs: this.#oldestMs,
      newest: event,
      newestMs: this.#newestMs,
    });
  }

  #post(trigger: Event): void {
    const { current } = this.#batches;
    this.#condition.clear();
    if (!this.#include) current.pop();
    if (this.#include || current.length > 0) this.#batches.post(false);
    if (this.#include) return;
    this.#batches.current = [trigger];
    this.#condition.enter(trigger);
    this.#oldestMs = this.#newestMs;
  }

  drop(events: readonly Event[]): void {
    const gone = new Set(events);
    for (const event of this.#batches.current) if (gone.has(event)) this.#condition.leave(event);
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
  stop(): void {}
}
