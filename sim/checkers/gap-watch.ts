/**
 * Stretches of each query's clock in which its coverage owned up to missing something: a domain not live, or content not
 * complete for long enough to fill the longest window. Learned by looking at the coverage now and then, and at each trigger.
 *
 * State: intervals of the query's clock, merged as they come.
 */
import type { Coverage } from '../../src/model/trigger.ts';
import type { SimQuery } from '../scenarios/scenario.ts';

interface Stretch {
  fromMs: number;
  toMs: number;
}

export class GapWatch {
  readonly #memoryMs: number;
  /** Hands out nothing of a gap: looks at triggers, which tell when a gap ends, are missing. */
  readonly #holds: boolean;
  #wasLive = true;
  readonly #stretches: Stretch[] = [];
  #clockMs: number | null = null;
  #completeFromMs: number | null = null;
  #startMs = 0;

  constructor(query: Pick<SimQuery, 'memoryMs' | 'onSilence'>) {
    this.#memoryMs = query.memoryMs;
    this.#holds = query.onSilence === 'hold';
  }

  /** True if the query was never without a domain and never jumped. */
  get none(): boolean {
    return this.#stretches.length === 0;
  }

  get stretches(): readonly Readonly<Stretch>[] {
    return this.#stretches;
  }

  /** The coverage when the query's clock stood at `clockMs`. `startMs`: S. */
  look(clockMs: number, coverage: readonly Coverage[], startMs: number): void {
    this.#startMs = startMs;
    const live = coverage.every((c) => c.state === 'live');
    const completeFromMs = Math.max(startMs, ...coverage.map((c) => c.completeFromMs));
    const jumped = completeFromMs > (this.#completeFromMs ?? startMs);
    if (!live || jumped || (this.#holds && !this.#wasLive)) {
      const fromMs = Math.min(this.#clockMs ?? clockMs, clockMs);
      this.#add(fromMs, Math.max(clockMs, jumped ? completeFromMs + this.#memoryMs : 0));
    }
    this.#wasLive = live;
    this.#clockMs = clockMs;
    this.#completeFromMs = completeFromMs;
  }

  /** Whether what happened at `timeMs` of the query's clock lies in none of the stretches. */
  clean(timeMs: number): boolean {
    return this.#stretches.every((s) => timeMs < s.fromMs || timeMs > s.toMs);
  }

  /** Whether a trigger says by itself that nothing is missing. */
  vouchesFor(timeMs: number, coverage: readonly Coverage[], gap: boolean): boolean {
    if (gap || coverage.some((c) => c.state !== 'live')) return false;
    const completeFromMs = Math.max(this.#startMs, ...coverage.map((c) => c.completeFromMs));
    return completeFromMs <= this.#startMs || timeMs > completeFromMs + this.#memoryMs;
  }

  #add(fromMs: number, toMs: number): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else this.#stretches.push({ fromMs, toMs });
  }
}
