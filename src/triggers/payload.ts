/**
 * A trigger as the payload of one pubsub item: XML by proto/trigger.xsd with the same as JSON in it (DESIGN §8).
 *
 * XEP-0060 §7.1 allows one payload element per item, so the JSON container of XEP-0335 is the last child of `<trigger/>`.
 * Rows have one element per column. `kind` says what a value is (null, boolean, number, string, array, map, event);
 * the column's declared type stands once, in `<columns/>`. Numbers are written in the shortest form that reads back
 * equal, with NaN, INF and -INF as in XML Schema; strings that XML cannot carry are escaped (see xml-text.ts).
 */
import { stringifyKey, type CauseKey } from '../model/cause-key.ts';
import { CodedError } from '../model/errors.ts';
import type { Coverage, Trigger, TriggerRow } from '../model/trigger.ts';
import { stringifyType, type Value } from '../model/value.ts';
import { isArrayValue, isEvent, membersOf, valueToJson, type PlainJson } from './value-json.ts';
import { cleanText, escapeText } from './xml-text.ts';

export const TRIGGER_NAMESPACE = 'urn:pqa:trigger:1';
/** XEP-0335: JSON containers. */
export const JSON_NAMESPACE = 'urn:xmpp:json:0';

/** Largest payload. Prosody resets the connection on a stanza above 256 KiB; 50 KiB are left for what is around the item. */
export const MAX_PAYLOAD_BYTES = 200 * 1024;

/** Deepest nesting of a value that is written; what lies deeper is written as a string that says so. */
export const MAX_VALUE_DEPTH = 16;

export interface EncodedTrigger {
  readonly xml: string;
  /** Rows left out because the payload would have been larger than {@link MAX_PAYLOAD_BYTES}. */
  readonly omitted: { readonly insert: number; readonly remove: number };
}

/**
 * Writes a trigger. Rows that do not fit are left out from the end, removed rows first, and counted in `<omitted/>`: the client
 * learns that it does not see all. Throws `TRIGGER_TOO_LARGE` if not even the trigger without rows fits.
 */
export function encodeTrigger(trigger: Trigger, maxBytes: number = MAX_PAYLOAD_BYTES): EncodedTrigger {
  const insert = trigger.insert.map((row) => encodeRow(trigger, row));
  const remove = trigger.remove.map((row) => encodeRow(trigger, row));
  const none = { insert: insert.length, remove: remove.length };
  const room = maxBytes - byteLength(assemble(trigger, [], [], none));
  if (room < 0) {
    throw new CodedError(
      'TRIGGER_TOO_LARGE',
      `a trigger of query ${trigger.queryId} exceeds ${maxBytes} bytes without any row`,
      {
        hint: 'select fewer columns or shorten their names',
        data: { queryId: trigger.queryId, maxBytes },
      },
    );
  }
  const keptInsert = fitting(insert, room);
  const left = keptInsert.length === insert.length ? room - bytesOf(keptInsert) : 0;
  const keptRemove = fitting(remove, left);
  const omitted = { insert: insert.length - keptInsert.length, remove: remove.length - keptRemove.length };
  return { xml: assemble(trigger, keptInsert, keptRemove, omitted), omitted };
}

interface EncodedRow {
  readonly xml: string;
  readonly json: string;
}

