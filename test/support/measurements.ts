/** Seeded streams of measurements for system tests, and their publication strictly one after the other. */
import type { AgentProcess } from './agents.ts';
import { eventually } from './real-ports.ts';

/** mulberry32: small, seeded. */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Measurement {
  readonly domain: string;
  readonly metric: string;
  /** Carries the event's number, so that rows name the events they come from. */
  readonly metricName: string;
  readonly metricValue: number;
}

export interface StreamOptions {
  readonly seed: number;
  readonly count: number;
  readonly streams: readonly { readonly domain: string; readonly metric: string }[];
  /** Share of the events that lie above 70; they come in bursts, in all streams together, as congestion does. */
  readonly busyShare: number;
  /** Number of the first event. @default 0 */
  readonly from?: number;
}

/** Length of a burst, events. */
const BURST = 10;

export function measurements({ seed, count, streams, busyShare, from = 0 }: StreamOptions): readonly Measurement[] {
  const random = seeded(seed + from);
  const bursts = Math.round((count * busyShare) / BURST);
  const segment = count / bursts;
  const begins = Array.from({ length: bursts }, (_, k) => Math.floor(k * segment + random() * (segment - BURST)));
  return Array.from({ length: count }, (_, i) => {
    const above = begins.some((begin) => i >= begin && i < begin + BURST);
    const stream = streams[Math.floor(random() * streams.length)] ?? { domain: '', metric: '' };
    const metricValue = Math.round((above ? 70.5 + random() * 29 : random() * 69) * 100) / 100;
    return { ...stream, metricName: `${stream.metric}#${from + i}`, metricValue };
  });
}

/** Resolves in a later millisecond than it was called: the next stamp is later than all before, on one machine's clock. */
export async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  while (Date.now() <= now) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Publishes one after the other, each in a later millisecond than the one before was answered: the order of stamps is the
 * order of the list. `sent` is told of each with bounds of its stamp.
 */
export async function publishInOrder(
  agentOf: (domain: string) => AgentProcess,
  list: readonly Measurement[],
  sent: (m: Measurement, stamp: { readonly fromMs: number; readonly toMs: number }) => void = () => undefined,
): Promise<void> {
  for (const m of list) {
    await nextMillisecond();
    const fromMs = Date.now();
    await agentOf(m.domain).publish(m.metric, { metricName: m.metricName, metricValue: m.metricValue });
    sent(m, { fromMs, toMs: Date.now() });
  }
}

/** Waits until the query is live from all its domains: what is published from now on lies after its start. */
export async function untilCovered(owner: AgentProcess, queryId: string, domains: readonly string[]): Promise<void> {
  await eventually(
    `query ${queryId.slice(0, 8)} covers ${domains.join(', ')}`,
    async () => {
      const { coverage, state } = await owner.ask('getQuery', queryId);
      if (state !== 'running' || !Array.isArray(coverage)) return false;
      const now = Date.now();
      return domains.every((domain) =>
        coverage.some(
          (c) =>
            c.domain === domain && c.state === 'live' && c.completeFromMs < now && c.watermarkMs > c.completeFromMs,
        ),
      );
    },
    30_000,
  );
}
