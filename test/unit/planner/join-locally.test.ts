import { describe, expect, it } from 'vitest';
import { fragments, plan, residual } from './support.ts';

const ALWAYS = { choose: 'always' } as const;

const FROM = 'from renci.Mem#length(2) as m, renci.Cpu#time(3 sec) as c, uky.Disk#lastevent as d';
const TIED = 'where m.host = c.host and d.host = m.host';

function isJoined(epl: string, options: Parameters<typeof plan>[1] = ALWAYS): boolean {
  return plan(epl, options).fragments.some((f) => f.rules.includes('join locally what lives together'));
}

describe('join locally what lives together', () => {
  it('streams of one domain are one view; its conditions and filters run there, in the columns that are read above', () => {
    const p = plan(
      `select m.host as h, load, d.free from renci.Mem(util > 1)#length(2) as m, renci.Cpu#time(3 sec) as c, uky.Disk#lastevent as d ${TIED} and m.used > 3 and cores < d.free`,
      ALWAYS,
    );
    expect(fragments(p)).toEqual([
      'renci view: select irstream m.host as m_host, c.load as c_load, c.cores as c_cores from renci.Mem(util > 1)#length(2) as m, renci.Cpu#time(3 sec) as c where m.host = c.host and m.used > 3',
      'uky stream: select host, free from uky.Disk',
    ]);
    expect(residual(p)).toEqual([
      'select m_c.m_host as h, m_c.c_load as load, d.free as `d.free` from `~0` as m_c, `~1`#lastevent as d where d.host = m_c.m_host and m_c.c_cores < d.free',
    ]);
  });

  it('equalities of `on` go where their streams go', () => {
    const p = plan(
      'select d.free as f from uky.Disk#lastevent as d inner join renci.Mem#keepall as m on m.host = d.host inner join renci.Cpu#keepall as c on c.host = m.host',
      ALWAYS,
    );
    expect(fragments(p)[0]).toBe(
      'renci view: select irstream m.host as m_host from renci.Mem#keepall as m, renci.Cpu#keepall as c where c.host = m.host',
    );
    expect(residual(p)).toEqual(['select d.free as f from `~1`#lastevent as d, `~0` as m_c where m_c.m_host = d.host']);
  });

  it('each domain joins its own', () => {
    const p = plan(
      'select m.util as u, n.util as v from renci.Mem#length(2) as m, renci.Cpu#length(2) as c, tacc.Mem#length(2) as n, tacc.Cpu#length(2) as e where m.host = c.host and n.host = e.host and m.host = n.host',
      ALWAYS,
    );
    expect(p.fragments.map((f) => `${f.domain} ${f.kind}`)).toEqual(['renci view', 'tacc view']);
    expect(residual(p)).toEqual([
      'select m_c.m_util as u, n_e.n_util as v from `~0` as m_c, `~1` as n_e where m_c.m_host = n_e.n_host',
    ]);
  });

  it('every use of an aggregate is renamed, also where two are equal', () => {
    const p = plan(`select m.host, sum(load) as s, sum(load) * 2 as t ${FROM} ${TIED} group by m.host`, ALWAYS);
    expect(residual(p)[0]).toContain(
      'select m_c.m_host as `m.host`, sum(m_c.c_load) as s, sum(m_c.c_load) * 2 as t from',
    );
  });

  it.each([
    ['plain columns', `select m.util as u, d.free as f ${FROM} ${TIED}`],
    ['irstream', `select irstream m.util as u ${FROM} ${TIED}`],
    ['groups', `select m.host as h, avg(c.load) as a ${FROM} ${TIED} group by m.host having avg(c.load) > 1`],
    ['order by', `select m.util as u ${FROM} ${TIED} order by m.util`],
  ])('with %s', (_, epl) => {
    expect(isJoined(epl)).toBe(true);
  });

  it.each([
    [
      'an outer join',
      'select m.util as u from renci.Mem#length(2) as m left outer join renci.Cpu#length(2) as c on m.host = c.host left outer join uky.Disk#lastevent as d on d.host = m.host',
    ],
    ['an output clause', `select m.util as u ${FROM} ${TIED} output every 2 events`],
    ['a limit', `select m.util as u ${FROM} ${TIED} limit 2`],
    ['insert into', `insert into X select m.util as u ${FROM} ${TIED}`],
    ['a wildcard', `select * ${FROM} ${TIED}`],
    ['an event as a value', `select m as e ${FROM} ${TIED}`],
    ['prev', `select prev(1, m.util) as p ${FROM} ${TIED}`],
    ['a subquery', `select m.util as u ${FROM} ${TIED} and exists (select * from uky.Disk#lastevent)`],
    ['a type test', `select typeof(m) as t ${FROM} ${TIED}`],
    [
      'an aggregate that sees the order of rows',
      `select m.host as h, first(c.load) as a ${FROM} ${TIED} group by m.host`,
    ],
    ['aggregates without groups', `select count(*) as n ${FROM} ${TIED}`],
    ['rollup', `select m.host as h, sum(c.load) as a ${FROM} ${TIED} group by rollup(m.host, d.host)`],
    ['nothing that ties them', `select m.util as u ${FROM} where d.host = m.host and d.host = c.host`],
    [
      'a window whose row may enter and leave at once',
      `select m.util as u from renci.Mem#sort(2, util) as m, renci.Cpu#length(2) as c, uky.Disk#lastevent as d ${TIED}`,
    ],
    [
      'two windows',
      `select m.util as u from renci.Mem#length(2)#unique(host) as m, renci.Cpu#length(2) as c, uky.Disk#lastevent as d ${TIED}`,
    ],
    [
      'an unaliased stream',
      'select util as u from renci.Mem#length(2), renci.Cpu#length(2) as c, uky.Disk#lastevent as d where util = c.load and d.host = c.host',
    ],
    [
      'a union',
      `select m.util as u from Mem#length(2) as m, renci.Cpu#length(2) as c, uky.Disk#lastevent as d ${TIED}`,
    ],
    ['a declared expression', `expression big { x => x.util > 3 } select m.util as u ${FROM} ${TIED} and big(m)`],
    [
      'a stream that is unidirectional',
      `select m.util as u from renci.Mem#length(2) as m, renci.Cpu#length(2) as c, uky.Disk as d unidirectional ${TIED}`,
    ],
    [
      'an alias that is a property',
      `select used.util as u from renci.Mem#length(2) as used, renci.Cpu#length(2) as c, uky.Disk#lastevent as d where used.host = c.host and d.host = c.host`,
    ],
  ])('not with %s', (_, epl) => {
    expect(isJoined(epl)).toBe(false);
  });

  it('not with a variable in a window or filter', () => {
    const join = (m: string): string =>
      `create variable int n = 2; select m.util as u from ${m} as m, renci.Cpu#length(2) as c, uky.Disk#lastevent as d ${TIED}`;
    expect(isJoined(join('renci.Mem#length(2)'))).toBe(true);
    expect(isJoined(join('renci.Mem#length(n)'))).toBe(false);
    expect(isJoined(join('renci.Mem(used > n)#length(2)'))).toBe(false);
  });

  it('not where all streams live in one domain, nor at the owner', () => {
    const whole =
      'select m.util as u from renci.Mem#length(2) as m, renci.Cpu#length(2) as c, renci.Mem#lastevent as d';
    expect(isJoined(`${whole} ${TIED}`)).toBe(false);
    expect(isJoined(`select m.util as u ${FROM} ${TIED}`, { ...ALWAYS, owner: 'renci' })).toBe(false);
  });

  it('only where it costs less: windows of many rows per key make more pairs than there are events', () => {
    const join = (w: string): string =>
      `select m.util as u, c.load as l, d.free as f from renci.Mem#${w} as m, renci.Cpu#${w} as c, uky.Disk#lastevent as d ${TIED}`;
    expect(isJoined(join('keepall'), {})).toBe(false);
    expect(isJoined(join('length(2)'), {})).toBe(true);
  });
});
