import { describe, expect, it } from 'vitest';
import { fragments, plan, soleFragment } from './support.ts';

describe('ship the whole statement', () => {
  it.each([
    ['one stream', 'select host from renci.Mem(util > 1)#length(2) where used > 3'],
    ['a union that one domain offers', 'select host from Disk#length(2)'],
    ['a join', 'select m.host from renci.Mem#length(1) as m, renci.Cpu#length(1) as c where m.host = c.host'],
    [
      'aggregates, having, output',
      'select host, avg(util) as a from renci.Mem#time(3 sec) group by host having avg(util) > 1 output last every 3 sec',
    ],
    ['a subquery', 'select host from renci.Mem where util > (select max(load) from renci.Cpu#lastevent)'],
    ['prev', 'select prev(1, util) as p from renci.Mem#length(2)'],
    ['irstream', 'select irstream host from renci.Mem#length(2)'],
    ['the type of an event', 'select typeof(m) as t from renci.Mem as m'],
    ['a declared expression', 'expression big { x => x.util > 3 } select host from renci.Mem(big(m)) as m'],
  ])('%s: only result rows travel', (_, epl) => {
    const p = plan(`@name('s0') ${epl}`, { choose: 'always' });
    const fragment = soleFragment(p);
    expect(fragment).toMatchObject({ kind: 'result', rules: ['ship the whole statement'] });
    expect(fragment.epl).not.toContain('@name');
    expect(p.statements).toMatchObject([{ name: 's0', epl: null, shippedAs: p.inputs[0]?.name }]);
  });

  it('takes shared declarations along', () => {
    const p = plan('create expression big { x => x.util > 3 }; select host from renci.Mem(big(m)) as m');
    expect(soleFragment(p).epl).toMatch(/^expression big \{.*\} select host/);
  });

  it.each([
    ['two domains', 'select m.host from renci.Mem#length(1) as m, tacc.Cpu#length(1) as c'],
    ['a union', 'select host from Mem#length(2)'],
    [
      'another domain in a subquery',
      'select host from renci.Mem where util > (select max(load) from tacc.Cpu#lastevent)',
    ],
    ['insert into', 'insert into X select host from renci.Mem'],
    ['a variable', 'create variable int lim = 1; select host from renci.Mem(util > lim)'],
    ['a variable in limit', 'create variable int n = 1; select host from renci.Mem#length(9) limit n'],
    ['a variable in the output rate', 'create variable int n = 1; select host from renci.Mem output every n events'],
    ['output when', 'select host from renci.Mem output when count_insert > 2'],
    ['a stream that the query makes', 'insert into X select host from renci.Mem; select host from X'],
  ])('not with %s', (_, epl) => {
    expect(plan(epl).fragments.some((f) => f.kind === 'result')).toBe(false);
  });

  it('not when its content is asked for', () => {
    const epl = "@name('s0') select host from renci.Mem#length(2)";
    expect(plan(epl, { iterated: new Set(['s0']) }).fragments[0]?.kind).toBe('stream');
    expect(plan(epl, { iterated: new Set(['s1']) }).fragments[0]?.kind).toBe('result');
  });

  it('each statement has a result of its own, though the texts are equal', () => {
    const p = plan("@name('a') select host from renci.Mem; @name('b') select host from renci.Mem", {
      choose: 'always',
    });
    expect(fragments(p)).toHaveLength(2);
    expect(new Set(p.statements.map((s) => s.shippedAs)).size).toBe(2);
  });
});
