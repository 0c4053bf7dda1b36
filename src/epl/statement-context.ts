/** Statements that stand in a context: which one, what they see of it, and whether it divides anything of theirs. */
import type { AstStatement } from '../model/ast.ts';
import type { CheckedContext, ContextDefinition } from '../model/checked-context.ts';
import type { CheckedExpression, CheckedStatement, CheckedStream, SelectBody } from '../model/checked.ts';
import type { EventType } from '../model/event-type.ts';
import { isSubtype } from '../model/event-type.ts';
import type { LayeredCatalog } from './catalog.ts';
import { didYouMeanHint } from './names.ts';
import { fail } from './scope.ts';

/** The context that a statement names; throws `UNKNOWN_CONTEXT`. */
export function contextOf(ast: AstStatement, catalog: LayeredCatalog): CheckedContext | null {
  if (ast.context === null) return null;
  const found = catalog.context(ast.context);
  if (found !== undefined) return found;
  const hint = didYouMeanHint(ast.context, catalog.contextNames());
  return fail('UNKNOWN_CONTEXT', `unknown context '${ast.context}'`, ast.position, hint);
}

/** The type of `context` and those of its levels. */
export function contextTypes(context: CheckedContext | null): readonly EventType[] {
  return context === null ? [] : [context.propertyType, ...context.levels.map((l) => l.propertyType)];
}

/**
 * A context that divides events wants to meet some of them: one stream of the statement is of one of its types (Esper
 * reference §4.2.2). Throws `INVALID_STATEMENT`.
 */
export function requireItsStreams(statement: CheckedStatement, catalog: LayeredCatalog): void {
  const context = contextOf(statement.ast, catalog);
  const streams = streamsOf(statement);
  if (context === null || streams.length === 0) return;
  const { position } = statement.ast;
  for (const { definition } of context.levels) {
    const types = dividedTypes(definition);
    if (
      types === null ||
      streams.some((s) => (s.kind ?? 'stream') !== 'stream' || types.some((t) => isSubtype(catalog, s.name, t)))
    )
      continue;
    fail(
      'INVALID_STATEMENT',
      `the statement reads none of the streams that the context '${context.name}' divides`,
      position,
      `it divides ${types.join(', ')}`,
    );
  }
}

/**
 * What the partitions of a context have for themselves is used within that context alone (Esper reference §4.7-§4.9).
 * Throws `INVALID_STATEMENT`.
 */
export function requireItsContext(statement: CheckedStatement, catalog: LayeredCatalog): void {
  const { position, context } = statement.ast;
  for (const name of namesIn(statement, new Set())) {
    const owner = catalog.dividedBy(name);
    if (owner === null || owner === context) continue;
    fail(
      'INVALID_STATEMENT',
      `'${name}' belongs to the partitions of context '${owner}'`,
      position,
      `begin the statement with context ${owner}`,
    );
  }
}

/** Members of nodes that name nothing that is read. */
const UNREAD: ReadonlySet<string> = new Set(['ast', 'type', 'annotations', 'columns', 'position', 'definition']);

/** Named windows, tables and variables that a statement reads or writes; not where its rows are inserted. */
function namesIn(node: unknown, into: Set<string>): Set<string> {
  if (Array.isArray(node)) for (const item of node) namesIn(item, into);
  else if (typeof node === 'object' && node !== null && !(node instanceof Map)) {
    const { kind, name, table, variable } = node as Readonly<Record<'kind' | 'name' | 'table' | 'variable', unknown>>;
    if (typeof name === 'string' && (kind === 'window' || kind === 'table' || kind === 'variable')) into.add(name);
    if (kind === 'tableAccess' && typeof table === 'string') into.add(table);
    if (typeof variable === 'string') into.add(variable);
    // Types hold no nodes.
    if (!('supertypes' in node))
      for (const [member, value] of Object.entries(node)) if (!UNREAD.has(member)) namesIn(value, into);
  }
  return into;
}

