import { describe, expect, it } from 'vitest';
import { HEARTBEAT_MS, FLUSH_SPACING_MS, IDLE_HEARTBEAT_MS } from '../../../src/exchange/limits.ts';
import { envelopeBytes } from '../../../src/federation/codec.ts';
import { encodeHeartbeat } from '../../../src/federation/codec-heartbeat.ts';
import { eventKey } from '../../../src/model/cause-key.ts';
import type { Delta } from '../../../src/model/delta.ts';
import type { FragmentEstimate } from '../../../src/model/plan.ts';
import type { Value } from '../../../src/model/value.ts';
import { crossingBytesHz, heartbeatBytesHz } from '../../../src/planner/cost/plan-bytes.ts';
import * as sizes from '../../../src/planner/cost/sizes.ts';
import type { Statistics, StreamFigures } from '../../../src/planner/cost/statistics.ts';
import { plan, soleFragment } from './support.ts';

const NOW_MS = 1_790_000_000_000;
/** Nonce and tag of the seal, key id, with tags. */
const SEAL_BYTES = 12 + 16 + 5;

function envelope(deltas: readonly Delta[]): number {
  const fragmentId = 'f'.repeat(22);
  return (
    envelopeBytes({ fragmentId, epoch: 2 ** 25, seq: 70_000, keyId: '', watermarkMs: NOW_MS, deltas }) + SEAL_BYTES
  );
}

function delta(i: number, values: readonly Value[], remove: boolean): Delta {
  const id = { domain: 'renci', seq: 1_000_000 + i, part: 0 };
  const old = remove ? [{ id: { ...id, seq: id.seq - 100 } }] : [];
  return {
    key: eventKey(NOW_MS + 100 * i, 'renci', id.seq),
    updates: [{ insert: [{ id, values }], remove: old }],
  };
}

function of(epl: string, figures: StreamFigures = {}): FragmentEstimate {
  const statistics: Statistics = () => figures;
  const { estimate } = soleFragment(plan(epl, { statistics, choose: 'always' }));
  if (estimate === undefined) throw new Error('nothing was estimated');
  return estimate;
}

describe('sizes are those of the codec', () => {
  it.each([
    [1, ['host-01', 0.123456789], false],
    [1, ['host-01', 0.123456789], true],
    [50, ['host-01', 0.123456789], false],
    [50, ['a', 1, 2], true],
  ])('%d deltas of %j, with removals: %s', (n, values, remove) => {
    const deltas = Array.from({ length: n }, (_, i) => delta(i, values, remove));
    // What one value takes: the difference that it makes in a long envelope.
    const many = (v: readonly Value[]): number => envelope(Array.from({ length: 100 }, (_, i) => delta(i, v, false)));
    const valueBytes = (many(values) - many([])) / 100;
    const estimated =
      sizes.ENVELOPE_BYTES +
      n * (sizes.DELTA_BYTES + sizes.ROW_BYTES + valueBytes + (remove ? sizes.REMOVED_ROW_BYTES : 0));
    expect(estimated / envelope(deltas)).toBeGreaterThan(0.9);
    expect(estimated / envelope(deltas)).toBeLessThan(1.1);
  });

  it('heartbeats', () => {
    const beat = (n: number): number =>
      encodeHeartbeat({
        sentMs: NOW_MS,
        fragments: Array.from({ length: n }, () => {
          return { fragmentId: 'f'.repeat(22), epoch: 2 ** 25, watermarkMs: NOW_MS, lastSeq: 70_000 };
        }),
      }).length;
    for (const n of [1, 10]) {
      const estimated = sizes.HEARTBEAT_BYTES + n * sizes.PROGRESS_BYTES;
      expect(Math.abs(estimated / beat(n) - 1)).toBeLessThan(0.1);
    }
    expect(sizes.HEARTBEATS_HZ).toBe(1000 / HEARTBEAT_MS);
    expect(sizes.IDLE_HEARTBEATS_HZ).toBe(1000 / IDLE_HEARTBEAT_MS);
    expect(sizes.ENVELOPE_SPACING_S).toBe(FLUSH_SPACING_MS / 1000);
  });

  it('under load deltas share envelopes', () => {
    const at = (hz: number): number =>
      sizes.estimateBytes({ deltasHz: hz, insertsHz: hz, removesHz: 0, valueBytes: 10, removesByValue: false })
        .bytesHz / hz;
    expect(at(1)).toBeGreaterThan(at(1000) * 2);
    expect(at(10_000)).toBeLessThan(sizes.DELTA_BYTES + sizes.ROW_BYTES + 10 + 5);
  });
});

