import { describe, expect, it } from 'vitest';
import { HeldDeltas, MAX_HELD_DELTAS, RateCaps } from '../../../src/agent/rate-cap.ts';
import { eventKey, timerKey } from '../../../src/model/cause-key.ts';
import type { ExportPolicy } from '../../../src/model/policy.ts';
import { codeOf, HostWorld, prepareOf } from './support.ts';

const CAP = [{ metric: 'Mem', rowsPerSecond: 2 }];
const POLICY: ExportPolicy = { metric: 'Mem', domains: '*', columns: '*', maxRowsPerSecond: 2 };

function hosts(w: HostWorld): readonly string[] {
  return w.published.flatMap((e) =>
    e.deltas.flatMap((d, i) => d.updates.flatMap((u) => u.insert.map((r) => `${e.seq + i}:${String(r.values[0])}`))),
  );
}

describe('buckets', () => {
  it('give so many rows a second, a second’s worth at once, per reader', () => {
    const caps = new RateCaps();
    const spend = (nowMs: number, reader = 'a', rows = 1) => caps.spend(CAP, [reader], rows, nowMs);
    expect([spend(0), spend(0), spend(0)]).toEqual([true, true, false]);
    expect(spend(0, 'b')).toBe(true);
    expect([spend(499), spend(500), spend(500)]).toEqual([false, true, false]);
    expect([spend(9_000), spend(9_000), spend(9_000)]).toEqual([true, true, false]);
  });

  it('a delta of more rows than a bucket holds goes when it is full; the next waits for the debt', () => {
    const caps = new RateCaps();
    const spend = (nowMs: number, rows: number) => caps.spend(CAP, ['a'], rows, nowMs);
    expect([spend(0, 10), spend(4_000, 1), spend(4_500, 1)]).toEqual([true, false, true]);
  });

  it('of a fragment with two readers both give, or none', () => {
    const caps = new RateCaps();
    expect(caps.spend(CAP, ['a'], 2, 0)).toBe(true);
    expect(caps.spend(CAP, ['a', 'b'], 1, 0)).toBe(false);
    expect(caps.spend(CAP, ['b'], 2, 0)).toBe(true);
  });

  it('what left without asking is owed', () => {
    const caps = new RateCaps();
    caps.owe(CAP, ['a'], 6, 0);
    expect([caps.spend(CAP, ['a'], 1, 2_000), caps.spend(CAP, ['a'], 1, 2_500)]).toEqual([false, true]);
  });
});

it('the watermark stands before what is held: before its instant if that is a timer’s', () => {
  const held = new HeldDeltas();
  expect(held.watermarkMs(50)).toBe(50);
  held.push({ key: timerKey(20), updates: [] });
  held.push({ key: eventKey(30, 'renci', 1), updates: [] });
  expect(held.watermarkMs(50)).toBe(19);
  held.shift();
  expect([held.watermarkMs(50), held.watermarkMs(10)]).toEqual([30, 10]);
});

describe('a capped fragment', () => {
  it('sends in order what the cap lets through; nothing is dropped, and the watermark waits with it', () => {
    const w = new HostWorld({ policies: [POLICY] });
    const id = w.run('esnet');
    for (const host of ['a', 'b', 'c', 'd']) w.send(host, 9);
    expect(hosts(w)).toEqual(['1:a', '2:b']);
    const stampMs = w.runtime.stampMs;
    w.wall(stampMs + 400);
    const [stands] = w.host.progress('esnet', [id]).fragments;
    expect(stands).toMatchObject({ lastSeq: 2, watermarkMs: stampMs });
    w.pass(600);
    w.host.flush();
    expect(hosts(w)).toEqual(['1:a', '2:b', '3:c']);
    w.pass(600);
    w.host.flush();
    expect(hosts(w)).toEqual(['1:a', '2:b', '3:c', '4:d']);
    const [free] = w.host.progress('esnet', [id]).fragments;
    expect(free).toMatchObject({ lastSeq: 4, watermarkMs: w.runtime.stampMs });
  });

  it('does not hold the domain itself back', () => {
    const w = new HostWorld({ policies: [POLICY] });
    const [theirs, own] = [w.run('esnet'), w.run('renci', { queryId: 'q2' })];
    expect(own).not.toBe(theirs);
    for (const host of ['a', 'b', 'c']) w.send(host, 9);
    expect(w.delivered.flatMap((e) => e.deltas)).toHaveLength(3);
  });

  it('a snapshot holds what has left and no more', () => {
    const w = new HostWorld({ policies: [POLICY] });
    const id = w.run('esnet', {
      fragmentKind: 'view',
      epl: 'select irstream host from renci.Mem#keepall where util > 5',
    });
    for (const host of ['a', 'b', 'c', 'd']) w.send(host, 9);
    const reply = w.host.snapshot('esnet', { kind: 'snapshot', fragmentId: id });
    expect(reply).toMatchObject({ seq: 2, rows: [{ values: ['a'] }, { values: ['b'] }] });
  });

  it('ends when too much waits: its consumer is told, counted and written down', () => {
    const w = new HostWorld({ policies: [{ ...POLICY, maxRowsPerSecond: 0.001 }] });
    const id = w.run('esnet');
    w.send('first', 9);
    for (let i = 0; i <= MAX_HELD_DELTAS; i++) w.runtime.ingest('renci.Mem', { host: 'h', util: 9, domain: 'renci' });
    w.host.flush();
    expect(codeOf(() => w.host.snapshot('esnet', { kind: 'snapshot', fragmentId: id }))).toBe('UNKNOWN_FRAGMENT');
    expect(w.counters.totals.get('fragments_ended_total/esnet/rate-cap')).toBe(1);
    expect(w.ledger.entries('esnet')).toMatchObject([{ rows: 1, ended: 'rate-cap' }]);
  });
});

