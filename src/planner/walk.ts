/** Walks over checked expressions and select bodies: which streams, columns and facilities something reads. Pure. */
import type {
  AggregateSpec,
  CheckedExpression,
  CheckedStream,
  SelectBody,
  SelectStatement,
  StreamRef,
} from '../model/checked.ts';
import { walkExpression } from '../model/expression-tree.ts';

/** Top-level expressions of a body, aggregates and window arguments included. */
export function expressionsOf(body: SelectBody | SelectStatement): readonly CheckedExpression[] {
  const out: CheckedExpression[] = [];
  for (const s of body.streams) out.push(...expressionsOfInput(s));
  for (const j of body.joins) for (const pair of j.on) out.push(pair.left, pair.right);
  out.push(...body.where, ...body.groupBy);
  for (const item of body.select) if (item.kind === 'expression') out.push(item.expression);
  if (body.having !== null) out.push(body.having);
  out.push(...body.aggregates.flatMap(expressionsOfAggregate));
  if ('orderBy' in body) {
    for (const o of body.orderBy) out.push(o.expression);
    out.push(...expressionsOfOutput(body));
  }
  return out;
}

function expressionsOfAggregate(a: AggregateSpec): readonly CheckedExpression[] {
  return [...a.args, ...(a.groupBy ?? []), ...(a.filter === null ? [] : [a.filter])];
}

/** Parentheses, contained events and windows of a stream: what is read of its own events. */
export function expressionsOfInput(s: CheckedStream): readonly CheckedExpression[] {
  const out: CheckedExpression[] = s.windows.flatMap((w) => [
    ...w.args,
    ...w.aggregates.flatMap(expressionsOfAggregate),
  ]);
  if (s.source.kind !== 'filter') return out;
  out.push(...s.source.filter);
  for (const step of s.source.contained) {
    for (const item of step.select ?? []) if (item.kind === 'expression') out.push(item.expression);
    if (step.where !== null) out.push(step.where);
  }
  return out;
}

/** Expressions of match_recognize, which see streams of their own: for questions that do not ask which stream is read. */
export function expressionsOfRows(body: SelectBody): readonly CheckedExpression[] {
  return body.streams.flatMap((s) => {
    const rows = s.windows.at(-1)?.rows;
    if (rows === undefined) return [];
    return [
      ...rows.variables.flatMap((v) => (v.condition === null ? [] : [v.condition])),
      ...rows.measures.map((m) => m.expression),
      ...rows.aggregates.flatMap((a) => [...a.args, ...(a.filter === null ? [] : [a.filter])]),
      ...rows.partitionBy,
      ...(rows.interval === null ? [] : [rows.interval.period]),
    ];
  });
}

function expressionsOfOutput(statement: SelectStatement): readonly CheckedExpression[] {
  const output = statement.output;
  if (output === null) return [];
  const out: CheckedExpression[] = [];
  const rate = output.rate;
  if (rate?.kind === 'time') out.push(rate.period);
  if (rate?.kind === 'crontab') out.push(...rate.fields);
  if (rate?.kind === 'when' || rate?.kind === 'whenTerminated') {
    if (rate.condition !== null) out.push(rate.condition);
    out.push(...rate.assignments.map((a) => a.value));
  }
  if (output.after?.kind === 'time') out.push(output.after.period);
  return out;
}

/** Calls `visit` for every expression node of the body and of the subqueries in it, with the depth of nesting. */
export function walkBody(body: SelectBody, visit: (e: CheckedExpression, depth: number) => void, depth = 0): void {
  for (const top of expressionsOf(body)) walkExpression(top, (e) => visit(e, depth));
  for (const sub of body.subqueries) walkBody(sub, visit, depth + 1);
}

/** True if `ref`, found at `depth`, means a stream of the body at depth 0. */
export function meansStream(ref: StreamRef, depth: number, stream: number): boolean {
  return ref.level === depth && ref.stream === stream;
}

/** Expressions whose value depends on nothing but the properties of the event itself and constants. */
const OWN_KINDS: ReadonlySet<CheckedExpression['kind']> = new Set([
  'literal',
  'property',
  'negate',
  'not',
  'arithmetic',
  'bitwise',
  'concat',
  'compare',
  'logical',
  'between',
  'in',
  'like',
  'regexp',
  'quantified',
  'case',
  'call',
  'cast',
  'array',
]);

/** Built-in functions that read no clock, no window and no type name. */
const OWN_CALLS: ReadonlySet<string> = new Set(['coalesce', 'max', 'min']);

/** True if `e` reads nothing but declared properties of stream `stream` of its own body (DESIGN §5, "push the stream filter"). */
export function readsOwnEventOnly(e: CheckedExpression, stream: number): boolean {
  return readsOwnStreamsOnly(e, new Set([stream]));
}

/** The same for several streams. */
export function readsOwnStreamsOnly(e: CheckedExpression, streams: ReadonlySet<number>): boolean {
  let own = true;
  walkExpression(e, (x) => {
    if (!OWN_KINDS.has(x.kind)) own = false;
    else if (x.kind === 'property') {
      if (x.ref.level !== 0 || !streams.has(x.ref.stream) || x.ref.tag !== null) own = false;
      if (x.path.some((step) => step.dynamic)) own = false;
    } else if (x.kind === 'call' && !OWN_CALLS.has(x.name)) own = false;
  });
  return own;
}

/** True if the expression reads at least one property of the stream (a constant belongs to no stream). */
export function readsStream(e: CheckedExpression, stream: number): boolean {
  let reads = false;
  walkExpression(e, (x) => {
    if (x.kind === 'property' && x.ref.level === 0 && x.ref.stream === stream) reads = true;
  });
  return reads;
}
