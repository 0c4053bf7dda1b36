/** The sending end of a silent having: what is kept back, what is handed over, when the bounds break. */
import { describe, expect, it } from 'vitest';
import { PartialGroups } from '../../../src/engine/aggregate/partial-groups.ts';
import { SilenceSender, type SilenceSenderOptions } from '../../../src/exchange/silence-sender.ts';
import { eventKey, timerKey } from '../../../src/model/cause-key.ts';
import type { Delta } from '../../../src/model/delta.ts';
import type { SilenceStep, SilentBounds, SilentCondition } from '../../../src/model/silence.ts';

const SUM: SilentCondition = {
  atoms: [{ aggregate: 'sum', column: 0, op: '>', value: 100, wraps: false }],
  groupBy: [],
};
const BY_HOST: SilentCondition = { ...SUM, groupBy: [1] };

const insert = (ms: number, seq: number, ...values: (number | string)[]): Delta => ({
  key: eventKey(ms, 'd', seq),
  updates: [{ insert: [{ id: { domain: 'd', seq, part: 0 }, values }], remove: [] }],
});
const remove = (ms: number, ...seqs: number[]): Delta => ({
  key: timerKey(ms),
  updates: [{ insert: [], remove: seqs.map((seq) => ({ id: { domain: 'd', seq, part: 0 } })) }],
});
const below = (bound: number): SilentBounds => ({
  atom: 0,
  others: 10,
  groups: [{ key: [], bound }],
  mass: Infinity,
});

function sender(condition = SUM, options: Partial<SilenceSenderOptions> = {}) {
  const of = new SilenceSender({ partials: new PartialGroups(condition, true) }, { condition, ...options });
  const ask = (step: SilenceStep, version: number, atMs: number, stampMs: number, bounds?: SilentBounds) =>
    of.ask({ kind: 'silence', fragmentId: 'f', step, version, atMs, bounds }, stampMs);
  return { of, ask };
}

const seqs = (deltas: readonly Delta[]) => deltas.map((d) => d.key.seq);

/** Silent from 10 on, below 50, with 5 in the window. */
function silent(options: Partial<SilenceSenderOptions> = {}) {
  const made = sender(SUM, options);
  made.of.take(insert(3, 1, 5));
  expect(made.ask('arm', 1, 0, 4, below(50)).reply).toMatchObject({ done: true, atMs: 5 });
  expect(made.ask('begin', 1, 10, 6).reply.done).toBe(true);
  return made;
}

describe('loud', () => {
  it('sends what enters, says nothing of what leaves, and its watermark is its own', () => {
    const { of } = sender();
    expect(of.take(insert(3, 1, 5))).toEqual(insert(3, 1, 5));
    expect(of.take(remove(8, 1))).toBeNull();
    expect(of.watermarkUpTo(8)).toBe(8);
    expect(of.progress(8)).toBeNull();
  });

  it('reports the levels of its groups; too many groups are refused', () => {
    const { of, ask } = sender(BY_HOST);
    of.take(insert(1, 1, 5, 'a'));
    of.take(insert(2, 2, 7, 'b'));
    of.take(remove(3, 1));
    const groups = ask('report', 1, 0, 3).reply.report?.groups;
    expect(groups).toEqual([{ key: ['b'], levels: [expect.closeTo(7, 3)] }]);
    for (let i = 0; i < 1025; i++) of.take(insert(4, 3 + i, 1, `h${i}`));
    expect(ask('report', 2, 0, 4).reply.done).toBe(false);
  });

  it('does not arm bounds that do not hold now', () => {
    const { of, ask } = sender();
    of.take(insert(3, 1, 60));
    expect(ask('arm', 1, 0, 4, below(50)).reply.done).toBe(false);
    expect(ask('begin', 1, 10, 4).reply.done).toBe(false);
  });
});

