/** Data frames ↔ bytes (proto/exchange.proto). */
import type { Delta, DeltaEnvelope } from '../model/delta.ts';
import { decodePayload, encodePayload } from './codec-delta.ts';
import { count, decodeWith, name, positive, text, type Decoded } from './decoded.ts';
import { ENVELOPE_BYTES, NAME_UNITS } from './limits.ts';
import { wire, type WireEnvelope } from './wire/wire.ts';

const NO_BYTES = new Uint8Array(0);

/** Everything of an envelope that is never secret; what the seal vouches for beside the payload. */
export type EnvelopeHeader = Omit<DeltaEnvelope, 'deltas'>;

/** An envelope whose payload is still bytes, sealed or not. */
export interface Frame {
  readonly header: EnvelopeHeader;
  readonly nonce: Uint8Array;
  readonly payload: Uint8Array;
}

/** How payloads are sealed; see seal.ts. */
export interface Seal {
  readonly keyId: string;
  seal(header: EnvelopeHeader, plain: Uint8Array): { readonly nonce: Uint8Array; readonly payload: Uint8Array };
}

/** The bytes of an envelope; whether they fit a topic is for the caller to check ({@link ENVELOPE_BYTES}). */
export function encodeEnvelope(envelope: DeltaEnvelope, seal?: Seal): Uint8Array {
  const plain = toWireEnvelope(envelope);
  if (seal === undefined) return wire.Envelope.encode(plain).finish();
  const { keyId } = seal;
  const sealed = seal.seal({ ...envelope, keyId }, plain.payload ?? NO_BYTES);
  return wire.Envelope.encode({ ...plain, keyId, ...sealed }).finish();
}

/** Never throws. For payloads that are not sealed; what came over a topic goes through `OpeningKeys`. */
export function decodeEnvelope(bytes: Uint8Array): Decoded<DeltaEnvelope> {
  return decodeWith(bytes, ENVELOPE_BYTES, (b) => fromWireEnvelope(wire.Envelope.decode(b)));
}

/** Leaves the payload as it is. Never throws. */
export function decodeFrame(bytes: Uint8Array): Decoded<Frame> {
  return decodeWith(bytes, ENVELOPE_BYTES, (b) => {
    const envelope: WireEnvelope = wire.Envelope.decode(b);
    const { nonce, payload } = envelope;
    return { header: headerOf(envelope), nonce: nonce ?? NO_BYTES, payload: payload ?? NO_BYTES };
  });
}

/** Never throws. */
export function decodeDeltas(payload: Uint8Array): Decoded<readonly Delta[]> {
  return decodeWith(payload, ENVELOPE_BYTES, decodePayload);
}

/** Size for statistics: the envelope before sealing and signing. */
export function envelopeBytes(envelope: DeltaEnvelope): number {
  return encodeEnvelope(envelope).length;
}

export function toWireEnvelope(envelope: DeltaEnvelope): WireEnvelope {
  const { fragmentId, epoch, seq, keyId, watermarkMs, deltas } = envelope;
  return { fragmentId, epoch, seq, keyId, watermarkMs, payload: encodePayload(deltas) };
}

/** Throws `Malformed`: for decoders only. */
export function fromWireEnvelope(envelope: WireEnvelope): DeltaEnvelope {
  return { ...headerOf(envelope), deltas: decodePayload(envelope.payload ?? NO_BYTES) };
}

function headerOf(envelope: WireEnvelope): EnvelopeHeader {
  return {
    fragmentId: name(envelope.fragmentId, 'fragment id', NAME_UNITS),
    epoch: positive(envelope.epoch, 'epoch'),
    seq: positive(envelope.seq, 'seq'),
    keyId: text(envelope.keyId, 'key id', NAME_UNITS),
    watermarkMs: count(envelope.watermarkMs, 'watermark'),
  };
}
