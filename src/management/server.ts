/**
 * The HTTP server of the management interface: XML-RPC by `POST /RPC2`, on loopback.
 *
 * There is no authentication before client certificates come, so it binds loopback addresses only, and it asks for the
 * content type and host that a web page in the operator's browser cannot forge. Size, depth, time, connections and calls
 * in progress are bounded. A call that cannot be carried out gets a fault (HTTP 200); bytes that are no call's body at all
 * get an HTTP error whose text is `CODE: message`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { CodedError, toCodedError, type ErrorCode } from '../model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import { managementMethods } from './methods.ts';
import { MethodTable } from './system-methods.ts';
import type { Caller, ManagementTarget } from './target.ts';
import { MESSAGE_LIMITS, decodeCall, encodeFault, encodeResponse, type XmlRpcValue } from './xml-rpc-codec.ts';

export const RPC_PATH = '/RPC2';

/** Bounds of the server; times in ms. */
export interface ServerLimits {
  /** @default 4 MiB */
  readonly bodyBytes: number;
  /** From the first byte of a request to the end of its head. @default 10_000 */
  readonly headersMs: number;
  /** From the first byte of a request to the end of its body. @default 30_000 */
  readonly requestMs: number;
  /** A connection without a request in progress. @default 60_000 */
  readonly idleMs: number;
  /** One call. @default 60_000 */
  readonly callMs: number;
  /** Calls in progress: beyond that `BUSY`. @default 64 */
  readonly calls: number;
  /** @default 1_100 */
  readonly connections: number;
  /** How long `stop` waits for calls in progress. @default 2_000 */
  readonly stopMs: number;
}

export const SERVER_LIMITS: ServerLimits = {
  bodyBytes: MESSAGE_LIMITS.bytes,
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 60_000,
  callMs: 60_000,
  calls: 64,
  connections: 1_100,
  stopMs: 2_000,
};

export interface ManagementServerDeps {
  readonly target: ManagementTarget;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface ManagementServerOptions {
  /** A loopback address or `localhost`. */
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly limits?: Partial<ServerLimits> | undefined;
}

/** A refusal below XML-RPC. */
interface HttpRefusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

export class ManagementServer {
  readonly #deps: ManagementServerDeps;
  readonly #options: ManagementServerOptions;
  readonly #limits: ServerLimits;
  readonly #methods: MethodTable;
  #server: Server | null = null;
  #calls = 0;

  constructor(deps: ManagementServerDeps, options: ManagementServerOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#limits = { ...SERVER_LIMITS, ...options.limits };
    this.#methods = new MethodTable(managementMethods(deps.target));
  }

