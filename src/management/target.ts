/**
 * What the management interface asks of the agent. `agent/` implements it; `methods.ts` has checked every parameter by
 * then. Answers are plain data; mistakes are `CodedError`s, which become faults.
 */
import type { DomainName, QueryId } from '../model/ids.ts';
import type { ExportPolicy } from '../model/policy.ts';
import type { Json } from '../ports/store.ts';
import type { PropertyDeclaration } from '../ports/registry.ts';
import type { SourceHealth } from '../ports/source.ts';

/** Who calls. Over loopback there is no authentication: everybody is `loopback`, or who the options say. */
export interface Caller {
  readonly identity: string;
}

export interface MetricDeclaration {
  readonly name: string;
  readonly description: string;
  readonly properties: readonly PropertyDeclaration[];
  /** In place of properties: `create xml schema`. */
  readonly schema?: string | undefined;
}

export interface MetricListing extends MetricDeclaration {
  readonly domain: DomainName;
  /** Queries and fragments that read it here; 0 for metrics of other domains. */
  readonly uses: number;
}

export interface MetricFilter {
  /** In name, description or a property's name or description; capitals aside. */
  readonly match?: string | undefined;
  /** A property has this unit. */
  readonly unit?: string | undefined;
  readonly domain?: DomainName | undefined;
  /** Also what the other domains offer. */
  readonly federation: boolean;
}

/**
 * One event as published, all members flat. `id` is the event's id for idempotence, unless the metric declares a property
 * of that name; `MetricRegistry.ingest` tells them apart. A string is an XML document for a metric with an xml schema.
 */
export type PublishedEvent = Readonly<Record<string, unknown>> | string;

export interface PublishAnswer {
  readonly accepted: number;
  /** Events whose id was seen before from this client: acknowledged without effect. */
  readonly duplicates: number;
}

export type SilenceMode = 'wait' | 'continue' | 'hold';

export interface QueryRequest {
  readonly epl: string;
  /** Bare JID of who registers; a member of the node. */
  readonly jid?: string | undefined;
  /** Bare JIDs of further members. */
  readonly subscribers: readonly string[];
  /** What becomes triggers: a specification (`triggers/listener.ts` checks it); absent: every match, all columns. */
  readonly listener?: Readonly<Record<string, unknown>> | undefined;
  readonly onSilence?: SilenceMode | undefined;
  readonly name?: string | undefined;
}

export interface QueryRegistration {
  readonly queryId: QueryId;
  /** The pubsub node, its service, and both as a URI (XEP-0060 §12.21). */
  readonly node: string;
  readonly service: string;
  readonly uri: string;
  /** What was changed or assumed, a sentence each. */
  readonly notes: readonly string[];
  readonly plan: Json;
}

export interface QueryListing {
  readonly queryId: QueryId;
  readonly name: string;
  readonly epl: string;
  readonly state: string;
  readonly node: string;
  readonly service: string;
  readonly uri: string;
  readonly createdMs: number;
  readonly triggersTotal: number;
}

export interface QueryDetails extends QueryListing {
  readonly jid: string;
  readonly subscribers: readonly string[];
  readonly onSilence: SilenceMode;
  readonly notes: readonly string[];
  readonly plan: Json;
  /** Per domain read: watermark, state, since when complete. */
  readonly coverage: readonly Json[];
}

export interface VariableListing {
  readonly name: string;
  readonly type: string;
  readonly value: Json;
  readonly constant: boolean;
  /** True while a newer value waits for its place in the order of causes (a domain is silent). */
  readonly waiting: boolean;
}

/** The place of a variable's new value in the order of causes. */
export interface VariableSet {
  readonly timestampMs: number;
  readonly domain: DomainName;
  readonly seq: number;
}

/** Rows of a fire-and-forget query: of a select, or those of a named window that it changed. */
export interface QueryRows {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** By name of the column. */
  readonly rows: readonly Readonly<Record<string, Json>>[];
}

export interface ExplainRequest {
  readonly epl: string;
  readonly onSilence?: SilenceMode | undefined;
}

export interface Explanation {
  /** The plan for people, many lines. */
  readonly text: string;
  readonly notes: readonly string[];
  readonly plan: Json;
}

export interface DomainListing {
  readonly domain: DomainName;
  readonly peerId: string;
  /** True for the agent asked. */
  readonly self: boolean;
  readonly connected: boolean;
  /** How far its clock is ahead of this agent's, ms, less the shortest delay on the way; null when not heard of late. Of this agent: ahead of the median of all. */
  readonly aheadMs: number | null;
  readonly addresses: readonly string[];
  /** Number of metrics known of it. */
  readonly metrics: number;
}

