/**
 * Domains enter and leave unions while queries run (DESIGN §4, Start): now and then the catalogs are looked at, and a query
 * over the union `MemUtil` gets the fragment of a domain that has begun to offer `MemUtil` from an instant that its owner
 * fixes as it fixed S; one that has ceased to leaves at an instant fixed likewise. The law is read with its events in
 * between: none from before it entered, none from when it left on; rows that it gave stay in windows as any others do.
 *
 * A domain that does not get to the instant of its leave within `LEAVE_WAIT_MS` (it has ended the fragment, or is gone) leaves
 * where it got to.
 *
 * What can grow is an event stream that the residual reads. A union that a plan has merged into something else (shipped whole
 * while one domain offered it, a view, bounds of silent having) stays as it is, and the query says so.
 *
 * State: leaves under way. Bound: fragments of queries.
 */
import { CodedError, toCodedError } from '../model/errors.ts';
import { parseStreamName, type DomainName } from '../model/ids.ts';
import type { PlannedFragment, PlannedInput } from '../model/plan.ts';
import type { FederatedCatalog } from '../planner/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { Ask } from './ask.ts';
import { cancelAll, deployFragments, START_MARGIN_MS, type DeployOptions } from './deploy-plan.ts';
import type { FragmentReaders } from './fragment-readers.ts';
import type { GroupMember } from './group-members.ts';
import type { QueryGroup } from './query-group.ts';
import type { Query, UnionChange } from './query.ts';

/** How often the catalogs are looked at for the sake of running queries, monotonic clock. */
export const UNION_CHECK_MS = 5_000;

/** How long a domain that leaves may take to get to the instant at which it does. */
export const LEAVE_WAIT_MS = 10_000;

/** The clock of the query stands while a domain that enters is asked: not for long. */
const ASK_MS = 1_500;

export interface UnionKeeperDeps {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly readers: FragmentReaders;
  readonly catalog: () => Promise<FederatedCatalog>;
  readonly stampMs: () => number;
  readonly deployOptions: (query: Query) => DeployOptions;
  /** The plan of a query has changed. */
  onChanged(query: Query): void;
}

interface Leaving {
  readonly query: Query;
  readonly member: GroupMember;
  readonly change: UnionChange;
  readonly deadlineMs: number;
}

export class UnionKeeper {
  readonly #deps: UnionKeeperDeps;
  readonly #leaving = new Map<GroupMember, Leaving>();
  #checkedMs = 0;
  #checking = false;

  constructor(deps: UnionKeeperDeps) {
    this.#deps = deps;
  }

  /** Now and then. */
  tick(queries: Iterable<Query>): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const leaving of this.#leaving.values()) this.#settleLeave(leaving, nowMs);
    if (this.#checking || nowMs - this.#checkedMs < UNION_CHECK_MS) return;
    this.#checkedMs = nowMs;
    const followed = [...queries].filter(
      (q) => q.state === 'running' && q.plan.inputs.some((i) => unionOf(i) !== null),
    );
    if (followed.length === 0) return;
    this.#checking = true;
    this.#follow(followed)
      .catch((error: unknown) => this.#deps.log.debug('unions were not looked at', { code: toCodedError(error).code }))
      .finally(() => (this.#checking = false));
  }

  async #follow(queries: readonly Query[]): Promise<void> {
    const catalog = await this.#deps.catalog();
    for (const query of queries) {
      const unions = new Set(query.plan.inputs.flatMap((i) => unionOf(i) ?? []));
      for (const union of unions) await this.#compare(query, union, catalog);
    }
  }

  async #compare(query: Query, union: string, catalog: FederatedCatalog): Promise<void> {
    const { group } = query;
    const offering = catalog.domainsOf(union);
    if (group === null || offering === null) return;
    const inputs = query.plan.inputs.filter((i) => unionOf(i) === union);
    const members = [...group.members].filter((m) => inputs.some((i) => i.name === m.input.name));
    const reading = new Set(members.map((m) => m.fragment.domain));
    const entering = offering.filter((d) => !reading.has(d));
    const gone = members.filter((m) => !offering.includes(m.fragment.domain) && !this.#leaving.has(m));
    if (entering.length === 0 && gone.length === 0) return;
    const closed = query.plan.inputs.find((i) => isClosedOver(i, union, query.plan.fragments));
    if (closed !== undefined) {
      query.detail = `the domains of ${union} have changed (${[...entering, ...gone.map((m) => m.fragment.domain)].join(', ')}), which this plan cannot follow: register the query again`;
      return;
    }
    for (const domain of entering) await this.#enter(query, group, union, domain, inputs);
    this.#beginLeave(query, group, union, gone);
  }

  async #enter(
    query: Query,
    group: QueryGroup,
    union: string,
    domain: DomainName,
    inputs: readonly PlannedInput[],
  ): Promise<void> {
    const { ask, log, counters, readers, deployOptions, stampMs } = this.#deps;
    const fragments = inputs.flatMap((input) => fragmentFor(input, domain, query));
    const options = deployOptions(query);
    try {
      const started = await deployFragments(fragments, (to, request) => ask(to, request, ASK_MS), {
        ...options,
        // Not before the clock of the query either, nor before what its owner has stamped.
        stampMs: () => Math.max(stampMs(), group.clockMs),
        onStart: (startMs) => fragments.forEach((f) => group.reserve(f, startMs)),
      });
      if (query.group !== group) throw new CodedError('UNKNOWN_QUERY', 'the query has ended');
      for (const { fragment, prepared, startMs, lastSeq } of started.fragments) {
        const input = inputs.find((i) => fragment.name.startsWith(`${fragmentPrefix(i)}.`));
        if (input === undefined) continue;
        group.addMember(fragment, input, prepared.fragmentId, prepared.epoch, { startMs, lastSeq });
        readers.add(query, domain, prepared);
      }
      const grown = query.plan.inputs.map((input) => {
        const own = fragments.filter((f) => inputs.includes(input) && f.name.startsWith(`${fragmentPrefix(input)}.`));
        return own.length === 0 ? input : { ...input, fragments: [...input.fragments, ...own.map((f) => f.name)] };
      });
      query.plan = {
        ...query.plan,
        clock: 'merged',
        fragments: [...query.plan.fragments, ...fragments],
        inputs: grown,
      };
      this.#changed(query, { kind: 'enter', union, domain, atMs: started.startMs });
      group.drain();
    } catch (error) {
      for (const f of fragments) group.unreserve(f);
      const { code, message } = toCodedError(error);
      counters.add('query_union_refused_total', 1, { domain, code });
      log.debug('a domain has not entered a union', { queryId: query.id, union, domain, code });
      if (code === 'POLICY_REFUSED' || code === 'SCHEMA_CONFLICT')
        query.detail = `${domain} is left out of ${union}: ${message}`;
    }
  }

  /** All references to the union at one instant. */
  #beginLeave(query: Query, group: QueryGroup, union: string, members: readonly GroupMember[]): void {
    const { clock, stampMs } = this.#deps;
    const deadlineMs = clock.monotonicMs() + LEAVE_WAIT_MS;
    for (const [domain, own] of Map.groupBy(members, (m) => m.fragment.domain)) {
      const atMs = Math.max(stampMs(), group.clockMs, ...own.map((m) => m.saidMs)) + 1 + START_MARGIN_MS;
      const change: UnionChange = { kind: 'leave', union, domain, atMs };
      for (const member of own) {
        group.end(member, atMs);
        this.#leaving.set(member, { query, member, change, deadlineMs });
      }
    }
  }

