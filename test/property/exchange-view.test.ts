/**
 * What a consumer holds of a view is what the domain holds, after any loss, restart, forgotten replay and silence: no row
 * enters twice, none leaves that is not there, keys never fall.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FragmentReceiver } from '../../src/exchange/fragment-receiver.ts';
import { FragmentSender } from '../../src/exchange/fragment-sender.ts';
import { MergedInputs } from '../../src/exchange/merged-inputs.ts';
import { compareKeys, eventKey, timerKey, type CauseKey } from '../../src/model/cause-key.ts';
import type { Delta, DeltaEnvelope, InsertedRow } from '../../src/model/delta.ts';
import { assert, CodedError } from '../../src/model/errors.ts';
import { COLUMNS, CountingCounters, delta, row, rowId } from '../support/exchange-fixtures.ts';

const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_261_122);
const END_MS = 1_000_000;

/** A view as its consumer keeps it; strict. */
class Content {
  readonly rows = new Map<string, InsertedRow>();

  apply(d: Delta): void {
    for (const update of d.updates) {
      for (const r of update.insert) {
        const name = nameOf(r);
        expect(this.rows.has(name), `${name} enters twice`).toBe(false);
        this.rows.set(name, r);
      }
      for (const r of update.remove) {
        const name = 'id' in r ? `${r.id.domain}/${r.id.seq}` : '';
        expect(this.rows.delete(name), `${name} leaves and is not there`).toBe(true);
      }
    }
  }

  names(): string[] {
    return [...this.rows.keys()].toSorted();
  }
}

function nameOf(r: InsertedRow): string {
  return `${r.id?.domain}/${r.id?.seq}`;
}

/** The domain's own window: every event enters, some rows leave with it or by timers. */
class Source {
  readonly domain: string;
  readonly content = new Content();
  atMs = 100;
  seq = 0;
  #timerMs = 100;

  constructor(domain: string) {
    this.domain = domain;
  }

  event(dt: number, leave: number): Delta {
    this.atMs += dt;
    this.seq++;
    const d = delta(eventKey(this.atMs, this.domain, this.seq), [row(this.domain, this.seq)], this.#leaving(leave));
    this.content.apply(d);
    return d;
  }

  /** Null when an event of the instant has come before. */
  timer(dt: number, leave: number): Delta {
    this.atMs = Math.max(this.atMs, this.#timerMs) + 1 + dt;
    this.#timerMs = this.atMs;
    const d = delta(timerKey(this.atMs), [], this.#leaving(leave));
    this.content.apply(d);
    return d;
  }

  #leaving(n: number): { id: ReturnType<typeof rowId> }[] {
    return [...this.content.rows.values()].slice(0, n % 3).map((r) => ({ id: rowId(this.domain, r.id?.seq ?? 0) }));
  }
}

const sourceStep = fc.record({
  kind: fc.constantFrom('event' as const, 'event' as const, 'timer' as const),
  dt: fc.constantFrom(0, 0, 1, 5),
  leave: fc.nat(5),
});

const transportStep = fc.oneof(
  { weight: 6, arbitrary: sourceStep },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flush' as const), lose: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('heartbeat' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repair' as const), dt: fc.integer({ min: 0, max: 500 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deliver' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), lose: fc.boolean() }) },
);

test('a receiver holds what the sender holds, through restarts and forgotten deltas', () => {
  console.log(`seed ${SEED}`);
  let gaps = 0;
  fc.assert(
    fc.property(fc.array(transportStep, { maxLength: 80, size: 'max' }), (steps) => {
      const counters = new CountingCounters();
      const domain = new Source('a');
      let sender = new FragmentSender({ fragmentId: 'f', epoch: 1, retainDeltas: 4 });
      const options = { fragmentId: 'f', domain: 'a', kind: 'view' as const, columns: COLUMNS, epoch: 1 };
      const receiver = new FragmentReceiver({ counters }, options);
      receiver.begin({ startMs: 100, lastSeq: 0 });
      const content = new Content();
      const flight: DeltaEnvelope[] = [];
      let nowMs = 0;
      let last: CauseKey = timerKey(0);
      const take = (): void => {
        for (const d of receiver.take()) {
          const order = compareKeys(last, d.key);
          if (d.gap === true) expect(order).toBeLessThanOrEqual(0);
          else expect(order).toBeLessThan(0);
          if (d.gap === true) gaps++;
          last = d.key;
          content.apply(d);
        }
      };
      const repair = (): void => {
        for (const { fromSeq, toSeq } of receiver.missing(nowMs)) {
          const { epoch } = receiver;
          try {
            for (const e of sender.replay(epoch, fromSeq, toSeq)) receiver.accept(e, nowMs);
          } catch (error) {
            expect((error as CodedError).code).toBe('REPLAY_UNAVAILABLE');
            receiver.replayUnavailable(epoch, fromSeq);
          }
        }
        if (receiver.snapshotDue(nowMs))
          receiver.applySnapshot(sender.snapshot([...domain.content.rows.values()]), nowMs);
        take();
      };
      for (const step of steps) {
        switch (step.kind) {
          case 'event':
          case 'timer':
            sender.append(domain[step.kind](step.dt, step.leave));
            break;
          case 'flush':
            sender.advance(domain.atMs);
            for (const e of sender.flush({ deltas: 2 })) if (!step.lose) flight.push(e);
            break;
          case 'heartbeat':
            receiver.acceptProgress(sender.progress(), nowMs);
            break;
          case 'deliver': {
            const e = flight[step.at % Math.max(1, flight.length)];
            if (e !== undefined) receiver.accept(e, nowMs);
            take();
            break;
          }
          case 'repair':
            nowMs += step.dt;
            repair();
            break;
          case 'restart':
            // A restarted domain begins with empty windows, or with its content if it kept it.
            if (step.lose) domain.content.rows.clear();
            domain.atMs += 1;
            sender = new FragmentSender({
              fragmentId: 'f',
              epoch: sender.epoch + 1,
              retainDeltas: 4,
              watermarkMs: domain.atMs,
            });
            break;
        }
      }
      sender.advance(END_MS);
      for (let i = 0; i < 50 && receiver.watermarkMs < END_MS; i++) {
        nowMs += 6000;
        receiver.acceptProgress(sender.progress(), nowMs);
        repair();
      }
      take();
      expect(receiver.watermarkMs).toBe(END_MS);
      expect(content.names()).toEqual(domain.content.names());
    }),
    { seed: SEED, numRuns: 3000 },
  );
  expect(gaps).toBeGreaterThan(100);
});

const mergeStep = fc.oneof(
  { weight: 6, arbitrary: sourceStep.chain((s) => fc.record({ ...constantsOf(s), input: fc.nat(2) })) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('deliver' as const), input: fc.nat(2), n: fc.nat(4) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      input: fc.nat(2),
      by: fc.integer({ min: 0, max: 1500 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('silence' as const), input: fc.nat(2) }) },
);

function constantsOf<T extends object>(value: T): { [K in keyof T]: fc.Arbitrary<T[K]> } {
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fc.constant(v)])) as {
    [K in keyof T]: fc.Arbitrary<T[K]>;
  };
}

