/**
 * Residuals that queries of other domains place here (DESIGN §5): this domain reads their inputs as the owner of a query
 * does, runs them on the merged clock, and sends what they say as a result fragment. Its watermark is what was released.
 *
 * State: one clock group per placed residual, as long as the host holds a lease for it. Bound: MAX_PLACED.
 */
import { createHash } from 'node:crypto';
import { LayeredCatalog } from '../epl/catalog.ts';
import { MAX_SKEW_MS } from '../exchange/limits.ts';
import { compareDomains } from '../model/cause-key.ts';
import type {
  CommitFragment,
  CommittedReply,
  PreparedReply,
  PrepareFragment,
  ResidualRequest,
} from '../model/control.ts';
import type { Delta } from '../model/delta.ts';
import { CodedError, toCodedError } from '../model/errors.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { PlannedFragment, PlannedInput } from '../model/plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import { REQUEST_TIMEOUT_MS, type Ask } from './ask.ts';
import { cancelAll, commitFragments, prepareFragments, type DeployOptions, type Prepared } from './deploy-plan.ts';
import type { AdmittedFragment } from './admitted-fragment.ts';
import type { FragmentReaders } from './fragment-readers.ts';
import type { GroupOutput } from './group-output.ts';
import { addInputType } from './group-types.ts';
import { lacksOf } from './placed-coverage.ts';
import { newQuery, type Query } from './query.ts';
import { QueryGroup } from './query-group.ts';
import type { QueryRepair } from './query-repair.ts';
import type { PlacedGroup } from './running-fragment.ts';

/** Residuals of others that one domain runs: each is an engine with windows of its own. */
export const MAX_PLACED = 1_000;

/** Stamps of inputs that are older say little about when to start: they are asked for anew. Two answers' time. */
const PREPARED_FRESH_MS = 2 * REQUEST_TIMEOUT_MS;

/** The part of the host that runs a placed residual's sending end. */
export interface PlacedHost {
  prepare(from: DomainName, request: PrepareFragment): PreparedReply;
  commit(from: DomainName, request: CommitFragment): CommittedReply;
  cancel(from: DomainName, request: { kind: 'cancel'; queryId: string; fragmentId: FragmentId }): void;
  admittedOf(id: FragmentId): AdmittedFragment | null;
  place(id: FragmentId, group: PlacedGroup): void;
  send(id: FragmentId, delta: Delta): void;
  endPlaced(id: FragmentId): void;
  flush(): void;
}

export interface PlacedResidualsDeps {
  readonly self: DomainName;
  readonly ask: Ask;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly readers: FragmentReaders;
  readonly repair: QueryRepair;
  readonly deployOptions: (query: Query) => DeployOptions;
  readonly barrier: boolean;
}

interface Placed {
  readonly id: FragmentId;
  readonly host: PlacedHost;
  readonly query: Query;
  /** Its inputs as their domains named them last; null before that. */
  prepared: readonly Prepared[] | null;
  /** Monotonic ms. */
  preparedMs: number;
  preparing: Promise<readonly Prepared[]> | null;
  committing: Promise<CommittedReply> | null;
  /** Null before the first commit. */
  startMs: number | null;
  /** To the commit of that start: the same again for a repeated one. */
  reply: CommittedReply | null;
}

export class PlacedResiduals {
  readonly #deps: PlacedResidualsDeps;
  readonly #placed = new Map<FragmentId, Placed>();
  #flushing = false;

  constructor(deps: PlacedResidualsDeps) {
    this.#deps = deps;
  }

