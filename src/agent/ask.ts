/** Requests to other domains with a deadline, and to this one without a network. */
import { CodedError } from '../model/errors.ts';
import type { ControlReply, ControlRequest } from '../model/control.ts';
import type { DomainName } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExchangeTransport } from '../ports/transport.ts';

/** Longest wait for an answer of the control plane. */
export const REQUEST_TIMEOUT_MS = 5_000;

export type Ask = (to: DomainName, request: ControlRequest, timeoutMs?: number) => Promise<ControlReply>;

/** `local` answers requests to this domain itself. */
export function askThrough(
  transport: ExchangeTransport,
  clock: Clock,
  local: (request: ControlRequest) => Promise<ControlReply>,
): Ask {
  return async (to, request, timeoutMs = REQUEST_TIMEOUT_MS) => {
    if (to === transport.self) return local(request);
    const abort = new AbortController();
    const cancel = clock.after(timeoutMs, () =>
      abort.abort(new CodedError('TIMEOUT', `domain '${to}' did not answer within ${timeoutMs} ms`)),
    );
    try {
      return await transport.request(to, request, abort.signal);
    } finally {
      cancel();
    }
  };
}

/** Attempts of a request that may be repeated: all that deploy and end fragments are. */
export const ASK_ATTEMPTS = 4;

/** Asks again when no answer came; a refusal is an answer. */
export async function askAgain(ask: Ask, to: DomainName, request: ControlRequest): Promise<ControlReply> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(to, request);
    } catch (error) {
      if (attempt >= ASK_ATTEMPTS || !(error instanceof CodedError) || error.code !== 'TIMEOUT') throw error;
    }
  }
}

/** The reply of the kind asked for, else `PROTOCOL`. */
export function expectReply<K extends ControlReply['kind']>(
  reply: ControlReply,
  kind: K,
): Extract<ControlReply, { kind: K }> {
  if (isKind(reply, kind)) return reply;
  throw new CodedError('PROTOCOL', `the answer is a '${reply.kind}', expected was a '${kind}'`);
}

function isKind<K extends ControlReply['kind']>(
  reply: ControlReply,
  kind: K,
): reply is Extract<ControlReply, { kind: K }> {
  return reply.kind === kind;
}
