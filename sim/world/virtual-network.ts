/**
 * The network between simulated domains: delays, loss, duplication and reordering from one seed.
 *
 * Envelopes travel as gossip does (at most once and then some: lost, repeated, in any order); heartbeats may be lost or
 * late; requests arrive or fail with a code. Every frame passes the production codec, so that what crosses is bytes.
 * Links can be cut in one direction or both and healed; what reaches a slow domain comes later by a fixed time.
 */
import { CodedError } from '../../src/model/errors.ts';
import type { ControlReply, ControlRequest, Heartbeat, SealKey } from '../../src/model/control.ts';
import type { DeltaEnvelope } from '../../src/model/delta.ts';
import type { DomainName, FragmentId } from '../../src/model/ids.ts';
import { OpeningKeys } from '../../src/federation/seal.ts';
import type { ExchangeTransport, TransportHandlers } from '../../src/ports/transport.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface NetworkFaults {
  /** Delay of each frame, uniform in [min, max] network ms. */
  readonly delayMs: readonly [number, number];
  /** Probabilities in [0, 1]. */
  readonly lossRate: number;
  readonly duplicateRate: number;
  /** Requests that fail with TIMEOUT. */
  readonly requestLossRate: number;
}

export const NO_FAULTS: NetworkFaults = { delayMs: [0, 0], lossRate: 0, duplicateRate: 0, requestLossRate: 0 };
export const CHAOS: NetworkFaults = { delayMs: [0, 80], lossRate: 0.15, duplicateRate: 0.1, requestLossRate: 0.05 };

/** How frames become bytes and back; the production codec in the simulation. */
export interface FrameCodec {
  /** Sealed as production does. */
  sealed(envelope: DeltaEnvelope, key: SealKey): Uint8Array;
  envelope(envelope: DeltaEnvelope): { readonly frame: DeltaEnvelope; readonly bytes: number };
  heartbeat(heartbeat: Heartbeat): { readonly frame: Heartbeat; readonly bytes: number };
  request(request: ControlRequest): { readonly frame: ControlRequest; readonly bytes: number };
  reply(reply: ControlReply): { readonly frame: ControlReply; readonly bytes: number };
}

/** Sees what a domain sends, before the network does anything to it. */
export interface NetworkTap {
  envelope?(from: DomainName, envelope: DeltaEnvelope): void;
  heartbeat?(from: DomainName, to: DomainName, heartbeat: Heartbeat): void;
  /** `to` could open and read what `from` published earlier. */
  opened?(from: DomainName, to: DomainName, envelope: DeltaEnvelope): void;
  /** `from` answers what `to` asked. */
  reply?(from: DomainName, to: DomainName, request: ControlRequest, reply: ControlReply): void;
}

export interface NetworkTotals {
  envelopes: number;
  envelopeBytes: number;
  heartbeats: number;
  heartbeatBytes: number;
  /** Requests and replies of the control plane. */
  control: number;
  controlBytes: number;
  /** Part of `controlBytes`: deltas that were asked for again, and snapshots. */
  repairBytes: number;
  lost: number;
  duplicated: number;
  /** Frames that a cut link swallowed. */
  cut: number;
}

export class VirtualNetwork {
  readonly totals: NetworkTotals = {
    envelopes: 0,
    envelopeBytes: 0,
    heartbeats: 0,
    heartbeatBytes: 0,
    control: 0,
    controlBytes: 0,
    repairBytes: 0,
    lost: 0,
    duplicated: 0,
    cut: 0,
  };
  readonly #peers = new Map<DomainName, VirtualTransport>();
  readonly #subscribers = new Map<FragmentId, Set<VirtualTransport>>();
  #joined = 0;
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #codec: FrameCodec;
  /** How often each directed link is cut: faults may overlap. */
  readonly #cuts = new Map<string, number>();
  readonly #slowMs = new Map<DomainName, number>();
  readonly #taps: NetworkTap[] = [];
  faults: NetworkFaults = NO_FAULTS;