  /** They are kept whole, renewed and told of silence as this domain's own queries are. */
  get queries(): readonly Query[] {
    return [...this.#placed.values()].map((p) => p.query);
  }

  has(id: FragmentId): boolean {
    return this.#placed.has(id);
  }

  /** Prepares the residual and all that it reads. Rejects with the first refusal, its own or another domain's. */
  async prepare(
    host: PlacedHost,
    from: DomainName,
    request: PrepareFragment,
    residual: ResidualRequest,
  ): Promise<PreparedReply> {
    const reply = host.prepare(from, request);
    const id = reply.fragmentId;
    const placed = this.#placed.get(id);
    try {
      const { query, inputs } = await this.#inputsOf(placed ?? this.#add(host, id, request, residual));
      const stamps = inputs.map((p) => p.reply.stampMs);
      return { ...reply, stampMs: Math.max(reply.stampMs, query.group?.clockMs ?? 0, ...stamps) };
    } catch (error) {
      host.cancel(from, { kind: 'cancel', queryId: request.queryId, fragmentId: id });
      throw error;
    }
  }

  /** Starts all inputs at S and the residual with them. Rejects with `START_PASSED` as they do. */
  async commit(from: DomainName, request: CommitFragment): Promise<CommittedReply> {
    const placed = this.#placed.get(request.fragmentId);
    if (placed === undefined) throw gone(request.fragmentId);
    // One at a time: a request that was given up may still be under way here.
    while (placed.committing !== null) await placed.committing.catch(() => undefined);
    if (placed.startMs === request.startMs && placed.reply !== null) return placed.reply;
    placed.committing = this.#start(placed, from, request).finally(() => (placed.committing = null));
    return placed.committing;
  }

  async #start(placed: Placed, from: DomainName, request: CommitFragment): Promise<CommittedReply> {
    const { id, query, host } = placed;
    const { startMs } = request;
    // It begins anew: what its inputs had sent before is not for it.
    if (placed.startMs !== null) placed.prepared = null;
    const { inputs } = await this.#inputsOf(placed);
    const fragments = await commitFragments(inputs, startMs, this.#deps.ask, query.id).catch((e: unknown) => {
      // Their domains may have lost them.
      if (toCodedError(e).code !== 'START_PASSED') placed.prepared = null;
      throw e;
    });
    const admitted = host.admittedOf(id);
    if (this.#placed.get(id) !== placed || admitted === null) throw gone(id);
    const reply = host.commit(from, request);
    placed.startMs = startMs;
    placed.reply = reply;
    this.#leave(query);
    const group = this.#groupOf(placed, startMs);
    query.group = group;
    query.state = 'running';
    query.startMs = startMs;
    const types = admitted.inputs ?? new LayeredCatalog();
    for (const input of query.plan.inputs) addInputType(group.engine, input, types);
    group.deploy(admitted.module);
    for (const { fragment, prepared: named, lastSeq } of fragments) {
      const input = query.plan.inputs.find((i) => i.fragments.includes(fragment.name));
      if (input === undefined) continue;
      group.addMember(fragment, input, named.fragmentId, named.epoch, { startMs, lastSeq });
      this.#deps.readers.add(query, fragment.domain, named);
    }
    host.place(id, this.#placedGroup(placed, group));
    group.drain();
    return reply;
  }

  /** Now and then: one that an input's domain refuses by its policy ends, and who asks for it anew is told why. */
  tick(): void {
    for (const { id, host, query } of this.#placed.values())
      if (query.detail.startsWith('POLICY_REFUSED')) host.endPlaced(id);
  }

  #add(host: PlacedHost, id: FragmentId, request: PrepareFragment, residual: ResidualRequest): Placed {
    if (this.#placed.size >= MAX_PLACED)
      throw new CodedError('LIMIT_EXCEEDED', `this domain runs ${MAX_PLACED} residuals of others already`);
    const query = queryOf(this.#deps.self, id, request, residual, this.#deps.clock.nowMs());
    const placed: Placed = {
      id,
      host,
      query,
      prepared: null,
      preparedMs: 0,
      preparing: null,
      committing: null,
      startMs: null,
      reply: null,
    };
    this.#placed.set(id, placed);
    host.place(id, {
      clockMs: 0,
      leastDomain: this.#deps.self,
      lacks: () => undefined,
      end: () => this.#end(placed),
    });
    return placed;
  }

  /** The inputs, prepared. One that runs keeps those that it has. */
  async #inputsOf(placed: Placed): Promise<{ readonly query: Query; readonly inputs: readonly Prepared[] }> {
    const { query, startMs, prepared, committing, preparedMs } = placed;
    const nowMs = this.#deps.clock.monotonicMs();
    const kept = startMs !== null || committing !== null || nowMs - preparedMs < PREPARED_FRESH_MS;
    if (placed.preparing === null && prepared !== null && kept) return { query, inputs: prepared };
    placed.preparing ??= prepareFragments(
      query.plan.fragments,
      this.#deps.ask,
      this.#deps.deployOptions(query),
    ).finally(() => (placed.preparing = null));
    const inputs = await placed.preparing;
    placed.prepared = inputs;
    placed.preparedMs = this.#deps.clock.monotonicMs();
    return { query, inputs };
  }

  #groupOf(placed: Placed, startMs: number): QueryGroup {
    const { clock, counters, log, repair, barrier } = this.#deps;
    const { query } = placed;
    return new QueryGroup(
      {
        clock,
        counters,
        questions: repair.questionsOf(query),
        onOutput: (output) => this.#emit(placed, output),
        onFailure: (error) => {
          counters.add('evaluation_errors_total', 1, { code: error.code });
          log.warn('a placed residual failed', { queryId: query.id, code: error.code, message: error.message });
        },
      },
      { startMs, maxSkewMs: barrier ? Infinity : MAX_SKEW_MS },
    );
  }

  #placedGroup(placed: Placed, group: QueryGroup): PlacedGroup {
    const domains = placed.query.plan.fragments.map((f) => f.domain).sort(compareDomains);
    return {
      get clockMs() {
        return group.clockMs;
      },
      leastDomain: domains[0] ?? this.#deps.self,
      lacks: () => lacksOf(group.coverage(), placed.startMs ?? 0),
      end: () => this.#end(placed),
    };
  }