/** Null where events are not divided: all within the context's time are seen. */
function dividedTypes(definition: ContextDefinition): readonly string[] | null {
  const named = (s: CheckedStream): readonly string[] => (s.source.kind === 'filter' ? [s.source.eventType.name] : []);
  switch (definition.kind) {
    case 'partition':
    case 'hash':
      return definition.items.flatMap((i) => named(i.stream));
    case 'category':
      return named(definition.stream);
    default:
      return null;
  }
}

/** Types of all streams that a statement reads, also in subqueries and patterns. */
function streamsOf(statement: CheckedStatement): readonly EventType[] {
  switch (statement.kind) {
    case 'select':
      return typesOf(statement);
    case 'onSet':
    case 'onSplit':
      return typesOf({ streams: [statement.stream], subqueries: statement.subqueries });
    default:
      return [];
  }
}

function typesOf(body: Pick<SelectBody, 'streams' | 'subqueries'>): readonly EventType[] {
  return [
    ...body.streams.flatMap(({ source }) =>
      source.kind === 'filter' ? [source.eventType] : source.atoms.map((a) => a.source.eventType),
    ),
    ...body.subqueries.flatMap(typesOf),
  ];
}

// ---------------------------------------------------------------------------------------------- keys

/**
 * A key by which a context divides the events of an aggregating select is one value for all its rows: read as the
 * context's property it does not make the select one row per event (conformance state/ctx-windows-01). Only where the
 * stream is of the very type that the context names, and not in nested contexts (conformance state/ctx-nested-03).
 */
export function readingKeys(body: SelectBody, context: CheckedContext | null): SelectBody {
  if (context === null || context.levels.length > 1) return body;
  if (body.aggregates.length === 0 || body.groupBy.length > 0) return body;
  if (body.joins.some((j) => j.kind !== 'inner')) return body;
  const read = (e: CheckedExpression): CheckedExpression => withKeys(e, body, context);
  return Object.freeze({
    ...body,
    select: body.select.map((i) => (i.kind === 'expression' ? { ...i, expression: read(i.expression) } : i)),
    having: body.having === null ? null : read(body.having),
  });
}

function withKeys(e: CheckedExpression, body: SelectBody, context: CheckedContext): CheckedExpression {
  if (e.kind === 'property') return keyOf(e, body, context) ?? e;
  // Nodes are plain data: members that hold expressions are mapped, whatever the kind; `ast` and types stay.
  return mapped(e, (node) => withKeys(node, body, context)) as CheckedExpression;
}

function mapped(value: unknown, read: (e: CheckedExpression) => CheckedExpression, top = true): unknown {
  if (Array.isArray(value)) return value.map((item) => mapped(item, read, false));
  if (typeof value !== 'object' || value === null) return value;
  if (!top && isExpression(value)) return read(value);
  return Object.freeze(
    Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        name === 'ast' || name === 'type' || name === 'to' ? member : mapped(member, read, false),
      ]),
    ),
  );
}

function isExpression(value: object): value is CheckedExpression {
  return 'kind' in value && 'ast' in value && 'nullable' in value;
}

function keyOf(
  e: CheckedExpression & { readonly kind: 'property' },
  body: SelectBody,
  context: CheckedContext,
): CheckedExpression | null {
  const source = body.streams[e.ref.stream]?.source;
  const [step] = e.path;
  if (e.ref.level !== 0 || e.path.length !== 1 || source?.kind !== 'filter' || step?.kind !== 'name') return null;
  for (const { definition } of context.levels) {
    if (definition.kind !== 'partition') continue;
    const item = definition.items.find((i) => i.stream.source.eventType.name === source.eventType.name);
    const at = (item?.keys ?? []).findIndex((k) => {
      const [only] = k.kind === 'property' && k.path.length === 1 ? k.path : [];
      return only?.kind === 'name' && only.name === step.name;
    });
    if (at < 0) continue;
    const key = Object.freeze({ kind: 'name', name: `key${at + 1}`, dynamic: false } as const);
    return Object.freeze({
      kind: 'contextProperty',
      path: Object.freeze([key]),
      type: e.type,
      nullable: true,
      ast: e.ast,
    });
  }
  return null;
}
