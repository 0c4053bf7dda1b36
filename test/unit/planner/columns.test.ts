import { describe, expect, it } from 'vitest';
import { fragments, plan } from './support.ts';

function columns(epl: string, fragment = 0): readonly string[] | undefined {
  return plan(epl).fragments[fragment]?.columns.map((c) => c.name);
}

const ALL = ['host', 'util', 'used', 'domain'];

describe('push used columns only', () => {
  it.each([
    ['select', 'select util from Mem', ['util']],
    ['where', 'select host from Mem#length(2) where used > 1', ['host', 'used']],
    ['group by and having', 'select count(*) from Mem group by host having max(util) > 1', ['host', 'util']],
    ['order by', 'select host from Mem#length(2) order by used', ['host', 'used']],
    ['an aggregate in the condition of a window', 'select host from Mem#expr_batch(sum(used) > 5)', ['host', 'used']],
    ['arguments of a window', 'select host from Mem#unique(used)', ['host', 'used']],
    ['an aggregate and its filter', 'select sum(used, util > 1) as s from Mem', ['util', 'used']],
    ['the domain', 'select domain from Mem', ['domain']],
    ['prev', 'select prev(1, util) as p from Mem#length(2)', ['util']],
  ])('ships what %s reads, in declared order', (_, epl, expected) => {
    expect(columns(epl)).toEqual(expected);
  });

  it.each([
    ['a wildcard', 'select * from Mem'],
    ['a wildcard of the stream', 'select m.* from Mem as m'],
    ['the event as a value', 'select m as e from Mem as m'],
    ['window(*)', 'select window(*) as w from Mem#length(2)'],
    ['an aggregate whose value is an event', 'select maxby(util) as w from Mem#length(2)'],
    ['prevwindow of events', 'select prevwindow(m) as w from Mem#length(2) as m'],
  ])('ships all columns for %s', (_, epl) => {
    expect(columns(epl)).toEqual(ALL);
  });

  it('ships a constant where no column is read', () => {
    const p = plan('select count(*) from Mem');
    expect(fragments(p)[0]).toBe('renci stream: select 1 as `~` from Mem');
    expect(p.fragments[0]?.columns.map((c) => c.name)).toEqual(['~']);
  });

  it('counts what a correlated subquery reads of the outer stream, at any depth', () => {
    const one = 'select host from Mem as m where exists (select * from tacc.Cpu#keepall as c where c.load > m.used)';
    expect(columns(one)).toEqual(['host', 'used']);
    const two =
      'select host from Mem as m where exists (select * from tacc.Cpu#keepall as c where c.load > (select max(free) from uky.Disk#keepall as d where d.free > m.util))';
    expect(columns(two)).toEqual(['host', 'util']);
  });

  it('tells streams of a join apart', () => {
    const epl = 'select m.util as a, c.cores as b from Mem#length(1) as m, Cpu#length(1) as c where m.host = c.host';
    expect(columns(epl, 0)).toEqual(['host', 'util']);
    expect(columns(epl, 3)).toEqual(['host', 'cores']);
  });
});
