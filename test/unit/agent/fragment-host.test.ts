import { describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../../src/agent/fragment-host.ts';
import { codeOf, HostWorld, prepareOf } from './support.ts';

const VIEW = { fragmentKind: 'view', epl: 'select irstream host from renci.Mem#length(2) where util > 5' } as const;
const RESULT = { fragmentKind: 'result', epl: 'select host from renci.Mem#length(2)' } as const;

/** Events of envelopes as `seq:host`. */
function hosts(w: HostWorld): readonly string[] {
  return w.published.flatMap((e) =>
    e.deltas.flatMap((d, i) => d.updates.flatMap((u) => u.insert.map((r) => `${e.seq + i}:${String(r.values[0])}`))),
  );
}

describe('fragment host', () => {
  describe('two-phase start', () => {
    it('answers prepare with an id, the stamp clock and the columns', () => {
      const w = new HostWorld();
      const reply = w.host.prepare('client', prepareOf('client'));
      expect(reply).toMatchObject({ kind: 'prepared', stampMs: 1_000, columns: [{ name: 'host' }] });
      expect(reply.fragmentId).toMatch(/^[\w-]{22}$/);
    });

    it('evaluates nothing before its start, and everything from it on', () => {
      const w = new HostWorld();
      const { fragmentId } = w.host.prepare('client', prepareOf('client'));
      w.send('before', 9);
      w.host.commit('client', { kind: 'commit', queryId: 'q1', fragmentId, startMs: 1_005 });
      w.time.setWall(1_004);
      w.send('still before', 9);
      w.time.setWall(1_005);
      w.send('at', 9);
      w.send('fails the filter', 5);
      w.send('after', 9);
      expect(hosts(w)).toEqual(['1:at', '2:after']);
    });

    it('refuses a start that has passed: events have gone by', () => {
      const w = new HostWorld();
      const { fragmentId } = w.host.prepare('client', prepareOf('client'));
      const commit = (startMs: number) => () =>
        w.host.commit('client', { kind: 'commit', queryId: 'q1', fragmentId, startMs });
      expect(codeOf(commit(999))).toBe('START_PASSED');
      expect(codeOf(commit(1_000))).toBe('START_PASSED');
      expect(codeOf(commit(1_001))).toBe('none');
    });

    it('takes a later start in place of one that no event has met', () => {
      const w = new HostWorld();
      const { fragmentId } = w.host.prepare('client', prepareOf('client', RESULT));
      for (const startMs of [1_002, 1_010])
        w.host.commit('client', { kind: 'commit', queryId: 'q1', fragmentId, startMs });
      w.time.setWall(1_005);
      w.send('between', 9);
      w.time.setWall(1_010);
      w.send('at', 9);
      expect(hosts(w)).toEqual(['1:at']);
    });

    it('commits only for who prepared, and nobody prepares for another', () => {
      const w = new HostWorld();
      const { fragmentId } = w.host.prepare('client', prepareOf('client'));
      const commit = { kind: 'commit', queryId: 'q1', fragmentId, startMs: 2_000 } as const;
      expect(codeOf(() => w.host.commit('stranger', commit))).toBe('UNKNOWN_FRAGMENT');
      expect(codeOf(() => w.host.prepare('stranger', prepareOf('client')))).toBe('UNAUTHORIZED');
    });
  });

  describe('sharing', () => {
    it('one stream fragment serves two consumers; each is told which numbers lie before it', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.send('x', 9);
      const again = w.host.prepare('b', prepareOf('b', { queryId: 'q2' }));
      expect(again.fragmentId).toBe(id);
      const committed = w.host.commit('b', { kind: 'commit', queryId: 'q2', fragmentId: id, startMs: 1_100 });
      expect(committed.lastSeq).toBe(1);
      expect(w.host.describe()).toMatchObject([{ consumers: ['a', 'b'], lastSeq: 1 }]);
      w.send('y', 9);
      expect(hosts(w)).toEqual(['1:x', '2:y']);
    });

    it('a result belongs to one query', () => {
      const w = new HostWorld();
      const ids = ['q1', 'q2'].map((queryId) => w.host.prepare('a', prepareOf('a', { ...RESULT, queryId })).fragmentId);
      expect(new Set(ids).size).toBe(2);
    });

    it('ids tell nothing without the secret of the domain', () => {
      const idOf = (secret: string) => new HostWorld({ secret }).host.prepare('a', prepareOf('a')).fragmentId;
      expect(idOf('one')).toBe(idOf('one'));
      expect(idOf('one')).not.toBe(idOf('two'));
    });

    it('an earlier end of one consumer leaves the other running; the last end undeploys', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.run('b', { queryId: 'q2' });
      w.host.cancel('a', { kind: 'cancel', queryId: 'q1', fragmentId: id });
      w.send('x', 9);
      expect(hosts(w)).toEqual(['1:x']);
      w.host.cancel('b', { kind: 'cancel', queryId: 'q2', fragmentId: id });
      w.send('y', 9);
      expect(hosts(w)).toEqual(['1:x']);
      expect(w.host.describe()).toEqual([]);
      expect(w.host.readersOf(['Mem', 'renci.Mem'])).toEqual([]);
    });

    it('a consumer with two queries keeps it until both have ended', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.run('a', { queryId: 'q2' });
      w.host.cancel('a', { kind: 'cancel', queryId: 'q1', fragmentId: id });
      expect(w.host.describe()).toHaveLength(1);
      w.host.cancel('a', { kind: 'cancel', queryId: 'q2', fragmentId: id });
      expect(w.host.describe()).toHaveLength(0);
    });

    it('one that ended and is started again counts from 1 under a later epoch', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.send('x', 9);
      const [before] = w.host.progress('a', [id]).fragments;
      w.host.cancel('a', { kind: 'cancel', queryId: 'q1', fragmentId: id });
      w.run('a');
      const [after] = w.host.progress('a', [id]).fragments;
      expect(before?.lastSeq).toBe(1);
      expect(after?.lastSeq).toBe(0);
      expect(after?.epoch).toBeGreaterThan(before?.epoch ?? Infinity);
    });
  });

  describe('leases', () => {
    it('end when they are not renewed', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.host.renew('a', { kind: 'renew', queryId: 'q1', fragmentIds: [id], acknowledged: [] });
      w.pass(LEASE_MS);
      w.host.expire();
      expect(w.host.describe()).toHaveLength(1);
      w.pass(1);
      w.host.expire();
      expect(w.host.describe()).toHaveLength(0);
    });

    it('live on when they are', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.pass(LEASE_MS - 100);
      const reply = w.host.renew('a', { kind: 'renew', queryId: 'q1', fragmentIds: [id], acknowledged: [] });
      expect(reply.unknown).toEqual([]);
      w.pass(LEASE_MS);
      w.host.expire();
      expect(w.host.describe()).toHaveLength(1);
    });

    it('of one query end though another of the same consumer is renewed', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.run('a', { queryId: 'q2' });
      w.pass(LEASE_MS - 1);
      w.host.renew('a', { kind: 'renew', queryId: 'q2', fragmentIds: [id], acknowledged: [] });
      w.pass(LEASE_MS - 1);
      w.host.expire();
      w.host.cancel('a', { kind: 'cancel', queryId: 'q2', fragmentId: id });
      expect(w.host.describe()).toHaveLength(0);
    });

    it('renewing what was prepared and never committed says that it does not run', () => {
      const w = new HostWorld();
      const { fragmentId } = w.host.prepare('a', prepareOf('a'));
      const renew = { kind: 'renew', queryId: 'q1', fragmentIds: [fragmentId], acknowledged: [] } as const;
      expect(w.host.renew('a', renew).unknown).toEqual([fragmentId]);
      w.host.commit('a', { kind: 'commit', queryId: 'q1', fragmentId, startMs: 1_100 });
      expect(w.host.renew('a', renew).unknown).toEqual([]);
    });

    it('renewing what does not run here says so', () => {
      const w = new HostWorld();
      const id = w.run('a');
      const renew = (from: string, fragmentIds: readonly string[]) =>
        w.host.renew(from, { kind: 'renew', queryId: 'q1', fragmentIds, acknowledged: [] }).unknown;
      expect(renew('a', [id, 'gone'])).toEqual(['gone']);
      expect(renew('stranger', [id])).toEqual([id]);
    });
  });

  describe('only leaseholders are served', () => {
    it.each([
      [
        'replay',
        (w: HostWorld, fragmentId: string) =>
          w.host.replay('stranger', { kind: 'replay', fragmentId, epoch: 1, fromSeq: 1, toSeq: 1 }),
      ],
      ['snapshot', (w: HostWorld, fragmentId: string) => w.host.snapshot('stranger', { kind: 'snapshot', fragmentId })],
    ])('%s', (_, ask) => {
      const w = new HostWorld();
      const id = w.run('a');
      w.send('x', 9);
      expect(codeOf(() => ask(w, id))).toBe('UNKNOWN_FRAGMENT');
    });

    it('progress names nothing to a stranger', () => {
      const w = new HostWorld();
      const id = w.run('a');
      expect(w.host.progress('stranger', [id]).fragments).toEqual([]);
      expect(w.host.progress('a', [id]).fragments).toMatchObject([{ fragmentId: id, watermarkMs: 1_001 }]);
    });

    it('heartbeats go to consumers elsewhere, one each, over all their fragments', () => {
      const w = new HostWorld();
      w.run('a');
      w.run('a', { ...VIEW, queryId: 'q2' });
      w.run('renci', { queryId: 'q3' });
      w.host.heartbeat();
      expect(w.heartbeats.map((h) => [h.to, h.heartbeat.fragments.length])).toEqual([['a', 2]]);
    });
  });

  describe('deltas', () => {
    it('go to a consumer in this agent by a call, to others by their topic', () => {
      const w = new HostWorld();
      w.run('renci');
      w.send('x', 9);
      expect([w.published.length, w.delivered.length]).toEqual([0, 1]);
      // The next event may have the same stamp: the bound is this one, not the next.
      expect(w.bounds).toEqual([w.delivered[0]?.deltas[0]?.key]);
      w.run('b', { queryId: 'q2' });
      w.send('y', 9);
      expect([w.published.length, w.delivered.length]).toEqual([1, 2]);
    });

    it('are repeated as they were, until they are acknowledged', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.send('x', 9);
      w.send('y', 9);
      const epoch = w.published[0]?.epoch ?? 0;
      const replay = () => w.host.replay('a', { kind: 'replay', fragmentId: id, epoch, fromSeq: 1, toSeq: 2 });
      expect(replay().flatMap((e) => e.deltas)).toEqual(w.published.flatMap((e) => e.deltas));
      expect(w.counters.totals.get('exchange_replays_total')).toBe(1);
      const acknowledged = [{ fragmentId: id, epoch, seq: 1 }];
      w.host.renew('a', { kind: 'renew', queryId: 'q1', fragmentIds: [id], acknowledged });
      expect(codeOf(replay)).toBe('REPLAY_UNAVAILABLE');
    });

    it('are kept for each query of a domain apart: one that begins late has not taken what another has', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.send('x', 9);
      w.host.prepare('a', prepareOf('a', { queryId: 'q2' }));
      w.send('y', 9);
      const { epoch } = w.published[0] ?? { epoch: 0 };
      const renew = (queryId: string, seq: number): unknown =>
        w.host.renew('a', {
          kind: 'renew',
          queryId,
          fragmentIds: [id],
          acknowledged: [{ fragmentId: id, epoch, seq }],
        });
      renew('q1', 2);
      const replay = { kind: 'replay', fragmentId: id, epoch, fromSeq: 2, toSeq: 2 } as const;
      expect(w.host.replay('a', replay)).toMatchObject([{ seq: 2 }]);
      renew('q2', 2);
      expect(codeOf(() => w.host.replay('a', replay))).toBe('REPLAY_UNAVAILABLE');
    });

    it('an acknowledgement of another epoch is none', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.send('x', 9);
      const epoch = w.published[0]?.epoch ?? 0;
      const acknowledged = [{ fragmentId: id, epoch: epoch - 1, seq: 1 }];
      w.host.renew('a', { kind: 'renew', queryId: 'q1', fragmentIds: [id], acknowledged });
      const replay = () => w.host.replay('a', { kind: 'replay', fragmentId: id, epoch, fromSeq: 1, toSeq: 1 });
      expect(codeOf(replay)).toBe('none');
    });

    it('under load wait for the pause between two flushes; who holds causes back gets them at once', () => {
      const w = new HostWorld();
      const id = w.run('a');
      w.runtime.ingest('renci.Mem', { host: 'x', util: 9, domain: 'renci' });
      w.host.flush();
      w.runtime.ingest('renci.Mem', { host: 'y', util: 9, domain: 'renci' });
      w.host.flush();
      expect(hosts(w)).toEqual(['1:x']);
      w.host.flushAtOnce(['other', id]);
      expect(hosts(w)).toEqual(['1:x', '2:y']);
      w.pass(100);
      expect(hosts(w)).toEqual(['1:x', '2:y']);
    });

    it('that wait leave by themselves', () => {
      const w = new HostWorld();
      w.run('a');
      for (const host of ['x', 'y', 'z']) {
        w.runtime.ingest('renci.Mem', { host, util: 9, domain: 'renci' });
        w.host.flush();
      }
      w.pass(20);
      expect(hosts(w)).toEqual(['1:x', '2:y', '3:z']);
    });
  });

  it("a snapshot holds the view's present rows as of the last number", () => {
    const w = new HostWorld();
    const id = w.run('a', VIEW);
    for (const [host, util] of [
      ['x', 9],
      ['y', 3],
      ['z', 8],
    ] as const)
      w.send(host, util);
    const reply = w.host.snapshot('a', { kind: 'snapshot', fragmentId: id });
    expect(reply).toMatchObject({
      kind: 'snapshot',
      rows: [{ id: { domain: 'renci', seq: 3, part: 0 }, values: ['z'] }],
      watermarkMs: 1_001,
    });
    expect(reply).toMatchObject({ seq: w.published.reduce((n, e) => n + e.deltas.length, 0) });
  });

  it('a snapshot for a later query leaves out what entered before its start, also where it shares the fragment', () => {
    const w = new HostWorld();
    const epl = 'select irstream host from renci.Mem#length(5) where util > 5';
    const id = w.run('a', { ...VIEW, epl, queryId: 'q1' });
    w.send('old', 9);
    w.wall(5_000);
    expect(w.run('a', { ...VIEW, epl, queryId: 'q2' })).toBe(id);
    w.send('new', 9);
    const rowsFrom = (fromMs?: number) => {
      const reply = w.host.snapshot('a', { kind: 'snapshot', fragmentId: id, fromMs });
      return reply.kind === 'snapshot' ? reply.rows.map((r) => r.values[0]) : [];
    };
    expect([rowsFrom(5_001), rowsFrom(0), rowsFrom()]).toEqual([['new'], ['old', 'new'], ['old', 'new']]);
  });

  it('says who reads a metric, by the name of the union and of its own stream', () => {
    const w = new HostWorld();
    w.run('a');
    expect(w.host.readersOf(['Mem', 'renci.Mem'])).toEqual([expect.stringMatching(/^fragment [\w-]{12} for a$/)]);
    expect(w.host.readersOf(['Cpu'])).toEqual([]);
  });
});