  #settleLeave(leaving: Leaving, nowMs: number): void {
    const { query, member, change, deadlineMs } = leaving;
    const { group } = query;
    if (group === null) {
      this.#leaving.delete(member);
      return;
    }
    let { atMs } = change;
    if (!group.hasEnded(member)) {
      if (nowMs < deadlineMs) return;
      atMs = Math.min(atMs, group.cutOff(member));
    }
    this.#leaving.delete(member);
    group.removeMember(member);
    const name = member.fragment.name;
    query.plan = {
      ...query.plan,
      fragments: query.plan.fragments.filter((f) => f.name !== name),
      inputs: query.plan.inputs.map((i) => ({ ...i, fragments: i.fragments.filter((f) => f !== name) })),
    };
    const others = [...group.members].some((m) => m.fragmentId === member.fragmentId);
    if (!others) {
      this.#deps.readers.remove(query, member.fragmentId);
      // Who cannot be reached lets the lease end.
      void cancelAll([{ domain: change.domain, fragmentId: member.fragmentId }], this.#deps.ask, query.id);
    }
    if (query.detail.includes(`'${change.domain}'`)) query.detail = '';
    this.#changed(query, { ...change, atMs });
    group.drain();
  }

  #changed(query: Query, change: UnionChange): void {
    const { counters, log } = this.#deps;
    const { kind, union, domain, atMs } = change;
    query.changes.push(change);
    counters.add('query_union_changes_total', 1, { domain, kind });
    log.info(kind === 'enter' ? 'a domain entered a union' : 'a domain left a union', {
      queryId: query.id,
      union,
      domain,
      atMs,
    });
    this.#deps.onChanged(query);
  }
}

/** The union whose domains feed this input; null for one that is of one domain by its name, or cannot grow. */
function unionOf(input: PlannedInput): string | null {
  const open = input.kind === 'stream' && input.name.startsWith('~') && input.silent === undefined;
  return open && parseStreamName(input.standsFor).domain === null ? input.standsFor : null;
}

/** True if the input reads the union in a way that one more domain, or one less, would change. */
function isClosedOver(input: PlannedInput, union: string, fragments: readonly PlannedFragment[]): boolean {
  if (unionOf(input) !== null) return false;
  if (input.kind !== 'result') return input.standsFor === union || parseStreamName(input.standsFor).metric === union;
  // Named in its text other than as a stream of one domain; a name of something else errs on the safe side.
  return fragments.some((f) => input.fragments.includes(f.name) && new RegExp(`(?<![.\\w])${union}\\b`).test(f.epl));
}

/** `f3` of the fragments `f3.0`, `f3.1`, …: the planner names them by their input. */
function fragmentPrefix(input: PlannedInput): string {
  return `f${input.name.slice(1)}`;
}

function fragmentFor(input: PlannedInput, domain: DomainName, query: Query): readonly PlannedFragment[] {
  const model = query.plan.fragments.find((f) => input.fragments.includes(f.name)) ?? query.models.get(input.name);
  if (model === undefined) return [];
  query.models.set(input.name, model);
  const taken = query.changes.length;
  return [{ ...model, name: `${fragmentPrefix(input)}.${domain}.${taken}`, domain, estimate: undefined }];
}
