import { describe, expect, it } from 'vitest';
import { fragments, plan, residual } from './support.ts';

const join = (mem: string, where = 'm.util > 3'): string =>
  `select m.host as h, c.host as i from ${mem} as m, tacc.Cpu#keepall as c where ${where}`;

describe('push the data window', () => {
  it.each([
    '#length(2)',
    '#lastevent()',
    '#unique(host)',
    '#firstunique(host)',
    '#firstevent()',
    '#firstlength(2)',
    '#sort(2, util desc)',
    '#rank(host, 2, util desc)',
    '#groupwin(host)#length(2)',
  ])('%s of one domain moves with the conjunct above it; rows come and leave by id', (window) => {
    const p = plan(join(`renci.Mem${window}`));
    const [mem] = p.fragments;
    expect(mem).toMatchObject({ kind: 'view', domain: 'renci' });
    expect(mem?.epl).toMatch(/^select irstream host from renci\.Mem#/);
    expect(mem?.epl).toMatch(/\) where util > 3$/);
    expect(residual(p)[0]).toContain('from `~0` as m, ');
    expect(residual(p)[0]).not.toContain('where');
  });

  it('several windows together', () => {
    expect(plan(join('renci.Mem#length(3)#unique(host)')).fragments[0]?.epl).toContain('#length(3)#unique(host)');
  });

  it.each([
    ['no conjunct rides on top', 'renci.Mem#length(2)', 'm.host = c.host'],
    ['the reference is a union', 'Mem#length(2)', 'm.util > 3'],
    ['a window of the chain cannot move', 'renci.Mem#length(2)#time(3 sec)', 'm.util > 3'],
    ['a filter stays in the residual', 'renci.Mem(current_timestamp() > 1)#length(2)', 'm.util > 3'],
  ])('stays when %s', (_, mem, where) => {
    const p = plan(join(mem, where));
    expect(p.fragments.every((f) => f.kind === 'stream')).toBe(true);
    expect(residual(p)[0]).toContain('#length(2)');
  });

  it('stays when rows are retained by any of its windows', () => {
    const p = plan(
      'select m.host as h from renci.Mem#length(2)#unique(host) as m retain-union, tacc.Cpu#keepall as c where m.util > 3',
    );
    expect(p.fragments[0]?.kind).toBe('stream');
    expect(residual(p)[0]).toContain('retain-union');
  });

  it('stays when a variable sets its size', () => {
    const p = plan(`create variable int n = 2; ${join('renci.Mem#length(n)')}`);
    expect(fragments(p)[0]).toBe('renci stream: select host, util from renci.Mem');
  });

  it('stays when prev looks into it', () => {
    const p = plan('select prev(1, m.host) as h from renci.Mem#length(2) as m, tacc.Cpu#keepall as c where m.util > 3');
    expect(p.fragments[0]?.kind).toBe('stream');
  });
});
