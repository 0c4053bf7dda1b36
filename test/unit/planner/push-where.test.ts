import { describe, expect, it } from 'vitest';
import { fragments, plan, residual } from './support.ts';

const CPU = 'tacc.Cpu#keepall as c';

/** Text of the fragment for renci.Mem, and what is left of the where clause. */
function split(from: string, where: string, tail = ''): { readonly mem: string; readonly rest: string } {
  const p = plan(`select m.host as h, c.host as i from ${from} where ${where}${tail}`);
  const mem = p.fragments.find((f) => f.domain === 'renci')?.epl ?? '';
  return { mem, rest: /where (.*?)(?: output .*)?$/.exec(residual(p)[0] ?? '')?.[1] ?? '' };
}

describe('push a where conjunct on one stream', () => {
  it.each(['#keepall', '#time(3 sec)'])('into the filter below %s, where the receiver expires', (window) => {
    expect(split(`renci.Mem${window} as m, ${CPU}`, 'm.util > 3 and m.host = c.host')).toEqual({
      mem: 'select host from renci.Mem(util > 3)',
      rest: 'm.host = c.host',
    });
  });

  it('beside what the parentheses say already', () => {
    expect(split(`renci.Mem(used > 1)#keepall as m, ${CPU}`, 'm.util > 3').mem).toBe(
      'select host from renci.Mem(used > 1 and util > 3)',
    );
  });

  it('for unions too when the window ignores other rows', () => {
    const p = plan('select host from Mem#time(3 sec) where util > 3');
    expect(fragments(p)[0]).toBe('renci stream: select host from Mem(util > 3)');
    expect(residual(p)).toEqual(['select host from `~0`#time(3 sec)']);
  });

  it('not into a union with a window whose rows displace each other', () => {
    const p = plan('select host from Mem#length(2) where util > 3');
    expect(fragments(p)[0]).toBe('renci stream: select host, util from Mem');
    expect(residual(p)).toEqual(['select host from `~0`#length(2) where util > 3']);
  });

  it.each([
    ['time_batch', '#time_batch(3 sec)'],
    ['length_batch', '#length_batch(2)'],
    ['time_accum', '#time_accum(3 sec)'],
    ['ext_timed', '#ext_timed(used, 3 sec)'],
    ['expr', '#expr(current_count < 3)'],
    ['firsttime', '#firsttime(3 sec)'],
  ])('not below %s, which stays in the residual', (_, window) => {
    const { mem, rest } = split(`renci.Mem${window} as m, ${CPU}`, 'm.util > 3 and m.host = c.host');
    expect(mem).not.toContain('util >');
    expect(rest).toBe('m.util > 3 and m.host = c.host');
  });

  it.each([
    ['two streams', 'm.util > c.load'],
    ['the clock', 'm.util > current_timestamp()'],
    ['a subquery', 'm.util > (select max(free) from uky.Disk#lastevent)'],
    ['nothing of the stream', '1 = 2'],
  ])('not a conjunct on %s', (_, conjunct) => {
    const { mem, rest } = split(`renci.Mem#keepall as m, ${CPU}`, conjunct);
    expect(mem).not.toContain('(');
    expect(rest).not.toBe('');
  });

  it('not a conjunct on a variable', () => {
    const p = plan(`create variable int lim = 1; select m.host from renci.Mem#keepall as m, ${CPU} where m.util > lim`);
    expect(residual(p)[1]).toContain('where m.util > lim');
  });

  it('not where an output clause counts what arrives', () => {
    const { mem, rest } = split(`renci.Mem#keepall as m, ${CPU}`, 'm.util > 3', ' output every 2 events');
    expect(mem).toBe('select host, util from renci.Mem');
    expect(rest).toBe('m.util > 3');
  });

  it.each(['prev(1, m.util)', 'prior(1, m.util)', 'prevcount(m.util)'])('not where %s looks back', (look) => {
    const p = plan(`select ${look} as p, c.load from renci.Mem#keepall as m, ${CPU} where m.used > 3`);
    expect(residual(p)[0]).toContain('where m.used > 3');
  });

  it('not on a unidirectional stream', () => {
    const p = plan(`select m.host from renci.Mem as m unidirectional, ${CPU} where m.util > 3`);
    expect(residual(p)[0]).toContain('where m.util > 3');
  });

  describe('outer joins: only on the side that cannot be missing', () => {
    const joined = (kind: string): string => `renci.Mem#keepall as m ${kind} outer join ${CPU} on m.host = c.host`;
    it.each([
      ['left', true, false],
      ['right', false, true],
      ['full', false, false],
    ])('%s: left %s, right %s', (kind, left, right) => {
      expect(split(joined(kind), 'm.util > 3').mem.includes('util > 3')).toBe(left);
      const p = plan(`select m.host as h from ${joined(kind)} where c.load > 1`);
      expect(p.fragments.find((f) => f.domain === 'tacc')?.epl.includes('load > 1')).toBe(right);
    });

    it('a left join followed by a full one can miss both', () => {
      const from = `${joined('left')} full outer join uky.Disk#keepall as d on d.host = m.host`;
      expect(split(from, 'm.util > 3').mem).not.toContain('util >');
    });

    it('an inner join before an outer one keeps its rows', () => {
      const from = `renci.Mem#keepall as m inner join ${CPU} on m.host = c.host left outer join uky.Disk#keepall as d on d.host = m.host`;
      expect(split(from, 'm.util > 3').mem).toContain('util > 3');
    });
  });

  it("a subquery's where stays where it is", () => {
    const p = plan('select host from Mem as m where exists (select * from tacc.Cpu#keepall as c where c.load > 3)');
    expect(p.fragments.find((f) => f.epl.includes('Cpu'))?.epl).not.toContain('load > 3');
  });

  it('not a conjunct that uses a declared expression', () => {
    const p = plan('expression big { x => x.util > 3 } select host from Mem#keepall as m where big(m) and m.used > 1');
    expect(p.fragments[0]?.epl).toBe('select host, util from Mem(used > 1)');
    expect(residual(p)[0]).toContain('where big(m)');
  });
});
