import { describe, expect, it } from 'vitest';
import { fragments, plan, residual } from './support.ts';

describe('atoms of a pattern', () => {
  it('come as one input per stream, filtered, in the columns that are read', () => {
    const p = plan(
      'select a.host as host, b.load as load from pattern [every a=renci.Mem(util > 5) -> b=tacc.Cpu(host = a.host)]',
    );
    expect(fragments(p)).toEqual([
      'renci stream: select host, util from renci.Mem(util > 5)',
      'tacc stream: select host, load from tacc.Cpu',
    ]);
    expect(residual(p)).toEqual([
      'select a.host as host, b.load as load from pattern [every a=`~0`(util > 5) -> b=`~1`(host = a.host)]',
    ]);
  });

  it('of one stream share an input: it brings what any of them may take', () => {
    const p = plan(
      'select a.host as host from pattern [every a=uky.Disk(free > 5) -> not uky.Disk(free < 2) and timer:interval(1 sec)]',
    );
    expect(fragments(p)).toEqual(['uky stream: select host, free from uky.Disk(free > 5 or free < 2)']);
  });

  it('bring every event where one of them may take any', () => {
    const p = plan('select a.host as host from pattern [every a=uky.Disk(free > 5) -> b=uky.Disk(host = a.host)]');
    expect(fragments(p)).toEqual(['uky stream: select host, free from uky.Disk']);
  });

  it("keep a condition on tags, and drop the tag's name from what is sent", () => {
    const p = plan(
      "select b.host as host from pattern [every a=uky.Disk -> b=tacc.Cpu(b.load > 1 and b.cores > a.free and b.host = 'x')]",
    );
    expect(fragments(p)[1]).toBe("tacc stream: select host, load, cores from tacc.Cpu(load > 1 and host = 'x')");
  });

  it('count the columns of arrays of events', () => {
    const p = plan('select a[0].host as h from pattern [every [2] a=uky.Disk(free > 1)]');
    expect(fragments(p)).toEqual(['uky stream: select host, free from uky.Disk(free > 1)']);
  });

  it.each([
    ['a tag read as an event', 'select a from pattern [every a=uky.Disk(free > 1)]'],
    ['all tags', 'select * from pattern [every a=uky.Disk(free > 1)]'],
    ['an array read as a whole', 'select a.countOf() as n from pattern [every [2] a=uky.Disk(free > 1)]'],
  ])('come whole and under their own name for %s', (_, text) => {
    expect(fragments(plan(text))).toEqual(['uky stream: select host, free, domain from uky.Disk']);
    expect(residual(plan(text))[0]).toContain('uky.Disk');
  });

  it('come whole where a union and one of its domains overlap: an event stays one event', () => {
    const p = plan('select a.host as h from pattern [every a=Mem(util > 1) -> b=renci.Mem(host = a.host)]');
    expect(residual(p)[0]).toContain('renci.Mem');
  });
});
