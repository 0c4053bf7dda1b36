/** MergedInputs: when a cause may be released, and how a silent domain leaves and comes back. */
import { describe, expect, test } from 'vitest';
import { MergedInputs, type MergedStep } from '../../../src/exchange/merged-inputs.ts';
import { compareKeys, stringifyKey, timerKey, type CauseKey } from '../../../src/model/cause-key.ts';
import type { Delta } from '../../../src/model/delta.ts';
import type { FragmentKind } from '../../../src/model/plan.ts';
import { CountingCounters, delta, expiry, insertion, row, rowId } from '../../support/exchange-fixtures.ts';

const S = 100;

function make(...inputs: readonly [fragmentId: string, domain: string, kind?: FragmentKind][]) {
  const counters = new CountingCounters();
  const merged = new MergedInputs({ counters }, S);
  for (const [fragmentId, domain, kind] of inputs)
    merged.add({ fragmentId, domain, kind: kind ?? 'view', watermarkMs: S });
  const drain = (): string[] => {
    const steps: string[] = [];
    for (let step = merged.next(); step !== null; step = merged.next()) steps.push(describeStep(step));
    return steps;
  };
  return { merged, counters, drain };
}

function describeStep(step: MergedStep): string {
  if (step.kind === 'advance') return `→${step.toMs}`;
  if (step.kind === 'control') {
    const { control } = step;
    const what = control.kind === 'query' ? `query ${control.id}` : `${control.variable}=${String(control.value)}`;
    return `${stringifyKey(step.key)} ${what}`;
  }
  return `${stringifyKey(step.key)} ${step.inputs.map((i) => i.fragmentId).join('+')}${step.gap ? ' gap' : ''}`;
}

const empty = (key: CauseKey): Delta => ({ key, updates: [] });

describe('release', () => {
  test('a cause of (T, d) waits for W > T of lesser domains and of its own, for W ≥ T of greater ones', () => {
    const { merged, drain } = make(['fb', 'b'], ['fa', 'a'], ['fc', 'c'], ['fb2', 'b']);
    merged.offer('fb', insertion(105, 'b', 1));
    expect(drain()).toEqual(['→100']);
    merged.advance('fc', 105);
    merged.advance('fa', 106);
    expect(drain()).toEqual([]);
    merged.advance('fb2', 105);
    expect(drain()).toEqual(['→105']);
    merged.advance('fb2', 106);
    expect(drain()).toEqual(['105/1/b/1 fb']);
    expect(merged.waitsFor()).toBe('b');
  });

  test('the next delta of an input proves that nothing before it comes', () => {
    const { merged, drain } = make(['f1', 'a'], ['f2', 'a']);
    merged.offer('f1', insertion(105, 'a', 1));
    merged.offer('f2', insertion(105, 'a', 2));
    expect(drain()).toEqual(['→105', '105/1/a/1 f1']);
    merged.offer('f1', insertion(105, 'a', 3));
    expect(drain()).toEqual(['105/1/a/2 f2']);
  });

  test('all deltas of one key are one cause', () => {
    const { merged, drain } = make(['f1', 'a'], ['f2', 'a'], ['g', 'b']);
    for (const f of ['f1', 'f2']) merged.offer(f, insertion(105, 'a', 1));
    for (const f of ['f1', 'f2', 'g']) {
      merged.offer(f, empty(timerKey(110)));
      merged.advance(f, 111);
    }
    expect(drain()).toEqual(['→105', '105/1/a/1 f1+f2', '→109', '110/0//0 f1+f2+g', '→111']);
  });

  test('timers before and after an instant stand around its events; phase 2 waits until all have left it', () => {
    const { merged, drain } = make(['fa', 'a'], ['fb', 'b']);
    merged.offer('fa', empty(timerKey(105)));
    merged.offer('fa', insertion(105, 'a', 1));
    merged.offer('fa', empty(timerKey(105, 2)));
    merged.advance('fa', 106);
    merged.advance('fb', 105);
    expect(drain()).toEqual(['→104', '105/0//0 fa', '105/1/a/1 fa']);
    merged.advance('fb', 106);
    expect(drain()).toEqual(['105/2//0 fa', '→106']);
  });

  test('an input that carries causes of several domains names the least of them', () => {
    const { merged, drain } = make(['fb', 'b']);
    merged.add({ fragmentId: 'r', domain: 'c', kind: 'result', watermarkMs: S, leastDomain: 'a' });
    merged.offer('fb', insertion(105, 'b', 1));
    merged.advance('fb', 106);
    merged.advance('r', 105);
    expect(drain()).toEqual(['→105']);
    merged.offer('r', insertion(105, 'a', 9));
    merged.advance('r', 106);
    expect(drain()).toEqual(['105/1/a/9 r', '105/1/b/1 fb', '→106']);
  });

  test('an input that is taken out holds nobody back', () => {
    const { merged, drain } = make(['fa', 'a'], ['fb', 'b']);
    merged.offer('fa', insertion(105, 'a', 1));
    merged.remove('fb');
    expect(drain()).toEqual(['→105', '105/1/a/1 fa']);
    merged.remove('fa');
    expect([drain(), merged.offer('fa', insertion(106, 'a', 2)), merged.pending]).toEqual([[], false, 0]);
  });

  test('a delta at or before what was released is dropped and counted', () => {
    const { merged, counters, drain } = make(['fa', 'a']);
    merged.advance('fa', 110);
    drain();
    expect(merged.offer('fa', empty(timerKey(110)))).toBe(false);
    expect(merged.offer('fa', insertion(109, 'a', 1))).toBe(false);
    expect(merged.offer('fa', insertion(110, 'a', 1))).toBe(true);
    expect(counters.of('exchange_late_deltas_total')).toBe(2);
  });
});

