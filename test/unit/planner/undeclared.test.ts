/** Members that no type declares travel in columns of their own behind those that are read. */
import { describe, expect, it } from 'vitest';
import { fragments, plan, residual } from './support.ts';

describe('undeclared members', () => {
  it('each with every stream of the module', () => {
    const p = plan(
      'select m.host, temp? as t from Mem as m; select load from renci.Cpu#length(2) where meta?.rack = 3',
    );
    expect(fragments(p)[0]).toBe(
      'renci stream: select host, util, used, domain, meta? as `~?meta`, temp? as `~?temp` from Mem',
    );
    expect(residual(p)[0]).toBe('select m.host, temp? as t from `~0` as m');
  });

  it('with whether they were there, where that is asked; declared ones too', () => {
    const p = plan('select exists(temp?) as t, exists(host?) as h from Mem');
    expect(fragments(p)[0]).toContain(
      'exists(host?) as `~!host`, temp? as `~?temp`, exists(temp?) as `~!temp` from Mem',
    );
  });

  it('of streams under their own name too', () => {
    const p = plan('create window W#keepall as (host string); on Mem(temp? = 3) delete from W');
    expect(fragments(p)[0]).toMatch(/^\w+ stream: select .*, temp\? as `~\?temp` from /);
  });

  it('none where none is read', () => {
    expect(fragments(plan('select host from Mem'))[0]).toBe('renci stream: select host from Mem');
  });

  it('refused where the stream is there already without them', () => {
    const epl = 'insert into Mem select host, util, used from Cpu; select temp? as t from Mem';
    const known = plan('insert into Mem select host, load as util, 1L as used from Cpu; select temp? as t from Mem');
    const knownInputs = new Set(known.inputs.map((i) => i.name));
    expect(() => plan(epl.replace('util, used', 'load as util, 1L as used'), { knownInputs })).toThrow(
      /reads stream .*Mem already, in its declared properties/,
    );
  });
});