describe('what a fragment sends', () => {
  it('rate, and the part that passes the filter', () => {
    expect(of('select host from Disk(free > 1)', { rateHz: 300 }).insertsHz).toBeCloseTo(100);
    const selectivities = { 'free > 1': 0.05 };
    expect(of('select host from Disk(free > 1)', { rateHz: 300, selectivities }).insertsHz).toBeCloseTo(15);
    expect(of('select d.host from Disk(d.free > 1) as d', { rateHz: 300, selectivities }).insertsHz).toBeCloseTo(15);
  });

  it.each([
    ["host = 'a'", 1 / 50],
    ["host != 'a'", 49 / 50],
    ["host in ('a', 'b')", 2 / 50],
    ["host not in ('a', 'b')", 48 / 50],
    ['free between 1 and 2', 1 / 4],
    ["host like 'a%'", 1 / 4],
    ["host = 'a' and free > 1", 1 / 150],
    ["host = 'a' or host = 'b'", 1 - (49 / 50) ** 2],
    ["not (host = 'a')", 49 / 50],
  ])('%s lets through its part', (predicate, part) => {
    const { insertsHz } = of(`select host from Disk(${predicate})`, { rateHz: 1, distinct: { host: 50 } });
    expect(insertsHz).toBeCloseTo(part, 6);
  });

  it('measured sizes of columns count', () => {
    const small = of('select host from Disk', { columnBytes: { host: 10 } });
    const large = of('select host from Disk', { columnBytes: { host: 110 } });
    expect(large.bytesHz - small.bytesHz).toBeCloseTo(1000);
  });

  it('irstream doubles the rows of a sliding window, not of one that keeps all', () => {
    expect(of('select irstream host from Disk#length(5)').removesHz).toBe(10);
    expect(of('select host from Disk#length(5)').removesHz).toBe(0);
    expect(of('select irstream host from Disk#keepall').removesHz).toBe(0);
  });

  it('a join makes rows with what the other window holds', () => {
    const join = 'select m.host as h from renci.Mem#length(40) as m, renci.Cpu#length(40) as c where m.host = c.host';
    const { insertsHz } = of(join, { rateHz: 5, distinct: { host: 8 } });
    // 5 rows a second from each side meet 40 / 8 of the other.
    expect(insertsHz).toBeCloseTo(2 * 5 * 5);
  });

  it('an output clause and a batch thin it out', () => {
    expect(of('select host, avg(free) as a from Disk group by host output last every 10 sec').deltasHz).toBeCloseTo(
      0.1,
    );
    expect(of('select count(*) as n from Disk#time_batch(5 sec)').deltasHz).toBeCloseTo(0.2);
    expect(of('select sum(free) as n from Disk#length_batch(5)').deltasHz).toBeCloseTo(2);
  });
});

describe('what a plan sends', () => {
  it('a domain beats more often while causes of others wait for it, and the owner never crosses a border', () => {
    const one = plan('select m.host as h from renci.Mem#length(2) as m', { owner: 'tacc' });
    const two = plan('select m.host as h from renci.Mem#length(2) as m, uky.Disk#length(2) as d', { owner: 'tacc' });
    expect(heartbeatBytesHz(two)).toBeGreaterThan(10 * heartbeatBytesHz(one));
    const here = plan('select m.host as h from renci.Mem#length(2) as m', { owner: 'renci' });
    expect(crossingBytesHz(here)).toBe(0);
  });
});
