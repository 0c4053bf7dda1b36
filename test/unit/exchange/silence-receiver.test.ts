/** The owner's end of a silent having: steps, proof, ends, pauses. */
import { describe, expect, it } from 'vitest';
import { SilenceReceiver, type SilenceQuestion } from '../../../src/exchange/silence-receiver.ts';
import type { SilenceReply, SilentCondition } from '../../../src/model/silence.ts';

const CONDITION: SilentCondition = {
  atoms: [{ aggregate: 'sum', column: 0, op: '>', value: 100, wraps: false }],
  groupBy: [],
};

function receiver(pauseMs = 100) {
  const of = new SilenceReceiver({ condition: CONDITION, firstVersion: 7, pauseMs });
  of.add('a');
  of.add('b');
  return of;
}

const at = (nowMs: number, ready = true, mayBegin = true) => ({ nowMs, ready, mayBegin });

function reply(question: SilenceQuestion, level = 10, atMs = 0): SilenceReply {
  const report = question.step === 'report' ? { groups: [{ key: [], levels: [level] }] } : undefined;
  return { kind: 'silence', done: true, atMs, report };
}

/** Goes through the steps until silent; domains watch from 50 and 60 on. */
function silence(of: SilenceReceiver, nowMs: number): void {
  for (const step of ['report', 'arm', 'begin']) {
    const asked = of.ask(at(nowMs));
    expect(asked.map((q) => [q.fragment, q.step])).toEqual([
      ['a', step],
      ['b', step],
    ]);
    for (const q of asked) of.answered(q, reply(q, 10, q.fragment === 'a' ? 50 : 60), nowMs);
  }
  expect(of.state).toBe('silent');
}

const held = (version: number, heldMs: number, broken = false) => ({ version, heldMs, broken });

describe('beginning', () => {
  it('reports, arms with bounds for each, begins at the greatest instant from which one watches', () => {
    const of = receiver();
    for (const q of of.ask(at(0))) of.answered(q, reply(q), 0);
    const arm = of.ask(at(0));
    expect(arm.every((q) => (q.bounds?.groups[0]?.bound ?? 0) > 49)).toBe(true);
    for (const q of arm) of.answered(q, reply(q, 0, q.fragment === 'a' ? 50 : 60), 0);
    expect(of.ask(at(0)).map((q) => q.atMs)).toEqual([60, 60]);
  });

  it('waits for the pause, for inputs that count, and for the turn', () => {
    const of = receiver();
    expect(of.ask(at(0, false))).toEqual([]);
    expect(of.ask(at(0, true, false))).toEqual([]);
    expect(of.ask(at(0))).toHaveLength(2);
  });

  it('asks again who has not answered, after a while', () => {
    const of = receiver();
    const [a] = of.ask(at(0));
    if (a !== undefined) of.answered(a, reply(a), 0);
    expect(of.ask(at(500))).toEqual([]);
    expect(of.ask(at(1000)).map((q) => q.fragment)).toEqual(['b']);
  });

  it('tries later, and ever later, when nothing can be proved', () => {
    const of = receiver();
    for (const q of of.ask(at(0))) of.answered(q, reply(q, 60), 0);
    expect(of.state).toBe('loud');
    expect(of.ask(at(199))).toEqual([]);
    for (const q of of.ask(at(200))) of.answered(q, reply(q, 60), 200);
    expect(of.ask(at(599))).toEqual([]);
    expect(of.ask(at(600))).toHaveLength(2);
  });

  it('lets bounds go that one domain refuses', () => {
    const of = receiver();
    for (const q of of.ask(at(0))) of.answered(q, reply(q), 0);
    const [a, b] = of.ask(at(0));
    if (a === undefined || b === undefined) throw new Error('two are asked');
    of.answered(a, reply(a, 0, 50), 0);
    of.answered(b, { kind: 'silence', done: false, atMs: 0 }, 0);
    expect(of.ask(at(0)).map((q) => [q.fragment, q.step])).toEqual([
      ['a', 'end'],
      ['b', 'end'],
    ]);
    expect(of.suppresses(55)).toBe(false);
  });

  it('what was answered to an earlier attempt counts for nothing', () => {
    const of = receiver();
    const [old] = of.ask(at(0));
    of.stale(0);
    of.ask(at(10_000));
    if (old !== undefined) of.answered(old, { kind: 'silence', done: false, atMs: 0 }, 10_000);
    expect(of.state).toBe('report');
  });
});

describe('silent', () => {
  it('proves what the slowest has told, and asks nobody', () => {
    const of = receiver();
    silence(of, 0);
    of.heard('a', held(8, 90), 1);
    expect(of.provedMs).toBe(0);
    of.heard('b', held(8, 80), 1);
    expect(of.provedMs).toBe(80);
    of.heard('b', held(7, 200), 1);
    expect(of.provedMs).toBe(80);
    expect(of.ask(at(99_999))).toEqual([]);
  });

  it('ends everywhere at what is proved; what the residual says from P up to there is not handed out', () => {
    const of = receiver();
    silence(of, 0);
    of.heard('a', held(8, 90), 1);
    of.heard('b', held(8, 80), 1);
    expect(of.suppresses(70)).toBe(false);
    of.heard('a', held(8, 95, true), 2);
    expect(of.ask(at(2)).map((q) => [q.fragment, q.step, q.atMs])).toEqual([
      ['a', 'end', 80],
      ['b', 'end', 80],
    ]);
    expect([59, 60, 79, 80].map((ms) => of.suppresses(ms))).toEqual([false, true, true, false]);
    expect(of.passMs).toBe(80);
    expect([of.begun, of.ended]).toEqual([1, 1]);
  });

  it('a violation before all are silent ends at P: nothing was kept back before it', () => {
    const of = receiver();
    for (const step of ['report', 'arm'])
      for (const q of of.ask(at(0))) of.answered(q, reply(q, 10, step === 'arm' ? 60 : 0), 0);
    of.ask(at(0));
    of.heard('b', held(8, 55, true), 1);
    expect(of.ask(at(1)).map((q) => q.atMs)).toEqual([60, 60]);
  });

  it('waits in the end for every domain, but for one that begins anew', () => {
    const of = receiver();
    silence(of, 0);
    of.stale(1);
    const [a] = of.ask(at(1));
    if (a !== undefined) of.answered(a, reply(a), 1);
    expect(of.state).toBe('end');
    expect(of.ask(at(1500)).map((q) => q.fragment)).toEqual(['b']);
    of.lost('b', 1500);
    expect(of.state).toBe('loud');
  });

  it('pauses longer after short silences, less after long ones', () => {
    const of = receiver();
    let now = 0;
    const cycle = (lastsMs: number): number => {
      silence(of, now);
      now += lastsMs;
      of.stale(now);
      for (const q of of.ask(at(now))) of.answered(q, reply(q), now);
      const since = now;
      while (of.ask(at(now, true, now > since)).length === 0) now += 50;
      const pause = now - since;
      of.stale(now);
      now += 100_000;
      return pause;
    };
    expect(cycle(10)).toBe(200);
    // The attempt that was broken off counts as a short one.
    expect(cycle(10)).toBe(800);
    expect(cycle(1_000_000)).toBe(800);
  });

  it('stops for good', () => {
    const of = receiver();
    silence(of, 0);
    of.stop(1);
    for (const q of of.ask(at(1))) of.answered(q, reply(q), 1);
    expect(of.state).toBe('loud');
    expect(of.ask(at(1_000_000))).toEqual([]);
  });
});
