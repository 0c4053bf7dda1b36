/**
 * A strict lexer of XML-RPC messages (http://xmlrpc.com/spec.md), in front of the lenient package `xmlrpc`.
 *
 * The package reads tag soup, nests without limit, takes `12abc` for 12 and lets a member `__proto__` replace a
 * prototype (PLATFORM §4). Here every element, its place, its text and the number and depth of values are checked in one
 * pass, and what goes on is canonical: one name per type, trimmed numbers, dates with zone. Document types and processing
 * instructions are refused, so there are no entities but XML's own five.
 */
import { CodedError } from '../model/errors.ts';
import { FORBIDDEN, canonicalText, clip, unescapeXml, type Refuse } from './xml-rpc-text.ts';

export interface LexerLimits {
  /** Arrays and structs within each other. */
  readonly depth: number;
  /** Values in one message. */
  readonly values: number;
}

/** Takes the message element by element; `name` is upper-case and one of those the package knows. */
export interface LexerSink {
  open(name: string): void;
  text(text: string): void;
  close(name: string): void;
}

/** What may stand in an element. `order`: these, in this order, `required` of them. `one`: at most one of these. `many`: any number of these. */
interface Content {
  readonly mode: 'order' | 'one' | 'many';
  readonly children: readonly string[];
  readonly required: number;
}

/** Elements of values with the name under which they go on. The `ex:` ones are Apache's extensions. */
const LEAVES: ReadonlyMap<string, string> = new Map([
  ['methodName', 'METHODNAME'],
  ['name', 'NAME'],
  ['string', 'STRING'],
  ['int', 'INT'],
  ['i4', 'INT'],
  ['i8', 'INT'],
  ['ex:i8', 'INT'],
  ['double', 'DOUBLE'],
  ['boolean', 'BOOLEAN'],
  ['base64', 'BASE64'],
  ['dateTime.iso8601', 'DATETIME.ISO8601'],
  ['nil', 'NIL'],
  ['ex:nil', 'NIL'],
]);

const TYPES = [...LEAVES.keys()].filter((name) => name !== 'methodName' && name !== 'name');

const CONTENT: ReadonlyMap<string, Content> = new Map<string, Content>([
  ['methodCall', { mode: 'order', children: ['methodName', 'params'], required: 1 }],
  ['methodResponse', { mode: 'one', children: ['params', 'fault'], required: 1 }],
  ['params', { mode: 'many', children: ['param'], required: 0 }],
  ['param', { mode: 'order', children: ['value'], required: 1 }],
  ['fault', { mode: 'order', children: ['value'], required: 1 }],
  ['value', { mode: 'one', children: [...TYPES, 'array', 'struct'], required: 0 }],
  ['array', { mode: 'order', children: ['data'], required: 1 }],
  ['data', { mode: 'many', children: ['value'], required: 0 }],
  ['struct', { mode: 'many', children: ['member'], required: 0 }],
  ['member', { mode: 'order', children: ['name', 'value'], required: 2 }],
]);

