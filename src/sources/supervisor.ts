/**
 * Keeps one measurement source running: starts it, starts it again with back-off when it fails, and says how it is.
 *
 * Back-off doubles from one second to a minute, with jitter, and begins anew once the source has run for a minute. What a
 * source emits or reports after it was stopped or has failed has no effect.
 */
import { CodedError, toCodedError } from '../model/errors.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { EmitMeasurements, MeasurementSource, SourceHealth } from '../ports/source.ts';

/** First wait after a failure, ms. */
export const FIRST_RETRY_MS = 1_000;
/** Longest wait, ms: whoever mends what a source reads sees it come back within a minute. */
export const LAST_RETRY_MS = 60_000;
/** A source that has run for so long is not failing in a row, ms. */
export const STEADY_MS = 60_000;
/** How long a start may take, ms: longer than any source's own limit. */
export const START_DEADLINE_MS = 60_000;
/** How long a stop may take before it is left to itself, ms. */
export const STOP_DEADLINE_MS = 5_000;

export interface SupervisorDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly counters: Counters;
}

export class SourceSupervisor {
  readonly source: MeasurementSource;
  readonly #deps: SupervisorDeps;
  readonly #emit: EmitMeasurements;
  #state: SourceHealth['state'] = 'stopped';
  #detail = '';
  #eventsTotal = 0;
  #failuresTotal = 0;
  #lastEventMs: number | null = null;
  /** Failures since it last ran steadily. */
  #inARow = 0;
  #startedMs = 0;
  #cancel: Cancel = () => {};
  /** One per attempt; null when stopped. */
  #attempt: object | null = null;
  /** The attempt that is being started or runs, to await. */
  #working: Promise<void> = Promise.resolve();

  constructor(deps: SupervisorDeps, source: MeasurementSource, emit: EmitMeasurements) {
    this.#deps = deps;
    this.source = source;
    this.#emit = emit;
  }

  get health(): SourceHealth {
    return {
      state: this.#state,
      detail: this.#detail,
      eventsTotal: this.#eventsTotal,
      failuresTotal: this.#failuresTotal,
      lastEventMs: this.#lastEventMs,
    };
  }

  /** Begins; never rejects and does not wait for the source, whose first start may fail like any later one. */
  start(): void {
    if (this.#attempt !== null) return;
    this.#inARow = 0;
    this.#begin();
  }

  /** Resolves when the source has stopped, or was given up on. */
  async stop(): Promise<void> {
    if (this.#attempt === null && this.#state === 'stopped') return;
    this.#attempt = null;
    this.#cancel();
    this.#state = 'stopped';
    this.#detail = '';
    // A start under way is not waited for: it may take its whole time limit.
    const stopped = this.#stopSource();
    this.#working = Promise.all([this.#working, stopped]).then(() => {});
    await stopped;
  }

  #begin(): void {
    const attempt = {};
    this.#attempt = attempt;
    this.#state = 'starting';
    this.#working = this.#working.then(() => this.#startSource(attempt));
  }

  /** Never rejects. */
  async #startSource(attempt: object): Promise<void> {
    if (this.#attempt !== attempt) return;
    const fail = (error: unknown) => this.#onFailure(attempt, error);
    try {
      await this.#inTime(
        this.source.start((batch) => this.#onBatch(attempt, batch), fail),
        START_DEADLINE_MS,
        'start',
      );
    } catch (error) {
      fail(error);
      return;
    }
    if (this.#attempt !== attempt) return this.#stopSource();
    if (this.#state !== 'starting') return;
    this.#state = 'running';
    this.#detail = '';
    this.#startedMs = this.#deps.clock.monotonicMs();
    this.#deps.log.info('source runs', { source: this.source.name });
  }

  #onBatch(attempt: object, batch: Parameters<EmitMeasurements>[0]): ReturnType<EmitMeasurements> {
    if (this.#attempt !== attempt || this.#state === 'backing-off') return { accepted: 0, refused: batch.length };
    const answer = this.#emit(batch);
    this.#eventsTotal += answer.accepted;
    if (answer.accepted > 0) this.#lastEventMs = this.#deps.clock.nowMs();
    const labels = { source: this.source.name };
    if (answer.accepted > 0) this.#deps.counters.add('source_events_total', answer.accepted, labels);
    if (answer.refused > 0) this.#deps.counters.add('source_events_refused_total', answer.refused, labels);
    return answer;
  }

  #onFailure(attempt: object, thrown: unknown): void {
    if (this.#attempt !== attempt || this.#state === 'backing-off') return;
    const { clock, random, log, counters } = this.#deps;
    const error = toCodedError(thrown, 'SOURCE_FAILED');
    const steady = this.#state === 'running' && clock.monotonicMs() - this.#startedMs >= STEADY_MS;
    this.#inARow = steady ? 0 : this.#inARow;
    this.#failuresTotal++;
    const fullMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#inARow++, 16));
    const delayMs = Math.round(fullMs * (0.5 + random.next() / 2));
    this.#state = 'backing-off';
    this.#detail = `${error.code}: ${error.describe()}`;
    counters.add('source_failures_total', 1, { source: this.source.name, code: error.code });
    log.warn('source failed', { source: this.source.name, error, retryInMs: delayMs });
    this.#working = this.#working.then(() => this.#stopSource());
    // The attempt stays the current one until its successor begins, so that `stop` finds something to end.
    this.#cancel = clock.after(delayMs, () => {
      if (this.#attempt === attempt) this.#begin();
    });
  }

  /** Never rejects. */
  async #stopSource(): Promise<void> {
    try {
      await this.#inTime(this.source.stop(), STOP_DEADLINE_MS, 'stop');
    } catch (error) {
      this.#deps.log.warn('source did not stop', { source: this.source.name, error });
    }
  }

  #inTime(work: Promise<void>, limitMs: number, what: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = this.#deps.clock.after(limitMs, () =>
      reject(new CodedError('SOURCE_FAILED', `${this.source.name} did not ${what} within ${limitMs} ms`)),
    );
    work.then(resolve, reject);
    return promise.finally(cancel);
  }
}
