/** Reads the payload of payload.ts: for clients, `pqa query watch` and tests. Bytes from elsewhere: everything is checked. */
import type { CauseKey, Phase } from '../model/cause-key.ts';
import { CodedError } from '../model/errors.ts';
import type { Coverage, CoverageState } from '../model/trigger.ts';
import type { Value } from '../model/value.ts';
import { MAX_PAYLOAD_BYTES, TRIGGER_NAMESPACE } from './payload.ts';
import { isNestedWithin, MAX_XML_DEPTH, parseXml, unescapeText } from './xml-text.ts';
import type { Element } from '@xmpp/xml';

/** A trigger as a client sees it: types of columns are texts, nested events are maps. */
export interface ReceivedTrigger {
  readonly itemId: string;
  readonly queryId: string;
  readonly owner: string;
  readonly statement: string;
  readonly key: CauseKey;
  readonly eventTimeMs: number;
  readonly createdMs: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Values in the order of `columns`. */
  readonly insert: readonly (readonly Value[])[];
  readonly remove: readonly (readonly Value[])[];
  readonly coverage: readonly Coverage[];
  readonly gap: boolean;
  /** Rows that the agent left out for size; null if it left out none. */
  readonly omitted: { readonly insert: number; readonly remove: number } | null;
}

/** Longest text read, in UTF-16 units: other programs write the same payload longer, with a prefix on each name. */
export const MAX_READ_LENGTH = 2 * MAX_PAYLOAD_BYTES;

/** Throws `REQUEST_MALFORMED` or `REQUEST_TOO_LARGE`. */
export function parseTrigger(xml: string): ReceivedTrigger {
  return readTrigger(parseXml(xml, MAX_READ_LENGTH));
}

/** Throws `REQUEST_MALFORMED` if `root` is not a trigger. */
export function readTrigger(root: Element): ReceivedTrigger {
  if (!isNestedWithin(root)) throw malformed(`it nests deeper than ${MAX_XML_DEPTH} elements`);
  if (!root.is('trigger', TRIGGER_NAMESPACE)) {
    throw malformed(`the root is <${root.getName()}/> of namespace '${root.getNS() ?? ''}'`);
  }
  const columns = child(root, 'columns')
    .getChildren('column')
    .map((c) => ({ name: attribute(c, 'name'), type: attribute(c, 'type') }));
  const rows = (name: string): readonly (readonly Value[])[] =>
    child(root, name)
      .getChildren('row')
      .map((row) => readRow(row, columns.length));
  const omitted = root.getChild('omitted', TRIGGER_NAMESPACE);
  return {
    itemId: attribute(root, 'item'),
    queryId: attribute(root, 'query'),
    owner: attribute(root, 'owner'),
    statement: attribute(root, 'statement'),
    key: readCause(child(root, 'cause')),
    eventTimeMs: numberAttribute(child(root, 'eventTime'), 'ms'),
    createdMs: numberAttribute(child(root, 'created'), 'ms'),
    columns,
    insert: rows('insert'),
    remove: rows('remove'),
    coverage: child(root, 'coverage').getChildren('domain').map(readCoverage),
    gap: attribute(root, 'gap') === 'true',
    omitted:
      omitted === undefined
        ? null
        : { insert: numberAttribute(omitted, 'insert'), remove: numberAttribute(omitted, 'remove') },
  };
}

function readRow(row: Element, width: number): readonly Value[] {
  const values = row.getChildren('column').map(readValue);
  if (values.length !== width) throw malformed(`a row has ${values.length} columns, <columns/> has ${width}`);
  return values;
}

/** The number of XML Schema: decimal or exponent form, NaN, INF, -INF. */
export function parseNumberText(text: string): number {
  if (text === 'NaN') return NaN;
  if (text === 'INF') return Infinity;
  if (text === '-INF') return -Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw malformed(`'${text.slice(0, 40)}' is not a number`);
  return Number(text);
}

function readValue(element: Element): Value {
  const kind = attribute(element, 'kind');
  const text = element.text();
  switch (kind) {
    case 'null':
      return null;
    case 'boolean':
      return text === 'true';
    case 'number':
      return parseNumberText(text);
    case 'string':
      return element.attrs['escaped'] === 'true' ? unescapeText(text) : text;
    case 'array':
      return element.getChildren('item').map(readValue);
    case 'map':
    case 'event':
      return Object.fromEntries(element.getChildren('member').map((m) => [attribute(m, 'name'), readValue(m)]));
    default:
      throw malformed(`unknown kind of value '${kind.slice(0, 40)}'`);
  }
}

function readCause(element: Element): CauseKey {
  const path = attribute(element, 'path');
  return {
    timestampMs: numberAttribute(element, 'timestampMs'),
    phase: readPhase(attribute(element, 'phase')),
    domain: attribute(element, 'domain'),
    seq: numberAttribute(element, 'seq'),
    path: path === '' ? [] : path.split('.').map(parseNumberText),
  };
}

function readPhase(text: string): Phase {
  if (text === '0') return 0;
  if (text === '1') return 1;
  if (text === '2') return 2;
  throw malformed(`unknown phase '${text.slice(0, 40)}'`);
}

function readCoverage(element: Element): Coverage {
  return {
    domain: attribute(element, 'name'),
    watermarkMs: numberAttribute(element, 'watermarkMs'),
    state: readState(attribute(element, 'state')),
    completeFromMs: numberAttribute(element, 'completeFromMs'),
  };
}

function readState(text: string): CoverageState {
  if (text === 'live' || text === 'stale' || text === 'silent' || text === 'refilling') return text;
  throw malformed(`unknown coverage state '${text.slice(0, 40)}'`);
}

function child(parent: Element, name: string): Element {
  const found = parent.getChild(name, TRIGGER_NAMESPACE);
  if (found === undefined) throw malformed(`<${parent.getName()}/> lacks <${name}/>`);
  return found;
}

function attribute(element: Element, name: string): string {
  const value = element.attrs[name];
  if (value === undefined) throw malformed(`<${element.getName()}/> lacks the attribute ${name}`);
  return value;
}

function numberAttribute(element: Element, name: string): number {
  return parseNumberText(attribute(element, name));
}

function malformed(why: string): CodedError {
  return new CodedError('REQUEST_MALFORMED', `not a trigger: ${why}`);
}
