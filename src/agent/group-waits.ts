/**
 * Whom a clock group waits for, and when it asks how far that domain is (DESIGN §6, on demand).
 *
 * A consumer that holds a cause back asks at once the domain whose silence holds it, one question at a time; a domain that
 * said to be beyond it already is not asked again: then deltas are under way, and if they are lost the repair asks for
 * them. All domains that a cause, or a timer due by our own clock, waits for are asked now and then: who was asked again
 * and again tells with every beat for a while.
 *
 * State: a few figures per domain that was asked. Bound: the domains of the query.
 */
import { HeartbeatPace } from '../exchange/heartbeat-pace.ts';
import { HEARTBEAT_MS } from '../exchange/limits.ts';
import type { MergedInputs } from '../exchange/merged-inputs.ts';
import type { FragmentProgress } from '../model/control.ts';
import type { DomainName } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';

export interface GroupWaitsDeps {
  readonly clock: Clock;
  readonly merged: Pick<MergedInputs, 'waitsFor' | 'heldKey' | 'behind'>;
  /** When the statements' first timer is due, ms; Infinity when none is armed. */
  readonly nextTimerMs: () => number;
  /** True if nobody can say more about this instant: silent domains stand before it. */
  readonly stands: (timestampMs: number) => boolean;
  ask(domain: DomainName, untilMs: number): void;
}

export class GroupWaits {
  readonly #deps: GroupWaitsDeps;
  /** Questions under way: up to when. */
  readonly #asked = new Map<DomainName, number>();
  readonly #notBeforeMs = new Map<DomainName, number>();
  /** Which domains tell with every beat, because they were asked again and again; when all were looked through, monotonic ms. */
  readonly #paces = new Map<DomainName, HeartbeatPace>();
  #lookedMs = -Infinity;
  /** How far each domain said to be when it was asked last. */
  readonly #told = new Map<DomainName, number>();

  constructor(deps: GroupWaitsDeps) {
    this.#deps = deps;
  }

  /** Asks who has to be asked now. */
  look(): void {
    const { clock, merged, nextTimerMs, stands } = this.#deps;
    const first = merged.waitsFor();
    if (first === null) return;
    const held = merged.heldKey();
    if (held !== null && stands(held.timestampMs)) return;
    if (held !== null) this.#ask(first, held.timestampMs + 1);
    const nowMs = clock.monotonicMs();
    const dueMs = nextTimerMs();
    const untilMs = held !== null ? held.timestampMs + 1 : dueMs <= clock.nowMs() ? dueMs : null;
    if (untilMs === null || stands(untilMs - 1) || nowMs - this.#lookedMs < HEARTBEAT_MS) return;
    this.#lookedMs = nowMs;
    for (const domain of merged.behind(untilMs))
      if (this.#paces.get(domain)?.waiting(nowMs) !== true) this.#ask(domain, untilMs);
  }

  /** The question to `domain` is over; `progress` is what it answered, empty when no answer came. */
  answered(domain: DomainName, progress: readonly FragmentProgress[]): void {
    const untilMs = this.#asked.get(domain) ?? 0;
    this.#asked.delete(domain);
    const toldMs = progress.length === 0 ? -1 : Math.min(...progress.map((p) => p.watermarkMs));
    if (toldMs >= 0) this.#told.set(domain, toldMs);
    // One that does not get there is asked again with the next beat, not at once.
    if (toldMs < untilMs) this.#notBeforeMs.set(domain, this.#deps.clock.monotonicMs() + HEARTBEAT_MS);
    else this.#notBeforeMs.delete(domain);
  }

  #ask(domain: DomainName, untilMs: number): void {
    const nowMs = this.#deps.clock.monotonicMs();
    if (this.#asked.has(domain) || (this.#told.get(domain) ?? -1) >= untilMs) return;
    if (nowMs < (this.#notBeforeMs.get(domain) ?? 0)) return;
    this.#asked.set(domain, untilMs);
    let pace = this.#paces.get(domain);
    if (pace === undefined) this.#paces.set(domain, (pace = new HeartbeatPace()));
    pace.asked(nowMs);
    this.#deps.ask(domain, untilMs);
  }
}
