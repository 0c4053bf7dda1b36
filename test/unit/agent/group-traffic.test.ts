import { describe, expect, it } from 'vitest';
import { BUCKET_MS, BUCKETS, GroupTraffic, LATENCIES } from '../../../src/agent/group-traffic.ts';
import { eventKey } from '../../../src/model/cause-key.ts';
import type { Delta } from '../../../src/model/delta.ts';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';

const DELTA: Delta = {
  key: eventKey(1, 'renci', 1),
  updates: [{ insert: [{ id: null, values: [1] }], remove: [{ values: [1] }, { values: [2] }] }],
};

/** Lets `ms` pass. */
function pass(time: VirtualTime, ms: number): void {
  time.after(ms, () => undefined);
  time.step();
}

describe('what a query measures', () => {
  it('rates over the time that a fragment has run, then over the last minute', () => {
    const time = new VirtualTime(0);
    const traffic = new GroupTraffic(time);
    traffic.add('f0.0');
    for (let i = 0; i < 20; i++) {
      traffic.received('f0.0', 100);
      traffic.taken('f0.0', DELTA);
      pass(time, 500);
    }
    expect(traffic.measured().fragments).toEqual([
      { name: 'f0.0', seconds: 10, bytesHz: 200, deltasHz: 2, insertsHz: 2, removesHz: 4 },
    ]);
    pass(time, BUCKETS * BUCKET_MS);
    expect(traffic.measured().fragments[0]).toMatchObject({ bytesHz: 0, deltasHz: 0 });
  });

  it('what was never added is not counted', () => {
    const traffic = new GroupTraffic(new VirtualTime(0));
    traffic.received('f0.0', 100);
    expect(traffic.measured()).toEqual({ fragments: [], latencyMs: null });
  });

  it('latency from the stamp to the trigger, over the latest ones', () => {
    const time = new VirtualTime(0);
    const traffic = new GroupTraffic(time);
    time.setWall(1000);
    for (let i = 0; i < LATENCIES; i++) traffic.triggered(eventKey(0, 'renci', i));
    for (let i = 0; i < LATENCIES; i++) traffic.triggered(eventKey(i < 3 ? 500 : 990, 'renci', i));
    expect(traffic.measured().latencyMs).toEqual({ count: LATENCIES, p50: 10, p99: 500 });
  });
});
