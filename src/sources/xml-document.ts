/**
 * XML documents as events: text → elements → the values of the mapped properties (`model/xml-mapping.ts`).
 *
 * Documents come from outside: their size, depth and number of nodes are bounded; a document type declaration is refused,
 * so there are no entities but XML's own five and characters by number, and nothing is ever fetched.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { CodedError } from '../model/errors.ts';
import type { ValueType } from '../model/value.ts';
import type { XmlMapping } from '../model/xml-mapping.ts';
import { findNodes, parseXmlPath, textOf, type XmlMatch, type XmlNode, type XmlPath } from './xml-path.ts';

/** Longest document, UTF-16 units: a measurement is some kilobytes. */
export const MAX_DOCUMENT_LENGTH = 1_000_000;
/** Deepest nesting. */
export const MAX_DOCUMENT_DEPTH = 64;
/** Elements and texts of one document. */
export const MAX_DOCUMENT_NODES = 100_000;

const PARSER = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  // With a prefix no attribute is taken for a member that every object has.
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  trimValues: false,
  onDangerousProperty: (name) => name,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/** The root element. Throws `INVALID_EVENT`. */
export function parseDocument(text: string): XmlNode {
  if (text.length > MAX_DOCUMENT_LENGTH) {
    throw malformed(`${text.length} characters`, `at most ${MAX_DOCUMENT_LENGTH}`);
  }
  if (/<!DOCTYPE/i.test(text)) throw malformed('a document type declaration', 'leave it out');
  if (depthOf(text) > MAX_DOCUMENT_DEPTH) throw malformed('too deep a nesting', `at most ${MAX_DOCUMENT_DEPTH} levels`);
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw malformed(`${valid.err.msg} (line ${valid.err.line})`, 'send a well-formed document');
  let parsed: unknown;
  try {
    parsed = PARSER.parse(text);
  } catch (cause) {
    throw new CodedError('INVALID_EVENT', 'the document is not XML', { cause });
  }
  const budget = { nodes: MAX_DOCUMENT_NODES };
  const [root, more] = nodesOf(parsed, budget).filter((n) => typeof n !== 'string');
  if (root === undefined || typeof root === 'string' || more !== undefined) throw malformed('no single root element');
  return root;
}

/** Greatest number of elements open at once, by counting tags: it bounds recursion before anything recurses. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [tag] of text.matchAll(/<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<(?:[^<>"']|"[^"]*"|'[^']*')*>/g)) {
    if (tag.startsWith('<!') || tag.startsWith('<?')) continue;
    if (tag.startsWith('</')) depth--;
    else if (!tag.endsWith('/>')) deepest = Math.max(deepest, ++depth);
  }
  return deepest;
}

/** The parser's ordered form: `[{name: [children], ':@': {attributes}}, {'#text': text}]`. */
function nodesOf(list: unknown, budget: { nodes: number }): readonly XmlMatch[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown): readonly XmlMatch[] => {
    if (--budget.nodes < 0) throw malformed('too many nodes', `at most ${MAX_DOCUMENT_NODES}`);
    if (typeof item !== 'object' || item === null) return [];
    const members = Object.entries(item);
    const named = members.find(([name]) => name !== ':@');
    if (named === undefined) return [];
    const [name, value] = named;
    if (name === '#text') return [decoded(String(value))];
    const attributes = members.find(([member]) => member === ':@')?.[1] ?? {};
    const attrs = Object.fromEntries(
      Object.entries(Object(attributes)).map(([n, v]) => [n.slice(1), decoded(String(v))]),
    );
    return [{ name, attrs, children: nodesOf(value, budget) }];
  });
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([^;&\s]{1,32}));/g, (all, decimal, hex, name) => {
    const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    if (name === undefined && point <= 0x10_ff_ff) return String.fromCodePoint(point);
    const known = ENTITIES.get(String(name));
    if (known === undefined) throw malformed(`the entity ${all}`, 'only lt, gt, amp, quot, apos and numbers');
    return known;
  });
}

interface FieldReader {
  readonly name: string;
  readonly type: ValueType;
  readonly existence: boolean;
  /** `count(path)`. */
  readonly count: boolean;
  readonly path: XmlPath;
}

/** Reads documents of one type. Throws `INVALID_METRIC` for a path that is none. */
export class XmlDocumentReader {
  readonly #root: string;
  readonly #fields: readonly FieldReader[];

  constructor(mapping: XmlMapping) {
    this.#root = mapping.root;
    this.#fields = mapping.fields.map(({ name, path, type, existence }) => {
      const [, counted] = /^\s*count\((.*)\)\s*$/.exec(path) ?? [];
      return { name, type, existence, count: counted !== undefined, path: parseXmlPath(counted ?? path) };
    });
  }

  /** The values by property, typed; what a path does not find is null. Throws `INVALID_EVENT`. */
  read(document: string): Readonly<Record<string, unknown>> {
    const root = parseDocument(document);
    const name = root.name.slice(root.name.indexOf(':') + 1);
    if (name !== this.#root) throw malformed(`the root element '${name.slice(0, 80)}'`, `it must be '${this.#root}'`);
    return Object.fromEntries(this.#fields.map((field) => [field.name, valueOf(field, findNodes(root, field.path))]));
  }
}

function valueOf(field: FieldReader, matches: readonly XmlMatch[]): unknown {
  if (field.count) return converted(field.name, field.type, String(matches.length));
  if (field.existence) return matches.length > 0;
  const { type } = field;
  if (type.kind === 'array') return matches.map((m) => converted(field.name, type.of, textOf(m)));
  const [first] = matches;
  return first === undefined ? null : converted(field.name, type, textOf(first));
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function converted(name: string, type: ValueType, text: string): unknown {
  const trimmed = text.trim();
  switch (type.kind) {
    case 'boolean':
      if (trimmed === 'true' || trimmed === '1') return true;
      if (trimmed === 'false' || trimmed === '0') return false;
      throw malformed(`'${trimmed.slice(0, 40)}' for '${name}', which is neither true nor false`);
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      if (NUMBER.test(trimmed)) return Number(trimmed);
      throw malformed(`'${trimmed.slice(0, 40)}' for '${name}', which is not a number`);
    default:
      return text;
  }
}

function malformed(what: string, hint?: string): CodedError {
  return new CodedError('INVALID_EVENT', `the XML document has ${what}`, { hint });
}
