import { describe, expect, it } from 'vitest';
import { CatalogOfDomains } from '../../../src/agent/federated-catalog.ts';
import { LayeredCatalog } from '../../../src/epl/catalog.ts';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import { CodedError } from '../../../src/model/errors.ts';
import { metric } from '../planner/support.ts';

const CATALOG = new CatalogOfDomains([
  { domain: 'tacc', version: 3, metrics: [metric('Mem', { host: 'string', util: 'double' })] },
  { domain: 'renci', version: 1, metrics: [metric('Mem', { util: 'long', host: 'string', rack: 'int' })] },
  { domain: 'uky', version: 1, metrics: [metric('Disk', { host: 'string' })] },
]);

function refusal(epl: string): CodedError {
  try {
    analyzeModule(parseModule(epl), new LayeredCatalog(CATALOG));
  } catch (error) {
    const explained = CATALOG.explain(error);
    if (explained instanceof CodedError) return explained;
  }
  throw new Error('the text was taken');
}

describe('the catalogs of all domains as one', () => {
  it('a union has the properties on which its domains agree, and the domain', () => {
    expect(CATALOG.eventType('Mem')?.properties.map((p) => p.name)).toEqual(['host', 'domain']);
    expect(CATALOG.domainsOf('Mem')).toEqual(['renci', 'tacc']);
  });

  it('the stream of one domain has all of its own, and is a subtype of the union', () => {
    expect(CATALOG.eventType('renci.Mem')).toMatchObject({ supertypes: ['Mem'] });
    expect(CATALOG.eventType('renci.Mem')?.properties.map((p) => p.name)).toEqual(['util', 'host', 'rack', 'domain']);
    expect(CATALOG.domainsOf('renci.Mem')).toEqual(['renci']);
  });

  it('what nobody offers is nobody’s', () => {
    expect(CATALOG.domainsOf('Net')).toBeNull();
    expect(CATALOG.domainsOf('uky.Mem')).toBeNull();
    expect(CATALOG.eventType('Net')).toBeUndefined();
  });

  it('reading a property of two types says which domain differs how', () => {
    const error = refusal('select util from Mem');
    expect(error.code).toBe('SCHEMA_CONFLICT');
    expect(error.message).toBe("domains disagree on property 'util' of Mem: renci has long, tacc has double");
    expect(error.position?.column).toBe(8);
    expect(error.hint).toContain('name the domain');
  });

  it('reading a property that one domain lacks says which', () => {
    expect(refusal('select rack from Mem').message).toContain('renci has int, tacc has none');
  });

  it('a name that no domain knows stays unknown', () => {
    expect(refusal('select hots from Mem').code).toBe('UNKNOWN_PROPERTY');
    expect(CATALOG.explain('no error')).toBe('no error');
  });

  it('does not depend on the order in which domains were heard', () => {
    const m = metric('M', { v: 'int' });
    const of = (names: readonly string[]) =>
      new CatalogOfDomains(names.map((domain) => ({ domain, version: 1, metrics: [m] }))).domainsOf('M');
    expect(of(['b', 'a', 'Z'])).toEqual(of(['Z', 'b', 'a']));
    expect(of(['b', 'a', 'Z'])).toEqual(['Z', 'a', 'b']);
  });
});
