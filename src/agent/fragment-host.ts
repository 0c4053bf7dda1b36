/**
 * Runs fragments of this domain's streams for consumers here and elsewhere: prepare, commit, lease, deltas, heartbeats,
 * replay, snapshots (DESIGN §5, §6).
 *
 * Bounds: MAX_RUNNING fragments; what is retained for replay is the sender's; prepared fragments and leases expire.
 */
import { createHmac } from 'node:crypto';
import { FlushPolicy } from '../exchange/flush-policy.ts';
import { FragmentSender } from '../exchange/fragment-sender.ts';
import { envelopeBytes } from '../federation/codec.ts';
import { encodeReply } from '../federation/codec-reply.ts';
import { KEY_BYTES } from '../federation/limits.ts';
import type { Deployment, StatementOutput } from '../engine/engine.ts';
import { rowValues } from '../engine/engine.ts';
import type {
  CancelFragment,
  CommitFragment,
  KeyReply,
  KeyRequest,
  SealKey,
  CommittedReply,
  ControlReply,
  Heartbeat,
  PreparedReply,
  PrepareFragment,
  RenewedReply,
  RenewLease,
  ReplayRequest,
  SnapshotRequest,
} from '../model/control.ts';
import type { Delta, DeltaEnvelope, InsertedRow, Update } from '../model/delta.ts';
import { CodedError } from '../model/errors.ts';
import type { DomainName, FragmentId, QueryId } from '../model/ids.ts';
import type { FragmentKind } from '../model/plan.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { ExportPolicies } from './export-policies.ts';
import { admitFragment, type AdmittedFragment } from './fragment-admission.ts';
import type { EndReason, Ledger } from './ledger.ts';
import type { LocalRuntime } from './local-runtime.ts';
import { HeldDeltas, RateCaps } from './rate-cap.ts';
import { plainValues, rowKey } from './rows.ts';

/** Fragments that one domain runs for all consumers together. */
export const MAX_RUNNING = 20_000;

/** Fragments that one run of an agent can start: each gets an epoch of its own, so that no number is ever used twice. */
const EPOCHS_PER_RUN = 2 ** 24;

/** Envelopes sealed with one key: random nonces are good for 2^32 (NIST SP 800-38D §8.3). */
const ENVELOPES_PER_KEY = 2 ** 31;

/** A lease lasts this long after it was renewed, on the monotonic clock. */
export const LEASE_MS = 60_000;

/** Where frames go: topics and streams for other domains, a call for this one. */
export interface FragmentOutlet {
  publish(envelope: DeltaEnvelope, key: SealKey | undefined): void;
  sendHeartbeat(to: DomainName, heartbeat: Heartbeat): void;
  /** A consumer in this very agent. */
  deliver(frame: DeltaEnvelope): void;
}

export interface FragmentHostDeps {
  readonly runtime: LocalRuntime;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly outlet: FragmentOutlet;
  /** What this domain lets out. Without any every member reads everything. */
  readonly policies?: ExportPolicies | undefined;
  /** Where it is written down what left this domain. */
  readonly ledger?: Pick<Ledger, 'record' | 'close'> | undefined;
  /** Makes the keys of payloads on topics; without it they are not sealed. */
  readonly random?: Random | undefined;
}

export interface FragmentHostOptions {
  /** Greater than that of any earlier run of this agent. */
  readonly epoch: number;
  /** Key of the fragment ids; known to this domain alone. */
  readonly secret: Uint8Array;
  /** Starts may fall on the present instant: whoever drives the agent guarantees that nothing is under way. @default false */
  readonly barrierStarts?: boolean | undefined;
}

interface Lease {
  /** Monotonic ms of the last renewal. */
  renewedMs: number;
  /** The last delta when the fragment was prepared for this query: what comes later may be at or after its S. */
  preparedSeq: number;
  /** What was admitted: judged again when the policies change. */
  request: PrepareFragment;
}

