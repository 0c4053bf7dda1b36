/**
 * A member of the federation that has a key of its own and keeps no rules: a bare libp2p node that answers the control plane
 * well enough for a query to be deployed on it, and then sends what the test says.
 */
import { encode } from 'it-length-prefixed';
import { multiaddr } from '@multiformats/multiaddr';
import type { Connection } from '@libp2p/interface';
import { encodeHeartbeat } from '../../src/federation/codec-heartbeat.ts';
import { encodeRequest } from '../../src/federation/codec-control.ts';
import { decodeReply } from '../../src/federation/codec-reply.ts';
import { encodeEnvelope } from '../../src/federation/codec.ts';
import { CONTROL_PROTOCOL, ControlServer } from '../../src/federation/control-protocol.ts';
import { readFrame } from '../../src/federation/frames.ts';
import { HEARTBEAT_PROTOCOL, HeartbeatSender } from '../../src/federation/heartbeat-protocol.ts';
import { generateIdentity, type Identity } from '../../src/federation/identity.ts';
import { createNode, type Node } from '../../src/federation/node.ts';
import { stringifyTopic } from '../../src/federation/topic.ts';
import type { CatalogMetric, ControlReply, ControlRequest, FragmentProgress } from '../../src/model/control.ts';
import type { Delta } from '../../src/model/delta.ts';
import { CodedError } from '../../src/model/errors.ts';
import { freePort } from './prosody.ts';
import { MemoryCounters } from './real-ports.ts';

/** The fragment that it pretends to run. */
export const FRAGMENT = 'f'.repeat(40);
const HEARTBEAT_MS = 50;

export interface HostileOptions {
  readonly domain: string;
  /** What its catalog offers. */
  readonly metrics: readonly CatalogMetric[];
}

export class HostileMember {
  readonly identity: Identity;
  readonly address: string;
  readonly #options: HostileOptions;
  readonly #domains = new Map<string, string>();
  readonly #senders = new Map<string, HeartbeatSender>();
  #node: Node | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Overrides what the next heartbeats say of the fragment. */
  progress: (() => FragmentProgress) | null = null;
  /** Messages on topics that it joined. */
  readonly overheard: Uint8Array[] = [];
  /** Number of the last delta sent. */
  seq = 0;

  private constructor(identity: Identity, address: string, options: HostileOptions) {
    this.identity = identity;
    this.address = address;
    this.#options = options;
  }

  static async make(options: HostileOptions): Promise<HostileMember> {
    return new HostileMember(await generateIdentity(), `/ip4/127.0.0.1/tcp/${await freePort()}`, options);
  }

