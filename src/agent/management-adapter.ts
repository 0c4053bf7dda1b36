/** The management interface over one agent: plain data in, plain data out (`ManagementTarget`). */
import type {
  Caller,
  DomainListing,
  Explanation,
  ExplainRequest,
  LedgerListing,
  ManagementTarget,
  MetricDeclaration,
  MetricFilter,
  MetricListing,
  PolicyListing,
  PublishAnswer,
  PublishedEvent,
  QueryDetails,
  QueryListing,
  QueryRegistration,
  QueryRequest,
  SourceListing,
  VariableListing,
  QueryRows,
  VariableSet,
  AgentStatus,
} from '../management/target.ts';
import { stringifyStreamName, type DomainName, type QueryId } from '../model/ids.ts';
import { allFragments, type MeasuredPlan, type Plan } from '../model/plan.ts';
import type { ExportPolicy } from '../model/policy.ts';
import { stringifyType } from '../model/value.ts';
import { crossingBytesHz, deltaBytesHz, heartbeatBytesHz } from '../planner/cost/plan-bytes.ts';
import { disclosuresOf } from '../planner/disclosure.ts';
import { explainPlan } from '../planner/explain.ts';
import type { TriggerPublisher } from '../ports/listener.ts';
import { parseListenerSpec } from '../triggers/listener.ts';
import { CodedError } from '../model/errors.ts';
import { valueToJson } from '../triggers/value-json.ts';

import type { Clock } from '../ports/clock.ts';
import type { Json } from '../ports/store.ts';
import type { AgentCore } from './agent-core.ts';
import type { Catalogs } from './catalogs.ts';
import type { MetricRegistry } from './metric-registry.ts';
import type { QueryRequestOptions } from './query.ts';
import type { QueryBook, BookEntry } from './query-book.ts';

/** Rows of one answer over XML-RPC: some 10 MB of text. */
const MAX_QUERY_ROWS = 50_000;

export interface ManagementAdapterDeps {
  readonly core: AgentCore;
  readonly registry: MetricRegistry;
  readonly catalogs: Catalogs;
  readonly book: QueryBook;
  readonly publisher: TriggerPublisher;
  readonly clock: Clock;
  /** Declared metrics become streams of the engine. */
  readonly declare: (declaration: MetricDeclaration) => void;
  readonly policies: {
    list(): readonly ExportPolicy[];
    /** Written into the configuration, and in force when it returns. */
    set(metric: string, rules: readonly unknown[]): void;
  };
  readonly domains: () => readonly Omit<DomainListing, 'metrics' | 'aheadMs'>[];
  readonly sources: () => readonly SourceListing[];
  readonly status: () => Omit<AgentStatus, 'queries' | 'metrics' | 'nowMs' | 'domain' | 'peers' | 'clock'>;
}

export class ManagementAdapter implements ManagementTarget {
  readonly #deps: ManagementAdapterDeps;

  constructor(deps: ManagementAdapterDeps) {
    this.#deps = deps;
  }

  async registerMetric(declaration: MetricDeclaration): Promise<void> {
    this.#deps.declare(declaration);
  }

  async deleteMetric(name: string): Promise<void> {
    this.#deps.registry.delete(name);
    this.#deps.core.runtime.removeMetric(name);
  }

