/** FragmentReceiver: order, repair, start, epochs, snapshots, and what a hostile domain may try. */
import { describe, expect, test } from 'vitest';
import { FragmentReceiver, type FragmentReceiverOptions } from '../../../src/exchange/fragment-receiver.ts';
import { BUFFER_DELTAS } from '../../../src/exchange/limits.ts';
import { eventKey, stringifyKey, timerKey } from '../../../src/model/cause-key.ts';
import type { Delta, DeltaEnvelope } from '../../../src/model/delta.ts';
import { COLUMNS, CountingCounters, delta, expiry, insertion, row, rowId } from '../../support/exchange-fixtures.ts';

const S = 100;

function make(options: Partial<FragmentReceiverOptions> = {}, begin = true) {
  const counters = new CountingCounters();
  const receiver = new FragmentReceiver(
    { counters },
    { fragmentId: 'f', domain: 'a', kind: 'view', columns: COLUMNS, epoch: 1, ...options },
  );
  if (begin) receiver.begin({ startMs: S, lastSeq: 0 });
  const accept = (seq: number, deltas: readonly Delta[], watermarkMs = S, epoch = 1) =>
    receiver.accept({ fragmentId: 'f', epoch, seq, keyId: '', watermarkMs, deltas }, 0);
  const progress = (lastSeq: number, watermarkMs: number, epoch = 1) =>
    receiver.acceptProgress({ fragmentId: 'f', epoch, lastSeq, watermarkMs }, 0);
  const keys = () => receiver.take().map((d) => stringifyKey(d.key));
  const refused = (reason: string) => counters.of(`exchange_refused_total:${reason}`);
  return { receiver, counters, accept, progress, keys, refused };
}

const at = (seq: number) => insertion(S + seq, 'a', seq);

describe('order and repair', () => {
  test('reordered and repeated frames come out once, in order', () => {
    const { accept, keys } = make();
    expect([accept(3, [at(3)]), accept(3, [at(3)]), accept(1, [at(1), at(2)])]).toEqual([
      'accepted',
      'duplicate',
      'accepted',
    ]);
    expect(keys()).toEqual(['101/1/a/1', '102/1/a/2', '103/1/a/3']);
    expect(accept(2, [at(2)])).toBe('duplicate');
    expect(keys()).toEqual([]);
  });

  test('a watermark counts only when all deltas up to the number beside it are in', () => {
    const { receiver, accept, progress } = make();
    progress(2, 150);
    receiver.take();
    expect(receiver.watermarkMs).toBe(S);
    accept(2, [at(2)]);
    receiver.take();
    expect(receiver.watermarkMs).toBe(S);
    accept(1, [at(1)]);
    expect(receiver.watermarkMs).toBe(S);
    receiver.take();
    expect([receiver.watermarkMs, receiver.takenSeq]).toEqual([150, 2]);
  });

  test('one gap is asked for after the grace, then with growing pauses; a filled gap no more', () => {
    const { receiver, accept } = make();
    accept(1, [at(1)]);
    accept(4, [at(4)]);
    accept(7, [at(7)]);
    const asked: number[] = [];
    for (let nowMs = 0; nowMs < 2000; nowMs += 10) if (receiver.missing(nowMs).length > 0) asked.push(nowMs);
    expect(asked).toEqual([30, 230, 630, 1430]);
    expect(receiver.missing(10_000)).toEqual([
      { fromSeq: 2, toSeq: 3 },
      { fromSeq: 5, toSeq: 6 },
    ]);
    accept(2, [at(2), at(3)]);
    accept(5, [at(5), at(6)]);
    expect([receiver.missing(20_000), receiver.wakeMs]).toEqual([[], null]);
  });

  test('what a heartbeat names and did not arrive is missing too', () => {
    const { receiver, progress } = make();
    progress(3, S);
    expect(receiver.missing(0)).toEqual([]);
    expect(receiver.missing(receiver.wakeMs ?? 0)).toEqual([{ fromSeq: 1, toSeq: 3 }]);
  });

  test('frames from before the answer to commit wait for it; deltas up to lastSeq are not for this consumer', () => {
    const { receiver, accept, keys } = make({}, false);
    accept(1, [at(1)]);
    accept(2, [at(2), at(3)]);
    expect([keys(), receiver.missing(1000)]).toEqual([[], []]);
    receiver.begin({ startMs: S, lastSeq: 1 });
    expect(keys()).toEqual(['102/1/a/2', '103/1/a/3']);
  });

  test('the buffer is bounded, yet the next in order is always taken, and what was dropped is missing', () => {
    const { receiver, accept, refused } = make({ kind: 'stream' });
    for (let seq = 2; seq < BUFFER_DELTAS + 10; seq++) accept(seq, [at(seq)]);
    expect([receiver.buffered, refused('overflow')]).toEqual([BUFFER_DELTAS, 8]);
    expect(accept(1, [at(1)])).toBe('accepted');
    expect(receiver.take().length).toBe(BUFFER_DELTAS + 1);
    receiver.missing(0);
    expect(receiver.missing(40)).toEqual([{ fromSeq: BUFFER_DELTAS + 2, toSeq: BUFFER_DELTAS + 9 }]);
  });
});

