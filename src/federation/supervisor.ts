/**
 * Keeps a working connection to every member (PLATFORM §2): dials with back-off, dials again on loss, and closes a
 * connection that has fallen silent or has lost its gossip streams, which gossipsub itself would never notice.
 *
 * The side with the lesser PeerId dials first; the other joins in a little later, so that two members rarely end up with
 * two connections. State: a few numbers per member.
 */
import type { Connection, PeerId } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { DomainName } from '../model/ids.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import { dialAddresses, type Member, type Membership } from './membership.ts';
import type { Node } from './node.ts';

export interface SupervisorTimes {
  /** Between two looks at all members. @default 100 */
  readonly tickMs: number;
  /** Pause after a failed dial; doubles up to `dialMaxMs`. @default 100 */
  readonly dialMinMs: number;
  /** @default 5000 */
  readonly dialMaxMs: number;
  /** How long the side with the greater PeerId waits for the other to dial. @default 400 */
  readonly yieldMs: number;
  /** Silence after which a member is pinged. @default 2000 */
  readonly pingAfterMs: number;
  /** Time for the answer; without one the connection is closed. @default 3000 */
  readonly pingMs: number;
  /** How long a connection may be without identification or gossip streams. @default 5000 */
  readonly settleMs: number;
}

export const SUPERVISOR_TIMES: SupervisorTimes = {
  tickMs: 100,
  dialMinMs: 100,
  dialMaxMs: 5000,
  yieldMs: 400,
  pingAfterMs: 2000,
  pingMs: 3000,
  settleMs: 5000,
};

const GOSSIP_PROTOCOLS = '/meshsub/';

interface Watch {
  member: Member;
  readonly peerId: PeerId;
  /** Identified: it has accepted us. */
  up: boolean;
  heardMs: number;
  /** Since when it has been neither up with gossip streams nor without connection. */
  unsettledMs: number | null;
  nextDialMs: number;
  pauseMs: number;
  busy: boolean;
}

export interface SupervisorDeps {
  readonly node: Node;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly random: Random;
  readonly onPeer: (domain: DomainName, connected: boolean) => void;
}