  async listMetrics(filter: MetricFilter): Promise<readonly MetricListing[]> {
    const { registry, core, catalogs } = this.#deps;
    const { federation, domain, ...search } = filter;
    const own: MetricListing[] = registry.list(search).map((m) => ({
      name: m.name,
      description: m.description,
      properties: m.properties,
      domain: core.domain,
      uses: core.host.readersOf(this.#streamsOf(m.name)).length,
    }));
    if (!federation) return own.filter((m) => domain === undefined || m.domain === domain);
    await catalogs.refresh();
    const others = catalogs.all
      .filter((c) => c.domain !== core.domain)
      .flatMap((c) =>
        c.metrics.map((m) => ({
          name: m.name,
          description: m.description,
          properties: m.properties.map((p) => ({
            name: p.name,
            type: stringifyType(p.type),
            ...unitOf(m.units[p.name]),
          })),
          domain: c.domain,
          uses: 0,
        })),
      )
      .filter((m) => matches(m, search));
    return [...own, ...others].filter((m) => domain === undefined || m.domain === domain);
  }

  async publish(metric: string, events: readonly PublishedEvent[], caller: Caller): Promise<PublishAnswer> {
    const { registry, core, clock } = this.#deps;
    const stream = stringifyStreamName(core.domain, metric);
    return registry.publish(
      { client: caller.identity, metric, events },
      clock.nowMs(),
      (values) => void core.ingest(stream, values),
    );
  }

  async registerQuery(request: QueryRequest): Promise<QueryRegistration> {
    const entry = await this.#deps.book.register(request.epl, optionsOf(request));
    const target = this.#deps.publisher.targetOf(entry.id);
    return {
      queryId: entry.id,
      node: target.node,
      service: target.service,
      uri: target.uri,
      notes: entry.notes,
      plan: planJson(entry.plan),
    };
  }

  async deleteQuery(queryId: QueryId): Promise<void> {
    await this.#deps.book.delete(queryId);
  }

  async listQueries(): Promise<readonly QueryListing[]> {
    return this.#deps.book.entries.map((e) => this.#listing(e));
  }

  async getQuery(queryId: QueryId): Promise<QueryDetails> {
    const entry = this.#deps.book.get(queryId);
    return {
      ...this.#listing(entry),
      jid: entry.options.jid ?? '',
      subscribers: entry.options.subscribers,
      onSilence: entry.options.onSilence,
      notes: entry.notes,
      plan: planJson(entry.plan, entry.measured()),
      coverage: entry.coverage.map((c) => ({ ...c })),
    };
  }

  async getVariables(queryId: QueryId): Promise<readonly VariableListing[]> {
    return this.#deps.book.variables(queryId).map(({ name, type, value, constant, waiting }) => {
      return {
        name,
        type: stringifyType(type),
        value: JSON.parse(JSON.stringify(valueToJson(value))),
        constant,
        waiting,
      };
    });
  }

  async setVariable(queryId: QueryId, name: string, value: unknown): Promise<VariableSet> {
    const { timestampMs, domain, seq } = this.#deps.book.setVariable(queryId, name, value);
    return { timestampMs, domain, seq };
  }

  async fireAndForget(queryId: QueryId, epl: string): Promise<QueryRows> {
    const { columns, rows } = await this.#deps.book.ask(queryId, epl);
    if (rows.length > MAX_QUERY_ROWS) {
      throw new CodedError('LIMIT_EXCEEDED', `the query has ${rows.length} rows, the limit is ${MAX_QUERY_ROWS}`, {
        hint: 'add where or limit',
      });
    }
    return {
      columns: columns.map(({ name, type }) => ({ name, type: stringifyType(type) })),
      rows: rows.map((row) =>
        Object.fromEntries(
          columns.map((c, i) => [c.name, JSON.parse(JSON.stringify(valueToJson(row[i] ?? null)))] as const),
        ),
      ),
    };
  }

  async explainQuery(request: ExplainRequest): Promise<Explanation> {
    const { plan, notes } = await this.#deps.core.queries.explain(request.epl, request.onSilence ?? null);
    return { text: explainPlan(plan), notes, plan: planJson(plan) };
  }

  async listDomains(): Promise<readonly DomainListing[]> {
    const counts = new Map<DomainName, number>(this.#deps.catalogs.all.map((c) => [c.domain, c.metrics.length]));
    const { clockGuard } = this.#deps.core;
    return this.#deps.domains().map((d) => ({
      ...d,
      metrics: counts.get(d.domain) ?? 0,
      aheadMs: d.self ? clockGuard.ownAheadMs() : clockGuard.aheadMs(d.domain),
    }));
  }

  async listSources(): Promise<readonly SourceListing[]> {
    return this.#deps.sources();
  }

  async getLedger(consumer: DomainName | undefined): Promise<readonly LedgerListing[]> {
    return this.#deps.core.ledger.entries(consumer);
  }

  async listPolicies(): Promise<readonly PolicyListing[]> {
    return this.#deps.policies.list().map((p) => ({ ...p }));
  }

  async setPolicies(metric: string, rules: readonly unknown[]): Promise<void> {
    this.#deps.policies.set(metric, rules);
  }

  async getStatus(): Promise<AgentStatus> {
    const { core, book, registry, clock } = this.#deps;
    return {
      ...this.#deps.status(),
      domain: core.domain,
      nowMs: clock.nowMs(),
      clock: { aheadMs: core.clockGuard.ownAheadMs(), ingests: !core.clockGuard.flagged },
      queries: book.entries.length,
      metrics: registry.list().length,
      peers: this.#deps
        .domains()
        .filter((d) => !d.self)
        .map((d) => ({ domain: d.domain, connected: d.connected })),
    };
  }

  #listing(entry: BookEntry): QueryListing {
    const target = this.#deps.publisher.targetOf(entry.id);
    return {
      queryId: entry.id,
      name: entry.options.name ?? '',
      epl: entry.epl,
      state: entry.detail === '' ? entry.state : `${entry.state}: ${entry.detail}`,
      node: target.node,
      service: target.service,
      uri: target.uri,
      createdMs: entry.createdMs,
      triggersTotal: entry.triggers,
    };
  }

  #streamsOf(metric: string): readonly string[] {
    return [metric, stringifyStreamName(this.#deps.core.domain, metric)];
  }
}

