/**
 * Query service: text in, running query out. Parse, check against the federation, plan, start the fragments, run the residual,
 * keep the leases, repair what the network lost, and come back after restarts of either side (DESIGN §4-§6, §9).
 */
import { analyzeModule } from '../epl/analyze.ts';
import { analyzeQuery } from '../epl/analyze-query.ts';
import { LayeredCatalog } from '../epl/catalog.ts';
import type { GroupAnswer } from './group-queries.ts';
import { parseModule, parseStatement } from '../epl/parse.ts';
import { printModule } from '../epl/print.ts';
import { MAX_SKEW_MS } from '../exchange/limits.ts';
import { timerKey, type CauseKey } from '../model/cause-key.ts';
import type { FragmentProgress, Heartbeat, SnapshotReply } from '../model/control.ts';
import type { DeltaEnvelope } from '../model/delta.ts';
import { CodedError, toCodedError } from '../model/errors.ts';
import type { DomainName, FragmentId, QueryId } from '../model/ids.ts';
import { domainsOf, type Plan } from '../model/plan.ts';
import type { FederatedCatalog } from '../planner/catalog.ts';
import { NO_STATISTICS, type Statistics } from '../planner/cost/statistics.ts';
import type { PlanTuning } from '../planner/planning.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { ExchangeTransport } from '../ports/transport.ts';
import type { Ask } from './ask.ts';
import type { LocalRuntime } from './local-runtime.ts';
import { measuredStatistics } from './measured-statistics.ts';
import { QueryChecker, type CheckedQuery } from './check-query.ts';
import { cancelAll, deployFragments, resumeFragments, type DeployedPlan, type DeployOptions } from './deploy-plan.ts';
import { FragmentReaders } from './fragment-readers.ts';
import {
  newQuery,
  type OnSilence,
  type Query,
  type QueryOptions,
  type QueryRequestOptions,
  type StoredQuery,
} from './query.ts';
import { silenceModeOf } from './silence-mode.ts';
import { UnionKeeper } from './union-keeper.ts';
import { notRunning, valueFor, variableOf, type VariableState } from './query-variables.ts';
import type { GroupMember } from './group-members.ts';
import { labelsOf, type GroupOutput } from './group-output.ts';
import { addInputType, addTargets } from './group-types.ts';
import { QueryGroup } from './query-group.ts';
import { PlacedResiduals } from './placed-residuals.ts';
import { queryIdOf } from './query-id.ts';
import { QueryRepair } from './query-repair.ts';

/** Queries that one agent holds. */
export const MAX_QUERIES = 10_000;

/** `continue`: a domain not heard for so long is gone on without. */
export const STALE_AFTER_MS = 10_000;

/** Leases are renewed this often, monotonic clock; a third of the lease. */
export const RENEW_EVERY_MS = 5_000;

export interface QueryServiceDeps {
  readonly transport: Pick<ExchangeTransport, 'self' | 'subscribe' | 'unsubscribe' | 'setKey'>;
  readonly ask: Ask;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  /** The federation's catalog as of now. */
  readonly catalog: () => Promise<FederatedCatalog>;
  /** What is known of the federation's streams, for the cost of plans. @default nothing */
  readonly statistics?: Statistics | undefined;
  /** The agent's own stamp clock. */
  readonly stampMs: () => number;
  /** Stamps a control operation of this domain. */
  readonly stampControl: LocalRuntime['stampControl'];
  onOutput(query: Query, output: GroupOutput): void;
  /** A statement of the query failed at run time; it goes on. @default a warning in the log */
  onFailure?(query: Query, error: CodedError, key: CauseKey): void;
  /** A domain entered or left a union that the query reads. */
  onPlanChanged?(query: Query): void;
  /** Refuses options that do not fit the plan, before anything has started. */
  checkOptions?(plan: Plan, options: QueryOptions): void;
}

export interface QueryServiceOptions {
  /** Queries that one agent holds. @default 10_000 */
  readonly maxQueries?: number | undefined;
  /** Starts fall on the present instant (replay of scenarios). @default false */
  readonly barrier?: boolean | undefined;
  /** First pause between silences (rule "silent having"), monotonic ms. @default 1000 */
  readonly silencePauseMs?: number | undefined;
  /** Strict as Esper: no lenient pass. @default false */
  readonly strict?: boolean | undefined;
  /** Statements whose content will be asked for. */
  readonly iterated?: ReadonlySet<string> | undefined;
  /** Rewrites to use. @default all, by cost */
  readonly tuning?: PlanTuning | undefined;
}

