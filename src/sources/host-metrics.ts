/**
 * Metrics of the machine that the agent runs on: memory, CPU, network throughput per interface.
 *
 * One measurement per metric (per interface for the network) and interval, the first at start; rates of an interface come
 * with the second. The next measurement begins an interval after the last one began, never two at once. A probe that
 * throws or does not answer fails the source, and its supervisor starts it again.
 */
import { hostname, loadavg } from 'node:os';
import { currentLoad, mem, networkStats } from 'systeminformation';
import { CodedError, toCodedError } from '../model/errors.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { EmitMeasurements, Measurement, MeasurementSource } from '../ports/source.ts';
import { HOST_METRICS, type HostMetric } from './host-metric-types.ts';

/** How long a probe may take, ms: the first call of one takes half a second, a hung one must not look like silence. */
export const PROBE_DEADLINE_MS = 15_000;

/** What is asked of the machine; tests pass their own. */
export interface HostProbe {
  memory(): Promise<{
    readonly total: number;
    readonly available: number;
    readonly swaptotal: number;
    readonly swapused: number;
  }>;
  /** `percent` not idle since the last call. */
  cpu(): Promise<{ readonly percent: number; readonly cores: number; readonly loads: readonly number[] }>;
  /** `perSecond` null at the first call. */
  network(): Promise<
    readonly {
      readonly name: string;
      readonly up: boolean;
      readonly rxBytes: number;
      readonly txBytes: number;
      readonly rxBytesPerSecond: number | null;
      readonly txBytesPerSecond: number | null;
    }[]
  >;
}

export interface HostMetricsOptions {
  /** @default memory, cpu, network */
  readonly metrics?: readonly HostMetric[] | undefined;
  /** @default 1_000 */
  readonly intervalMs?: number | undefined;
  /** @default the machine's host name */
  readonly host?: string | undefined;
}

export interface HostMetricsDeps {
  readonly clock: Clock;
  readonly probe?: HostProbe | undefined;
}

export class HostMetricsSource implements MeasurementSource {
  readonly name = 'host';
  readonly metrics: MeasurementSource['metrics'];
  readonly #clock: Clock;
  readonly #probe: HostProbe;
  readonly #wanted: readonly HostMetric[];
  readonly #intervalMs: number;
  readonly #host: string;
  #cancel: Cancel = () => {};
  /** One per start, so that what an earlier one left under way has no effect. */
  #run: object | null = null;

  constructor(deps: HostMetricsDeps, options: HostMetricsOptions = {}) {
    this.#clock = deps.clock;
    this.#probe = deps.probe ?? systemProbe;
    this.#wanted = options.metrics ?? ['memory', 'cpu', 'network'];
    this.#intervalMs = options.intervalMs ?? 1_000;
    this.#host = options.host ?? hostname();
    this.metrics = this.#wanted.flatMap((metric) => HOST_METRICS[metric]);
  }

  async start(emit: EmitMeasurements, fail: (error: unknown) => void): Promise<void> {
    const run = {};
    this.#run = run;
    const begunMs = this.#clock.monotonicMs();
    const first = await this.#measureInTime();
    if (this.#run !== run) return;
    emit(first);
    this.#arrange(run, begunMs, emit, fail);
  }

  stop(): Promise<void> {
    this.#run = null;
    this.#cancel();
    return Promise.resolve();
  }

  #arrange(run: object, lastBegunMs: number, emit: EmitMeasurements, fail: (error: unknown) => void): void {
    const delayMs = Math.max(0, lastBegunMs + this.#intervalMs - this.#clock.monotonicMs());
    this.#cancel = this.#clock.after(delayMs, () => {
      const begunMs = this.#clock.monotonicMs();
      this.#measureInTime().then(
        (batch) => {
          if (this.#run !== run) return;
          emit(batch);
          this.#arrange(run, begunMs, emit, fail);
        },
        (error: unknown) => {
          if (this.#run !== run) return;
          this.#run = null;
          fail(toCodedError(error, 'SOURCE_FAILED'));
        },
      );
    });
  }

