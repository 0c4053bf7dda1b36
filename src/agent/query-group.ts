/**
 * One clock group at the owner of a query: receivers of its fragments, the merged order of causes, the engine that runs the
 * residual on the merged clock (DESIGN §4). Synchronous: frames in, outputs and questions out.
 */
import { FragmentReceiver, type Verdict } from '../exchange/fragment-receiver.ts';
import { HeartbeatPace } from '../exchange/heartbeat-pace.ts';
import { HEARTBEAT_MS, MAX_SKEW_MS } from '../exchange/limits.ts';
import { MergedInputs, type DomainCoverage, type MergedStep, type ControlCause } from '../exchange/merged-inputs.ts';
import { Engine, rowValues, type Deployment, type OutputRow, type StatementOutput } from '../engine/engine.ts';
import { compareKeys, timerKey, type CauseKey } from '../model/cause-key.ts';
import type { CheckedModule, CheckedQuery, CheckedStatement, Column } from '../model/checked.ts';
import type { Heartbeat, SnapshotReply } from '../model/control.ts';
import type { DeltaEnvelope, Update } from '../model/delta.ts';
import { assert, CodedError } from '../model/errors.ts';
import type { Catalog, EventType } from '../model/event-type.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { PlannedFragment, PlannedInput } from '../model/plan.ts';
import { changedStreams } from '../planner/plan-query.ts';
import type { Value, ValueType } from '../model/value.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { SilenceQuestion } from '../exchange/silence-receiver.ts';
import type { SilenceReply } from '../model/silence.ts';
import { GapHold } from './gap-hold.ts';
import { GroupSilence } from './query-silence.ts';
import { answerOf, GroupQueries, type GroupAnswer } from './group-queries.ts';
import { GroupTraffic } from './group-traffic.ts';
import { plainValues } from './rows.ts';

/** One listener call of one statement of the group. */
export interface GroupOutput {
  readonly statement: string | null;
  readonly key: CauseKey;
  readonly timeMs: number;
  readonly columns: readonly Column[];
  readonly insert: readonly (readonly Value[])[];
  readonly remove: readonly (readonly Value[])[];
  /** True if it follows a jump over something not seen. */
  readonly gap: boolean;
  /** True if the statement's rows go into another stream of the query. */
  readonly feeds: boolean;
  /** The engine's own output; null for a statement that another domain runs. */
  readonly source: StatementOutput | null;
}

/** What a group asks of the world; answered later through the group's methods. */
export interface GroupQuestions {
  /** Deltas are missing: ask `domain` for them again. */
  replay(member: GroupMember, fromSeq: number, toSeq: number): void;
  /** Numbering or content is lost: deploy again if need be, then a snapshot. */
  recover(member: GroupMember): void;
  /** Causes wait for `domain`: ask how far it is. */
  progress(domain: DomainName, fragmentIds: readonly FragmentId[], untilMs: number): void;
  /** Silent having: answered by {@link QueryGroup.onSilence}. */
  silence(member: GroupMember, question: SilenceQuestion): void;
}

/** One fragment of the group as it runs. */
export interface GroupMember {
  readonly fragment: PlannedFragment;
  readonly input: PlannedInput;
  /** Changes when its domain loses the disk that named it: {@link QueryGroup.rename}. */
  fragmentId: FragmentId;
  readonly receiver: FragmentReceiver;
  /** Monotonic ms at which its domain was last heard to get further: one whose watermark stands, or is not believed, is silent. */
  heardMs: number;
  /** The greatest watermark said. */
  saidMs: number;
}

export interface GroupDeps {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly questions: GroupQuestions;
  onOutput(output: GroupOutput): void;
  /** A statement failed at run time (`EVALUATION`, `LIMIT_EXCEEDED`, …). Without it the failure is thrown. */
  onFailure?(error: CodedError, key: CauseKey): void;
}

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

export interface ShippedStatement {
  readonly name: string | null;
  readonly input: string;
  readonly columns: readonly Column[];
}