test('domains fall silent and return: views stay whole, keys never fall, nothing is lost', () => {
  let gaps = 0;
  fc.assert(
    fc.property(fc.array(mergeStep, { maxLength: 120, size: 'max' }), (steps) => {
      const counters = new CountingCounters();
      const merged = new MergedInputs({ counters }, 100);
      const names = ['a', 'b', 'c'];
      const inputs = names.map((name) => ({
        name,
        source: new Source(name),
        queue: [] as Delta[],
        content: new Content(),
        watermarkMs: 100,
      }));
      for (const i of inputs) merged.add({ fragmentId: i.name, domain: i.name, kind: 'view', watermarkMs: 100 });
      let last: CauseKey = timerKey(0);
      const drain = (): void => {
        for (let step = merged.next(); step !== null; step = merged.next()) {
          if (step.kind === 'advance') {
            expect(compareKeys(last, timerKey(step.toMs))).toBeLessThan(0);
            last = timerKey(step.toMs);
            continue;
          }
          assert(step.kind === 'cause', 'nobody gives control operations here');
          const order = compareKeys(last, step.key);
          if (step.gap) gaps++;
          if (step.gap) expect(order).toBeLessThanOrEqual(0);
          else expect(order).toBeLessThan(0);
          last = step.key;
          for (const part of step.inputs) inputs.find((i) => i.name === part.fragmentId)?.content.apply(part.delta);
        }
      };
      const deliver = (i: (typeof inputs)[number], n: number): void => {
        for (const d of i.queue.splice(0, n)) merged.offer(i.name, d);
      };
      const advance = (i: (typeof inputs)[number], toMs: number): void => {
        const next = i.queue[0]?.key;
        const room = next === undefined ? i.source.atMs : next.timestampMs - (next.phase === 0 ? 1 : 0);
        i.watermarkMs = Math.max(i.watermarkMs, Math.min(room, toMs));
        // What the source makes next lies at or above what it has promised.
        merged.advance(i.name, i.watermarkMs);
      };
      for (const step of steps) {
        const i = inputs[step.input];
        if (i === undefined) continue;
        if (step.kind === 'event' || step.kind === 'timer') i.queue.push(i.source[step.kind](step.dt * 50, step.leave));
        else if (step.kind === 'deliver') deliver(i, step.n);
        else if (step.kind === 'advance') advance(i, i.watermarkMs + step.by);
        else merged.markStale(i.name);
        drain();
      }
      for (const i of inputs) {
        deliver(i, Infinity);
        merged.advance(i.name, END_MS);
        drain();
      }
      drain();
      expect(merged.clockMs).toBe(END_MS);
      expect(merged.pending).toBe(0);
      for (const i of inputs) expect(i.content.names()).toEqual(i.source.content.names());
      expect(merged.coverage().map((c) => c.state)).toEqual(['live', 'live', 'live']);
      expect(counters.counts.size).toBe(0);
    }),
    { seed: SEED, numRuns: 3000 },
  );
  expect(gaps).toBeGreaterThan(100);
});
