/**
 * One agent, put together: the only composition root. Store, keys, transport, engine, registry, sources, triggers, management,
 * in the order in which they need each other; stopped in the reverse order.
 */
import { join } from 'node:path';
import { loadIdentity } from '../federation/identity.ts';
import { Libp2pTransport } from '../federation/libp2p-transport.ts';
import { ManagementServer } from '../management/server.ts';
import type { MetricDeclaration, SourceListing } from '../management/target.ts';
import type { DomainCatalog } from '../model/control.ts';
import { CodedError } from '../model/errors.ts';
import type { Property } from '../model/event-type.ts';
import { stringifyStreamName } from '../model/ids.ts';
import type { ValueType } from '../model/value.ts';
import type { Measurement } from '../ports/source.ts';
import type { Log } from '../ports/log.ts';
import { SourceSupervisor } from '../sources/supervisor.ts';
import { SqliteStore } from '../state/sqlite-store.ts';
import { EmbeddedXmppServer } from '../triggers/embedded/server.ts';
import { PubsubPublisher } from '../triggers/xmpp/pubsub-publisher.ts';
import { AgentCore } from './agent-core.ts';
import { AGENT_VERSION } from './version.ts';
import { Catalogs } from './catalogs.ts';
import { ExportPolicies } from './export-policies.ts';
import { CatalogOfDomains, typesOfMetric } from './federated-catalog.ts';
import type { AgentConfig } from './config-schema.ts';
import { CountersInMemory } from './counters.ts';
import { Ledger } from './ledger.ts';
import { LiveConfig } from './live-config.ts';
import { ManagementAdapter } from './management-adapter.ts';
import { MetricRegistry } from './metric-registry.ts';
import { parseRules, setPolicies } from './policies-file.ts';
import { QueryBook } from './query-book.ts';
import type { GroupOutput } from './group-output.ts';
import { QueryListeners } from './query-listeners.ts';
import type { Query } from './query.ts';
import { buildSource } from './build-source.ts';
import { readRun } from './run-state.ts';
import { SystemClock } from './system-clock.ts';
import { SystemRandom } from './system-random.ts';
import { speaks, TriggerMaker } from './trigger-maker.ts';
import { xmppAccess, type XmppAccess } from './xmpp-access.ts';

/** What a running agent can be reached by. */
export interface AgentReady {
  readonly domain: string;
  readonly peerId: string;
  readonly addresses: readonly string[];
  readonly xmlrpc: string;
  readonly xmpp: string;
}

export class Agent {
  readonly #config: AgentConfig;
  readonly #log: Log;
  readonly #clock = new SystemClock();
  readonly #random = new SystemRandom();
  readonly #counters = new CountersInMemory();
  readonly #stops: (() => Promise<void> | void)[] = [];
  readonly #sources: SourceSupervisor[] = [];
  readonly #listeners = new QueryListeners();
  #stopping: Promise<void> | null = null;

  readonly #file: string | null;

  /** `file`: where the configuration came from; its members and policies are taken again when it changes. */
  constructor(deps: { readonly log: Log }, config: AgentConfig, file: string | null = null) {
    this.#log = deps.log.child({ domain: config.domain });
    this.#config = config;
    this.#file = file;
  }