export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #times: SupervisorTimes;
  readonly #self: string;
  readonly #watches = new Map<DomainName, Watch>();
  readonly #stopped = new AbortController();
  #cancel: Cancel | null = null;

  constructor(deps: SupervisorDeps, times: SupervisorTimes) {
    this.#deps = deps;
    this.#times = times;
    this.#self = deps.node.peerId.toString();
  }

  start(): void {
    this.#tick();
  }

  stop(): void {
    this.#stopped.abort();
    this.#cancel?.();
    for (const watch of this.#watches.values()) this.#setUp(watch, false);
  }

  /** Takes the list of members; those who left are disconnected. */
  setMembers(membership: Membership): void {
    const now = this.#deps.clock.monotonicMs();
    for (const [domain, watch] of this.#watches) {
      const member = membership.member(domain);
      if (member !== undefined && member.peerId === watch.member.peerId) watch.member = member;
      else {
        this.#watches.delete(domain);
        this.#setUp(watch, false);
        this.#close(watch, 'left');
      }
    }
    for (const member of membership.members()) {
      if (this.#watches.has(member.domain)) continue;
      this.#watches.set(member.domain, {
        member,
        peerId: peerIdFromString(member.peerId),
        up: false,
        heardMs: now,
        unsettledMs: null,
        nextDialMs: now + (this.#self < member.peerId ? 0 : this.#times.yieldMs),
        pauseMs: this.#times.dialMinMs,
        busy: false,
      });
    }
  }

  connected(domain: DomainName): boolean {
    return this.#watches.get(domain)?.up ?? false;
  }

  /** Something of the application arrived from the member. */
  heard(domain: DomainName): void {
    const watch = this.#watches.get(domain);
    if (watch !== undefined) watch.heardMs = this.#deps.clock.monotonicMs();
  }

  /** The member has identified itself: both sides have accepted the connection. */
  identified(domain: DomainName): void {
    const watch = this.#watches.get(domain);
    if (watch === undefined) return;
    watch.pauseMs = this.#times.dialMinMs;
    this.heard(domain);
    this.#setUp(watch, true);
  }

  /** The last connection to the member is gone. */
  lost(domain: DomainName): void {
    const watch = this.#watches.get(domain);
    // One that never identified itself has refused this side: the pause after the dial holds.
    if (watch?.up !== true) return;
    const yieldMs = this.#self < watch.member.peerId ? 0 : this.#times.yieldMs;
    watch.nextDialMs = this.#deps.clock.monotonicMs() + yieldMs;
    this.#setUp(watch, false);
  }

  /** An open connection to the member; the oldest if there are several. */
  connectionOf(domain: DomainName): Connection | undefined {
    const watch = this.#watches.get(domain);
    return watch === undefined ? undefined : this.#connections(watch).find((c) => c.status === 'open');
  }

  #connections(watch: Watch): Connection[] {
    return this.#deps.node.getConnections(watch.peerId);
  }

  #tick(): void {
    if (this.#stopped.signal.aborted) return;
    const now = this.#deps.clock.monotonicMs();
    for (const watch of this.#watches.values()) this.#look(watch, now);
    this.#cancel = this.#deps.clock.after(this.#times.tickMs, () => this.#tick());
  }

  #look(watch: Watch, now: number): void {
    const connections = this.#connections(watch);
    if (connections.length === 0) {
      watch.unsettledMs = null;
      if (watch.up) this.lost(watch.member.domain);
      if (!watch.busy && now >= watch.nextDialMs && watch.member.addresses.length > 0) void this.#dial(watch);
      return;
    }
    if (watch.up && hasGossip(connections)) watch.unsettledMs = null;
    else {
      watch.unsettledMs ??= now;
      if (now - watch.unsettledMs >= this.#times.settleMs) {
        watch.unsettledMs = null;
        this.#close(watch, watch.up ? 'no-gossip' : 'not-identified');
        return;
      }
    }
    if (!watch.busy && watch.up && now - watch.heardMs >= this.#times.pingAfterMs) void this.#ping(watch);
  }

  /** Never rejects. */
  async #dial(watch: Watch): Promise<void> {
    const { node, clock, counters, random } = this.#deps;
    watch.busy = true;
    counters.add('peer_dials_total', 1, { domain: watch.member.domain });
    try {
      await node.dial(dialAddresses(watch.member), { signal: this.#stopped.signal });
    } catch {
      counters.add('peer_dials_failed_total', 1, { domain: watch.member.domain });
    } finally {
      watch.busy = false;
      // Also after a success: whether the other side keeps the connection is seen only afterwards.
      watch.nextDialMs = clock.monotonicMs() + watch.pauseMs * (1 + random.next());
      watch.pauseMs = Math.min(watch.pauseMs * 2, this.#times.dialMaxMs);
    }
  }

  /** Never rejects. */
  async #ping(watch: Watch): Promise<void> {
    const { node } = this.#deps;
    const connection = this.connectionOf(watch.member.domain);
    if (connection === undefined) return;
    watch.busy = true;
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(this.#times.pingMs)]);
    try {
      await node.services.ping.ping(connection.remotePeer, { signal });
      this.heard(watch.member.domain);
    } catch {
      if (!this.#stopped.signal.aborted) this.#close(watch, 'silent');
    } finally {
      watch.busy = false;
    }
  }

  /** At once and not gracefully: the other side does not answer, or is none of ours any more. */
  #close(watch: Watch, reason: string): void {
    const { counters, log } = this.#deps;
    const { domain } = watch.member;
    counters.add('peer_closed_total', 1, { domain, reason });
    log.warn('connection closed', { domain, reason });
    for (const connection of this.#connections(watch)) connection.abort(new Error(reason));
  }

  #setUp(watch: Watch, up: boolean): void {
    if (watch.up === up) return;
    watch.up = up;
    this.#deps.onPeer(watch.member.domain, up);
  }
}

/** Whether gossipsub can both send and receive: it does not say when one of its streams was reset. */
function hasGossip(connections: readonly Connection[]): boolean {
  let inbound = false;
  let outbound = false;
  for (const connection of connections) {
    for (const stream of connection.streams) {
      if (stream.protocol?.startsWith(GOSSIP_PROTOCOLS) !== true || stream.status !== 'open') continue;
      if (stream.direction === 'inbound') inbound = true;
      else outbound = true;
    }
  }
  return inbound && outbound;
}
