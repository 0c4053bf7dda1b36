/** Outputs of a query become triggers: which statements speak, with what id, over which coverage (DESIGN §8). */
import type { Clock } from '../ports/clock.ts';
import { stringifyKey } from '../model/cause-key.ts';
import type { DomainName } from '../model/ids.ts';
import type { Plan } from '../model/plan.ts';
import type { Trigger } from '../model/trigger.ts';
import { itemIdOf } from '../triggers/item-id.ts';
import { canonicalJson } from '../triggers/value-json.ts';
import { UNNAMED, type GroupOutput } from './group-output.ts';
import type { Query } from './query.ts';

interface Ordinals {
  key: string;
  readonly counts: Map<string, number>;
}

export class TriggerMaker {
  readonly #clock: Clock;
  readonly #owner: DomainName;
  readonly #ordinals = new Map<string, Ordinals>();

  constructor(deps: { readonly clock: Clock }, options: { readonly owner: DomainName }) {
    this.#clock = deps.clock;
    this.#owner = options.owner;
  }

  make(query: Query, output: GroupOutput): Trigger {
    const statement = output.label ?? output.statement ?? UNNAMED;
    const content = { insert: output.insert, remove: output.remove };
    const ordinal = this.#ordinalOf(query, statement, output);
    const itemId = itemIdOf({
      queryId: query.id,
      startMs: query.startMs,
      statement,
      key: output.key,
      content,
      ordinal,
    });
    return {
      itemId,
      queryId: query.id,
      owner: this.#owner,
      statement,
      key: output.key,
      eventTimeMs: output.timeMs,
      createdMs: this.#clock.nowMs(),
      columns: output.columns,
      insert: output.insert,
      remove: output.remove,
      coverage: query.group?.coverage() ?? [],
      gap: output.gap,
    };
  }

  forget(queryId: string): void {
    this.#ordinals.delete(queryId);
  }

  /** Number among triggers that agree in query, statement, cause and content; a cause's outputs come together. */
  #ordinalOf(query: Query, statement: string, output: GroupOutput): number {
    const key = stringifyKey(output.key);
    let known = this.#ordinals.get(query.id);
    if (known === undefined || known.key !== key) {
      known = { key, counts: new Map() };
      this.#ordinals.set(query.id, known);
    }
    const content = canonicalJson([statement, output.insert, output.remove]);
    const ordinal = known.counts.get(content) ?? 0;
    known.counts.set(content, ordinal + 1);
    return ordinal;
  }
}

/**
 * Which outputs are handed out: those of statements that do not feed another stream; where all of a module do, those of
 * all of them.
 */
export function speaks(plan: Plan, from: { readonly feeds?: boolean | undefined }): boolean {
  if (from.feeds !== true) return true;
  return plan.statements.every((s) => s.columns.length === 0 || s.feeds === true);
}
