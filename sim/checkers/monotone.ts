/**
 * What must never go back: the watermark and last number that a domain says of one epoch of a fragment, the watermark that
 * counts at a receiver, the clock of a query, and the keys of its triggers. A restart of the owner begins anew.
 */
import { compareKeys, stringifyKey, type CauseKey } from '../../src/model/cause-key.ts';
import type { QueryGroup } from '../../src/agent/query-group.ts';
import { runningQuery, type Checker, type HandedTrigger, type QueryRun, type SimRun } from '../sim-run.ts';

/** Violations told; the rest is more of the same. */
const MAX_TOLD = 5;

export class Monotone implements Checker {
  readonly name = 'monotone';
  readonly #violations: string[] = [];
  readonly #said = new Map<string, { readonly watermarkMs: number; readonly lastSeq: number }>();
  readonly #clocks = new WeakMap<QueryGroup, number>();
  readonly #watermarks = new WeakMap<object, number>();
  readonly #keys = new Map<QueryRun, CauseKey>();

  constructor(run: SimRun) {
    run.world.network.tap({
      heartbeat: (from, to, { fragments }) => {
        for (const { fragmentId, epoch, watermarkMs, lastSeq } of fragments) {
          const name = `${from} ${to} ${fragmentId} ${epoch}`;
          const before = this.#said.get(name);
          if (before !== undefined && (watermarkMs < before.watermarkMs || lastSeq < before.lastSeq))
            this.#tell(`${from} said ${before.watermarkMs}/${before.lastSeq}, then ${watermarkMs}/${lastSeq}`);
          this.#said.set(name, { watermarkMs, lastSeq });
        }
      },
    });
  }

  sample(run: SimRun): void {
    for (const query of run.queries) {
      const group = runningQuery(run, query)?.group;
      if (group === undefined || group === null) continue;
      const clockMs = this.#clocks.get(group) ?? -Infinity;
      if (group.clockMs < clockMs) this.#tell(`${query.spec.name}: its clock went from ${clockMs} to ${group.clockMs}`);
      this.#clocks.set(group, group.clockMs);
      for (const { receiver, fragment } of group.members) {
        const before = this.#watermarks.get(receiver) ?? -Infinity;
        if (receiver.watermarkMs < before)
          this.#tell(`${query.spec.name}/${fragment.name}: watermark from ${before} to ${receiver.watermarkMs}`);
        this.#watermarks.set(receiver, receiver.watermarkMs);
      }
    }
  }

  onTrigger(query: QueryRun, { trigger }: HandedTrigger): void {
    const before = this.#keys.get(query);
    if (before !== undefined && compareKeys(trigger.key, before) < 0)
      this.#tell(`${query.spec.name}: ${stringifyKey(trigger.key)} after ${stringifyKey(before)}`);
    this.#keys.set(query, trigger.key);
  }

  finish(): readonly string[] {
    return this.#violations;
  }

  #tell(message: string): void {
    if (this.#violations.length < MAX_TOLD) this.#violations.push(message);
  }
}
