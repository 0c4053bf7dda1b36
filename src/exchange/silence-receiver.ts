/**
 * The owner's end of a silent having (DESIGN §5): agrees with all domains on bounds, knows up to when they held, and ends
 * the silence everywhere when one of them does not hold any more. Sans-I/O: told what is heard, answers what to ask.
 *
 * loud → (report → arm → begin) → silent → ending → loud. One step is one question to each fragment; a step is over when
 * all have answered, and a refusal leads back. Silence begins at P, the greatest instant from which a domain watches: the
 * bounds of all held just before it. While silent the inputs' watermarks stand at P, so that nothing is released; the
 * time that counts for the world outside is {@link provedMs}, the least up to which any domain's bounds held. To end, T =
 * provedMs is fixed: domains send what is in their windows just before T and everything since, the residual works it off in
 * order, and what it says of [P, T) is not handed out, since there the condition was false (it saw only a part of the rows).
 *
 * A pause lies between the end of a silence and the next attempt; it doubles when the silence was short or none came
 * about, up to PAUSE_MAX_MS, so that a condition that is often near costs what no silence costs and a little.
 *
 * State: one entry per fragment. Lost fragments (gone on without, restarted, refilled) end the silence.
 */
import type { SilenceReply, SilenceStep, SilentBounds, SilentCondition, SilentProgress } from '../model/silence.ts';
import { allocateBounds } from './silence-bounds.ts';
import { SILENCE_PAUSE_MAX_MS, SILENCE_PAUSE_MS, SILENCE_RETRY_MS } from './limits.ts';

export interface SilenceQuestion {
  /** Name of the fragment. */
  readonly fragment: string;
  readonly step: SilenceStep;
  readonly version: number;
  readonly atMs: number;
  readonly bounds?: SilentBounds | undefined;
}

export interface SilenceReceiverOptions {
  readonly condition: SilentCondition;
  /** Greater than any version that an earlier run of this query used. */
  readonly firstVersion: number;
  /** First and least pause between silences, monotonic ms. @default 1000 */
  readonly pauseMs?: number | undefined;
}

export interface SilenceMoment {
  /** Monotonic. */
  readonly nowMs: number;
  /** True if every input counts and the residual's clock has got this far: see {@link SilenceReceiver.passMs}. */
  readonly ready: boolean;
  /** False: no attempt begins now, only what is under way goes on. */
  readonly mayBegin: boolean;
}

interface Part {
  /** Answer to the present step. */
  answer: SilenceReply | null;
  /** When the present step was asked for last; null when it is to be asked now. */
  askedMs: number | null;
  /** Up to when its bounds held, as far as it is known. */
  heldMs: number;
  /** True if it need not be asked to end. */
  gone: boolean;
}

type State = 'loud' | SilenceStep | 'silent';

export class SilenceReceiver {
  readonly #condition: SilentCondition;
  readonly #leastPauseMs: number;
  readonly #parts = new Map<string, Part>();
  #state: State = 'loud';
  #version: number;
  #pauseMs: number;
  /** When the present state began. */
  #sinceMs = -Infinity;
  #bounds: readonly SilentBounds[] = [];
  /** P, and T once it is fixed. */
  #fromMs = Infinity;
  #untilMs = Infinity;
  #provedMs = 0;
  #stopped = false;
  /** Silences that came about, and those of them that are over. */
  begun = 0;
  ended = 0;

  constructor(options: SilenceReceiverOptions) {
    this.#condition = options.condition;
    this.#version = options.firstVersion;
    this.#leastPauseMs = options.pauseMs ?? SILENCE_PAUSE_MS;
    this.#pauseMs = this.#leastPauseMs;
  }

  add(fragment: string): void {
    this.#parts.set(fragment, { answer: null, askedMs: null, heldMs: 0, gone: false });
  }

  get state(): State {
    return this.#state;
  }

  /** True while inputs may stand because they are silent: nobody is to be asked how far he is. */
  get silent(): boolean {
    return this.#state === 'silent';
  }

  /** Every cause before it has been proved to make no output; 0 before the first silence. */
  get provedMs(): number {
    return this.#provedMs;
  }

  /** P of the present or last silence; Infinity before the first. */
  get fromMs(): number {
    return this.#fromMs;
  }

  /** The residual must have got here before the next silence. */
  get passMs(): number {
    return this.#untilMs < Infinity && this.#untilMs > this.#fromMs ? this.#untilMs : 0;
  }

  /** True if output of a cause of that instant is not to be handed out. What is released before T is fixed is complete. */
  suppresses(timestampMs: number): boolean {
    return this.#untilMs < Infinity && timestampMs >= this.#fromMs && timestampMs < this.#untilMs;
  }

