/**
 * Data frames over gossipsub 1.1 (https://github.com/libp2p/specs/tree/master/pubsub/gossipsub): one topic per fragment.
 *
 * The domain that runs a fragment sends each envelope to every consumer itself (flood publishing), so that nothing waits
 * for a mesh to form; a thin mesh among the consumers is a second way. Delivery is at most once: loss is the exchange's.
 * Bounds: message size, messages being signed, bytes that wait for one peer.
 */
import { GossipSub, type GossipSubComponents } from '@chainsafe/libp2p-gossipsub';
import { TopicValidatorResult, type Message, type PeerId } from '@libp2p/interface';
import type { DeltaEnvelope } from '../model/delta.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { Counters } from '../ports/counters.ts';
import type { SealKey } from '../model/control.ts';
import type { Random } from '../ports/random.ts';
import { encodeEnvelope, type Seal } from './codec.ts';
import { OpeningKeys, sealWith } from './seal.ts';
import { ENVELOPE_BYTES } from './limits.ts';
import { stringifyTopic } from './topic.ts';

/** Envelopes and bytes that wait to be signed; ~0.1 ms each. Further ones are dropped and repaired. */
const PUBLISHING = 1024;
const PUBLISHING_BYTES = 32 * 1024 * 1024;

/** Bytes that wait for one peer; beyond them messages to it are dropped and repaired. */
const OUTBOUND_BYTES = 8 * 1024 * 1024;

/** One attempt per peer in the mesh is enough: the origin floods and the exchange repairs. */
const MESH = { D: 2, Dlo: 1, Dhi: 4, Dout: 0, Dscore: 1, Dlazy: 2 } as const;

export function createGossip(components: GossipSubComponents): GossipSub {
  return new GossipSub(components, {
    ...MESH,
    globalSignaturePolicy: 'StrictSign',
    emitSelf: false,
    floodPublish: true,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    fallbackToFloodsub: false,
    doPX: false,
    // 1000 topics take 1.3 s instead of 20 s (PLATFORM §2).
    tagMeshPeers: false,
    // Many members behind one address are no attack here: the gater knows them all.
    scoreParams: { IPColocationFactorWeight: 0 },
    maxOutboundBufferSize: OUTBOUND_BYTES,
    fastMsgIdFn: (message) => originOf(message.from) + originOf(message.seqno),
  });
}

/** Sees a repeated message before its signature is checked again; only messages whose signature was right are remembered. */
function originOf(bytes: Uint8Array | null | undefined): string {
  return bytes === null || bytes === undefined ? '' : Buffer.from(bytes).toString('latin1');
}

export interface GossipHandling {
  readonly counters: Counters;
  readonly random: Random;
  readonly peerIdOf: (domain: DomainName) => string | undefined;
  readonly onEnvelope: (from: DomainName, envelope: DeltaEnvelope, bytes: number) => void;
  readonly onKeyMissing: (from: DomainName, fragmentId: FragmentId) => void;
}

/** Publishing, subscribing and the topic validators. */
export class Gossip {
  readonly #gossip: GossipSub;
  readonly #handling: GossipHandling;
  readonly #keys = new OpeningKeys();
  /** Made once per key. */
  readonly #seals = new WeakMap<SealKey, Seal>();
  #publishing = 0;
  #publishingBytes = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(gossip: GossipSub, handling: GossipHandling) {
    this.#gossip = gossip;
    this.#handling = handling;
  }

  /** Never throws; what cannot be sent is counted. */
  publish(envelope: DeltaEnvelope, key?: SealKey): void {
    const { counters } = this.#handling;
    const bytes = encodeEnvelope(envelope, key === undefined ? undefined : this.#sealOf(key));
    if (bytes.length > ENVELOPE_BYTES) return counters.add('gossip_dropped_total', 1, { reason: 'too-large' });
    if (this.#publishing >= PUBLISHING || this.#publishingBytes >= PUBLISHING_BYTES) {
      return counters.add('gossip_dropped_total', 1, { reason: 'busy' });
    }
    this.#publishing++;
    this.#publishingBytes += bytes.length;
    counters.add('gossip_published_total');
    counters.add('gossip_published_bytes_total', bytes.length);
    const topic = stringifyTopic(envelope.fragmentId);
    // One after the other: signing is asynchronous and must not change the order.
    this.#tail = this.#tail
      .then(() => this.#gossip.publish(topic, bytes))
      .catch(() => counters.add('gossip_dropped_total', 1, { reason: 'not-published' }))
      .finally(() => {
        this.#publishing--;
        this.#publishingBytes -= bytes.length;
      });
  }

  subscribe(domain: DomainName, fragmentId: FragmentId): void {
    const topic = stringifyTopic(fragmentId);
    this.#gossip.topicValidators.set(topic, (_, message) => this.#validate(domain, fragmentId, message));
    this.#gossip.subscribe(topic);
  }

  unsubscribe(fragmentId: FragmentId): void {
    const topic = stringifyTopic(fragmentId);
    this.#gossip.unsubscribe(topic);
    this.#gossip.topicValidators.delete(topic);
    this.#keys.forget(fragmentId);
  }

  setKey(domain: DomainName, fragmentId: FragmentId, epoch: number, key: SealKey): void {
    this.#keys.put(domain, fragmentId, epoch, key);
  }

  #sealOf(key: SealKey): Seal {
    const known = this.#seals.get(key);
    if (known !== undefined) return known;
    const seal = sealWith(key, this.#handling.random);
    this.#seals.set(key, seal);
    return seal;
  }

  /** Whether the topic's announcement of `peer` has arrived: what is published now reaches it. */
  subscribed(peer: string, fragmentId: FragmentId): boolean {
    return this.#gossip.getSubscribers(stringifyTopic(fragmentId)).some((id: PeerId) => id.toString() === peer);
  }

  /** Runs after the check of the signature. Forged is rejected, so that it is not passed on. */
  #validate(domain: DomainName, fragmentId: FragmentId, message: Message): TopicValidatorResult {
    const { counters, peerIdOf, onEnvelope, onKeyMissing } = this.#handling;
    const reject = (reason: string): TopicValidatorResult => {
      counters.add('gossip_rejected_total', 1, { domain, reason });
      return TopicValidatorResult.Reject;
    };
    if (message.type !== 'signed') return reject('unsigned');
    if (message.from.toString() !== peerIdOf(domain)) return reject('signer');
    if (message.data.length > ENVELOPE_BYTES) return reject('too-large');
    const received = this.#keys.receive(domain, fragmentId, message.data);
    if (received.kind === 'refused') return reject(received.reason);
    if (received.kind === 'key-missing') {
      // Not its sender's fault, nor of who passed it on: the key may have changed.
      counters.add('gossip_rejected_total', 1, { domain, reason: 'sealed' });
      queueMicrotask(() => onKeyMissing(domain, fragmentId));
      return TopicValidatorResult.Ignore;
    }
    const { envelope } = received;
    counters.add('gossip_received_total', 1, { domain });
    counters.add('gossip_received_bytes_total', message.data.length, { domain });
    // Out of gossipsub's hands: it would take a mistake of ours for an invalid message.
    queueMicrotask(() => onEnvelope(domain, envelope, message.data.length));
    return TopicValidatorResult.Accept;
  }
}
