import { describe, expect, it } from 'vitest';
import { LocalRuntime } from '../../../src/agent/local-runtime.ts';
import { typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';
import { codeOf, HOST, UTIL } from './support.ts';

function world(options: { startMs?: number; firstSeq?: number } = {}) {
  const time = new VirtualTime(1_000);
  const runtime = new LocalRuntime({ clock: time }, { domain: 'renci', ...options });
  for (const type of typesOfMetric('renci', 'Mem', [HOST, UTIL])) runtime.addType(type);
  const send = (host = 'h') => runtime.ingest('renci.Mem', { host, util: 1, domain: 'renci' });
  return { time, runtime, send };
}

describe('stamps', () => {
  it('never go back, though the wall clock does', () => {
    const { time, runtime, send } = world();
    expect(send().timestampMs).toBe(1_000);
    time.setWall(1_500);
    expect(send().timestampMs).toBe(1_500);
    time.setWall(900);
    expect(send().timestampMs).toBe(1_500);
    expect(runtime.tick()).toBe(1_500);
    time.setWall(1_501);
    expect(send().timestampMs).toBe(1_501);
  });

  it('begin above a reserved start', () => {
    expect(world({ startMs: 9_000 }).send().timestampMs).toBe(9_000);
  });

  it('number the events of the domain without gaps; what is refused takes no number', () => {
    const { runtime, send } = world({ firstSeq: 41 });
    expect(send()).toMatchObject({ domain: 'renci', seq: 41 });
    expect(codeOf(() => runtime.ingest('renci.Disk', {}))).not.toBe('none');
    expect(runtime.nextSeq).toBe(42);
    expect(send().seq).toBe(42);
  });
});

describe('appointments', () => {
  it('are kept at their instant, before its events and after earlier ones, in order of making', () => {
    const { time, runtime, send } = world();
    const seen: string[] = [];
    const note = (what: string) => () => seen.push(`${what}@${runtime.engine.nowMs}`);
    runtime.at(1_020, note('c'));
    runtime.at(1_010, note('a'));
    runtime.at(1_010, note('b'));
    time.setWall(1_500);
    send();
    expect(seen).toEqual(['a@1010', 'b@1010', 'c@1020']);
  });

  it('in the past are kept at once', () => {
    const { runtime } = world();
    let kept = false;
    runtime.at(1_000, () => (kept = true));
    expect(kept).toBe(true);
  });
});

it('timers fire at their due time, before the event that moves the clock beyond', () => {
  const { time, runtime, send } = world();
  const seen: string[] = [];
  const module = analyzeModule(parseModule('select rstream host from Mem#time(1 sec)'), runtime.catalog);
  runtime.engine.deploy(module, { listener: (o) => seen.push(`${o.timeMs}`) });
  send();
  time.setWall(5_000);
  send('later');
  expect(seen).toEqual(['2000']);
});

it('a deleted metric leaves both its types', () => {
  const { runtime } = world();
  runtime.removeMetric('Mem');
  expect([...runtime.catalog.eventTypeNames()]).toEqual([]);
});