describe('start of a shared fragment', () => {
  test('rows of causes before S are dropped and so are their removals, nothing else', () => {
    const { accept, receiver } = make();
    accept(1, [
      insertion(90, 'a', 1),
      insertion(95, 'a', 2),
      delta(eventKey(105, 'a', 3), [row('a', 3)], [{ id: rowId('a', 1) }]),
      expiry(110, 'a', [2]),
      expiry(120, 'a', [3]),
    ]);
    expect(receiver.take()).toEqual([delta(eventKey(105, 'a', 3), [row('a', 3)]), expiry(120, 'a', [3])]);
  });

  test('an update that was empty at its origin stays; a row that comes and goes in one update stays', () => {
    const { accept, receiver } = make();
    const forced: Delta = { key: timerKey(105), updates: [{ insert: [], remove: [] }] };
    const flash = delta(eventKey(106, 'a', 4), [row('a', 4)], [{ id: rowId('a', 4) }]);
    accept(1, [{ key: timerKey(95), updates: [{ insert: [], remove: [] }] }, forced, flash]);
    expect(receiver.take()).toEqual([forced, flash]);
  });

  test('a stream fragment drops what is before S', () => {
    const { accept, keys } = make({ kind: 'stream' });
    accept(1, [insertion(90, 'a', 1), insertion(100, 'a', 2)]);
    expect(keys()).toEqual(['100/1/a/2']);
  });
});

describe('epochs and snapshots', () => {
  test('a new epoch makes a snapshot necessary; its difference by row id is one delta marked gap', () => {
    const { receiver, accept, counters } = make();
    accept(1, [at(1), at(2), at(3)], 104);
    receiver.take();
    expect(accept(5, [insertion(210, 'a', 9)], 205, 2)).toBe('accepted');
    expect([receiver.needsSnapshot, receiver.snapshotDue(0), receiver.snapshotDue(1), receiver.take()]).toEqual([
      true,
      true,
      false,
      [],
    ]);
    expect(receiver.missing(1000)).toEqual([]);
    const rows = [row('a', 2), row('a', 7)];
    expect(receiver.applySnapshot({ kind: 'snapshot', epoch: 2, seq: 4, watermarkMs: 200, rows }, 0)).toBe('accepted');
    const taken = receiver.take();
    expect(taken[0]).toEqual({
      key: timerKey(200),
      updates: [{ insert: [row('a', 7)], remove: [{ id: rowId('a', 1) }, { id: rowId('a', 3) }] }],
      gap: true,
    });
    expect(taken.slice(1)).toEqual([insertion(210, 'a', 9)]);
    expect([receiver.epoch, receiver.takenSeq, receiver.watermarkMs, receiver.needsSnapshot]).toEqual([
      2,
      5,
      205,
      false,
    ]);
    expect(counters.of('exchange_gaps_total')).toBe(1);
  });

  test('a refused replay leads to a snapshot in the same epoch', () => {
    const { receiver, accept } = make();
    accept(1, [at(1)]);
    accept(9, [at(9)]);
    receiver.take();
    receiver.replayUnavailable(7, 2);
    expect(receiver.needsSnapshot).toBe(false);
    // Delta 1 has come since it was asked for.
    receiver.replayUnavailable(1, 1);
    expect(receiver.needsSnapshot).toBe(false);
    receiver.replayUnavailable(1, 2);
    expect(receiver.needsSnapshot).toBe(true);
    receiver.applySnapshot(
      { kind: 'snapshot', epoch: 1, seq: 8, watermarkMs: 108, rows: [row('a', 1), row('a', 8)] },
      0,
    );
    expect(receiver.take().map((d) => [stringifyKey(d.key), d.gap ?? false])).toEqual([
      ['108/0//0', true],
      ['109/1/a/9', false],
    ]);
  });

  test('the key of a gap is never below what came before it', () => {
    const { receiver, accept } = make();
    accept(1, [insertion(300, 'a', 1)], 300);
    receiver.take();
    receiver.applySnapshot({ kind: 'snapshot', epoch: 2, seq: 0, watermarkMs: 200, rows: [] }, 0);
    expect(receiver.take().map((d) => stringifyKey(d.key))).toEqual(['300/1/a/1']);
    expect(receiver.watermarkMs).toBe(300);
  });

  test('frames and snapshots of an older epoch are stale', () => {
    const { receiver, accept, progress } = make({ epoch: 5 });
    expect([accept(1, [at(1)], S, 4), progress(1, S, 4)]).toEqual(['stale-epoch', 'stale-epoch']);
    expect(receiver.applySnapshot({ kind: 'snapshot', epoch: 4, seq: 0, watermarkMs: S, rows: [] }, 0)).toBe(
      'stale-epoch',
    );
  });

  test('of a fragment that is no view the gap says only that something was not seen', () => {
    const { receiver, accept } = make({ kind: 'stream' });
    accept(1, [at(1)], S, 2);
    receiver.applySnapshot({ kind: 'snapshot', epoch: 2, seq: 0, watermarkMs: S, rows: [] }, 0);
    expect(receiver.take()).toEqual([{ key: timerKey(S), updates: [], gap: true }, at(1)]);
  });
});

