/**
 * `@XMLSchema(rootElementName='disk') @XMLSchemaField(name='used', xpath='/disk/@used', type='number')
 * create xml schema Disk()` (Esper reference §3.9): properties are the fields; the paths go to where documents are parsed.
 * Not there: schemas of W3C (schemaResource, schemaText), properties that no field maps, fields of type node.
 */
import type { AstAnnotation, AstAnnotationValue, AstCreateSchema } from '../model/ast.ts';
import type { EventType } from '../model/event-type.ts';
import { arrayOf, BOOLEAN, DOUBLE, STRING, type ValueType } from '../model/value.ts';
import type { XmlField } from '../model/xml-mapping.ts';
import { didYouMeanHint } from './names.ts';
import { fail } from './scope.ts';
import { namedType } from './typing.ts';

const freeze = Object.freeze;

/** Fields of one schema. */
const MAX_FIELDS = 1_000;

const SCHEMA_ATTRIBUTES = [
  'rootElementName',
  'rootElementNamespace',
  'defaultNamespace',
  'eventSenderValidatesRoot',
  'xpathPropertyExpr',
  'xpathResolvePropertiesAbsolute',
  'autoFragment',
];
const W3C_ATTRIBUTES = ['schemaResource', 'schemaText', 'xpathFunctionResolver', 'xpathVariableResolver'];
const FIELD_ATTRIBUTES = ['name', 'xpath', 'type', 'castToType'];

export function checkXmlSchema(ast: AstCreateSchema): EventType {
  if (ast.columns.length > 0 || ast.inherits.length > 0 || ast.copyFrom.length > 0 || ast.as.length > 0) {
    fail(
      'INVALID_STATEMENT',
      'an xml schema declares its properties by @XMLSchemaField',
      ast.position,
      'write create xml schema X()',
    );
  }
  const schema = ast.annotations.find((a) => a.name.toLowerCase() === 'xmlschema');
  const where = schema?.position ?? ast.position;
  for (const { name } of schema?.attributes ?? []) {
    if (W3C_ATTRIBUTES.includes(name))
      fail('NOT_SUPPORTED', `${name} of @XMLSchema is not there`, where, 'name the properties by @XMLSchemaField');
    if (!SCHEMA_ATTRIBUTES.includes(name))
      fail(
        'INVALID_STATEMENT',
        `@XMLSchema has no attribute '${name}'`,
        where,
        didYouMeanHint(name, SCHEMA_ATTRIBUTES),
      );
  }
  const root = schema === undefined ? null : textOf(schema, 'rootElementName');
  if (root === null || root === '') {
    return fail(
      'INVALID_STATEMENT',
      'an xml schema names its root element',
      where,
      "write @XMLSchema(rootElementName='…') before it",
    );
  }
  const fields = ast.annotations.filter((a) => a.name.toLowerCase() === 'xmlschemafield').map(fieldOf);
  if (fields.length === 0 || fields.length > MAX_FIELDS) {
    fail(
      'INVALID_STATEMENT',
      `an xml schema has 1 to ${MAX_FIELDS} fields, not ${fields.length}`,
      where,
      "write @XMLSchemaField(name='…', xpath='…', type='string')",
    );
  }
  for (const [i, field] of fields.entries()) {
    if (fields.slice(0, i).some((f) => f.name === field.name))
      fail('DUPLICATE_NAME', `property '${field.name}' is declared twice`, where);
  }
  return freeze({
    name: ast.typeName,
    supertypes: freeze([]),
    properties: freeze(fields.map(({ name, type }) => freeze({ name, type }))),
    startTimestamp: ast.startTimestamp ?? undefined,
    endTimestamp: ast.endTimestamp ?? undefined,
    xml: freeze({ root, fields: freeze(fields) }),
  });
}

function fieldOf(annotation: AstAnnotation): XmlField {
  for (const { name } of annotation.attributes) {
    if (name === 'eventTypeName')
      fail('NOT_SUPPORTED', 'eventTypeName of @XMLSchemaField is not there', annotation.position);
    if (!FIELD_ATTRIBUTES.includes(name))
      fail(
        'INVALID_STATEMENT',
        `@XMLSchemaField has no attribute '${name}'`,
        annotation.position,
        didYouMeanHint(name, FIELD_ATTRIBUTES),
      );
  }
  const [name, path] = [textOf(annotation, 'name'), textOf(annotation, 'xpath')];
  if (name === null || path === null || name === '' || path === '') {
    return fail('INVALID_STATEMENT', '@XMLSchemaField needs a name and an xpath', annotation.position);
  }
  const declared = textOf(annotation, 'type')?.toLowerCase() ?? '';
  const cast = textOf(annotation, 'castToType');
  const type = cast === null ? typeOf(declared, annotation) : castType(cast, annotation);
  if (cast !== null) typeOf(declared, annotation);
  return freeze({ name, path, type, existence: declared === 'boolean' && cast === null });
}

const TYPES: ReadonlyMap<string, ValueType> = new Map([
  ['string', STRING],
  ['number', DOUBLE],
  ['boolean', BOOLEAN],
  ['nodeset', arrayOf(STRING)],
]);

function typeOf(declared: string, { position }: AstAnnotation): ValueType {
  if (declared === 'node')
    return fail('NOT_SUPPORTED', 'a field of type node is not there', position, 'map its parts, each by a field');
  const type = TYPES.get(declared);
  return (
    type ??
    fail('INVALID_STATEMENT', `'${declared}' is no type of a field`, position, 'string, number, boolean or nodeset')
  );
}

function castType(name: string, { position }: AstAnnotation): ValueType {
  const type = namedType(name);
  const inner = type.kind === 'array' ? type.of : type;
  if (['string', 'int', 'long', 'float', 'double', 'boolean'].includes(inner.kind)) return type;
  return fail(
    'INVALID_STATEMENT',
    `a field cannot be cast to '${name}'`,
    position,
    'string, int, long, float, double, boolean, or one of these with []',
  );
}

function textOf(annotation: AstAnnotation, name: string): string | null {
  const value: AstAnnotationValue = annotation.attributes.find((a) => a.name === name)?.value ?? null;
  if (value === null || typeof value === 'string') return value;
  return fail('INVALID_STATEMENT', `${name} of @${annotation.name} is a text`, annotation.position);
}
