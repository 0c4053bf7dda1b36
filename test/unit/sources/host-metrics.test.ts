/** Metrics of the machine: values and units, the beat, failures; and once the machine itself. */
import { expect, test } from 'vitest';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';
import { MetricRegistry } from '../../../src/agent/metric-registry.ts';
import type { Measurement } from '../../../src/ports/source.ts';
import { HOST_METRICS } from '../../../src/sources/host-metric-types.ts';
import { HostMetricsSource, PROBE_DEADLINE_MS, type HostProbe } from '../../../src/sources/host-metrics.ts';
import { realClock } from '../../support/real-ports.ts';

function probe(changes: Partial<HostProbe> = {}): HostProbe {
  let calls = 0;
  return {
    memory: async () => ({ total: 1_000, available: 250, swaptotal: 100, swapused: 1 }),
    cpu: async () => ({ percent: 12.5, cores: 2, loads: [0.1, 0.2, 0.3] }),
    network: async () => {
      const rate = calls++ === 0 ? null : 1_000;
      return [{ name: 'eth0', up: true, rxBytes: 5, txBytes: 6, rxBytesPerSecond: rate, txBytesPerSecond: rate }];
    },
    ...changes,
  };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}

function world(changes: Partial<HostProbe> = {}) {
  const clock = new VirtualTime(42);
  const source = new HostMetricsSource({ clock, probe: probe(changes) }, { host: 'h', intervalMs: 1_000 });
  const batches: (readonly Measurement[])[] = [];
  const failures: unknown[] = [];
  const start = () =>
    source.start(
      (batch) => {
        batches.push(batch);
        return { accepted: batch.length, refused: 0 };
      },
      (error) => failures.push(error),
    );
  const runUntil = async (condition: () => boolean) => {
    for (let i = 0; i < 200; i++) {
      await settle();
      if (condition()) return;
      clock.step();
    }
    throw new Error('the condition never held');
  };
  return { clock, source, batches, failures, start, runUntil };
}

test('the first measurement is there when it has started; rates come with the second, an interval later', async () => {
  const { clock, batches, start, runUntil, source } = world();
  await start();
  expect(batches).toEqual([
    [
      {
        metric: 'HostMemory',
        values: {
          host: 'h',
          measuredAt: 42,
          memutil: 75,
          usedBytes: 750,
          availableBytes: 250,
          totalBytes: 1_000,
          swapUsedBytes: 1,
          swapTotalBytes: 100,
        },
      },
      {
        metric: 'HostCpu',
        values: { host: 'h', measuredAt: 42, cpuutil: 12.5, load1: 0.1, load5: 0.2, load15: 0.3, cores: 2 },
      },
    ],
  ]);
  await runUntil(() => batches.length === 2);
  expect(clock.monotonicMs()).toBe(1_000);
  expect(batches[1]?.[2]).toEqual({
    metric: 'HostNetwork',
    values: {
      host: 'h',
      measuredAt: 42,
      interface: 'eth0',
      rxBitsPerSecond: 8_000,
      txBitsPerSecond: 8_000,
      rxBytes: 5,
      txBytes: 6,
      up: true,
    },
  });
  await runUntil(() => batches.length === 5);
  expect(clock.monotonicMs()).toBe(4_000);
  await source.stop();
});

test('stopped, it emits no more, whatever was under way', async () => {
  const { clock, batches, start, source } = world();
  await start();
  clock.step();
  await source.stop();
  await source.stop();
  while (clock.step()) await settle();
  await settle();
  expect(batches).toHaveLength(1);
});

test('a probe that throws fails it once, and it can be started again', async () => {
  let broken = false;
  const { batches, failures, start, runUntil } = world({
    cpu: async () => {
      if (broken) throw new Error('no /proc');
      return { percent: 1, cores: 1, loads: [] };
    },
  });
  await start();
  broken = true;
  await runUntil(() => failures.length > 0);
  expect(failures).toEqual([expect.objectContaining({ code: 'SOURCE_FAILED', message: 'no /proc' })]);
  await expect(start()).rejects.toThrow('no /proc');
  broken = false;
  await start();
  expect([batches.length, failures.length]).toEqual([2, 1]);
});

test('a probe that never answers fails it', async () => {
  let hang = false;
  const { clock, failures, start, runUntil } = world({
    memory: () =>
      hang ? new Promise(() => {}) : Promise.resolve({ total: 1, available: 1, swaptotal: 0, swapused: 0 }),
  });
  await start();
  hang = true;
  await runUntil(() => failures.length > 0);
  expect(failures).toEqual([expect.objectContaining({ code: 'SOURCE_FAILED' })]);
  expect(clock.monotonicMs()).toBe(1_000 + PROBE_DEADLINE_MS);
});

test('this machine can be measured, and its values fit what is declared', async () => {
  const all = ['memory', 'cpu', 'network', 'paper-memory', 'paper-network'] as const;
  const source = new HostMetricsSource({ clock: realClock }, { intervalMs: 600, metrics: all });
  const registry = new MetricRegistry({ store: new MemoryStore(), usesOf: () => [] }, { domain: 'd' });
  for (const metric of source.metrics) registry.declare(metric);
  const seen = new Map<string, Readonly<Record<string, unknown>>>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  await source.start((batch) => {
    for (const { metric, values } of batch) seen.set(metric, registry.ingest(metric, values, 0));
    if (seen.size === 6) resolve();
    return { accepted: batch.length, refused: 0 };
  }, reject);
  await promise;
  await source.stop();
  expect([...seen.keys()].toSorted()).toEqual(source.metrics.map((m) => m.name).toSorted());
  for (const metric of Object.values(HOST_METRICS).flat()) {
    const values = seen.get(metric.name) ?? {};
    expect(metric.properties.filter((p) => values[p.name] === null || values[p.name] === undefined)).toEqual([]);
  }
  const { memutil, usedBytes } = seen.get('HostMemory') ?? {};
  expect(Number(memutil)).toBeGreaterThan(0);
  expect(Number(memutil)).toBeLessThanOrEqual(100);
  expect(Number.isInteger(usedBytes)).toBe(true);
});

test('the metrics of the paper have its names and form', async () => {
  const clock = new VirtualTime(42);
  const options = { host: 'h', metrics: ['paper-memory', 'paper-network'] as const };
  const source = new HostMetricsSource({ clock, probe: probe() }, options);
  const seen: Measurement[] = [];
  const take = (batch: readonly Measurement[]) => {
    seen.push(...batch);
    return { accepted: batch.length, refused: 0 };
  };
  await source.start(take, () => {});
  await source.stop();
  await source.start(take, () => {});
  await source.stop();
  const memory = [
    { metric: 'MemUtilEvent', values: { host: 'h', measuredAt: 42, memutil: 75 } },
    {
      metric: 'MemoryUtilization',
      values: { host: 'h', measuredAt: 42, metricName: 'MemoryUtilization', metricValue: 75 },
    },
  ];
  const network = {
    metric: 'BWUtilization',
    values: { host: 'h', measuredAt: 42, metricName: 'BWUtilization', metricValue: 16_000 },
  };
  expect(seen).toEqual([...memory, ...memory, network]);
});
