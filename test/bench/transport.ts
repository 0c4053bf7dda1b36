/**
 * Latency and rate of the transport on loopback, all members in one process: `node test/bench/transport.ts [consumers]`.
 * Prints publish-to-delivery of single small envelopes on an idle link, heartbeats, requests, and the rate under load.
 */
import { envelopeBytes } from '../../src/federation/codec.ts';
import type { DeltaEnvelope } from '../../src/model/delta.ts';
import { insertion } from '../support/exchange-fixtures.ts';
import { connectAll, Party, stopAll, until } from '../federation/harness.ts';

const SAMPLES = 400;
const LOAD = 4000;
const PACKED = 500;

const consumers = Number(process.argv[2] ?? 1);
const a = await Party.make('renci');
const rest = await Promise.all(Array.from({ length: consumers }, (_, i) => Party.make(`c${i}`)));
const started = performance.now();
await connectAll([a, ...rest]);
report(`${consumers + 1} members connected after ${(performance.now() - started).toFixed(0)} ms`);
for (const c of rest) c.transport.subscribe('renci', 'f');
await until('subscribed', () => rest.every((c) => a.transport.subscribed(c.domain, 'f')));
report(`subscriptions known after ${(performance.now() - started).toFixed(0)} ms`);
const [b] = rest;
if (b === undefined) throw new Error('at least one consumer');

function envelope(seq: number, n: number): DeltaEnvelope {
  const deltas = Array.from({ length: n }, (_, i) => insertion(1000 + seq, 'renci', seq * 1000 + i));
  return { fragmentId: 'f', epoch: 1, seq: seq * 1000 + 1, keyId: '', watermarkMs: 1000 + seq, deltas };
}

const first = performance.now();
a.transport.publish(envelope(0, 1));
await until('first', () => rest.every((c) => c.envelopes.length === 1));
report(`first envelope, no mesh awaited: ${(performance.now() - first).toFixed(1)} ms`);

const latencies: number[] = [];
for (let i = 1; i <= SAMPLES; i++) {
  const sentMs = performance.now();
  a.transport.publish(envelope(i, 5));
  const count = b.envelopes.length;
  await until('one', () => b.envelopes.length > count);
  latencies.push((b.envelopes.at(-1)?.atMs ?? 0) - sentMs);
}
report(`envelope of ${envelopeBytes(envelope(1, 5))} B, idle: ${quantiles(latencies)}`);

const round: number[] = [];
for (let i = 0; i < SAMPLES; i++) {
  const sentMs = performance.now();
  await b.transport.request('renci', { kind: 'catalog', knownVersion: 0 }, AbortSignal.timeout(5000));
  round.push(performance.now() - sentMs);
}
report(`request and reply: ${quantiles(round)}`);

await load('small', LOAD, 5);
await load('packed', PACKED, 500);
await stopAll([a, ...rest]);

async function load(what: string, messages: number, deltas: number): Promise<void> {
  for (const c of rest) c.envelopes.length = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  let dropped = 0;
  for (let i = 0; i < messages; i++) {
    a.transport.publish(envelope(10_000 + i, deltas));
    if (i % 200 === 199)
      await until('drained', () => rest.every((c) => c.envelopes.length >= i - 100), 2000).catch(() => dropped++);
  }
  await until('all', () => rest.every((c) => c.envelopes.length >= messages), 10_000).catch(() => dropped++);
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const got = rest.map((c) => c.envelopes.length).join();
  report(
    `${what}: ${messages} envelopes of ${envelopeBytes(envelope(1, deltas))} B in ${ms.toFixed(0)} ms, ` +
      `${((messages * deltas * 1000) / ms).toFixed(0)} deltas/s, ${((user + system) / messages).toFixed(0)} µs CPU each, delivered ${got}`,
  );
}

function quantiles(values: readonly number[]): string {
  const sorted = values.toSorted((x, y) => x - y);
  const at = (q: number): string => (sorted[Math.floor(q * (sorted.length - 1))] ?? 0).toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
