/** Codecs: what is encoded decodes to the same; hostile bytes are a verdict, never an exception. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateDeltaBytes, ENVELOPE_OVERHEAD_BYTES } from '../../src/exchange/size.ts';
import { decodeEnvelope, encodeEnvelope, envelopeBytes } from '../../src/federation/codec.ts';
import { decodeRequest, encodeRequest } from '../../src/federation/codec-control.ts';
import { decodeHeartbeatFrame, encodeHeartbeat, encodeHello } from '../../src/federation/codec-heartbeat.ts';
import { decodeReply, encodeFailure, encodeReply } from '../../src/federation/codec-reply.ts';
import { decodeWith } from '../../src/federation/decoded.ts';
import type { CauseKey } from '../../src/model/cause-key.ts';
import type { ControlReply, ControlRequest, Heartbeat } from '../../src/model/control.ts';
import type { Delta, DeltaEnvelope, InsertedRow, RowId } from '../../src/model/delta.ts';
import { CodedError } from '../../src/model/errors.ts';
import type { Value, ValueType } from '../../src/model/value.ts';

const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_261_122);
const MAX = Number.MAX_SAFE_INTEGER;

const count = fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: MAX }));
const positive = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: MAX }));
const domain = fc.oneof(
  fc.constantFrom('renci', 'esnet'),
  fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
);
const id = fc.string({ minLength: 1, maxLength: 64 });

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: false }),
    fc.integer(),
    fc.integer({ min: -MAX, max: MAX }),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('__proto__', 'constructor', 'id')),
      tie('value'),
      {
        maxKeys: 4,
        noNullPrototype: false,
      },
    ),
  ),
})).value;

const values = fc.array(value, { maxLength: 4 });
const rowId: fc.Arbitrary<RowId> = fc.record({ domain, seq: count, part: fc.nat(3) });
const inserted: fc.Arbitrary<InsertedRow> = fc.record({ id: fc.option(rowId), values });
const removed = fc.oneof(
  rowId.map((r) => ({ id: r })),
  values.map((v) => ({ values: v })),
);
const key: fc.Arbitrary<CauseKey> = fc.oneof(
  fc.record({
    timestampMs: count,
    phase: fc.constant(1 as const),
    domain,
    seq: count,
    path: fc.array(fc.nat(1000), { maxLength: 3 }),
  }),
  fc.record({
    timestampMs: count,
    phase: fc.constantFrom(0 as const, 2 as const),
    domain: fc.constant(''),
    seq: fc.constant(0),
    path: fc.array(fc.nat(5), { maxLength: 2 }),
  }),
);
const delta: fc.Arbitrary<Delta> = fc
  .record({
    key,
    updates: fc.array(
      fc.record({ insert: fc.array(inserted, { maxLength: 3 }), remove: fc.array(removed, { maxLength: 3 }) }),
      { maxLength: 3 },
    ),
    gap: fc.boolean(),
  })
  .map(({ gap, ...rest }) => (gap ? { ...rest, gap } : rest));
const envelope: fc.Arbitrary<DeltaEnvelope> = fc.record({
  fragmentId: id,
  epoch: positive,
  seq: positive,
  keyId: fc.constantFrom('', 'k1'),
  watermarkMs: count,
  deltas: fc.array(delta, { maxLength: 6 }),
});

const type: fc.Arbitrary<ValueType> = fc.letrec<{ type: ValueType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc
      .constantFrom('boolean', 'int', 'long', 'float', 'double', 'string', 'object', 'map', 'null')
      .map((kind): ValueType => ({ kind: kind as 'int' })),
    fc.record({ kind: fc.constant('array' as const), of: tie('type') }),
    fc.record({ kind: fc.constant('event' as const), typeName: id }),
    fc.record({
      kind: fc.constant('struct' as const),
      members: fc.array(fc.record({ name: id, type: tie('type') }), { maxLength: 3 }),
    }),
  ),
})).type;
const columns = fc.array(fc.record({ name: id, type }), { maxLength: 4 });
const heartbeat: fc.Arbitrary<Heartbeat> = fc.record({
  sentMs: count,
  fragments: fc.array(fc.record({ fragmentId: id, epoch: positive, watermarkMs: count, lastSeq: count }), {
    maxLength: 5,
  }),
});

const request: fc.Arbitrary<ControlRequest> = fc.oneof(
  fc.record({
    kind: fc.constant('prepare' as const),
    queryId: id,
    consumer: domain,
    name: id,
    fragmentKind: fc.constantFrom('stream' as const, 'view' as const, 'result' as const),
    epl: fc.string({ minLength: 1, unit: 'grapheme' }),
    columns,
    readers: fc.array(domain, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('commit' as const), queryId: id, fragmentId: id, startMs: count }),
  fc.record({ kind: fc.constant('cancel' as const), queryId: id, fragmentId: id }),
  fc.record({
    kind: fc.constant('renew' as const),
    queryId: id,
    fragmentIds: fc.array(id, { maxLength: 4 }),
    acknowledged: fc.array(fc.record({ fragmentId: id, epoch: positive, seq: count }), { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('replay' as const),
    fragmentId: id,
    epoch: positive,
    fromSeq: positive,
    toSeq: positive,
  }),
  fc.record({ kind: fc.constant('snapshot' as const), fragmentId: id }),
  fc.record({ kind: fc.constant('progress' as const), fragmentIds: fc.array(id, { maxLength: 4 }), untilMs: count }),
  fc.record({ kind: fc.constant('catalog' as const), knownVersion: count }),
  fc.record({ kind: fc.constant('key' as const), fragmentId: id }),
);
const seal = fc.record({ id, key: fc.uint8Array({ minLength: 32, maxLength: 32 }) });
const metric = fc.record({
  name: id,
  description: fc.string(),
  properties: columns,
  units: fc.dictionary(id, fc.string({ maxLength: 8 }), { maxKeys: 3 }),
});
const reply: fc.Arbitrary<ControlReply> = fc.oneof(
  fc.record(
    { kind: fc.constant('prepared' as const), fragmentId: id, epoch: positive, stampMs: count, columns, seal },
    { requiredKeys: ['kind', 'fragmentId', 'epoch', 'stampMs', 'columns'] },
  ),
  fc.record({ kind: fc.constant('key' as const), epoch: positive, seal }),
  fc.record({ kind: fc.constant('committed' as const), epoch: positive, lastSeq: count }),
  fc.record({ kind: fc.constant('done' as const) }),
  fc.record({ kind: fc.constant('renewed' as const), unknown: fc.array(id, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('replayed' as const), envelopes: fc.array(envelope, { maxLength: 3 }) }),
  fc.record({
    kind: fc.constant('snapshot' as const),
    epoch: positive,
    seq: count,
    watermarkMs: count,
    rows: fc.array(inserted, { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant('progress' as const), heartbeat }),
  fc.record(
    {
      kind: fc.constant('catalog' as const),
      catalog: fc.option(fc.record({ domain, version: count, metrics: fc.array(metric, { maxLength: 3 }) })),
      figures: fc.array(
        fc.record({
          metric: id,
          rateHz: fc.double({ min: 0, max: 1e6, noNaN: true }).map((hz) => (Object.is(hz, -0) ? 0 : hz)),
          columns: fc.array(fc.record({ name: id, bytes: count, distinct: count }), { maxLength: 2 }),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    },
    { requiredKeys: ['kind', 'catalog'] },
  ),
);

/** Maps come back without prototype; equality is of content. */
function plain(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plain);
  if (node === null || typeof node !== 'object' || node instanceof Uint8Array) return node;
  return new Map(Object.entries(node).map(([name, inner]) => [name, plain(inner)]));
}

