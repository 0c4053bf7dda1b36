/**
 * Rule "push used columns only" (DESIGN §5): the columns of a stream that a statement reads.
 *
 * Safe: always. `select *`, `b.*`, an event-valued expression or `window(*)` mean all columns.
 */
import type { CheckedExpression, SelectBody, SelectStatement } from '../model/checked.ts';
import type { EventType, Property } from '../model/event-type.ts';
import type { ValueType } from '../model/value.ts';
import { walkExpression } from '../model/expression-tree.ts';
import { expressionsOfInput, meansStream, walkBody } from './walk.ts';

/** Properties of `type` (that of stream `stream` of `body`) that anything in `body` or its subqueries reads, in declared order. */
export function usedColumns(body: SelectBody | SelectStatement, stream: number, type: EventType): readonly Property[] {
  const used = new Set<string>();
  const rows = body.streams[stream]?.windows.at(-1)?.rows;
  // Behind match_recognize the clauses see measures: what is read of the rows stands in it and in the parentheses.
  if (rows !== undefined) return columnsOfRows(body, stream, type, rows.reads);
  let all = body.select.some((i) => i.kind === 'wildcard' || (i.kind === 'streamWildcard' && i.stream === stream));
  // `maxby(util)`, `window(*)`: the value is an event, of which anything may be read.
  all ||= body.aggregates.some((a) => holdsEvents(a.type));
  walkBody(body, (e, depth) => {
    const found = readOf(e, depth, stream);
    if (found === 'all') all = true;
    else if (found !== null) used.add(found.name);
  });
  const own = body.streams[stream];
  if (own?.source.kind === 'filter' && own.source.contained.length > 0) all = true;
  return all ? type.properties : type.properties.filter((p) => used.has(p.name));
}

function columnsOfRows(
  body: SelectBody,
  stream: number,
  type: EventType,
  reads: readonly string[] | null,
): readonly Property[] {
  if (reads === null) return type.properties;
  const used = new Set(reads);
  const own = body.streams[stream];
  let all = own?.source.kind === 'filter' && own.source.contained.length > 0;
  const inputs = own === undefined ? [] : expressionsOfInput(own);
  for (const top of inputs) {
    walkExpression(top, (e) => {
      const found = readOf(e, 0, stream);
      if (found === 'all') all = true;
      else if (found !== null) used.add(found.name);
    });
  }
  return all ? type.properties : type.properties.filter((p) => used.has(p.name));
}

/** True if a value of the type is an event or holds some. */
export function holdsEvents(type: ValueType): boolean {
  return type.kind === 'event' || (type.kind === 'array' && holdsEvents(type.of));
}

function readOf(e: CheckedExpression, depth: number, stream: number): { readonly name: string } | 'all' | null {
  switch (e.kind) {
    case 'property': {
      if (!meansStream(e.ref, depth, stream)) return null;
      const first = e.path[0];
      // An undeclared member lives in the event itself: it travels only with the whole event.
      return first === undefined || first.kind !== 'name' || first.dynamic ? 'all' : { name: first.name };
    }
    case 'event':
      return meansStream(e.ref, depth, stream) ? 'all' : null;
    case 'prev':
      return e.form === 'prevwindow' && e.value === null ? 'all' : null;
    default:
      return null;
  }
}