export class QueryGroup {
  readonly engine: Engine;
  readonly traffic: GroupTraffic;
  readonly #deps: GroupDeps;
  readonly #options: GroupOptions;
  readonly #merged: MergedInputs;
  readonly #questions = new GroupQueries();
  readonly #members = new Map<string, GroupMember>();
  readonly #byFragment = new Map<FragmentId, GroupMember[]>();
  readonly #shipped = new Map<string, ShippedStatement>();
  readonly #deployments: Deployment[] = [];
  /** Questions under way: up to when. */
  readonly #asked = new Map<DomainName, number>();
  readonly #notBeforeMs = new Map<DomainName, number>();
  /** Which domains tell with every beat, because they were asked again and again; when all were looked through, monotonic ms. */
  readonly #paces = new Map<DomainName, HeartbeatPace>();
  #lookedMs = -Infinity;
  /** How far each domain said to be when it was asked last. */
  readonly #told = new Map<DomainName, number>();
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
  }

  get members(): Iterable<GroupMember> {
    return this.#members.values();
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
    return this.#merged.coverage().map((c) => (c.watermarkMs < provedMs ? { ...c, watermarkMs: provedMs } : c));
  }

  /** Makes the inputs known to the engine, so that the residual can be checked and deployed. */
  addInputType(input: PlannedInput, catalog: Pick<Catalog, 'eventType'>): EventType {
    for (const column of input.columns) this.#addNested(column.type, catalog);

    const kind = input.kind === 'view' ? 'view' : 'stream';
    const type = catalog.eventType(input.name) ?? { name: input.name, supertypes: [], properties: input.columns, kind };
    this.#addSupertypes(type, catalog);
    if (input.kind !== 'result') this.engine.addEventType(type);
    return type;
  }

  /** Streams of the federation that the residual inserts into or updates. */
  addTargets(module: CheckedModule, catalog: Pick<Catalog, 'eventType'>): void {
    for (const name of module.statements.flatMap(changedStreams)) {
      const type = module.eventTypes.has(name) ? undefined : catalog.eventType(name);
      if (type === undefined || this.engine.eventType(type.name) !== undefined) continue;
      this.#addSupertypes(type, catalog);
      this.engine.addEventType(type);
    }
  }

  #addSupertypes(type: EventType, catalog: Pick<Catalog, 'eventType'>): void {
    for (const name of type.supertypes) {
      const supertype = catalog.eventType(name);
      if (supertype === undefined || this.engine.eventType(name) !== undefined) continue;
      this.#addSupertypes(supertype, catalog);
      this.engine.addEventType(supertype);
    }
  }

  /** Types of events within events: rows carry them as maps, the engine makes events of them again. */
  #addNested(type: ValueType, catalog: Pick<Catalog, 'eventType'>): void {
    if (type.kind === 'array') this.#addNested(type.of, catalog);
    if (type.kind !== 'event' || this.engine.eventType(type.typeName) !== undefined) return;
    const nested = catalog.eventType(type.typeName);
    if (nested === undefined) return;
    this.engine.addEventType(nested);
    for (const property of nested.properties) this.#addNested(property.type, catalog);
  }

  addMember(
    fragment: PlannedFragment,
    input: PlannedInput,
    fragmentId: FragmentId,
    epoch: number,
    start: { readonly startMs: number; readonly lastSeq: number },
  ): GroupMember {
    assert(!this.#members.has(fragment.name), 'a fragment joins a group once');
    const receiver = new FragmentReceiver(
      { counters: this.#deps.counters },
      {
        fragmentId,
        domain: fragment.domain,
        kind: fragment.kind,
        columns: fragment.columns,
        epoch,
        maxSkewMs: this.#options.maxSkewMs ?? MAX_SKEW_MS,
      },
    );
    receiver.begin(start);
    const member: GroupMember = {
      fragment,
      input,
      fragmentId,
      receiver,
      heardMs: this.#deps.clock.monotonicMs(),
      saidMs: start.startMs,
    };
    this.#members.set(fragment.name, member);
    this.traffic.add(fragment.name);
    if (!this.#merged.has(fragment.name)) this.#addInput(fragment, start.startMs);
    this.#name(member);
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

  #addInput({ name, domain, kind }: PlannedFragment, watermarkMs: number): void {
    // A domain that enters later misses nothing by that: its events before belong to nobody.
    const completeFromMs = this.#options.startMs;
    this.#merged.add({ fragmentId: name, domain, kind, watermarkMs, completeFromMs });
  }

  /** A fragment will enter at `startMs`: from now on the clock does not pass that before it does, or {@link unreserve}. */
  reserve(fragment: PlannedFragment, startMs: number): void {
    this.#merged.remove(fragment.name);
    this.#addInput(fragment, startMs);
  }

  /** It does not enter after all. */
  unreserve({ name }: PlannedFragment): void {
    if (this.#members.has(name)) return;
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
    this.#members.delete(member.fragment.name);
    this.#unname(member);
    this.#merged.remove(member.fragment.name);
  }

  #unname(member: GroupMember): void {
    const left = (this.#byFragment.get(member.fragmentId) ?? []).filter((m) => m !== member);
    if (left.length > 0) this.#byFragment.set(member.fragmentId, left);
    else this.#byFragment.delete(member.fragmentId);
  }

  /** The member's domain lost its disk and knows the fragment by another id: its present content follows by a snapshot. */
  rename(member: GroupMember, fragmentId: FragmentId, epoch: number): void {
    this.#unname(member);
    member.fragmentId = fragmentId;
    member.receiver.rename(fragmentId, epoch);
    this.#name(member);
  }

  #name(member: GroupMember): void {
    const list = this.#byFragment.get(member.fragmentId);
    if (list === undefined) this.#byFragment.set(member.fragmentId, [member]);
    else list.push(member);
  }

  /** Statements whose rows come ready from another domain. */
  addShipped(statement: ShippedStatement): void {
    this.#shipped.set(statement.input, statement);
  }

  /** Deploys residual statements. `names` tells the query's names by position in the module. */
  deploy(module: CheckedModule): void {
    const feeding = module.statements.map((s) => s.kind === 'select' && s.insertInto !== null);
    const listener = (output: StatementOutput): void => this.#emitResidual(output, feeding[output.index] === true);
    const deployment = this.engine.deploy(module, { listener });
    this.#deployments.push(deployment);
    if (this.#hold !== null) for (const [i, s] of module.statements.entries()) this.#addHoldable(deployment, s, i);
  }

  #addHoldable(deployment: Deployment, s: CheckedStatement, index: number): void {
    if (s.kind !== 'select' || s.selector === 'rstream') return;
    const { columns } = s;
    const content = (): readonly (readonly Value[])[] =>
      this.engine.iterate(deployment, index).map((row) => plainValues(rowValues(row, columns)));
    const feeds = s.insertInto !== null;
    this.#hold?.add({ statement: s.name, columns, removes: s.selector === 'irstream', feeds, content });
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
    for (const member of this.#byFragment.get(envelope.fragmentId) ?? []) {
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

  /** All that this agent's own domain had up to now is here: what it sends later lies at or after `bound`. */
  onDelivered(bound: CauseKey): void {
    for (const member of this.#members.values()) {
      // What is not in order yet is missing: then there is more before the bound.
      if (member.fragment.domain === bound.domain && member.receiver.complete)
        this.#merged.bound(member.fragment.name, bound);
    }
    this.drain();
  }

  onHeartbeat(from: DomainName, heartbeat: Heartbeat): void {
    for (const progress of heartbeat.fragments) {
      for (const member of this.#byFragment.get(progress.fragmentId) ?? []) {
        if (member.fragment.domain !== from) continue;
        const nowMs = this.#deps.clock.nowMs();
        const saidMs = Math.max(progress.watermarkMs, progress.silence?.heldMs ?? 0);
        this.#heard(member, member.receiver.acceptProgress(progress, nowMs), saidMs);
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
    for (const member of this.#members.values()) {
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
    const nowMs = this.#deps.clock.monotonicMs();
    const heard = new Map<DomainName, number>();
    for (const m of this.#members.values())
      heard.set(m.fragment.domain, Math.max(heard.get(m.fragment.domain) ?? -Infinity, m.heardMs));
    const live = new Set(
      this.#merged
        .coverage()
        .filter((c) => c.state !== 'stale')
        .map((c) => c.domain),
    );
    const silent = [...heard]
      .filter(([domain, ms]) => nowMs - ms > staleAfterMs && live.has(domain))
      .map(([domain]) => domain);
    if (silent.length > 0) this.#hold?.begin();
    for (const domain of silent) this.#merged.markStale(domain);
    if (silent.length > 0) this.#silence?.stale();
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
    this.#askWhoIsWaitedFor();
  }

  /** The question to `domain` is over; `progress` is what it answered, empty when no answer came. */
  answered(domain: DomainName, progress: Heartbeat['fragments'] = []): void {
    const untilMs = this.#asked.get(domain) ?? 0;
    this.#asked.delete(domain);
    const toldMs = progress.length === 0 ? -1 : Math.min(...progress.map((p) => p.watermarkMs));
    if (toldMs >= 0) this.#told.set(domain, toldMs);
    // One that does not get there is asked again with the next beat, not at once.
    if (toldMs < untilMs) this.#notBeforeMs.set(domain, this.#deps.clock.monotonicMs() + HEARTBEAT_MS);
    else this.#notBeforeMs.delete(domain);
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
    for (const s of shipped) this.#emitShipped(s.statement, step.key, s.updates);
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
      const { statement, columns, feeds } = of;
      const timeMs = key.timestampMs;
      this.#emit({ statement, key, timeMs, columns, insert, remove, gap: true, feeds, source: null });
    }
  }

  #emitResidual(output: StatementOutput, feeds: boolean): void {
    const columns = widestColumns(output);
    const values = (row: OutputRow) => plainValues(rowValues(row, columns));
    this.#emit({
      statement: output.statement,
      key: output.key,
      timeMs: output.timeMs,
      columns,
      insert: output.insert.map(values),
      remove: output.remove.map(values),
      gap: this.#inGap,
      feeds,
      source: output,
    });
  }

  #emitShipped(statement: ShippedStatement, key: CauseKey, updates: readonly Update[]): void {
    const insert = updates.flatMap((u) => u.insert.map((r) => r.values));
    const remove = updates.flatMap((u) => u.remove.flatMap((r) => ('values' in r ? [r.values] : [])));
    this.#emit({
      statement: statement.name,
      key,
      timeMs: key.timestampMs,
      columns: statement.columns,
      insert,
      remove,
      gap: this.#inGap,
      feeds: false,
      source: null,
    });
  }

  #emit(output: GroupOutput): void {
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

  /**
   * A consumer that holds a cause back asks at once the domain whose silence holds it (DESIGN §6), one question at a time; a
   * domain that said to be beyond it already is not asked again: then deltas are under way, and if they are lost the repair
   * asks for them. All domains that a cause, or a timer due by our own clock, waits for are asked now and then: who was
   * asked tells with every beat for a while.
   */
  #askWhoIsWaitedFor(): void {
    const first = this.#merged.waitsFor();
    if (first === null) return;
    const held = this.#merged.heldKey();
    if (held !== null && this.#stands(held.timestampMs)) return;
    if (held !== null) this.#askProgress(first, held.timestampMs + 1);
    const { clock } = this.#deps;
    const nowMs = clock.monotonicMs();
    const dueMs = this.engine.nextTimerMs;
    const untilMs = held !== null ? held.timestampMs + 1 : dueMs <= clock.nowMs() ? dueMs : null;
    if (untilMs === null || this.#stands(untilMs - 1)) return;
    if (nowMs - this.#lookedMs < HEARTBEAT_MS) return;
    this.#lookedMs = nowMs;
    for (const domain of this.#merged.behind(untilMs)) {
      if (this.#paces.get(domain)?.waiting(nowMs) === true) continue;
      this.#askProgress(domain, untilMs);
    }
  }

  /** True if domains that are silent stand before it: asked they would not say more. */
  #stands(timestampMs: number): boolean {
    return this.#silence?.standing === true && timestampMs >= this.#silence.fromMs;
  }

  #askProgress(domain: DomainName, untilMs: number): void {
    if (this.#asked.has(domain) || (this.#told.get(domain) ?? -1) >= untilMs) return;
    if (this.#deps.clock.monotonicMs() < (this.#notBeforeMs.get(domain) ?? 0)) return;
    const ids = [...this.#members.values()].filter((m) => m.fragment.domain === domain).map((m) => m.fragmentId);
    this.#asked.set(domain, untilMs);
    let pace = this.#paces.get(domain);
    if (pace === undefined) this.#paces.set(domain, (pace = new HeartbeatPace()));
    pace.asked(this.#deps.clock.monotonicMs());
    this.#deps.questions.progress(domain, ids, untilMs);
  }
}

/** Columns of a statement's content, as `iterate` answers them. */
function columnsOf(statement: CheckedStatement): readonly Column[] {
  switch (statement.kind) {
    case 'select':
      return statement.columns;
    case 'createVariable':
      return [{ name: statement.variable, type: statement.type }];
    case 'createWindow':
    case 'createTable':
      return statement.eventType.properties;
    default:
      return [];
  }
}

/** `select *` hands the event on: one of a subtype has more columns than the statement declares. */
function widestColumns(output: StatementOutput): readonly Column[] {
  let widest = output.columns;
  for (const row of [...output.insert, ...output.remove]) {
    if ('type' in row && row.type.properties.length > widest.length) widest = row.type.properties;
  }
  return widest;
}
