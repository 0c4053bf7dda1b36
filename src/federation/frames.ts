/** Frames on a direct stream: each preceded by its length (unsigned varint), none longer than a limit. */
import type { Stream } from '@libp2p/interface';
import { decode, encode } from 'it-length-prefixed';

/** Largest varint of a length: 4 bytes reach 256 MiB. */
const LENGTH_BYTES = 4;

/** One frame after the other; throws when the stream is reset or a frame is longer than `limitBytes`. */
export async function* readFrames(stream: Stream, limitBytes: number): AsyncGenerator<Uint8Array> {
  for await (const frame of decode(stream.source, { maxDataLength: limitBytes, maxLengthLength: LENGTH_BYTES })) {
    yield frame.subarray();
  }
}

/** The first frame; undefined when the stream ends before. */
export async function readFrame(stream: Stream, limitBytes: number): Promise<Uint8Array | undefined> {
  const first = await readFrames(stream, limitBytes).next();
  return first.done === true ? undefined : first.value;
}

/** Writes one frame and ends this side. */
export async function writeFrame(stream: Stream, frame: Uint8Array): Promise<void> {
  await stream.sink([encode.single(frame)]);
}

/** Runs `work` on a stream that is aborted with `signal`; the stream never outlives it. */
export async function withStream<T>(stream: Stream, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const abort = (): void => stream.abort(new Error('aborted'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await work();
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error('failed'));
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
