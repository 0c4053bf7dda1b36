/** The fragments of a clock group as they run: by their name in the plan, and by the id that frames carry. */
import { FragmentReceiver } from '../exchange/fragment-receiver.ts';
import type { DomainLack } from '../model/delta.ts';
import { assert } from '../model/errors.ts';
import type { DomainCoverage } from '../exchange/merged-inputs.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { PlannedFragment, PlannedInput } from '../model/plan.ts';
import type { Counters } from '../ports/counters.ts';
import { coverageBehind, domainsBehind, joinCoverage } from './placed-coverage.ts';

/** One fragment of the group as it runs. */
export interface GroupMember {
  readonly fragment: PlannedFragment;
  readonly input: PlannedInput;
  /** Changes when its domain loses the disk that named it: {@link GroupMembers.rename}. */
  fragmentId: FragmentId;
  readonly receiver: FragmentReceiver;
  /** Monotonic ms at which its domain was last heard to get further: one whose watermark stands, or is not believed, is silent. */
  heardMs: number;
  /** The greatest watermark said. */
  saidMs: number;
  /** Of a residual that runs elsewhere: what it said of the domains behind it. */
  lacks: readonly DomainLack[];
}

/** A domain that runs a residual may itself wait for another before it goes on without it: it has that much longer. */
export const PLACED_PATIENCE_MS = 10_000;

const NONE: readonly GroupMember[] = [];

/** One that has yet to begin. */
export function newMember(
  fragment: PlannedFragment,
  input: PlannedInput,
  named: { readonly fragmentId: FragmentId; readonly epoch: number; readonly maxSkewMs: number },
  deps: { readonly counters: Counters },
): GroupMember {
  const { domain, kind, columns } = fragment;
  const foreignCauses = fragment.placed !== undefined;
  const receiver = new FragmentReceiver(deps, { ...named, domain, kind, columns, foreignCauses });
  return { fragment, input, fragmentId: named.fragmentId, receiver, heardMs: 0, saidMs: 0, lacks: [] };
}

export class GroupMembers implements Iterable<GroupMember> {
  readonly #byName = new Map<string, GroupMember>();
  /** One fragment may serve two inputs. */
  readonly #byId = new Map<FragmentId, GroupMember[]>();

  [Symbol.iterator](): IterableIterator<GroupMember> {
    return this.#byName.values();
  }

  get(name: string): GroupMember | undefined {
    return this.#byName.get(name);
  }

  of(fragmentId: FragmentId): readonly GroupMember[] {
    return this.#byId.get(fragmentId) ?? NONE;
  }

  idsOf(domain: DomainName): readonly FragmentId[] {
    return [...this].filter((m) => m.fragment.domain === domain).map((m) => m.fragmentId);
  }

  /** Domains of which no member was heard since `sinceMs`. */
  unheard(sinceMs: number): readonly DomainName[] {
    const heard = new Map<DomainName, number>();
    for (const { fragment, heardMs } of this) {
      const countsMs = fragment.placed === undefined ? heardMs : heardMs + PLACED_PATIENCE_MS;
      heard.set(fragment.domain, Math.max(heard.get(fragment.domain) ?? -Infinity, countsMs));
    }
    return [...heard].flatMap(([domain, ms]) => (ms < sinceMs ? domain : []));
  }

  /** What is known of the domains that run fragments, told by the domains whose causes those carry. */
  behind(coverage: readonly DomainCoverage[]): readonly DomainCoverage[] {
    const placed = [...this].filter((m) => m.fragment.placed !== undefined);
    if (placed.length === 0) return coverage;
    const told = coverage.flatMap((c) => {
      const own = [...this].filter((m) => m.fragment.domain === c.domain);
      const further = own.filter((m) => m.fragment.placed !== undefined);
      return [
        ...(own.length > further.length ? [c] : []),
        ...further.flatMap((m) => coverageBehind(c, domainsBehind(m.fragment), m.lacks)),
      ];
    });
    return joinCoverage(told);
  }

  add(member: GroupMember): void {
    assert(!this.#byName.has(member.fragment.name), 'a fragment joins a group once');
    this.#byName.set(member.fragment.name, member);
    this.#name(member);
  }

  rename(member: GroupMember, fragmentId: FragmentId): void {
    this.#unname(member);
    member.fragmentId = fragmentId;
    this.#name(member);
  }

  remove(member: GroupMember): void {
    this.#byName.delete(member.fragment.name);
    this.#unname(member);
  }

  #name(member: GroupMember): void {
    this.#byId.set(member.fragmentId, [...this.of(member.fragmentId), member]);
  }

  #unname(member: GroupMember): void {
    const left = this.of(member.fragmentId).filter((m) => m !== member);
    if (left.length > 0) this.#byId.set(member.fragmentId, left);
    else this.#byId.delete(member.fragmentId);
  }
}
