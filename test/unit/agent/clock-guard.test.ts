/** `maxSkew`: a domain whose clock is ahead stops ingesting and says so; a peer's is not believed, and harms nobody. */
import { describe, expect, it } from 'vitest';
import { ClockGuard } from '../../../src/agent/clock-guard.ts';
import { deployFragments } from '../../../src/agent/deploy-plan.ts';
import { typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { LocalRuntime } from '../../../src/agent/local-runtime.ts';
import { QueryGroup } from '../../../src/agent/query-group.ts';
import { CLOCK_PEERS, MAX_SKEW_MS } from '../../../src/exchange/limits.ts';
import type { Heartbeat } from '../../../src/model/control.ts';
import { DOUBLE } from '../../../src/model/value.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { CountingCounters } from '../../support/exchange-fixtures.ts';
import { MemoryLog } from '../../support/real-ports.ts';
import { codeOf } from './support.ts';

const T = 1_000_000;

function make(members: readonly string[] = ['a', 'b', 'c']) {
  const state = { aheadMs: 0, monotonicMs: 0 };
  const clock: Clock = {
    nowMs: () => T + state.monotonicMs + state.aheadMs,
    monotonicMs: () => state.monotonicMs,
    after: () => () => undefined,
  };
  const counters = new CountingCounters();
  const said: { readonly to: string; readonly heartbeat: Heartbeat }[] = [];
  const guard = new ClockGuard({
    transport: {
      self: 'm',
      members: () => members,
      connected: () => true,
      sendHeartbeat: (to, heartbeat) => said.push({ to, heartbeat }),
    },
    clock,
    counters,
    log: new MemoryLog(),
  });
  const runtime = new LocalRuntime({ clock, guard }, { domain: 'm' });
  for (const type of typesOfMetric('m', 'M', [{ name: 'x', type: DOUBLE }])) runtime.addType(type);
  const pass = (ms: number): void => {
    state.monotonicMs += ms;
    for (const p of members) guard.heard(p, T + state.monotonicMs);
    guard.tick();
    runtime.tick();
  };
  const ingest = () => codeOf(() => runtime.ingest('m.M', { x: 1, domain: 'm' }));
  return { state, clock, counters, guard, runtime, said, pass, ingest };
}

describe("this domain's own clock", () => {
  it('ahead by more than maxSkew: nothing is ingested and the stamp clock stands, until it is right again', () => {
    const { state, guard, runtime, pass, ingest, counters } = make();
    pass(100);
    expect(ingest()).toBe('none');
    state.aheadMs = 3_600_000;
    // At once, without a beat in between: no stamp of the future is ever given.
    expect([ingest(), guard.flagged, runtime.stampMs]).toEqual(['CLOCK_SKEW', true, T + 100]);
    pass(100);
    expect([runtime.stampMs, guard.ownAheadMs()]).toEqual([T + 100, 3_600_000]);
    state.aheadMs = 0;
    pass(100);
    expect([ingest(), guard.flagged, runtime.stampMs]).toEqual(['none', false, T + 300]);
    expect([counters.of('clock_ahead_total'), counters.of('events_refused_total:clock')]).toEqual([1, 1]);
  });

  it('ahead by up to maxSkew is within the rules; behind too', () => {
    const { state, pass, ingest } = make();
    pass(100);
    state.aheadMs = MAX_SKEW_MS;
    expect(ingest()).toBe('none');
    state.aheadMs = -3_600_000;
    expect(ingest()).toBe('none');
  });

  it('a stamp that lies ahead although the clock was set back waits for true time', () => {
    const { state, runtime, pass, ingest } = make();
    state.aheadMs = 10_000;
    // Before any peer was heard nobody can tell.
    expect(ingest()).toBe('none');
    state.aheadMs = 0;
    pass(100);
    expect([ingest(), runtime.stampMs]).toEqual(['CLOCK_SKEW', T + 10_000]);
    pass(8_000);
    expect(ingest()).toBe('none');
  });

  it('one peer alone cannot stop it', () => {
    const { state, pass, ingest } = make(['a']);
    pass(100);
    state.aheadMs = 3_600_000;
    expect(ingest()).toBe('none');
  });

  it('is told now and then to the next peers around the ring', () => {
    const members = Array.from({ length: 20 }, (_, i) => String.fromCharCode('b'.charCodeAt(0) + i));
    const { said, pass } = make(members);
    pass(100);
    pass(100);
    expect(said).toHaveLength(CLOCK_PEERS);
    expect(said[0]).toEqual({ to: 'n', heartbeat: { sentMs: T + 100, fragments: [] } });
  });
});

describe('a peer whose clock is far ahead', () => {
  it('is silent to its readers, however much it says: it cannot freeze them', () => {
    const { clock, state } = make();
    const deps = { clock, counters: new CountingCounters(), onOutput: () => undefined };
    const questions = {
      replay: () => undefined,
      recover: () => undefined,
      progress: () => undefined,
      silence: () => undefined,
    };
    const group = new QueryGroup({ ...deps, questions }, { startMs: T });
    for (const domain of ['a', 'b']) {
      const fragment = { name: domain, domain, kind: 'stream', epl: '', columns: [], rules: [] } as const;
      const input = { name: '~0', kind: 'stream', fragments: ['a', 'b'], columns: [], standsFor: 'M' } as const;
      group.addMember(fragment, input, domain, 1, { startMs: T, lastSeq: 0 });
    }
    const say = (domain: string, watermarkMs: number): void =>
      group.onHeartbeat(domain, {
        sentMs: watermarkMs,
        fragments: [{ fragmentId: domain, epoch: 1, watermarkMs, lastSeq: 0 }],
      });
    for (let i = 0; i < 110; i++) {
      state.monotonicMs += 100;
      say('a', T + state.monotonicMs);
      say('b', T + state.monotonicMs + 3_600_000);
    }
    expect(group.clockMs).toBe(T);
    expect(group.giveUpSilent(10_000)).toEqual(['b']);
    group.drain();
    expect(group.clockMs).toBe(T + state.monotonicMs);
  });

  it('one whose watermark stands is silent too', () => {
    const { clock, state } = make();
    const deps = { clock, counters: new CountingCounters(), onOutput: () => undefined };
    const questions = {
      replay: () => undefined,
      recover: () => undefined,
      progress: () => undefined,
      silence: () => undefined,
    };
    const group = new QueryGroup({ ...deps, questions }, { startMs: T });
    const fragment = { name: 'f', domain: 'a', kind: 'stream', epl: '', columns: [], rules: [] } as const;
    const input = { name: '~0', kind: 'stream', fragments: ['f'], columns: [], standsFor: 'M' } as const;
    group.addMember(fragment, input, 'a', 1, { startMs: T, lastSeq: 0 });
    for (let i = 0; i < 110; i++) {
      state.monotonicMs += 100;
      group.onHeartbeat('a', {
        sentMs: 0,
        fragments: [{ fragmentId: 'a', epoch: 1, watermarkMs: T + 50, lastSeq: 0 }],
      });
    }
    expect(group.giveUpSilent(10_000)).toEqual(['a']);
  });

  it('cannot fix a start in the future', async () => {
    const fragment = { name: 'f', domain: 'a', kind: 'stream', epl: 'x', columns: [], rules: [] } as const;
    const asked: string[] = [];
    const started = deployFragments(
      [fragment],
      async (_to, request) => {
        asked.push(request.kind);
        return request.kind === 'prepare'
          ? { kind: 'prepared', fragmentId: 'f', epoch: 1, stampMs: T + 3_600_000, columns: [] }
          : { kind: 'done' };
      },
      { queryId: 'q', consumer: 'm', readers: ['m'], stampMs: () => T, latestMs: () => T + MAX_SKEW_MS },
    );
    await expect(started).rejects.toMatchObject({ code: 'CLOCK_SKEW', data: { domain: 'a', aheadMs: 3_600_000 } });
    expect(asked).toEqual(['prepare', 'cancel']);
  });
});