describe('policies that change while fragments run', () => {
  const RENEW = { kind: 'renew', queryId: 'q1', acknowledged: [] } as const;

  it('end what they forbid now, for the readers that they forbid it; the others go on under a new key', () => {
    const w = new HostWorld();
    const id = w.run('esnet');
    w.run('sc13', { queryId: 'q2' });
    w.send('a', 9);
    w.policies.replace([{ metric: 'Mem', domains: ['sc13'], columns: '*' }]);
    expect(w.host.recheck()).toBe(1);
    expect(w.host.describe()).toMatchObject([{ consumers: ['sc13'] }]);
    expect(w.host.renew('esnet', { ...RENEW, fragmentIds: [id] }).unknown).toEqual([id]);
    expect(codeOf(() => w.host.prepare('esnet', prepareOf('esnet')))).toBe('POLICY_REFUSED');
    w.send('b', 9);
    expect(w.ledger.entries('esnet')).toMatchObject([{ rows: 1, ended: 'policy' }]);
    expect(w.ledger.entries('sc13')).toMatchObject([{ rows: 2 }]);
    expect(w.ledger.entries('sc13')[0]?.ended).toBeUndefined();
  });

  it('end what would be another text: the rows that leave are others', () => {
    const w = new HostWorld();
    const id = w.run('esnet');
    w.policies.replace([{ metric: 'Mem', domains: '*', columns: '*', where: "host != 'x'" }]);
    expect(w.host.recheck()).toBe(1);
    expect(w.host.prepare('esnet', prepareOf('esnet')).fragmentId).not.toBe(id);
  });

  it('leave alone what they still admit, and what the domain itself reads', () => {
    const w = new HostWorld();
    w.run('esnet');
    w.run('renci', { queryId: 'q2' });
    w.policies.replace([{ metric: 'Mem', domains: ['esnet'], columns: ['host', 'util'] }]);
    expect(w.host.recheck()).toBe(0);
    w.policies.replace([{ metric: 'Mem', domains: [], columns: '*' }]);
    expect(w.host.recheck()).toBe(1);
    expect(w.host.describe()).toMatchObject([{ consumers: ['renci'] }]);
  });

  it('one query of a domain may be forbidden while another goes on; it cannot be renewed', () => {
    const w = new HostWorld();
    const id = w.run('esnet', { readers: ['esnet', 'cern'] });
    w.run('esnet', { queryId: 'q2' });
    w.policies.replace([{ metric: 'Mem', domains: ['esnet'], columns: '*' }]);
    expect(w.host.recheck()).toBe(1);
    expect(w.host.describe()).toMatchObject([{ queries: ['q2'] }]);
    expect(w.host.renew('esnet', { ...RENEW, fragmentIds: [id] }).unknown).toEqual([id]);
  });

  it('nothing runs on for a domain that is no member any more', () => {
    const w = new HostWorld();
    w.run('esnet');
    w.run('sc13', { queryId: 'q2' });
    w.send('a', 9);
    w.host.dropMember('esnet');
    expect(w.host.describe()).toMatchObject([{ consumers: ['sc13'] }]);
    expect(w.counters.totals.get('fragments_ended_total/esnet/membership')).toBe(1);
    expect(w.ledger.entries('esnet')).toMatchObject([{ ended: 'membership' }]);
  });
});
