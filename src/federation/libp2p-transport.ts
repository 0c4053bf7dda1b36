/** The exchange's transport over libp2p: gossipsub for data, direct streams for control and heartbeats. */
import type { Connection } from '@libp2p/interface';
import { assert, CodedError } from '../model/errors.ts';
import type { ControlReply, ControlRequest, Heartbeat, SealKey } from '../model/control.ts';
import type { DeltaEnvelope } from '../model/delta.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { ExchangeTransport, TransportHandlers } from '../ports/transport.ts';
import { encodeHeartbeat } from './codec-heartbeat.ts';
import { CONTROL_PROTOCOL, CONTROL_STREAMS, ControlServer, sendRequest } from './control-protocol.ts';
import { Gossip } from './gossip.ts';
import { HEARTBEAT_PROTOCOL, HEARTBEAT_STREAMS, HeartbeatSender, receiveHeartbeats } from './heartbeat-protocol.ts';
import type { Identity } from './identity.ts';
import { HEARTBEAT_BYTES } from './limits.ts';
import { Membership, type Member } from './membership.ts';
import { createNode, startNode, type Node } from './node.ts';
import { Supervisor, SUPERVISOR_TIMES, type SupervisorTimes } from './supervisor.ts';

export interface Libp2pTransportOptions {
  readonly self: DomainName;
  readonly identity: Identity;
  /** Such as `/ip4/0.0.0.0/tcp/4001`; port 0 takes a free one. */
  readonly listen: readonly string[];
  /** Addresses at which others reach this agent, where they differ. */
  readonly announce?: readonly string[] | undefined;
  readonly members: readonly Member[];
  readonly times?: Partial<SupervisorTimes> | undefined;
}

export interface Libp2pTransportDeps {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly random: Random;
}

/** Refused peers that the log names at level info: an operator who is about to trust one looks there; a flood of them is no news. */
const REFUSED_NAMED = 64;

/** Everything that exists while the transport runs. */
interface Running {
  readonly node: Node;
  readonly gossip: Gossip;
  readonly supervisor: Supervisor;
  readonly heartbeats: Map<DomainName, HeartbeatSender>;
}

export class Libp2pTransport implements ExchangeTransport {
  readonly self: DomainName;
  readonly #deps: Libp2pTransportDeps;
  readonly #options: Libp2pTransportOptions;
  #membership: Membership;
  #running: Running | null = null;
  /** Of these the log has told. */
  readonly #refused = new Set<string>();

  /** Throws `CONFIG_INVALID` when the membership list is malformed. */
  constructor(deps: Libp2pTransportDeps, options: Libp2pTransportOptions) {
    this.#deps = deps;
    this.#options = options;
    this.self = options.self;
    this.#membership = new Membership(options.self, options.identity.peerId, options.members);
  }

  get peerId(): string {
    return this.#options.identity.peerId;
  }

  /** Addresses listened on, with ports as taken; none while stopped. */
  addresses(): readonly string[] {
    return this.#running?.node.getMultiaddrs().map(String) ?? [];
  }

