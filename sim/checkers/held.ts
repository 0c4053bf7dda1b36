/** `hold`: nothing is handed out while the coverage owns up to missing something; what comes first afterwards says so. */
import type { Checker, HandedTrigger, QueryRun } from '../sim-run.ts';

/** Violations told; the rest is more of the same. */
const MAX_TOLD = 3;

export class Held implements Checker {
  readonly name = 'held';
  readonly #violations: string[] = [];

  onTrigger(query: QueryRun, { trigger }: HandedTrigger): void {
    if (query.spec.onSilence !== 'hold' || this.#violations.length >= MAX_TOLD) return;
    const missing = trigger.coverage.find((c) => c.state !== 'live');
    if (missing !== undefined)
      this.#violations.push(`${query.spec.name}: a trigger at ${trigger.eventTimeMs} without ${missing.domain}`);
  }

  finish(): readonly string[] {
    return this.#violations;
  }
}
