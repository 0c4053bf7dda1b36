/**
 * Reads one XML stream of RFC 6120 from hostile bytes: size cap, depth cap, strict UTF-8 over chunk borders, and none of what
 * §11.1 forbids. CDATA sections are refused too: no client sends them, and without them every `<!` is an offence. Names and
 * characters are checked, because what is read here is written to other clients.
 */
import { Parser, type Element } from '@xmpp/xml';
import { hasForbiddenCharacter, MAX_XML_DEPTH, splitAtMarkup } from '../xml-text.ts';

/** The stream error that ends the connection (RFC 6120 §4.9.3). */
export type StreamOffence = 'not-well-formed' | 'restricted-xml' | 'bad-format' | 'policy-violation';

export interface StreamEvents {
  onOpen(root: Element): void;
  onElement(element: Element): void;
  /** The client closed the stream. */
  onEnd(): void;
  /** Called once; nothing follows. */
  onOffence(offence: StreamOffence): void;
}

const NAME = /^[\p{L}_][\p{L}\p{N}._\-\u00b7]*(?::[\p{L}_][\p{L}\p{N}._\-\u00b7]*)?$/u;

export class XmlStreamReader {
  readonly #events: StreamEvents;
  readonly #maxStanzaBytes: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #parser = new Parser();
  #depth = 0;
  #pendingBytes = 0;
  /** The last character, where it may begin a forbidden sequence in the next chunk. */
  #tail = '';
  /** Text that the parser gets with the markup that ends it. */
  #held = '';
  #prologRead = false;
  #prolog = '';
  #over = false;
  /** What the parser found in the chunk at hand, in order. */
  readonly #found: (() => void)[] = [];

  constructor(events: StreamEvents, maxStanzaBytes: number) {
    this.#events = events;
    this.#maxStanzaBytes = maxStanzaBytes;
    this.#parser.parser.on('startElement', () => {
      this.#depth += 1;
      if (this.#depth > MAX_XML_DEPTH) this.#found.push(() => this.#offend('policy-violation'));
    });
    this.#parser.parser.on('endElement', () => (this.#depth -= 1));
    this.#parser.on('start', (root) => {
      this.#pendingBytes = 0;
      this.#found.push(() => this.#events.onOpen(root));
    });
    this.#parser.on('element', (element) => {
      this.#pendingBytes = 0;
      this.#found.push(() => this.#onElement(element));
    });
    this.#parser.on('end', () => this.#found.push(() => this.#events.onEnd()));
    this.#parser.on('error', () => this.#found.push(() => this.#offend('not-well-formed')));
  }

  /** Nothing is reported any more: the stream starts anew (with another reader) or is closed. */
  stop(): void {
    this.#over = true;
  }

  read(chunk: Uint8Array): void {
    if (this.#over) return;
    // Judged before it is parsed; one chunk of a socket (64 KiB) is the most that it may be late.
    if (this.#pendingBytes > this.#maxStanzaBytes) return this.#offend('policy-violation');
    this.#pendingBytes += chunk.length;
    let text: string;
    try {
      text = this.#decoder.decode(chunk, { stream: true });
    } catch {
      return this.#offend('bad-format');
    }
    const body = this.#prologRead ? text : this.#skipProlog(text);
    if (body === '') return;
    // A surrogate pair is never split by the decoder, so that each chunk can be judged alone.
    if (hasForbiddenCharacter(body)) return this.#offend('not-well-formed');
    if (/<[!?]/.test(this.#tail + body)) return this.#offend('restricted-xml');
    this.#tail = body.at(-1) ?? '';
    const { complete, rest } = splitAtMarkup(this.#held, body);
    this.#held = rest;
    try {
      this.#parser.write(complete);
    } catch {
      this.#found.push(() => this.#offend('not-well-formed'));
    }
    // Told after parsing, so that what a listener throws is not taken for the client's mistake.
    for (const tell of this.#found.splice(0)) if (!this.#over) tell();
  }

  /** Takes the XML declaration away, which may come in pieces; it is the only `<?` allowed. */
  #skipProlog(text: string): string {
    this.#prolog += text;
    const start = this.#prolog.trimStart();
    if (start.length < 5 && '<?xml'.startsWith(start)) return '';
    if (start.startsWith('<?xml')) {
      const end = start.indexOf('?>');
      if (end < 0) return '';
      this.#prolog = start.slice(end + 2);
    }
    this.#prologRead = true;
    return this.#prolog;
  }

  #onElement(element: Element): void {
    element.parent = null;
    if (!isSelfContained(element, new Set(['xml']))) return this.#offend('not-well-formed');
    this.#events.onElement(element);
  }

  #offend(offence: StreamOffence): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.onOffence(offence);
  }
}

/** True if all names are names and every prefix is declared within the stanza: it can be written into another stream. */
function isSelfContained(element: Element, outer: ReadonlySet<string>): boolean {
  const attributes = Object.keys(element.attrs);
  const declared = attributes.filter((name) => name.startsWith('xmlns:')).map((name) => name.slice('xmlns:'.length));
  const prefixes = declared.length === 0 ? outer : new Set([...outer, ...declared]);
  const isKnown = (name: string): boolean => {
    if (!NAME.test(name)) return false;
    const colon = name.indexOf(':');
    return colon < 0 || prefixes.has(name.slice(0, colon));
  };
  // The stream's own prefix may be used on its direct children alone, and those are no stanzas.
  const namesFit = isKnown(element.name) || (outer.size === 1 && element.name.startsWith('stream:'));
  const attributesFit = attributes.every((name) => name.startsWith('xmlns:') || isKnown(name));
  return namesFit && attributesFit && element.getChildElements().every((child) => isSelfContained(child, prefixes));
}