  #emit({ id, query, host, startMs }: Placed, output: GroupOutput): void {
    const lacks = lacksOf(query.group?.coverage() ?? [], startMs ?? 0);
    host.send(id, {
      key: output.key,
      updates: [
        {
          insert: output.insert.map((values) => ({ id: null, values })),
          remove: output.remove.map((values) => ({ values })),
        },
      ],
      ...(output.gap ? { gap: true } : {}),
      ...(lacks === undefined ? {} : { lacks }),
    });
    if (this.#flushing) return;
    // All that one frame set free leaves together.
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      host.flush();
    });
  }

  #leave(query: Query): void {
    for (const m of query.group?.members ?? []) this.#deps.readers.remove(query, m.fragmentId);
    query.group = null;
  }

  #end(placed: Placed): void {
    const { id, query, prepared } = placed;
    if (this.#placed.get(id) !== placed) return;
    this.#placed.delete(id);
    this.#leave(query);
    const inputs = (prepared ?? []).map((p) => ({ domain: p.fragment.domain, fragmentId: p.reply.fragmentId }));
    void cancelAll(inputs, this.#deps.ask, query.id);
  }
}

function gone(id: FragmentId): CodedError {
  return new CodedError('UNKNOWN_FRAGMENT', `the residual ${id} is not wanted here any more`);
}

/** The residual as if it were a query of this domain; its readers are those of the other query and this domain. */
function queryOf(
  self: DomainName,
  id: FragmentId,
  request: PrepareFragment,
  residual: ResidualRequest,
  nowMs: number,
): Query {
  const { consumer, queryId, name, epl, columns } = request;
  const fragments: PlannedFragment[] = [];
  const inputs = residual.inputs.map((input): PlannedInput => {
    const { kind, columns: read } = input;
    for (const f of input.fragments) fragments.push({ ...f, kind, columns: read, rules: [] });
    return { ...input, fragments: input.fragments.map((f) => f.name) };
  });
  const statement = { name: null, epl, shippedAs: null, columns };
  return newQuery({
    // Never that of a query of this domain, and the same after a restart: its inputs are found again.
    id: createHash('sha256')
      .update(JSON.stringify(['placed', consumer, queryId, name]))
      .digest('hex'),
    epl,
    canonical: epl,
    options: {
      jid: null,
      subscribers: [],
      listener: null,
      onSilence: residual.waits ? 'wait' : 'continue',
      name: `residual ${id.slice(0, 12)} of ${consumer}`,
    },
    createdMs: nowMs,
    detail: '',
    plan: { owner: self, clock: 'merged', fragments, inputs, statements: [statement], notes: [] },
    catalog: new LayeredCatalog(),
    readers: [...new Set([self, consumer, ...request.readers])],
  });
}
