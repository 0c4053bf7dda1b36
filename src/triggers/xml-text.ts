/**
 * Text that XML 1.0 can carry, and reading of small XML documents.
 *
 * XML 1.0 has no way to write most control characters, U+FFFE, U+FFFF and lone surrogates, and its parsers turn a carriage
 * return into a line feed (§2.2, §2.11). A text that holds one is written with `\uXXXX` for each such unit and `\\` for each
 * backslash, and its element says `escaped="true"`; every other text is written as it is.
 */
import { CodedError } from '../model/errors.ts';
import { Parser, type Element } from '@xmpp/xml';

// Matches by UTF-16 unit: what XML cannot carry, and the carriage return. A surrogate pair is allowed.
const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex -- these are the characters to find
  /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const EACH_FORBIDDEN = new RegExp(FORBIDDEN.source, 'g');
const FORBIDDEN_OR_BACKSLASH = new RegExp(`${FORBIDDEN.source}|\\\\`, 'g');

/** True if `text`, as it stands in a document, holds what XML 1.0 forbids there; a carriage return is allowed. */
export function hasForbiddenCharacter(text: string): boolean {
  return FORBIDDEN.test(text.includes('\r') ? text.replaceAll('\r', ' ') : text);
}

/** `text` as XML can carry it, and whether the escape was needed. */
export function escapeText(text: string): { readonly text: string; readonly escaped: boolean } {
  if (!FORBIDDEN.test(text)) return { text, escaped: false };
  const escaped = text.replace(FORBIDDEN_OR_BACKSLASH, (unit) =>
    unit === '\\' ? '\\\\' : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return { text: escaped, escaped: true };
}

/** Inverse of {@link escapeText} for a text marked as escaped. */
export function unescapeText(text: string): string {
  return text.replace(/\\(?:u([0-9a-f]{4})|\\)/g, (_all, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(parseInt(hex, 16)),
  );
}

/** Replaces what XML cannot carry by U+FFFD: for names and descriptions, where exactness does not matter. */
export function cleanText(text: string): string {
  return FORBIDDEN.test(text) ? text.replace(EACH_FORBIDDEN, '\ufffd') : text;
}

/** Deepest nesting read: a payload of ours needs about 10; each level costs stack when the element is written again. */
export const MAX_XML_DEPTH = 64;

/** True if `element` nests at most `max` levels below itself; goes no deeper than that. */
export function isNestedWithin(element: Element, max: number = MAX_XML_DEPTH): boolean {
  return max >= 0 && element.getChildElements().every((child) => isNestedWithin(child, max - 1));
}

/**
 * Splits what came from a socket behind the last `>`; `held` is the rest of the time before. The tokenizer under @xmpp/xml takes time quadratic in the length of a
 * text whose end it has not got (100 ms for 200 KB in chunks of 64 KB): it is to be given texts with their ends.
 */
export function splitAtMarkup(held: string, text: string): { readonly complete: string; readonly rest: string } {
  const end = text.lastIndexOf('>') + 1;
  return end === 0
    ? { complete: '', rest: held + text }
    : { complete: held + text.slice(0, end), rest: text.slice(end) };
}

/**
 * Reads one XML document. Throws `REQUEST_MALFORMED` for what is not well-formed, holds a declaration of a document type, a
 * comment or a processing instruction other than the XML declaration, or nests deeper than {@link MAX_XML_DEPTH}; throws
 * `REQUEST_TOO_LARGE` beyond `maxLength` UTF-16 units.
 */
export function parseXml(text: string, maxLength: number): Element {
  if (text.length > maxLength) {
    throw new CodedError('REQUEST_TOO_LARGE', `the XML text has ${text.length} characters, the limit is ${maxLength}`);
  }
  const body = text.replace(/^\ufeff?\s*(?:<\?xml[^>]*\?>)?\s*/, '').trimEnd();
  if (/<[!?]/.test(body)) {
    throw malformed('it holds a document type, comment, CDATA section or processing instruction');
  }
  const found: { root: Element | null; error: Error | null; ended: boolean } = {
    root: null,
    error: null,
    ended: false,
  };
  const parser = new Parser();
  let depth = 0;
  parser.parser.on('startElement', () => {
    depth += 1;
    if (depth > MAX_XML_DEPTH) throw malformed(`it nests deeper than ${MAX_XML_DEPTH} elements`);
    if (found.ended) throw malformed('more than one root element');
  });
  parser.parser.on('endElement', () => {
    depth -= 1;
  });
  parser.on('start', (root) => (found.root = root));
  parser.on('element', (element) => found.root?.append(element));
  parser.on('end', () => (found.ended = true));
  parser.on('error', (error) => (found.error ??= error));
  try {
    parser.write(body);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw malformed(error instanceof Error ? error.message : String(error));
  }
  if (found.error !== null) throw malformed(found.error.message);
  if (found.root === null || !found.ended) throw malformed('it ends before its root element does');
  return found.root;
}

function malformed(why: string): CodedError {
  return new CodedError('REQUEST_MALFORMED', `not a readable XML document: ${why}`);
}
