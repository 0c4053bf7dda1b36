/** A fragment as its domain runs it, and how what its statement says becomes deltas. */
import { createHmac } from 'node:crypto';
import type { Deployment, StatementOutput } from '../engine/engine.ts';
import { rowValues } from '../engine/engine.ts';
import { FlushPolicy } from '../exchange/flush-policy.ts';
import { FragmentSender } from '../exchange/fragment-sender.ts';
import type { HeartbeatPace } from '../exchange/heartbeat-pace.ts';
import type { SilenceSender } from '../exchange/silence-sender.ts';
import type { PrepareFragment, SealKey } from '../model/control.ts';
import type { Delta, DomainLack, InsertedRow, Update } from '../model/delta.ts';
import { CodedError } from '../model/errors.ts';
import type { Catalog } from '../model/event-type.ts';
import type { DomainName, FragmentId, QueryId } from '../model/ids.ts';
import type { FragmentKind } from '../model/plan.ts';
import type { ExportPolicies } from './export-policies.ts';
import type { AdmittedFragment } from './admitted-fragment.ts';
import { admitFragment } from './fragment-admission.ts';
import { JoinedRows } from './joined-rows.ts';
import { HeldDeltas } from './rate-cap.ts';
import { plainValues, rowKey } from './rows.ts';

export interface Lease {
  /** Monotonic ms of the last renewal. */
  renewedMs: number;
  /** The last delta when the fragment was prepared for this query: what comes later may be at or after its S. */
  preparedSeq: number;
  /** What was admitted: judged again when the policies change. */
  request: PrepareFragment;
}

/** A row of a view, and when it entered. */
export interface PresentRow {
  readonly row: InsertedRow;
  readonly enteredMs: number;
}

export interface RunningFragment {
  readonly id: FragmentId;
  readonly kind: FragmentKind;
  readonly admitted: AdmittedFragment;
  readonly sender: FragmentSender;
  readonly policy: FlushPolicy;
  readonly leases: Map<DomainName, Map<QueryId, Lease>>;
  /** When each consumer is told next. */
  readonly paces: Map<DomainName, HeartbeatPace>;
  /** Present rows of a view fragment by id, for snapshots; null for other kinds. */
  readonly rows: Map<string, PresentRow> | null;
  /** Ids of its rows where they are joined ones. */
  readonly joined: JoinedRows | null;
  state: 'prepared' | 'scheduled' | 'active';
  /** Of payloads on its topic; absent where they are not sealed. */
  seal: SealKey | undefined;
  /** Keys that it has had, and envelopes sealed with the present one. */
  keys: number;
  sealed: number;
  /** The policies changed since the key was made: who joins must not read what was sealed for others before. */
  newcomersApart: boolean;
  /** When it started or will start. */
  startMs: number;
  deployment: Deployment | null;
  /** What a rate cap holds back; null without one. */
  readonly held: HeldDeltas | null;
  /** Of a silent fragment that is active. */
  silence: SilenceSender | null;
  /** Of a residual that another domain's query placed here. */
  placed: PlacedGroup | null;
}

/** What is known of a residual of another domain's query that runs here. */
export interface PlacedGroup {
  /** Up to where everything is released. */
  readonly clockMs: number;
  /** The least of the domains that it reads, in order of their bytes. */
  readonly leastDomain: DomainName;
  lacks(): readonly DomainLack[] | undefined;
  /** Nobody reads it any more. */
  end(): void;
}

/** Not started yet, and of nobody. */
export function preparedFragment(
  id: FragmentId,
  kind: FragmentKind,
  admitted: AdmittedFragment,
  from: { readonly domain: DomainName; readonly epoch: number },
): RunningFragment {
  return {
    id,
    kind,
    admitted,
    sender: new FragmentSender({ fragmentId: id, epoch: from.epoch }),
    policy: new FlushPolicy(),
    leases: new Map(),
    paces: new Map(),
    rows: kind === 'view' ? new Map() : null,
    joined: admitted.joined ? new JoinedRows(from.domain) : null,
    seal: undefined,
    keys: 0,
    sealed: 0,
    newcomersApart: false,
    state: 'prepared',
    startMs: Infinity,
    deployment: null,
    held: admitted.caps.length === 0 ? null : new HeldDeltas(),
    silence: null,
    placed: null,
  };
}