  constructor(deps: { readonly time: VirtualTime; readonly random: SeededRandom; readonly codec: FrameCodec }) {
    this.#time = deps.time;
    this.#random = deps.random;
    this.#codec = deps.codec;
  }

  join(domain: DomainName): VirtualTransport {
    const transport = new VirtualTransport(domain, this, this.#peers.get(domain)?.order ?? this.#joined++);
    this.#peers.set(domain, transport);
    return transport;
  }

  leave(domain: DomainName, transport: VirtualTransport): void {
    if (this.#peers.get(domain) !== transport) return;
    this.#peers.delete(domain);
    for (const peer of this.#peers.values()) peer.deliverPeer(domain, false);
  }

  announce(domain: DomainName): void {
    for (const peer of this.#peers.values()) {
      if (peer.self === domain) continue;
      peer.deliverPeer(domain, true);
      this.#peers.get(domain)?.deliverPeer(peer.self, true);
    }
  }

  tap(tap: NetworkTap): void {
    this.#taps.push(tap);
  }

  /** From now on nothing gets from `from` to `to`. Cuts count: each needs its {@link heal}. */
  cut(from: DomainName, to: DomainName): void {
    const link = linkOf(from, to);
    this.#cuts.set(link, (this.#cuts.get(link) ?? 0) + 1);
    if (this.#apart(from, to)) this.#tellBoth(from, to, false);
  }

  heal(from: DomainName, to: DomainName): void {
    const link = linkOf(from, to);
    const apart = this.#apart(from, to);
    const left = (this.#cuts.get(link) ?? 0) - 1;
    if (left > 0) this.#cuts.set(link, left);
    else this.#cuts.delete(link);
    if (apart && !this.#apart(from, to)) this.#tellBoth(from, to, true);
  }

  /** What reaches `domain` is late by so much; 0 ends it. */
  slow(domain: DomainName, extraMs: number): void {
    if (extraMs > 0) this.#slowMs.set(domain, extraMs);
    else this.#slowMs.delete(domain);
  }

  isCut(from: DomainName, to: DomainName): boolean {
    return this.#cuts.has(linkOf(from, to));
  }

  /** Cut in both directions: the two see each other's connection end. */
  #apart(a: DomainName, b: DomainName): boolean {
    return this.isCut(a, b) && this.isCut(b, a);
  }

  #tellBoth(a: DomainName, b: DomainName, connected: boolean): void {
    const [first, second] = [this.#peers.get(a), this.#peers.get(b)];
    if (first === undefined || second === undefined) return;
    first.deliverPeer(b, connected);
    second.deliverPeer(a, connected);
  }

  others(self: DomainName): DomainName[] {
    return [...this.#peers.keys()].filter((d) => d !== self);
  }

  has(domain: DomainName): boolean {
    return this.#peers.has(domain);
  }

  publish(from: DomainName, envelope: DeltaEnvelope, key?: SealKey): void {
    const { frame, bytes } = this.#codec.envelope(envelope);
    const sealed = key === undefined ? null : this.#codec.sealed(envelope, key);
    for (const tap of this.#taps) tap.envelope?.(from, frame);
    for (const peer of this.#subscribersOf(envelope.fragmentId)) {
      if (peer.self === from || !peer.subscribedTo(from, envelope.fragmentId)) continue;
      this.totals.envelopes++;
      this.totals.envelopeBytes += sealed?.length ?? bytes;
      this.#lossy(from, peer.self, () => {
        if (sealed === null) peer.deliverEnvelope(from, frame, bytes);
        else if (!peer.deliverSealed(from, envelope.fragmentId, sealed)) return;
        for (const tap of this.#taps) tap.opened?.(from, peer.self, frame);
      });
    }
  }

  subscribe(fragmentId: FragmentId, peer: VirtualTransport): void {
    const peers = this.#subscribers.get(fragmentId);
    if (peers === undefined) this.#subscribers.set(fragmentId, new Set([peer]));
    else peers.add(peer);
  }

  unsubscribe(fragmentId: FragmentId, peer: VirtualTransport): void {
    const peers = this.#subscribers.get(fragmentId);
    peers?.delete(peer);
    if (peers?.size === 0) this.#subscribers.delete(fragmentId);
  }

  /** In the order in which they joined: chance is drawn for one after the other. */
  #subscribersOf(fragmentId: FragmentId): readonly VirtualTransport[] {
    const peers = [...(this.#subscribers.get(fragmentId) ?? [])].filter((p) => this.#peers.get(p.self) === p);
    return peers.sort((a, b) => a.order - b.order);
  }

  heartbeat(from: DomainName, to: DomainName, heartbeat: Heartbeat): void {
    const peer = this.#peers.get(to);
    if (peer === undefined) return;
    const { frame, bytes } = this.#codec.heartbeat(heartbeat);
    this.totals.heartbeats++;
    this.totals.heartbeatBytes += bytes;
    for (const tap of this.#taps) tap.heartbeat?.(from, to, frame);
    this.#lossy(from, to, () => peer.deliverHeartbeat(from, frame));
  }

  /** On a cut link no answer comes until the asker's own deadline ends the request. */
  request(from: DomainName, to: DomainName, request: ControlRequest, signal?: AbortSignal): Promise<ControlReply> {
    const { promise, resolve, reject } = Promise.withResolvers<ControlReply>();
    if (!this.#peers.has(to)) return Promise.reject(new CodedError('DOMAIN_UNREACHABLE', `no way to domain '${to}'`));
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    const lost = this.#random.next() < this.faults.requestLossRate;
    const { frame, bytes } = this.#codec.request(request);
    this.totals.control++;
    this.totals.controlBytes += bytes;
    if (this.#swallows(from, to)) return promise;
    this.#time.after(this.#delay(to), () => {
      const peer = this.#peers.get(to);
      if (peer === undefined || lost) {
        this.#time.after(100, () => reject(new CodedError('TIMEOUT', `domain '${to}' did not answer`)));
        return;
      }
      peer.deliverRequest(from, frame).then(
        (reply) => this.#answer(to, from, frame, reply, resolve),
        (error: unknown) => {
          if (!this.#swallows(to, from)) this.#time.after(this.#delay(from), () => reject(error));
        },
      );
    });
    return promise;
  }

  #answer(
    from: DomainName,
    to: DomainName,
    request: ControlRequest,
    reply: ControlReply,
    resolve: (reply: ControlReply) => void,
  ): void {
    const { frame, bytes } = this.#codec.reply(reply);
    for (const tap of this.#taps) tap.reply?.(from, to, request, frame);
    this.totals.control++;
    this.totals.controlBytes += bytes;
    if (reply.kind === 'replayed' || reply.kind === 'snapshot') this.totals.repairBytes += bytes;
    if (!this.#swallows(from, to)) this.#time.after(this.#delay(to), () => resolve(frame));
  }

  #swallows(from: DomainName, to: DomainName): boolean {
    if (!this.isCut(from, to)) return false;
    this.totals.cut++;
    return true;
  }

  #delay(to: DomainName): number {
    const [low, high] = this.faults.delayMs;
    return low + this.#random.next() * (high - low) + (this.#slowMs.get(to) ?? 0);
  }

  #lossy(from: DomainName, to: DomainName, deliver: () => void): void {
    if (this.#swallows(from, to)) return;
    if (this.#random.next() < this.faults.lossRate) {
      this.totals.lost++;
    } else {
      this.#time.after(this.#delay(to), deliver);
    }
    if (this.#random.next() < this.faults.duplicateRate) {
      this.totals.duplicated++;
      this.#time.after(this.#delay(to), deliver);
    }
  }
}

function linkOf(from: DomainName, to: DomainName): string {
  return `${from} ${to}`;
}

export class VirtualTransport implements ExchangeTransport {
  readonly self: DomainName;
  /** Its place among those that joined. */
  readonly order: number;
  readonly #network: VirtualNetwork;
  readonly #topics = new Map<FragmentId, DomainName>();
  readonly #keys = new OpeningKeys();
  #handlers: TransportHandlers | null = null;

  constructor(self: DomainName, network: VirtualNetwork, order: number) {
    this.self = self;
    this.order = order;
    this.#network = network;
  }

  start(handlers: TransportHandlers): Promise<void> {
    this.#handlers = handlers;
    this.#network.announce(this.self);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#handlers = null;
    this.#network.leave(this.self, this);
    return Promise.resolve();
  }

  members(): readonly DomainName[] {
    return this.#network.others(this.self);
  }

  connected(domain: DomainName): boolean {
    return (
      this.#network.has(domain) && !(this.#network.isCut(this.self, domain) && this.#network.isCut(domain, this.self))
    );
  }

  publish(envelope: DeltaEnvelope, key?: SealKey): void {
    if (this.#handlers !== null) this.#network.publish(this.self, envelope, key);
  }

  setKey(domain: DomainName, fragmentId: FragmentId, epoch: number, key: SealKey): void {
    this.#keys.put(domain, fragmentId, epoch, key);
  }

  subscribe(domain: DomainName, fragmentId: FragmentId): void {
    this.#topics.set(fragmentId, domain);
    this.#network.subscribe(fragmentId, this);
  }

  unsubscribe(fragmentId: FragmentId): void {
    this.#topics.delete(fragmentId);
    this.#network.unsubscribe(fragmentId, this);
    this.#keys.forget(fragmentId);
  }

  sendHeartbeat(to: DomainName, heartbeat: Heartbeat): void {
    if (this.#handlers !== null) this.#network.heartbeat(this.self, to, heartbeat);
  }

  request(to: DomainName, request: ControlRequest, signal: AbortSignal): Promise<ControlReply> {
    if (this.#handlers === null)
      return Promise.reject(new CodedError('DOMAIN_UNREACHABLE', `domain '${this.self}' has stopped`));
    return this.#network.request(this.self, to, request, signal);
  }

  subscribedTo(domain: DomainName, fragmentId: FragmentId): boolean {
    return this.#topics.get(fragmentId) === domain;
  }

  /** As the topic's validator does; false if it could not be opened. */
  deliverSealed(from: DomainName, fragmentId: FragmentId, bytes: Uint8Array): boolean {
    if (!this.subscribedTo(from, fragmentId)) return false;
    const received = this.#keys.receive(from, fragmentId, bytes);
    if (received.kind === 'refused') throw new Error(`an envelope of the simulation is refused: ${received.reason}`);
    if (received.kind === 'envelope') this.deliverEnvelope(from, received.envelope, bytes.length);
    else this.#handlers?.onKeyMissing?.(from, fragmentId);
    return received.kind === 'envelope';
  }

  deliverEnvelope(from: DomainName, envelope: DeltaEnvelope, bytes: number): void {
    this.#handlers?.onEnvelope(from, envelope, bytes);
  }

  deliverHeartbeat(from: DomainName, heartbeat: Heartbeat): void {
    this.#handlers?.onHeartbeat(from, heartbeat);
  }

  deliverPeer(domain: DomainName, connected: boolean): void {
    this.#handlers?.onPeer(domain, connected);
  }

  deliverRequest(from: DomainName, request: ControlRequest): Promise<ControlReply> {
    if (this.#handlers === null)
      return Promise.reject(new CodedError('DOMAIN_UNREACHABLE', `domain '${this.self}' has stopped`));
    return this.#handlers.onRequest(from, request);
  }
}
