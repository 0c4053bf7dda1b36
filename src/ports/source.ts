/** Where measurements come from. One file per monitoring client in sources/. */
import type { PropertyDeclaration } from './registry.ts';

export interface Measurement {
  /** Name of the metric, without domain. */
  readonly metric: string;
  /** Values by property, as decoded; checked against the metric's declared types on ingestion. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Idempotence: one id seen already from this source is dropped. */
  readonly id?: string | undefined;
}

export interface SourceHealth {
  readonly state: 'starting' | 'running' | 'backing-off' | 'failed' | 'stopped';
  readonly detail: string;
  readonly eventsTotal: number;
  readonly failuresTotal: number;
  readonly lastEventMs: number | null;
}

/** Takes what a source measured; never throws; says what was refused. Never blocks. */
export type EmitMeasurements = (batch: readonly Measurement[]) => {
  readonly accepted: number;
  readonly refused: number;
};

/**
 * A monitoring client. `start` resolves when the source runs and rejects when it cannot; a source that fails later calls
 * `fail` once and is restarted with back-off by the agent. `stop` is idempotent and awaits.
 */
export interface MeasurementSource {
  readonly name: string;
  /** Metrics it will emit, registered before it starts. */
  readonly metrics: readonly {
    readonly name: string;
    readonly description: string;
    readonly properties: readonly PropertyDeclaration[];
  }[];
  start(emit: EmitMeasurements, fail: (error: unknown) => void): Promise<void>;
  stop(): Promise<void>;
}
