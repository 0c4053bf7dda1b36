/** MergedInputs yields the total order of all causes, never early, with ties between domains and with timers. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MergedInputs } from '../../src/exchange/merged-inputs.ts';
import { compareKeys, eventKey, sameKey, stringifyKey, timerKey, type CauseKey } from '../../src/model/cause-key.ts';
import { assert } from '../../src/model/errors.ts';
import type { Delta } from '../../src/model/delta.ts';
import { CountingCounters } from '../support/exchange-fixtures.ts';

const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_261_122);
const END_MS = 100;

/** Domains of the inputs: two fragments of `a`, one each of two domains whose order in UTF-8 differs from UTF-16. */
const INPUTS = [
  { fragmentId: 'a1', domain: 'a' },
  { fragmentId: 'a2', domain: 'a' },
  { fragmentId: 'x', domain: '\uffee' },
  { fragmentId: 'y', domain: '\u{10000}' },
] as const;

/** Causes on a coarse grid: which domain (or timers, before or after), and which inputs they touch. */
const causeArbitrary = fc.record({
  dt: fc.constantFrom(0, 0, 0, 1, 2),
  what: fc.constantFrom(
    'a' as const,
    'a' as const,
    '\uffee' as const,
    '\u{10000}' as const,
    'before' as const,
    'after' as const,
  ),
  touches: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
});

function keysOf(causes: readonly { dt: number; what: string }[]): CauseKey[] {
  let atMs = 11;
  const keys = causes.map(({ dt, what }, i) => {
    atMs = Math.min(atMs + dt, END_MS - 1);
    if (what === 'before') return timerKey(atMs);
    return what === 'after' ? timerKey(atMs, 2) : eventKey(atMs, what, i + 1);
  });
  return keys.toSorted(compareKeys).filter((k, i, all) => i === 0 || !sameKey(k, all[i - 1] ?? timerKey(-5)));
}

test('the order of all causes, each whole, none early', () => {
  console.log(`seed ${SEED}`);
  fc.assert(
    fc.property(
      fc.array(causeArbitrary, { maxLength: 60, size: 'max' }),
      fc.infiniteStream(fc.nat()),
      (causes, picks) => {
        const counters = new CountingCounters();
        const merged = new MergedInputs({ counters }, 10);
        const queues = INPUTS.map(() => [] as Delta[]);
        const expected: string[] = [];
        for (const [i, key] of keysOf(causes).entries()) {
          const touches = INPUTS.map(
            (input, n) => (causes[i]?.touches[n] ?? false) && (key.phase !== 1 || key.domain === input.domain),
          );
          if (!touches.includes(true)) continue;
          expected.push(
            `${stringifyKey(key)}:${INPUTS.filter((_, n) => touches[n])
              .map((input) => input.fragmentId)
              .join()}`,
          );
          touches.forEach((touched, n) => touched && queues[n]?.push({ key, updates: [] }));
        }
        for (const input of INPUTS) merged.add({ ...input, kind: 'stream', watermarkMs: 10 });
        const sent = INPUTS.map(() => 0);
        const watermarks = INPUTS.map(() => 10);
        const got: string[] = [];
        let clockMs = 9;
        let last: CauseKey = timerKey(-1);
        const drain = () => {
          for (let step = merged.next(); step !== null; step = merged.next()) {
            if (step.kind === 'advance') {
              expect(step.toMs).toBeGreaterThan(clockMs);
              clockMs = step.toMs;
              // Never early: no input may still send a timer's delta at or a cause before this instant.
              queues.forEach((queue, n) => {
                const rest = queue[sent[n] ?? 0];
                if (rest !== undefined) expect(compareKeys(rest.key, timerKey(clockMs))).toBeGreaterThan(0);
              });
              last = timerKey(clockMs);
              continue;
            }
            expect(compareKeys(step.key, last)).toBeGreaterThan(0);
            assert(step.kind === 'cause', 'nobody gives control operations here');
            last = step.key;
            expect(step.key.timestampMs).toBeGreaterThanOrEqual(clockMs);
            if (step.key.phase > 0) expect(clockMs).toBe(step.key.timestampMs);
            clockMs = step.key.timestampMs;
            got.push(
              `${stringifyKey(step.key)}:${step.inputs
                .map((i) => i.fragmentId)
                .toSorted()
                .join()}`,
            );
          }
        };
        for (const pick of picks) {
          const open = INPUTS.map((_, n) => n).filter((n) => (watermarks[n] ?? 0) < END_MS);
          const n = open[pick % Math.max(1, open.length)];
          if (n === undefined) break;
          const queue = queues[n] ?? [];
          const fragmentId = INPUTS[n]?.fragmentId ?? '';
          const nextDelta = queue[sent[n] ?? 0];
          if (nextDelta !== undefined && (pick >> 4) % 3 > 0) {
            merged.offer(fragmentId, nextDelta);
            sent[n] = (sent[n] ?? 0) + 1;
          } else {
            const room =
              nextDelta === undefined ? END_MS : nextDelta.key.timestampMs - (nextDelta.key.phase === 0 ? 1 : 0);
            const from = watermarks[n] ?? 0;
            watermarks[n] = Math.max(
              from,
              Math.min(room, from + ((pick >> 8) % 5) + (nextDelta === undefined ? 1 : 0)),
            );
            merged.advance(fragmentId, watermarks[n] ?? 0);
          }
          if ((pick >> 12) % 2 === 0) drain();
        }
        drain();
        expect(got).toEqual(expected);
        expect(merged.clockMs).toBe(END_MS);
        expect(merged.pending).toBe(0);
        expect(counters.counts.size).toBe(0);
      },
    ),
    { seed: SEED, numRuns: 4000 },
  );
});
