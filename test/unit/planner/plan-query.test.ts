import { describe, expect, it } from 'vitest';
import { CatalogOfDomains } from '../../../src/agent/federated-catalog.ts';
import { MAX_FRAGMENTS } from '../../../src/planner/plan-query.ts';
import { fragments, metric, plan, residual } from './support.ts';

describe('planQuery', () => {
  it('a union is one input over a fragment per domain, domains in the order of their bytes', () => {
    const p = plan('select host from Mem#length(2)');
    expect(p.inputs).toMatchObject([
      { name: '~0', kind: 'stream', fragments: ['f0.0', 'f0.1', 'f0.2'], standsFor: 'Mem' },
    ]);
    expect(p.fragments.map((f) => f.domain)).toEqual(['renci', 'tacc', 'uky']);
    const odd = new CatalogOfDomains(
      ['es_net', 'Zed', 'es-net', 'anl'].map((domain) => ({
        domain,
        version: 1,
        metrics: [metric('M', { v: 'int' })],
      })),
    );
    expect(plan('select v from M', {}, odd).fragments.map((f) => f.domain)).toEqual(['Zed', 'anl', 'es-net', 'es_net']);
  });

  it('equal references share an input', () => {
    const p = plan('select host from Mem#length(2); select host as h from Mem#time(3 sec)');
    expect(p.inputs).toHaveLength(1);
    expect(residual(p)).toEqual(['select host from `~0`#length(2)', 'select host as h from `~0`#time(3 sec)']);
    expect(plan('select host from Mem; select util from Mem').inputs).toHaveLength(2);
  });

  it('references that differ in their alias alone share an input', () => {
    const p = plan('select m.host as a from Mem#length(2) as m; select x.host as b from Mem#time(3 sec) as x');
    expect(p.inputs).toHaveLength(1);
    expect(fragments(p)).toEqual(['renci', 'tacc', 'uky'].map((d) => `${d} stream: select host from Mem`));
    expect(residual(p)).toEqual([
      'select m.host as a from `~0`#length(2) as m',
      'select x.host as b from `~0`#time(3 sec) as x',
    ]);
  });

  it.each([
    ['filter', 'keepall', 'renci stream: select host from renci.Mem(util > 3)'],
    ['where', 'length(2)', 'renci view: select irstream host from renci.Mem#length(2) where util > 3'],
  ])('so do those with a conjunct in the %s of the fragment', (_, window, text) => {
    const join = (m: string): string =>
      `select ${m}.host as h, c.host as i from renci.Mem#${window} as ${m}, tacc.Cpu#keepall as c where ${m}.util > 3`;
    const p = plan(`${join('m')}; ${join('x')}`);
    expect(p.inputs.map((i) => i.standsFor)).toEqual(['renci.Mem', 'tacc.Cpu']);
    expect(fragments(p)).toEqual([text, 'tacc stream: select host from tacc.Cpu']);
    expect(fragments(plan(join('x')))).toEqual(fragments(plan(join('m'))));
  });

  it("an alias that is also a property's name stays in the fragment", () => {
    const join = (window: string): string =>
      `select util.host as h, c.host as i from renci.Mem${window} as util, tacc.Cpu#keepall as c where util.used > 3`;
    expect(fragments(plan(join('#keepall')))[0]).toBe(
      'renci stream: select host from renci.Mem(util.used > 3) as util',
    );
    expect(fragments(plan(join('#length(2)')))[0]).toBe(
      'renci view: select irstream host from renci.Mem#length(2) as util where util.used > 3',
    );
  });

  it('names of domains are quoted where they are no identifiers', () => {
    const dotted = new CatalogOfDomains([
      { domain: 'net.example.org', version: 1, metrics: [metric('BW', { v: 'int' })] },
    ]);
    expect(plan('select v from `net.example.org`.BW', {}, dotted).fragments[0]?.epl).toBe(
      'select v from `net.example.org`.BW',
    );
  });

  it('an unaliased stream keeps its name where something calls it by that', () => {
    expect(residual(plan('select Mem.host as h from Mem'))).toEqual(['select Mem.host as h from `~0` as Mem']);
    expect(residual(plan('select host from Mem'))).toEqual(['select host from `~0`']);
    expect(residual(plan('select * from Mem#length(1), Cpu#length(1) where Mem.host = Cpu.host'))).toEqual([
      'select Mem as stream_0, Cpu as stream_1 from `~0`#length(1) as Mem, `~1`#length(1) as Cpu where Mem.host = Cpu.host',
    ]);
  });

  it('streams that the query makes stay in the residual', () => {
    const p = plan('insert into Hot select host from Mem(util > 9); select host from Hot#length(2)');
    expect(fragments(p)).toHaveLength(3);
    expect(residual(p)).toEqual(['insert into Hot select host from `~0`', 'select host from Hot#length(2)']);
  });

  it('numbers of inputs go on from those that a group has', () => {
    const p = plan('select host from Mem', { firstInput: 7 });
    expect(p.inputs[0]?.name).toBe('~7');
    expect(p.fragments[0]?.name).toBe('f7.0');
  });

  it('refuses a query of too many fragments with a hint', () => {
    const wide = new CatalogOfDomains(
      Array.from({ length: MAX_FRAGMENTS + 1 }, (_, i) => ({
        domain: `d${i}`,
        version: 1,
        metrics: [metric('M', { v: 'int' })],
      })),
    );
    expect(() => plan('select v from M', {}, wide)).toThrowError(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', hint: expect.stringContaining('name the domains') }),
    );
  });
});
