import { describe, expect, it } from 'vitest';
import { fragments, plan, residual, soleFragment } from './support.ts';

describe('push the stream filter', () => {
  it("runs conjuncts on the event's own properties at every domain of a union", () => {
    const p = plan("select host from Mem(util > 5 and host = 'a')#length(2)");
    expect(fragments(p)).toEqual(
      ['renci', 'tacc', 'uky'].map((d) => `${d} stream: select host from Mem(util > 5 and host = 'a')`),
    );
    expect(residual(p)).toEqual(['select host from `~0`#length(2)']);
  });

  it('no longer ships a column that only the pushed filter reads', () => {
    expect(plan('select host from Mem(util > 5)#keepall').fragments[0]?.columns.map((c) => c.name)).toEqual(['host']);
  });

  it.each([
    ['arithmetic', 'util * 2 > used'],
    ['in', "host in ('a', 'b')"],
    ['between', 'util between 1 and 3'],
    ['like', "host like 'h%'"],
    ['regexp', "host regexp 'h.*'"],
    ['case', 'case when util > 3 then used > 1 else false end'],
    ['coalesce', 'coalesce(util, 0) > 1'],
    ['or', '(util > 1 or used > 2)'],
    ['not', 'not (util > 1)'],
    ['cast', 'cast(used, int) > 3'],
  ])('pushes %s', (_, filter) => {
    const p = plan(`select host from Mem(${filter})#length(2)`);
    expect(p.fragments[0]?.epl).toContain('(');
    expect(residual(p)).toEqual(['select host from `~0`#length(2)']);
  });

  it.each([
    ['the clock', 'current_timestamp() > 3'],
    ['a type name', "typeof(m) = 'renci.Mem'"],
    ['an undeclared member', 'm.extra? is not null'],
    ['a subquery', 'util > (select max(load) from tacc.Cpu#lastevent)'],
    ['existence of a member', 'exists(m.extra?)'],
  ])('keeps what reads %s', (_, filter) => {
    const p = plan(`select host from Mem(${filter}) as m`);
    for (const f of p.fragments.filter((x) => x.epl.includes('Mem'))) expect(f.epl).not.toContain('Mem(');
    expect(residual(p)[0]).toMatch(/^select host from (`~0`|Mem)\(/);
  });

  it('keeps what reads a variable, with its columns, and pushes the rest', () => {
    const p = plan('create variable int lim = 3; select host from renci.Mem(util > 5, used > lim)#length(2)');
    expect(soleFragment(p).epl).toBe('select host, used from renci.Mem(util > 5)');
    expect(residual(p)).toEqual(['create variable int lim = 3', 'select host from `~0`(used > lim)#length(2)']);
  });

  it('keeps what uses a declared expression of the statement or of the module', () => {
    const own = plan('expression big { x => x.util > 3 } select host from Mem(big(m), used > 1)#length(1) as m');
    expect(own.fragments[0]?.epl).toBe('select host, util from Mem(used > 1)');
    expect(residual(own)[0]).toContain('`~0`(big(m))#length(1) as m');
    const shared = plan('create expression big { x => x.util > 3 }; select host from Mem(big(m)) as m');
    expect(shared.fragments[0]?.epl).toBe('select host, util from Mem');
  });

  it('pushes the filter of a subquery; what correlates stays in its where', () => {
    const p = plan(
      'select host, (select max(load) from tacc.Cpu(load > 3)#length(2) as c where c.host = m.host) as x from renci.Mem as m',
    );
    expect(fragments(p)).toEqual([
      'renci stream: select host from renci.Mem',
      'tacc stream: select host, load from tacc.Cpu(load > 3)',
    ]);
    expect(residual(p)[0]).toContain('`~1`#length(2) as c where c.host = m.host');
  });
});
