/** What management/ uses of the package `xmlrpc` 1.3.2, which has no types. */
declare module 'xmlrpc/lib/deserializer.js' {
  interface Source {
    setEncoding(encoding: string): void;
    on(event: 'error', listener: (error: unknown) => void): void;
    pipe(parser: unknown): void;
  }
  class Deserializer {
    constructor(encoding?: string);
    deserializeMethodCall(
      source: Source,
      callback: (error: unknown, method: string, params: readonly unknown[]) => void,
    ): void;
    deserializeMethodResponse(source: Source, callback: (error: unknown, value: unknown) => void): void;
    onOpentag(node: { readonly name: string }): void;
    onText(text: string): void;
    onClosetag(name: string): void;
    onDone(): void;
  }
  export = Deserializer;
}

declare module 'xmlrpc/lib/serializer.js' {
  function serializeMethodCall(method: string, params: readonly unknown[]): string;
  function serializeMethodResponse(result: unknown): string;
  function serializeFault(fault: { readonly faultCode: unknown; readonly faultString: unknown }): string;
}

declare module 'xmlrpc/lib/customtype.js' {
  /** A leaf that is written as `<tagName>raw</tagName>`. */
  class CustomType {
    constructor(raw: string);
    raw: string;
    tagName: string;
  }
  export = CustomType;
}
