/**
 * Maps payloads of pubsub items to measurements by configured paths.
 *
 * In XML a path is that of `xml-path.ts`, from the payload's element: `node/@name`, `node[2]/load`, `.`; the value is its
 * text. In JSON it is a list of steps joined by `/`, each a member or an index. A path relative to `rows` yields one measurement per match. Values become what the property's declared type says and nothing else: a text that
 * is no number is malformed, never NaN.
 */
import type { Element } from '@xmpp/xml';
import { CodedError } from '../model/errors.ts';
import type { PropertyDeclaration } from '../ports/registry.ts';
import { findNodes, parseXmlPath, textOf, type XmlMatch } from './xml-path.ts';

export interface ItemMapping {
  readonly format: 'xml' | 'json';
  /** Path of the parts that become measurements. @default the payload itself */
  readonly rows?: string | undefined;
  /** Path by property. What a path does not find is null; a part in which no path finds anything is malformed. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Measurements of one item: a payload is at most a stanza. */
export const MAX_ROWS_PER_ITEM = 10_000;

/** XEP-0335. */
const NS_JSON = 'urn:xmpp:json:0';

export type MappedRow = Readonly<Record<string, unknown>>;

/** Reads a payload. Throws `INVALID_EVENT` for one that does not fit the mapping. */
export function mapPayload(
  payload: Element,
  mapping: ItemMapping,
  properties: readonly PropertyDeclaration[],
): readonly MappedRow[] {
  const nodes: readonly PathNode[] =
    mapping.format === 'xml' ? [{ kind: 'xml', match: payload }] : [{ kind: 'json', value: readJson(payload) }];
  const rows = mapping.rows === undefined ? nodes : nodes.flatMap((node) => findAll(node, mapping.rows ?? ''));
  if (rows.length > MAX_ROWS_PER_ITEM) throw malformed(`more than ${MAX_ROWS_PER_ITEM} measurements in one item`);
  if (rows.length === 0) throw malformed(`nothing at '${mapping.rows ?? ''}'`);
  return rows.map((row) => mapRow(row, mapping, properties));
}

type PathNode = { readonly kind: 'xml'; readonly match: XmlMatch } | { readonly kind: 'json'; readonly value: unknown };

function mapRow(row: PathNode, mapping: ItemMapping, properties: readonly PropertyDeclaration[]): MappedRow {
  const values: [string, unknown][] = [];
  let found = 0;
  for (const { name, type } of properties) {
    const path = mapping.fields[name];
    const matches = path === undefined ? [] : findAll(row, path);
    found += matches.length;
    const isList = type.endsWith('[]');
    const item = isList ? type.slice(0, -2) : type;
    const list = matches.flatMap((match) => (isList ? listOf(match) : [valueOf(match)]));
    const typed = list.map((value) => convert(name, item, value));
    values.push([name, isList ? typed : (typed[0] ?? null)]);
  }
  if (found === 0) throw malformed('none of the configured paths finds anything');
  return Object.fromEntries(values);
}

function findAll(start: PathNode, path: string): readonly PathNode[] {
  if (start.kind === 'xml') {
    if (typeof start.match === 'string') return [];
    // Paths begin at the element, with or without a slash.
    const relative = path.replace(/^\/(?!\/)/, '');
    return findNodes(start.match, parseXmlPath(relative === '' ? '.' : relative)).map((match) => ({
      kind: 'xml',
      match,
    }));
  }
  let values: readonly unknown[] = [start.value];
  for (const step of path.split('/')) {
    if (step === '.' || step === '') continue;
    values = values.flatMap((value) => stepInto(value, step));
  }
  return values.map((value) => ({ kind: 'json', value }));
}

function stepInto(value: unknown, step: string): readonly unknown[] {
  if (step === '*' && Array.isArray(value)) return value.map((item: unknown) => item);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return [];
  return [new Map<string, unknown>(Object.entries(value)).get(step)];
}

function valueOf(node: PathNode): unknown {
  if (node.kind === 'json') return node.value;
  return typeof node.match === 'string' ? node.match : textOf(node.match).trim();
}

function listOf(node: PathNode): readonly unknown[] {
  const value = valueOf(node);
  return Array.isArray(value) ? value : [value];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function convert(name: string, type: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'string':
      if (typeof value === 'string') return value;
      if (typeof value === 'number' || typeof value === 'boolean') return String(value);
      throw malformed(`'${name}' is not a text`);
    case 'boolean':
      if (value === true || value === 'true' || value === '1') return true;
      if (value === false || value === 'false' || value === '0') return false;
      throw malformed(`'${name}' is neither true nor false: ${shorten(value)}`);
    case 'int':
    case 'long':
    case 'float':
    case 'double': {
      const isText = typeof value === 'string' && NUMBER.test(value);
      const number = isText ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isFinite(number))
        throw malformed(`'${name}' is not a number: ${shorten(value)}`);
      return number;
    }
    default:
      return value;
  }
}

function readJson(payload: Element): unknown {
  const container = payload.is('json', NS_JSON) ? payload : payload.getChild('json', NS_JSON);
  try {
    return JSON.parse((container ?? payload).text());
  } catch (error) {
    throw malformed('the payload is not JSON', error);
  }
}

function shorten(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 40);
}

function malformed(why: string, cause?: unknown): CodedError {
  return new CodedError('INVALID_EVENT', `the item does not fit its mapping: ${why}`, { cause });
}