  /** Where it listens, such as `http://127.0.0.1:8440/RPC2`; null when it does not. */
  get url(): string | null {
    const address = this.#server?.address();
    if (address === null || address === undefined || typeof address === 'string') return null;
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}${RPC_PATH}`;
  }

  /** Rejects with `CONFIG_INVALID` for an address that is not loopback, `PORT_IN_USE`. */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    if (!LOOPBACK.test(host)) {
      throw new CodedError('CONFIG_INVALID', `xmlrpc.host ${host} is not a loopback address`, {
        hint: 'use 127.0.0.1 or ::1: there is no TLS yet, and calls are not authenticated',
      });
    }
    const limits = this.#limits;
    const server = createServer({
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersMs),
      maxHeaderSize: 16 * 1024,
    });
    server.maxConnections = limits.connections;
    // A connection that never sends a request is no slow request to Node: it is idle.
    server.on('connection', (socket) => socket.setTimeout(limits.idleMs, () => socket.destroy()));
    server.on('drop', () => this.#count('management_connections_refused_total'));
    server.on('clientError', (error, socket) => this.#onClientError(error, socket));
    server.on('request', (request, response) => void this.#onRequest(request, response));
    await listen(server, host, port);
    this.#server = server;
    this.#deps.log.info('management interface listens', { url: this.url });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cancel = this.#deps.clock.after(this.#limits.stopMs, () => server.closeAllConnections());
    await closed;
    cancel();
  }

  /** Never rejects. */
  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => this.#count('management_responses_lost_total'));
    // From here on the time limits of the call count; Node sets the idle limit again after the answer.
    request.socket.setTimeout(0);
    const refusal = this.#refusalOf(request);
    if (refusal !== null) return this.#refuse(response, refusal);
    const body = await readBody(request, this.#limits.bodyBytes);
    if (body === 'gone') return this.#count('management_requests_aborted_total');
    if (body === 'too large') return this.#refuse(response, tooLarge(this.#limits.bodyBytes));
    const xml = Buffer.from(await this.#answer(body, { identity: 'loopback' }));
    response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8', 'content-length': xml.length });
    response.end(xml);
  }

  #refusalOf(request: IncomingMessage): HttpRefusal | null {
    const { headers, method, url } = request;
    const malformed = (status: number, message: string): HttpRefusal => ({
      status,
      code: 'REQUEST_MALFORMED',
      message,
    });
    if (url?.split('?', 1)[0] !== RPC_PATH) return malformed(404, `the interface is at ${RPC_PATH}`);
    if (method !== 'POST') return malformed(405, `${String(method)} where POST belongs`);
    if (!LOOPBACK.test((headers.host ?? '').replace(/:\d+$/, ''))) {
      return { status: 403, code: 'UNAUTHORIZED', message: `the host ${headers.host ?? ''} is not this one` };
    }
    if (!/^(?:text|application)\/xml\s*(?:;|$)/i.test(headers['content-type'] ?? '')) {
      return malformed(415, 'the content type must be text/xml');
    }
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      return malformed(415, 'the body must not be compressed');
    }
    if (Number(headers['content-length'] ?? 0) > this.#limits.bodyBytes) return tooLarge(this.#limits.bodyBytes);
    return null;
  }

  #refuse(response: ServerResponse, refusal: HttpRefusal): void {
    this.#count('management_http_refused_total', { status: String(refusal.status) });
    const text = `${refusal.code}: ${refusal.message}\n`;
    response.writeHead(refusal.status, {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      // What is left of the body is not read.
      connection: 'close',
      ...(refusal.status === 405 ? { allow: 'POST' } : {}),
    });
    response.end(text);
  }

  /** The response's XML, a fault if need be. Never rejects. */
  async #answer(body: Uint8Array, caller: Caller): Promise<string> {
    if (this.#calls >= this.#limits.calls) {
      return this.#fault(new CodedError('BUSY', `${this.#calls} calls are in progress`, { hint: 'try again' }), '');
    }
    this.#calls++;
    let method = '';
    try {
      const call = decodeCall(body, { ...MESSAGE_LIMITS, bytes: this.#limits.bodyBytes });
      method = call.method;
      return encodeResponse(await this.#callInTime(method, call.params, caller));
    } catch (error) {
      return this.#fault(toCodedError(error), method);
    } finally {
      this.#calls--;
      this.#count('management_calls_total');
    }
  }

  #callInTime(method: string, params: readonly XmlRpcValue[], caller: Caller): Promise<XmlRpcValue> {
    const { promise, resolve, reject } = Promise.withResolvers<XmlRpcValue>();
    const { callMs } = this.#limits;
    const cancel = this.#deps.clock.after(callMs, () =>
      reject(
        new CodedError('TIMEOUT', `${method} has not answered within ${callMs} ms`, {
          hint: 'it may still take effect',
        }),
      ),
    );
    this.#methods.call(method, params, caller).then(resolve, reject);
    return promise.finally(cancel);
  }

  #fault(error: CodedError, method: string): string {
    this.#count('management_faults_total', { code: error.code });
    const fields = { code: error.code, method, message: error.describe() };
    if (error.code === 'INTERNAL') this.#deps.log.error('a call failed by a fault of ours', { ...fields, error });
    else this.#deps.log.debug('a call was refused', fields);
    return encodeFault(error);
  }

  /** Bytes that are no HTTP, a head that is too long or too slow. */
  #onClientError(error: Error, socket: Duplex): void {
    const code = 'code' in error ? error.code : '';
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const status =
      code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : code === 'HPE_HEADER_OVERFLOW'
          ? '431 Request Header Fields Too Large'
          : '400 Bad Request';
    this.#count('management_http_refused_total', { status: status.slice(0, 3) });
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  }

  #count(name: string, labels?: Readonly<Record<string, string>>): void {
    this.#deps.counters.add(name, 1, labels);
  }
}

function tooLarge(limit: number): HttpRefusal {
  return { status: 413, code: 'REQUEST_TOO_LARGE', message: `a body may have ${limit} bytes` };
}

/** The whole body; `gone` if the client closed before its end. Never rejects. */
async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array | 'gone' | 'too large'> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const { promise, resolve } = Promise.withResolvers<Uint8Array | 'gone' | 'too large'>();
  request.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > limit) {
      request.pause();
      resolve('too large');
    } else {
      chunks.push(chunk);
    }
  });
  request.on('end', () => resolve(Buffer.concat(chunks)));
  request.on('error', () => resolve('gone'));
  request.on('close', () => resolve('gone'));
  return promise;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error) => {
    const inUse = 'code' in error && error.code === 'EADDRINUSE';
    reject(
      inUse
        ? new CodedError('PORT_IN_USE', `${host}:${port} is taken`, {
            cause: error,
            hint: 'choose another xmlrpc.port',
          })
        : toCodedError(error, 'CONFIG_INVALID'),
    );
  });
  server.listen({ host, port }, resolve);
  return promise;
}
