import { describe, expect, it } from 'vitest';
import { encodeEnvelope, decodeEnvelope } from '../../../src/federation/codec.ts';
import { OpeningKeys, sealWith } from '../../../src/federation/seal.ts';
import { wire } from '../../../src/federation/wire/wire.ts';
import type { SealKey } from '../../../src/model/control.ts';
import type { DeltaEnvelope } from '../../../src/model/delta.ts';
import { SeededRandom } from '../../../sim/world/seeded-random.ts';
import { insertion } from '../../support/exchange-fixtures.ts';

const RANDOM = new SeededRandom(11);
const KEY = keyNamed('1');
const ENVELOPE: DeltaEnvelope = {
  fragmentId: 'f',
  epoch: 3,
  seq: 7,
  keyId: '',
  watermarkMs: 2_000,
  deltas: [insertion(1_000, 'renci', 41), insertion(1_001, 'renci', 42)],
};

function keyNamed(id: string): SealKey {
  return { id, key: RANDOM.bytes(32) };
}

function sealed(envelope: DeltaEnvelope = ENVELOPE, key = KEY): Uint8Array {
  return encodeEnvelope(envelope, sealWith(key, RANDOM));
}

function keysWith(...keys: readonly SealKey[]): OpeningKeys {
  const opening = new OpeningKeys();
  for (const key of keys) opening.put('renci', 'f', 3, key);
  return opening;
}

/** What arrives when a field of the sealed envelope is another one. */
function altered(change: Partial<ReturnType<typeof wire.Envelope.decode>>): Uint8Array {
  return wire.Envelope.encode({ ...wire.Envelope.decode(sealed()), ...change }).finish();
}

describe('sealed envelopes', () => {
  it('open with their key to what was sealed, header and all', () => {
    const received = keysWith(KEY).receive('renci', 'f', sealed());
    expect(received).toEqual({ kind: 'envelope', envelope: { ...ENVELOPE, keyId: '1' } });
  });

  it('show nothing of their payload, and never look the same twice', () => {
    const text = 'a-host-name-that-must-not-be-seen';
    const secret = { ...ENVELOPE, deltas: [insertion(1_000, text, 1)] };
    expect(Buffer.from(encodeEnvelope(secret)).includes(text)).toBe(true);
    expect(Buffer.from(sealed(secret)).includes(text)).toBe(false);
    expect(sealed(secret)).not.toEqual(sealed(secret));
    const blind = decodeEnvelope(sealed(secret));
    expect(blind.ok && JSON.stringify(blind.value).includes(text)).toBe(false);
  });

  it('without their key they stay closed: which key is missing is said', () => {
    for (const keys of [new OpeningKeys(), keysWith(keyNamed('2'))]) {
      expect(keys.receive('renci', 'f', sealed())).toMatchObject({
        kind: 'key-missing',
        header: { keyId: '1', epoch: 3 },
      });
    }
  });

  it.each([
    ['another seq', { seq: 8 }],
    ['another watermark', { watermarkMs: 9_000 }],
    ['another nonce', { nonce: new Uint8Array(12) }],
    ['a short nonce', { nonce: new Uint8Array(4) }],
    ['no payload', { payload: new Uint8Array(0) }],
    ['another payload', { payload: new Uint8Array(80) }],
  ])('%s: refused', (_, change) => {
    expect(keysWith(KEY).receive('renci', 'f', altered(change))).toEqual({ kind: 'refused', reason: 'seal' });
  });

  it('of another fragment, epoch, domain or key under the same name: refused', () => {
    const other = { ...ENVELOPE, fragmentId: 'g' };
    expect(keysWith(KEY).receive('renci', 'f', sealed(other))).toEqual({ kind: 'refused', reason: 'another-fragment' });
    expect(keysWith(KEY).receive('renci', 'f', sealed(ENVELOPE, keyNamed('1')))).toEqual({
      kind: 'refused',
      reason: 'seal',
    });
    expect(keysWith(KEY).receive('renci', 'f', altered({ epoch: 4 })).kind).toBe('key-missing');
    expect(keysWith(KEY).receive('esnet', 'f', sealed()).kind).toBe('key-missing');
    // The same key handed out for two fragments: what was sealed for one does not open as the other's.
    const both = keysWith(KEY);
    both.put('renci', 'g', 3, KEY);
    expect(both.receive('renci', 'g', altered({ fragmentId: 'g' }))).toEqual({ kind: 'refused', reason: 'seal' });
  });

  it('where a key is known, an unsealed envelope is refused; where none is, it is taken', () => {
    expect(keysWith(KEY).receive('renci', 'f', encodeEnvelope(ENVELOPE))).toEqual({
      kind: 'refused',
      reason: 'unsealed',
    });
    expect(new OpeningKeys().receive('renci', 'f', encodeEnvelope(ENVELOPE)).kind).toBe('envelope');
    const forgotten = keysWith(KEY);
    forgotten.forget('f');
    expect(forgotten.receive('renci', 'f', encodeEnvelope(ENVELOPE)).kind).toBe('envelope');
  });

  it('the last keys of a fragment are remembered, older ones and those of no other domain pushed out', () => {
    const keys = ['1', '2', '3', '4', '5'].map(keyNamed);
    const opening = keysWith(...keys);
    for (let i = 0; i < 20; i++) opening.put('esnet', 'f', 3, keyNamed(`x${i}`));
    expect(keys.map((k) => opening.receive('renci', 'f', sealed(ENVELOPE, k)).kind)).toEqual([
      'key-missing',
      ...Array<string>(4).fill('envelope'),
    ]);
  });

  it('hostile bytes are a verdict', () => {
    const keys = keysWith(KEY);
    for (let i = 0; i < 2_000; i++) {
      const bytes = sealed();
      bytes[RANDOM.below(bytes.length)] = RANDOM.below(256);
      expect(['envelope', 'key-missing', 'refused']).toContain(keys.receive('renci', 'f', bytes).kind);
    }
  });
});