describe('a silent domain (continue)', () => {
  function silent(kind: FragmentKind) {
    const made = make(['fa', 'a'], ['fb', 'b', kind]);
    const { merged, drain } = made;
    merged.offer('fb', insertion(101, 'b', 1));
    merged.advance('fb', 102);
    merged.advance('fa', 5000);
    expect(drain()).toEqual(['→101', '101/1/b/1 fb', '→102']);
    merged.markStale('b');
    expect(drain()).toEqual(['→5000']);
    expect(merged.coverage().map((c) => [c.domain, c.state, c.watermarkMs])).toEqual([
      ['a', 'live', 5000],
      ['b', 'stale', 102],
    ]);
    return made;
  }

  test('is left out; on its return a view jumps to the present in one gap, later deltas follow in order', () => {
    const { merged, drain } = silent('view');
    merged.offer('fb', insertion(150, 'b', 2));
    merged.offer('fb', insertion(160, 'b', 3));
    merged.offer('fb', expiry(170, 'b', [1, 3]));
    merged.offer('fb', insertion(5001, 'b', 4));
    merged.advance('fb', 4500);
    expect(merged.coverage()[1]?.state).toBe('refilling');
    merged.advance('fa', 6000);
    // Close enough: the clock waits for it.
    expect(drain()).toEqual([]);
    merged.advance('fb', 5002);
    const step = merged.next();
    expect(step).toEqual({
      kind: 'cause',
      key: timerKey(5000),
      inputs: [
        {
          fragmentId: 'fb',
          delta: {
            key: timerKey(5000),
            updates: [{ insert: [row('b', 2)], remove: [{ id: rowId('b', 1) }] }],
            gap: true,
          },
        },
      ],
      gap: true,
    });
    expect(drain()).toEqual(['→5001', '5001/1/b/4 fb', '→5002']);
    expect(merged.coverage()[1]).toEqual({ domain: 'b', watermarkMs: 5002, state: 'live', completeFromMs: 5000 });
  });

  test('of a stream the events in between are never seen and are counted', () => {
    const { merged, counters, drain } = silent('stream');
    merged.offer('fb', insertion(150, 'b', 2));
    merged.offer('fb', insertion(160, 'b', 3));
    merged.advance('fb', 5001);
    expect(drain()).toEqual(['5000/0//0 fb gap']);
    expect(counters.of('exchange_unseen_deltas_total')).toBe(2);
    merged.advance('fa', 5001);
    expect(drain()).toEqual(['→5001']);
  });

  test('far behind, it does not stop the clock; nothing missed makes no gap', () => {
    const { merged, drain } = silent('view');
    merged.advance('fb', 3000);
    merged.advance('fa', 9000);
    expect(drain()).toEqual(['→9000']);
    merged.advance('fb', 9001);
    merged.advance('fa', 9002);
    expect(drain()).toEqual(['→9001']);
    expect(merged.coverage()[1]).toEqual({ domain: 'b', watermarkMs: 9001, state: 'live', completeFromMs: S });
  });

  test('falls silent again while it catches up: the clock goes on and its deltas keep their order', () => {
    const { merged, drain } = silent('view');
    merged.offer('fb', insertion(150, 'b', 2));
    merged.advance('fb', 4800);
    merged.advance('fa', 6000);
    expect(drain()).toEqual([]);
    merged.markStale('b');
    expect(drain()).toEqual(['→6000']);
    merged.offer('fb', insertion(6500, 'b', 3));
    merged.offer('fb', expiry(6600, 'b', [2]));
    merged.advance('fa', 7000);
    expect(drain()).toEqual(['→7000']);
    merged.advance('fb', 7001);
    expect(merged.next()).toMatchObject({
      kind: 'cause',
      gap: true,
      inputs: [{ delta: { updates: [{ insert: [row('b', 3)], remove: [] }] } }],
    });
    expect(merged.pending).toBe(0);
  });

  test('when all are silent the clock drifts with the owner', () => {
    const { merged, drain } = silent('view');
    merged.drift(9000);
    expect(drain()).toEqual([]);
    merged.markStale('a');
    merged.drift(9000);
    expect(drain()).toEqual(['→9000']);
  });
});

