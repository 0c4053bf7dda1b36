/**
 * `/pqa/control/1`: one request and one reply per direct stream (proto/control.proto).
 *
 * Bounds: sizes of frames, requests in progress per peer and in all, time per request.
 */
import type { Connection, Stream } from '@libp2p/interface';
import type { ControlReply, ControlRequest } from '../model/control.ts';
import { CodedError, toCodedError } from '../model/errors.ts';
import type { DomainName } from '../model/ids.ts';
import type { Counters } from '../ports/counters.ts';
import { decodeRequest, encodeRequest } from './codec-control.ts';
import { decodeReply, encodeFailure, encodeReply } from './codec-reply.ts';
import { readFrame, withStream, writeFrame } from './frames.ts';
import { REPLY_BYTES, REQUEST_BYTES } from './limits.ts';

export const CONTROL_PROTOCOL = '/pqa/control/1';

/** Requests of one peer that are worked on at once; further ones are answered with `BUSY`. */
const REQUESTS_PER_PEER = 64;

/** Streams of one connection, above REQUESTS_PER_PEER so that `BUSY` can still be said. */
export const CONTROL_STREAMS = 128;

/** From the opening of a stream to the end of the reply, on either side. */
const REQUEST_MS = 30_000;

/** Sends a request over `connection`. Rejects with `TIMEOUT`, `DOMAIN_UNREACHABLE`, `PROTOCOL` or the peer's own code. */
export async function sendRequest(
  connection: Connection,
  self: DomainName,
  to: DomainName,
  request: ControlRequest,
  signal: AbortSignal,
): Promise<ControlReply> {
  const frame = encodeRequest(self, request);
  if (frame.length > REQUEST_BYTES) {
    throw new CodedError('LIMIT_EXCEEDED', `a request of ${frame.length} bytes`, {
      hint: `at most ${REQUEST_BYTES} fit`,
    });
  }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]);
  let answer: Uint8Array | undefined;
  try {
    const stream = await connection.newStream(CONTROL_PROTOCOL, { signal: limit, maxOutboundStreams: CONTROL_STREAMS });
    answer = await withStream(stream, limit, async () => {
      await writeFrame(stream, frame);
      return await readFrame(stream, REPLY_BYTES);
    });
    void stream.close().catch(() => undefined); // nothing more to say or hear
  } catch (error) {
    if (limit.aborted)
      throw new CodedError('TIMEOUT', `no reply of ${to} in time to '${request.kind}'`, { cause: error });
    throw new CodedError('DOMAIN_UNREACHABLE', `${to} cannot be asked`, { cause: error });
  }
  if (answer === undefined) throw new CodedError('DOMAIN_UNREACHABLE', `${to} ended the stream without a reply`);
  const decoded = decodeReply(answer);
  if (!decoded.ok) throw new CodedError('PROTOCOL', `the reply of ${to} is malformed: ${decoded.reason}`);
  if (decoded.value.kind === 'failure') throw decoded.value.error;
  return decoded.value.reply;
}

export interface RequestHandling {
  readonly counters: Counters;
  /** The domain behind a connection; undefined for none of the members. */
  readonly domainOf: (connection: Connection) => DomainName | undefined;
  readonly onRequest: (from: DomainName, request: ControlRequest) => Promise<ControlReply>;
}

/** Answers requests; nothing that a peer sends is thrown out of here. */
export class ControlServer {
  readonly #handling: RequestHandling;
  readonly #active = new Map<DomainName, number>();

  constructor(handling: RequestHandling) {
    this.#handling = handling;
  }

  async serve(stream: Stream, connection: Connection): Promise<void> {
    const { counters, domainOf } = this.#handling;
    const from = domainOf(connection);
    if (from === undefined) {
      counters.add('control_refused_total', 1, { reason: 'stranger' });
      stream.abort(new Error('not a member'));
      return;
    }
    const active = this.#active.get(from) ?? 0;
    this.#active.set(from, active + 1);
    try {
      const signal = AbortSignal.timeout(REQUEST_MS);
      await withStream(stream, signal, async () => {
        const frame = await readFrame(stream, REQUEST_BYTES);
        if (frame === undefined) return;
        await writeFrame(stream, await this.#answer(from, frame, active >= REQUESTS_PER_PEER));
      });
    } catch {
      // The peer went away, was too slow or too long: it learns nothing and harms nobody else.
      counters.add('control_refused_total', 1, { domain: from, reason: 'stream' });
    } finally {
      this.#active.set(from, (this.#active.get(from) ?? 1) - 1);
    }
  }

  async #answer(from: DomainName, frame: Uint8Array, busy: boolean): Promise<Uint8Array> {
    const { counters } = this.#handling;
    if (busy) return refuse(counters, from, new CodedError('BUSY', `${REQUESTS_PER_PEER} requests are in progress`));
    const decoded = decodeRequest(frame);
    if (!decoded.ok) return refuse(counters, from, new CodedError('PROTOCOL', decoded.reason));
    const { hello, request } = decoded.value;
    if (hello.domain !== from) {
      const message = `you are ${from} here, not ${hello.domain}`;
      return refuse(counters, from, new CodedError('PROTOCOL', message, { hint: 'compare the membership lists' }));
    }
    try {
      const reply = encodeReply(await this.#handling.onRequest(from, request));
      if (reply.length <= REPLY_BYTES) return reply;
      return encodeFailure(
        new CodedError('LIMIT_EXCEEDED', `a reply of ${reply.length} bytes, at most ${REPLY_BYTES} fit`),
      );
    } catch (error) {
      return encodeFailure(toCodedError(error));
    }
  }
}

function refuse(counters: Counters, domain: DomainName, error: CodedError): Uint8Array {
  counters.add('control_refused_total', 1, { domain, reason: error.code });
  return encodeFailure(error);
}