  /** What to ask now; to be called now and then, and after everything that was heard. */
  ask(moment: SilenceMoment): readonly SilenceQuestion[] {
    const { nowMs, ready, mayBegin } = moment;
    if (this.#state === 'loud') {
      if (this.#stopped || !ready || !mayBegin || this.#parts.size === 0) return [];
      if (nowMs - this.#sinceMs < this.#pauseMs) return [];
      this.#version++;
      this.#enter('report', nowMs);
    }
    if (!ready) this.#giveUp(nowMs);
    const step = this.state;
    if (step === 'silent' || step === 'loud') return [];
    const questions: SilenceQuestion[] = [];
    for (const [index, [fragment, part]] of [...this.#parts].entries()) {
      if (part.answer !== null || part.gone) continue;
      if (part.askedMs !== null && nowMs - part.askedMs < SILENCE_RETRY_MS) continue;
      part.askedMs = nowMs;
      const atMs = step === 'end' && this.#untilMs < Infinity ? this.#untilMs : step === 'begin' ? this.#fromMs : 0;
      const bounds = step === 'arm' ? this.#bounds[index] : undefined;
      questions.push({ fragment, step, version: this.#version, atMs, bounds });
    }
    return questions;
  }

  /** An answer to a question; null when none came: it is asked again. */
  answered(question: SilenceQuestion, reply: SilenceReply | null, nowMs: number): void {
    const part = this.#parts.get(question.fragment);
    if (part === undefined || question.version !== this.#version || question.step !== this.#state) return;
    if (reply === null) return;
    part.answer = reply;
    if (question.step !== 'end' && !reply.done) this.#giveUp(nowMs);
    else this.#advance(nowMs);
  }

  /** What a heartbeat says; null when it says nothing of bounds. */
  heard(fragment: string, progress: SilentProgress | null, nowMs: number): void {
    const part = this.#parts.get(fragment);
    if (part === undefined || progress === null || progress.version !== this.#version) return;
    if (progress.heldMs > part.heldMs) part.heldMs = progress.heldMs;
    if (this.#state === 'silent' || this.#state === 'begin') {
      this.#prove();
      if (progress.broken) this.#end(nowMs);
    }
  }

  /** A fragment is gone on without: the others speak. It is asked until it answers. */
  stale(nowMs: number): void {
    this.#giveUp(nowMs);
  }

  /** The fragment begins anew: it keeps nothing back. */
  lost(fragment: string, nowMs: number): void {
    const part = this.#parts.get(fragment);
    if (part === undefined || this.state === 'loud') return;
    this.#giveUp(nowMs);
    part.gone = true;
    this.#advance(nowMs);
  }

  /** No silence any more. */
  stop(nowMs: number): void {
    this.#stopped = true;
    this.#giveUp(nowMs);
  }

  #enter(state: State, nowMs: number): void {
    this.#state = state;
    this.#sinceMs = nowMs;
    for (const part of this.#parts.values()) {
      part.answer = null;
      part.askedMs = null;
      if (state === 'report') part.gone = false;
    }
  }

  /** Goes to the next step when the present one is over. */
  #advance(nowMs: number): void {
    const parts = [...this.#parts.values()];
    if (!parts.every((p) => p.answer !== null || (this.#state === 'end' && p.gone))) return;
    switch (this.#state) {
      case 'report': {
        const reports = parts.map((p) => p.answer?.report ?? { groups: [] });
        const bounds = allocateBounds(this.#condition, reports);
        if (bounds === null) {
          this.#giveUp(nowMs);
          return;
        }
        this.#bounds = bounds;
        this.#enter('arm', nowMs);
        return;
      }
      case 'arm':
        this.#fromMs = Math.max(...parts.map((p) => p.answer?.atMs ?? 0), this.#provedMs);
        this.#untilMs = Infinity;
        for (const part of parts) part.heldMs = 0;
        this.#enter('begin', nowMs);
        return;
      case 'begin':
        this.begun++;
        this.#enter('silent', nowMs);
        this.#prove();
        return;
      case 'end':
        this.#enter('loud', nowMs);
        return;
      case 'loud':
      case 'silent':
    }
  }

  #prove(): void {
    const held = Math.min(...[...this.#parts.values()].map((p) => p.heldMs));
    if (held > this.#provedMs) this.#provedMs = held;
  }

  /** Whatever is under way ends: domains that may be silent speak, bounds that are watched are let go. */
  #giveUp(nowMs: number): void {
    switch (this.#state) {
      case 'begin':
      case 'silent':
        this.#end(nowMs);
        return;
      case 'report':
      case 'arm': {
        this.#pauseMs = Math.min(this.#pauseMs * 2, SILENCE_PAUSE_MAX_MS);
        this.#enter(this.#state === 'arm' ? 'end' : 'loud', nowMs);
        return;
      }
      case 'loud':
      case 'end':
    }
  }

  #end(nowMs: number): void {
    const lastedMs = this.#state === 'silent' ? nowMs - this.#sinceMs : 0;
    if (this.#state === 'silent') this.ended++;
    this.#prove();
    this.#untilMs = Math.max(this.#fromMs, this.#provedMs);
    this.#pauseMs =
      lastedMs < 4 * this.#pauseMs
        ? Math.min(this.#pauseMs * 2, SILENCE_PAUSE_MAX_MS)
        : Math.max(this.#leastPauseMs, this.#pauseMs / 2);
    this.#enter('end', nowMs);
  }
}
