/**
 * One clock group at the owner of a query: receivers of its fragments, the merged order of causes, the engine that runs the
 * residual on the merged clock (DESIGN §4). Synchronous: frames in, outputs and questions out.
 */
import type { Verdict } from '../exchange/fragment-receiver.ts';
import { MAX_SKEW_MS } from '../exchange/limits.ts';
import { MergedInputs, type DomainCoverage, type MergedStep, type ControlCause } from '../exchange/merged-inputs.ts';
import { Engine, rowValues, type Deployment, type StatementOutput } from '../engine/engine.ts';
import { compareKeys, timerKey, type CauseKey } from '../model/cause-key.ts';
import type { CheckedModule, Column } from '../model/checked.ts';
import type { CheckedQuery } from '../model/checked-store.ts';
import type { Heartbeat, SnapshotReply } from '../model/control.ts';
import type { DeltaEnvelope, Update } from '../model/delta.ts';
import { CodedError } from '../model/errors.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { PlannedFragment, PlannedInput } from '../model/plan.ts';
import type { Value } from '../model/value.ts';
import type { SilenceQuestion } from '../exchange/silence-receiver.ts';
import type { SilenceReply } from '../model/silence.ts';
import { GapHold } from './gap-hold.ts';
import { GroupSilence } from './query-silence.ts';
import type { GroupDeps } from './group-ports.ts';
import { answerOf, GroupQueries, type GroupAnswer } from './group-queries.ts';
import { GroupMembers, newMember, type GroupMember } from './group-members.ts';
import {
  columnsOf,
  holdableOf,
  residualOutput,
  shippedOutput,
  type GroupOutput,
  type ShippedStatement,
} from './group-output.ts';
import { GroupTraffic } from './group-traffic.ts';
import { GroupWaits } from './group-waits.ts';
import { domainsBehind } from './placed-coverage.ts';
import { plainValues } from './rows.ts';

/** Control operations of one query that wait for silent domains: by hand nobody gives more, a loop must be stopped. */
export const MAX_WAITING_CONTROLS = 1_000;

export interface GroupOptions {
  /** S. */
  readonly startMs: number;
  /** A frame whose watermark is further ahead of this agent's clock is not taken. @default 2_000 */
  readonly maxSkewMs?: number | undefined;
  /** Hands out nothing while something is missing, then the present state. @default false */
  readonly hold?: boolean | undefined;
  /** First pause between silences, monotonic ms. @default 1000 */
  readonly silencePauseMs?: number | undefined;
}

export class QueryGroup {
  readonly engine: Engine;
  readonly traffic: GroupTraffic;
  readonly #deps: GroupDeps;
  readonly #options: GroupOptions;
  readonly #merged: MergedInputs;
  readonly #questions = new GroupQueries();
  readonly #members = new GroupMembers();
  readonly #waits: GroupWaits;
  readonly #shipped = new Map<string, ShippedStatement>();
  readonly #deployments: Deployment[] = [];
  /** Outputs of causes up to here are not handed out. */
  #quietUntil: CauseKey | null = null;
  /** In `hold` mode. */
  readonly #hold: GapHold | null;
  /** Of a query whose having domains may prove false. */
  #silence: GroupSilence | null = null;
  #inGap = false;
  #draining = false;

