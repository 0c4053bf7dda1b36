/**
 * Sealed payloads on topics: AES-256-GCM (NIST SP 800-38D), 96-bit random nonces, the envelope's header as additional data
 * (DESIGN §6). The signature of the message proves the origin; the seal is for secrecy: who merely joins a topic learns
 * nothing. Replays and snapshots travel on authenticated direct streams and stay plain.
 *
 * Bounds: KEYS_PER_FRAGMENT keys are remembered per fragment and domain; the domain that seals changes the key long before
 * 2^32 nonces (FragmentHost).
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { SealKey } from '../model/control.ts';
import type { DeltaEnvelope } from '../model/delta.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { Random } from '../ports/random.ts';
import { decodeDeltas, decodeFrame, type EnvelopeHeader, type Frame, type Seal } from './codec.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Envelopes sealed with the key before may still be under way when the key has changed; older ones are asked for again. */
const KEYS_PER_FRAGMENT = 4;

/** Seals what `encodeEnvelope` writes, with the key that the domain's host made. */
export function sealWith(key: SealKey, random: Random): Seal {
  const secret = createSecretKey(key.key);
  return {
    keyId: key.id,
    seal: (header, plain) => {
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES }).setAAD(additionalData(header));
      const payload = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return { nonce, payload };
    },
  };
}

export type Received =
  | { readonly kind: 'envelope'; readonly envelope: DeltaEnvelope }
  /** Sealed with a key that is not known here (yet). */
  | { readonly kind: 'key-missing'; readonly header: EnvelopeHeader }
  | { readonly kind: 'refused'; readonly reason: 'malformed' | 'another-fragment' | 'unsealed' | 'seal' };

/** The keys that this agent was handed, and what opens with them. */
export class OpeningKeys {
  readonly #fragments = new Map<FragmentId, Map<string, KeyObject>>();

  /** A key of a fragment that `domain` runs. From then on nothing unsealed of that fragment is taken from its topic. */
  put(domain: DomainName, fragmentId: FragmentId, epoch: number, key: SealKey): void {
    const keys = this.#fragments.get(fragmentId) ?? new Map<string, KeyObject>();
    this.#fragments.set(fragmentId, keys);
    const name = nameOf(domain, epoch, key.id);
    keys.delete(name);
    keys.set(name, createSecretKey(key.key));
    const own = [...keys.keys()].filter((n) => n.endsWith(` ${domain}`));
    for (const old of own.slice(0, -KEYS_PER_FRAGMENT)) keys.delete(old);
  }

  forget(fragmentId: FragmentId): void {
    this.#fragments.delete(fragmentId);
  }

  /** What a message on the topic of `fragmentId`, signed by `domain`, says. Never throws. */
  receive(domain: DomainName, fragmentId: FragmentId, bytes: Uint8Array): Received {
    const decoded = decodeFrame(bytes);
    if (!decoded.ok) return { kind: 'refused', reason: 'malformed' };
    const frame = decoded.value;
    const { header } = frame;
    if (header.fragmentId !== fragmentId) return { kind: 'refused', reason: 'another-fragment' };
    const keys = this.#fragments.get(fragmentId);
    let { payload } = frame;
    if (header.keyId !== '') {
      const key = keys?.get(nameOf(domain, header.epoch, header.keyId));
      if (key === undefined) return { kind: 'key-missing', header };
      const opened = open(key, frame);
      if (opened === null) return { kind: 'refused', reason: 'seal' };
      payload = opened;
    } else if (keys !== undefined && [...keys.keys()].some((n) => n.endsWith(` ${domain}`))) {
      return { kind: 'refused', reason: 'unsealed' };
    }
    const deltas = decodeDeltas(payload);
    if (!deltas.ok) return { kind: 'refused', reason: 'malformed' };
    return { kind: 'envelope', envelope: { ...header, deltas: deltas.value } };
  }
}

function open(key: KeyObject, frame: Frame): Uint8Array | null {
  const { header, nonce, payload } = frame;
  if (nonce.length !== NONCE_BYTES || payload.length < TAG_BYTES) return null;
  const end = payload.length - TAG_BYTES;
  try {
    const cipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(additionalData(header))
      .setAuthTag(payload.subarray(end));
    const plain = cipher.update(payload.subarray(0, end));
    cipher.final();
    return plain;
  } catch {
    // The tag does not fit: key, header or payload are not those that were sealed together.
    return null;
  }
}

function additionalData({ fragmentId, epoch, seq, watermarkMs, keyId }: EnvelopeHeader): Uint8Array {
  return Buffer.from(JSON.stringify([fragmentId, epoch, seq, watermarkMs, keyId]));
}

/** A domain's name has no blanks, so that the last part is the domain. */
function nameOf(domain: DomainName, epoch: number, keyId: string): string {
  return `${epoch} ${keyId} ${domain}`;
}