const TAG = /<(\/?)([A-Za-z_][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const DECLARATION = /^\s*<\?xml\s[^<>]*\?>/;

interface Frame {
  readonly name: string;
  /** The name under which it goes on. */
  readonly emitted: string;
  readonly content: Content | null;
  children: number;
  text: string;
  /** Names of a struct's members so far. */
  readonly members: Set<string> | null;
}

/** Sends the elements of `xml` to `sink`. Throws `REQUEST_MALFORMED`, `REQUEST_TOO_LARGE` or `VALUE_OUT_OF_RANGE`, with position. */
export function lexXmlRpc(
  xml: string,
  root: 'methodCall' | 'methodResponse',
  limits: LexerLimits,
  sink: LexerSink,
): void {
  new Lexer(xml, limits, sink).run(root);
}

class Lexer {
  readonly #xml: string;
  readonly #limits: LexerLimits;
  readonly #sink: LexerSink;
  readonly #stack: Frame[] = [];
  #at = 0;
  #values = 0;
  #depth = 0;
  #done = false;

  readonly #refuse: Refuse = (what, more = {}) => {
    const offset = more.at ?? this.#at;
    const before = this.#xml.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    const line = before.split('\n').length;
    throw new CodedError(more.code ?? 'REQUEST_MALFORMED', `not acceptable in an XML-RPC message: ${what}`, {
      position: { offset, length: 1, line, column: offset - lineStart + 1 },
      hint: more.hint,
    });
  };

  constructor(xml: string, limits: LexerLimits, sink: LexerSink) {
    this.#xml = xml.includes('\r') ? xml.replaceAll(/\r\n?/g, '\n') : xml;
    this.#limits = limits;
    this.#sink = sink;
  }

  run(root: string): void {
    const xml = this.#xml;
    const forbidden = FORBIDDEN.exec(xml)?.index ?? (xml.isWellFormed() ? -1 : 0);
    if (forbidden >= 0) this.#refuse('a character that XML does not allow', { at: forbidden });
    this.#at = DECLARATION.exec(xml)?.[0].length ?? 0;
    while (this.#at < xml.length) {
      if (xml.charAt(this.#at) !== '<') this.#readText();
      else if (xml.startsWith('<!--', this.#at)) this.#skipComment();
      else if (xml.startsWith('<![CDATA[', this.#at)) this.#readCdata();
      else this.#readTag(root);
    }
    if (!this.#done)
      this.#refuse(this.#stack.length === 0 ? 'no message' : `<${this.#stack.at(-1)?.name}> is not closed`);
  }

  #readText(): void {
    const end = this.#xml.indexOf('<', this.#at);
    const stop = end < 0 ? this.#xml.length : end;
    this.#addText(unescapeXml(this.#xml.slice(this.#at, stop), this.#refuse));
    this.#at = stop;
  }

  #readCdata(): void {
    const end = this.#xml.indexOf(']]>', this.#at);
    if (end < 0) this.#refuse('<![CDATA[ is not closed');
    this.#addText(this.#xml.slice(this.#at + '<![CDATA['.length, end));
    this.#at = end + ']]>'.length;
  }

  #skipComment(): void {
    const end = this.#xml.indexOf('-->', this.#at + '<!--'.length);
    if (end < 0) this.#refuse('<!-- is not closed');
    this.#at = end + '-->'.length;
  }

  #addText(text: string): void {
    const frame = this.#stack.at(-1);
    if (frame !== undefined && (frame.content === null || frame.name === 'value')) frame.text += text;
    else if (text.trim() !== '')
      this.#refuse(`text ${frame === undefined ? 'outside the message' : `in <${frame.name}>`}`);
  }

  #readTag(root: string): void {
    const end = this.#xml.indexOf('>', this.#at);
    const closing = this.#xml.charAt(this.#at + 1) === '/';
    const name = this.#xml.slice(this.#at + (closing ? 2 : 1), Math.max(end, this.#at));
    // A tag without blanks and attributes, as nearly all are.
    if (end > 0 && (CONTENT.has(name) || LEAVES.has(name))) {
      if (closing) this.#close(name);
      else this.#open(name, root);
      this.#at = end + 1;
    } else {
      this.#readUnusualTag(root);
    }
  }

  #readUnusualTag(root: string): void {
    TAG.lastIndex = this.#at;
    const match = TAG.exec(this.#xml);
    if (match === null) {
      const second = this.#xml.charAt(this.#at + 1);
      if (second === '!') this.#refuse('a document type declaration', { hint: 'send the message alone' });
      if (second === '?') this.#refuse('a processing instruction', { hint: 'send the message alone' });
      this.#refuse('a tag that cannot be read');
    }
    const [whole, slash, name = '', attributes, empty] = match;
    if (slash === '/') {
      if (attributes !== '' || empty !== '') this.#refuse('a tag that cannot be read');
      this.#close(name);
    } else {
      this.#open(name, root);
      if (empty === '/') this.#close(name);
    }
    this.#at += whole.length;
  }

  #open(name: string, root: string): void {
    const parent = this.#stack.at(-1);
    if (parent === undefined) {
      if (this.#done || name !== root) this.#refuse(`<${name}> where <${root}> belongs`);
    } else {
      this.#checkPlace(name, parent);
    }
    if (name === 'value' && ++this.#values > this.#limits.values) {
      this.#refuse(`more than ${this.#limits.values} values`, { code: 'REQUEST_TOO_LARGE' });
    }
    if ((name === 'array' || name === 'struct') && ++this.#depth > this.#limits.depth) {
      this.#refuse(`values nested deeper than ${this.#limits.depth}`, { code: 'REQUEST_TOO_LARGE' });
    }
    const members = name === 'struct' ? new Set<string>() : null;
    const emitted = LEAVES.get(name) ?? name.toUpperCase();
    this.#stack.push({ name, emitted, content: CONTENT.get(name) ?? null, children: 0, text: '', members });
    this.#sink.open(emitted);
  }

  #checkPlace(name: string, parent: Frame): void {
    const { content, children } = parent;
    const allowed =
      content !== null &&
      (content.mode === 'order'
        ? content.children[children] === name
        : content.children.includes(name) && (content.mode === 'many' || children === 0));
    if (!allowed) {
      const known = CONTENT.has(name) || LEAVES.has(name);
      this.#refuse(known ? `<${name}> in <${parent.name}> at this place` : `unknown element <${name}>`);
    }
    parent.children++;
  }

  #close(name: string): void {
    const frame = this.#stack.pop();
    if (frame === undefined || frame.name !== name) {
      this.#refuse(`</${name}> where ${frame === undefined ? 'nothing is open' : `</${frame.name}> belongs`}`);
    }
    if (frame.content !== null && frame.children < frame.content.required) this.#refuse(`<${name}> is not complete`);
    if (name === 'array' || name === 'struct') this.#depth--;
    const text = this.#textOf(frame);
    if (text !== '') this.#sink.text(text);
    this.#sink.close(frame.emitted);
    if (this.#stack.length === 0) this.#done = true;
  }

  /** The canonical text of a leaf, or of a value without a type, which is a string. */
  #textOf(frame: Frame): string {
    const { text } = frame;
    switch (frame.name) {
      case 'value':
        if (frame.children > 0 && text.trim() !== '') this.#refuse('text beside a typed value');
        return frame.children > 0 ? '' : text;
      case 'name':
        return this.#memberName(text);
      default:
        return canonicalText(frame.name, text, this.#refuse);
    }
  }

  #memberName(name: string): string {
    const struct = this.#stack.at(-2)?.members;
    if (name === '__proto__') this.#refuse("a member named '__proto__'");
    if (struct?.has(name) === true) this.#refuse(`member '${clip(name)}' twice in one struct`);
    struct?.add(name);
    return name;
  }
}