export interface SourceListing extends SourceHealth {
  readonly name: string;
  readonly metrics: readonly string[];
}

export interface AgentStatus {
  readonly domain: DomainName;
  readonly peerId: string;
  readonly version: string;
  readonly startedMs: number;
  readonly nowMs: number;
  /** How far this agent's clock is ahead of the median of all; beyond `maxSkew` nothing is ingested. */
  readonly clock: { readonly aheadMs: number; readonly ingests: boolean };
  readonly queries: number;
  readonly metrics: number;
  readonly xmpp: { readonly state: string; readonly detail: string; readonly outbox: number };
  readonly peers: readonly { readonly domain: DomainName; readonly connected: boolean }[];
  /** By name with labels, such as `gossip_rejected_total{reason="signer"}`. */
  readonly counters: Readonly<Record<string, number>>;
}

/** One export rule (DESIGN §7), as the configuration has it. */
export type PolicyListing = ExportPolicy;

/** What one fragment told one domain. */
export interface LedgerListing {
  readonly consumer: DomainName;
  /** `*` where older entries were folded into one. */
  readonly fragmentId: string;
  /** How many fragments it stands for. */
  readonly fragments: number;
  readonly epl: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Why the domain ended it: `policy`, `membership`, `rate-cap`; absent while it may go on. */
  readonly ended?: string | undefined;
  readonly endedMs?: number | undefined;
}

export interface ManagementTarget {
  /** Idempotent for an equal declaration. Throws `METRIC_EXISTS`, `INVALID_METRIC`, `LIMIT_EXCEEDED`. */
  registerMetric(declaration: MetricDeclaration, caller: Caller): Promise<void>;
  /** Throws `UNKNOWN_METRIC`, `METRIC_IN_USE`. */
  deleteMetric(name: string, caller: Caller): Promise<void>;
  listMetrics(filter: MetricFilter): Promise<readonly MetricListing[]>;
  /** All or none of the events. Throws `UNKNOWN_METRIC`, `INVALID_EVENT`, `VALUE_OUT_OF_RANGE`, `CLOCK_SKEW`. */
  publish(metric: string, events: readonly PublishedEvent[], caller: Caller): Promise<PublishAnswer>;
  /** Idempotent for an equal request. Throws what parsing, checking, planning and deploying throw. */
  registerQuery(request: QueryRequest, caller: Caller): Promise<QueryRegistration>;
  /** Throws `UNKNOWN_QUERY`. */
  deleteQuery(queryId: QueryId, caller: Caller): Promise<void>;
  listQueries(caller: Caller): Promise<readonly QueryListing[]>;
  /** Throws `UNKNOWN_QUERY`. */
  getQuery(queryId: QueryId, caller: Caller): Promise<QueryDetails>;
  /** Throws `UNKNOWN_QUERY`, `BUSY` while the query does not run. */
  getVariables(queryId: QueryId, caller: Caller): Promise<readonly VariableListing[]>;
  /**
   * Sets a variable that the query's text declares; kept over restarts. Throws `UNKNOWN_QUERY`, `UNKNOWN_VARIABLE`,
   * `INVALID_STATEMENT` (a constant), `TYPE_MISMATCH`, `VALUE_OUT_OF_RANGE`, `BUSY`.
   */
  setVariable(queryId: QueryId, name: string, value: unknown, caller: Caller): Promise<VariableSet>;
  /**
   * Asks a fire-and-forget query of the named windows and tables of a running query, as a cause of this domain at the
   * present instant. Throws what the text deserves, `UNKNOWN_QUERY`, `BUSY`, `EVALUATION`, `LIMIT_EXCEEDED`.
   */
  fireAndForget(queryId: QueryId, epl: string, caller: Caller): Promise<QueryRows>;
  /** Plans without registering. Throws what {@link registerQuery} throws of the text. */
  explainQuery(request: ExplainRequest, caller: Caller): Promise<Explanation>;
  listDomains(): Promise<readonly DomainListing[]>;
  listSources(): Promise<readonly SourceListing[]>;
  getStatus(): Promise<AgentStatus>;
  /** What this domain disclosed, to `consumer` or to all; latest first. */
  listPolicies(): Promise<readonly PolicyListing[]>;
  /** Puts `rules` in place of those of the metric, in the configuration and at once. Throws `INVALID_PARAMETERS`, `NOT_SUPPORTED`. */
  setPolicies(metric: string, rules: readonly unknown[], caller: Caller): Promise<void>;
  getLedger(consumer: DomainName | undefined): Promise<readonly LedgerListing[]>;
}
