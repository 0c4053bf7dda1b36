/**
 * The book of queries: what is registered survives a restart (DESIGN §9). Written to the store before the answer is given;
 * at start each query is brought back as soon as the domains it needs can be reached.
 */
import type { CauseKey } from '../model/cause-key.ts';
import { CodedError, toCodedError } from '../model/errors.ts';
import type { DomainName, QueryId } from '../model/ids.ts';
import { domainsOf, type MeasuredPlan, type Plan } from '../model/plan.ts';
import type { Coverage } from '../model/trigger.ts';
import type { Value } from '../model/value.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { TriggerPublisher } from '../ports/listener.ts';
import type { Log } from '../ports/log.ts';
import type { Collection, Json, StateStore } from '../ports/store.ts';
import { parseModule } from '../epl/parse.ts';
import type { GroupAnswer } from './group-queries.ts';
import type { Query, QueryOptions, QueryRequestOptions, QueryState } from './query.ts';
import { silenceModeOf } from './silence-mode.ts';
import { notRunning, type VariableState } from './query-variables.ts';
import type { QueryService } from './query-service.ts';

/** Pause before a query that could not be brought back is tried again; doubles up to the second figure. */
export const RESTORE_RETRY_MS = 500;
export const RESTORE_RETRY_MAX_MS = 10_000;

export interface BookEntry {
  readonly id: QueryId;
  readonly epl: string;
  readonly options: QueryOptions;
  readonly createdMs: number;
  readonly notes: readonly string[];
  readonly plan: Plan | null;
  readonly state: QueryState;
  readonly detail: string;
  readonly triggers: number;
  readonly coverage: readonly Coverage[];
  /** What its fragments really send; null while it does not run. */
  readonly measured: () => MeasuredPlan | null;
}

interface Stored {
  readonly id: QueryId;
  readonly epl: string;
  readonly options: QueryOptions;
  readonly startMs: number;
  readonly createdMs: number;
  /** Domains that it read when it was registered: it comes back over all of them or not yet. */
  readonly domains: readonly DomainName[];
  /** Values set over the API; absent in older documents. */
  readonly variables?: Readonly<Record<string, Value>> | undefined;
}

interface Waiting extends Stored {
  detail: string;
  broken: boolean;
  cancel: Cancel | null;
  removed: boolean;
}

export interface QueryBookDeps {
  readonly store: StateStore;
  readonly service: QueryService;
  readonly publisher: TriggerPublisher;
  readonly clock: Clock;
  readonly log: Log;
}

export class QueryBook {
  readonly #deps: QueryBookDeps;
  readonly #documents: Collection;
  readonly #waiting = new Map<QueryId, Waiting>();
  #stopped = false;

  constructor(deps: QueryBookDeps) {
    this.#deps = deps;
    this.#documents = deps.store.collection('queries');
  }

  /** Running and waiting ones, oldest first. */
  get entries(): readonly BookEntry[] {
    const running = this.#deps.service.queries.map(entryOf);
    const waiting = [...this.#waiting.values()].map(waitingEntry);
    return [...running, ...waiting].sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
  }

  get(id: QueryId): BookEntry {
    const entry = this.entries.find((e) => e.id === id);
    if (entry === undefined)
      throw new CodedError('UNKNOWN_QUERY', `no query ${id.slice(0, 80)} is registered here`, {
        hint: 'listQueries shows them',
      });
    return entry;
  }

  async register(epl: string, request: QueryRequestOptions): Promise<BookEntry> {
    const options: QueryOptions = { ...request, onSilence: silenceModeOf(parseModule(epl), request.onSilence) };
    const same = [...this.#waiting.values()].find(
      (w) => w.epl === epl && JSON.stringify(w.options) === JSON.stringify(options),
    );
    if (same !== undefined) return waitingEntry(same);
    const { query, fresh } = await this.#deps.service.register(epl, options);
    if (fresh) {
      try {
        this.#documents.put(query.id, toDocument(query));
      } catch (error) {
        await this.#deps.service.delete(query.id);
        throw error;
      }
      this.#deps.log.info('query registered', { queryId: query.id, epl });
    }
    this.#ensureNode(query.id, epl, options);
    return entryOf(query);
  }

  /** Sets a variable of a running query; the value is written down with the query before it counts. */
  setVariable(id: QueryId, name: string, value: unknown): CauseKey {
    this.#running(id);
    const key = this.#deps.service.setVariable(id, name, value, (query) => this.#documents.put(id, toDocument(query)));
    this.#deps.log.info('variable set', { queryId: id, variable: name });
    return key;
  }

  /** A fire-and-forget query of its named windows and tables. */
  async ask(id: QueryId, epl: string): Promise<GroupAnswer> {
    this.#running(id);
    return this.#deps.service.ask(id, epl);
  }

  variables(id: QueryId): readonly VariableState[] {
    this.#running(id);
    return this.#deps.service.variables(id);
  }

  #running(id: QueryId): void {
    this.get(id);
    if (this.#waiting.has(id)) throw notRunning({ id });
  }

  /** The query is forgotten before its fragments end: a restart in between must not bring it back. */
  async delete(id: QueryId): Promise<void> {
    this.get(id);
    this.#documents.delete(id);
    this.#deps.publisher.removeTarget(id);
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      waiting.removed = true;
      waiting.cancel?.();
      this.#waiting.delete(id);
      return;
    }
    await this.#deps.service.delete(id);
    this.#deps.log.info('query removed', { queryId: id });
  }

