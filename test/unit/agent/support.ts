/** One domain's fragment host over virtual time, and what it sent. */
import { ExportPolicies } from '../../../src/agent/export-policies.ts';
import { typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { FragmentHost } from '../../../src/agent/fragment-host.ts';
import { Ledger } from '../../../src/agent/ledger.ts';
import { LocalRuntime } from '../../../src/agent/local-runtime.ts';
import type { Column } from '../../../src/model/checked.ts';
import type { Heartbeat, PrepareFragment } from '../../../src/model/control.ts';
import type { CauseKey } from '../../../src/model/cause-key.ts';
import type { DeltaEnvelope } from '../../../src/model/delta.ts';
import { CodedError, type ErrorCode } from '../../../src/model/errors.ts';
import type { ExportPolicy } from '../../../src/model/policy.ts';
import { DOUBLE, STRING } from '../../../src/model/value.ts';
import { CountingCounters, SILENT_LOG } from '../../../sim/world/virtual-federation.ts';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';

export const HOST: Column = { name: 'host', type: STRING };
export const UTIL: Column = { name: 'util', type: DOUBLE };

export class HostWorld {
  readonly time = new VirtualTime(1_000);
  readonly counters = new CountingCounters();
  readonly runtime: LocalRuntime;
  readonly host: FragmentHost;
  readonly ledger = new Ledger();
  readonly policies: ExportPolicies;
  readonly published: DeltaEnvelope[] = [];
  readonly delivered: DeltaEnvelope[] = [];
  readonly bounds: CauseKey[] = [];
  readonly heartbeats: { readonly to: string; readonly heartbeat: Heartbeat }[] = [];

  constructor(
    options: { readonly epoch?: number; readonly secret?: string; readonly policies?: readonly ExportPolicy[] } = {},
  ) {
    this.runtime = new LocalRuntime({ clock: this.time }, { domain: 'renci' });
    for (const type of typesOfMetric('renci', 'Mem', [HOST, UTIL])) this.runtime.addType(type);
    this.policies = new ExportPolicies('renci', options.policies ?? []);
    this.host = new FragmentHost(
      {
        runtime: this.runtime,
        clock: this.time,
        counters: this.counters,
        log: SILENT_LOG,
        ledger: this.ledger,
        policies: this.policies,
        outlet: {
          publish: (e) => this.published.push(e),
          deliver: (e) => this.delivered.push(e),
          delivered: (_, bound) => this.bounds.push(bound),
          sendHeartbeat: (to, heartbeat) => this.heartbeats.push({ to, heartbeat }),
        },
      },
      { epoch: options.epoch ?? 1, secret: new TextEncoder().encode(options.secret ?? 'secret of renci') },
    );
  }

  /** Prepares and commits for `consumer`, start at the next ms, which then is reached. */
  run(consumer: string, request: Partial<PrepareFragment> = {}): string {
    const { fragmentId } = this.host.prepare(consumer, prepareOf(consumer, request));
    const startMs = this.runtime.stampMs + 1;
    this.host.commit(consumer, { kind: 'commit', queryId: request.queryId ?? 'q1', fragmentId, startMs });
    this.wall(startMs);
    return fragmentId;
  }

  /** Moves the wall clock on; timers fire and what waits is sent. */
  wall(ms: number): void {
    this.time.setWall(ms);
    this.runtime.tick();
    this.time.step(this.time.monotonicMs() + 10);
    this.host.flush();
  }

  send(host: string, util: number): void {
    this.runtime.ingest('renci.Mem', { host, util, domain: 'renci' });
    this.time.step(this.time.monotonicMs() + 10);
    this.host.flush();
  }

  /** Lets so much time of the monotonic clock pass. */
  pass(ms: number): void {
    const end = this.time.monotonicMs() + ms;
    while (this.time.step(end));
  }
}

export function prepareOf(consumer: string, request: Partial<PrepareFragment> = {}): PrepareFragment {
  return {
    kind: 'prepare',
    queryId: 'q1',
    consumer,
    name: 'f0.0',
    fragmentKind: 'stream',
    epl: 'select host from renci.Mem(util > 5)',
    columns: [HOST],
    readers: [consumer],
    ...request,
  };
}

export function codeOf(work: () => unknown): ErrorCode | 'none' {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return 'none';
}
