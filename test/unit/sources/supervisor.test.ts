/** A source that fails is started again, later each time; one that was stopped stays so. */
import { expect, test } from 'vitest';
import { SeededRandom } from '../../../sim/world/seeded-random.ts';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';
import { CountersInMemory } from '../../../src/agent/counters.ts';
import { CodedError } from '../../../src/model/errors.ts';
import type { EmitMeasurements, MeasurementSource } from '../../../src/ports/source.ts';
import { SourceSupervisor, START_DEADLINE_MS } from '../../../src/sources/supervisor.ts';
import { MemoryLog } from '../../support/real-ports.ts';

class FakeSource implements MeasurementSource {
  readonly name = 'fake';
  readonly metrics = [];
  starts = 0;
  stops = 0;
  /** How the next starts end; then they succeed. */
  outcomes: (() => Promise<void>)[] = [];
  emit: EmitMeasurements = () => ({ accepted: 0, refused: 0 });
  fail: (error: unknown) => void = () => {};

  start(emit: EmitMeasurements, fail: (error: unknown) => void): Promise<void> {
    this.starts++;
    this.emit = emit;
    this.fail = fail;
    return this.outcomes.shift()?.() ?? Promise.resolve();
  }

  async stop(): Promise<void> {
    this.stops++;
  }
}

function world() {
  const clock = new VirtualTime(5_000);
  const counters = new CountersInMemory();
  const source = new FakeSource();
  const taken: string[] = [];
  const deps = { clock, random: new SeededRandom(1), log: new MemoryLog(), counters };
  const supervisor = new SourceSupervisor(deps, source, (batch) => {
    taken.push(...batch.map((m) => m.metric));
    return { accepted: batch.length, refused: 0 };
  });
  return { clock, counters, source, supervisor, taken };
}

/** Lets promises that are due settle; no time passes. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Runs tasks until `condition` holds; answers the virtual ms that passed. */
async function runUntil(clock: VirtualTime, condition: () => boolean): Promise<number> {
  const begun = clock.monotonicMs();
  for (let i = 0; i < 1_000; i++) {
    await settle();
    if (condition()) return clock.monotonicMs() - begun;
    if (!clock.step()) break;
  }
  throw new Error('the condition never held');
}

const no = () => Promise.reject(new CodedError('XMPP_UNAVAILABLE', 'no server', { hint: 'start it' }));

test('a source that starts runs, and its events are counted', async () => {
  const { supervisor, source, counters, taken } = world();
  expect(supervisor.health.state).toBe('stopped');
  supervisor.start();
  expect(supervisor.health.state).toBe('starting');
  await settle();
  expect(source.emit([{ metric: 'A', values: {} }])).toEqual({ accepted: 1, refused: 0 });
  expect(supervisor.health).toEqual({
    state: 'running',
    detail: '',
    eventsTotal: 1,
    failuresTotal: 0,
    lastEventMs: 5_000,
  });
  expect(counters.get('source_events_total', { source: 'fake' })).toBe(1);
  expect(taken).toEqual(['A']);
});

test('starts that fail are repeated, at twice the distance each, up to a minute; the reason is visible', async () => {
  const { supervisor, source, clock, counters } = world();
  source.outcomes = Array.from({ length: 10 }, () => no);
  supervisor.start();
  await settle();
  expect(supervisor.health).toMatchObject({
    state: 'backing-off',
    detail: 'XMPP_UNAVAILABLE: no server; start it',
    failuresTotal: 1,
  });
  const waits: number[] = [];
  for (let n = 2; n <= 11; n++) waits.push(await runUntil(clock, () => source.starts === n));
  const full = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map((s) => s * 1_000);
  for (const [i, wait] of waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual((full[i] ?? 0) / 2);
    expect(wait).toBeLessThanOrEqual(full[i] ?? 0);
  }
  await settle();
  expect(supervisor.health).toMatchObject({ state: 'running', detail: '', failuresTotal: 10 });
  expect(source.stops).toBe(10);
  expect(counters.get('source_failures_total', { source: 'fake', code: 'XMPP_UNAVAILABLE' })).toBe(10);
});

test('one that fails while it runs is stopped and started again; what it still emits has no effect', async () => {
  const { supervisor, source, clock, taken } = world();
  supervisor.start();
  await settle();
  const { emit, fail } = source;
  fail(new Error('gone'));
  fail(new Error('gone again'));
  expect(emit([{ metric: 'late', values: {} }])).toEqual({ accepted: 0, refused: 1 });
  expect(supervisor.health).toMatchObject({ state: 'backing-off', detail: 'SOURCE_FAILED: gone', failuresTotal: 1 });
  await runUntil(clock, () => source.starts === 2);
  fail(new Error('of the first run'));
  emit([{ metric: 'later', values: {} }]);
  await settle();
  expect(supervisor.health).toMatchObject({ state: 'running', failuresTotal: 1 });
  expect([source.stops, taken]).toEqual([1, []]);
});

test('after a minute of running the distance begins anew', async () => {
  const { supervisor, source, clock } = world();
  source.outcomes = [no, no, no, no];
  supervisor.start();
  await runUntil(clock, () => source.starts === 5);
  clock.after(70_000, () => source.fail(new Error('gone')));
  await runUntil(clock, () => supervisor.health.failuresTotal === 5);
  expect(await runUntil(clock, () => source.starts === 6)).toBeLessThanOrEqual(1_000);
});

test('a start that never ends is a failure', async () => {
  const { supervisor, source, clock } = world();
  source.outcomes = [() => new Promise(() => {})];
  supervisor.start();
  expect(await runUntil(clock, () => supervisor.health.state === 'backing-off')).toBe(START_DEADLINE_MS);
  await runUntil(clock, () => supervisor.health.state === 'running');
  expect(source.starts).toBe(2);
});

test('one that throws instead of rejecting is a failure too', async () => {
  const { supervisor, source } = world();
  source.outcomes = [
    () => {
      throw new Error('at once');
    },
  ];
  supervisor.start();
  await settle();
  expect(supervisor.health).toMatchObject({ state: 'backing-off', detail: 'SOURCE_FAILED: at once' });
});

test('stopping ends a run, a start under way and a wait, and is idempotent', async () => {
  for (const outcome of [() => Promise.resolve(), () => new Promise<void>((resolve) => queueMicrotask(resolve)), no]) {
    const { supervisor, source, clock } = world();
    source.outcomes = [outcome];
    supervisor.start();
    await settle();
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    await supervisor.stop();
    expect(supervisor.health.state).toBe('stopped');
    const before = source.starts;
    while (clock.step()) await settle();
    expect(source.starts).toBe(before);
    supervisor.start();
    await settle();
    expect(supervisor.health.state).toBe('running');
  }
});

test('stopping does not wait for a start under way, and what that start brings up is taken down', async () => {
  const { supervisor, source } = world();
  const { promise, resolve } = Promise.withResolvers<void>();
  source.outcomes = [() => promise];
  supervisor.start();
  await settle();
  await supervisor.stop();
  expect([supervisor.health.state, source.stops]).toEqual(['stopped', 1]);
  resolve();
  await settle();
  expect([supervisor.health.state, source.stops]).toEqual(['stopped', 2]);
});
