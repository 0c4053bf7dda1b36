/** FragmentSender: numbers, packs, keeps, forgets. */
import { describe, expect, test } from 'vitest';
import { FlushPolicy } from '../../../src/exchange/flush-policy.ts';
import { FragmentSender, type FragmentSenderOptions } from '../../../src/exchange/fragment-sender.ts';
import { MESSAGE_BYTES } from '../../../src/exchange/limits.ts';
import { estimateDeltaBytes } from '../../../src/exchange/size.ts';
import { eventKey, timerKey } from '../../../src/model/cause-key.ts';
import type { Delta } from '../../../src/model/delta.ts';
import { delta, insertion, row } from '../../support/exchange-fixtures.ts';

function make(options: Partial<FragmentSenderOptions> = {}): FragmentSender {
  return new FragmentSender({ fragmentId: 'f', epoch: 2, ...options });
}

function large(seq: number, characters: number): Delta {
  return delta(eventKey(1000 + seq, 'a', seq), [row('a', seq, ['x'.repeat(characters), 1])]);
}

describe('numbering and packing', () => {
  test('deltas are numbered from 1 and an idle link flushes each at once with the present watermark', () => {
    const sender = make();
    expect(sender.append(insertion(100, 'a', 1))).toBe(1);
    sender.advance(100);
    expect(sender.flush()).toEqual([
      { fragmentId: 'f', epoch: 2, seq: 1, keyId: '', watermarkMs: 100, deltas: [insertion(100, 'a', 1)] },
    ]);
    expect(sender.flush()).toEqual([]);
    sender.append(insertion(101, 'a', 2));
    expect(sender.flush().map((e) => e.seq)).toEqual([2]);
    expect(sender.progress()).toEqual({ fragmentId: 'f', epoch: 2, watermarkMs: 100, lastSeq: 2 });
  });

  test('an envelope ends at the count or the bytes, and its watermark never covers the delta after it', () => {
    const sender = make();
    sender.append(insertion(100, 'a', 1));
    sender.append(insertion(100, 'a', 2));
    sender.append({ key: timerKey(105), updates: [] });
    sender.append(insertion(107, 'a', 3));
    sender.advance(110);
    const envelopes = sender.flush({ deltas: 1 });
    expect(envelopes.map((e) => [e.seq, e.watermarkMs])).toEqual([
      [1, 100],
      [2, 104],
      [3, 107],
      [4, 110],
    ]);
    for (let seq = 4; seq <= 6; seq++) sender.append(large(seq, 1000));
    const two = estimateDeltaBytes(large(4, 1000)) * 2;
    expect(sender.flush({ payloadBytes: two }).map((e) => [e.seq, e.deltas.length])).toEqual([
      [5, 2],
      [7, 1],
    ]);
  });

  test('a delta larger than a message is numbered but not published; replay brings it', () => {
    const sender = make();
    sender.append(large(1, MESSAGE_BYTES));
    sender.append(large(2, 10));
    expect(sender.flush().map((e) => e.seq)).toEqual([2]);
    expect(sender.oversizeTotal).toBe(1);
    expect(sender.replay(2, 1, 1).map((e) => [e.seq, e.deltas.length])).toEqual([[1, 1]]);
  });

  test('a delta above the limit is refused and has no number', () => {
    const sender = make();
    expect(() => sender.append(large(1, 2_000_000))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    expect(sender.lastSeq).toBe(0);
    expect(sender.append(insertion(5000, 'a', 2))).toBe(1);
  });

  test('keys that do not ascend, or lie below the watermark, are a bug of ours', () => {
    const sender = make();
    sender.append(insertion(100, 'a', 5));
    expect(() => sender.append(insertion(100, 'a', 5))).toThrow(/ascend/);
    sender.advance(200);
    expect(() => sender.append(insertion(199, 'a', 6))).toThrow(/watermark/);
    expect(() => sender.append({ key: timerKey(200), updates: [] })).toThrow(/watermark/);
    expect(sender.append(insertion(200, 'a', 6))).toBe(2);
    sender.advance(150);
    expect(sender.watermarkMs).toBe(200);
  });
});

describe('keeping for replay', () => {
  test('what every consumer has acknowledged is forgotten, not more', () => {
    const sender = make();
    sender.addConsumer('c1', 0);
    sender.addConsumer('c2', 0);
    for (let seq = 1; seq <= 10; seq++) sender.append(insertion(seq, 'a', seq));
    sender.flush();
    sender.acknowledge('c1', 9);
    expect(sender.retainedDeltas).toBe(10);
    sender.acknowledge('c2', 4);
    expect(sender.retainedDeltas).toBe(6);
    expect(sender.replay(2, 5, 6).flatMap((e) => e.deltas)).toEqual([insertion(5, 'a', 5), insertion(6, 'a', 6)]);
    expect(() => sender.replay(2, 4, 6)).toThrow(expect.objectContaining({ code: 'REPLAY_UNAVAILABLE' }));
    sender.removeConsumer('c2');
    expect(sender.retainedDeltas).toBe(1);
  });

  test('an acknowledgement of a stranger, or of what was never sent, changes nothing', () => {
    const sender = make();
    sender.addConsumer('c', 0);
    sender.append(insertion(1, 'a', 1));
    expect([sender.acknowledge('x', 1), sender.acknowledge('c', 2), sender.acknowledge('c', Number.NaN)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(sender.retainedDeltas).toBe(1);
  });

  test('acknowledged but not flushed stays until it is flushed', () => {
    const sender = make();
    sender.addConsumer('c', 0);
    sender.append(insertion(1, 'a', 1));
    sender.acknowledge('c', 1);
    expect(sender.flush().map((e) => e.deltas.length)).toEqual([1]);
  });

  test('beyond the bounds the oldest fall off and a replay of them is refused', () => {
    const byCount = make({ retainDeltas: 3 });
    const byBytes = make({ retainBytes: estimateDeltaBytes(insertion(1, 'a', 1)) * 3 });
    for (const sender of [byCount, byBytes]) {
      sender.addConsumer('c', 0);
      for (let seq = 1; seq <= 5; seq++) sender.append(insertion(seq, 'a', seq));
      expect(sender.retainedDeltas).toBe(3);
      expect(() => sender.replay(2, 2, 5)).toThrow(expect.objectContaining({ code: 'REPLAY_UNAVAILABLE' }));
      expect(sender.replay(2, 3, 9).flatMap((e) => e.deltas.map((d) => d.key.seq))).toEqual([3, 4, 5]);
      expect(sender.flush().map((e) => [e.seq, e.deltas.length])).toEqual([[3, 3]]);
      expect(sender.pendingBytes).toBe(0);
    }
  });

  test('another epoch is not kept; a range that is none is a breach of protocol', () => {
    const sender = make();
    sender.append(insertion(1, 'a', 1));
    expect(() => sender.replay(1, 1, 1)).toThrow(expect.objectContaining({ code: 'REPLAY_UNAVAILABLE' }));
    for (const [from, to] of [
      [0, 1],
      [2, 1],
      [1.5, 2],
      [1, Number.NaN],
    ] as const) {
      expect(() => sender.replay(2, from, to)).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
    }
    expect(sender.replay(2, 2, 3)).toEqual([]);
  });

  test('an answer is bounded; asking again brings the rest', () => {
    const sender = make();
    for (let seq = 1; seq <= 60; seq++) sender.append(large(seq, 15_000));
    const first = sender.replay(2, 1, 60);
    const got = first.reduce((n, e) => n + e.deltas.length, 0);
    expect(got).toBeGreaterThan(10);
    expect(got).toBeLessThan(60);
    expect(sender.replay(2, got + 1, 60)[0]?.seq).toBe(got + 1);
  });
});

test('FlushPolicy: at once when idle, at most one per spacing under load unless an envelope is full', () => {
  const policy = new FlushPolicy({ spacingMs: 5, packBytes: 1000 });
  expect(policy.due(100, 0)).toBe(false);
  expect(policy.due(100, 1)).toBe(true);
  policy.flushed(100);
  expect([policy.due(101, 10), policy.delayMs(101)]).toEqual([false, 4]);
  expect(policy.due(101, 1000)).toBe(true);
  expect([policy.due(105, 10), policy.delayMs(105)]).toEqual([true, 0]);
  // A clock that was set back does not stop it.
  expect(policy.due(50, 10)).toBe(true);
});