  constructor(deps: GroupDeps, options: GroupOptions) {
    this.#deps = deps;
    this.#options = options;
    this.traffic = new GroupTraffic(deps.clock);
    this.engine = new Engine({ startMs: options.startMs });
    this.#hold = options.hold === true ? new GapHold() : null;
    this.#merged = new MergedInputs({ counters: deps.counters }, options.startMs);
    this.#waits = new GroupWaits({
      clock: deps.clock,
      merged: this.#merged,
      nextTimerMs: () => this.engine.nextTimerMs,
      // Domains that are silent would not say more if they were asked.
      stands: (ms) => this.#silence?.standing === true && ms >= this.#silence.fromMs,
      ask: (domain, untilMs) => deps.questions.progress(domain, this.#members.idsOf(domain), untilMs),
    });
  }

  get members(): Iterable<GroupMember> {
    return this.#members;
  }

  /** Up to where everything is told that is to be told: while domains are silent further than the residual. */
  get clockMs(): number {
    return Math.max(this.#merged.clockMs, this.#silence?.provedMs ?? 0);
  }

  get silence(): Pick<GroupSilence, 'state' | 'begun' | 'provedMs' | 'turn' | 'stop'> | null {
    return this.#silence;
  }

  coverage(): readonly DomainCoverage[] {
    const provedMs = this.#silence?.provedMs ?? 0;
    // Of what is proved to make no output nothing is missing.
    const coverage = this.#merged.coverage();
    return this.#members.behind(coverage.map((c) => (c.watermarkMs < provedMs ? { ...c, watermarkMs: provedMs } : c)));
  }

  addMember(
    fragment: PlannedFragment,
    input: PlannedInput,
    fragmentId: FragmentId,
    epoch: number,
    start: { readonly startMs: number; readonly lastSeq: number },
  ): GroupMember {
    const { counters, clock } = this.#deps;
    const maxSkewMs = this.#options.maxSkewMs ?? MAX_SKEW_MS;
    const member = newMember(fragment, input, { fragmentId, epoch, maxSkewMs }, { counters });
    member.receiver.begin(start);
    member.heardMs = clock.monotonicMs();
    member.saidMs = start.startMs;
    this.#members.add(member);
    this.traffic.add(fragment.name);
    if (!this.#merged.has(fragment.name)) this.#addInput(fragment, start.startMs);
    this.#listen(member);
    return member;
  }

  #listen({ input, fragment }: GroupMember): void {
    if (input.silent === undefined) return;
    this.#silence ??= new GroupSilence(
      {
        monotonicMs: () => this.#deps.clock.monotonicMs(),
        counters: this.#deps.counters,
        ready: (passMs) => this.#merged.clockMs >= passMs && this.coverage().every((c) => c.state === 'live'),
        ask: (question) => {
          const member = this.#members.get(question.fragment);
          if (member !== undefined) this.#deps.questions.silence(member, question);
        },
      },
      { condition: input.silent, startMs: this.#options.startMs, pauseMs: this.#options.silencePauseMs },
    );
    this.#silence.add(fragment.name);
  }

  /** The answer to a question about bounds; null when none came. */
  onSilence(question: SilenceQuestion, reply: SilenceReply | null): void {
    this.#silence?.answered(question, reply);
  }

  #addInput(fragment: PlannedFragment, watermarkMs: number): void {
    const { name, domain, kind } = fragment;
    const [leastDomain] = domainsBehind(fragment);
    // A domain that enters later misses nothing by that: its events before belong to nobody.
    const completeFromMs = this.#options.startMs;
    this.#merged.add({ fragmentId: name, domain, leastDomain, kind, watermarkMs, completeFromMs });
  }

  /** A fragment will enter at `startMs`: from now on the clock does not pass that before it does, or {@link unreserve}. */
  reserve(fragment: PlannedFragment, startMs: number): void {
    this.#merged.remove(fragment.name);
    this.#addInput(fragment, startMs);
  }

  /** It does not enter after all. */
  unreserve({ name }: PlannedFragment): void {
    if (this.#members.get(name) !== undefined) return;
    this.#merged.remove(name);
    this.drain();
  }

  /** Nothing of the member from `atMs` on belongs to the query: it leaves when it has got there. */
  end(member: GroupMember, atMs: number): void {
    this.#merged.end(member.fragment.name, atMs);
    this.drain();
  }

  /** True if the member has given all that it had before its {@link end}, and that has been evaluated. */
  hasEnded(member: GroupMember): boolean {
    return !this.#merged.has(member.fragment.name);
  }

  /** The member will not get to its end: takes it out with what it gave, and answers how far that reaches. */
  cutOff(member: GroupMember): number {
    this.#merged.end(member.fragment.name, member.receiver.watermarkMs);
    this.drain();
    this.#merged.remove(member.fragment.name);
    return member.receiver.watermarkMs;
  }

  removeMember(member: GroupMember): void {
    this.#members.remove(member);
    this.#merged.remove(member.fragment.name);
  }

  /** The member's domain lost its disk and knows the fragment by another id: its present content follows by a snapshot. */
  rename(member: GroupMember, fragmentId: FragmentId, epoch: number): void {
    this.#members.rename(member, fragmentId);
    member.receiver.rename(fragmentId, epoch);
  }

  /** Statements whose rows come ready from another domain. */
  addShipped(statement: ShippedStatement): void {
    this.#shipped.set(statement.input, statement);
  }

  /** Deploys residual statements. `labels`: what they are called in triggers, by place in the module. */
  deploy(module: CheckedModule, labels: readonly string[] = []): void {
    const feeding = module.statements.map((s) => s.kind === 'select' && s.insertInto !== null);
    const listener = (output: StatementOutput): void =>
      this.#emit(residualOutput(output, labels[output.index], feeding[output.index] === true));
    const deployment = this.engine.deploy(module, { listener });
    this.#deployments.push(deployment);
    if (this.#hold === null) return;
    for (const place of module.statements.keys()) {
      const holdable = holdableOf(this.engine, deployment, place, labels[place]);
      if (holdable !== null) this.#hold.add(holdable);
    }
  }

  /**
   * Sets a variable as a cause of the owner's domain: behind all that was released, at its place among what is still to
   * come (DESIGN §4). Answers the place. Throws `BUSY` when too many wait already.
   */
  setVariable(
    variable: string,
    value: Value,
    stamp: { timestampMs: number; domain: DomainName; seq: number },
  ): CauseKey {
    if (this.#merged.waitingControls.length >= MAX_WAITING_CONTROLS) {
      throw new CodedError('BUSY', `${MAX_WAITING_CONTROLS} control operations of the query wait for silent domains`);
    }
    const control = { kind: 'setVariable', variable, value } as const;
    const key = this.#merged.control(control, stamp.timestampMs, stamp.domain, stamp.seq);
    this.drain();
    return key;
  }

  /**
   * Asks a fire-and-forget query at its place among all causes; answered when every domain is known to be past it.
   * Throws `BUSY`; rejects with `EVALUATION`, `LIMIT_EXCEEDED`.
   */
  ask(query: CheckedQuery, stamp: { timestampMs: number; domain: DomainName; seq: number }): Promise<GroupAnswer> {
    if (this.#merged.waitingControls.length >= MAX_WAITING_CONTROLS) {
      throw new CodedError('BUSY', `${MAX_WAITING_CONTROLS} control operations of the query wait for silent domains`);
    }
    const { id, answer } = this.#questions.add();
    this.#merged.control({ kind: 'query', query, id }, stamp.timestampMs, stamp.domain, stamp.seq);
    this.drain();
    return answer;
  }

  /** The value that the statements see now, and whether a newer one waits for its place. */
  variable(name: string): { readonly value: Value; readonly waiting: boolean } {
    const waiting = this.#merged.waitingControls.some((c) => c.kind === 'setVariable' && c.variable === name);
    return { value: this.engine.variable(name), waiting };
  }

  iterate(
    statement: string,
  ): { readonly columns: readonly Column[]; readonly rows: readonly (readonly Value[])[] } | null {
    for (const deployment of this.#deployments) {
      const found = deployment.module.statements.find((s) => s.name === statement);
      if (found === undefined) continue;
      const columns = columnsOf(found);
      const rows = this.engine.iterate(deployment, statement);
      return { columns, rows: rows.map((r) => plainValues(rowValues(r, columns))) };
    }
    return null;
  }

  /** `bytes`: its size on the wire; 0 for what never left this agent. */
  onEnvelope(from: DomainName, envelope: DeltaEnvelope, bytes = 0): void {
    for (const member of this.#members.of(envelope.fragmentId)) {
      if (member.fragment.domain !== from) {
        this.#deps.counters.add('exchange_refused_total', 1, { domain: from, reason: 'signer' });
        continue;
      }
      this.traffic.received(member.fragment.name, bytes);
      this.#heard(member, member.receiver.accept(envelope, this.#deps.clock.nowMs()), envelope.watermarkMs);
      this.#pump(member);
      this.#askForMissing(member);
    }
    this.drain();
  }

  /** All that this agent's own domain had up to now is here: what it sends later lies behind `bound`. */
  onDelivered(bound: CauseKey): void {
    for (const member of this.#members) {
      // What is not in order yet is missing: then there is more before the bound.
      if (member.fragment.domain === bound.domain && member.receiver.complete)
        this.#merged.bound(member.fragment.name, bound);
    }
    this.drain();
  }

  onHeartbeat(from: DomainName, heartbeat: Heartbeat): void {
    for (const progress of heartbeat.fragments) {
      for (const member of this.#members.of(progress.fragmentId)) {
        if (member.fragment.domain !== from) continue;
        const nowMs = this.#deps.clock.nowMs();
        const saidMs = Math.max(progress.watermarkMs, progress.silence?.heldMs ?? 0);
        const verdict = member.receiver.acceptProgress(progress, nowMs);
        if (verdict === 'accepted') member.lacks = progress.lacks ?? [];
        this.#heard(member, verdict, saidMs);
        const latestMs = nowMs + (this.#options.maxSkewMs ?? MAX_SKEW_MS);
        if (progress.epoch === member.receiver.epoch) this.#silence?.heard(member.fragment.name, progress, latestMs);
        this.#pump(member);
        this.#askForMissing(member);
      }
    }
    this.drain();
  }

  #heard(member: GroupMember, verdict: Verdict, watermarkMs: number): void {
    if ((verdict !== 'accepted' && verdict !== 'duplicate') || watermarkMs <= member.saidMs) return;
    member.saidMs = watermarkMs;
    member.heardMs = this.#deps.clock.monotonicMs();
  }

  onReplay(member: GroupMember, envelopes: readonly DeltaEnvelope[]): void {
    for (const envelope of envelopes) member.receiver.accept(envelope, this.#deps.clock.nowMs());
    this.#pump(member);
    this.drain();
  }

  onSnapshot(member: GroupMember, snapshot: SnapshotReply): void {
    if (member.receiver.applySnapshot(snapshot, this.#deps.clock.nowMs()) === 'accepted') {
      member.heardMs = this.#deps.clock.monotonicMs();
      // What it says is new from here on: another disk, perhaps another clock.
      member.saidMs = snapshot.watermarkMs;
    }
    this.#silence?.lost(member.fragment.name);
    this.#pump(member);
    this.drain();
  }

  /**
   * After a restart of the owner: takes the content of all members without a word (DESIGN §9). What the statements say
   * begins after the latest snapshot, when every view holds what its domain's window holds.
   */
  fillQuietly(snapshots: readonly { readonly member: GroupMember; readonly snapshot: SnapshotReply }[]): void {
    const nowMs = this.#deps.clock.nowMs();
    this.#quietUntil = timerKey(Math.max(...snapshots.map((s) => s.snapshot.watermarkMs)));
    for (const { member, snapshot } of snapshots) {
      member.receiver.applySnapshot(snapshot, nowMs);
      this.#pump(member);
    }
    this.drain();
  }

  /** Asks for what is missing; to be called now and then. */
  repair(): void {
    for (const member of this.#members) {
      this.#askForMissing(member);
      if (member.receiver.buffered > 0) this.#pump(member);
    }
    this.drain();
  }

  #askForMissing(member: GroupMember): void {
    const nowMs = this.#deps.clock.monotonicMs();
    if (member.receiver.snapshotDue(nowMs)) this.#deps.questions.recover(member);
    for (const range of member.receiver.missing(nowMs)) this.#deps.questions.replay(member, range.fromSeq, range.toSeq);
  }

  /** `continue`: goes on without domains that were not heard for `staleAfterMs`. Answers those newly given up. */
  giveUpSilent(staleAfterMs: number): readonly DomainName[] {
    const left = new Set(this.#merged.coverage().flatMap((c) => (c.state === 'stale' ? c.domain : [])));
    const silent = this.#members.unheard(this.#deps.clock.monotonicMs() - staleAfterMs).filter((d) => !left.has(d));
    if (silent.length === 0) return silent;
    this.#hold?.begin();
    for (const domain of silent) this.#merged.markStale(domain);
    this.#silence?.stale();
    return silent;
  }

  /** Lets the clock run when every input is stale. */
  drift(toMs: number): void {
    this.#merged.drift(toMs);
    this.drain();
  }

  /** Whoever drives the group knows that nothing up to and including `toMs` is held back anywhere (replay of scenarios). */
  drainBarrier(toMs: number): void {
    // Silent domains do hold back: what would make no output.
    if (this.#silence?.standing === true) return this.drain();
    this.#merged.barrier(toMs);
    this.drain();
    this.#merged.barrier(-1);
  }

  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      this.#endHold();
      for (let step = this.#merged.next(); step !== null; step = this.#merged.next()) {
        if (step.kind === 'cause' && step.gap) this.#hold?.begin();
        this.#apply(step);
        this.#endHold();
      }
      this.#endHold();
    } finally {
      this.#draining = false;
    }
    this.#waits.look();
  }

  /** The question to `domain` is over; `progress` is what it answered, empty when no answer came. */
  answered(domain: DomainName, progress: Heartbeat['fragments'] = []): void {
    this.#waits.answered(domain, progress);
  }

  #apply(step: MergedStep): void {
    if (step.kind === 'advance') {
      this.#guarded(timerKey(step.toMs), () => this.engine.advanceTime(step.toMs));
      return;
    }
    if (step.kind === 'control') {
      this.#control(step.control, step.key);
      return;
    }
    const updates = new Map<string, Update[]>();
    const shipped: { readonly statement: ShippedStatement; readonly updates: readonly Update[] }[] = [];
    for (const { fragmentId, delta } of step.inputs) {
      const member = this.#members.get(fragmentId);
      if (member === undefined) continue;
      const statement = this.#shipped.get(member.input.name);
      if (statement !== undefined) {
        member.lacks = delta.lacks ?? [];
        shipped.push({ statement, updates: delta.updates });
        continue;
      }
      const list = updates.get(member.input.name);
      if (list === undefined) updates.set(member.input.name, [...delta.updates]);
      else list.push(...delta.updates);
    }
    this.#inGap = step.gap;
    const inputs = [...updates].map(([typeName, list]) => ({ typeName, updates: list }));
    this.#guarded(step.key, () => this.engine.process({ key: step.key, inputs }));
    for (const s of shipped) this.#emit(shippedOutput(s.statement, step.key, s.updates));
    this.#inGap = false;
  }

  #control(control: ControlCause, key: CauseKey): void {
    if (control.kind === 'query') {
      this.#questions.answer(control.id, () => answerOf(this.engine.query(control.query, key)));
      return;
    }
    this.#guarded(key, () => this.engine.setVariable(control.variable, control.value, key));
  }

  /** A statement that fails loses its output of the cause; the query goes on, and who runs it is told. */
  #guarded(key: CauseKey, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof CodedError) || this.#deps.onFailure === undefined) throw error;
      this.#deps.onFailure(error, key);
    }
  }

  /** Nothing is missing any more: tells the present state where it is another than before. */
  #endHold(): void {
    if (this.#hold?.holding !== true || this.#merged.jumping || this.#merged.coverage().some((c) => c.state !== 'live'))
      return;
    const key = this.#merged.releasedKey;
    for (const { of, insert, remove } of this.#hold.end()) {
      const { statement, label, columns, feeds } = of;
      const timeMs = key.timestampMs;
      this.#emit({ statement, label, key, timeMs, columns, insert, remove, gap: true, feeds, source: null });
    }
  }

  #emit(said: GroupOutput): void {
    const output = this.#inGap ? { ...said, gap: true } : said;
    if (output.timeMs < this.#options.startMs) return;
    if (this.#quietUntil !== null && compareKeys(output.key, this.#quietUntil) <= 0) return;
    if (output.insert.length === 0 && output.remove.length === 0) return;
    if (this.#silence?.suppresses(output.key.timestampMs) === true) return;
    if (this.#hold?.holding === true) return this.#deps.counters.add('query_held_outputs_total');
    if (!output.gap && !output.feeds) this.traffic.triggered(output.key);
    this.#deps.onOutput(output);
  }

  #pump(member: GroupMember): void {
    // What waits for this very domain is set free by it alone.
    if (this.#merged.full && this.#merged.waitsFor() !== member.fragment.domain) return;
    for (const delta of member.receiver.take()) {
      this.traffic.taken(member.fragment.name, delta);
      this.#merged.offer(member.fragment.name, delta);
    }
    this.#merged.advance(member.fragment.name, member.receiver.watermarkMs);
  }
}
