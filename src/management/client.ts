/** A small XML-RPC client: what the command line uses to talk to an agent. */
import { CodedError, ERROR_NUMBERS, toCodedError, type ErrorCode } from '../model/errors.ts';
import { MESSAGE_LIMITS, decodeResponse, encodeCall, type XmlRpcValue } from './xml-rpc-codec.ts';

/** How long a call may take, ms: longer than the agent's own limit. */
export const CALL_TIMEOUT_MS = 75_000;

/** Answers may be larger than requests: catalogs of a federation. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface CallOptions {
  /** @default 75_000 */
  readonly timeoutMs?: number | undefined;
}

/**
 * Calls `method` of the agent at `url`. Rejects with the agent's own {@link CodedError}, `DOMAIN_UNREACHABLE`,
 * `TIMEOUT`, or `PROTOCOL` if something else answers there.
 */
export async function callMethod(
  url: string,
  method: string,
  params: readonly XmlRpcValue[] = [],
  options: CallOptions = {},
): Promise<XmlRpcValue> {
  const timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS;
  const body = encodeCall(method, params);
  const { response, bytes } = await exchange(url, body, timeoutMs);
  if (!response.ok) throw httpError(url, response.status, new TextDecoder().decode(bytes));
  try {
    return decodeResponse(bytes, { ...MESSAGE_LIMITS, values: Infinity, bytes: MAX_ANSWER_BYTES });
  } catch (error) {
    const coded = toCodedError(error);
    if (coded.code !== 'REQUEST_MALFORMED') throw coded;
    throw new CodedError('PROTOCOL', `what answers at ${url} does not speak XML-RPC`, { cause: error });
  }
}

async function exchange(
  url: string,
  body: string,
  timeoutMs: number,
): Promise<{ readonly response: Response; readonly bytes: Uint8Array }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/xml; charset=utf-8' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      throw new CodedError('TIMEOUT', `no answer from ${url} within ${timeoutMs} ms`, { cause: error });
    }
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new CodedError('DOMAIN_UNREACHABLE', `no agent answers at ${url}: ${String(cause)}`, {
      cause: error,
      hint: 'is it running, and is this its xmlrpc address?',
    });
  }
}

/** The server's HTTP errors say `CODE: message`. */
function httpError(url: string, status: number, text: string): CodedError {
  const [, code = '', message = ''] = /^([A-Z_]+): (.*)/.exec(text) ?? [];
  if (isErrorCode(code)) return new CodedError(code, message);
  return new CodedError('PROTOCOL', `HTTP ${status} from ${url}`, { hint: 'is this the address of a PQA agent?' });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_NUMBERS, code);
}
