/** Messages of a silent having survive the wire; what is malformed is a verdict. */
import { describe, expect, it } from 'vitest';
import { decodeRequest, encodeRequest } from '../../../src/federation/codec-control.ts';
import { decodeHeartbeatFrame, encodeHeartbeat } from '../../../src/federation/codec-heartbeat.ts';
import { decodeReply, encodeReply } from '../../../src/federation/codec-reply.ts';
import type { SilenceRequest } from '../../../src/model/silence.ts';

const ASK: SilenceRequest = { kind: 'silence', fragmentId: 'f', step: 'report', version: 7, atMs: 0 };

describe('requests', () => {
  it.each<SilenceRequest>([
    ASK,
    { ...ASK, step: 'begin', atMs: 1_760_000_000_001 },
    { ...ASK, step: 'end', atMs: 1_760_000_000_009 },
    { ...ASK, step: 'arm', bounds: { atom: 1, others: null, groups: [], mass: Infinity } },
    {
      ...ASK,
      step: 'arm',
      bounds: {
        atom: 0,
        others: 0,
        groups: [
          { key: ['h1', 3, null, true], bound: -1.25 },
          { key: [], bound: Infinity },
        ],
        mass: 1e9,
      },
    },
  ])('%j', (request) => {
    expect(decodeRequest(encodeRequest('d', request))).toMatchObject({ ok: true, value: { request } });
  });

  it('without a version, or with too many groups, are refused', () => {
    expect(decodeRequest(encodeRequest('d', { ...ASK, version: 0 })).ok).toBe(false);
    const groups = Array.from({ length: 1025 }, (_, i) => ({ key: [i], bound: 1 }));
    const bounds = { atom: 0, others: 1, groups, mass: 1 };
    expect(decodeRequest(encodeRequest('d', { ...ASK, step: 'arm', bounds })).ok).toBe(false);
  });
});

it('replies and heartbeats', () => {
  const report = { groups: [{ key: ['a'], levels: [1.5, -Infinity] }] };
  const reply = { kind: 'silence', done: true, atMs: 12, report } as const;
  expect(decodeReply(encodeReply(reply))).toEqual({ ok: true, value: { kind: 'reply', reply } });
  const silence = { version: 9, heldMs: 1_760_000_000_000, broken: true };
  const fragments = [{ fragmentId: 'f', epoch: 1, watermarkMs: 5, lastSeq: 3, silence }];
  expect(decodeHeartbeatFrame(encodeHeartbeat({ sentMs: 1, fragments }))).toEqual({
    ok: true,
    value: { kind: 'heartbeat', heartbeat: { sentMs: 1, fragments } },
  });
});

it('a renewal says up to when all bounds held', () => {
  const acknowledged = [{ fragmentId: 'f', epoch: 1, seq: 3, provedMs: 77 }];
  const request = { kind: 'renew', queryId: 'q', fragmentIds: ['f'], acknowledged } as const;
  expect(decodeRequest(encodeRequest('d', request))).toMatchObject({ ok: true, value: { request } });
});