function encodeRow(trigger: Trigger, row: TriggerRow): EncodedRow {
  const columns = trigger.columns.map((column, i) => ({ name: column.name, value: limitDepth(row[i] ?? null, 0) }));
  return {
    xml: tag('row', {}, columns.map((c) => valueElement('column', { name: c.name }, c.value)).join('')),
    json: stringifyJson(Object.fromEntries(columns.map((c) => [c.name, valueToJson(c.value)]))),
  };
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Bytes that a row adds: its two forms, escaped, and a comma. */
function bytesOf(rows: readonly EncodedRow[]): number {
  return rows.reduce((sum, row) => sum + byteLength(row.xml) + byteLength(escapeMarkup(row.json)) + 1, 0);
}

/** The longest beginning of `rows` that needs at most `room` bytes. */
function fitting(rows: readonly EncodedRow[], room: number): readonly EncodedRow[] {
  let used = 0;
  const end = rows.findIndex((row) => {
    used += bytesOf([row]);
    return used > room;
  });
  return end < 0 ? rows : rows.slice(0, end);
}

function assemble(
  trigger: Trigger,
  insert: readonly EncodedRow[],
  remove: readonly EncodedRow[],
  omitted: EncodedTrigger['omitted'],
): string {
  const isPartial = omitted.insert > 0 || omitted.remove > 0;
  const rowsOf = (rows: readonly EncodedRow[]): string => rows.map((row) => row.xml).join('');
  return tag(
    'trigger',
    {
      xmlns: TRIGGER_NAMESPACE,
      query: trigger.queryId,
      owner: trigger.owner,
      statement: trigger.statement,
      item: trigger.itemId,
      gap: String(trigger.gap),
    },
    causeElement(trigger.key),
    tag('eventTime', timeAttributes(trigger.eventTimeMs)),
    tag('created', timeAttributes(trigger.createdMs)),
    tag('columns', {}, ...trigger.columns.map((c) => tag('column', { name: c.name, type: stringifyType(c.type) }))),
    tag('insert', {}, rowsOf(insert)),
    tag('remove', {}, rowsOf(remove)),
    tag('coverage', {}, ...trigger.coverage.map(coverageElement)),
    isPartial ? tag('omitted', { insert: omitted.insert, remove: omitted.remove, code: 'TRIGGER_TOO_LARGE' }) : '',
    tag('json', { xmlns: JSON_NAMESPACE }, escapeMarkup(jsonOf(trigger, insert, remove, isPartial ? omitted : null))),
  );
}

function causeElement(key: CauseKey): string {
  return tag('cause', {
    timestampMs: key.timestampMs,
    phase: key.phase,
    domain: key.domain,
    seq: key.seq,
    path: key.path.join('.'),
  });
}

function coverageElement(coverage: Coverage): string {
  return tag('domain', {
    name: coverage.domain,
    watermarkMs: numberText(coverage.watermarkMs),
    state: coverage.state,
    completeFromMs: numberText(coverage.completeFromMs),
  });
}

/** Largest magnitude of a time that has a date (ECMA-262 §21.4.1.1). */
const MAX_DATE_MS = 8.64e15;

function timeAttributes(ms: number): Readonly<Record<string, string>> {
  const utc = Math.abs(ms) <= MAX_DATE_MS ? { utc: new Date(ms).toISOString() } : {};
  return { ms: numberText(ms), ...utc };
}

function jsonOf(
  trigger: Trigger,
  insert: readonly EncodedRow[],
  remove: readonly EncodedRow[],
  omitted: EncodedTrigger['omitted'] | null,
): string {
  const head = stringifyJson({
    query: trigger.queryId,
    owner: trigger.owner,
    statement: trigger.statement,
    item: trigger.itemId,
    cause: stringifyKey(trigger.key),
    eventTimeMs: valueToJson(trigger.eventTimeMs),
    createdMs: valueToJson(trigger.createdMs),
    gap: trigger.gap,
    coverage: trigger.coverage.map((c) => ({
      domain: c.domain,
      watermarkMs: valueToJson(c.watermarkMs),
      state: c.state,
      completeFromMs: valueToJson(c.completeFromMs),
    })),
    ...(omitted === null ? {} : { omitted }),
  });
  const list = (rows: readonly EncodedRow[]): string => `[${rows.map((row) => row.json).join(',')}]`;
  return `${head.slice(0, -1)},"insert":${list(insert)},"remove":${list(remove)}}`;
}

/** JSON without the two code points that JSON.stringify leaves and XML forbids. */
function stringifyJson(value: PlainJson): string {
  return JSON.stringify(value).replace(/[\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}

// ---------------------------------------------------------------------------------------------- values

export function numberText(value: number): string {
  if (value === Infinity) return 'INF';
  if (value === -Infinity) return '-INF';
  return Object.is(value, -0) ? '-0' : String(value);
}

function limitDepth(value: Value, depth: number): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_VALUE_DEPTH) return `nested deeper than ${MAX_VALUE_DEPTH}`;
  if (isArrayValue(value)) return value.map((item) => limitDepth(item, depth + 1));
  if (isEvent(value)) return value;
  return Object.fromEntries(membersOf(value).map(([name, member]) => [name, limitDepth(member, depth + 1)]));
}

/** One value as an element; an array has `<item/>` children, a map or event `<member name=''/>`. */
function valueElement(name: string, attributes: Readonly<Record<string, string>>, value: Value, depth = 0): string {
  if (value === null) return tag(name, { ...attributes, kind: 'null' });
  if (depth > MAX_VALUE_DEPTH) return valueElement(name, attributes, `nested deeper than ${MAX_VALUE_DEPTH}`);
  switch (typeof value) {
    case 'boolean':
      return tag(name, { ...attributes, kind: 'boolean' }, String(value));
    case 'number':
      return tag(name, { ...attributes, kind: 'number' }, numberText(value));
    case 'string': {
      const { text, escaped } = escapeText(value);
      return tag(name, { ...attributes, kind: 'string', ...(escaped ? { escaped: 'true' } : {}) }, escapeMarkup(text));
    }
    default: {
      if (isArrayValue(value)) {
        const items = value.map((item) => valueElement('item', {}, item, depth + 1));
        return tag(name, { ...attributes, kind: 'array' }, ...items);
      }
      const members = membersOf(value).map(([n, member]) => valueElement('member', { name: n }, member, depth + 1));
      const type = isEvent(value) ? { type: value.type.name } : {};
      return tag(name, { ...attributes, kind: isEvent(value) ? 'event' : 'map', ...type }, ...members);
    }
  }
}

// ---------------------------------------------------------------------------------------------- text

const MARKUP: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escapeMarkup(text: string): string {
  return text.replace(/[&<>]/g, (c) => MARKUP[c] ?? c);
}

function escapeAttribute(text: string): string {
  return cleanText(text)
    .replace(/[&<>"']/g, (c) => MARKUP[c] ?? c)
    .replace(/[\t\n]/g, ' ');
}

/** `content` is markup already. */
function tag(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...content: readonly string[]
): string {
  const head = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`)
    .join('');
  const inner = content.join('');
  return inner === '' ? `<${name}${head}/>` : `<${name}${head}>${inner}</${name}>`;
}
