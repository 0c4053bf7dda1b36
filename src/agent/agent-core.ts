/**
 * The part of an agent that does not care where it runs: local streams, fragments for others, queries of its own, over any
 * transport, clock and store. `agent.ts` puts it on libp2p and the wall clock, `sim/` on the virtual ones.
 */
import type {
  ControlReply,
  ControlRequest,
  DomainCatalog,
  Heartbeat,
  MetricFigures,
  SealKey,
} from '../model/control.ts';
import { PROGRESS_WAIT_MS } from '../model/control.ts';
import type { DeltaEnvelope } from '../model/delta.ts';
import { unreachable, type CodedError } from '../model/errors.ts';
import type { Event } from '../model/event.ts';
import { HEARTBEAT_MS } from '../exchange/limits.ts';
import { FIGURES } from '../federation/limits.ts';
import type { CauseKey } from '../model/cause-key.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { ExchangeTransport, TransportHandlers } from '../ports/transport.ts';
import type { FederatedCatalog } from '../planner/catalog.ts';
import type { Statistics } from '../planner/cost/statistics.ts';
import { askThrough, type Ask } from './ask.ts';
import { ClockGuard } from './clock-guard.ts';
import type { ExportPolicies } from './export-policies.ts';
import { FragmentHost } from './fragment-host.ts';
import { Ledger } from './ledger.ts';
import { LocalRuntime } from './local-runtime.ts';
import type { GroupOutput } from './group-output.ts';
import type { Plan } from '../model/plan.ts';
import type { ExportPolicy } from '../model/policy.ts';
import type { Query, QueryOptions } from './query.ts';
import { QueryService, type QueryServiceOptions } from './query-service.ts';

export interface AgentCoreDeps {
  readonly transport: ExchangeTransport;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  /** Keys of payloads on topics. */
  readonly random: Random;
  /** The federation's catalog as of now, asked for at each registration. */
  readonly catalog: () => Promise<FederatedCatalog>;
  /** What is known of the federation's streams, for the cost of plans. @default nothing */
  readonly statistics?: Statistics | undefined;
  /** What this domain offers to `reader`; null when it knows that version already. */
  readonly offer: (reader: DomainName, knownVersion: number) => DomainCatalog | null;
  /** What this domain lets out. Without any every member reads everything. */
  readonly policies?: ExportPolicies | undefined;
  /** Where it is written down what left this domain. @default one in memory */
  readonly ledger?: Ledger | undefined;
  onOutput(query: Query, output: GroupOutput): void;
  /** A statement of a query failed at run time. @default a warning in the log */
  onFailure?(query: Query, error: CodedError, key: CauseKey): void;
  /** A domain entered or left a union that the query reads. */
  onPlanChanged?(query: Query): void;
  checkOptions?(plan: Plan, options: QueryOptions): void;
  /** A domain of the membership list came or went. */
  onPeer?(domain: DomainName, connected: boolean): void;
}

export interface AgentCoreOptions extends QueryServiceOptions {
  readonly epoch: number;
  readonly secret: Uint8Array;
  /** Where the stamp clock begins. @default the wall clock */
  readonly startMs?: number | undefined;
  readonly firstSeq?: number | undefined;
  /** @default 100 */
  readonly heartbeatMs?: number | undefined;
}

export class AgentCore {
  readonly domain: DomainName;
  readonly runtime: LocalRuntime;
  readonly host: FragmentHost;
  readonly queries: QueryService;
  readonly ask: Ask;
  readonly ledger: Ledger;
  readonly clockGuard: ClockGuard;
  readonly #deps: AgentCoreDeps;
  readonly #heartbeatMs: number;
  #timer: Cancel | null = null;
  #running = false;

