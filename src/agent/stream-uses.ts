/** What a checked select reads of each stream in it, subqueries included, with the places in the text. Pure. */
import type { AstSelectItem } from '../model/ast.ts';
import type { CheckedExpression, SelectBody, SelectStatement, StreamRef } from '../model/checked.ts';
import type { Position } from '../model/errors.ts';
import type { EventType } from '../model/event-type.ts';
import type { ValueType } from '../model/value.ts';
import { walkExpression } from '../model/expression-tree.ts';
import { expressionsOf } from '../planner/walk.ts';

export interface StreamUse {
  /** Its number within its select. */
  readonly stream: number;
  /** In the statement's own from clause, not in a subquery's. */
  readonly outermost: boolean;
  /** The type that is named, and the type that the other clauses see. */
  readonly sourceType: EventType;
  readonly eventType: EventType;
  readonly filter: readonly CheckedExpression[];
  readonly columns: readonly { readonly name: string; readonly position: Position }[];
  /** Places that mean every column; `item` where it is a `*` of the statement's own select list. */
  readonly wholes: readonly { readonly position: Position; readonly item: AstSelectItem | null }[];
}

interface Collected {
  readonly use: StreamUse;
  readonly columns: { name: string; position: Position }[];
  readonly wholes: { position: Position; item: AstSelectItem | null }[];
}

interface Level {
  readonly body: SelectBody;
  /** By stream number; null for a pattern. */
  readonly streams: readonly (Collected | null)[];
}

/** One entry per stream that is read by name; patterns have none. */
export function usesOfStreams(statement: SelectStatement): readonly StreamUse[] {
  const found: Collected[] = [];
  visit(statement, [], found, statement);
  return found.map((c) => c.use);
}

function visit(body: SelectBody, outer: readonly Level[], found: Collected[], statement: SelectStatement): void {
  const level: Level = { body, streams: body.streams.map((s) => collect(s, outer.length === 0)) };
  const levels = [level, ...outer];
  for (const c of level.streams) if (c !== null) found.push(c);
  const place = 'position' in body && isPosition(body.position) ? body.position : statement.ast.position;
  for (const e of [...expressionsOf(body), ...windowAggregates(body)]) {
    walkExpression(e, (x) => note(x, levels));
  }
  for (const [i, item] of body.select.entries()) {
    if (item.kind === 'expression') continue;
    const ast = body === statement ? (astItems(statement)[i] ?? null) : null;
    for (const [stream, c] of level.streams.entries()) {
      if (item.kind === 'streamWildcard' && item.stream !== stream) continue;
      c?.wholes.push({ position: ast?.position ?? place, item: item.kind === 'wildcard' ? ast : null });
    }
  }
  // `window(*)`, `maxby(util)`: the value is an event, of which anything may be read.
  const aggregates = [...body.aggregates, ...body.streams.flatMap((s) => s.windows.flatMap((w) => w.aggregates))];
  for (const a of aggregates) {
    if (!holdsEvents(a.type)) continue;
    for (const c of level.streams) c?.wholes.push({ position: a.ast.position, item: null });
  }
  for (const [i, s] of body.streams.entries()) {
    if (s.source.kind === 'filter' && s.source.contained.length > 0)
      level.streams[i]?.wholes.push({ position: place, item: null });
  }
  for (const sub of body.subqueries) visit(sub, levels, found, statement);
}

function collect(stream: SelectBody['streams'][number], outermost: boolean): Collected | null {
  if (stream.source.kind !== 'filter') return null;
  const columns: Collected['columns'] = [];
  const wholes: Collected['wholes'] = [];
  const { eventType: sourceType, filter } = stream.source;
  const use = { stream: stream.index, outermost, sourceType, eventType: stream.eventType, filter, columns, wholes };
  return { use, columns, wholes };
}

function note(e: CheckedExpression, levels: readonly Level[]): void {
  const { position } = e.ast;
  switch (e.kind) {
    case 'property': {
      const [first] = e.path;
      const c = streamOf(e.ref, levels);
      // An undeclared member may be any.
      if (first === undefined || first.kind !== 'name' || first.dynamic) c?.wholes.push({ position, item: null });
      else c?.columns.push({ name: first.name, position });
      return;
    }
    case 'event':
      streamOf(e.ref, levels)?.wholes.push({ position, item: null });
      return;
    case 'prev':
      if (e.form === 'prevwindow' && e.value === null)
        for (const c of levels[0]?.streams ?? []) c?.wholes.push({ position, item: null });
      return;
    default:
      return;
  }
}

function streamOf(ref: StreamRef, levels: readonly Level[]): Collected | null {
  return levels[ref.level]?.streams[ref.stream] ?? null;
}

function windowAggregates(body: SelectBody): readonly CheckedExpression[] {
  const specs = body.streams.flatMap((s) => s.windows.flatMap((w) => w.aggregates));
  return specs.flatMap((a) => [...a.args, ...(a.filter === null ? [] : [a.filter]), ...(a.groupBy ?? [])]);
}

function astItems(statement: SelectStatement): readonly AstSelectItem[] {
  return statement.ast.kind === 'selectStatement' ? statement.ast.select.items : [];
}

function holdsEvents(type: ValueType): boolean {
  return type.kind === 'event' || (type.kind === 'array' && holdsEvents(type.of));
}

function isPosition(value: unknown): value is Position {
  return typeof value === 'object' && value !== null && 'line' in value && 'offset' in value;
}
