/** Figures of a run: bytes across borders against shipping every event, messages, latency of triggers. */
import { FLUSH_SPACING_MS } from '../src/exchange/limits.ts';
import { KEY_BYTES } from '../src/federation/limits.ts';
import type { Delta } from '../src/model/delta.ts';
import { checkQuery, streamsRead } from './checkers/oracle.ts';
import type { SimRun } from './sim-run.ts';
import { WIRE_CODEC } from './world/wire-codec.ts';
import type { LoggedEvent } from './world/source-log.ts';

/** Sealed as all that crosses is. */
const KEY = { id: '1', key: new Uint8Array(KEY_BYTES) };

export interface Measures {
  readonly triggers: number;
  /** Envelopes and heartbeats, as encoded, once per receiver. */
  readonly bytes: number;
  /** Requests and replies of the control plane: deploying, leases, questions, repair. */
  readonly controlBytes: number;
  /** What every event of the streams read would take, all columns, in the same envelopes, once per reading domain. */
  readonly wholeBytes: number;
  readonly messages: number;
  /** From the measurement to the trigger that it caused, virtual ms; null when there was none. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
}

export function measure(run: SimRun): Measures {
  const totals = run.carried;
  const latencies: number[] = [];
  let triggers = 0;
  for (const { triggers: handed } of run.queries) {
    triggers += handed.length;
    for (const { trigger, trueMs } of handed) {
      const cause = run.world.sources.of(trigger.key);
      if (cause !== undefined) latencies.push(trueMs - cause.trueMs);
    }
  }
  latencies.sort((a, b) => a - b);
  return {
    triggers,
    bytes: totals.envelopeBytes + totals.heartbeatBytes,
    controlBytes: totals.controlBytes,
    wholeBytes: wholeBytes(run),
    messages: totals.envelopes + totals.heartbeats + totals.control,
    latencyMs: latencies.length === 0 ? null : { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
  };
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

/**
 * Each owner gets each stream of other domains that one of its queries reads once, from its first query on. Events are packed
 * as fragments are: those of one stream within the spacing of two flushes go in one envelope. No heartbeats are counted.
 */
function wholeBytes(run: SimRun): number {
  const readers = new Map<string, Map<string, number>>();
  for (const query of run.queries) {
    if (query.id === null) continue;
    const { owner } = query.spec;
    for (const stream of streamsRead(run.world, checkQuery(run.world, query.canonical))) {
      if (stream.startsWith(`${owner}.`)) continue;
      const owners = readers.get(stream) ?? new Map<string, number>();
      owners.set(owner, Math.min(owners.get(owner) ?? Infinity, query.startMs));
      readers.set(stream, owners);
    }
  }
  let bytes = 0;
  for (const [stream, events] of Map.groupBy(run.world.sources.events, (e) => e.stream)) {
    const starts = readers.get(stream);
    if (starts === undefined) continue;
    for (const startMs of starts.values()) bytes += shippedBytes(events.filter((e) => e.key.timestampMs >= startMs));
  }
  return bytes;
}

function shippedBytes(events: readonly LoggedEvent[]): number {
  let bytes = 0;
  let packed: LoggedEvent[] = [];
  let seq = 1;
  const flush = (): void => {
    const last = packed.at(-1);
    if (last === undefined) return;
    const header = { fragmentId: 'f'.repeat(22), epoch: 2 ** 24, seq, keyId: KEY.id };
    bytes += WIRE_CODEC.sealed(
      { ...header, watermarkMs: last.key.timestampMs, deltas: packed.map(deltaOf) },
      KEY,
    ).length;
    seq += packed.length;
    packed = [];
  };
  for (const event of events) {
    const [first] = packed;
    if (first !== undefined && event.trueMs - first.trueMs >= FLUSH_SPACING_MS) flush();
    packed.push(event);
  }
  flush();
  return bytes;
}

function deltaOf({ key, values }: LoggedEvent): Delta {
  const id = { domain: key.domain, seq: key.seq, part: 0 };
  // The domain is in the id and in the key: no need to ship the property.
  const shipped = Object.entries(values).flatMap(([name, value]) => (name === 'domain' ? [] : [value]));
  return { key, updates: [{ insert: [{ id, values: shipped }], remove: [] }] };
}
