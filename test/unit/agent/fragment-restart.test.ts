/** What a consumer may rely on when a fragment ends and starts again at a domain: numbers, starts, snapshots. */
import { expect, test } from 'vitest';
import { FragmentHost } from '../../../src/agent/fragment-host.ts';
import { LocalRuntime } from '../../../src/agent/local-runtime.ts';
import { typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { FragmentReceiver } from '../../../src/exchange/fragment-receiver.ts';
import type { PreparedReply, PrepareFragment, SnapshotReply } from '../../../src/model/control.ts';
import type { DeltaEnvelope } from '../../../src/model/delta.ts';
import { DOUBLE } from '../../../src/model/value.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { CountingCounters } from '../../support/exchange-fixtures.ts';
import { MemoryLog } from '../../support/real-ports.ts';

const COLUMNS = [{ name: 'x', type: DOUBLE }];

function make() {
  let nowMs = 1_000;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => undefined };
  const counters = new CountingCounters();
  const runtime = new LocalRuntime({ clock }, { domain: 'a' });
  for (const type of typesOfMetric('a', 'M', COLUMNS)) runtime.addType(type);
  const sent: DeltaEnvelope[] = [];
  const outlet = {
    publish: (e: DeltaEnvelope) => sent.push(e),
    sendHeartbeat: () => undefined,
    deliver: () => undefined,
  };
  const host = new FragmentHost(
    { runtime, clock, counters, log: new MemoryLog(), outlet },
    { epoch: 3, secret: new Uint8Array(32) },
  );
  const request: PrepareFragment = {
    kind: 'prepare',
    queryId: 'q',
    consumer: 'b',
    name: 'f0.0',
    fragmentKind: 'view',
    epl: 'select irstream x from M#length(2)',
    columns: COLUMNS,
    readers: ['b'],
  };
  const start = (startMs: number): PreparedReply => {
    const prepared = host.prepare('b', request);
    host.commit('b', { kind: 'commit', queryId: 'q', fragmentId: prepared.fragmentId, startMs });
    return prepared;
  };
  const publish = (x: number, atMs: number): void => {
    nowMs = atMs;
    runtime.ingest('a.M', { x, domain: 'a' });
    host.flush();
  };
  const snapshot = (fragmentId: string): SnapshotReply => {
    const reply = host.snapshot('b', { kind: 'snapshot', fragmentId });
    if (reply.kind !== 'snapshot') throw new Error(reply.kind);
    return reply;
  };
  return { host, counters, sent, start, publish, snapshot };
}

test('a fragment that ended and starts again in the same run is a new epoch: its consumer takes the new numbers', () => {
  const { host, counters, start, publish, snapshot } = make();
  const first = start(1_001);
  for (let i = 0; i < 5; i++) publish(i, 1_010 + i);
  const receiver = new FragmentReceiver(
    { counters },
    { fragmentId: first.fragmentId, domain: 'a', kind: 'view', columns: COLUMNS, epoch: first.epoch },
  );
  receiver.begin({ startMs: 1_001, lastSeq: 0 });
  for (const e of host.replay('b', {
    kind: 'replay',
    fragmentId: first.fragmentId,
    epoch: first.epoch,
    fromSeq: 1,
    toSeq: 5,
  }))
    receiver.accept(e, 1_020);
  expect(receiver.takenSeq + receiver.take().length).toBe(5);

  host.cancel('b', { kind: 'cancel', queryId: 'q', fragmentId: first.fragmentId });
  const second = start(1_100);
  expect(second.fragmentId).toBe(first.fragmentId);
  expect(second.epoch).toBeGreaterThan(first.epoch);
  expect(receiver.applySnapshot(snapshot(second.fragmentId), 1_050)).toBe('accepted');
  const [gap] = receiver.take();
  expect(gap).toMatchObject({ gap: true, updates: [{ insert: [], remove: [{}, {}] }] });
});

test('the snapshot of a fragment that has yet to start reaches up to its start', () => {
  const { start, snapshot, publish } = make();
  const { fragmentId } = start(1_500);
  publish(1, 1_200);
  expect(snapshot(fragmentId)).toMatchObject({ seq: 0, watermarkMs: 1_500, rows: [] });
  publish(2, 1_600);
  expect(snapshot(fragmentId)).toMatchObject({ seq: 1, watermarkMs: 1_600, rows: [{ values: [2] }] });
});

test('an earlier start does not begin a running fragment again', () => {
  const { host, start, snapshot, publish } = make();
  const { fragmentId } = start(1_500);
  publish(2, 1_600);
  expect(() => host.commit('b', { kind: 'commit', queryId: 'q', fragmentId, startMs: 1_400 })).toThrow(/has passed/);
  expect(snapshot(fragmentId).rows).toHaveLength(1);
});
