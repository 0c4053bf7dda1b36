/**
 * Runs fragments of this domain's streams for consumers here and elsewhere: prepare, commit, lease, deltas, heartbeats,
 * replay, snapshots (DESIGN §5, §6).
 *
 * Bounds: MAX_RUNNING fragments; what is retained for replay is the sender's; prepared fragments and leases expire.
 */
import { envelopeBytes } from '../federation/codec.ts';
import { encodeReply } from '../federation/codec-reply.ts';
import type { StatementOutput } from '../engine/engine.ts';
import type {
  CancelFragment,
  CommitFragment,
  KeyReply,
  KeyRequest,
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
import type { Delta, DeltaEnvelope } from '../model/delta.ts';
import { CodedError } from '../model/errors.ts';
import type { DomainName, FragmentId, QueryId } from '../model/ids.ts';
import { FragmentOutbox } from './fragment-outbox.ts';
import type { AdmittedFragment } from './admitted-fragment.ts';
import { admitFragment } from './fragment-admission.ts';
import { sendingKey } from './placed-coverage.ts';
import type { FragmentHostDeps, FragmentHostOptions } from './host-ports.ts';
import type { EndReason } from './ledger.ts';
import type { SilenceReply, SilenceRequest } from '../model/silence.ts';
import { RateCaps } from './rate-cap.ts';
import {
  applyToRows,
  fragmentIdOf,
  listingOf,
  readersAmong,
  wouldBe,
  type FragmentListing,
  isCutShort,
  readerOf,
  preparedFragment,
  rowsOf,
  updatesOf,
  type Lease,
  type PlacedGroup,
  type RunningFragment,
} from './running-fragment.ts';
import { silenceSender } from './silent-fragment.ts';

/** Fragments that one domain runs for all consumers together. */
export const MAX_RUNNING = 20_000;

/** Fragments that one run of an agent can start: each gets an epoch of its own, so that no number is ever used twice. */
const EPOCHS_PER_RUN = 2 ** 24;

/** A lease lasts this long after it was renewed, on the monotonic clock. */
export const LEASE_MS = 60_000;

export class FragmentHost {
  readonly #deps: FragmentHostDeps;
  readonly #options: FragmentHostOptions;
  readonly #running = new Map<FragmentId, RunningFragment>();
  readonly #outbox: FragmentOutbox;
  /** Of which a rate cap holds something back, and those of which it holds too much. */
  readonly #capped = new Set<RunningFragment>();
  readonly #overflowed = new Map<RunningFragment, EndReason>();
  readonly #caps = new RateCaps();
  /** Whose bounds have just ceased to hold. */
  readonly #broken = new Set<RunningFragment>();
  #started = 0;

  constructor(deps: FragmentHostDeps, options: FragmentHostOptions) {
    this.#deps = deps;
    this.#options = options;
    const { runtime, clock, outlet, ledger, random } = deps;
    this.#outbox = new FragmentOutbox({ runtime, clock, outlet, ledger, random });
  }

  /** Admits a fragment and names it; it does not run before `commit`. Throws the code of what is wrong with it. */
  prepare(from: DomainName, request: PrepareFragment): PreparedReply {
    const { runtime, clock } = this.#deps;
    if (from !== request.consumer)
      throw new CodedError('UNAUTHORIZED', `'${from}' cannot ask on behalf of '${request.consumer}'`);
    const admitted = this.#admit(from, request);
    const id = fragmentIdOf(this.#options.secret, request, admitted);
    let running = this.#running.get(id);
    if (running === undefined) {
      if (this.#running.size >= MAX_RUNNING)
        throw new CodedError('LIMIT_EXCEEDED', `this domain runs ${MAX_RUNNING} fragments already`);
      const epoch = this.#options.epoch * EPOCHS_PER_RUN + this.#started++;
      running = preparedFragment(id, request.fragmentKind, admitted, { domain: runtime.domain, epoch });
      this.#outbox.changeKey(running);
      this.#running.set(id, running);
    }
    if (running.newcomersApart && !running.leases.has(from)) this.#outbox.changeKey(running);
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
    if (running.placed !== null) return this.#commitPlaced(running, request.startMs);
    const passed =
      this.#options.barrierStarts === true ? request.startMs < runtime.stampMs : request.startMs <= runtime.stampMs;
    // An active fragment has its start behind it; one with consumers is not begun again for an earlier start. One whose
    // content depends on its start cannot begin anew at an instant that has passed: what came since would be missing.
    const begun = running.state === 'active';
    const moves = !running.admitted.shareable && request.startMs !== running.startMs;
    if (passed && (!begun || moves || request.startMs < running.startMs)) {
      throw new CodedError('START_PASSED', `the start ${request.startMs} has passed here`, {
        data: { stampMs: runtime.stampMs },
      });
    }
    const preparedSeq = running.leases.get(from)?.get(request.queryId)?.preparedSeq ?? running.sender.lastSeq;
    this.#schedule(running, request.startMs);
    return { kind: 'committed', epoch: running.sender.epoch, lastSeq: preparedSeq };
  }

  /** Its inputs have started: by their clocks, not by this domain's, nothing of it has gone by. */
  #commitPlaced(running: RunningFragment, startMs: number): CommittedReply {
    running.state = 'active';
    running.startMs = startMs;
    running.sender.advance(startMs);
    return { kind: 'committed', epoch: running.sender.epoch, lastSeq: running.sender.lastSeq };
  }

  admittedOf(id: FragmentId): AdmittedFragment | null {
    return this.#running.get(id)?.admitted ?? null;
  }

  /** The residual behind a fragment that another domain's query placed here. */
  place(id: FragmentId, group: PlacedGroup): void {
    const running = this.#running.get(id);
    if (running === undefined) group.end();
    else running.placed = group;
  }

  /** What a placed residual says. */
  send(id: FragmentId, delta: Delta): void {
    const running = this.#running.get(id);
    if (running === undefined || running.placed === null) return;
    const { lastKey, watermarkMs } = running.sender;
    const key = sendingKey(delta.key, lastKey, watermarkMs, running.placed.leastDomain);
    this.#number(running, { ...delta, key });
  }

  /** A domain that it reads refuses: its consumers ask for it anew and hear why. */
  endPlaced(id: FragmentId): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    for (const consumer of running.leases.keys()) this.#endConsumer(running, consumer, 'policy');
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
      if (running === undefined || ack.epoch !== running.sender.epoch) continue;
      running.sender.acknowledge(readerOf(from, request.queryId), ack.seq);
      if (ack.provedMs !== undefined) running.silence?.proved(ack.provedMs);
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
    this.#outbox.disclosed(running, [from], rowsOf(news), bytes);
    return envelopes;
  }

  /** Silent having: the owner of the query reports, arms, begins or ends (exchange/silence-sender.ts). */
  silence(from: DomainName, request: SilenceRequest): SilenceReply {
    const running = this.#leased(from, request.fragmentId);
    const stampMs = this.#deps.runtime.tick();
    const { silence } = running;
    // What a rate cap delays is not known to have been sent.
    if (silence === null || running.held !== null)
      return { kind: 'silence', done: request.step === 'end', atMs: stampMs };
    const { reply, released } = silence.ask(request, stampMs);
    for (const delta of released) this.#number(running, delta);
    if (reply.report !== undefined)
      this.#outbox.disclosed(running, [from], reply.report.groups.length, encodeReply(reply).length);
    running.paces.get(from)?.returned();
    this.flush();
    return reply;
  }

  snapshot(from: DomainName, request: SnapshotRequest): ControlReply {
    const running = this.#leased(from, request.fragmentId);
    // The consumer begins anew with what is sent from now on.
    running.silence?.drop();
    this.#deps.counters.add('exchange_snapshots_total');
    this.#deps.runtime.tick();
    this.#outbox.advance(running);
    const { fromMs = 0 } = request;
    const present = [...(running.rows?.values() ?? [])].filter((r) => r.enteredMs >= fromMs);
    const reply = running.sender.snapshot(present.map((r) => r.row));
    if (from !== this.#deps.runtime.domain) {
      this.#outbox.disclosed(running, [from], reply.rows.length, encodeReply(reply).length);
      this.#caps.owe(running.admitted.caps, [from], reply.rows.length, this.#deps.clock.monotonicMs());
    }
    // A fragment that has yet to start sends nothing of before its start: the gap that it ends reaches up to there.
    return running.state === 'scheduled'
      ? { ...reply, watermarkMs: Math.max(reply.watermarkMs, running.startMs) }
      : reply;
  }

  /** How far these fragments are. `waits`: the consumer holds causes back and wants to be told with every beat. */
  progress(from: DomainName, ids: readonly FragmentId[], waits = false): Heartbeat {
    const asked = ids.flatMap((id) => this.#running.get(id) ?? []);
    return this.#outbox.progress(from, asked, waits);
  }

  /** Sends what is waiting; called at the end of each turn (one event, one tick). */
  flush(): void {
    if (this.#broken.size > 0) this.#outbox.tell(this.#broken);
    if (this.#capped.size > 0 || this.#overflowed.size > 0) this.#release();
    this.#outbox.flush();
  }

  /** Publishes at once what these fragments have: their consumer holds causes back (DESIGN §6). */
  flushAtOnce(ids: readonly FragmentId[]): void {
    this.#outbox.flushAtOnce(ids.flatMap((id) => this.#running.get(id) ?? []));
  }

  /** A domain can be reached again: it is told at once how far this one is. */
  onConnected(consumer: DomainName): void {
    for (const running of this.#running.values()) running.paces.get(consumer)?.returned();
  }

  /** Tells consumers how far this domain is, as far as it is due to them. */
  heartbeat(): void {
    this.#outbox.heartbeat(this.#running.values());
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
    return readersAmong(this.#running.values(), typeNames);
  }

  /** For status: what runs, for whom. */
  describe(): readonly FragmentListing[] {
    return [...this.#running.values()].map(listingOf);
  }

  /** A shareable fragment starts with the earliest of its consumers; another one starts anew when its owner fixes a later S. */
  #schedule(running: RunningFragment, startMs: number): void {
    const { shareable } = running.admitted;
    if (running.state !== 'prepared' && (shareable ? startMs >= running.startMs : startMs === running.startMs)) return;
    if (running.deployment !== null) {
      this.#deps.runtime.engine.undeploy(running.deployment);
      running.deployment = null;
      running.rows?.clear();
      running.silence = null;
      running.joined?.clear();
    }
    running.state = 'scheduled';
    running.startMs = startMs;
    this.#deps.runtime.at(startMs, () => {
      if (running.state === 'scheduled' && running.startMs === startMs) this.#activate(running);
    });
  }

  #activate(running: RunningFragment): void {
    if (this.#running.get(running.id) !== running) return;
    const emit = running.kind === 'result' || running.joined !== null ? 'rows' : 'updates';
    running.deployment = this.#deps.runtime.engine.deploy(running.admitted.module, {
      emit,
      listener: (output) => this.#append(running, output),
    });
    const { silent, statement } = running.admitted;
    running.silence =
      silent === null
        ? null
        : silenceSender(
            silent,
            statement.streams.some((s) => s.windows.length > 0),
          );
    running.sender.advance(this.#deps.runtime.engine.nowMs);
    running.state = 'active';
  }

  #append(running: RunningFragment, output: StatementOutput): void {
    const updates = updatesOf(output).map((u) => running.joined?.identify(u, output.key) ?? u);
    if (running.joined?.full === true) this.#overflowed.set(running, 'rows-limit');
    if (updates.every((u) => u.insert.length === 0 && u.remove.length === 0)) return;
    const delta = this.#listened(running, { key: output.key, updates });
    if (delta === null || isCutShort(running, delta)) return;
    if (running.held === null) return this.#number(running, delta);
    if (running.held.push(delta)) this.#capped.add(running);
    else this.#overflowed.set(running, 'rate-cap');
  }

  /** What of a delta is to be sent now; null for nothing. */
  #listened(running: RunningFragment, delta: Delta): Delta | null {
    const { silence } = running;
    if (silence === null) return delta;
    const { broken } = silence;
    const sent = silence.take(delta);
    if (silence.broken && !broken) this.#broken.add(running);
    return sent;
  }

  #number(running: RunningFragment, delta: Delta): void {
    if (running.rows !== null) applyToRows(running.rows, delta);
    this.#outbox.append(running, delta);
  }

  /** Numbers what the rate caps let go by now; ends fragments of which too much waits. */
  #release(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const [running, reason] of this.#overflowed) {
      for (const consumer of running.leases.keys()) this.#endConsumer(running, consumer, reason);
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

  // ------------------------------------------------------------------------------------------ policy at run time

  /** The policies have changed: what is forbidden now, or would be another text, ends. Answers how many leases did. */
  recheck(): number {
    const { runtime, policies } = this.#deps;
    const secret = this.#options.secret;
    let ended = 0;
    for (const running of this.#running.values()) {
      running.newcomersApart = true;
      for (const [consumer, leases] of running.leases) {
        if (consumer === runtime.domain) continue;
        for (const [queryId, { request }] of leases) {
          if (wouldBe(request, runtime.catalog, policies ?? null, secret) === running.id) continue;
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

  #endConsumer(running: RunningFragment, consumer: DomainName, reason: EndReason): void {
    for (const queryId of running.leases.get(consumer)?.keys() ?? []) this.#endLease(running, consumer, queryId);
    const { counters, log, clock, ledger } = this.#deps;
    counters.add('fragments_ended_total', 1, { domain: consumer, reason });
    log.warn('a fragment ended', { fragmentId: running.id, consumer, reason });
    ledger?.close(consumer, running.id, reason, clock.nowMs());
    this.#dropConsumer(running, consumer);
  }

  #lease(running: RunningFragment, request: PrepareFragment, nowMs: number): Lease {
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

  #endLease(running: RunningFragment, consumer: DomainName, queryId: QueryId): void {
    running.leases.get(consumer)?.delete(queryId);
    running.sender.removeConsumer(readerOf(consumer, queryId));
  }

  #leased(from: DomainName, id: FragmentId): RunningFragment {
    const running = this.#running.get(id);
    if (running === undefined || !running.leases.has(from))
      throw new CodedError('UNKNOWN_FRAGMENT', `no fragment ${id} runs here for '${from}'`);
    return running;
  }

  #dropConsumer(running: RunningFragment, consumer: DomainName): void {
    running.leases.delete(consumer);
    running.paces.delete(consumer);
    if (running.leases.size > 0) {
      // Who left must not read on; the others ask for the new key when they meet it.
      if (consumer !== this.#deps.runtime.domain) this.#outbox.changeKey(running);
      return;
    }
    this.#running.delete(running.id);
    this.#outbox.forget(running);
    this.#capped.delete(running);
    this.#overflowed.delete(running);
    this.#broken.delete(running);
    if (running.deployment !== null) this.#deps.runtime.engine.undeploy(running.deployment);
    running.placed?.end();
  }
}