export class QueryService {
  /** Residuals that run here for queries of other domains. */
  readonly placed: PlacedResiduals;
  readonly #deps: QueryServiceDeps;
  readonly #options: QueryServiceOptions;
  readonly #checker: QueryChecker;
  readonly #queries = new Map<QueryId, Query>();
  readonly #readers: FragmentReaders;
  readonly #repair: QueryRepair;
  readonly #unions: UnionKeeper;
  /** Registrations under way. */
  readonly #starting = new Map<QueryId, Promise<void>>();
  #renewedMs = 0;

  constructor(deps: QueryServiceDeps, options: QueryServiceOptions = {}) {
    this.#deps = deps;
    this.#options = options;
    const { strict, iterated, tuning } = options;
    const { ask, counters, log, transport } = deps;
    this.#readers = new FragmentReaders({ transport, ask, counters, log });
    const deployOptions = (query: Query): DeployOptions => this.#deployOptions(query);
    const onHeartbeat = (from: DomainName, heartbeat: Heartbeat): void => this.onHeartbeat(from, heartbeat);
    this.#repair = new QueryRepair({ ask, counters, log, readers: this.#readers, deployOptions, onHeartbeat });
    const { clock, catalog, stampMs } = deps;
    const shared = { ask, clock, counters, log, readers: this.#readers, deployOptions };
    const barrier = options.barrier === true;
    this.placed = new PlacedResiduals({ ...shared, self: transport.self, repair: this.#repair, barrier });
    const onChanged = (query: Query): void => deps.onPlanChanged?.(query);
    const readers = this.#readers;
    this.#unions = new UnionKeeper({ ask, clock, counters, log, readers, catalog, stampMs, deployOptions, onChanged });
    const statistics = measuredStatistics(deps.statistics ?? NO_STATISTICS, () => this.queries, clock);
    this.#checker = new QueryChecker(
      { catalog: deps.catalog, statistics },
      { owner: deps.transport.self, strict, iterated, tuning },
    );
  }

  get queries(): readonly Query[] {
    return [...this.#queries.values()];
  }

  #all(): readonly Query[] {
    return [...this.#queries.values(), ...this.placed.queries];
  }

  get(id: QueryId): Query {
    const query = this.#queries.get(id);
    if (query === undefined) throw new CodedError('UNKNOWN_QUERY', `no query ${id} is registered here`);
    return query;
  }

  /** Checks and plans without starting anything. */
  async explain(
    epl: string,
    onSilence: OnSilence | null = null,
  ): Promise<{ readonly plan: Plan; readonly notes: readonly string[] }> {
    const checked = await this.#checker.check(epl, null);
    return { plan: this.#checker.plan(checked, null, silenceModeOf(checked.ast, onSilence)), notes: checked.notes };
  }

  /** Registers a query, or answers the one that is registered already with the same text, client and options. */
  async register(
    epl: string,
    request: QueryRequestOptions,
  ): Promise<{ readonly query: Query; readonly fresh: boolean }> {
    const checked = await this.#checker.check(epl, null);
    const options: QueryOptions = { ...request, onSilence: silenceModeOf(checked.ast, request.onSilence) };
    const canonical = printModule(checked.ast);
    const id = queryIdOf(canonical, options);
    const known = this.#queries.get(id);
    if (known !== undefined) {
      // The same registration may be under way: its end is this one's answer too.
      await this.#starting.get(id);
      return { query: known, fresh: false };
    }
    const limit = this.#options.maxQueries ?? MAX_QUERIES;
    if (this.#queries.size >= limit)
      throw new CodedError('QUERY_LIMIT', `this agent holds ${limit} queries already`, {
        hint: 'remove some, or raise limits.queries',
      });
    const plan = this.#checker.plan(checked, null, options.onSilence);
    this.#deps.checkOptions?.(plan, options);
    const query = newQuery({
      id,
      epl,
      canonical,
      options,
      notes: checked.notes,
      createdMs: this.#deps.clock.nowMs(),
      detail: 'starting',
      plan,
      catalog: checked.catalog,
      readers: [this.#deps.transport.self],
    });
    this.#queries.set(id, query);
    const starting = this.#start(query, checked);
    this.#starting.set(id, starting);
    try {
      await starting;
    } catch (error) {
      this.#queries.delete(id);
      throw error;
    } finally {
      this.#starting.delete(id);
    }
    return { query, fresh: true };
  }

  /**
   * Brings a query back after a restart of this agent: same id and S for its triggers, a new start for its evaluation;
   * the views of other domains are filled in silently from snapshots. Rejects while a domain it needs is away.
   */
  async restore(stored: StoredQuery): Promise<Query> {
    const checked = await this.#checker.check(stored.epl, null);
    const plan = this.#checker.plan(checked, null, stored.options.onSilence);
    const away = stored.domains.filter((d) => !domainsOf(plan).includes(d));
    if (away.length > 0) {
      // Without it the query would come back as another one, over fewer streams.
      throw new CodedError('DOMAIN_UNREACHABLE', `the streams of ${away.join(', ')} are not known yet`);
    }
    const { epl, id, options, createdMs, startMs: beganMs, variables } = stored;
    const query = newQuery({
      id,
      epl,
      canonical: printModule(checked.ast),
      options,
      notes: checked.notes,
      createdMs,
      detail: 'filling in after a restart',
      startMs: beganMs,
      plan,
      catalog: checked.catalog,
      readers: [this.#deps.transport.self],
      variables,
    });
    const fragments = await this.#orHere(query, checked, (p) =>
      resumeFragments(p.fragments, this.#deps.ask, this.#deployOptions(query)),
    );
    const startMs = fragments.length === 0 ? this.#deps.stampMs() + 1 : Math.min(...fragments.map((f) => f.startMs));
    this.#queries.set(stored.id, query);
    this.#begin(query, query.plan, { startMs, fragments }, checked);
    return query;
  }

  /** Deploys one more module into the clock group of a query: it may read what the query declared. */
  async extend(id: QueryId, epl: string): Promise<void> {
    const query = this.get(id);
    const checked = await this.#checker.check(epl, query.catalog);
    // What joins sees the clock move: it must not stand for a proof about another statement.
    await query.group?.silence?.stop();
    silenceModeOf(checked.ast, query.options.onSilence);
    const plan = this.#checker.plan(checked, query, query.options.onSilence);
    const started = await this.#deploy(query, plan);
    const merged: Plan = {
      ...query.plan,
      clock: query.plan.clock === 'local' ? plan.clock : 'merged',
      fragments: [...query.plan.fragments, ...plan.fragments],
      inputs: [...query.plan.inputs, ...plan.inputs],
      statements: [...query.plan.statements, ...plan.statements],
    };
    query.plan = merged;
    this.#join(query, plan, started, checked);
  }

  /**
   * Sets a variable of a running query, as a cause of this domain: what it may change, in which order, is as if one engine
   * had been told at that place among all events. `keep` is called once the value is known to fit, before it counts.
   */
  setVariable(id: QueryId, name: string, raw: unknown, keep: (query: Query) => void = () => undefined): CauseKey {
    const query = this.get(id);
    const { group } = query;
    const variable = variableOf(query, name);
    const value = valueFor(variable, raw);
    if (group === null) throw notRunning(query);
    const before = query.variables.get(name);
    query.variables.set(name, value);
    try {
      keep(query);
      return group.setVariable(name, value, this.#deps.stampControl());
    } catch (error) {
      if (before === undefined) query.variables.delete(name);
      else query.variables.set(name, before);
      throw error;
    }
  }

  /**
   * A fire-and-forget query of the named windows and tables of a running query. Rejects with the code of the text's
   * mistake, `QUERY_BROKEN` when the query does not run, `EVALUATION`, `BUSY`.
   */
  async ask(id: QueryId, epl: string): Promise<GroupAnswer> {
    const query = this.get(id);
    const checked = analyzeQuery(parseStatement(epl), query.catalog);
    if (query.group === null) throw notRunning(query);
    return query.group.ask(checked, this.#deps.stampControl());
  }

  #failed(query: Query, error: CodedError, key: CauseKey): void {
    this.#deps.counters.add('evaluation_errors_total', 1, { code: error.code });
    if (this.#deps.onFailure !== undefined) this.#deps.onFailure(query, error, key);
    else this.#deps.log.warn('a statement failed', { queryId: query.id, code: error.code, message: error.message });
  }

  /** The variables that the query's modules declare, with the values that its statements see now. */
  variables(id: QueryId): readonly VariableState[] {
    const query = this.get(id);
    const { group } = query;
    if (group === null) throw notRunning(query);
    return [...query.catalog.ownVariables()].map((v) => ({ ...v, ...group.variable(v.name) }));
  }

  async delete(id: QueryId): Promise<void> {
    const query = this.get(id);
    this.#queries.delete(id);
    const members = [...(query.group?.members ?? [])];
    for (const m of members) this.#readers.remove(query, m.fragmentId);
    // Answers still under way find nobody: a group whose fragments are gone would ask for their progress for ever.
    query.group = null;
    await cancelAll(
      members.map((m) => ({ domain: m.fragment.domain, fragmentId: m.fragmentId })),
      this.#deps.ask,
      id,
    );
  }

  onEnvelope(from: DomainName, envelope: DeltaEnvelope, bytes = 0): void {
    for (const query of this.#readers.of(envelope.fragmentId)) query.group?.onEnvelope(from, envelope, bytes);
  }

  /** This agent's own domain has delivered all that it had for these fragments' readers. */
  onDelivered(fragmentIds: readonly FragmentId[], bound: CauseKey): void {
    const queries = new Set(fragmentIds.flatMap((id) => [...this.#readers.of(id)]));
    for (const query of queries) query.group?.onDelivered(bound);
  }

  onKeyMissing(from: DomainName, fragmentId: FragmentId): void {
    this.#readers.onKeyMissing(from, fragmentId);
  }

  onHeartbeat(from: DomainName, heartbeat: Heartbeat): void {
    const perQuery = new Map<Query, FragmentProgress[]>();
    for (const progress of heartbeat.fragments) {
      for (const query of this.#readers.of(progress.fragmentId)) {
        const list = perQuery.get(query);
        if (list === undefined) perQuery.set(query, [progress]);
        else list.push(progress);
      }
    }
    for (const [query, fragments] of perQuery) query.group?.onHeartbeat(from, { ...heartbeat, fragments });
  }

  /** Now and then: repair, leases, silence. */
  tick(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const query of this.#all()) {
      const { group } = query;
      if (group === null) continue;
      group.repair();
      group.silence?.turn(true);
      // A domain does not wait for itself, and a query that reads nothing runs on the agent's own clock.
      if (query.plan.clock === 'local') {
        group.drift(this.#deps.stampMs());
        continue;
      }
      if (query.options.onSilence === 'wait') continue;
      for (const domain of group.giveUpSilent(STALE_AFTER_MS)) {
        this.#deps.log.warn('domain is silent; going on without it', {
          queryId: query.id,
          domain,
          staleAfterMs: STALE_AFTER_MS,
        });
        this.#deps.counters.add('query_stale_domains_total', 1, { domain });
      }
      group.drift(this.#deps.stampMs());
    }
    if (this.#options.barrier !== true) this.#unions.tick(this.#queries.values());
    this.placed.tick();
    if (nowMs - this.#renewedMs < RENEW_EVERY_MS) return;
    this.#renewedMs = nowMs;
    for (const query of this.#all()) this.#repair.renew(query);
  }

  /** A domain is reachable again: ask at once whether our fragments still run there. */
  onPeer(domain: DomainName, connected: boolean): void {
    if (!connected) return;
    for (const query of this.#all()) this.#repair.renew(query, domain);
  }

  /** A domain is no member of the list any more: whoever looks at a query over it is told why it stands. */
  onMemberRemoved(domain: DomainName): void {
    for (const query of this.#queries.values()) {
      if (!domainsOf(query.plan).includes(domain)) continue;
      query.detail = `UNKNOWN_DOMAIN: '${domain}' is no member any more`;
      this.#deps.counters.add('query_refused_total', 1, { domain, code: 'UNKNOWN_DOMAIN' });
    }
  }

  // ------------------------------------------------------------------------------------------ registration

  async #start(query: Query, checked: CheckedQuery): Promise<void> {
    const started = await this.#orHere(query, checked, (plan) => this.#deploy(query, plan));
    query.startMs = started.startMs;
    this.#begin(query, query.plan, started, checked);
  }

  /** Where the domain that was to run the residual refuses, or one that it was to read: the residual stays here. */
  async #orHere<T>(query: Query, checked: CheckedQuery, start: (plan: Plan) => Promise<T>): Promise<T> {
    try {
      return await start(query.plan);
    } catch (error) {
      if (query.plan.fragments.every((f) => f.placed === undefined)) throw error;
      const { code, message } = toCodedError(error);
      this.#deps.log.info('the residual stays here', { queryId: query.id, code, message });
      query.plan = this.#checker.plan(checked, null, query.options.onSilence, 'here');
      this.#deps.checkOptions?.(query.plan, query.options);
      return start(query.plan);
    }
  }

  #deploy(query: Query, plan: Plan): Promise<DeployedPlan> {
    return deployFragments(plan.fragments, this.#deps.ask, this.#deployOptions(query));
  }

  #deployOptions(query: Query): DeployOptions {
    return {
      queryId: query.id,
      consumer: this.#deps.transport.self,
      readers: query.readers,
      waits: query.options.onSilence === 'wait',
      sinceMs: query.startMs,
      stampMs: this.#deps.stampMs,
      latestMs: this.#options.barrier === true ? undefined : () => this.#deps.clock.nowMs() + MAX_SKEW_MS,
      barrier: this.#options.barrier,
    };
  }

  #begin(query: Query, plan: Plan, started: DeployedPlan, checked: CheckedQuery): void {
    const group = new QueryGroup(
      {
        clock: this.#deps.clock,
        counters: this.#deps.counters,
        questions: this.#repair.questionsOf(query),
        onOutput: (output) => this.#deps.onOutput(query, output),
        onFailure: (error, key) => this.#failed(query, error, key),
      },
      {
        startMs: started.startMs,
        maxSkewMs: this.#options.barrier === true ? Infinity : undefined,
        hold: query.options.onSilence === 'hold',
        silencePauseMs: this.#options.silencePauseMs,
      },
    );
    query.group = group;
    query.state = 'running';
    query.detail = '';
    this.#join(query, plan, started, checked);
  }

  /** Adds the fragments and the residual of one module to the group. */
  #join(query: Query, plan: Plan, started: DeployedPlan, checked: CheckedQuery): void {
    const { group } = query;
    if (group === null) return;
    const catalog = new LayeredCatalog(query.catalog);
    for (const input of plan.inputs) {
      const type = addInputType(group.engine, input, checked.federated);
      if (input.kind !== 'result') catalog.addType(type);
    }
    const labels = labelsOf(query.plan.statements).slice(-plan.statements.length);
    for (const [i, { name, shippedAs, columns }] of plan.statements.entries())
      if (shippedAs !== null) group.addShipped({ name, label: labels[i], input: shippedAs, columns });
    const texts = plan.statements.flatMap((s) => (s.epl === null ? [] : [s.epl]));
    if (texts.length > 0) {
      const residual = analyzeModule(parseModule(texts.join(';\n')), catalog);
      addTargets(group.engine, residual, checked.federated);
      group.deploy(
        residual,
        labels.filter((_, i) => plan.statements[i]?.epl !== null),
      );
      for (const s of residual.statements) {
        const set = s.kind === 'createVariable' && !s.constant ? query.variables.get(s.variable) : undefined;
        if (s.kind === 'createVariable' && set !== undefined)
          group.engine.setVariable(s.variable, set, timerKey(group.engine.nowMs));
      }
    }
    const filled: { readonly member: GroupMember; readonly snapshot: SnapshotReply }[] = [];
    for (const deployed of started.fragments) {
      const input = plan.inputs.find((i) => i.fragments.includes(deployed.fragment.name));
      if (input === undefined) continue;
      const { fragmentId, epoch } = deployed.prepared;
      const { startMs, lastSeq, snapshot } = deployed;
      const member = group.addMember(deployed.fragment, input, fragmentId, epoch, { startMs, lastSeq });
      this.#readers.add(query, deployed.fragment.domain, deployed.prepared);
      if (snapshot !== null) filled.push({ member, snapshot });
    }
    query.catalog.addModule(checked.module);
    if (filled.length > 0) group.fillQuietly(filled);
    group.drain();
  }
}
