/**
 * What keeps the fragments of running queries whole: leases renewed, lost deltas asked for again, fragments deployed anew
 * at a domain that lost them, with a jump to their present content (DESIGN §6).
 */
import { PROGRESS_WAIT_MS, type Heartbeat, type RenewLease } from '../model/control.ts';
import { CodedError, toCodedError } from '../model/errors.ts';
import type { DomainName } from '../model/ids.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import { expectReply, type Ask } from './ask.ts';
import { resumeFragments, type DeployOptions } from './deploy-plan.ts';
import type { FragmentReaders } from './fragment-readers.ts';
import type { GroupMember } from './group-members.ts';
import type { GroupQuestions } from './group-ports.ts';
import type { Query } from './query.ts';

/** An answer comes as soon as the domain is there, after `PROGRESS_WAIT_MS` at the latest; if not, it is asked anew. */
const PROGRESS_TIMEOUT_MS = PROGRESS_WAIT_MS + 500;

export interface QueryRepairDeps {
  readonly ask: Ask;
  readonly counters: Counters;
  readonly log: Log;
  readonly readers: FragmentReaders;
  readonly deployOptions: (query: Query) => DeployOptions;
  /** How far a domain's fragments are, for every query that reads them. */
  readonly onHeartbeat: (from: DomainName, heartbeat: Heartbeat) => void;
}

export class QueryRepair {
  readonly #deps: QueryRepairDeps;
  readonly #redeploying = new Set<GroupMember>();

  constructor(deps: QueryRepairDeps) {
    this.#deps = deps;
  }

  /** What the group of a query asks of the world. */
  questionsOf(query: Query): GroupQuestions {
    const { ask, log } = this.#deps;
    return {
      replay: (member, fromSeq, toSeq) => {
        const { epoch } = member.receiver;
        const request = { kind: 'replay', fragmentId: member.fragmentId, epoch, fromSeq, toSeq } as const;
        ask(member.fragment.domain, request).then(
          (reply) => query.group?.onReplay(member, expectReply(reply, 'replayed').envelopes),
          (error: unknown) => {
            const { code } = toCodedError(error);
            if (code === 'REPLAY_UNAVAILABLE') member.receiver.replayUnavailable(epoch, fromSeq);
            else if (code === 'UNKNOWN_FRAGMENT') void this.#redeploy(query, member);
            else log.debug('replay failed', { queryId: query.id, domain: member.fragment.domain, code });
          },
        );
      },
      recover: (member) => void this.#redeploy(query, member),
      progress: (domain, fragmentIds, untilMs) => {
        ask(domain, { kind: 'progress', fragmentIds, untilMs }, PROGRESS_TIMEOUT_MS).then(
          (reply) => {
            const { heartbeat } = expectReply(reply, 'progress');
            query.group?.answered(domain, heartbeat.fragments);
            // A domain that knows none of them (yet, or any more) is asked again in the next turn, not at once.
            // Whoever else reads them here is told as well: to the domain the heartbeat of all of them has been said.
            if (heartbeat.fragments.length > 0) this.#deps.onHeartbeat(domain, heartbeat);
          },
          () => query.group?.answered(domain),
        );
      },
      silence: (member, question) => {
        const { step, version, atMs, bounds } = question;
        const request = { kind: 'silence', fragmentId: member.fragmentId, step, version, atMs, bounds } as const;
        ask(member.fragment.domain, request).then(
          (reply) => query.group?.onSilence(question, expectReply(reply, 'silence')),
          (error: unknown) => {
            query.group?.onSilence(question, null);
            if (toCodedError(error).code === 'UNKNOWN_FRAGMENT') void this.#redeploy(query, member);
          },
        );
      },
    };
  }

  /** Renews the leases of a query at every domain, or at `only` one, and acknowledges what was taken. */
  renew(query: Query, only?: DomainName): void {
    const perDomain = new Map<DomainName, GroupMember[]>();
    for (const m of query.group?.members ?? []) {
      if (only !== undefined && m.fragment.domain !== only) continue;
      const list = perDomain.get(m.fragment.domain);
      if (list === undefined) perDomain.set(m.fragment.domain, [m]);
      else list.push(m);
    }
    for (const [domain, members] of perDomain) {
      const request = {
        kind: 'renew',
        queryId: query.id,
        fragmentIds: members.map((m) => m.fragmentId),
        acknowledged: acknowledgements(members, query.group?.silence?.provedMs),
      } as const;
      this.#deps.ask(domain, request).then(
        (reply) => {
          const unknown = new Set(expectReply(reply, 'renewed').unknown);
          for (const m of members) if (unknown.has(m.fragmentId)) void this.#redeploy(query, m);
        },
        () => undefined,
      );
    }
  }

  /** The domain lost the fragment, or its numbers: deploy it again if need be and jump to its present content. */
  async #redeploy(query: Query, member: GroupMember): Promise<void> {
    if (this.#redeploying.has(member)) return;
    this.#redeploying.add(member);
    try {
      await this.#fill(query, member);
      query.detail = '';
      this.#deps.log.info('fragment is back after a gap', {
        queryId: query.id,
        domain: member.fragment.domain,
        fragmentId: member.fragmentId,
      });
    } catch (error) {
      const coded = toCodedError(error);
      const { code } = coded;
      const { domain } = member.fragment;
      if (code === 'POLICY_REFUSED') {
        // It will not come back by itself: whoever looks at the query is told why.
        query.detail = `${code}: ${coded.describe()}`;
        this.#deps.counters.add('query_refused_total', 1, { domain, code });
      }
      this.#deps.log.debug('fragment is not back yet', { queryId: query.id, domain, code });
    } finally {
      this.#redeploying.delete(member);
    }
  }

  async #fill(query: Query, member: GroupMember): Promise<void> {
    const { ask, readers, deployOptions, log } = this.#deps;
    const { domain } = member.fragment;
    const [resumed] = await resumeFragments([member.fragment], ask, deployOptions(query));
    const { group } = query;
    // The query may have been deleted while its domain was asked.
    if (resumed === undefined || resumed.snapshot === null || group === null)
      throw new CodedError('UNKNOWN_FRAGMENT', `the fragment of domain '${domain}' is not wanted any more`);
    const { prepared, snapshot } = resumed;
    if (prepared.fragmentId === member.fragmentId) readers.takeKey(domain, prepared);
    else {
      const before = member.fragmentId;
      log.warn('the fragment has another id: its domain lost its disk, or changed its policy', {
        queryId: query.id,
        domain,
        before,
      });
      this.#deps.counters.add('exchange_renamed_fragments_total', 1, { domain });
      readers.add(query, domain, prepared);
      group.rename(member, prepared.fragmentId, prepared.epoch);
      if (![...group.members].some((m) => m.fragmentId === before)) readers.remove(query, before);
    }
    group.onSnapshot(member, snapshot);
  }
}

/** Per fragment the least that every member of the group has taken: a fragment may serve two inputs. */
function acknowledgements(members: readonly GroupMember[], provedMs: number | undefined): RenewLease['acknowledged'] {
  const least = new Map<string, RenewLease['acknowledged'][number]>();
  for (const { fragmentId, receiver } of members) {
    const { epoch, takenSeq: seq } = receiver;
    const known = least.get(fragmentId);
    if (known === undefined || epoch < known.epoch || (epoch === known.epoch && seq < known.seq))
      least.set(fragmentId, { fragmentId, epoch, seq, provedMs });
  }
  return [...least.values()];
}