describe('silent', () => {
  it('keeps back from the instant on, not before; the watermark stands there', () => {
    const { of } = silent();
    expect(of.take(insert(9, 2, 5))).not.toBeNull();
    expect(of.take(insert(10, 3, 5))).toBeNull();
    expect(of.watermarkUpTo(9)).toBe(9);
    expect(of.watermarkUpTo(20)).toBe(10);
    expect(of.progress(20)).toEqual({ version: 1, heldMs: 20, broken: false });
    expect(of.kept).toBe(1);
  });

  it('hands over what is in the window just before T and all since, in order, once', () => {
    const { of, ask } = silent();
    for (let seq = 2; seq <= 6; seq++) of.take(insert(10 + seq, seq, 1));
    of.take(remove(20, 2));
    of.take(remove(25, 3));
    of.take(insert(26, 7, 1));
    // What left at 20 was in the window just before 20, not before 21.
    expect(seqs(ask('end', 1, 20, 30).released)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(ask('end', 1, 20, 30).released).toEqual([]);
    expect(of.take(insert(31, 8, 1))).not.toBeNull();
    expect(of.watermarkUpTo(31)).toBe(31);
    const again = silent();
    for (let seq = 2; seq <= 4; seq++) again.of.take(insert(10 + seq, seq, 1));
    again.of.take(remove(20, 2));
    expect(seqs(again.ask('end', 1, 21, 30).released)).toEqual([3, 4]);
  });

  it('forgets what left before the owner can go back to', () => {
    const { of, ask } = silent();
    for (let seq = 2; seq <= 4; seq++) of.take(insert(10 + seq, seq, 1));
    of.take(remove(20, 2, 3));
    of.proved(20);
    expect(of.kept).toBe(3);
    of.proved(21);
    expect(of.kept).toBe(1);
    expect(seqs(ask('end', 1, 21, 30).released)).toEqual([4]);
  });

  it('breaks with the cause after which a bound does not hold, by an event or by a timer', () => {
    const { of } = silent();
    of.take(insert(12, 2, 40));
    expect(of.broken).toBe(false);
    of.take(insert(14, 3, 40));
    expect(of.progress(20)).toEqual({ version: 1, heldMs: 14, broken: true });
    const other = sender({
      atoms: [{ aggregate: 'avg', column: 0, op: '>', value: 10, wraps: false }],
      groupBy: [],
    });
    other.of.take(insert(1, 1, 20));
    other.of.take(insert(2, 2, -50));
    other.ask('arm', 1, 0, 3, below(-10));
    other.ask('begin', 1, 5, 3);
    other.of.take(remove(9, 2));
    expect(other.of.progress(9)).toMatchObject({ heldMs: 9, broken: true });
  });

  it('breaks when more waits than the bound allows, after what has gone is forgotten', () => {
    const { of } = silent({ keepDeltas: 3 });
    for (let seq = 2; seq <= 4; seq++) of.take(insert(11, seq, 0));
    of.take(remove(12, 2));
    of.proved(13);
    of.take(insert(13, 5, 0));
    expect(of.broken).toBe(false);
    of.take(insert(14, 6, 0));
    expect(of.progress(20)).toMatchObject({ heldMs: 14, broken: true });
  });

  it('a group that nobody listed has the bound of the others; one without rows holds', () => {
    const { of, ask } = sender(BY_HOST);
    of.take(insert(1, 1, 30, 'a'));
    const bounds = { atom: 0, others: 10, groups: [{ key: ['a'], bound: 40 }], mass: Infinity };
    expect(ask('arm', 1, 0, 2, bounds).reply.done).toBe(true);
    of.take(insert(3, 2, 9, 'b'));
    expect(of.broken).toBe(false);
    of.take(insert(4, 3, 9, 'b'));
    expect(of.broken).toBe(true);
    const none = sender(BY_HOST);
    none.of.take(insert(1, 1, 30, 'a'));
    none.ask('arm', 1, 0, 2, { ...bounds, others: null });
    none.of.take(insert(3, 2, -99, 'b'));
    expect(none.of.broken).toBe(true);
  });

  it('takes a NaN for a violation', () => {
    const { of } = silent();
    of.take(insert(12, 2, Number.NaN));
    expect(of.broken).toBe(true);
  });
});

describe('versions', () => {
  it('what is older than one that ended does nothing: late requests cannot silence a loud domain', () => {
    const { of, ask } = silent();
    ask('end', 1, 10, 12);
    expect(ask('begin', 1, 10, 12).reply.done).toBe(false);
    expect(ask('arm', 1, 0, 12, below(50)).reply.done).toBe(false);
    expect(of.silent).toBe(false);
    expect(ask('arm', 2, 0, 12, below(50)).reply.done).toBe(true);
  });

  it('an end of an older version does not end a newer one', () => {
    const { of, ask } = sender();
    ask('arm', 5, 0, 1, below(50));
    ask('begin', 5, 2, 1);
    ask('end', 4, 2, 3);
    expect(of.silent).toBe(true);
  });

  it('arm is asked twice: what broke in between stays broken', () => {
    const { of, ask } = sender();
    expect(ask('arm', 1, 0, 1, below(50)).reply.done).toBe(true);
    of.take(insert(2, 1, 60));
    of.take(remove(3, 1));
    expect(ask('arm', 1, 0, 4, below(50)).reply.done).toBe(false);
    expect(ask('begin', 1, 5, 4).reply.done).toBe(false);
    expect(ask('arm', 2, 0, 4, below(50)).reply.done).toBe(true);
  });

  it('begin is asked twice and done once', () => {
    const { of, ask } = silent();
    of.take(insert(12, 2, 1));
    expect(ask('begin', 1, 10, 13).reply.done).toBe(true);
    expect(of.kept).toBe(1);
  });

  it('drops everything for a consumer that begins anew', () => {
    const { of, ask } = silent();
    of.take(insert(12, 2, 1));
    of.drop();
    expect(of.watermarkUpTo(20)).toBe(20);
    expect(ask('end', 1, 10, 20).released).toEqual([]);
  });
});
