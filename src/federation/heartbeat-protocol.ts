/**
 * `/pqa/heartbeat/1`: one long-lived stream per direction and pair (DESIGN §6).
 *
 * Heartbeats say where things stand, so a later one is worth more than an earlier one: of those not yet written only
 * the last `WAITING_FRAMES` are kept. A stream that breaks is opened again with the next heartbeat.
 */
import type { Connection, Stream } from '@libp2p/interface';
import { encode } from 'it-length-prefixed';
import type { Heartbeat } from '../model/control.ts';
import type { DomainName } from '../model/ids.ts';
import type { Counters } from '../ports/counters.ts';
import { decodeHeartbeatFrame, encodeHello } from './codec-heartbeat.ts';
import { readFrames } from './frames.ts';
import { HEARTBEAT_BYTES } from './limits.ts';

export const HEARTBEAT_PROTOCOL = '/pqa/heartbeat/1';

/** Streams per connection: one in use, one that replaces it. */
export const HEARTBEAT_STREAMS = 4;

/** Frames that wait for a slow peer. */
const WAITING_FRAMES = 8;

const OPEN_MS = 5000;

/** The outgoing stream to one peer. */
export class HeartbeatSender {
  readonly #self: DomainName;
  readonly #counters: Counters;
  readonly #closed = new AbortController();
  #waiting: Uint8Array[] = [];
  #wake: (() => void) | null = null;
  #running = false;

  constructor(self: DomainName, counters: Counters) {
    this.#self = self;
    this.#counters = counters;
  }

  send(connection: Connection, frame: Uint8Array): void {
    if (this.#closed.signal.aborted) return;
    if (this.#waiting.length >= WAITING_FRAMES) {
      this.#waiting.shift();
      this.#counters.add('heartbeat_dropped_total');
    }
    this.#waiting.push(frame);
    this.#wake?.();
    if (!this.#running) {
      this.#running = true;
      void this.#run(connection);
    }
  }

  close(): void {
    this.#closed.abort();
    this.#waiting = [];
    this.#wake?.();
  }

  /** Ends when the stream breaks; what waits then goes to the next one. */
  async #run(connection: Connection): Promise<void> {
    const { signal } = this.#closed;
    try {
      const stream = await connection.newStream(HEARTBEAT_PROTOCOL, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(OPEN_MS)]),
        maxOutboundStreams: HEARTBEAT_STREAMS,
      });
      const abort = (): void => stream.abort(new Error('closed'));
      signal.addEventListener('abort', abort);
      try {
        await stream.sink(this.#frames(stream));
      } finally {
        signal.removeEventListener('abort', abort);
      }
    } catch {
      // The connection is gone or going: the supervisor's business.
    } finally {
      this.#running = false;
    }
  }

  async *#frames(stream: Stream): AsyncGenerator<Uint8Array> {
    yield encode.single(encodeHello(this.#self)).subarray();
    while (!this.#closed.signal.aborted && stream.status === 'open') {
      const frame = this.#waiting.shift();
      if (frame !== undefined) yield encode.single(frame).subarray();
      else {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
        if (this.#wake === resolve) this.#wake = null;
      }
    }
  }
}

/** Reads the stream of a peer until it ends; nothing is thrown out of here. */
export async function receiveHeartbeats(
  stream: Stream,
  from: DomainName,
  counters: Counters,
  onHeartbeat: (heartbeat: Heartbeat) => void,
): Promise<void> {
  let greeted = false;
  const refuse = (reason: string): void => {
    counters.add('heartbeat_refused_total', 1, { domain: from, reason });
    stream.abort(new Error(reason));
  };
  try {
    for await (const frame of readFrames(stream, HEARTBEAT_BYTES)) {
      const decoded = decodeHeartbeatFrame(frame);
      if (!decoded.ok) return refuse('malformed');
      if (decoded.value.kind === 'hello') {
        if (decoded.value.hello.domain !== from) return refuse('another domain');
        greeted = true;
        continue;
      }
      if (!greeted) return refuse('no hello');
      const { heartbeat } = decoded.value;
      // Out of this reader: a mistake of ours in there must not look like one of the peer's.
      queueMicrotask(() => onHeartbeat(heartbeat));
    }
  } catch {
    counters.add('heartbeat_broken_total', 1, { domain: from });
  }
}