  /** Throws `PORT_IN_USE`, `CONFIG_INVALID`. */
  async start(handlers: TransportHandlers): Promise<void> {
    assert(this.#running === null, 'a transport is started once');
    const { counters, clock, log, random } = this.#deps;
    const node = await createNode({
      identity: this.#options.identity,
      listen: this.#options.listen,
      announce: this.#options.announce ?? [],
      isMember: (peerId) => this.#membership.domainOf(peerId) !== undefined,
      onRefused: (peerId, reason) => {
        counters.add('peer_refused_total', 1, { reason });
        const first = !this.#refused.has(peerId) && this.#refused.size < REFUSED_NAMED;
        if (first) this.#refused.add(peerId);
        if (first) log.info('connection refused; a domain that is trusted is added with pqa trust', { peerId, reason });
        else log.debug('connection refused', { peerId, reason });
      },
    });
    const onPeer = (domain: DomainName, connected: boolean): void => {
      if (!connected) this.#endHeartbeats(domain);
      handlers.onPeer(domain, connected);
    };
    const times = { ...SUPERVISOR_TIMES, ...this.#options.times };
    const supervisor = new Supervisor({ node, clock, counters, log, random, onPeer }, times);
    const gossip = new Gossip(node.services.gossip, {
      counters,
      random,
      peerIdOf: (domain) => this.#membership.member(domain)?.peerId,
      onEnvelope: (from, envelope, bytes) => {
        supervisor.heard(from);
        handlers.onEnvelope(from, envelope, bytes);
      },
      onKeyMissing: (from, fragmentId) => handlers.onKeyMissing?.(from, fragmentId),
    });
    this.#running = { node, gossip, supervisor, heartbeats: new Map() };
    this.#listenTo(node, supervisor);
    try {
      await this.#handle(node, supervisor, handlers);
      await startNode(node, this.#options.listen);
    } catch (error) {
      this.#running = null;
      await node.stop();
      throw error;
    }
    supervisor.setMembers(this.#membership);
    supervisor.start();
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    running.supervisor.stop();
    for (const sender of running.heartbeats.values()) sender.close();
    await running.node.stop();
  }

  members(): readonly DomainName[] {
    return this.#membership.domains();
  }

  /** Takes another membership list; who left is disconnected. Throws `CONFIG_INVALID`. */
  setMembers(members: readonly Member[]): void {
    this.#membership = new Membership(this.self, this.peerId, members);
    this.#running?.supervisor.setMembers(this.#membership);
  }

  connected(domain: DomainName): boolean {
    return this.#running?.supervisor.connected(domain) ?? false;
  }

  publish(envelope: DeltaEnvelope, key?: SealKey): void {
    this.#running?.gossip.publish(envelope, key);
  }

  setKey(domain: DomainName, fragmentId: FragmentId, epoch: number, key: SealKey): void {
    this.#running?.gossip.setKey(domain, fragmentId, epoch, key);
  }

  subscribe(domain: DomainName, fragmentId: FragmentId): void {
    this.#running?.gossip.subscribe(domain, fragmentId);
  }

  unsubscribe(fragmentId: FragmentId): void {
    this.#running?.gossip.unsubscribe(fragmentId);
  }

  /** True when `domain` is known here to have subscribed to the fragment: what is published now is sent to it. */
  subscribed(domain: DomainName, fragmentId: FragmentId): boolean {
    const member = this.#membership.member(domain);
    return member !== undefined && (this.#running?.gossip.subscribed(member.peerId, fragmentId) ?? false);
  }

  sendHeartbeat(to: DomainName, heartbeat: Heartbeat): void {
    const running = this.#running;
    const connection = this.#connectionOf(to);
    if (running === null || connection === undefined) return;
    const frame = encodeHeartbeat(heartbeat);
    if (frame.length > HEARTBEAT_BYTES) {
      this.#deps.counters.add('heartbeat_dropped_total', 1, { domain: to, reason: 'too-large' });
      return;
    }
    this.#deps.counters.add('heartbeat_sent_bytes_total', frame.length, { domain: to });
    let sender = running.heartbeats.get(to);
    if (sender === undefined) {
      sender = new HeartbeatSender(this.self, this.#deps.counters);
      running.heartbeats.set(to, sender);
    }
    sender.send(connection, frame);
  }

  async request(to: DomainName, request: ControlRequest, signal: AbortSignal): Promise<ControlReply> {
    const connection = this.#connectionOf(to);
    if (connection === undefined) {
      const known = this.#membership.member(to) !== undefined;
      throw new CodedError('DOMAIN_UNREACHABLE', `${to} is not connected`, {
        hint: known ? 'it is dialled again and again; is it running?' : 'it is not in the list of members',
      });
    }
    const reply = await sendRequest(connection, this.self, to, request, signal);
    this.#running?.supervisor.heard(to);
    return reply;
  }

  #connectionOf(domain: DomainName): Connection | undefined {
    const supervisor = this.#running?.supervisor;
    return supervisor?.connected(domain) === true ? supervisor.connectionOf(domain) : undefined;
  }

  #endHeartbeats(domain: DomainName): void {
    const heartbeats = this.#running?.heartbeats;
    heartbeats?.get(domain)?.close();
    heartbeats?.delete(domain);
  }

  #listenTo(node: Node, supervisor: Supervisor): void {
    const domainOf = (peer: { toString(): string }): DomainName | undefined =>
      this.#membership.domainOf(peer.toString());
    // A dial resolves before the other side has decided (PLATFORM §2): identification is the proof that it has.
    node.addEventListener('peer:identify', ({ detail }) => {
      const domain = domainOf(detail.peerId);
      if (domain !== undefined) supervisor.identified(domain);
    });
    node.addEventListener('peer:disconnect', ({ detail }) => {
      const domain = domainOf(detail);
      if (domain !== undefined) supervisor.lost(domain);
    });
  }

  async #handle(node: Node, supervisor: Supervisor, handlers: TransportHandlers): Promise<void> {
    const { counters } = this.#deps;
    const domainOf = (connection: Connection): DomainName | undefined =>
      this.#membership.domainOf(connection.remotePeer.toString());
    const server = new ControlServer({
      counters,
      domainOf,
      onRequest: (from, request) => {
        supervisor.heard(from);
        return handlers.onRequest(from, request);
      },
    });
    await node.handle(CONTROL_PROTOCOL, ({ stream, connection }) => server.serve(stream, connection), {
      maxInboundStreams: CONTROL_STREAMS,
      maxOutboundStreams: CONTROL_STREAMS,
    });
    await node.handle(
      HEARTBEAT_PROTOCOL,
      async ({ stream, connection }) => {
        const from = domainOf(connection);
        if (from === undefined) return stream.abort(new Error('not a member'));
        await receiveHeartbeats(stream, from, counters, (heartbeat) => {
          supervisor.heard(from);
          handlers.onHeartbeat(from, heartbeat);
        });
      },
      { maxInboundStreams: HEARTBEAT_STREAMS, maxOutboundStreams: HEARTBEAT_STREAMS },
    );
  }
}
