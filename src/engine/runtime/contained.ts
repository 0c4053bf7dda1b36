/**
 * Contained-event selection `Type[path][select … from path where …]` (Esper 5.19): from an event to the rows that stand in
 * its nested properties. All rows of one parent arrive together. In the expressions of a step stream 0 is the contained
 * event, stream 1 the event it came out of.
 */
import type { ContainedStep, PathStep } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import { slotOf } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import { compileEvaluators, compilePredicate } from '../compile/compile.ts';
import type { EvaluationContext, EventRow, Predicate } from '../evaluation.ts';
import { isEvent, isList, isMap } from '../functions/values.ts';
import type { EventClass } from './event-class.ts';
import { isRecord } from './event-class.ts';

interface StepProgram {
  readonly path: readonly PathStep[];
  readonly eventType: EventType;
  readonly where: Predicate | null;
  /** Values of the step's select; null when it has none. */
  readonly select: ((row: EventRow, context: EvaluationContext) => Value[]) | null;
  /** Places among the selected expressions in front of which a `select *` puts all properties of the contained event. */
  readonly wildcards: readonly number[];
}

export interface ContainedProgram {
  readonly steps: readonly StepProgram[];
  readonly resultType: EventType;
  /** No step selects: the contained events themselves are the rows. */
  readonly plain: boolean;
}

export function compileContained(steps: readonly ContainedStep[], resultType: EventType): ContainedProgram | null {
  if (steps.length === 0) return null;
  return {
    resultType,
    plain: steps.every((s) => s.select === null),
    steps: steps.map((step): StepProgram => {
      const items = step.select ?? [];
      const expressions = items.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []));
      return {
        path: step.path,
        eventType: step.eventType,
        where: step.where === null ? null : compilePredicate([step.where]),
        select: step.select === null ? null : compileEvaluators(expressions),
        wildcards: items.flatMap((item, i) =>
          item.kind === 'expression' ? [] : [items.slice(0, i).filter((before) => before.kind === 'expression').length],
        ),
      };
    }),
  };
}

interface Partial {
  readonly event: Event;
  readonly values: readonly Value[];
}

/** Makes the rows of parent events. */
export class ContainedExpander {
  readonly #program: ContainedProgram;
  readonly #resultClass: EventClass;
  readonly #classOf: (type: EventType) => EventClass;

  constructor(program: ContainedProgram, classOf: (type: EventType) => EventClass) {
    this.#program = program;
    this.#classOf = classOf;
    this.#resultClass = classOf(program.resultType);
  }

  /** Null where the path leads to null: then nothing arrives at all; an empty array arrives as no rows. */
  expand(parent: Event, context: EvaluationContext): readonly Event[] | null {
    let partials: readonly Partial[] = [{ event: parent, values: [] }];
    let present = false;
    for (const step of this.#program.steps) {
      const next: Partial[] = [];
      for (const partial of partials) {
        const elements = this.#elements(partial.event, step);
        if (elements === null) continue;
        present = true;
        for (const element of elements) {
          const row = [element, partial.event];
          if (step.where !== null && !step.where(row, context)) continue;
          next.push({ event: element, values: this.#selected(step, row, partial.values, context) });
        }
      }
      partials = next;
    }
    if (!present) return null;
    return partials.map((partial, part) => this.#result(partial, parent, part));
  }

  #selected(step: StepProgram, row: readonly Event[], before: readonly Value[], context: EvaluationContext): Value[] {
    const [element] = row;
    if (step.select === null || element === undefined) return [...before];
    const selected = step.select(row, context);
    const all = (): Value[] => element.type.properties.map((p) => element[slotOf(p.name)] ?? null);
    let from = 0;
    const values = [...before];
    for (const at of step.wildcards) {
      values.push(...selected.slice(from, at), ...all());
      from = at;
    }
    values.push(...selected.slice(from));
    return values;
  }

  #result(partial: Partial, parent: Event, part: number): Event {
    const { timestampMs, domain, seq } = parent;
    const values = this.#program.plain
      ? this.#resultClass.type.properties.map((p) => partial.event[slotOf(p.name)] ?? null)
      : partial.values;
    const extra = this.#program.plain ? partial.event.extra : null;
    return this.#resultClass.fromValues(values, timestampMs, domain, seq, part, extra);
  }

  #elements(event: Event, step: StepProgram): readonly Event[] | null {
    let value: Value = event;
    for (const { kind, ...at } of step.path) {
      if (value === null) return null;
      if ('name' in at)
        value = isEvent(value) ? (value[slotOf(at.name)] ?? null) : isMap(value) ? (value[at.name] ?? null) : null;
      else if ('index' in at) value = isList(value) ? (value[at.index] ?? null) : null;
      else value = isMap(value) ? (value[at.key] ?? null) : null;
      void kind;
    }
    if (value === null) return null;
    const list = isList(value) ? value : [value];
    return list.flatMap((item) => this.#asEvent(item, event, step));
  }

  /** Elements of untyped arrays become events of the step's type. */
  #asEvent(item: Value, parent: Event, step: StepProgram): readonly Event[] {
    if (isEvent(item)) return [item];
    if (!isRecord(item)) return [];
    const { timestampMs, domain, seq } = parent;
    return [this.#classOf(step.eventType).fromObject(item, { timestampMs, domain, seq })];
  }
}
