/**
 * The network between simulated domains: delays, loss, duplication and reordering from one seed.
 *
 * Envelopes travel as gossip does (at most once and then some: lost, repeated, in any order); heartbeats may be lost or
 * late; requests arrive or fail with a code. Every frame passes the production codec, so that what crosses is bytes.
 */
import { CodedError } from '../../src/model/errors.ts';
import type { ControlReply, ControlRequest, Heartbeat } from '../../src/model/control.ts';
import type { DeltaEnvelope } from '../../src/model/delta.ts';
import type { DomainName, FragmentId } from '../../src/model/ids.ts';
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
  envelope(envelope: DeltaEnvelope): { readonly frame: DeltaEnvelope; readonly bytes: number };
  heartbeat(heartbeat: Heartbeat): { readonly frame: Heartbeat; readonly bytes: number };
  request(request: ControlRequest): ControlRequest;
  reply(reply: ControlReply): ControlReply;
}

export interface NetworkTotals {
  envelopes: number;
  envelopeBytes: number;
  heartbeats: number;
  heartbeatBytes: number;
  lost: number;
  duplicated: number;
}

export class VirtualNetwork {
  readonly totals: NetworkTotals = {
    envelopes: 0,
    envelopeBytes: 0,
    heartbeats: 0,
    heartbeatBytes: 0,
    lost: 0,
    duplicated: 0,
  };
  readonly #peers = new Map<DomainName, VirtualTransport>();
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #codec: FrameCodec;
  faults: NetworkFaults = NO_FAULTS;

  constructor(deps: { readonly time: VirtualTime; readonly random: SeededRandom; readonly codec: FrameCodec }) {
    this.#time = deps.time;
    this.#random = deps.random;
    this.#codec = deps.codec;
  }

  join(domain: DomainName): VirtualTransport {
    const transport = new VirtualTransport(domain, this);
    this.#peers.set(domain, transport);
    return transport;
  }

  leave(domain: DomainName): void {
    if (!this.#peers.delete(domain)) return;
    for (const peer of this.#peers.values()) peer.deliverPeer(domain, false);
  }

  announce(domain: DomainName): void {
    for (const peer of this.#peers.values()) {
      if (peer.self === domain) continue;
      peer.deliverPeer(domain, true);
      this.#peers.get(domain)?.deliverPeer(peer.self, true);
    }
  }

  others(self: DomainName): DomainName[] {
    return [...this.#peers.keys()].filter((d) => d !== self);
  }

  has(domain: DomainName): boolean {
    return this.#peers.has(domain);
  }

  publish(from: DomainName, envelope: DeltaEnvelope): void {
    const { frame, bytes } = this.#codec.envelope(envelope);
    for (const peer of this.#peers.values()) {
      if (peer.self === from || !peer.subscribedTo(from, envelope.fragmentId)) continue;
      this.totals.envelopes++;
      this.totals.envelopeBytes += bytes;
      this.#lossy(() => peer.deliverEnvelope(from, frame));
    }
  }

  heartbeat(from: DomainName, to: DomainName, heartbeat: Heartbeat): void {
    const peer = this.#peers.get(to);
    if (peer === undefined) return;
    const { frame, bytes } = this.#codec.heartbeat(heartbeat);
    this.totals.heartbeats++;
    this.totals.heartbeatBytes += bytes;
    this.#lossy(() => peer.deliverHeartbeat(from, frame));
  }

  request(from: DomainName, to: DomainName, request: ControlRequest): Promise<ControlReply> {
    const { promise, resolve, reject } = Promise.withResolvers<ControlReply>();
    if (!this.#peers.has(to)) return Promise.reject(new CodedError('DOMAIN_UNREACHABLE', `no way to domain '${to}'`));
    const lost = this.#random.next() < this.faults.requestLossRate;
    const arrived = this.#codec.request(request);
    this.#time.after(this.#delay(), () => {
      const peer = this.#peers.get(to);
      if (peer === undefined || lost) {
        this.#time.after(100, () => reject(new CodedError('TIMEOUT', `domain '${to}' did not answer`)));
        return;
      }
      peer.deliverRequest(from, arrived).then(
        (reply) => this.#time.after(this.#delay(), () => resolve(this.#codec.reply(reply))),
        (error: unknown) => this.#time.after(this.#delay(), () => reject(error)),
      );
    });
    return promise;
  }

  #delay(): number {
    const [low, high] = this.faults.delayMs;
    return low + this.#random.next() * (high - low);
  }

  #lossy(deliver: () => void): void {
    if (this.#random.next() < this.faults.lossRate) {
      this.totals.lost++;
    } else {
      this.#time.after(this.#delay(), deliver);
    }
    if (this.#random.next() < this.faults.duplicateRate) {
      this.totals.duplicated++;
      this.#time.after(this.#delay(), deliver);
    }
  }
}

export class VirtualTransport implements ExchangeTransport {
  readonly self: DomainName;
  readonly #network: VirtualNetwork;
  readonly #topics = new Map<FragmentId, DomainName>();
  #handlers: TransportHandlers | null = null;

  constructor(self: DomainName, network: VirtualNetwork) {
    this.self = self;
    this.#network = network;
  }

  start(handlers: TransportHandlers): Promise<void> {
    this.#handlers = handlers;
    this.#network.announce(this.self);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#handlers = null;
    this.#network.leave(this.self);
    return Promise.resolve();
  }

  members(): readonly DomainName[] {
    return this.#network.others(this.self);
  }

  connected(domain: DomainName): boolean {
    return this.#network.has(domain);
  }

  publish(envelope: DeltaEnvelope): void {
    this.#network.publish(this.self, envelope);
  }

  subscribe(domain: DomainName, fragmentId: FragmentId): void {
    this.#topics.set(fragmentId, domain);
  }

  unsubscribe(fragmentId: FragmentId): void {
    this.#topics.delete(fragmentId);
  }

  sendHeartbeat(to: DomainName, heartbeat: Heartbeat): void {
    this.#network.heartbeat(this.self, to, heartbeat);
  }

  request(to: DomainName, request: ControlRequest, _signal: AbortSignal): Promise<ControlReply> {
    return this.#network.request(this.self, to, request);
  }

  subscribedTo(domain: DomainName, fragmentId: FragmentId): boolean {
    return this.#topics.get(fragmentId) === domain;
  }

  deliverEnvelope(from: DomainName, envelope: DeltaEnvelope): void {
    this.#handlers?.onEnvelope(from, envelope);
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