  get asMember() {
    return { domain: this.#options.domain, peerId: this.identity.peerId, addresses: [this.address] };
  }

  get #running(): Node {
    if (this.#node === null) throw new Error('not started');
    return this.#node;
  }

  async start(others: readonly { readonly domain: string; readonly peerId: string }[]): Promise<void> {
    for (const { domain, peerId } of others) this.#domains.set(peerId, domain);
    const node = await createNode({
      identity: this.identity,
      listen: [this.address],
      announce: [],
      isMember: () => true,
      onRefused: () => undefined,
    });
    this.#node = node;
    const counters = new MemoryCounters();
    const domainOf = (c: Connection) => this.#domains.get(c.remotePeer.toString());
    const server = new ControlServer({ counters, domainOf, onRequest: async (_, request) => this.#answer(request) });
    await node.handle(CONTROL_PROTOCOL, ({ stream, connection }) => server.serve(stream, connection));
    await node.handle(HEARTBEAT_PROTOCOL, () => undefined);
    await node.start();
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const sender of this.#senders.values()) sender.close();
    await this.#node?.stop();
  }

  /** Sends a frame on the control protocol; answers the code of the reply, or its kind. */
  async control(to: string, frame: Uint8Array): Promise<string> {
    const stream = await this.#connectionTo(to).newStream(CONTROL_PROTOCOL);
    await stream.sink([encode.single(frame)]);
    const decoded = decodeReply((await readFrame(stream, 1_000_000)) ?? new Uint8Array());
    if (!decoded.ok) return 'malformed reply';
    return decoded.value.kind === 'failure' ? decoded.value.error.code : decoded.value.reply.kind;
  }

  /** A well-formed request under a name. */
  request(to: string, request: ControlRequest, as: string = this.#options.domain): Promise<string> {
    return this.control(to, encodeRequest(as, request));
  }

  /** Bytes on a protocol's stream, without waiting for an answer. */
  async raw(to: string, protocol: string, chunks: readonly Uint8Array[]): Promise<void> {
    const stream = await this.#connectionTo(to).newStream(protocol);
    await stream.sink(chunks.map((c) => c.slice())).catch(() => undefined);
  }

  async gossip(fragmentId: string, bytes: Uint8Array): Promise<void> {
    await this.#running.services.gossip.publish(stringifyTopic(fragmentId), bytes);
  }

  /** Joins the topic of a fragment that is none of its own; what it hears comes into `overheard`. */
  eavesdrop(fragmentId: string): void {
    const { gossip } = this.#running.services;
    const topic = stringifyTopic(fragmentId);
    gossip.addEventListener('message', ({ detail }) => {
      if (detail.topic === topic) this.overheard.push(detail.data);
    });
    gossip.subscribe(topic);
  }

  /** Dials an agent; resolves also when it is refused afterwards. */
  async dial(address: string): Promise<void> {
    await this.#running.dial(multiaddr(address)).catch(() => undefined);
  }

  /** How many peers listen to the topic of a fragment. */
  listeners(fragmentId: string): number {
    return this.#running.services.gossip.getSubscribers(stringifyTopic(fragmentId)).length;
  }

  /** The next delta of its own fragment, in an envelope that is well formed. */
  async send(
    delta: Delta,
    envelope: { readonly seq?: number; readonly epoch?: number; readonly watermarkMs?: number } = {},
  ): Promise<void> {
    const { seq = ++this.seq, epoch = 1, watermarkMs = 1 } = envelope;
    await this.gossip(
      FRAGMENT,
      encodeEnvelope({ fragmentId: FRAGMENT, epoch, seq, keyId: '', watermarkMs, deltas: [delta] }),
    );
  }

  #connectionTo(domain: string): Connection {
    const found = this.#running.getConnections().find((c) => this.#domains.get(c.remotePeer.toString()) === domain);
    if (found === undefined) throw new Error(`no connection to ${domain}`);
    return found;
  }

  #beat(): void {
    for (const [peerId, domain] of this.#domains) {
      const connection = this.#running.getConnections().find((c) => c.remotePeer.toString() === peerId);
      if (connection === undefined) continue;
      const sender = this.#senders.get(domain) ?? new HeartbeatSender(this.#options.domain, new MemoryCounters());
      this.#senders.set(domain, sender);
      sender.send(connection, encodeHeartbeat({ sentMs: Date.now(), fragments: [this.#progress()] }));
    }
  }

  #progress(): FragmentProgress {
    return this.progress?.() ?? { fragmentId: FRAGMENT, epoch: 1, watermarkMs: Date.now(), lastSeq: this.seq };
  }

  #answer(request: ControlRequest): ControlReply {
    switch (request.kind) {
      case 'catalog':
        return {
          kind: 'catalog',
          catalog: { domain: this.#options.domain, version: 1, metrics: this.#options.metrics },
        };
      case 'prepare':
        return { kind: 'prepared', fragmentId: FRAGMENT, epoch: 1, stampMs: Date.now(), columns: request.columns };
      case 'commit':
        return { kind: 'committed', epoch: 1, lastSeq: this.seq };
      case 'renew':
        return { kind: 'renewed', unknown: [] };
      case 'progress':
        return { kind: 'progress', heartbeat: { sentMs: Date.now(), fragments: [this.#progress()] } };
      case 'cancel':
        return { kind: 'done' };
      default:
        throw new CodedError('REPLAY_UNAVAILABLE', 'nothing is repeated here');
    }
  }
}