test('a gap of the receiver that lies before the clock comes next, under the last key', () => {
  const { merged, drain } = make(['fa', 'a']);
  merged.offer('fa', insertion(105, 'a', 1));
  drain();
  expect(merged.offer('fa', { ...delta(timerKey(103), [row('a', 7)]), gap: true })).toBe(true);
  expect(drain()).toEqual(['105/1/a/1 fa gap']);
});

test('a barrier overrules bounds up to its instant, in order and whole', () => {
  const { merged, drain } = make(['fa', 'a'], ['fb', 'b'], ['fa2', 'a']);
  for (const f of ['fa', 'fa2']) merged.offer(f, insertion(105, 'a', 1));
  merged.offer('fb', insertion(105, 'b', 2));
  merged.offer('fb', insertion(106, 'b', 3));
  merged.advance('fa', 105);
  expect(drain()).toEqual(['→105', '105/1/a/1 fa+fa2']);
  expect(merged.heldKey()).toMatchObject({ timestampMs: 105, domain: 'b', seq: 2 });
  merged.barrier(105);
  expect(drain()).toEqual(['105/1/b/2 fb']);
  merged.barrier(106);
  expect(drain()).toEqual(['→106', '106/1/b/3 fb']);
  expect(merged.heldKey()).toBe(null);
});

