import { describe, expect, it } from 'vitest';
import { STRING, INT } from '../../../src/model/value.ts';
import type { EventType } from '../../../src/model/event-type.ts';
import { fragments, plan, residual, typedCatalog } from './support.ts';

const BASE = [{ name: 'host', type: STRING }];
const type = (name: string, supertypes: readonly string[], extra: EventType['properties'] = []): EventType => ({
  name,
  supertypes,
  properties: [...BASE, ...extra],
});
/** `Gpu` is a `Load` with a column more; both have streams of their own at each domain. */
const TYPED = typedCatalog(
  [
    type('Load', []),
    type('Gpu', ['Load'], [{ name: 'cores', type: INT }]),
    type('a.Load', ['Load']),
    type('b.Load', ['Load']),
    type('b.Gpu', ['Gpu'], [{ name: 'cores', type: INT }]),
  ],
  { Load: ['a', 'b'], Gpu: ['b'], 'a.Load': ['a'], 'b.Load': ['b'], 'b.Gpu': ['b'] },
);

describe('streams that reach the residual whole', () => {
  it('an on-trigger reads every event and column under the name of the type', () => {
    const p = plan('create variable int lim = 3; on Cpu set lim = Cpu.cores');
    expect(fragments(p)).toEqual([
      'renci stream: select host, load, cores, domain from renci.Cpu',
      'tacc stream: select host, load, cores, domain from tacc.Cpu',
    ]);
    expect(p.inputs.map((i) => i.name)).toEqual(['renci.Cpu', 'tacc.Cpu']);
    expect(residual(p)[1]).toBe('on Cpu set lim = Cpu.cores');
  });

  it('the stream of one domain too; a union beside it shares its input', () => {
    const one = plan('create variable int lim = 3; on tacc.Cpu set lim = 4');
    expect(one.inputs.map((i) => i.name)).toEqual(['tacc.Cpu']);
    const both = plan('create variable int lim = 3; on tacc.Cpu set lim = 4; on Cpu set lim = 5');
    expect(both.inputs.map((i) => i.name)).toEqual(['tacc.Cpu', 'renci.Cpu']);
  });

  it('the type of an event is asked for: rows keep it', () => {
    const p = plan('select typeof(m) as t from Mem as m');
    expect(p.inputs.map((i) => i.name)).toEqual(['renci.Mem', 'tacc.Mem', 'uky.Mem']);
    expect(residual(p)).toEqual(['select typeof(m) as t from Mem as m']);
  });

  it('a query that inserts into a stream of the federation reads it as it is', () => {
    const p = plan(
      "insert into Mem select host, load as util, 1L as used, 'x' as domain from Cpu; select host from Mem",
    );
    expect(residual(p)[0]).toMatch(/^insert into Mem .* from `~0`$/);
    expect(residual(p)[1]).toBe('select host from Mem');
    expect(p.inputs.map((i) => i.name)).toEqual(['~0', 'renci.Mem', 'tacc.Mem', 'uky.Mem']);
  });

  it('an event that is handed on as a column keeps its type', () => {
    const p = plan('insert into Seen select m as c, m.host as h from Mem as m; select c.host as h from Seen');
    expect(p.inputs.map((i) => i.name)).toEqual(['renci.Mem', 'tacc.Mem', 'uky.Mem']);
    const alone = plan('select m as c from Mem as m');
    expect(alone.inputs.map((i) => i.name)).toEqual(['~0']);
  });

  it('subtypes with more columns come as inputs of their own, each event once', () => {
    const p = plan('select * from Load', {}, TYPED);
    expect(fragments(p)).toEqual([
      'a stream: select host from a.Load',
      'b stream: select host from b.Load',
      'b stream: select host, cores from b.Gpu',
    ]);
    expect(residual(p)).toEqual(['select * from Load']);
  });

  it('not when only columns of the stream itself are read: subtypes are read as what they are here', () => {
    const p = plan('select count(*) from Load', {}, TYPED);
    expect(fragments(p)).toEqual(['a stream: select 1 as `~` from Load', 'b stream: select 1 as `~` from Load']);
  });

  it('types without a name per domain are told apart by typeof', () => {
    const catalog = typedCatalog([type('Load', []), type('Gpu', ['Load'], [{ name: 'cores', type: INT }])], {
      Load: ['a'],
      Gpu: ['a'],
    });
    expect(fragments(plan('select * from Load', { owner: 'o', iterated: new Set() }, catalog))).toEqual([
      "a stream: select host from Load as e where typeof(e) in ('Load', 'a.Load')",
      'a stream: select host, cores from Gpu',
    ]);
  });

  it('inputs that the group has already are not asked for again', () => {
    const epl = 'create variable int lim = 3; on Cpu set lim = 4';
    expect(plan(epl, { knownInputs: new Set(['renci.Cpu']) }).inputs.map((i) => i.name)).toEqual(['tacc.Cpu']);
  });
});
