/**
 * Named windows and tables against plain maps: random events, merges, updates, deletes, resets and fire-and-forget
 * queries; after each step the rows, what a late and an early consumer hold, and look-ups by hash and by range agree.
 */
import { expect, test } from 'vitest';
import { EplRun, eventType, randomOf } from '../support/epl-run.ts';

const EVENT = eventType('E', { op: 'string', k: 'string', n: 'int', m: 'int' });
const STEPS = 250;
const SEEDS = Array.from({ length: 6 }, (_, i) => 9_000 + i);

interface Row {
  readonly k: string;
  n: number;
  m: number;
}

/** Rows of a window `as (k string, n int, m int)` by key: what every store of the test has to hold. */
class Model {
  readonly rows = new Map<string, Row>();

  merge(k: string, n: number, m: number): void {
    const row = this.rows.get(k);
    if (row === undefined) this.rows.set(k, { k, n, m });
    else if (n < 10) this.rows.delete(k);
    else this.rows.set(k, { ...row, n: row.n + n, m });
  }

  where(holds: (row: Row) => boolean): readonly Row[] {
    return [...this.rows.values()].filter(holds);
  }

  addTo(rows: readonly Row[], m: number): void {
    for (const row of rows) this.rows.set(row.k, { ...row, m: row.m + m });
  }
}

const MERGE = `on E(op = 'merge') as e merge S as s where s.k = e.k
  when matched and e.n < 10 then delete
  when matched then update set n = s.n + e.n, m = e.m
  when not matched then insert select e.k as k, e.n as n, e.m as m`;

const STORES: readonly (readonly [string, string])[] = [
  ['a keepall window', 'create window S#keepall as (k string, n int, m int)'],
  ['a unique window', 'create window S#unique(k) as (k string, n int, m int)'],
  [
    'an indexed window',
    'create window S#keepall as (k string, n int, m int); create unique index I on S(k); create index J on S(m btree)',
  ],
  ['a table', 'create table S (k string primary key, n int, m int)'],
  [
    'an indexed table',
    'create table S (k string primary key, n int, m int); create index J on S(m btree); create index H on S(n)',
  ],
];

function sorted(rows: Iterable<unknown>): readonly unknown[] {
  return [...rows].map((r) => JSON.stringify(r)).toSorted();
}

test.each(STORES)('%s holds what a map holds', (_name, create) => {
  for (const seed of SEEDS) {
    const random = randomOf(seed);
    const int = (below: number): number => Math.floor(random() * below);
    const run = new EplRun([EVENT]);
    run.deploy(`${create}; ${MERGE};
      on E(op = 'add') as e update S as s set m = s.m + e.m where s.m >= e.n and s.m < e.n + 20;
      on E(op = 'cut') as e delete from S as s where s.m between e.n and e.m;
      @name('range') on E(op = 'look') as e select s.k as k, s.n as n, s.m as m from S as s where s.m > e.n;
      @name('key') on E(op = 'look') as e select s.k as k, s.n as n, s.m as m from S as s where s.n = e.m;
      @name('sub') select (select sum(m) from S as s where s.k = e.k) as one, (select count(*) from S) as c from E(op = 'look') as e`);
    const window = create.startsWith('create window');
    if (window) run.deploy("@name('early') select sum(n) as s, count(*) as c from S");
    const model = new Model();
    let total: unknown = null;
    for (let step = 0; step < STEPS; step++) {
      const at = `seed ${seed} step ${step}`;
      const k = `k${int(8)}`;
      const n = int(40);
      const m = int(40);
      const op = ['merge', 'merge', 'merge', 'add', 'cut', 'look', 'faf'][int(7)] ?? 'merge';
      if (op === 'merge') model.merge(k, n, m);
      if (op === 'add')
        model.addTo(
          model.where((r) => r.m >= n && r.m < n + 20),
          m,
        );
      if (op === 'cut')
        for (const row of model.where((r) => r.m >= Math.min(n, m) && r.m <= Math.max(n, m))) model.rows.delete(row.k);
      if (op === 'faf') {
        const touched = model.where((r) => r.n > 30);
        model.addTo(touched, 1);
        expect(run.query('update S set m = m + 1 where n > 30'), at).toHaveLength(window ? touched.length : 0);
      } else {
        run.send('E', { op, k, n, m });
      }
      const calls = run.take();
      total = calls.findLast((c) => c.statement === 'early')?.insert.at(-1) ?? total;
      const rows = [...model.rows.values()];
      expect(sorted(run.query('select * from S')), at).toEqual(sorted(rows));
      if (op === 'look') {
        const rowsOf = (name: string): readonly unknown[] =>
          sorted(calls.filter((c) => c.statement === name).flatMap((c) => c.insert));
        expect(rowsOf('range'), at).toEqual(sorted(model.where((r) => r.m > n)));
        expect(rowsOf('key'), at).toEqual(sorted(model.where((r) => r.n === m)));
        expect(rowsOf('sub'), at).toEqual(sorted([{ one: model.rows.get(k)?.m ?? null, c: rows.length }]));
      }
      if (!window || total === null || step % 25 !== 0) continue;
      const sum = rows.length === 0 ? null : rows.reduce((s, r) => s + r.n, 0);
      expect(total, at).toEqual({ s: sum, c: rows.length });
      const late = run.deploy(`@name('late') select sum(n) as s, count(*) as c from S`);
      expect(run.iterate(late, 'late'), at).toEqual([{ s: sum, c: rows.length }]);
      run.engine.undeploy(late);
    }
  }
});

test('into table agrees with sums over a plain list', () => {
  for (const seed of SEEDS) {
    const random = randomOf(seed);
    const run = new EplRun([EVENT]);
    run.deploy(`create table T (k string primary key, s sum(int), c count(*), hi max(int), d count(distinct int));
      into table T select sum(n) as s, count(*) as c, max(n) as hi, count(distinct n) as d from E(op = 'in')#length(10) group by k;
      @name('read') select T[k].s as s, T[k].c as c, T[k].hi as hi, T[k].d as d from E(op = 'read')`);
    const last: { readonly k: string; readonly n: number }[] = [];
    const seen = new Set<string>();
    for (let step = 0; step < STEPS; step++) {
      const k = `k${Math.floor(random() * 4)}`;
      const n = Math.floor(random() * 6);
      if (random() < 0.6) {
        run.send('E', { op: 'in', k, n });
        seen.add(k);
        last.push({ k, n });
        if (last.length > 10) last.shift();
        continue;
      }
      run.take();
      run.send('E', { op: 'read', k });
      const own = last.filter((e) => e.k === k).map((e) => e.n);
      const wanted = {
        s: own.length === 0 ? null : own.reduce((a, b) => a + b, 0),
        c: seen.has(k) ? own.length : null,
        hi: own.length === 0 ? null : Math.max(...own),
        d: seen.has(k) ? new Set(own).size : null,
      };
      expect(
        run.take().flatMap((c) => (c.statement === 'read' ? c.insert : [])),
        `seed ${seed} step ${step}`,
      ).toEqual([wanted]);
    }
  }
});
