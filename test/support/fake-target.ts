/** A management target that keeps what it is told and answers from it: for tests of the management interface. */
import { parseRules } from '../../src/agent/policies-file.ts';
import type { ExportPolicy } from '../../src/model/policy.ts';
import { MetricRegistry } from '../../src/agent/metric-registry.ts';
import type {
  AgentStatus,
  Caller,
  DomainListing,
  ExplainRequest,
  LedgerListing,
  Explanation,
  ManagementTarget,
  MetricDeclaration,
  MetricFilter,
  MetricListing,
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
} from '../../src/management/target.ts';
import { CodedError } from '../../src/model/errors.ts';
import { MemoryStore } from '../../sim/world/memory-store.ts';

const NOW = 1_800_000_000_000;

export class FakeTarget implements ManagementTarget {
  /** Values of all events accepted. */
  readonly events: Readonly<Record<string, unknown>>[] = [];
  readonly requests: QueryRequest[] = [];
  readonly queries = new Map<string, QueryDetails>();
  readonly metrics = new MetricRegistry({ store: new MemoryStore(), usesOf: () => [] }, { domain: 'renci' });
  /** Calls to `listDomains` wait for this one. */
  gate: Promise<void> = Promise.resolve();
  /** Calls to `listDomains` begun. */
  begun = 0;
  /** Of every query. */
  variable = 70;

  async registerMetric(declaration: MetricDeclaration): Promise<void> {
    this.metrics.declare(declaration);
  }

  async deleteMetric(name: string): Promise<void> {
    this.metrics.delete(name);
  }

  async listMetrics(filter: MetricFilter): Promise<readonly MetricListing[]> {
    return this.metrics.list(filter).map(({ name, description, properties }) => {
      return { name, description, properties, domain: 'renci', uses: 0 };
    });
  }

  async publish(metric: string, events: readonly PublishedEvent[], caller: Caller): Promise<PublishAnswer> {
    return this.metrics.publish(
      { client: caller.identity, metric, events },
      NOW,
      (values) => void this.events.push(values),
    );
  }

  async registerQuery(request: QueryRequest): Promise<QueryRegistration> {
    this.requests.push(request);
    const bad = request.epl.indexOf('selekt');
    if (bad >= 0) {
      const line = request.epl.slice(0, bad).split('\n').length;
      throw new CodedError('SYNTAX', "unexpected 'selekt'", {
        position: { offset: bad, length: 6, line, column: 1 },
        hint: "did you mean 'select'?",
      });
    }
    if (request.epl === 'bug') throw new TypeError('undefined is not a function');
    const queryId = `q-${request.name ?? this.queries.size}`;
    const handle = {
      queryId,
      node: `pqa/${queryId}`,
      service: 'pubsub.localhost',
      uri: `xmpp:pubsub.localhost?;node=pqa/${queryId}`,
    };
    const plan = { owner: 'renci', fragments: [{ name: 'f0', domain: 'esnet', epl: request.epl }], estimate: null };
    const notes = ['a note'];
    this.queries.set(queryId, {
      ...handle,
      name: request.name ?? '',
      epl: request.epl,
      state: 'running',
      createdMs: NOW,
      triggersTotal: 0,
      jid: request.jid ?? '',
      subscribers: request.subscribers,
      onSilence: request.onSilence ?? 'continue',
      notes,
      plan,
      coverage: [{ domain: 'renci', watermarkMs: NOW, state: 'live' }],
    });
    return { ...handle, notes, plan };
  }

  async deleteQuery(queryId: string): Promise<void> {
    await this.getQuery(queryId);
    this.queries.delete(queryId);
  }

  async listQueries(): Promise<readonly QueryListing[]> {
    return [...this.queries.values()];
  }

  async getQuery(queryId: string): Promise<QueryDetails> {
    const query = this.queries.get(queryId);
    if (query === undefined) throw new CodedError('UNKNOWN_QUERY', `there is no query '${queryId}'`);
    return query;
  }

  async getVariables(queryId: string): Promise<readonly VariableListing[]> {
    await this.getQuery(queryId);
    return [{ name: 'limit', type: 'double', value: this.variable, constant: false, waiting: false }];
  }

  async setVariable(queryId: string, name: string, value: unknown): Promise<VariableSet> {
    await this.getQuery(queryId);
    if (name !== 'limit' || typeof value !== 'number')
      throw new CodedError('UNKNOWN_VARIABLE', `the query has no variable '${name}'`);
    this.variable = value;
    return { timestampMs: NOW, domain: 'renci', seq: 7 };
  }

  async fireAndForget(queryId: string, epl: string): Promise<QueryRows> {
    await this.getQuery(queryId);
    return { columns: [{ name: 'epl', type: 'string' }], rows: [{ epl }, { epl: null }] };
  }

  async explainQuery(request: ExplainRequest): Promise<Explanation> {
    return { text: `plan of ${request.epl}`, notes: [], plan: { onSilence: request.onSilence } };
  }

  async listDomains(): Promise<readonly DomainListing[]> {
    this.begun++;
    await this.gate;
    return [
      {
        domain: 'renci',
        peerId: '12D3',
        self: true,
        connected: true,
        aheadMs: 0,
        addresses: ['/ip4/127.0.0.1/tcp/1'],
        metrics: 1,
      },
    ];
  }

  async listSources(): Promise<readonly SourceListing[]> {
    const never = { eventsTotal: 0, failuresTotal: 0, lastEventMs: null };
    return [{ name: 'host', metrics: ['HostCpu'], state: 'running', detail: '', ...never }];
  }

  policies: readonly ExportPolicy[] = [{ metric: 'Mem', domains: ['esnet'], columns: '*' }];

  async listPolicies(): Promise<readonly ExportPolicy[]> {
    return this.policies;
  }

  async setPolicies(metric: string, rules: readonly unknown[]): Promise<void> {
    this.policies = [...this.policies.filter((p) => p.metric !== metric), ...parseRules(metric, rules)];
  }

  async getLedger(consumer: string | undefined): Promise<readonly LedgerListing[]> {
    const entry = { fragmentId: 'f1', fragments: 1, epl: 'select host from renci.Mem', columns: ['host'] };
    const all = ['esnet', 'sc13'].map((c) => ({
      consumer: c,
      ...entry,
      rows: 2,
      bytes: 3_000_000_000,
      firstMs: NOW,
      lastMs: NOW,
    }));
    return all.filter((e) => consumer === undefined || e.consumer === consumer);
  }

  async getStatus(): Promise<AgentStatus> {
    return {
      domain: 'renci',
      peerId: '12D3',
      version: '0.1.0',
      startedMs: NOW,
      nowMs: NOW + 5,
      clock: { aheadMs: 0, ingests: true },
      queries: this.queries.size,
      metrics: 0,
      xmpp: { state: 'online', detail: '', outbox: 0 },
      peers: [{ domain: 'esnet', connected: false }],
      counters: { 'a_total{x="y"}': 3 },
    };
  }
}
