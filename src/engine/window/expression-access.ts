/**
 * How expr and expr_batch evaluate their condition (Esper 14.3.18): over one event, with names for the window's state and
 * with aggregations of the window's content, apart from those of the statement.
 */
import type { WindowSpec } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import { compileEventPredicate } from '../compile/compile.ts';
import type { EventPredicate } from '../evaluation.ts';
import type { AggregationProgram } from '../result/aggregation.ts';
import { Aggregation, compileAggregation } from '../result/aggregation.ts';
import { variablesOf } from '../runtime/expressions.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { WindowHost } from './data-window.ts';

/** Compiled once per statement. */
export interface ConditionProgram {
  readonly stream: number;
  readonly condition: EventPredicate;
  readonly aggregation: AggregationProgram | null;
  readonly variables: readonly string[];
}

export function compileCondition(spec: WindowSpec, stream: number): ConditionProgram {
  const [condition] = spec.args;
  if (condition === undefined) {
    throw new CodedError('WRONG_ARGUMENTS', `the window ${spec.name} lacks its condition`, { position: spec.position });
  }
  return {
    stream,
    condition: compileEventPredicate([condition], stream),
    aggregation:
      spec.aggregates.length === 0
        ? null
        : compileAggregation(spec.aggregates, { leaves: true, oneStream: stream === 0 }),
    variables: variablesOf(condition),
  };
}

/** What the condition sees besides the event. */
export interface WindowFacts {
  readonly count: number;
  readonly expired: number;
  readonly oldest: Event;
  readonly oldestMs: number;
  readonly newest: Event;
  readonly newestMs: number;
}

const WHOLE = '';

export class WindowCondition {
  readonly #program: ConditionProgram;
  readonly #context: InstanceContext;
  readonly #aggregation: Aggregation | null;
  readonly #builtins = new Map<string, Value>();

  constructor(program: ConditionProgram, host: WindowHost) {
    this.#program = program;
    this.#context = host.instance.newContext();
    this.#context.builtins = this.#builtins;
    this.#aggregation =
      program.aggregation === null ? null : new Aggregation(program.aggregation, this.#context, false);
  }

  enter(event: Event): void {
    this.#aggregation?.enter(WHOLE, this.#row(event));
  }

  leave(event: Event): void {
    this.#aggregation?.leave(WHOLE, this.#row(event));
  }

  clear(): void {
    this.#aggregation?.clear();
  }

  holds(event: Event, facts: WindowFacts): boolean {
    this.#builtins.set('current_count', facts.count);
    this.#builtins.set('expired_count', facts.expired);
    this.#builtins.set('oldest_event', facts.oldest);
    this.#builtins.set('oldest_timestamp', facts.oldestMs);
    this.#builtins.set('newest_event', facts.newest);
    this.#builtins.set('newest_timestamp', facts.newestMs);
    this.#aggregation?.use(WHOLE, this.#row(event));
    return this.#program.condition(event, this.#context);
  }

  #row(event: Event): (Event | null)[] {
    const row: (Event | null)[] = [];
    for (let i = 0; i < this.#program.stream; i++) row.push(null);
    row.push(event);
    return row;
  }
}
