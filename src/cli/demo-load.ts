/**
 * Real load for the demonstration, in a process of its own that is killed to end it: memory that is touched, and bytes over
 * the loopback interface. Bounded in size, rate and time.
 */
import { createServer, connect } from 'node:net';

/** Memory taken, bytes. */
export const LOAD_MEMORY_BYTES = 600 * 1024 * 1024;

/** Traffic over loopback, bits per second. */
export const LOAD_BITS_PER_SECOND = 400_000_000;

/** The process ends by itself after this. */
const LOAD_LIMIT_MS = 60_000;

const CHUNK = Buffer.alloc(64 * 1024, 7);
const TICK_MS = 10;

/** Runs until killed, or until the limit. */
export async function runDemoLoad(): Promise<number> {
  const held = Buffer.alloc(LOAD_MEMORY_BYTES, 1);
  const server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') return 1;
  const socket = connect(address.port, '127.0.0.1');
  const bytesPerTick = (LOAD_BITS_PER_SECOND / 8 / 1000) * TICK_MS;
  const timer = setInterval(() => {
    for (let sent = 0; sent < bytesPerTick && !socket.writableNeedDrain; sent += CHUNK.length) socket.write(CHUNK);
  }, TICK_MS);
  await new Promise<void>((resolve) => setTimeout(resolve, LOAD_LIMIT_MS));
  clearInterval(timer);
  socket.destroy();
  server.close();
  return held.length > 0 ? 0 : 1;
}