describe('a hostile domain is counted and harms nobody', () => {
  const bad: readonly [string, Delta][] = [
    ['column-count', delta(eventKey(150, 'a', 2), [row('a', 2, ['h'])])],
    ['column-type', delta(eventKey(150, 'a', 2), [row('a', 2, [1, 1])])],
    ['column-type', delta(eventKey(150, 'a', 2), [row('a', 2, ['h', [1]])])],
    ['row-shape', delta(eventKey(150, 'a', 2), [{ id: null, values: ['h', 1] }])],
    ['row-shape', delta(eventKey(150, 'a', 2), [], [{ values: ['h', 1] }])],
    ['row-shape', delta(eventKey(150, 'a', 2), [{ id: { domain: 'a', seq: -1, part: 0 }, values: ['h', 1] }])],
    ['foreign-cause', delta(eventKey(150, 'b', 2), [row('a', 2)])],
    ['foreign-cause', delta(eventKey(150, 'a', 2), [row('b', 2)])],
    ['key', delta({ timestampMs: 150.5, phase: 1, domain: 'a', seq: 2, path: [] }, [])],
    ['key', delta({ timestampMs: 150, phase: 0, domain: 'a', seq: 2, path: [] }, [])],
    ['key', delta({ timestampMs: Number.NaN, phase: 1, domain: 'a', seq: 2, path: [] }, [])],
    ['key-order', at(1)],
    ['key-order', insertion(100, 'a', 9)],
    ['below-watermark', insertion(120, 'a', 9)],
  ];

  test.each(bad)('%s: dropped, the next goes on', (reason, delta2) => {
    const { receiver, accept, keys, refused } = make();
    accept(1, [at(1)], 130);
    receiver.take();
    accept(2, [delta2]);
    accept(3, [insertion(160, 'a', 3)]);
    expect([keys(), refused(reason)]).toEqual([['160/1/a/3'], 1]);
  });

  const frames: readonly [string, Partial<DeltaEnvelope>][] = [
    ['foreign', { fragmentId: 'g' }],
    ['malformed', { seq: 0 }],
    ['malformed', { seq: -5 }],
    ['malformed', { seq: Number.MAX_SAFE_INTEGER }],
    ['malformed', { seq: Number.NaN }],
    ['malformed', { watermarkMs: -1 }],
    ['malformed', { watermarkMs: Infinity }],
    ['malformed', { epoch: 1.5 }],
  ];

  test.each(frames)('frame %s %o', (reason, wrong) => {
    const { receiver, accept, keys, refused } = make();
    const good: DeltaEnvelope = { fragmentId: 'f', epoch: 1, seq: 1, keyId: '', watermarkMs: S, deltas: [at(1)] };
    expect(receiver.accept({ ...good, ...wrong }, 0)).toBe(reason);
    expect(refused(reason)).toBe(1);
    accept(1, [at(1)]);
    expect(keys()).toEqual(['101/1/a/1']);
  });

  test('a watermark that falls is not believed, whatever number stands beside it', () => {
    const { receiver, accept, progress } = make();
    progress(5, 200);
    progress(6, 190);
    progress(2, 150);
    accept(1, [at(1), at(2), at(3), at(4), at(5), at(6)], 120);
    receiver.take();
    expect(receiver.watermarkMs).toBe(200);
    progress(6, 199);
    receiver.take();
    expect(receiver.watermarkMs).toBe(200);
  });

  test('an absurd last number asks for bounded ranges', () => {
    const { receiver, progress } = make();
    progress(Number.MAX_SAFE_INTEGER, S);
    receiver.missing(0);
    expect(receiver.missing(100)).toEqual([{ fromSeq: 1, toSeq: 4096 }]);
  });

  test('a frame from beyond the permitted skew is silence', () => {
    const { receiver } = make({ maxSkewMs: 2000 });
    const envelope: DeltaEnvelope = {
      fragmentId: 'f',
      epoch: 1,
      seq: 1,
      keyId: '',
      watermarkMs: 5000,
      deltas: [at(1)],
    };
    expect(receiver.accept(envelope, 2999)).toBe('ahead-of-clock');
    expect(receiver.acceptProgress({ fragmentId: 'f', epoch: 9, watermarkMs: 5000, lastSeq: 9 }, 2999)).toBe(
      'ahead-of-clock',
    );
    expect([receiver.epoch, receiver.needsSnapshot]).toEqual([1, false]);
    expect(receiver.accept(envelope, 3000)).toBe('accepted');
  });
});
