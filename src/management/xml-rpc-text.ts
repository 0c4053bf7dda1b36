/** Texts of leaves in XML-RPC messages: checked by type and made canonical for the package `xmlrpc`. */
import type { ErrorCode } from '../model/errors.ts';

/** Throws, with the place of what is being read. */
export type Refuse = (
  what: string,
  more?: { readonly at?: number; readonly hint?: string; readonly code?: ErrorCode },
) => never;

/** Whatever XML 1.0 §2.2 does not let into a document. */
// oxlint-disable-next-line no-control-regex
export const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&amp;', '&'],
  ['&quot;', '"'],
  ['&apos;', "'"],
]);

/** The text of the leaf `element` in the form that goes on; a string's text as it is. */
export function canonicalText(element: string, text: string, refuse: Refuse): string {
  switch (element) {
    case 'methodName':
      return text.trim();
    case 'int':
    case 'i4':
    case 'i8':
    case 'ex:i8':
      return integerText(text.trim(), refuse);
    case 'double':
      return doubleText(text.trim(), refuse);
    case 'boolean':
      if (!/^[01]$/.test(text.trim())) refuse(`'${clip(text)}' is not a boolean`, { hint: 'use 0 or 1' });
      return text.trim();
    case 'base64':
      return base64Text(text.replaceAll(/\s+/g, ''), refuse);
    case 'dateTime.iso8601':
      return dateText(text.trim(), refuse);
    case 'nil':
    case 'ex:nil':
      if (text.trim() !== '') refuse('text in <nil>');
      return '';
    default:
      return text;
  }
}

/** Any integer type may hold any integer that is exact here: clients differ in which they write for a long. */
function integerText(text: string, refuse: Refuse): string {
  if (!/^[+-]?\d+$/.test(text)) refuse(`'${clip(text)}' is not an integer`);
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    refuse(`the integer ${clip(text)} is beyond 2^53`, { code: 'VALUE_OUT_OF_RANGE' });
  }
  return String(value);
}

function doubleText(text: string, refuse: Refuse): string {
  if (/^[+-]?(?:nan|inf|infinity)$/i.test(text)) {
    refuse(`${text} is not a number that a message can carry`, { code: 'VALUE_OUT_OF_RANGE' });
  }
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) refuse(`'${clip(text)}' is not a double`);
  const value = Number(text);
  if (!Number.isFinite(value)) {
    refuse(`the double ${clip(text)} is out of range`, { code: 'VALUE_OUT_OF_RANGE' });
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

function base64Text(text: string, refuse: Refuse): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) refuse('base64 that cannot be read');
  return text;
}

/** `20260102T03:04:05`, as the specification has it, with optional hyphens, fraction and zone; without a zone it is UTC. */
function dateText(text: string, refuse: Refuse): string {
  const match =
    /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/.exec(text) ??
    refuse(`'${clip(text)}' is not a date`, { hint: 'use 20260102T03:04:05Z' });
  const [, year, month, day, hour, minute, second, fraction = '0', zone = 'Z'] = match;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const instant = new Date(`${local}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
  const asUtc = new Date(`${local}Z`);
  if (Number.isNaN(instant.getTime()) || !asUtc.toISOString().startsWith(local)) {
    refuse(`there is no such date as ${clip(text)}`);
  }
  return instant.toISOString();
}

/** Replaces references to characters; there are no entities but XML's own five. */
export function unescapeXml(text: string, refuse: Refuse): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&([^;&]{0,12};)?/g, (whole) => {
    const plain = ENTITIES.get(whole);
    if (plain !== undefined) return plain;
    const match = /^&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));$/.exec(whole);
    const code = match === null ? NaN : Number.parseInt(match[1] ?? match[2] ?? '', match[1] === undefined ? 10 : 16);
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    if (!(code > 0 && code <= 0x10ffff) || surrogate || FORBIDDEN.test(String.fromCodePoint(code))) {
      refuse(`'${clip(whole)}' is not a character`);
    }
    return String.fromCodePoint(code);
  });
}

/** Enough of a caller's text to recognise it. */
export function clip(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
