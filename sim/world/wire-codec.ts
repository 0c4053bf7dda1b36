/** Frames of the virtual network pass the production codec: what a peer sees is what bytes can say. */
import { CodedError } from '../../src/model/errors.ts';
import { decodeEnvelope, encodeEnvelope } from '../../src/federation/codec.ts';
import { decodeRequest, encodeRequest } from '../../src/federation/codec-control.ts';
import { decodeHeartbeatFrame, encodeHeartbeat } from '../../src/federation/codec-heartbeat.ts';
import { decodeReply, encodeReply } from '../../src/federation/codec-reply.ts';
import { sealWith } from '../../src/federation/seal.ts';
import type { Decoded } from '../../src/federation/decoded.ts';
import { SeededRandom } from './seeded-random.ts';
import type { FrameCodec } from './virtual-network.ts';

/** Nonces of the simulation: a stream of its own, so that sealing draws nothing from the faults' seed. */
const NONCES = new SeededRandom(1);

export const WIRE_CODEC: FrameCodec = {
  sealed(envelope, key) {
    return encodeEnvelope(envelope, sealWith(key, NONCES));
  },
  envelope(envelope) {
    const bytes = encodeEnvelope(envelope);
    return { frame: valueOf(decodeEnvelope(bytes)), bytes: bytes.length };
  },
  heartbeat(heartbeat) {
    const bytes = encodeHeartbeat(heartbeat);
    const frame = valueOf(decodeHeartbeatFrame(bytes));
    if (frame.kind !== 'heartbeat') throw new CodedError('PROTOCOL', 'a heartbeat came back as something else');
    return { frame: frame.heartbeat, bytes: bytes.length };
  },
  request(request) {
    const bytes = encodeRequest('sim', request);
    return { frame: valueOf(decodeRequest(bytes)).request, bytes: bytes.length };
  },
  reply(reply) {
    const bytes = encodeReply(reply);
    const frame = valueOf(decodeReply(bytes));
    if (frame.kind !== 'reply') throw new CodedError('PROTOCOL', 'a reply came back as a failure');
    return { frame: frame.reply, bytes: bytes.length };
  },
};

function valueOf<T>(decoded: Decoded<T>): T {
  if (decoded.ok) return decoded.value;
  throw new CodedError('PROTOCOL', decoded.reason);
}