/** The updates of what the statement said at one cause. */
export function updatesOf(output: StatementOutput): readonly Update[] {
  return output.updates === null ? [resultUpdate(output)] : output.updates.map(plainUpdate);
}

function resultUpdate(output: StatementOutput): Update {
  return {
    insert: output.insert.map((row) => ({ id: null, values: plainValues(rowValues(row, output.columns)) })),
    remove: output.remove.map((row) => ({ values: plainValues(rowValues(row, output.columns)) })),
  };
}

function plainUpdate(update: Update): Update {
  return { insert: update.insert.map((r) => ({ id: r.id, values: plainValues(r.values) })), remove: update.remove };
}

export function applyToRows(rows: Map<string, PresentRow>, { key, updates }: Delta): void {
  const enteredMs = key.timestampMs;
  for (const update of updates) {
    for (const row of update.insert) if (row.id !== null) rows.set(rowKey(row.id), { row, enteredMs });
    for (const row of update.remove) if ('id' in row) rows.delete(rowKey(row.id));
  }
}

/** Under `aggregateOnly`, the batch that was under way at the start: it is shorter than the least window. */
export function isCutShort({ admitted: { gridMs }, startMs }: RunningFragment, delta: Delta): boolean {
  return gridMs !== null && delta.key.timestampMs <= Math.ceil(startMs / gridMs) * gridMs;
}

/** Rows whose values are told. */
export function rowsOf(deltas: readonly Delta[]): number {
  let rows = 0;
  for (const { updates } of deltas) {
    for (const u of updates) rows += u.insert.length + u.remove.filter((r) => 'values' in r).length;
  }
  return rows;
}

/** Who acknowledges: queries of one domain that share a fragment begin at different deltas and take them apart. */
export function readerOf(consumer: DomainName, queryId: QueryId): string {
  return `${consumer} ${queryId}`;
}

/** HMAC over canonical text and kind; where sharing would not be exact, over the query and its consumer too (DESIGN §6). */
export function fragmentIdOf(secret: Uint8Array, request: PrepareFragment, admitted: AdmittedFragment): FragmentId {
  const mac = createHmac('sha256', secret);
  mac.update(JSON.stringify([request.fragmentKind, admitted.canonical]));
  // A cap holds back: who is under none must not wait for it.
  if (admitted.caps.length > 0) mac.update(JSON.stringify(admitted.caps));
  if (request.residual !== undefined) mac.update(JSON.stringify(request.residual));
  if (!admitted.shareable) mac.update(JSON.stringify([request.consumer, request.queryId, request.name]));
  // 128 bits: it stands in every envelope and heartbeat.
  return mac.digest().subarray(0, 16).toString('base64url');
}

/** For status: what runs, for whom. */
export interface FragmentListing {
  readonly fragmentId: FragmentId;
  readonly kind: FragmentKind;
  readonly epl: string;
  readonly consumers: readonly DomainName[];
  /** Queries that hold a lease. */
  readonly queries: readonly QueryId[];
  readonly lastSeq: number;
  /** Deltas kept for replay. */
  readonly retained: number;
}

export function listingOf(r: RunningFragment): FragmentListing {
  return {
    fragmentId: r.id,
    kind: r.kind,
    epl: r.admitted.canonical,
    consumers: [...r.leases.keys()],
    queries: [...r.leases.values()].flatMap((leases) => [...leases.keys()]),
    lastSeq: r.sender.lastSeq,
    retained: r.sender.retainedDeltas,
  };
}

/** Names of those that read one of the event types. */
export function readersAmong(running: Iterable<RunningFragment>, typeNames: readonly string[]): readonly string[] {
  const reads = (r: RunningFragment): boolean =>
    r.admitted.statement.streams.some((s) => s.source.kind === 'filter' && typeNames.includes(s.source.eventType.name));
  return [...running].filter(reads).map((r) => `fragment ${r.id.slice(0, 12)} for ${[...r.leases.keys()].join(', ')}`);
}

/** The id under which the request would run by the policies of now; null where they do not admit it. */
export function wouldBe(
  request: PrepareFragment,
  catalog: Catalog,
  policies: ExportPolicies | null,
  secret: Uint8Array,
): FragmentId | null {
  try {
    return fragmentIdOf(secret, request, admitFragment(request, catalog, policies));
  } catch (error) {
    if (error instanceof CodedError) return null;
    throw error;
  }
}
