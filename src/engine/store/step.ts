/** Expressions of statements on named windows and tables: assignments and what they make of a row. */
import type { StoreAssignment } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import { compileExpression } from '../compile/compile.ts';
import type { EvaluationContext, Evaluator } from '../evaluation.ts';
import type { EventClass } from '../runtime/event-class.ts';
import type { RowChange } from './store.ts';

export type AssignmentProgram =
  | { readonly kind: 'set'; readonly property: string; readonly evaluate: Evaluator; readonly float: boolean }
  | { readonly kind: 'reset'; readonly column: string | null };

export function compileAssignments(
  assignments: readonly StoreAssignment[],
  type: EventType,
): readonly AssignmentProgram[] {
  return assignments.map((a): AssignmentProgram => {
    if (a.kind === 'reset') return a;
    const declared = type.properties.find((p) => p.name === a.property);
    return {
      kind: 'set',
      property: a.property,
      evaluate: compileExpression(a.value),
      float: declared?.type.kind === 'float',
    };
  });
}

/**
 * Assignments run left to right and see earlier ones; `initial` (stream 2) is the row before (conformance
 * state/nw-onupdate-01). `changed`: the row as a later action of the same statement sees it.
 */
export function changeRow(
  program: readonly AssignmentProgram[],
  row: Event,
  trigger: Event | null,
  initial: Event,
  eventClass: EventClass,
  context: EvaluationContext,
): { readonly change: RowChange; readonly changed: Event } {
  const values = new Map<string, Value>();
  let reset: Set<string> | null = null;
  let all = false;
  let present = row;
  for (const assignment of program) {
    if (assignment.kind === 'reset') {
      if (assignment.column === null) all = true;
      else (reset ??= new Set()).add(assignment.column);
      continue;
    }
    const value = assignment.evaluate([present, trigger, initial], context);
    values.set(assignment.property, assignment.float && typeof value === 'number' ? Math.fround(value) : value);
    present = withValues(present, values, eventClass);
  }
  return { change: { before: row, values, reset: all ? 'all' : reset }, changed: present };
}

function withValues(row: Event, values: ReadonlyMap<string, Value>, eventClass: EventClass): Event {
  const next = row.type.properties.map((p) => {
    const value = values.get(p.name);
    return value === undefined ? (row[slotOf(p.name)] ?? null) : value;
  });
  return eventClass.fromValues(next, row.timestampMs, row.domain, row.seq, row.part, row.extra);
}
