/** `create variable` and `on … set` (Esper 5.17). */
import type { CreateVariable, OnSet } from '../../model/checked.ts';
import type { Column } from '../../model/checked.ts';
import type { Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import { compileExpression } from '../compile/compile.ts';
import type { Evaluator } from '../evaluation.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import { ListRow } from './output-row.ts';
import type { TriggerProgram } from './trigger-streams.ts';
import { compileTrigger, TriggerStreams } from './trigger-streams.ts';
import type { InstanceHost, StatementInstance, StatementOutput, StatementProgram } from './statement.ts';

type Told = Pick<StatementOutput, 'insert' | 'remove' | 'updates'>;

/** Tells of changes of its variable; the variable itself lives in the engine. */
export function compileCreateVariable(statement: CreateVariable, index: number): StatementProgram {
  const columns: readonly Column[] = [{ name: statement.variable, type: statement.type }];
  return {
    name: statement.name,
    index,
    columns,
    streams: [],
    views: [],
    instantiate: (host) => new VariableInstance(host, statement.variable, columns),
  };
}

class VariableInstance implements StatementInstance {
  readonly context: InstanceContext;
  readonly #host: InstanceHost;
  readonly #variable: string;
  readonly #columns: readonly Column[];
  #changes: { readonly before: Value; readonly after: Value }[] = [];

  constructor(host: InstanceHost, variable: string, columns: readonly Column[]) {
    this.context = host.newContext();
    this.#host = host;
    this.#variable = variable;
    this.#columns = columns;
    host.onVariable([variable], (_name, before) => {
      this.#changes.push({ before, after: host.variable(variable) });
      host.touch();
    });
  }
  accept(): void {}
  acceptOne(): void {}
  acceptUpdates(): void {}
  evaluate(): void {}
  finish(): Told | null {
    if (this.#changes.length === 0) return null;
    const insert = this.#changes.map((c) => new ListRow(this.#columns, [c.after]));
    const remove = this.#changes.map((c) => new ListRow(this.#columns, [c.before]));
    this.#changes = [];
    return { insert, remove, updates: null };
  }
  iterate(): readonly OutputRow[] {
    return [new ListRow(this.#columns, [this.#host.variable(this.#variable)])];
  }
  stop(): void {}
}

export function compileOnSet(statement: OnSet, index: number): StatementProgram {
  const trigger = compileTrigger(statement.stream, statement.subqueries);
  const assignments = statement.assignments.map((a) => ({
    variable: a.variable,
    evaluate: compileExpression(a.value),
    column: { name: a.variable, type: a.value.type },
  }));
  const columns = assignments.map((a) => a.column);
  return {
    name: statement.name,
    index,
    columns,
    streams: trigger.streams,
    views: trigger.views,
    consumers: trigger.consumers,
    instantiate: (host) => new OnSetInstance(host, trigger, assignments, columns),
  };
}

class OnSetInstance implements StatementInstance {
  readonly context: InstanceContext;
  readonly #host: InstanceHost;
  readonly #streams: TriggerStreams;
  readonly #assignments: readonly { readonly variable: string; readonly evaluate: Evaluator }[];
  readonly #columns: readonly Column[];

  constructor(
    host: InstanceHost,
    trigger: TriggerProgram,
    assignments: readonly { readonly variable: string; readonly evaluate: Evaluator }[],
    columns: readonly Column[],
  ) {
    this.context = host.newContext();
    this.#host = host;
    this.#streams = new TriggerStreams(trigger, host, this.context);
    this.#assignments = assignments;
    this.#columns = columns;
  }
  accept(slot: number, events: readonly Event[]): void {
    this.#streams.accept(slot, events);
  }
  acceptOne(slot: number, event: Event): void {
    this.#streams.accept(slot, [event]);
  }
  acceptUpdates(slot: number, updates: readonly Update[]): void {
    this.#streams.acceptUpdates(slot, updates);
  }
  acceptChange(slot: number, insert: readonly Event[], remove: readonly Event[]): void {
    this.#streams.acceptChange(slot, insert, remove);
  }
  evaluate(): void {}

  /** Assignments run left to right, later ones see earlier ones. */
  finish(): Told | null {
    const events = this.#streams.take();
    if (events.length === 0) return null;
    const insert: OutputRow[] = [];
    for (const event of events) {
      for (const { variable, evaluate } of this.#assignments) {
        this.#host.setVariable(variable, evaluate([event], this.context));
      }
      insert.push(new ListRow(this.#columns, this.#values()));
    }
    return { insert, remove: [], updates: null };
  }

  #values(): Value[] {
    return this.#assignments.map((a) => this.#host.variable(a.variable));
  }
  iterate(): readonly OutputRow[] {
    return [new ListRow(this.#columns, this.#values())];
  }
  stop(): void {
    this.#streams.stop();
  }
}