interface Running {
  readonly id: FragmentId;
  readonly kind: FragmentKind;
  readonly admitted: AdmittedFragment;
  readonly sender: FragmentSender;
  readonly policy: FlushPolicy;
  readonly leases: Map<DomainName, Map<QueryId, Lease>>;
  /** Present rows of a view fragment by id, for snapshots; null for other kinds. */
  readonly rows: Map<string, InsertedRow> | null;
  state: 'prepared' | 'scheduled' | 'active';
  /** Of payloads on its topic; absent where they are not sealed. */
  seal: SealKey | undefined;
  /** Keys that it has had, and envelopes sealed with the present one. */
  keys: number;
  sealed: number;
  /** When it started or will start. */
  startMs: number;
  deployment: Deployment | null;
  /** What a rate cap holds back; null without one. */
  readonly held: HeldDeltas | null;
}

export class FragmentHost {
  readonly #deps: FragmentHostDeps;
  readonly #options: FragmentHostOptions;
  readonly #running = new Map<FragmentId, Running>();
  readonly #dirty = new Set<Running>();
  /** Of which a rate cap holds something back, and those of which it holds too much. */
  readonly #capped = new Set<Running>();
  readonly #overflowed = new Set<Running>();
  readonly #caps = new RateCaps();
  #started = 0;
  #flushLater: Cancel | null = null;

