/** Statements that stand in a context: which one, what they see of it, and whether it divides anything of theirs. */
import type { AstStatement } from '../model/ast.ts';
import type { CheckedContext, ContextDefinition } from '../model/checked-context.ts';
import type { CheckedStatement, CheckedStream, SelectBody } from '../model/checked.ts';
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
    if (types === null || streams.some((s) => (s.kind ?? 'stream') !== 'stream' || types.some((t) => isSubtype(catalog, s.name, t))))
      continue;
    fail(
      'INVALID_STATEMENT',
      `the statement reads none of the streams that the context '${context.name}' divides`,
      position,
      `it divides ${types.join(', ')}`,
    );
  }
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