  constructor(deps: AgentCoreDeps, options: AgentCoreOptions) {
    const { transport, clock, counters, log } = deps;
    this.#deps = deps;
    this.domain = transport.self;
    this.#heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
    this.clockGuard = new ClockGuard({ transport, clock, counters, log }, { enforce: options.barrier !== true });
    this.runtime = new LocalRuntime(
      { clock, guard: this.clockGuard },
      { domain: this.domain, startMs: options.startMs, firstSeq: options.firstSeq },
    );
    this.ask = askThrough(transport, clock, (request) => this.#answer(this.domain, request));
    this.queries = new QueryService(
      {
        transport,
        ask: this.ask,
        clock,
        counters,
        log,
        catalog: deps.catalog,
        statistics: deps.statistics,
        stampMs: () => this.runtime.stampMs,
        stampControl: () => {
          const stamp = this.runtime.stampControl();
          this.host.flush();
          return stamp;
        },
        onOutput: (query, output) => deps.onOutput(query, output),
        ...(deps.onFailure === undefined ? {} : { onFailure: deps.onFailure.bind(deps) }),
        onPlanChanged: (query) => deps.onPlanChanged?.(query),
        checkOptions: (plan, queryOptions) => deps.checkOptions?.(plan, queryOptions),
      },
      options,
    );
    const outlet = {
      publish: (envelope: DeltaEnvelope, key: SealKey | undefined) => transport.publish(envelope, key),
      sendHeartbeat: (to: DomainName, heartbeat: Heartbeat) =>
        to === this.domain ? this.queries.onHeartbeat(to, heartbeat) : transport.sendHeartbeat(to, heartbeat),
      deliver: (envelope: DeltaEnvelope) => this.queries.onEnvelope(this.domain, envelope),
      delivered: (ids: readonly FragmentId[], bound: CauseKey) => this.queries.onDelivered(ids, bound),
    };
    this.ledger = deps.ledger ?? new Ledger();
    this.host = new FragmentHost(
      {
        runtime: this.runtime,
        clock,
        counters,
        log,
        outlet,
        policies: deps.policies,
        ledger: this.ledger,
        random: deps.random,
      },
      { epoch: options.epoch, secret: options.secret, barrierStarts: options.barrier },
    );
  }

  async start(): Promise<void> {
    this.#running = true;
    const handlers: TransportHandlers = {
      onEnvelope: (from, envelope, bytes) => this.queries.onEnvelope(from, envelope, bytes),
      onHeartbeat: (from, heartbeat) => {
        this.clockGuard.heard(from, heartbeat.sentMs);
        this.queries.onHeartbeat(from, heartbeat);
      },
      onRequest: (from, request) => this.#answer(from, request),
      onPeer: (domain, connected) => {
        this.queries.onPeer(domain, connected);
        if (connected) this.host.onConnected(domain);
        this.#deps.onPeer?.(domain, connected);
      },
      onKeyMissing: (from, fragmentId) => this.queries.onKeyMissing(from, fragmentId),
    };
    await this.#deps.transport.start(handlers);
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#timer?.();
    this.#timer = null;
    await this.#deps.transport.stop();
  }

  /** Stamps and evaluates one measurement; what it changes leaves at once. */
  ingest(typeName: string, values: Readonly<Record<string, unknown>>): Event {
    const event = this.runtime.ingest(typeName, values);
    this.host.flush();
    return event;
  }

  /** Moves the stamp clock, fires timers, says to every consumer how far this domain is, repairs. */
  tick(): void {
    this.clockGuard.tick();
    this.runtime.tick();
    this.host.flush();
    this.host.heartbeat();
    this.host.expire();
    this.#tellSelf();
    this.queries.tick();
  }

  /** Takes other export policies; fragments that they forbid, or give another text, end. Answers how many leases did. */
  setPolicies(rules: readonly ExportPolicy[]): number {
    this.#deps.policies?.replace(rules);
    return this.host.recheck();
  }

  /** A domain left the membership list: nothing runs for it, and what reads it is told. */
  memberRemoved(domain: DomainName): void {
    this.host.dropMember(domain);
    this.queries.onMemberRemoved(domain);
  }

  #tellSelf(): void {
    for (const query of [...this.queries.queries, ...this.queries.placed.queries]) {
      const ids = [...(query.group?.members ?? [])]
        .filter((m) => m.fragment.domain === this.domain)
        .map((m) => m.fragmentId);
      if (ids.length > 0) query.group?.onHeartbeat(this.domain, this.host.progress(this.domain, ids));
    }
  }

  #schedule(): void {
    if (!this.#running) return;
    this.#timer = this.#deps.clock.after(this.#heartbeatMs, () => {
      this.tick();
      this.#schedule();
    });
  }

  async #answer(from: DomainName, request: ControlRequest): Promise<ControlReply> {
    switch (request.kind) {
      case 'prepare':
        return request.residual === undefined
          ? this.host.prepare(from, request)
          : this.queries.placed.prepare(this.host, from, request, request.residual);
      case 'commit':
        return this.queries.placed.has(request.fragmentId)
          ? this.queries.placed.commit(from, request)
          : this.host.commit(from, request);
      case 'cancel':
        this.host.cancel(from, request);
        return { kind: 'done' };
      case 'renew':
        return this.host.renew(from, request);
      case 'replay':
        return { kind: 'replayed', envelopes: this.host.replay(from, request) };
      case 'snapshot':
        return this.host.snapshot(from, request);
      case 'progress':
        return this.#answerProgress(from, request.fragmentIds, request.untilMs);
      case 'key':
        return this.host.key(from, request);
      case 'silence':
        return this.host.silence(from, request);
      case 'catalog':
        return {
          kind: 'catalog',
          catalog: this.#deps.offer(from, request.knownVersion),
          figures: this.#figuresFor(from),
        };
      default:
        return unreachable(request);
    }
  }

  /** What `reader` may know of the streams here: of the busiest. */
  #figuresFor(reader: DomainName): readonly MetricFigures[] {
    const { clock, policies } = this.#deps;
    const all = this.runtime.meter.figures(clock.monotonicMs());
    const open = policies?.figures(reader, all) ?? all;
    return [...open].sort((a, b) => b.rateHz - a.rateHz).slice(0, FIGURES);
  }

  async #answerProgress(from: DomainName, ids: readonly string[], untilMs: number): Promise<ControlReply> {
    const waitMs = Math.min(untilMs - this.#deps.clock.nowMs(), PROGRESS_WAIT_MS);
    if (waitMs > 0) await new Promise<void>((resolve) => void this.#deps.clock.after(waitMs, resolve));
    this.runtime.tick();
    this.host.flush();
    this.host.flushAtOnce(ids);
    // What a rate cap holds back comes when it comes: whoever asks must not ask again at once.
    if (this.host.holdsBack(ids))
      await new Promise<void>((resolve) => void this.#deps.clock.after(this.#heartbeatMs, resolve));
    return { kind: 'progress', heartbeat: this.host.progress(from, ids, untilMs > 0) };
  }
}
