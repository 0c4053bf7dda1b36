/** The select clause: from a joined row to an output row. */
import type { CheckedExpression, CheckedStream, Column, SelectItem } from '../../model/checked.ts';
import { assert } from '../../model/errors.ts';
import { slotOf } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import { compileExpression, compileRow } from '../compile/compile.ts';
import type { EvaluationContext, EventRow } from '../evaluation.ts';
import { isEvent } from '../functions/values.ts';
import type { OutputRow } from '../runtime/output-row.ts';
import { ListRow } from '../runtime/output-row.ts';

export type Projection = (row: EventRow, context: EvaluationContext) => OutputRow;

/** Event type that a stream delivers to all other clauses. */
export function typeOfStream(stream: CheckedStream): EventType {
  return stream.eventType;
}

type Part = (row: EventRow, context: EvaluationContext, into: Value[]) => void;

export interface ProjectionSpec {
  readonly streams: readonly CheckedStream[];
  readonly select: readonly SelectItem[];
  readonly columns: readonly Column[];
}

export function compileProjection(spec: ProjectionSpec): Projection {
  const [only] = spec.select;
  if (only?.kind === 'wildcard' && spec.select.length === 1 && spec.streams.length === 1) {
    return (row) => {
      const event = row[0];
      assert(event !== null && event !== undefined, 'a single stream yields an event');
      return event;
    };
  }
  const { columns } = spec;
  const expressions = expressionsOf(spec.select);
  if (expressions !== null) {
    assert(expressions.length === columns.length, 'one column per selected expression');
    return compileRow(expressions, columns);
  }
  const parts = spec.select.map((item) => partOf(item, spec.streams));
  return (row, context) => {
    const values: Value[] = [];
    for (const part of parts) part(row, context, values);
    return new ListRow(columns, values);
  };
}

function expressionsOf(select: readonly SelectItem[]): readonly CheckedExpression[] | null {
  const expressions: CheckedExpression[] = [];
  for (const item of select) {
    if (item.kind !== 'expression') return null;
    expressions.push(item.expression);
  }
  return expressions;
}

function partOf(item: SelectItem, streams: readonly CheckedStream[]): Part {
  switch (item.kind) {
    case 'expression': {
      const evaluate = compileExpression(item.expression);
      return (row, context, into) => {
        into.push(evaluate(row, context));
      };
    }
    case 'streamWildcard': {
      const { stream } = item;
      if (item.tag !== undefined) return tagged(item.tag, stream, item.as !== null);
      if (item.as !== null) {
        return (row, _context, into) => {
          into.push(row[stream] ?? null);
        };
      }
      return flat(streams[stream], stream);
    }
    default:
      if (streams.length === 1) return flat(streams[0], 0);
      return (row, _context, into) => {
        for (let i = 0; i < streams.length; i++) into.push(row[i] ?? null);
      };
  }
}

/** The event of a pattern's tag, or all its properties. */
function tagged(tag: { readonly name: string; readonly eventType: EventType }, stream: number, whole: boolean): Part {
  const slot = slotOf(tag.name);
  const slots = tag.eventType.properties.map((p) => slotOf(p.name));
  return (row, _context, into) => {
    const event = row[stream]?.[slot] ?? null;
    if (whole) into.push(event);
    else for (const each of slots) into.push(isEvent(event) ? (event[each] ?? null) : null);
  };
}

/** All properties of one stream's event. */
function flat(stream: CheckedStream | undefined, index: number): Part {
  assert(stream !== undefined, 'a stream wildcard names a stream');
  const slots = typeOfStream(stream).properties.map((p) => slotOf(p.name));
  return (row, _context, into) => {
    const event = row[index] ?? null;
    for (const slot of slots) into.push(event === null ? null : (event[slot] ?? null));
  };
}
