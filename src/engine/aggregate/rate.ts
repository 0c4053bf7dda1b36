/**
 * rate and leaving.
 *
 * rate(period): rows per second over the last period of engine time, null until a row older than it was seen; it moves
 * when rows enter, not by the clock alone (conformance windows/agg-rate-01). State: the times of the last period's rows.
 * rate(ts [, amount]): rows (or the sum of amount) of the window per second between the newest row's ts and that of the
 * row that left last; null until one has left. leaving(): whether a row has left.
 */
import type { Value } from '../../model/value.ts';
import type { Accumulator, EvaluationContext, EventRow, Evaluator, Predicate } from '../evaluation.ts';
import { periodMs } from '../functions/period.ts';
import type { Span } from '../functions/period.ts';
import { DoubleDouble } from './double-double.ts';
import type { DoubleDoubleState } from './double-double.ts';

export class RateEver implements Accumulator {
  readonly #span: (row: EventRow, context: EvaluationContext) => Span;
  readonly #filter: Predicate;
  #times: number[] = [];
  #head = 0;
  #full = false;
  #intervalMs = 0;

  constructor(span: (row: EventRow, context: EvaluationContext) => Span, filter: Predicate) {
    this.#span = span;
    this.#filter = filter;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    if (!this.#filter(row, context)) return;
    this.#intervalMs = periodMs(this.#span(row, context), context.nowMs);
    this.#times.push(context.nowMs);
    for (;;) {
      const oldest = this.#times[this.#head];
      if (oldest === undefined || this.#times.length - this.#head < 2) break;
      if (context.nowMs - oldest < this.#intervalMs) break;
      this.#head++;
      this.#full = true;
    }
    if (this.#head > 64 && this.#head * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#head);
      this.#head = 0;
    }
  }

  leave(): void {
    // the period alone decides what counts
  }

  value(): Value {
    if (!this.#full || this.#intervalMs === 0) return null;
    return ((this.#times.length - this.#head) * 1000) / this.#intervalMs;
  }

  clear(): void {
    this.#times = [];
    this.#head = 0;
    this.#full = false;
  }

  snapshot(): unknown {
    return [this.#times.slice(this.#head), this.#full, this.#intervalMs];
  }

  restore(state: unknown): void {
    const [times, full, intervalMs] = state as readonly [readonly number[], boolean, number];
    this.#times = [...times];
    this.#head = 0;
    this.#full = full;
    this.#intervalMs = intervalMs;
  }
}

export class WindowRate implements Accumulator {
  readonly #timestamp: Evaluator;
  readonly #amount: Evaluator | null;
  readonly #filter: Predicate;
  readonly #sum = new DoubleDouble();
  #newest = 0;
  #lastGone: number | null = null;

  constructor(timestamp: Evaluator, amount: Evaluator | null, filter: Predicate) {
    this.#timestamp = timestamp;
    this.#amount = amount;
    this.#filter = filter;
  }

  #amountOf(row: EventRow, context: EvaluationContext): number {
    if (this.#amount === null) return 1;
    const amount = this.#amount(row, context);
    return typeof amount === 'number' ? amount : 0;
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const at = this.#timestamp(row, context);
    if (typeof at !== 'number' || !this.#filter(row, context)) return;
    this.#newest = at;
    this.#sum.add(this.#amountOf(row, context));
  }

  leave(row: EventRow, context: EvaluationContext): void {
    const at = this.#timestamp(row, context);
    if (typeof at !== 'number' || !this.#filter(row, context)) return;
    this.#lastGone = at;
    this.#sum.subtract(this.#amountOf(row, context));
  }

  value(): Value {
    return this.#lastGone === null ? null : (this.#sum.value() * 1000) / (this.#newest - this.#lastGone);
  }

  clear(): void {
    this.#sum.clear();
    this.#newest = 0;
    this.#lastGone = null;
  }

  snapshot(): unknown {
    return [this.#sum.snapshot(), this.#newest, this.#lastGone];
  }

  restore(state: unknown): void {
    const [sum, newest, lastGone] = state as readonly [DoubleDoubleState, number, number | null];
    this.#sum.restore(sum);
    this.#newest = newest;
    this.#lastGone = lastGone;
  }
}

export class Leaving implements Accumulator {
  #left = false;

  enter(): void {
    // only leaving counts
  }

  leave(): void {
    this.#left = true;
  }

  value(): Value {
    return this.#left;
  }

  clear(): void {
    this.#left = false;
  }

  snapshot(): unknown {
    return this.#left;
  }

  restore(state: unknown): void {
    this.#left = state === true;
  }
}
