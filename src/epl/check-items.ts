/** Select clauses: items, names of columns and their types (Esper reference §5.3). */
import type { AstExpression, AstSelectItem } from '../model/ast.ts';
import type { CheckedExpression, Column, SelectItem } from '../model/checked.ts';
import type { EventType } from '../model/event-type.ts';
import { OBJECT, type ValueType } from '../model/value.ts';
import { renderExpression } from './render.ts';
import { type Context, fail, type StreamScope, typeNamed } from './scope.ts';

const freeze = Object.freeze;

export interface CheckedItems {
  readonly items: readonly SelectItem[];
  readonly columns: readonly Column[];
}

/** `context` sees what `*` means; `expressions` what expressions see (the same but for contained events). */
export function checkSelectItems(
  asts: readonly AstSelectItem[],
  context: Context,
  expressions: Context = context,
): CheckedItems {
  const items: SelectItem[] = [];
  const columns = new Map<string, Column>();
  const named = new Set<string>();
  const add = (name: string, type: ValueType, ast: AstSelectItem): void => {
    if (named.has(name)) {
      fail(
        'DUPLICATE_NAME',
        `column '${name}' occurs twice in the select clause`,
        ast.position,
        'give one another name with as',
      );
    }
    named.add(name);
    columns.set(name, { name, type });
  };
  for (const ast of asts) {
    switch (ast.kind) {
      case 'wildcard':
        items.push(freeze({ kind: 'wildcard' }));
        for (const c of wildcardColumns(context.scope.streams)) columns.set(c.name, c);
        break;
      case 'streamWildcard': {
        const tagged = taggedBy(ast.stream, expressions);
        if (tagged !== null) {
          const { stream, type } = tagged;
          items.push(
            freeze({ kind: 'streamWildcard', stream, as: ast.alias, tag: { name: ast.stream, eventType: type } }),
          );
          if (ast.alias !== null) add(ast.alias, { kind: 'event', typeName: type.name }, ast);
          else for (const p of type.properties) columns.set(p.name, p);
          break;
        }
        const stream = streamOf(ast.stream, ast, expressions);
        items.push(freeze({ kind: 'streamWildcard', stream: stream.index, as: ast.alias }));
        if (ast.alias === null) for (const p of stream.type.properties) columns.set(p.name, p);
        else add(ast.alias, { kind: 'event', typeName: stream.type.name }, ast);
        break;
      }
      case 'expression': {
        const expression = expressions.environment.check(ast.expression, expressions);
        if (expression.type.kind === 'period') fail('TYPE_MISMATCH', 'a time period is no column', ast.position);
        const name = ast.alias ?? columnName(ast.expression, expression, expressions);
        items.push(freeze({ kind: 'expression', expression, name }));
        add(name, columnType(expression.type), ast);
        break;
      }
    }
  }
  return { items: freeze(items), columns: freeze([...columns.values()]) };
}

function columnType(type: ValueType): ValueType {
  return type.kind === 'null' ? OBJECT : type;
}

function wildcardColumns(streams: readonly StreamScope[]): readonly Column[] {
  const [only, second] = streams;
  if (only !== undefined && second === undefined) return only.type.properties;
  return streams.map((s) => ({ name: s.alias ?? `stream_${s.index}`, type: { kind: 'event', typeName: s.type.name } }));
}

/** The pattern stream that has the tag, and the type of its events; null where no stream is named so but a tag is. */
function taggedBy(
  tag: string,
  { scope, environment }: Context,
): { readonly stream: number; readonly type: EventType } | null {
  if (scope.streams.some((s) => s.alias === tag)) return null;
  for (const stream of scope.streams) {
    if (stream.tags !== true) continue;
    const type = stream.type.properties.find((p) => p.name === tag)?.type;
    const found = type?.kind === 'event' ? typeNamed(environment, type.typeName) : undefined;
    if (found !== undefined) return { stream: stream.index, type: found };
  }
  return null;
}

function streamOf(name: string, ast: AstSelectItem, context: Context): StreamScope {
  const stream = context.scope.streams.find((s) => s.alias === name || (s.alias === null && s.typeName === name));
  if (stream !== undefined) return stream;
  const known = context.scope.streams.map((s) => s.alias ?? s.typeName).join(', ');
  return fail('UNKNOWN_STREAM', `no stream is named '${name}'`, ast.position, `there is ${known}`);
}

/** As Esper renders it; a subquery takes the name of its own column (conformance column-names-01, -02). */
function columnName(ast: AstExpression, expression: CheckedExpression, context: Context): string {
  if (expression.kind === 'subquery' && expression.form === 'scalar') {
    const subquery = context.scope.subqueries[expression.index];
    const [only, second] = subquery?.columns ?? [];
    if (only !== undefined && second === undefined) return only.name;
  }
  return renderExpression(ast);
}
