/** The libp2p node of an agent: TCP, Noise, Yamux, identify, ping, gossipsub; members only. */
import type { GossipSub } from '@chainsafe/libp2p-gossipsub';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { identify, type Identify } from '@libp2p/identify';
import type { ConnectionGater, Libp2p, PeerId } from '@libp2p/interface';
import { ping, type Ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { createLibp2p } from 'libp2p';
import { CodedError } from '../model/errors.ts';
import { createGossip } from './gossip.ts';
import type { Identity } from './identity.ts';
import { MEMBERS } from './membership.ts';

/** Two per member: both sides may have dialled. */
const CONNECTIONS = MEMBERS * 2;

/** Of one member: those two, and as many that are dead and not yet noticed. */
const CONNECTIONS_PER_MEMBER = 4;

/** New connections per second from one host, and at once in their handshake: members behind one address start together. */
const INBOUND_PER_SECOND = 100;
const HANDSHAKES = 128;

const DIAL_MS = 5000;

export interface Services extends Record<string, unknown> {
  readonly identify: Identify;
  readonly ping: Ping;
  readonly gossip: GossipSub;
}

export type Node = Libp2p<Services>;

export interface NodeOptions {
  readonly identity: Identity;
  readonly listen: readonly string[];
  /** What identify tells others; the addresses listened on when empty. */
  readonly announce: readonly string[];
  readonly isMember: (peerId: string) => boolean;
  /** @default 4 */
  readonly connectionsPerMember?: number | undefined;
  /** A connection was denied: of no member, or one too many of a member. */
  readonly onRefused: (peerId: string, reason: 'stranger' | 'too-many') => void;
}

/** Made but not started. */
export async function createNode(options: NodeOptions): Promise<Node> {
  const counted = (peer: PeerId): number => node.getConnections(peer).length;
  const node = await createLibp2p<Services>({
    start: false,
    privateKey: options.identity.privateKey,
    addresses: { listen: [...options.listen], announce: [...options.announce] },
    transports: [tcp()],
    streamMuxers: [yamux()],
    connectionEncrypters: [noise()],
    connectionGater: gaterOf(options, counted),
    // It closes a peer that is merely slow, and nobody would dial again (PLATFORM §2): the supervisor's business.
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: CONNECTIONS,
      inboundConnectionThreshold: INBOUND_PER_SECOND,
      maxIncomingPendingConnections: HANDSHAKES,
      dialTimeout: DIAL_MS,
      reconnectRetries: 0,
    },
    services: { identify: identify(), ping: ping(), gossip: (components) => createGossip(components) },
  });
  return node;
}

/** Throws `PORT_IN_USE`, or `CONFIG_INVALID` when an address cannot be listened on. */
export async function startNode(node: Node, listen: readonly string[]): Promise<void> {
  try {
    await node.start();
  } catch (error) {
    const text = describe(error);
    if (text.includes('EADDRINUSE')) {
      throw new CodedError('PORT_IN_USE', `another process listens on ${listen.join(', ')}`, {
        hint: 'end it, or choose another port in listen',
        cause: error,
      });
    }
    throw new CodedError('CONFIG_INVALID', `cannot listen on ${listen.join(', ')}`, {
      hint: 'listen takes addresses of this machine such as /ip4/0.0.0.0/tcp/4001',
      cause: error,
    });
  }
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(' ');
  return error instanceof Error ? `${error.message} ${'code' in error ? String(error.code) : ''}` : String(error);
}

/** Both directions; after the handshake the PeerId is proved. */
function gaterOf(options: NodeOptions, connectionsOf: (peer: PeerId) => number): ConnectionGater {
  const limit = options.connectionsPerMember ?? CONNECTIONS_PER_MEMBER;
  const deny = (peer: PeerId): boolean => {
    const peerId = peer.toString();
    if (!options.isMember(peerId)) options.onRefused(peerId, 'stranger');
    else if (connectionsOf(peer) >= limit) options.onRefused(peerId, 'too-many');
    else return false;
    return true;
  };
  return {
    denyDialPeer: deny,
    denyDialMultiaddr: () => false,
    denyInboundEncryptedConnection: deny,
    denyOutboundEncryptedConnection: deny,
  };
}