test('many deltas over many inputs, one clock', () => {
  const names = Array.from({ length: 200 }, (_, i): [string, string] => [
    `f${i}`,
    `d${String(i % 50).padStart(2, '0')}`,
  ]);
  const { merged } = make(...names);
  let previous = timerKey(0);
  let released = 0;
  for (let round = 0; round < 100; round++) {
    names.forEach(([f, d], i) => merged.offer(f, insertion(S + 1 + round, d, round * 1000 + i)));
    for (const [f] of names) merged.advance(f, S + 2 + round);
    for (let step = merged.next(); step !== null; step = merged.next()) {
      if (step.kind !== 'cause') continue;
      expect(compareKeys(previous, step.key)).toBeLessThan(0);
      previous = step.key;
      released++;
    }
  }
  expect(released).toBe(20_000);
});

test('until a jump is released, the coverage says that what lies before it was not seen', () => {
  const { merged, drain } = make(['fa', 'a'], ['fb', 'b']);
  merged.offer('fa', { ...delta(timerKey(150), [row('a', 7)]), gap: true });
  merged.offer('fb', insertion(120, 'b', 1));
  merged.advance('fa', 150);
  merged.advance('fb', 130);
  expect(drain()).toEqual(['→120', '120/1/b/1 fb', '→130']);
  expect(merged.coverage().find((c) => c.domain === 'a')).toMatchObject({ state: 'live', completeFromMs: 150 });
});

describe('control operations of the owner', () => {
  const set = (value: number) => ({ kind: 'setVariable', variable: 'x', value }) as const;

  test('one takes its place by stamp and domain among what is still to come', () => {
    const { merged, drain } = make(['fa', 'a'], ['fz', 'z']);
    merged.offer('fa', insertion(105, 'a', 1));
    merged.offer('fz', insertion(105, 'z', 1));
    expect(drain()).toEqual(['→105', '105/1/a/1 fa']);
    expect(stringifyKey(merged.control(set(1), 105, 'm', 8))).toBe('105/1/m/8');
    // What sorts before it may still come: it waits, and does not stand in the way.
    merged.offer('fa', insertion(105, 'a', 2));
    expect(drain()).toEqual(['105/1/a/2 fa']);
    expect(merged.waitingControls).toEqual([set(1)]);
    merged.advance('fa', 106);
    expect(drain()).toEqual(['105/1/m/8 x=1', '105/1/z/1 fz']);
    expect(merged.pending).toBe(0);
  });

  test('one that is stamped before what was released comes behind it; two keep their order', () => {
    const { merged, drain } = make(['fz', 'z']);
    merged.offer('fz', insertion(105, 'z', 1));
    merged.advance('fz', 106);
    expect(drain()).toEqual(['→105', '105/1/z/1 fz', '→106']);
    expect(stringifyKey(merged.control(set(1), 104, 'm', 8))).toBe('106/1/m/8');
    expect(stringifyKey(merged.control(set(2), 103, 'm', 9))).toBe('106/1/m/9');
    expect(stringifyKey(merged.control(set(3), 110, 'm', 10))).toBe('110/1/m/10');
    expect(drain()).toEqual(['106/1/m/8 x=1', '106/1/m/9 x=2']);
    merged.advance('fz', 120);
    expect(drain()).toEqual(['→110', '110/1/m/10 x=3', '→120']);
    merged.offer('fz', insertion(120, 'z', 2));
    merged.control(set(4), 100, 'm', 11);
    merged.advance('fz', 121);
    expect(drain()).toEqual(['120/1/m/11 x=4', '120/1/z/2 fz', '→121']);
  });

  test('without inputs that count it is released at once; under a barrier up to its instant', () => {
    const alone = make();
    alone.merged.control(set(1), 130, 'm', 1);
    expect(alone.drain()).toEqual(['→130', '130/1/m/1 x=1']);
    const { merged, drain } = make(['fa', 'a']);
    merged.control(set(1), 130, 'm', 1);
    expect(drain()).toEqual(['→100']);
    expect(merged.heldKey()?.timestampMs).toBe(130);
    expect(merged.waitsFor()).toBe('a');
    merged.barrier(130);
    expect(drain()).toEqual(['→130', '130/1/m/1 x=1']);
    expect(merged.heldKey()).toBeNull();
  });
});
