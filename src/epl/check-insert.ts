/** `insert into`: infers a type, or checks the columns against the declared one (Esper reference §5.10). */
import type { AstInsertInto } from '../model/ast.ts';
import type { CheckedExpression, Column, InsertInto, SelectItem } from '../model/checked.ts';
import { type EventType, isSubtype, type Property } from '../model/event-type.ts';
import type { LayeredCatalog } from './catalog.ts';
import { didYouMeanHint } from './names.ts';
import { fail } from './scope.ts';
import { describeType, isAssignable } from './typing.ts';

const freeze = Object.freeze;

/** What is inserted: the select clause and the types of its streams. */
export interface Inserted {
  readonly select: readonly SelectItem[];
  readonly streams: readonly { readonly eventType: EventType }[];
}

export function checkInsertInto(
  ast: AstInsertInto,
  body: Inserted,
  columns: readonly Column[],
  catalog: LayeredCatalog,
  inferred: Set<string>,
): InsertInto {
  const properties = namedProperties(ast, body, columns);
  const target = catalog.eventType(ast.typeName);
  if (target === undefined) {
    const type: EventType = { name: ast.typeName, supertypes: [], properties: freeze(properties) };
    catalog.addType(type);
    inferred.add(ast.typeName);
  } else {
    requireFit(ast, body, properties, target, catalog, inferred.has(ast.typeName));
  }
  return freeze({
    typeName: ast.typeName,
    selector: ast.selector ?? 'istream',
    columns: ast.columns,
    position: ast.position,
  });
}

/** A variant stream takes whole events of its member types. */
function requireMember(ast: AstInsertInto, body: Inserted, target: EventType, catalog: LayeredCatalog): void {
  const [item, more] = body.select;
  let source: EventType | undefined;
  if (more === undefined && item?.kind === 'wildcard' && body.streams.length === 1) source = body.streams[0]?.eventType;
  if (more === undefined && item?.kind === 'streamWildcard') source = body.streams[item.stream]?.eventType;
  const members = target.variantOf ?? [];
  if (source !== undefined && members.some((m) => m === '*' || isSubtype(catalog, source.name, m))) return;
  fail(
    'TYPE_MISMATCH',
    `the variant stream '${target.name}' takes whole events of its members only`,
    ast.position,
    `select * from ${members.includes('*') ? 'a stream' : members.join(' or ')}`,
  );
}

/** The columns under the names of the column list, if there is one. */
function namedProperties(ast: AstInsertInto, body: Inserted, columns: readonly Column[]): readonly Property[] {
  if (ast.columns === null) return columns;
  const names = ast.columns;
  const wild = body.select.some((i) => i.kind === 'wildcard' || (i.kind === 'streamWildcard' && i.as === null));
  if (wild)
    fail(
      'INVALID_STATEMENT',
      'a column list does not go with *',
      ast.position,
      'leave the list out or name the columns',
    );
  if (names.length !== columns.length) {
    fail('WRONG_ARGUMENTS', `${names.length} columns are listed and ${columns.length} selected`, ast.position);
  }
  return columns.map((c, i) => ({ name: names[i] ?? c.name, type: c.type }));
}

/** The expressions that were selected, by the names of the properties that they fill. */
function selectedBy(ast: AstInsertInto, body: Inserted): ReadonlyMap<string, CheckedExpression> {
  const selected = new Map<string, CheckedExpression>();
  body.select.forEach((item, i) => {
    if (item.kind === 'expression') selected.set(ast.columns?.[i] ?? item.name, item.expression);
  });
  return selected;
}

function requireFit(
  ast: AstInsertInto,
  body: Inserted,
  properties: readonly Property[],
  target: EventType,
  catalog: LayeredCatalog,
  inferred: boolean,
): void {
  if (target.variantOf !== undefined) return requireMember(ast, body, target, catalog);
  if (target.kind === 'view') fail('INVALID_STATEMENT', `nothing can be inserted into '${target.name}'`, ast.position);
  const selected = selectedBy(ast, body);
  const filled = new Set(target.table?.aggregates.map((a) => a.column));
  for (const { name, type } of properties) {
    if (filled.has(name)) {
      fail(
        'INVALID_STATEMENT',
        `'${name}' of the table '${target.name}' is an aggregation`,
        selected.get(name)?.ast.position ?? ast.position,
        'it is filled by into table',
      );
    }
    const expression = selected.get(name);
    const position = expression?.ast.position ?? ast.position;
    const property = target.properties.find((p) => p.name === name);
    if (property === undefined) {
      const hint = didYouMeanHint(
        name,
        target.properties.map((p) => p.name),
      );
      return fail('UNKNOWN_PROPERTY', `'${target.name}' has no property '${name}'`, position, hint);
    }
    if (expression?.type.kind !== 'null' && !isAssignable(catalog, type, property.type)) {
      fail(
        'TYPE_MISMATCH',
        `property '${name}' of '${target.name}' is ${describeType(property.type)}, not ${describeType(type)}`,
        position,
      );
    }
  }
  if (inferred && properties.length !== target.properties.length) {
    fail(
      'SCHEMA_CONFLICT',
      `'${target.name}' was made by an earlier insert into with other columns`,
      ast.position,
      `it has ${target.properties.map((p) => p.name).join(', ')}`,
    );
  }
}
