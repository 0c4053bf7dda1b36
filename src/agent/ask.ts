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
