/**
 * Paths into XML: the part of XPath 1.0 that maps documents to values. Steps `a`, `*`, `.`, `@b`, `@*`, `text()`, from the
 * document (`/a`), from where one stands (`a`), at any depth (`//a`); predicates `[2]`, `[last()]`, `[@b='x']`, `[a='x']`,
 * `[@b]`, `[a]`. Prefixes do not count: names are compared without.
 *
 * A path costs at most steps × nodes; `//` and `*` are bounded by {@link MAX_MATCHES}.
 */
import { CodedError } from '../model/errors.ts';

/** An element; `@xmpp/xml`'s fit as they are. */
export interface XmlNode {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly (XmlNode | string)[];
}

/** What a path finds: elements, and texts of attributes and `text()`. */
export type XmlMatch = XmlNode | string;

interface Predicate {
  readonly position: number | 'last' | null;
  /** Name of an attribute (`@b`) or a child; null for a position. */
  readonly of: string | null;
  readonly equals: string | null;
}

interface Step {
  readonly deep: boolean;
  readonly test: string;
  readonly predicates: readonly Predicate[];
}

export interface XmlPath {
  readonly absolute: boolean;
  readonly steps: readonly Step[];
}

/** Longest path, UTF-16 units. */
const MAX_PATH = 1_000;
/** Nodes that a step may find. */
export const MAX_MATCHES = 100_000;

const NAME = String.raw`[\p{L}_][\p{L}\p{N}_.\-]*`;
const STEP = new RegExp(
  String.raw`(//?|^)(\.|@?\*|text\(\)|@?(?:${NAME}:)?${NAME})((?:\[(?:[^\]'"]|'[^']*'|"[^"]*")*\])*)`,
  'uy',
);
const PREDICATE = /\[((?:[^\]'"]|'[^']*'|"[^"]*")*)\]/g;
const COMPARED = new RegExp(String.raw`^(@?(?:${NAME}:)?${NAME})\s*(?:=\s*(?:'([^']*)'|"([^"]*)"))?$`, 'u');

/** Throws `INVALID_METRIC` for what is no path, or none of the part that is read. */
export function parseXmlPath(text: string): XmlPath {
  const trimmed = text.trim();
  if (trimmed.length > MAX_PATH || trimmed === '') throw unreadable(text);
  const steps: Step[] = [];
  let at = 0;
  while (at < trimmed.length) {
    STEP.lastIndex = at;
    const [all, separator = '', test = '', predicates = ''] = STEP.exec(trimmed) ?? [];
    if (all === undefined || all === '' || (at > 0 && separator === '')) throw unreadable(text);
    steps.push({
      deep: separator === '//',
      test: localName(test),
      predicates: [...predicates.matchAll(PREDICATE)].map(([, inner = '']) => predicateOf(inner.trim(), text)),
    });
    at += all.length;
  }
  return { absolute: trimmed.startsWith('/'), steps };
}

function predicateOf(inner: string, path: string): Predicate {
  if (/^[1-9]\d{0,6}$/.test(inner)) return { position: Number(inner), of: null, equals: null };
  if (inner === 'last()') return { position: 'last', of: null, equals: null };
  const [, of, single, double] = COMPARED.exec(inner) ?? [];
  if (of === undefined) throw unreadable(path);
  return { position: null, of: localName(of), equals: single ?? double ?? null };
}

function unreadable(path: string): CodedError {
  return new CodedError('INVALID_METRIC', `'${path.slice(0, 80)}' is no path that is read`, {
    hint: "steps a, *, ., @b, text() joined by / or //, with [2], [last()], [@b='x'] or [a='x']",
  });
}

function localName(name: string): string {
  const isAttribute = name.startsWith('@');
  const plain = name.slice(name.indexOf(':') + 1);
  return isAttribute && !plain.startsWith('@') ? `@${plain}` : plain;
}

/** In document order. `root`: the root element; a path that does not begin with `/` begins at it. */
export function findNodes(root: XmlNode, path: XmlPath): readonly XmlMatch[] {
  const document: XmlNode = { name: '', attrs: {}, children: [root] };
  let nodes: readonly XmlMatch[] = [path.absolute ? document : root];
  for (const step of path.steps) {
    const next: XmlMatch[] = [];
    for (const node of nodes) {
      if (typeof node === 'string') continue;
      for (const from of step.deep ? withDescendants(node) : [node]) {
        for (const match of selected(stepFrom(from, step.test), step.predicates)) next.push(match);
        if (next.length > MAX_MATCHES) {
          throw new CodedError('INVALID_EVENT', `a path finds more than ${MAX_MATCHES} nodes of the document`);
        }
      }
    }
    nodes = next;
  }
  return nodes;
}

function withDescendants(node: XmlNode): readonly XmlNode[] {
  const all: XmlNode[] = [];
  const open: XmlNode[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    all.push(next);
    for (const child of next.children.toReversed()) if (typeof child !== 'string') open.push(child);
  }
  return all;
}

function stepFrom(node: XmlNode, test: string): readonly XmlMatch[] {
  if (test === '.') return [node];
  if (test === 'text()') return node.children.filter((c) => typeof c === 'string');
  if (test.startsWith('@')) {
    const wanted = test.slice(1);
    return Object.entries(node.attrs).flatMap(([name, value]) =>
      (wanted === '*' && !/^xmlns(?::|$)/.test(name)) || localName(name) === wanted ? [value] : [],
    );
  }
  return node.children.filter((c) => typeof c !== 'string' && (test === '*' || localName(c.name) === test));
}

function selected(found: readonly XmlMatch[], predicates: readonly Predicate[]): readonly XmlMatch[] {
  let matches = found;
  for (const { position, of, equals } of predicates) {
    if (position !== null) {
      const match = matches.at(position === 'last' ? -1 : position - 1);
      matches = match === undefined ? [] : [match];
      continue;
    }
    matches = matches.filter(
      (m) =>
        typeof m !== 'string' && stepFrom(m, of ?? '').some((value) => equals === null || textOf(value) === equals),
    );
  }
  return matches;
}

/** XPath's string-value: all text below, in order. */
export function textOf(match: XmlMatch): string {
  if (typeof match === 'string') return match;
  const parts: string[] = [];
  const open: XmlMatch[] = [match];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') parts.push(next);
    else for (const child of next.children.toReversed()) open.push(child);
  }
  return parts.join('');
}
