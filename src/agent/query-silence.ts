/**
 * Silent having in one clock group: its {@link SilenceReceiver} between the group's members and the domains that run them.
 */
import { SilenceReceiver, type SilenceQuestion } from '../exchange/silence-receiver.ts';
import type { FragmentProgress } from '../model/control.ts';
import type { Counters } from '../ports/counters.ts';
import type { SilenceReply, SilentCondition } from '../model/silence.ts';

export interface GroupSilenceDeps {
  readonly monotonicMs: () => number;
  /** True if every input counts and the residual's clock stands at `passMs` or later. */
  readonly ready: (passMs: number) => boolean;
  readonly ask: (question: SilenceQuestion) => void;
  readonly counters: Counters;
}

export interface GroupSilenceOptions {
  readonly condition: SilentCondition;
  readonly startMs: number;
  readonly pauseMs?: number | undefined;
}

export class GroupSilence {
  readonly #deps: GroupSilenceDeps;
  readonly #receiver: SilenceReceiver;
  readonly #waiting: (() => void)[] = [];
  #turning = false;
  #counted = { begun: 0, ended: 0 };

  constructor(deps: GroupSilenceDeps, { condition, startMs, pauseMs }: GroupSilenceOptions) {
    this.#deps = deps;
    // Later starts of one query have later versions: a silence takes longer than a millisecond.
    this.#receiver = new SilenceReceiver({ condition, firstVersion: startMs + 1, pauseMs });
  }

  get state(): SilenceReceiver['state'] {
    return this.#receiver.state;
  }

  /** Silences that came about. */
  get begun(): number {
    return this.#receiver.begun;
  }

  /** Up to when the condition is known to have been false; 0 while that is not asked. */
  get provedMs(): number {
    return this.#receiver.provedMs;
  }

  /** True while a domain may stand because it is silent: it need not be asked how far it is. */
  get standing(): boolean {
    const { state } = this.#receiver;
    return state === 'begin' || state === 'silent' || state === 'end';
  }

  /** Where the present or last silence began. */
  get fromMs(): number {
    return this.#receiver.fromMs;
  }

  suppresses(timestampMs: number): boolean {
    return this.#receiver.suppresses(timestampMs);
  }

  add(fragment: string): void {
    this.#receiver.add(fragment);
  }

  /** `latestMs`: what says to be further is not believed. */
  heard(fragment: string, progress: FragmentProgress, latestMs: number): void {
    const { silence } = progress;
    if (silence === undefined || silence.heldMs > latestMs) return;
    this.#receiver.heard(fragment, silence, this.#deps.monotonicMs());
    this.turn();
  }

  answered(question: SilenceQuestion, reply: SilenceReply | null): void {
    this.#receiver.answered(question, reply, this.#deps.monotonicMs());
    if (reply !== null) this.turn();
  }

  /** The fragment begins anew. */
  lost(fragment: string): void {
    this.#receiver.lost(fragment, this.#deps.monotonicMs());
    this.turn();
  }

  /** A domain is gone on without. */
  stale(): void {
    this.#receiver.stale(this.#deps.monotonicMs());
    this.turn();
  }

  /** Resolves when all inputs speak for good and the residual has caught up with what was proved. */
  stop(): Promise<void> {
    this.#receiver.stop(this.#deps.monotonicMs());
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.turn();
    return promise;
  }

  /** Asks what is to be asked now; to be called now and then, when an attempt may begin, and when something was heard. */
  turn(mayBegin = false): void {
    if (this.#turning) return;
    this.#turning = true;
    const { passMs } = this.#receiver;
    const moment = { nowMs: this.#deps.monotonicMs(), ready: this.#deps.ready(passMs), mayBegin };
    for (const question of this.#receiver.ask(moment)) this.#deps.ask(question);
    this.#turning = false;
    this.#count();
    if (this.#waiting.length > 0 && this.state === 'loud' && moment.ready)
      for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #count(): void {
    const { begun, ended } = this.#receiver;
    if (begun > this.#counted.begun) this.#deps.counters.add('query_silences_total', begun - this.#counted.begun);
    if (ended > this.#counted.ended) this.#deps.counters.add('query_silences_ended_total', ended - this.#counted.ended);
    this.#counted = { begun, ended };
  }
}
