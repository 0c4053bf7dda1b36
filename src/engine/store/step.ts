/** Expressions of statements on named windows and tables: assignments and what they make of a row. */
import type { StoreAssignment } from '../../model/checked-store.ts';
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import { compileExpression } from '../compile/compile.ts';
import type { EvaluationContext, Evaluator } from '../evaluation.ts';
import type { EventClass } from '../runtime/event-class.ts';
import type { RowChange } from './store.ts';

export type AssignmentProgram =
  | { readonly kind: 'set'; readonly at: number; readonly evaluate: Evaluator; readonly float: boolean }
  | { readonly kind: 'reset'; readonly column: string | null };

export function compileAssignments(assignments: readonly StoreAssignment[], type: EventType): AssignmentsProgram {
  const steps = assignments.map((a): AssignmentProgram => {
    if (a.kind === 'reset') return a;
    const at = type.properties.findIndex((p) => p.name === a.property);
    return { kind: 'set', at, evaluate: compileExpression(a.value), float: type.properties[at]?.type.kind === 'float' };
  });
  const columns = new Set(assignments.flatMap((a) => (a.kind === 'set' ? [a.property] : [])));
  return { steps, columns: [...columns], slots: type.properties.map((p) => slotOf(p.name)) };
}

export interface AssignmentsProgram {
  readonly steps: readonly AssignmentProgram[];
  /** Columns that are set. */
  readonly columns: readonly string[];
  /** Of all columns. */
  readonly slots: readonly `$${string}`[];
}

/**
 * Assignments run left to right and see earlier ones; `initial` (stream 2) is the row before (conformance
 * state/nw-onupdate-01).
 */
export function changeRow(
  { steps, columns, slots }: AssignmentsProgram,
  row: Event,
  trigger: Event | null,
  initial: Event,
  eventClass: EventClass,
  context: EvaluationContext,
): RowChange {
  const values: Value[] = [];
  for (let i = 0; i < slots.length; i++) values.push(row[slots[i] ?? '$'] ?? null);
  let reset: Set<string> | null = null;
  let all = false;
  let after = row;
  let stale = false;
  for (const step of steps) {
    if (step.kind === 'reset') {
      if (step.column === null) all = true;
      else (reset ??= new Set()).add(step.column);
      continue;
    }
    if (stale) after = withValues(row, values.slice(), eventClass);
    const value = step.evaluate([after, trigger, initial], context);
    values[step.at] = step.float && typeof value === 'number' ? Math.fround(value) : value;
    stale = true;
  }
  if (stale) after = withValues(row, values, eventClass);
  return { before: initial, after, columns, reset: all ? 'all' : reset };
}

function withValues({ timestampMs, domain, seq, part, extra }: Event, values: Value[], eventClass: EventClass): Event {
  return eventClass.fromValues(values, timestampMs, domain, seq, part, extra);
}
