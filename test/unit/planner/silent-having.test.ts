/** Rule "silent having", on both sides. */
import { describe, expect, it } from 'vitest';
import { plan } from './support.ts';

const silentOf = (epl: string, options = {}) => plan(epl, options).inputs[0]?.silent;

describe('safe', () => {
  it('ships the window, the columns, the group and the condition as one statement, to every domain of the union', () => {
    const p = plan(
      'select host, avg(util) as u from Mem(used > 1)#time(30 sec) where host != "x" group by host having avg(util) > 90',
    );
    expect(p.fragments.map((f) => `${f.domain} ${f.kind}: ${f.epl}`)).toEqual(
      ['renci', 'tacc', 'uky'].map(
        (d) =>
          `${d} stream: @Silent select irstream host, util from Mem(used > 1 and host != 'x')#time(30 sec) group by host having avg(util) > 90`,
      ),
    );
    expect(p.inputs[0]?.silent).toEqual({
      atoms: [{ aggregate: 'avg', column: 1, op: '>', value: 90, wraps: false }],
      groupBy: [0],
    });
    expect(p.statements[0]?.epl).toBe(
      'select host, avg(util) as u from `~0`#time(30 sec) as Mem group by host having avg(util) > 90'.replace(
        ' as Mem',
        '',
      ),
    );
  });

  it.each([
    ['select sum(used) as s from Mem#keepall having sum(used) < -5', { aggregate: 'sum', op: '<', value: -5 }],
    ['select count(*) as n from Mem having count(*) >= 3', { aggregate: 'count', column: null, op: '>=', value: 3 }],
    ['select min(util) as m from Mem#time(5) having 100 < min(util)', { aggregate: 'min', op: '>', value: 100 }],
    [
      'select max(m.util) as u from Mem#time(5) as m having max(m.util) <= 1.5',
      { aggregate: 'max', op: '<=', value: 1.5 },
    ],
    ['select sum(cores) as s from Cpu#time(5) having sum(cores) > 7', { aggregate: 'sum', wraps: true }],
  ])('%s', (epl, atom) => {
    expect(silentOf(epl)?.atoms).toMatchObject([atom]);
  });

  it('takes of a conjunction what it can prove', () => {
    const found = silentOf(
      'select avg(util) as u from Mem#time(5) having avg(util) > 5 and count(*) > 3 and avg(util) != 7',
    );
    expect(found?.atoms.map((a) => a.aggregate)).toEqual(['avg', 'count']);
  });
});

describe('unsafe', () => {
  it.each([
    'select avg(util) as u from renci.Mem#time(5) having avg(util) > 5',
    'select avg(util) as u from Mem#time(5) having avg(util) > 5 output every 2 sec',
    'select avg(util) as u from Mem#length(5) having avg(util) > 5',
    'select avg(util) as u from Mem#time(5)#length(3) having avg(util) > 5',
    'select avg(util) as u from Mem#time(5) having avg(util) > 5 or count(*) > 3',
    'select avg(util) as u from Mem#time(5) having avg(util) = 5',
    'select avg(util) as u from Mem#time(5) having avg(util) > count(*)',
    'select avg(distinct util) as u from Mem#time(5) having avg(distinct util) > 5',
    'select avg(util) as u, maxever(util) as e from Mem#time(5) having avg(util) > 5',
    'select avg(util) as u, first(util) as e from Mem#time(5) having avg(util) > 5',
    'select prev(1, util) as p, avg(util) as u from Mem#time(5) having avg(util) > 5',
    'select host, avg(util) as u from Mem#time(5) group by rollup(host) having avg(util) > 5',
    'select util, avg(used) as u from Mem#time(5) group by util having avg(used) > 5',
    'select avg(util + 1) as u from Mem#time(5) having avg(util + 1) > 5',
    'select avg(util, used > 3) as u from Mem#time(5) having avg(util, used > 3) > 5',
    'insert into Hot select avg(util) as u from Mem#time(5) having avg(util) > 5',
    'select avg(util) as u from Mem#time(5) having avg(util) > 5 and exists (select * from Cpu#lastevent)',
    'select avg(util) as u from Mem#time(5) where current_timestamp() > 7 having avg(util) > 5',
    'select avg(m.util) as u from Mem#time(5) as m, Cpu#time(5) as c having avg(m.util) > 5',
  ])('%s', (epl) => {
    expect(silentOf(epl)).toBeUndefined();
  });

  it('a statement beside others, one that is iterated, one that joins a group', () => {
    const epl = `@name('a') select avg(util) as u from Mem#time(5) having avg(util) > 5`;
    expect(silentOf(epl)).toBeDefined();
    expect(silentOf(`${epl}; select * from Cpu`)).toBeUndefined();
    expect(silentOf(epl, { iterated: new Set(['a']) })).toBeUndefined();
    expect(silentOf(epl, { contentWanted: true })).toBeUndefined();
    expect(silentOf(epl, { firstInput: 1 })).toBeUndefined();
    expect(silentOf(epl, { rules: new Set(['push-filter', 'push-where', 'push-columns']) })).toBeUndefined();
  });
});
