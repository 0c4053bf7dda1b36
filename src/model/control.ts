/** Messages of the control plane between agents (DESIGN §6): direct streams, authenticated by PeerId. */
import type { Column } from './checked.ts';
import type { DeltaEnvelope, DomainLack, InsertedRow } from './delta.ts';
import type { EventType } from './event-type.ts';
import type { DomainName, FragmentId, QueryId } from './ids.ts';
import type { FragmentKind } from './plan.ts';
import type { SilenceReply, SilenceRequest, SilentProgress } from './silence.ts';

/** One fragment's progress in a heartbeat. */
export interface FragmentProgress {
  readonly fragmentId: FragmentId;
  readonly epoch: number;
  readonly watermarkMs: number;
  /** The watermark counts once all deltas up to this number are in; 0 when none was made yet. */
  readonly lastSeq: number;
  /** Of a fragment whose bounds are being watched. */
  readonly silence?: SilentProgress | undefined;
  /** Of a placed residual: its inputs of which something is or was missing. @default none */
  readonly lacks?: readonly DomainLack[] | undefined;
}

/** From the domain that runs fragments to one consumer, covering all its fragments. */
export interface Heartbeat {
  readonly sentMs: number;
  readonly fragments: readonly FragmentProgress[];
}

/** What one domain offers to the reader who asked, after policy. */
export interface DomainCatalog {
  readonly domain: DomainName;
  readonly version: number;
  readonly metrics: readonly CatalogMetric[];
}

export interface CatalogMetric {
  readonly name: string;
  readonly description: string;
  readonly properties: EventType['properties'];
  readonly units: Readonly<Record<string, string>>;
  /** Only groups of tumbling windows leave the domain for this reader. @default false */
  readonly aggregateOnly?: boolean | undefined;
}

/** What was measured of one stream of the domain that tells it, rounded. */
export interface MetricFigures {
  readonly metric: string;
  /** Events per second over the last minute. */
  readonly rateHz: number;
  readonly columns: readonly ColumnFigures[];
}

export interface ColumnFigures {
  readonly name: string;
  /** Mean size of a value on the wire. */
  readonly bytes: number;
  /** Different values seen. */
  readonly distinct: number;
}

export interface PrepareFragment {
  readonly kind: 'prepare';
  readonly queryId: QueryId;
  readonly consumer: DomainName;
  /** Name within the plan. */
  readonly name: string;
  readonly fragmentKind: FragmentKind;
  readonly epl: string;
  /** Columns the consumer expects: a difference is a schema conflict and refuses the fragment. */
  readonly columns: readonly Column[];
  /** Domains that will hold the rows or what is derived from them. */
  readonly readers: readonly DomainName[];
  /** Of a residual that is to run here (kind `result`): what its text reads instead of streams. */
  readonly residual?: ResidualRequest | undefined;
}

/** What the domain that runs a placed residual asks others for, as the owner of a query does (DESIGN §5). */
export interface ResidualRequest {
  readonly inputs: readonly ResidualInput[];
  /** True: never go on without a domain (`wait`). */
  readonly waits: boolean;
}

export interface ResidualInput {
  /** As the residual's text calls it. */
  readonly name: string;
  readonly kind: FragmentKind;
  readonly standsFor: string;
  readonly columns: readonly Column[];
  readonly fragments: readonly { readonly name: string; readonly domain: DomainName; readonly epl: string }[];
}

export interface CommitFragment {
  readonly kind: 'commit';
  readonly queryId: QueryId;
  readonly fragmentId: FragmentId;
  /** Start S: events before it are outside the query. */
  readonly startMs: number;
}

export interface CancelFragment {
  readonly kind: 'cancel';
  readonly queryId: QueryId;
  readonly fragmentId: FragmentId;
}

export interface Acknowledgement {
  readonly fragmentId: FragmentId;
  readonly epoch: number;
  readonly seq: number;
  /** Of a silent fragment: up to when all domains' bounds are known to have held. */
  readonly provedMs?: number | undefined;
}