  #measureInTime(): Promise<readonly Measurement[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Measurement[]>();
    const cancel = this.#clock.after(PROBE_DEADLINE_MS, () =>
      reject(new CodedError('SOURCE_FAILED', `the machine has not answered within ${PROBE_DEADLINE_MS} ms`)),
    );
    this.#measure().then(resolve, reject);
    return promise.finally(cancel);
  }

  async #measure(): Promise<readonly Measurement[]> {
    const batches = await Promise.all(
      this.#wanted.map((metric) => {
        switch (metric) {
          case 'memory':
            return this.#memory();
          case 'cpu':
            return this.#cpu();
          case 'network':
            return this.#network();
          case 'paper-memory':
            return this.#paperMemory();
          case 'paper-network':
            return this.#paperNetwork();
        }
      }),
    );
    return batches.flat();
  }

  async #memory(): Promise<readonly Measurement[]> {
    const { total, available, swaptotal, swapused } = await this.#probe.memory();
    const used = usedPart(total, available);
    return [
      this.#measurement('HostMemory', {
        memutil: used.percent,
        usedBytes: used.bytes,
        availableBytes: available,
        totalBytes: total,
        swapUsedBytes: swapused,
        swapTotalBytes: swaptotal,
      }),
    ];
  }

  async #paperMemory(): Promise<readonly Measurement[]> {
    const { total, available } = await this.#probe.memory();
    const { percent } = usedPart(total, available);
    return [
      this.#measurement('MemUtilEvent', { memutil: percent }),
      this.#paperMeasurement('MemoryUtilization', percent),
    ];
  }

  async #cpu(): Promise<readonly Measurement[]> {
    const { percent, cores, loads } = await this.#probe.cpu();
    const [load1 = null, load5 = null, load15 = null] = loads;
    return [this.#measurement('HostCpu', { cpuutil: percent, load1, load5, load15, cores })];
  }

  async #network(): Promise<readonly Measurement[]> {
    const interfaces = await this.#probe.network();
    return interfaces.flatMap((i) => {
      const { rxBytesPerSecond: rx, txBytesPerSecond: tx } = i;
      if (rx === null || tx === null) return [];
      const rates = { rxBitsPerSecond: 8 * rx, txBitsPerSecond: 8 * tx };
      const totals = { rxBytes: i.rxBytes, txBytes: i.txBytes, up: i.up };
      return [this.#measurement('HostNetwork', { interface: i.name, ...rates, ...totals })];
    });
  }

  async #paperNetwork(): Promise<readonly Measurement[]> {
    const interfaces = await this.#probe.network();
    const rates = interfaces.flatMap(({ rxBytesPerSecond: rx, txBytesPerSecond: tx }) =>
      rx === null || tx === null ? [] : [8 * (rx + tx)],
    );
    if (rates.length === 0) return [];
    return [
      this.#paperMeasurement(
        'BWUtilization',
        rates.reduce((sum, rate) => sum + rate, 0),
      ),
    ];
  }

  #measurement(metric: string, values: Readonly<Record<string, unknown>>): Measurement {
    return { metric, values: { host: this.#host, measuredAt: this.#clock.nowMs(), ...values } };
  }

  #paperMeasurement(metric: string, metricValue: number): Measurement {
    return this.#measurement(metric, { metricName: metric, metricValue });
  }
}

/** Throws `SOURCE_FAILED` where that is no answer. */
function usedPart(total: number, available: number): { readonly bytes: number; readonly percent: number } {
  if (!(total > 0)) throw new CodedError('SOURCE_FAILED', `the machine says it has ${total} bytes of memory`);
  const bytes = Math.max(0, total - available);
  return { bytes, percent: (100 * bytes) / total };
}

/** The machine itself, through `systeminformation`. */
export const systemProbe: HostProbe = {
  memory: () => mem(),
  async cpu() {
    const { currentLoad: percent, cpus } = await currentLoad();
    return { percent, cores: cpus.length, loads: loadavg() };
  },
  async network() {
    return (await networkStats('*')).map((i) => ({
      name: i.iface,
      // The loopback interface and some virtual ones do not know.
      up: i.operstate !== 'down',
      rxBytes: i.rx_bytes,
      txBytes: i.tx_bytes,
      rxBytesPerSecond: finiteOrNull(i.rx_sec),
      txBytesPerSecond: finiteOrNull(i.tx_sec),
    }));
  },
};

/** The library's types say number, its answers also null. */
function finiteOrNull(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : value;
}
