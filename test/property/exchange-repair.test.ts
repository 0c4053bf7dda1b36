/** Any loss, repetition and reordering, repaired through `missing` and `replay`, yields exactly the sender's deltas. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FragmentReceiver } from '../../src/exchange/fragment-receiver.ts';
import { FragmentSender } from '../../src/exchange/fragment-sender.ts';
import { stringifyKey, timerKey } from '../../src/model/cause-key.ts';
import type { FragmentProgress } from '../../src/model/control.ts';
import type { Delta, DeltaEnvelope } from '../../src/model/delta.ts';
import { COLUMNS, CountingCounters, insertion } from '../support/exchange-fixtures.ts';

const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_261_122);
const FAR_MS = 1_000_000;

type Frame = { kind: 'data'; envelope: DeltaEnvelope } | { kind: 'progress'; progress: FragmentProgress };

/** What happens at one step: the sender does something, or the network delivers, repeats or loses a frame in flight. */
const stepArbitrary = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      dt: fc.integer({ min: 0, max: 2 }),
      timer: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flush' as const), deltas: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('heartbeat' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('deliver' as const), at: fc.nat(), keep: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lose' as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('repair' as const),
      answer: fc.boolean(),
      dt: fc.integer({ min: 0, max: 400 }),
    }),
  },
);

test('exactly the deltas of the sender, in order, and no watermark before its deltas', () => {
  console.log(`seed ${SEED}`);
  fc.assert(
    fc.property(fc.array(stepArbitrary, { maxLength: 120, size: 'max' }), (steps) => {
      const counters = new CountingCounters();
      const sender = new FragmentSender({ fragmentId: 'f', epoch: 3, watermarkMs: 100 });
      const receiver = new FragmentReceiver(
        { counters },
        { fragmentId: 'f', domain: 'a', kind: 'stream', columns: COLUMNS, epoch: 3 },
      );
      sender.addConsumer('c', 0);
      receiver.begin({ startMs: 100, lastSeq: 0 });
      const sent: Delta[] = [];
      const got: Delta[] = [];
      let flight: Frame[] = [];
      let nowMs = 0;
      let stampMs = 101;
      let watermarkMs = 100;

      const accept = (frame: Frame) => {
        if (frame.kind === 'data') receiver.accept(frame.envelope, nowMs);
        else receiver.acceptProgress(frame.progress, nowMs);
      };
      const take = () => {
        for (const d of receiver.take()) {
          expect(d.key.timestampMs > watermarkMs || (d.key.timestampMs === watermarkMs && d.key.phase > 0)).toBe(true);
          got.push(d);
        }
        expect(receiver.watermarkMs).toBeGreaterThanOrEqual(watermarkMs);
        watermarkMs = receiver.watermarkMs;
        const owed = sent.filter(
          (d) => d.key.timestampMs < watermarkMs || (d.key.timestampMs === watermarkMs && d.key.phase === 0),
        );
        expect(got.length).toBeGreaterThanOrEqual(owed.length);
        sender.acknowledge('c', receiver.takenSeq);
      };
      const repair = (answered: boolean) => {
        for (const range of receiver.missing(nowMs)) {
          if (!answered) continue;
          for (const envelope of sender.replay(receiver.epoch, range.fromSeq, range.toSeq))
            accept({ kind: 'data', envelope });
        }
      };

      for (const step of steps) {
        switch (step.kind) {
          case 'append': {
            stampMs += step.dt;
            const last = sent.at(-1);
            const timer =
              step.timer && (last === undefined || last.key.timestampMs < stampMs) && stampMs > sender.watermarkMs;
            const d = timer ? { key: timerKey(stampMs), updates: [] } : insertion(stampMs, 'a', sent.length + 1);
            sent.push(d);
            sender.append(d);
            break;
          }
          case 'flush':
            sender.advance(stampMs);
            flight.push(
              ...sender.flush({ deltas: step.deltas }).map((envelope): Frame => ({ kind: 'data', envelope })),
            );
            break;
          case 'heartbeat':
            flight.push({ kind: 'progress', progress: sender.progress() });
            break;
          case 'deliver': {
            const at = step.at % Math.max(1, flight.length);
            const frame = flight[at];
            if (frame === undefined) break;
            accept(frame);
            if (!step.keep) flight.splice(at, 1);
            break;
          }
          case 'lose':
            flight.splice(step.at % Math.max(1, flight.length), 1);
            break;
          case 'take':
            take();
            break;
          case 'repair':
            nowMs += step.dt;
            repair(step.answer);
            break;
        }
      }
      // The network heals: one heartbeat arrives, and what is missing is asked for until nothing is.
      sender.advance(FAR_MS);
      flight = [{ kind: 'progress', progress: sender.progress() }];
      for (const frame of flight) accept(frame);
      for (let round = 0; round < 200 && receiver.watermarkMs < FAR_MS; round++) {
        nowMs += 6000;
        repair(true);
        take();
      }
      expect(got.map((d) => stringifyKey(d.key))).toEqual(sent.map((d) => stringifyKey(d.key)));
      expect(got).toEqual(sent);
      expect(receiver.watermarkMs).toBe(FAR_MS);
      expect([...counters.counts.keys()].filter((k) => k !== 'exchange_refused_total:duplicate')).toEqual([]);
    }),
    { seed: SEED, numRuns: 4000 },
  );
});
