/** A registered query as the agent holds it. */
import type { LayeredCatalog } from '../epl/catalog.ts';
import type { DomainName, QueryId } from '../model/ids.ts';
import type { Plan, PlannedFragment } from '../model/plan.ts';
import type { Value } from '../model/value.ts';
import type { QueryGroup } from './query-group.ts';

export type OnSilence = 'wait' | 'continue' | 'hold';

export interface QueryOptions {
  /** Bare JID of the client that registered. */
  readonly jid: string | null;
  readonly subscribers: readonly string[];
  readonly listener: Readonly<Record<string, unknown>> | null;
  readonly onSilence: OnSilence;
  readonly name: string | null;
}

/** Options as a client gave them: what it did not say about silence, the query's text may. */
export type QueryRequestOptions = Omit<QueryOptions, 'onSilence'> & { readonly onSilence: OnSilence | null };

/** running: evaluating. recovering: waits for domains it needs. broken: ended with a code. */
export type QueryState = 'running' | 'recovering' | 'broken';

/** A domain entered or left a union at `atMs` of the query's clock: its events from then on belong to the query, or do not. */
export interface UnionChange {
  readonly kind: 'enter' | 'leave';
  readonly union: string;
  readonly domain: DomainName;
  readonly atMs: number;
}

export interface Query {
  readonly id: QueryId;
  /** Text as registered. */
  readonly epl: string;
  /** Text after the lenient pass, as printed from its tree. */
  readonly canonical: string;
  readonly options: QueryOptions;
  readonly notes: readonly string[];
  readonly createdMs: number;
  state: QueryState;
  detail: string;
  /** S of the registration: part of the item ids, kept over restarts. */
  startMs: number;
  plan: Plan;
  group: QueryGroup | null;
  /** Types and variables that the query's modules declared. */
  readonly catalog: LayeredCatalog;
  readonly readers: readonly DomainName[];
  /** Domains that entered or left its unions since it was registered, or came back, in order. */
  readonly changes: UnionChange[];
  /** A fragment of each input whose last domain has left: what the next one is to run. */
  readonly models: Map<string, PlannedFragment>;
  /** Values set over the API, in place of those that the text gives. */
  readonly variables: Map<string, Value>;
  triggers: number;
  lastTriggerMs: number | null;
}

/** What brings a query back after a restart of its agent. */
export interface StoredQuery {
  readonly epl: string;
  readonly options: QueryOptions;
  readonly startMs: number;
  readonly createdMs: number;
  readonly id: QueryId;
  /** Domains that it read when it was registered. */
  readonly domains: readonly DomainName[];
  /** Values set over the API; they hold from the new start on. */
  readonly variables?: Readonly<Record<string, Value>> | undefined;
}

/** A query before its fragments have started. */
export function newQuery(of: {
  readonly id: QueryId;
  readonly epl: string;
  readonly canonical: string;
  readonly options: QueryOptions;
  readonly notes?: readonly string[] | undefined;
  readonly createdMs: number;
  readonly detail: string;
  readonly startMs?: number | undefined;
  readonly plan: Plan;
  readonly catalog: LayeredCatalog;
  readonly readers: readonly DomainName[];
  readonly variables?: Readonly<Record<string, Value>> | undefined;
}): Query {
  const { notes = [], startMs = 0, variables = {}, ...rest } = of;
  return {
    ...rest,
    notes,
    startMs,
    state: 'recovering',
    group: null,
    changes: [],
    models: new Map(),
    variables: new Map(Object.entries(variables)),
    triggers: 0,
    lastTriggerMs: null,
  };
}
