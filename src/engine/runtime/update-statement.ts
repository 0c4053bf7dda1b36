/**
 * `update istream Type set x = … where …` (Esper 5.13): changes events of the type before any statement sees them. Values
 * are computed of the event as it came; several updates apply one after the other, in order of deployment. The
 * statement's listener gets the event after (new) and before (old). State: none.
 */
import type { UpdateIstream } from '../../model/checked.ts';
import type { Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import { compileExpression, compilePredicate } from '../compile/compile.ts';
import type { Evaluator, Predicate } from '../evaluation.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import type {
  EventTransformer,
  InstanceHost,
  StatementInstance,
  StatementOutput,
  StatementProgram,
} from './statement.ts';
import type { TriggerProgram } from './trigger-streams.ts';
import { compileTrigger, TriggerStreams } from './trigger-streams.ts';

interface Parts {
  readonly trigger: TriggerProgram;
  readonly where: Predicate;
  readonly assignments: readonly { readonly property: string; readonly evaluate: Evaluator }[];
}

export function compileUpdate(statement: UpdateIstream, index: number): StatementProgram {
  const trigger = compileTrigger(statement.stream, statement.subqueries, false);
  const parts: Parts = {
    trigger,
    where: compilePredicate(statement.where),
    assignments: statement.assignments.map((a) => ({ property: a.property, evaluate: compileExpression(a.value) })),
  };
  return {
    name: statement.name,
    index,
    columns: statement.stream.eventType.properties,
    streams: trigger.streams,
    views: trigger.views,
    consumers: trigger.consumers,
    transforms: trigger.trigger.typeName,
    instantiate: (host) => new UpdateInstance(parts, host),
  };
}

class UpdateInstance implements StatementInstance, EventTransformer {
  readonly context: InstanceContext;
  readonly #parts: Parts;
  readonly #host: InstanceHost;
  readonly #streams: TriggerStreams;
  #after: Event[] = [];
  #before: Event[] = [];

  constructor(parts: Parts, host: InstanceHost) {
    this.#parts = parts;
    this.#host = host;
    this.context = host.newContext();
    this.#streams = new TriggerStreams(parts.trigger, host, this.context);
  }

  transform(event: Event): Event {
    const row = [event];
    if (!this.#parts.where(row, this.context)) return event;
    const changed = new Map(
      this.#parts.assignments.map(({ property, evaluate }) => [property, evaluate(row, this.context)]),
    );
    const eventClass = this.#host.classFor(event.type);
    const values = event.type.properties.map(
      (p) => changed.get(p.name) ?? (changed.has(p.name) ? null : (event[slotOf(p.name)] ?? null)),
    );
    const { timestampMs, domain, seq, part, extra } = event;
    const after = eventClass.fromValues(values, timestampMs, domain, seq, part, extra);
    this.#after.push(after);
    this.#before.push(event);
    this.#host.touch();
    return after;
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

  finish(): Pick<StatementOutput, 'insert' | 'remove' | 'updates'> | null {
    if (this.#after.length === 0) return null;
    const told = { insert: this.#after, remove: this.#before, updates: null };
    this.#after = [];
    this.#before = [];
    return told;
  }
  iterate(): readonly OutputRow[] {
    return [];
  }
  stop(): void {
    this.#streams.stop();
  }
}
