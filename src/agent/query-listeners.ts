/** The trigger listeners of running queries: made from the specification that came with the registration (DESIGN §8). */
import type { Column } from '../model/checked.ts';
import type { QueryId } from '../model/ids.ts';
import type { Plan } from '../model/plan.ts';
import type { Trigger } from '../model/trigger.ts';
import { createListener, parseListenerSpec, type TriggerListener } from '../triggers/listener.ts';
import { speaks } from './trigger-maker.ts';
import type { QueryOptions } from './query.ts';

export class QueryListeners {
  /** By query, then by statement. */
  readonly #listeners = new Map<QueryId, Map<string, TriggerListener>>();

  /** Throws `INVALID_OPTION` when the specification names a column that a statement which speaks does not have. */
  check(plan: Plan, options: QueryOptions): void {
    if (options.listener === null) return;
    const spec = parseListenerSpec(options.listener);
    for (const s of plan.statements) if (speaks(plan, s) && s.columns.length > 0) createListener(spec, s.columns);
  }

  /** What is published of a trigger; null for nothing. */
  take(options: QueryOptions, columns: readonly Column[], trigger: Trigger): Trigger | null {
    if (options.listener === null) return trigger;
    let perStatement = this.#listeners.get(trigger.queryId);
    if (perStatement === undefined) {
      perStatement = new Map();
      this.#listeners.set(trigger.queryId, perStatement);
    }
    let listener = perStatement.get(trigger.statement);
    if (listener === undefined) {
      listener = createListener(parseListenerSpec(options.listener), columns);
      perStatement.set(trigger.statement, listener);
    }
    return listener.take(trigger);
  }

  forget(queryId: QueryId): void {
    this.#listeners.delete(queryId);
  }
}