  constructor(deps: FragmentHostDeps, options: FragmentHostOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Admits a fragment and names it; it does not run before `commit`. Throws the code of what is wrong with it. */
  prepare(from: DomainName, request: PrepareFragment): PreparedReply {
    const { runtime, clock } = this.#deps;
    if (from !== request.consumer)
      throw new CodedError('UNAUTHORIZED', `'${from}' cannot ask on behalf of '${request.consumer}'`);
    const admitted = this.#admit(from, request);
    const id = this.#identify(request, admitted);
    let running = this.#running.get(id);
    if (running === undefined) {
      if (this.#running.size >= MAX_RUNNING)
        throw new CodedError('LIMIT_EXCEEDED', `this domain runs ${MAX_RUNNING} fragments already`);
      const kind = request.fragmentKind;
      const epoch = this.#options.epoch * EPOCHS_PER_RUN + this.#started++;
      const sender = new FragmentSender({ fragmentId: id, epoch });
      running = {
        id,
        kind,
        admitted,
        sender,
        policy: new FlushPolicy(),
        leases: new Map(),
        rows: kind === 'view' ? new Map() : null,
        seal: undefined,
        keys: 0,
        sealed: 0,
        state: 'prepared',
        startMs: Infinity,
        deployment: null,
        held: admitted.caps.length === 0 ? null : new HeldDeltas(),
      };
      this.#changeKey(running);
      this.#running.set(id, running);
    }
    const lease = this.#lease(running, request, clock.monotonicMs());
    lease.preparedSeq = running.sender.lastSeq;
    lease.request = request;
    return {
      kind: 'prepared',
      fragmentId: id,
      epoch: running.sender.epoch,
      stampMs: runtime.tick(),
      columns: admitted.statement.columns,
      ...(running.seal === undefined || from === runtime.domain ? {} : { seal: running.seal }),
    };
  }

  /** The present key, for a consumer that has a lease. */
  key(from: DomainName, request: KeyRequest): KeyReply {
    const running = this.#leased(from, request.fragmentId);
    if (running.seal === undefined)
      throw new CodedError('UNKNOWN_FRAGMENT', `the payloads of ${running.id} are not sealed`);
    return { kind: 'key', epoch: running.sender.epoch, seal: running.seal };
  }

  /** A key of its own for each epoch, never written down: none is used again after a restart. */
  #changeKey(running: Running): void {
    const { random } = this.#deps;
    if (random === undefined) return;
    running.sealed = 0;
    running.seal = { id: String(++running.keys), key: random.bytes(KEY_BYTES) };
  }

  #admit(from: DomainName, request: PrepareFragment): AdmittedFragment {
    try {
      return admitFragment(request, this.#deps.runtime.catalog, this.#deps.policies ?? null);
    } catch (error) {
      const code = error instanceof CodedError ? error.code : 'INTERNAL';
      this.#deps.counters.add('fragments_refused_total', 1, { domain: from, code });
      throw error;
    }
  }

  /** Starts the fragment at S. Throws `START_PASSED` when the stamp clock is beyond: the owner fixes a later start. */
  commit(from: DomainName, request: CommitFragment): CommittedReply {
    const running = this.#leased(from, request.fragmentId);
    const { runtime } = this.#deps;
    const passed =
      this.#options.barrierStarts === true ? request.startMs < runtime.stampMs : request.startMs <= runtime.stampMs;
    // An active fragment has its start behind it; one with consumers is not begun again for an earlier start.
    if (passed && (running.state !== 'active' || request.startMs < running.startMs)) {
      throw new CodedError('START_PASSED', `the start ${request.startMs} has passed here`, {
        data: { stampMs: runtime.stampMs },
      });
    }
    const preparedSeq = running.leases.get(from)?.get(request.queryId)?.preparedSeq ?? running.sender.lastSeq;
    this.#schedule(running, request.startMs);
    return { kind: 'committed', epoch: running.sender.epoch, lastSeq: preparedSeq };
  }

  cancel(from: DomainName, request: CancelFragment): void {
    const running = this.#running.get(request.fragmentId);
    const leases = running?.leases.get(from);
    if (running === undefined || leases === undefined) return;
    this.#endLease(running, from, request.queryId);
    if (leases.size === 0) this.#dropConsumer(running, from);
  }

  renew(from: DomainName, request: RenewLease): RenewedReply {
    const nowMs = this.#deps.clock.monotonicMs();
    const unknown: FragmentId[] = [];
    for (const id of request.fragmentIds) {
      const running = this.#running.get(id);
      const lease = running?.leases.get(from)?.get(request.queryId);
      // One that was prepared and never committed does not run, one that was ended must be admitted again.
      if (running === undefined || lease === undefined || running.state === 'prepared') unknown.push(id);
      else lease.renewedMs = nowMs;
    }
    for (const ack of request.acknowledged) {
      const running = this.#running.get(ack.fragmentId);
      if (running !== undefined && ack.epoch === running.sender.epoch)
        running.sender.acknowledge(readerOf(from, request.queryId), ack.seq);
    }
    return { kind: 'renewed', unknown };
  }

  replay(from: DomainName, request: ReplayRequest): readonly DeltaEnvelope[] {
    const running = this.#leased(from, request.fragmentId);
    const envelopes = running.sender.replay(request.epoch, request.fromSeq, request.toSeq);
    const bytes = envelopes.reduce((sum, e) => sum + envelopeBytes(e), 0);
    this.#deps.counters.add('exchange_replays_total');
    this.#deps.counters.add('exchange_replayed_bytes_total', bytes);
    // What was published before the consumer came is news to it; the rest was counted when it was published.
    const joinedSeq = Math.min(...[...(running.leases.get(from)?.values() ?? [])].map((l) => l.preparedSeq));
    const news = envelopes.flatMap((e) => e.deltas.slice(0, Math.max(0, joinedSeq - e.seq + 1)));
    this.#disclosed(running, [from], rowsOf(news), bytes);
    return envelopes;
  }

  snapshot(from: DomainName, request: SnapshotRequest): ControlReply {
    const running = this.#leased(from, request.fragmentId);
    this.#deps.counters.add('exchange_snapshots_total');
    this.#deps.runtime.tick();
    this.#advance(running);
    const reply = running.sender.snapshot([...(running.rows?.values() ?? [])]);
    if (from !== this.#deps.runtime.domain) {
      this.#disclosed(running, [from], reply.rows.length, encodeReply(reply).length);
      this.#caps.owe(running.admitted.caps, [from], reply.rows.length, this.#deps.clock.monotonicMs());
    }
    // A fragment that has yet to start sends nothing of before its start: the gap that it ends reaches up to there.
    return running.state === 'scheduled'
      ? { ...reply, watermarkMs: Math.max(reply.watermarkMs, running.startMs) }
      : reply;
  }

  /** What a consumer that holds causes back wants to know at once. */
  progress(from: DomainName, ids: readonly FragmentId[]): Heartbeat {
    const fragments = ids.flatMap((id) => {
      const running = this.#running.get(id);
      if (running === undefined || !running.leases.has(from)) return [];
      this.#advance(running);
      return running.state === 'active' ? [running.sender.progress()] : [];
    });
    return { sentMs: this.#deps.clock.nowMs(), fragments };
  }

  /**
   * Publishes what is waiting; called at the end of each turn (one event, one tick). At once where the link is idle,
   * packed under load: then the rest goes after the pause that {@link FlushPolicy} asks for.
   */
  flush(): void {
    if (this.#capped.size > 0 || this.#overflowed.size > 0) this.#release();
    const nowMs = this.#deps.clock.monotonicMs();
    let delayMs = Infinity;
    for (const running of this.#dirty) {
      if (!running.policy.due(nowMs, running.sender.pendingBytes)) {
        delayMs = Math.min(delayMs, running.policy.delayMs(nowMs));
        continue;
      }
      this.#dirty.delete(running);
      running.policy.flushed(nowMs);
      this.#send(running);
    }
    if (delayMs === Infinity || this.#flushLater !== null) return;
    this.#flushLater = this.#deps.clock.after(delayMs, () => {
      this.#flushLater = null;
      this.flush();
    });
  }

  /** Publishes at once what these fragments have: their consumer holds causes back (DESIGN §6). */
  flushAtOnce(ids: readonly FragmentId[]): void {
    for (const id of ids) {
      const running = this.#running.get(id);
      if (running === undefined || !this.#dirty.delete(running)) continue;
      running.policy.flushed(this.#deps.clock.monotonicMs());
      this.#send(running);
    }
  }

  #send(running: Running): void {
    this.#advance(running);
    const { domain } = this.#deps.runtime;
    const local = running.leases.has(domain);
    const remote = running.leases.size > (local ? 1 : 0);
    for (const envelope of running.sender.flush()) {
      if (remote) {
        if (running.sealed++ >= ENVELOPES_PER_KEY) this.#changeKey(running);
        this.#deps.outlet.publish(envelope, running.seal);
        this.#disclosed(running, running.leases.keys(), rowsOf(envelope.deltas), envelopeBytes(envelope));
      }
      if (local) this.#deps.outlet.deliver(envelope);
    }
  }

  #disclosed(running: Running, consumers: Iterable<DomainName>, rows: number, bytes: number): void {
    const { runtime, ledger, clock } = this.#deps;
    if (ledger === undefined) return;
    const { id: fragmentId, admitted } = running;
    const columns = admitted.statement.columns.map((c) => c.name);
    const nowMs = clock.nowMs();
    for (const consumer of consumers) {
      if (consumer === runtime.domain) continue;
      ledger.record({ consumer, fragmentId, epl: admitted.canonical, columns, rows, bytes, nowMs });
    }
  }

  /** One heartbeat per consumer domain, covering all its fragments; this agent itself is asked by `progress`. */
  heartbeat(): void {
    const perConsumer = new Map<DomainName, Running[]>();
    for (const running of this.#running.values()) {
      if (running.state !== 'active') continue;
      this.#advance(running);
      for (const consumer of running.leases.keys()) {
        if (consumer === this.#deps.runtime.domain) continue;
        const list = perConsumer.get(consumer);
        if (list === undefined) perConsumer.set(consumer, [running]);
        else list.push(running);
      }
    }
    const sentMs = this.#deps.clock.nowMs();
    for (const [consumer, list] of perConsumer) {
      this.#deps.outlet.sendHeartbeat(consumer, { sentMs, fragments: list.map((r) => r.sender.progress()) });
    }
  }

  /** Ends leases that were not renewed. */
  expire(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const running of this.#running.values()) {
      for (const [consumer, leases] of running.leases) {
        for (const [queryId, lease] of leases)
          if (nowMs - lease.renewedMs > LEASE_MS) this.#endLease(running, consumer, queryId);
        if (leases.size > 0) continue;
        this.#deps.log.info('lease ended', { fragmentId: running.id, consumer });
        this.#dropConsumer(running, consumer);
      }
    }
  }

  /** Names of fragments that read one of the event types: a metric that is read cannot be deleted. */
  readersOf(typeNames: readonly string[]): readonly string[] {
    const reads = (r: Running): boolean =>
      r.admitted.statement.streams.some(
        (s) => s.source.kind === 'filter' && typeNames.includes(s.source.eventType.name),
      );
    return [...this.#running.values()]
      .filter(reads)
      .map((r) => `fragment ${r.id.slice(0, 12)} for ${[...r.leases.keys()].join(', ')}`);
  }

  /** For status: what runs, for whom. */
  describe(): readonly {
    readonly fragmentId: FragmentId;
    readonly kind: FragmentKind;
    readonly epl: string;
    readonly consumers: readonly DomainName[];
    /** Queries that hold a lease. */
    readonly queries: readonly QueryId[];
    readonly lastSeq: number;
    /** Deltas kept for replay. */
    readonly retained: number;
  }[] {
    return [...this.#running.values()].map((r) => ({
      fragmentId: r.id,
      kind: r.kind,
      epl: r.admitted.canonical,
      consumers: [...r.leases.keys()],
      queries: [...r.leases.values()].flatMap((leases) => [...leases.keys()]),
      lastSeq: r.sender.lastSeq,
      retained: r.sender.retainedDeltas,
    }));
  }

  /** A shareable fragment starts with the earliest of its consumers; another one starts anew when its owner fixes a later S. */
  #schedule(running: Running, startMs: number): void {
    const { shareable } = running.admitted;
    if (running.state !== 'prepared' && (shareable ? startMs >= running.startMs : startMs === running.startMs)) return;
    if (running.deployment !== null) {
      this.#deps.runtime.engine.undeploy(running.deployment);
      running.deployment = null;
      running.rows?.clear();
    }
    running.state = 'scheduled';
    running.startMs = startMs;
    this.#deps.runtime.at(startMs, () => {
      if (running.state === 'scheduled' && running.startMs === startMs) this.#activate(running);
    });
  }

  #activate(running: Running): void {
    if (this.#running.get(running.id) !== running) return;
    const emit = running.kind === 'result' ? 'rows' : 'updates';
    running.deployment = this.#deps.runtime.engine.deploy(running.admitted.module, {
      emit,
      listener: (output) => this.#append(running, output),
    });
    running.sender.advance(this.#deps.runtime.engine.nowMs);
    running.state = 'active';
  }

  #append(running: Running, output: StatementOutput): void {
    const updates = output.updates === null ? [resultUpdate(output)] : output.updates.map(plainUpdate);
    if (updates.every((u) => u.insert.length === 0 && u.remove.length === 0)) return;
    const delta: Delta = { key: output.key, updates };
    if (isCutShort(running, delta)) return;
    if (running.held === null) return this.#number(running, delta);
    if (running.held.push(delta)) this.#capped.add(running);
    else this.#overflowed.add(running);
  }

  #number(running: Running, delta: Delta): void {
    if (running.rows !== null) applyToRows(running.rows, delta.updates);
    running.sender.append(delta);
    this.#dirty.add(running);
  }

  /** Numbers what the rate caps let go by now; ends fragments of which too much waits. */
  #release(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const running of this.#overflowed) {
      for (const consumer of running.leases.keys()) this.#endConsumer(running, consumer, 'rate-cap');
    }
    this.#overflowed.clear();
    for (const running of this.#capped) {
      const { held, admitted } = running;
      for (let delta = held?.first(); delta !== undefined; delta = held?.first()) {
        if (!this.#caps.spend(admitted.caps, running.leases.keys(), rowsOf([delta]), nowMs)) break;
        held?.shift();
        this.#number(running, delta);
      }
      if (held === null || held.length === 0) this.#capped.delete(running);
    }
  }

  #advance(running: Running): void {
    if (running.state !== 'active') return;
    const { stampMs } = this.#deps.runtime;
    running.sender.advance(running.held?.watermarkMs(stampMs) ?? stampMs);
  }

  // ------------------------------------------------------------------------------------------ policy at run time

  /** The policies have changed: what is forbidden now, or would be another text, ends. Answers how many leases did. */
  recheck(): number {
    let ended = 0;
    for (const running of this.#running.values()) {
      for (const [consumer, leases] of running.leases) {
        if (consumer === this.#deps.runtime.domain) continue;
        for (const [queryId, { request }] of leases) {
          if (this.#stillAdmits(running, request)) continue;
          this.#endLease(running, consumer, queryId);
          ended++;
        }
        if (leases.size === 0) this.#endConsumer(running, consumer, 'policy');
      }
    }
    return ended;
  }

  /** True if a rate cap holds something of one of them back. */
  holdsBack(ids: readonly FragmentId[]): boolean {
    return ids.some((id) => (this.#running.get(id)?.held?.length ?? 0) > 0);
  }

  /** A domain is no member any more: nothing runs for it. */
  dropMember(domain: DomainName): void {
    for (const running of this.#running.values())
      if (running.leases.has(domain)) this.#endConsumer(running, domain, 'membership');
  }

  #stillAdmits(running: Running, request: PrepareFragment): boolean {
    try {
      const admitted = admitFragment(request, this.#deps.runtime.catalog, this.#deps.policies ?? null);
      return this.#identify(request, admitted) === running.id;
    } catch (error) {
      if (error instanceof CodedError) return false;
      throw error;
    }
  }

  #endConsumer(running: Running, consumer: DomainName, reason: EndReason): void {
    for (const queryId of running.leases.get(consumer)?.keys() ?? []) this.#endLease(running, consumer, queryId);
    const { counters, log, clock, ledger } = this.#deps;
    counters.add('fragments_ended_total', 1, { domain: consumer, reason });
    log.warn('a fragment ended', { fragmentId: running.id, consumer, reason });
    ledger?.close(consumer, running.id, reason, clock.nowMs());
    this.#dropConsumer(running, consumer);
  }

  #lease(running: Running, request: PrepareFragment, nowMs: number): Lease {
    const { consumer, queryId } = request;
    const leases = running.leases.get(consumer);
    const lease = leases?.get(queryId);
    if (lease !== undefined) {
      lease.renewedMs = nowMs;
      return lease;
    }
    const fresh: Lease = { renewedMs: nowMs, preparedSeq: running.sender.lastSeq, request };
    if (leases === undefined) running.leases.set(consumer, new Map([[queryId, fresh]]));
    else leases.set(queryId, fresh);
    // From here on nothing that this query may need is let go, whatever others of its domain have taken.
    running.sender.addConsumer(readerOf(consumer, queryId));
    return fresh;
  }

  #endLease(running: Running, consumer: DomainName, queryId: QueryId): void {
    running.leases.get(consumer)?.delete(queryId);
    running.sender.removeConsumer(readerOf(consumer, queryId));
  }

  #leased(from: DomainName, id: FragmentId): Running {
    const running = this.#running.get(id);
    if (running === undefined || !running.leases.has(from))
      throw new CodedError('UNKNOWN_FRAGMENT', `no fragment ${id} runs here for '${from}'`);
    return running;
  }

  #dropConsumer(running: Running, consumer: DomainName): void {
    running.leases.delete(consumer);
    if (running.leases.size > 0) {
      // Who left must not read on; the others ask for the new key when they meet it.
      if (consumer !== this.#deps.runtime.domain) this.#changeKey(running);
      return;
    }
    this.#running.delete(running.id);
    this.#dirty.delete(running);
    this.#capped.delete(running);
    this.#overflowed.delete(running);
    if (running.deployment !== null) this.#deps.runtime.engine.undeploy(running.deployment);
  }

  /** HMAC over canonical text and kind; where sharing would not be exact, over the query and its consumer too (DESIGN §6). */
  #identify(request: PrepareFragment, admitted: AdmittedFragment): FragmentId {
    const mac = createHmac('sha256', this.#options.secret);
    mac.update(JSON.stringify([request.fragmentKind, admitted.canonical]));
    // A cap holds back: who is under none must not wait for it.
    if (admitted.caps.length > 0) mac.update(JSON.stringify(admitted.caps));
    if (!admitted.shareable) {
      mac.update(JSON.stringify([request.consumer, request.queryId, request.name]));
    }
    return mac.digest('hex').slice(0, 40);
  }
}

/** Under `aggregateOnly`, the batch that was under way at the start: it is shorter than the least window. */
function isCutShort({ admitted: { gridMs }, startMs }: Running, delta: Delta): boolean {
  return gridMs !== null && delta.key.timestampMs <= Math.ceil(startMs / gridMs) * gridMs;
}

/** Rows whose values are told. */
function rowsOf(deltas: readonly Delta[]): number {
  let rows = 0;
  for (const { updates } of deltas) {
    for (const u of updates) rows += u.insert.length + u.remove.filter((r) => 'values' in r).length;
  }
  return rows;
}

/** Who acknowledges: queries of one domain that share a fragment begin at different deltas and take them apart. */
function readerOf(consumer: DomainName, queryId: QueryId): string {
  return `${consumer} ${queryId}`;
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

function applyToRows(rows: Map<string, InsertedRow>, updates: readonly Update[]): void {
  for (const update of updates) {
    for (const row of update.insert) if (row.id !== null) rows.set(rowKey(row.id), row);
    for (const row of update.remove) if ('id' in row) rows.delete(rowKey(row.id));
  }
}
