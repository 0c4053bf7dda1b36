import { expect, it } from 'vitest';
import { decodePayload, encodePayload } from '../../../src/federation/codec-delta.ts';
import { decodeHeartbeatFrame, encodeHeartbeat } from '../../../src/federation/codec-heartbeat.ts';
import { estimateDeltaBytes } from '../../../src/exchange/size.ts';
import { eventKey } from '../../../src/model/cause-key.ts';
import type { Delta } from '../../../src/model/delta.ts';

const lacks = [
  { domain: 'renci', state: 'stale', completeFromMs: 0 },
  { domain: 'tacc', state: 'refilling', completeFromMs: 1_760_000_000_000 },
  { domain: 'uky', state: 'live', completeFromMs: 7 },
] as const;

it('what a placed residual lacks crosses with its deltas, within the estimate', () => {
  const key = { ...eventKey(1_760_000_000_000, 'renci', 0), path: [1] };
  const deltas: readonly Delta[] = [
    { key, updates: [{ insert: [{ id: null, values: [1] }], remove: [] }], gap: true, lacks },
    { key: eventKey(1_760_000_000_001, 'tacc', 9), updates: [] },
  ];
  const bytes = encodePayload(deltas);
  expect(decodePayload(bytes)).toEqual(deltas);
  expect(bytes.length).toBeLessThan(deltas.reduce((sum, d) => sum + estimateDeltaBytes(d), 0));
});

it('and with its heartbeats', () => {
  const heartbeat = { sentMs: 1, fragments: [{ fragmentId: 'f', epoch: 1, watermarkMs: 3, lastSeq: 2, lacks }] };
  expect(decodeHeartbeatFrame(encodeHeartbeat(heartbeat))).toMatchObject({ ok: true, value: { heartbeat } });
});
