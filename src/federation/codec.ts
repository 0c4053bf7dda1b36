/** Data frames ↔ bytes (proto/exchange.proto). */
import type { DeltaEnvelope } from '../model/delta.ts';
import { decodePayload, encodePayload } from './codec-delta.ts';
import { count, decodeWith, name, positive, text, type Decoded } from './decoded.ts';
import { ENVELOPE_BYTES, NAME_UNITS } from './limits.ts';
import { wire, type WireEnvelope } from './wire/wire.ts';

const NO_BYTES = new Uint8Array(0);

/** The bytes of an envelope; whether they fit a topic is for the caller to check ({@link ENVELOPE_BYTES}). */
export function encodeEnvelope(envelope: DeltaEnvelope): Uint8Array {
  return wire.Envelope.encode(toWireEnvelope(envelope)).finish();
}

/** Never throws. */
export function decodeEnvelope(bytes: Uint8Array): Decoded<DeltaEnvelope> {
  return decodeWith(bytes, ENVELOPE_BYTES, (b) => fromWireEnvelope(wire.Envelope.decode(b)));
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
  return {
    fragmentId: name(envelope.fragmentId, 'fragment id', NAME_UNITS),
    epoch: positive(envelope.epoch, 'epoch'),
    seq: positive(envelope.seq, 'seq'),
    keyId: text(envelope.keyId, 'key id', NAME_UNITS),
    watermarkMs: count(envelope.watermarkMs, 'watermark'),
    deltas: decodePayload(envelope.payload ?? NO_BYTES),
  };
}