function optionsOf(request: QueryRequest): QueryRequestOptions {
  return {
    jid: request.jid ?? null,
    subscribers: request.subscribers,
    listener: request.listener === undefined ? null : { ...parseListenerSpec(request.listener) },
    onSilence: request.onSilence ?? null,
    name: request.name ?? null,
  };
}

/** The plan for programs, and as text for people. */
function planJson(plan: Plan | null, measured: MeasuredPlan | null = null): Json {
  if (plan === null) return { text: 'no plan yet: waits for the domains it needs' };
  return {
    text: explainPlan(plan, measured),
    owner: plan.owner,
    clock: plan.clock,
    fragments: allFragments(plan).map((f) => ({
      name: f.name,
      domain: f.domain,
      kind: f.kind,
      epl: f.epl,
      columns: f.columns.map((c) => `${c.name}: ${stringifyType(c.type)}`),
      rules: f.rules,
      ...(f.estimate === undefined ? {} : { estimate: { ...f.estimate } }),
    })),
    estimate: {
      bytesHz: crossingBytesHz(plan),
      deltaBytesHz: deltaBytesHz(plan),
      heartbeatBytesHz: heartbeatBytesHz(plan),
    },
    alternatives: (plan.alternatives ?? []).map((a) => ({ ...a })),
    disclosures: disclosuresOf(plan).map((d) => ({ ...d })),
    ...(measured === null ? {} : { measured: measuredJson(measured) }),
    statements: plan.statements.map((s) => ({ name: s.name ?? '', epl: s.epl ?? '', shippedAs: s.shippedAs ?? '' })),
  };
}

function measuredJson({ fragments, latencyMs }: MeasuredPlan): Json {
  const told = fragments.map((f) => ({ ...f }));
  return latencyMs === null ? { fragments: told } : { fragments: told, latencyMs: { ...latencyMs } };
}

function unitOf(unit: string | undefined): { readonly unit?: string } {
  return unit === undefined ? {} : { unit };
}

function matches(
  metric: MetricDeclaration,
  search: { readonly match?: string | undefined; readonly unit?: string | undefined },
): boolean {
  const { match, unit } = search;
  if (unit !== undefined && !metric.properties.some((p) => p.unit === unit)) return false;
  if (match === undefined) return true;
  const wanted = match.toLowerCase();
  return [metric.name, metric.description, ...metric.properties.map((p) => p.name)].some((t) =>
    t.toLowerCase().includes(wanted),
  );
}