export interface RenewLease {
  readonly kind: 'renew';
  readonly queryId: QueryId;
  readonly fragmentIds: readonly FragmentId[];
  /** Highest seq per fragment that is durable with the consumer. */
  readonly acknowledged: readonly Acknowledgement[];
}

/** Asks for deltas again, [fromSeq, toSeq]; or a snapshot where those are gone. */
export interface ReplayRequest {
  readonly kind: 'replay';
  readonly fragmentId: FragmentId;
  readonly epoch: number;
  readonly fromSeq: number;
  readonly toSeq: number;
}

export interface SnapshotRequest {
  readonly kind: 'snapshot';
  readonly fragmentId: FragmentId;
  /** S of the query: rows that entered before it are left out. @default 0 */
  readonly fromMs?: number | undefined;
}

/**
 * Asked by a consumer that holds causes back: answered with a heartbeat as soon as the domain's clock has reached
 * `untilMs`, or after {@link PROGRESS_WAIT_MS} with what there is.
 */
export interface ProgressRequest {
  readonly kind: 'progress';
  readonly fragmentIds: readonly FragmentId[];
  readonly untilMs: number;
}

/** Longest time that a progress request is kept waiting. */
export const PROGRESS_WAIT_MS = 1_000;

export interface KeyRequest {
  readonly kind: 'key';
  readonly fragmentId: FragmentId;
}

export interface CatalogRequest {
  readonly kind: 'catalog';
  readonly knownVersion: number;
}

export type ControlRequest =
  | PrepareFragment
  | CommitFragment
  | CancelFragment
  | RenewLease
  | ReplayRequest
  | SnapshotRequest
  | ProgressRequest
  | KeyRequest
  | SilenceRequest
  | CatalogRequest;

/** Key of a fragment's payloads on its topic; handed to admitted consumers over direct streams only (DESIGN §6). */
export interface SealKey {
  /** Names the key within the fragment's epoch. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export interface PreparedReply {
  readonly kind: 'prepared';
  readonly fragmentId: FragmentId;
  readonly epoch: number;
  /** The domain's stamp clock. */
  readonly stampMs: number;
  readonly columns: readonly Column[];
  /** Absent where payloads are not sealed. */
  readonly seal?: SealKey | undefined;
}

/** The present key of a fragment, for a consumer that met an envelope it cannot open: the key changes when one leaves. */
export interface KeyReply {
  readonly kind: 'key';
  readonly epoch: number;
  readonly seal: SealKey;
}

export interface CommittedReply {
  readonly kind: 'committed';
  readonly epoch: number;
  /** Deltas up to this one belong to other consumers and lie before the start. */
  readonly lastSeq: number;
}

export interface RenewedReply {
  readonly kind: 'renewed';
  /** Fragments of the request that do not run here (any more): deploy them again. */
  readonly unknown: readonly FragmentId[];
}

export interface ReplayReply {
  readonly kind: 'replayed';
  readonly envelopes: readonly DeltaEnvelope[];
}

/** The fragment's rows as of `seq`, whose timestamps are all below `watermarkMs`. */
export interface SnapshotReply {
  readonly kind: 'snapshot';
  readonly epoch: number;
  readonly seq: number;
  readonly watermarkMs: number;
  readonly rows: readonly InsertedRow[];
}

export type ControlReply =
  | PreparedReply
  | CommittedReply
  | RenewedReply
  | ReplayReply
  | SnapshotReply
  | KeyReply
  | SilenceReply
  | { readonly kind: 'progress'; readonly heartbeat: Heartbeat }
  | { readonly kind: 'done' }
  | CatalogReply;

export interface CatalogReply {
  readonly kind: 'catalog';
  /** Null where the asker knows the present version. */
  readonly catalog: DomainCatalog | null;
  /** Of what the catalog offers, for the cost of plans; told each time. */
  readonly figures?: readonly MetricFigures[] | undefined;
}