  /** The domains that it reads are others now: it comes back over those. */
  onPlanChanged(query: Query): void {
    if (this.#documents.get(query.id) !== undefined) this.#documents.put(query.id, toDocument(query));
  }

  /** Brings back what is in the store; does not wait for it. */
  start(): void {
    for (const [, document] of this.#documents.entries()) {
      const stored = fromDocument(document);
      const waiting: Waiting = { ...stored, detail: 'starting', broken: false, cancel: null, removed: false };
      this.#waiting.set(stored.id, waiting);
      this.#ensureNode(stored.id, stored.epl, stored.options);
      void this.#restore(waiting, RESTORE_RETRY_MS);
    }
  }

  /** A domain has come: what waits tries again at once. */
  retryNow(): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.cancel === null) continue;
      waiting.cancel();
      waiting.cancel = null;
      void this.#restore(waiting, RESTORE_RETRY_MS);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const w of this.#waiting.values()) w.cancel?.();
  }

  async #restore(waiting: Waiting, pauseMs: number): Promise<void> {
    if (this.#stopped || waiting.removed) return;
    // Null while an attempt is under way.
    waiting.cancel = null;
    try {
      await this.#deps.service.restore(waiting);
      this.#waiting.delete(waiting.id);
      this.#deps.log.info('query is back', { queryId: waiting.id });
      if (waiting.removed) await this.#deps.service.delete(waiting.id);
    } catch (error) {
      const coded = toCodedError(error);
      waiting.detail = `${coded.code}: ${coded.describe()}`;
      waiting.cancel = this.#deps.clock.after(
        pauseMs,
        () => void this.#restore(waiting, Math.min(pauseMs * 2, RESTORE_RETRY_MAX_MS)),
      );
      this.#deps.log.debug('query is not back yet', { queryId: waiting.id, code: coded.code });
    }
  }

  #ensureNode(id: QueryId, epl: string, options: QueryOptions): void {
    const members = [...(options.jid === null ? [] : [options.jid]), ...options.subscribers];
    this.#deps.publisher.ensureTarget(id, options.name ?? epl.slice(0, 200), members);
  }
}

function entryOf(query: Query): BookEntry {
  const { id, epl, options, createdMs, notes, plan, state, detail, triggers } = query;
  const { group } = query;
  const coverage = group?.coverage() ?? [];
  const measured = (): MeasuredPlan | null => group?.traffic.measured() ?? null;
  return { id, epl, options, createdMs, notes, plan, state, detail, triggers, coverage, measured };
}

function waitingEntry(w: Waiting): BookEntry {
  const { id, epl, options, createdMs, detail } = w;
  const nothing = { notes: [], plan: null, triggers: 0, coverage: [], measured: () => null };
  return { id, epl, options, createdMs, state: 'recovering', detail, ...nothing };
}

function toDocument(query: Query): Json {
  const { id, epl, startMs, createdMs, options } = query;
  const { jid, subscribers, listener, onSilence, name } = options;
  return {
    id,
    epl,
    startMs,
    createdMs,
    domains: [...domainsOf(query.plan)],
    options: {
      jid,
      subscribers: [...subscribers],
      listener: listener === null ? null : JSON.parse(JSON.stringify(listener)),
      onSilence,
      name,
    },
    ...(query.variables.size === 0
      ? {}
      : { variables: JSON.parse(JSON.stringify(Object.fromEntries(query.variables))) }),
  };
}

/** What this agent wrote itself; a damaged store is found when it is opened. */
function fromDocument(document: Json): Stored {
  return document as unknown as Stored;
}
