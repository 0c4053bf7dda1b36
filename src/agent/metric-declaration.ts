/** What a metric declares: its checks, its form in the store, and searching it. */
import { CodedError } from '../model/errors.ts';
import { parseType, stringifyType, type ValueType } from '../model/value.ts';
import type { PropertyDeclaration } from '../ports/registry.ts';
import type { Json } from '../ports/store.ts';
import type { XmlDocumentReader } from '../sources/xml-document.ts';
import { readXmlSchema } from './xml-schema.ts';

/** Longest name of a metric or property in UTF-16 units. */
export const MAX_NAME_LENGTH = 128;
/** Properties of one metric. */
export const MAX_PROPERTIES = 1_000;
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const TYPES = 'string, int, long, float, double, boolean, map, or one of these followed by []';

/** What a metric without declared properties is (the paper's measurement). */
export const PAPER_PROPERTIES: readonly PropertyDeclaration[] = [
  { name: 'metricName', type: 'string', description: 'What was measured.' },
  { name: 'metricValue', type: 'double', description: 'The value.' },
  {
    name: 'timestamp',
    type: 'long',
    unit: 'ms',
    description: 'When it was measured; the time of ingestion if left out.',
  },
];

export interface Metric {
  readonly name: string;
  readonly description: string;
  /** As declared, types in canonical spelling; without `domain`, which the agent adds to every type. */
  readonly properties: readonly PropertyDeclaration[];
  readonly types: ReadonlyMap<string, ValueType>;
  /** True if it was declared without properties: `timestamp` has a default. */
  readonly paper: boolean;
  /** Text of the `create xml schema` by which it was declared, and what reads its documents. */
  readonly schema?: string | undefined;
  readonly documents?: XmlDocumentReader | undefined;
}

export interface Declaration {
  readonly name: string;
  readonly description: string;
  readonly properties: readonly PropertyDeclaration[];
  /** In place of properties: `create xml schema`; events are then XML documents. */
  readonly schema?: string | undefined;
}

export interface MetricSearch {
  /** In a name or description, capitals aside. */
  readonly match?: string | undefined;
  /** A property has this unit. */
  readonly unit?: string | undefined;
}

/** Also for metrics of other domains. */
export function matchesSearch(metric: Declaration, search: MetricSearch): boolean {
  const { match, unit } = search;
  if (unit !== undefined && !metric.properties.some((p) => p.unit === unit)) return false;
  if (match === undefined) return true;
  const texts = [metric.name, metric.description, ...metric.properties.flatMap((p) => [p.name, p.description ?? ''])];
  return texts.some((text) => text.toLowerCase().includes(match.toLowerCase()));
}

/** Throws `INVALID_METRIC`, and what the text of a schema has wrong. */
export function checkDeclaration({ name, description, properties, schema }: Declaration): Metric {
  if (schema !== undefined) {
    if (properties.length > 0)
      throw new CodedError('INVALID_METRIC', `metric '${name}' is declared by properties and by a schema`, {
        hint: 'give one of them',
      });
    const { fields, documents } = readXmlSchema(name, schema);
    return { ...checkDeclaration({ name, description, properties: fields }), schema, documents };
  }
  checkName(name, 'metric');
  if (properties.length > MAX_PROPERTIES) {
    throw new CodedError('INVALID_METRIC', `metric '${name}' has ${properties.length} properties`, {
      hint: `at most ${MAX_PROPERTIES}`,
    });
  }
  const paper = properties.length === 0;
  const types = new Map<string, ValueType>();
  const canonical = (paper ? PAPER_PROPERTIES : properties).map((property): PropertyDeclaration => {
    checkName(property.name, 'property');
    if (property.name === 'domain') {
      throw new CodedError('INVALID_METRIC', "a metric cannot declare the property 'domain'", {
        hint: 'every event has it already: leave it out',
      });
    }
    if (types.has(property.name))
      throw new CodedError('INVALID_METRIC', `property '${property.name}' is declared twice`);
    const type = parseType(property.type);
    if (!isDeclarable(type)) {
      throw new CodedError(
        'INVALID_METRIC',
        `property '${property.name}' has the unknown type '${property.type.slice(0, 80)}'`,
        {
          hint: `use ${TYPES}`,
        },
      );
    }
    types.set(property.name, type);
    const { unit, description: text } = property;
    return {
      name: property.name,
      type: stringifyType(type),
      ...(unit === undefined || unit === '' ? {} : { unit }),
      ...(text === undefined || text === '' ? {} : { description: text }),
    };
  });
  return { name, description, properties: canonical, types, paper };
}

function checkName(name: string, what: string): void {
  if (name.length <= MAX_NAME_LENGTH && IDENTIFIER.test(name)) return;
  throw new CodedError('INVALID_METRIC', `'${name.slice(0, 80)}' cannot name a ${what}`, {
    hint: `letters, digits, _ and $, at most ${MAX_NAME_LENGTH}, not beginning with a digit`,
  });
}

function isDeclarable(type: ValueType): boolean {
  if (type.kind === 'array') return type.of.kind !== 'array' && type.of.kind !== 'map' && isDeclarable(type.of);
  return ['string', 'int', 'long', 'float', 'double', 'boolean', 'map'].includes(type.kind);
}

export function toDocument(metric: Metric): Json {
  return {
    name: metric.name,
    description: metric.description,
    paper: metric.paper,
    ...(metric.schema === undefined ? {} : { schema: metric.schema }),
    properties: metric.properties.map((p) => ({ ...p })),
  };
}

/** A document that we wrote; checked again, since a type may have changed its meaning with the version. */
export function readDocument(document: Json): Metric {
  const { name, description, paper, properties, schema } = asStruct(document);
  const list = Array.isArray(properties) ? properties.map(asStruct) : [];
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);
  return checkDeclaration({
    name: text(name) ?? '',
    description: text(description) ?? '',
    schema: text(schema),
    properties:
      paper === true || schema !== undefined
        ? []
        : list.map((p) => ({
            name: text(p['name']) ?? '',
            type: text(p['type']) ?? '',
            unit: text(p['unit']),
            description: text(p['description']),
          })),
  });
}

function asStruct(document: Json): { readonly [member: string]: Json | undefined } {
  const isStruct = typeof document === 'object' && document !== null && !Array.isArray(document);
  if (!isStruct) throw new CodedError('STORE_FAILED', 'a stored metric cannot be read');
  return Object.fromEntries(Object.entries(document));
}
