/**
 * How frames reach other domains. Two implementations: libp2p in federation/, the virtual network in sim/world/.
 *
 * Both speak decoded objects; encoding, size checks and authentication of the sender are theirs. `from` is the
 * authenticated domain.
 */
import type { DeltaEnvelope } from '../model/delta.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { ControlReply, ControlRequest, Heartbeat, SealKey } from '../model/control.ts';

export interface TransportHandlers {
  /** A data frame on a topic that this agent subscribed to; at most once, any order, maybe repeated. */
  /** `bytes`: its size on the wire. */
  onEnvelope(from: DomainName, envelope: DeltaEnvelope, bytes: number): void;
  onHeartbeat(from: DomainName, heartbeat: Heartbeat): void;
  /** Answers a request of the control plane; a rejected promise goes back as its code. */
  onRequest(from: DomainName, request: ControlRequest): Promise<ControlReply>;
  /** A domain became reachable or ceased to be. */
  onPeer(domain: DomainName, connected: boolean): void;
  /** An envelope of a fragment of `from` came that no key known here opens: it is lost, the key should be asked for. */
  onKeyMissing?(from: DomainName, fragmentId: FragmentId): void;
}

export interface ExchangeTransport {
  readonly self: DomainName;
  /** Takes the handlers before anything is delivered. */
  start(handlers: TransportHandlers): Promise<void>;
  stop(): Promise<void>;
  /** Domains of the membership list but this one. */
  members(): readonly DomainName[];
  connected(domain: DomainName): boolean;
  /** Publishes on the fragment's topic, sealed if a key is given. Never throws, never blocks; loss is repaired by the exchange. */
  publish(envelope: DeltaEnvelope, key?: SealKey): void;
  /** Subscribes to the topic of a fragment run by `domain`; envelopes of other signers are rejected. */
  subscribe(domain: DomainName, fragmentId: FragmentId): void;
  /** Forgets the fragment's keys too. */
  unsubscribe(fragmentId: FragmentId): void;
  /** A key for the payloads of a fragment run by `domain`; from then on unsealed ones on its topic are rejected. */
  setKey(domain: DomainName, fragmentId: FragmentId, epoch: number, key: SealKey): void;
  /** One-way on a direct stream; dropped if the peer is not connected. */
  sendHeartbeat(to: DomainName, heartbeat: Heartbeat): void;
  /** Rejects with `DOMAIN_UNREACHABLE`, `TIMEOUT`, `PROTOCOL` or the peer's own code. */
  request(to: DomainName, request: ControlRequest, signal: AbortSignal): Promise<ControlReply>;
}
