/** The part of @xmpp/client 0.14 and @xmpp/xml 0.14 that this project uses: the packages ship no types. */

declare module '@xmpp/xml' {
  export type XmlChild = Element | string | number | null | undefined | false;

  export class Element {
    constructor(name: string, attributes?: Readonly<Record<string, string | number | null | undefined>> | string);
    readonly name: string;
    readonly attrs: Record<string, string>;
    readonly children: (Element | string)[];
    parent: Element | null;
    /** Local name and, if given, namespace. */
    is(name: string, namespace?: string): boolean;
    getName(): string;
    getNS(): string | undefined;
    getChild(name: string, namespace?: string): Element | undefined;
    getChildren(name: string, namespace?: string): Element[];
    getChildText(name: string, namespace?: string): string | null;
    getChildElements(): Element[];
    text(): string;
    append(...nodes: (Element | string)[]): void;
    remove(child: Element): this;
    toString(): string;
    write(writer: (text: string) => void): void;
  }

  export class Parser {
    /** The tokenizer underneath: `startElement` and `endElement` come for each tag. */
    readonly parser: { on(event: 'startElement' | 'endElement', listener: (name: string) => void): void };
    on(event: 'start' | 'element' | 'end', listener: (element: Element) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    /** Throws on an unknown entity or an illegal character. */
    write(text: string): void;
  }

  export function xml(
    name: string,
    attributes?: Readonly<Record<string, string | number | null | undefined>> | string,
    ...children: (XmlChild | readonly XmlChild[])[]
  ): Element;
}

declare module '@xmpp/client' {
  import type { Element } from '@xmpp/xml';
  import type { EventEmitter } from 'node:events';

  export interface Credentials {
    readonly username?: string;
    readonly password?: string;
  }

  export type Authenticate = (credentials: Credentials, mechanism: string | undefined) => Promise<void>;

  export interface ClientOptions {
    readonly service: string;
    readonly domain: string;
    readonly resource?: string;
    readonly username?: string;
    readonly credentials?: (
      authenticate: Authenticate,
      mechanisms: readonly string[],
      fast: unknown,
      entity: Client,
    ) => Promise<void>;
    readonly timeout?: number;
  }

  /** A raw socket of Node, or the TLS wrapper of @xmpp/tls with the raw socket in `socket`. */
  export interface ClientSocket {
    readonly socket?: ClientSocket | null;
    setNoDelay?(on: boolean): unknown;
    destroy?(): unknown;
  }

  export interface Transport {
    new (): object;
    readonly prototype: { socketParameters(service: string): object | undefined };
  }

  export interface Client extends EventEmitter {
    readonly jid: { toString(): string } | null;
    readonly status: string;
    readonly socket: ClientSocket | null;
    readonly options: { readonly service: string; readonly domain: string; readonly lang?: string };
    readonly transports: Transport[];
    readonly parser: { write(text: string): void } | null;
    /** Takes each chunk of the socket; bound when the first socket is attached, so that it can be replaced before. */
    _onData: (data: Uint8Array) => void;
    readonly reconnect: { stop(): void };
    readonly streamManagement: EventEmitter & { enabled: boolean; id: string; inbound: number };
    /** What happens when the server names another host. */
    _onSeeOtherHost: () => void;
    isSecure(): boolean;
    connect(service: string): Promise<void>;
    open(options: { readonly domain: string; readonly lang?: string | undefined }): Promise<unknown>;
    stop(): Promise<unknown>;
    send(element: Element): Promise<void>;
  }

  export function client(options: ClientOptions): Client;
}