  /** Rejects with the code of what cannot be had (key, store, port, server); what was started by then is stopped. */
  async start(): Promise<AgentReady> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Idempotent; waits until everything has stopped. */
  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      for (const stop of this.#stops.reverse()) await stop();
    })();
    return this.#stopping;
  }

  async #start(): Promise<AgentReady> {
    const config = this.#config;
    const log = this.#log;
    const clock = this.#clock;
    const random = this.#random;
    const counters = this.#counters;
    const startedMs = clock.nowMs();
    const identity = await loadIdentity(config.keyFile);
    const store = new SqliteStore({ path: join(config.dataDir, 'agent.sqlite') });
    this.#stops.push(() => store.close());
    const run = readRun(store, random);

    const xmpp = await this.#startXmpp(store);
    const publisher = new PubsubPublisher(
      { store, clock, random, log: log.child({ part: 'xmpp' }), counters },
      {
        xmpp: xmpp.connection,
        pubsubService: xmpp.pubsubService,
        domain: config.domain,
        outbox: { maxEntries: config.limits.outboxTriggers },
      },
    );

    const transport = new Libp2pTransport(
      { clock, random, log: log.child({ part: 'federation' }), counters },
      { self: config.domain, identity, listen: config.listen, members: config.members },
    );
    const registry = new MetricRegistry(
      { store, usesOf: (metric) => core.host.readersOf([metric, stringifyStreamName(config.domain, metric)]) },
      { domain: config.domain, maxMetrics: config.limits.metrics, maxIds: config.limits.publishIds },
    );
    const ledger = new Ledger(store);
    const policies = new ExportPolicies(config.domain, config.policies);
    let policyGeneration = policies.generation(store);
    let { members } = config;
    const offer = (reader: string, knownVersion: number): DomainCatalog | null => {
      const version = registry.version + policyGeneration;
      return version === knownVersion ? null : policies.offer(reader, { ...registry.catalog(), version });
    };
    const maker = new TriggerMaker({ clock }, { owner: config.domain });
    const core: AgentCore = new AgentCore(
      {
        transport,
        clock,
        random,
        counters,
        log,
        catalog: (): Promise<CatalogOfDomains> => catalogs.federated(),
        statistics: (domain, metric) => catalogs.figures(domain, metric),
        offer,
        policies,
        ledger,
        onOutput: (query, output) => this.#publish(maker, publisher, query, output),
        onPlanChanged: (query) => book.onPlanChanged(query),
        checkOptions: (plan, options) => this.#listeners.check(plan, options),
        onPeer: (domain, connected) => {
          log.info(connected ? 'domain is connected' : 'domain is gone', { peer: domain });
          if (connected) void catalogs.refreshOne(domain).then(() => book.retryNow());
        },
      },
      { epoch: run.epoch, secret: run.secret, firstSeq: run.firstSeq, maxQueries: config.limits.queries },
    );
    const catalogs = new Catalogs({
      transport,
      ask: core.ask,
      log,
      own: () => registry.catalog(),
      ownFigures: () => core.runtime.meter.figures(clock.monotonicMs()),
    });
    for (const metric of registry.list())
      for (const type of typesOfMetric(config.domain, metric.name, typed(metric.types))) core.runtime.addType(type);
    const declare = (declaration: MetricDeclaration): void => {
      if (!registry.declare(declaration)) return;
      for (const type of typesOfMetric(
        config.domain,
        declaration.name,
        typed(registry.require(declaration.name).types),
      ))
        core.runtime.addType(type);
    };

    const book = new QueryBook({ store, service: core.queries, publisher, clock, log });
    ledger.start(clock);
    this.#stops.push(() => ledger.stop());
    await core.start();
    this.#stops.push(() => core.stop());
    await publisher.start();
    this.#stops.push(() => publisher.stop());
    book.start();
    this.#stops.push(() => book.stop());
    await this.#startSources(registry, core, xmpp, declare);

    const live = this.#watch((next) => {
      // First what may be refused.
      transport.setMembers(next.members);
      const gone = members.filter((m) => !next.members.some((n) => n.domain === m.domain && n.peerId === m.peerId));
      ({ members } = next);
      for (const { domain } of gone) {
        core.memberRemoved(domain);
        if (!members.some((m) => m.domain === domain)) catalogs.forget(domain);
      }
      const ended = core.setPolicies(next.policies);
      policyGeneration = policies.generation(store);
      log.info('members and policies taken', { members: members.length, rules: next.policies.length, ended });
    });
    const target = new ManagementAdapter({
      core,
      registry,
      catalogs,
      book,
      publisher,
      clock,
      declare,
      policies: { list: () => policies.rules, set: (metric, rules) => this.#setPolicies(live, metric, rules) },
      domains: () => [
        {
          domain: config.domain,
          peerId: identity.peerId,
          self: true,
          connected: true,
          addresses: transport.addresses(),
        },
        ...members.map((m) => ({
          domain: m.domain,
          peerId: m.peerId,
          self: false,
          connected: transport.connected(m.domain),
          addresses: m.addresses,
        })),
      ],
      sources: () => this.#sources.map(listing),
      status: () => ({
        peerId: identity.peerId,
        version: AGENT_VERSION,
        startedMs,
        xmpp: {
          state: publisher.status.connection.state,
          detail: publisher.status.connection.lastError ?? '',
          outbox: publisher.status.outbox.entries,
          uri: xmpp.uri,
        },
        counters: counters.snapshot(),
      }),
    });
    const server = new ManagementServer(
      { target, clock, log: log.child({ part: 'management' }), counters },
      { host: config.xmlrpc.host, port: config.xmlrpc.port, limits: { bodyBytes: config.limits.requestBytes } },
    );
    await server.start();
    this.#stops.push(() => server.stop());
    return {
      domain: config.domain,
      peerId: identity.peerId,
      addresses: transport.addresses(),
      xmlrpc: server.url ?? '',
      xmpp: xmpp.uri,
    };
  }

  /** Writes the rules of one metric into the file and takes them. */
  #setPolicies(live: LiveConfig | null, metric: string, rules: readonly unknown[]): void {
    if (live === null || this.#file === null)
      throw new CodedError('NOT_SUPPORTED', 'this agent runs without a configuration file: its policies stand');
    setPolicies(this.#file, metric, parseRules(metric, rules));
    live.reload();
  }

  /** Takes members and policies while running. */
  #watch(apply: (config: AgentConfig) => void): LiveConfig | null {
    if (this.#file === null) return null;
    const deps = { clock: this.#clock, log: this.#log, counters: this.#counters, apply };
    const live = new LiveConfig(deps, { file: this.#file, config: this.#config });
    live.start();
    this.#stops.push(() => live.stop());
    return live;
  }

  async #startXmpp(store: SqliteStore): Promise<XmppAccess> {
    const { xmpp } = this.#config;
    if (xmpp.service !== 'embedded') return xmppAccess(xmpp.service);
    const { host, port, domain, accounts } = xmpp.embedded;
    const server = new EmbeddedXmppServer(
      { clock: this.#clock, random: this.#random, log: this.#log.child({ part: 'embedded-xmpp' }), store },
      { domain, host, port },
    );
    const password = Buffer.from(this.#random.bytes(18)).toString('base64url');
    server.addAccount('pqa-agent', password);
    for (const account of accounts) {
      const [user = '', accountDomain] = account.jid.split('@');
      if (accountDomain !== domain) {
        throw new CodedError(
          'CONFIG_INVALID',
          `account ${account.jid} is not of the embedded server's domain '${domain}'`,
        );
      }
      server.addAccount(user, account.password);
    }
    const started = await server.start();
    this.#stops.push(() => server.stop());
    const uri = `xmpp://${host}:${started.port}`;
    this.#log.warn('the embedded XMPP server is for trials: loopback only, no TLS', { uri });
    return {
      uri,
      pubsubService: server.pubsubService,
      connection: { service: uri, domain, username: 'pqa-agent', password, resource: 'pqa' },
    };
  }

  async #startSources(
    registry: MetricRegistry,
    core: AgentCore,
    xmpp: XmppAccess,
    declare: (d: MetricDeclaration) => void,
  ): Promise<void> {
    for (const settings of this.#config.sources) {
      const source = buildSource(
        settings,
        { clock: this.#clock, random: this.#random, log: this.#log, counters: this.#counters },
        xmpp,
      );
      for (const metric of source.metrics) declare({ ...metric, description: metric.description });
      const supervisor = new SourceSupervisor(
        {
          clock: this.#clock,
          random: this.#random,
          log: this.#log.child({ part: 'source' }),
          counters: this.#counters,
        },
        source,
        (batch) => this.#ingest(registry, core, source.name, batch),
      );
      this.#sources.push(supervisor);
      supervisor.start();
      this.#stops.push(() => supervisor.stop());
    }
  }

  /** What a source measured; a wrong measurement is counted and said, the others go on. */
  #ingest(
    registry: MetricRegistry,
    core: AgentCore,
    source: string,
    batch: readonly Measurement[],
  ): { accepted: number; refused: number } {
    let accepted = 0;
    for (const m of batch) {
      try {
        const values = registry.ingest(m.metric, m.values, this.#clock.nowMs());
        core.ingest(stringifyStreamName(this.#config.domain, m.metric), values);
        accepted++;
      } catch (error) {
        this.#counters.add('source_refused_total', 1, { source });
        this.#log.warn('a measurement was refused', { source, metric: m.metric, error });
      }
    }
    return { accepted, refused: batch.length - accepted };
  }

  #publish(maker: TriggerMaker, publisher: PubsubPublisher, query: Query, output: GroupOutput): void {
    if (!speaks(query.plan, output)) return;
    try {
      const trigger = this.#listeners.take(query.options, output.columns, maker.make(query, output));
      if (trigger === null) return;
      publisher.publish(trigger);
      query.triggers++;
      query.lastTriggerMs = this.#clock.nowMs();
    } catch (error) {
      this.#counters.add('triggers_refused_total');
      this.#log.error('a trigger could not be written to the outbox', { queryId: query.id, error });
    }
  }
}

function typed(types: ReadonlyMap<string, ValueType>): readonly Property[] {
  return [...types].map(([name, type]) => ({ name, type }));
}

function listing(s: SourceSupervisor): SourceListing {
  return { name: s.source.name, metrics: s.source.metrics.map((m) => m.name), ...s.health };
}
