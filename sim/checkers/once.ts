/** Each trigger once: no item id is handed out twice in all of a run, not by another query and not after a restart. */
import type { Checker, HandedTrigger, QueryRun } from '../sim-run.ts';

export class EachOnce implements Checker {
  readonly name = 'each-once';
  readonly #seen = new Map<string, string>();
  readonly #violations: string[] = [];

  onTrigger(query: QueryRun, { trigger }: HandedTrigger): void {
    const before = this.#seen.get(trigger.itemId);
    if (before !== undefined)
      this.#violations.push(`item ${trigger.itemId} of ${query.spec.name} was handed out before, by ${before}`);
    this.#seen.set(trigger.itemId, query.spec.name);
  }

  finish(): readonly string[] {
    return this.#violations;
  }
}