describe('round trips', () => {
  test('envelopes, within the estimate that packs them', () => {
    console.log(`seed ${SEED}`);
    fc.assert(
      fc.property(envelope, (e) => {
        const bytes = encodeEnvelope(e);
        const decoded = decodeEnvelope(bytes);
        if (!decoded.ok) throw new Error(decoded.reason);
        expect(plain(decoded.value)).toEqual(plain(e));
        expect(envelopeBytes(e)).toBe(bytes.length);
        const estimate = e.deltas.reduce((sum, d) => sum + estimateDeltaBytes(d), ENVELOPE_OVERHEAD_BYTES);
        expect(bytes.length).toBeLessThanOrEqual(estimate);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test('requests', () => {
    fc.assert(
      fc.property(request, domain, (r, self) => {
        const decoded = decodeRequest(encodeRequest(self, r));
        if (!decoded.ok) throw new Error(decoded.reason);
        expect(plain(decoded.value)).toEqual(plain({ hello: { domain: self }, request: r }));
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  test('replies', () => {
    fc.assert(
      fc.property(reply, (r) => {
        const decoded = decodeReply(encodeReply(r));
        if (!decoded.ok) throw new Error(decoded.reason);
        expect(plain(decoded.value)).toEqual(plain({ kind: 'reply', reply: r }));
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  test('refusals: code, message, hint and place', () => {
    const position = { offset: 41, length: 5, line: 2, column: 7 };
    for (const options of [{}, { hint: 'leave out x' }, { hint: 'leave out x', position }]) {
      const decoded = decodeReply(encodeFailure(new CodedError('POLICY_REFUSED', 'no', options)));
      const expected = { code: 'POLICY_REFUSED', message: 'no', hint: options.hint, position: options.position };
      expect(decoded).toMatchObject({ ok: true, value: { kind: 'failure', error: expected } });
    }
  });

  test('heartbeats', () => {
    fc.assert(
      fc.property(heartbeat, (h) => {
        expect(decodeHeartbeatFrame(encodeHeartbeat(h))).toEqual({
          ok: true,
          value: { kind: 'heartbeat', heartbeat: h },
        });
      }),
      { seed: SEED },
    );
  });
});

describe('hostile bytes', () => {
  const decoders = [decodeEnvelope, decodeRequest, decodeReply, decodeHeartbeatFrame] as const;
  const originals = fc.oneof(
    envelope.map((e) => encodeEnvelope(e)),
    request.map((r) => encodeRequest('renci', r)),
    reply.map(encodeReply),
    heartbeat.map(encodeHeartbeat),
    fc.constant(encodeHello('renci')),
    fc.constant(encodeFailure(new CodedError('POLICY_REFUSED', 'no', { hint: 'ask' }))),
    fc.uint8Array({ maxLength: 300 }),
  );
  const mutation = fc.record({
    at: fc.nat(),
    byte: fc.nat(255),
    kind: fc.constantFrom('set', 'insert', 'delete', 'cut', 'double'),
  });

  test('10,000 mutated buffers: a value or a verdict, never an exception', () => {
    let refused = 0;
    fc.assert(
      fc.property(originals, fc.array(mutation, { minLength: 1, maxLength: 6 }), (original, mutations) => {
        let bytes: number[] = [...original];
        for (const { at, byte, kind } of mutations) {
          const place = at % Math.max(1, bytes.length);
          if (kind === 'set') bytes[place] = byte;
          else if (kind === 'insert') bytes.splice(place, 0, byte);
          else if (kind === 'delete') bytes.splice(place, 1);
          else if (kind === 'cut') bytes = bytes.slice(0, place);
          else bytes = [...bytes, ...bytes.slice(place)];
        }
        for (const decode of decoders) {
          const decoded = decode(Uint8Array.from(bytes));
          if (decoded.ok) continue;
          refused++;
          expect(decoded.code).toBe('PROTOCOL');
          expect(decoded.reason.length).toBeLessThan(300);
        }
      }),
      { seed: SEED, numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(5000);
  });

  test('too many bytes are not looked at', () => {
    const decoded = decodeWith(new Uint8Array(11), 10, () => {
      throw new Error('looked at');
    });
    expect(decoded).toEqual({ ok: false, code: 'PROTOCOL', reason: '11 bytes, more than 10' });
  });

  test('a value nested without end is refused', () => {
    let deep: Value = 1;
    for (let i = 0; i < 40; i++) deep = [deep];
    const e = { fragmentId: 'f', epoch: 1, seq: 1, keyId: '', watermarkMs: 0 };
    const deltas = [
      {
        key: { timestampMs: 1, phase: 1 as const, domain: 'a', seq: 1, path: [] },
        updates: [{ insert: [{ id: null, values: [deep] }], remove: [] }],
      },
    ];
    expect(decodeEnvelope(encodeEnvelope({ ...e, deltas }))).toMatchObject({ ok: false, code: 'PROTOCOL' });
  });

  test('unknown fields are ignored', () => {
    const bytes = encodeEnvelope({ fragmentId: 'f', epoch: 1, seq: 2, keyId: '', watermarkMs: 5, deltas: [] });
    // Field 99, varint 7.
    const extended = Uint8Array.from([...bytes, 0x98, 0x06, 0x07]);
    expect(decodeEnvelope(extended)).toEqual(decodeEnvelope(bytes));
  });
});
