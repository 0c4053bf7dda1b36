/** `create schema`: map, objectarray, json; inherits, copyfrom; variant streams (Esper reference §5.15). */
import type { AstCreateSchema } from '../model/ast.ts';
import type { Position } from '../model/errors.ts';
import type { Catalog, EventType, Property } from '../model/event-type.ts';
import { OBJECT, type ValueType } from '../model/value.ts';
import { checkXmlSchema } from './check-xml-schema.ts';
import { didYouMeanHint } from './names.ts';
import { fail, notSupported } from './scope.ts';
import { commonType, namedType, sameType } from './typing.ts';

const freeze = Object.freeze;

export interface CheckedSchema {
  readonly eventType: EventType;
  readonly variantOf: readonly string[] | null;
}

export function checkSchema(ast: AstCreateSchema, catalog: Catalog): CheckedSchema {
  if (catalog.eventType(ast.typeName) !== undefined) {
    fail('DUPLICATE_NAME', `the event type '${ast.typeName}' exists already`, ast.position);
  }
  if (ast.representation === 'avro') notSupported(`a schema of kind ${ast.representation}`, ast.position);
  if (ast.representation === 'xml' && !ast.variant) return { eventType: checkXmlSchema(ast), variantOf: null };
  if (ast.variant) return variantSchema(ast, catalog);
  const properties: Property[] = [];
  /** What a supertype has may be declared again as it is. */
  const inherited = new Set<string>();
  const add = (property: Property, own: boolean): void => {
    const known = properties.find((p) => p.name === property.name);
    if (known === undefined) properties.push(freeze(property));
    else if (own && !(inherited.has(property.name) && sameType(known.type, property.type)))
      fail('DUPLICATE_NAME', `property '${property.name}' is declared twice`, ast.position);
  };
  const parents = ast.inherits.map((name) => declared(name, ast.position, catalog));
  for (const parent of parents) for (const p of parent.properties) add(p, false);
  for (const p of properties) inherited.add(p.name);
  for (const name of [...ast.copyFrom, ...ast.as])
    for (const p of declared(name, ast.position, catalog).properties) add(p, false);
  for (const column of ast.columns) {
    const type = namedType(column.typeName);
    requireDeclarable(type, column.typeName, column.position, catalog);
    add({ name: column.name, type }, true);
  }
  for (const stamp of [ast.startTimestamp, ast.endTimestamp]) {
    if (stamp !== null && !properties.some((p) => p.name === stamp)) {
      fail('UNKNOWN_PROPERTY', `'${ast.typeName}' has no property '${stamp}'`, ast.position);
    }
  }
  const eventType: EventType = freeze({
    name: ast.typeName,
    supertypes: freeze([...ast.inherits]),
    properties: freeze(properties),
    startTimestamp: ast.startTimestamp ?? undefined,
    endTimestamp: ast.endTimestamp ?? undefined,
  });
  return { eventType, variantOf: null };
}

function declared(name: string, position: Position, catalog: Catalog): EventType {
  const type = catalog.eventType(name);
  if (type !== undefined) return type;
  return fail(
    'UNKNOWN_STREAM',
    `unknown event type '${name}'`,
    position,
    didYouMeanHint(name, catalog.eventTypeNames()),
  );
}

const SCALARS = ['string', 'int', 'integer', 'long', 'float', 'double', 'boolean', 'map', 'object'];

/** Refuses names of types that nobody declared. */
export function requireDeclarable(type: ValueType, written: string, position: Position, catalog: Catalog): void {
  const inner = type.kind === 'array' ? type.of : type;
  if (inner.kind === 'array') return requireDeclarable(inner, written, position, catalog);
  if (inner.kind !== 'event' || catalog.eventType(inner.typeName) !== undefined) return;
  const hint = didYouMeanHint(written, [...SCALARS, ...catalog.eventTypeNames()]);
  fail('TYPE_MISMATCH', `unknown type '${written}'`, position, hint);
}

/** `create variant schema V as *`: any event; its properties are known at run time (Esper reference §5.10.3). */
const ANY_TYPE: readonly string[] = freeze(['*']);

/** The properties that all members have, in the type that holds all of theirs. */
function variantSchema(ast: AstCreateSchema, catalog: Catalog): CheckedSchema {
  if (ast.as.includes('*')) {
    const any: EventType = { name: ast.typeName, supertypes: freeze([]), properties: freeze([]), variantOf: ANY_TYPE };
    return { eventType: freeze(any), variantOf: ANY_TYPE };
  }
  const members = ast.as.map((name) => declared(name, ast.position, catalog));
  const [first, ...others] = members;
  if (first === undefined)
    return fail('INVALID_STATEMENT', 'a variant schema names its member types', ast.position, 'write as A, B');
  const properties = first.properties.flatMap((p): Property[] => {
    let type: ValueType = p.type;
    for (const other of others) {
      const same = other.properties.find((q) => q.name === p.name);
      if (same === undefined) return [];
      type = commonType(type, same.type) ?? OBJECT;
    }
    return [freeze({ name: p.name, type })];
  });
  const eventType: EventType = freeze({
    name: ast.typeName,
    supertypes: freeze([]),
    properties: freeze(properties),
    variantOf: freeze([...ast.as]),
  });
  return { eventType, variantOf: freeze([...ast.as]) };
}
