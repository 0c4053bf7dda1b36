/** Who belongs to the federation, by domain and by PeerId. Nobody else is talked to (DESIGN §7). */
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { CodedError } from '../model/errors.ts';
import { checkDomainName, type DomainName } from '../model/ids.ts';
import { isPeerId } from './identity.ts';

export interface Member {
  readonly domain: DomainName;
  /** `12D3Koo…`. */
  readonly peerId: string;
  /** Multiaddrs such as `/dns4/pqa.example.org/tcp/4001`; none: it dials us. */
  readonly addresses: readonly string[];
}

/** Members in one federation: every agent keeps a connection to each. */
export const MEMBERS = 1024;

export class Membership {
  readonly self: DomainName;
  readonly #byDomain: ReadonlyMap<DomainName, Member>;
  readonly #byPeer: ReadonlyMap<string, DomainName>;

  /** Own domain and PeerId may stand in the list; throws `CONFIG_INVALID` on two members of one name or key, or one that is malformed. */
  constructor(self: DomainName, selfPeerId: string, members: readonly Member[]) {
    this.self = self;
    const byDomain = new Map<DomainName, Member>();
    const byPeer = new Map<string, DomainName>();
    if (members.length > MEMBERS) throw invalid(`${members.length} members`, `at most ${MEMBERS} are allowed`);
    for (const member of members) {
      if (member.domain === self && member.peerId === selfPeerId) continue;
      checkMember(member, self, selfPeerId);
      if (byDomain.has(member.domain)) throw invalid(`two members are called ${member.domain}`, 'name each once');
      const other = byPeer.get(member.peerId);
      if (other !== undefined) {
        throw invalid(`${other} and ${member.domain} have one PeerId`, 'each domain has a key of its own');
      }
      byDomain.set(member.domain, member);
      byPeer.set(member.peerId, member.domain);
    }
    this.#byDomain = byDomain;
    this.#byPeer = byPeer;
  }

  /** All but this domain. */
  domains(): readonly DomainName[] {
    return [...this.#byDomain.keys()];
  }

  members(): Iterable<Member> {
    return this.#byDomain.values();
  }

  member(domain: DomainName): Member | undefined {
    return this.#byDomain.get(domain);
  }

  domainOf(peerId: string): DomainName | undefined {
    return this.#byPeer.get(peerId);
  }
}

/** The addresses of a member with its PeerId at the end, so that a dial proves whom it reached. */
export function dialAddresses(member: Member): Multiaddr[] {
  return member.addresses.map((address) => {
    const parsed = multiaddr(address);
    return parsed.getPeerId() === null ? parsed.encapsulate(`/p2p/${member.peerId}`) : parsed;
  });
}

function checkMember(member: Member, self: DomainName, selfPeerId: string): void {
  checkDomainName(member.domain);
  if (member.domain === self || member.peerId === selfPeerId) {
    throw invalid(`member ${member.domain} has the name or the key of this domain`, 'give it its own');
  }
  if (!isPeerId(member.peerId)) {
    throw invalid(
      `'${member.peerId}' of member ${member.domain} is no PeerId`,
      'copy the line that pqa init printed there',
    );
  }
  for (const address of member.addresses) {
    let peerId: string | null;
    try {
      peerId = multiaddr(address).getPeerId();
    } catch (error) {
      throw new CodedError('CONFIG_INVALID', `'${address}' of member ${member.domain} is no address`, {
        hint: 'write it as /ip4/192.0.2.1/tcp/4001 or /dns4/pqa.example.org/tcp/4001',
        cause: error,
      });
    }
    if (peerId !== null && peerId !== member.peerId) {
      throw invalid(
        `address '${address}' of member ${member.domain} names another PeerId`,
        `it should be ${member.peerId}`,
      );
    }
  }
}

function invalid(message: string, hint: string): CodedError {
  return new CodedError('CONFIG_INVALID', message, { hint });
}
