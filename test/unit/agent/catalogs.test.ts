import { describe, expect, it } from 'vitest';
import { Catalogs } from '../../../src/agent/catalogs.ts';
import type { DomainCatalog } from '../../../src/model/control.ts';
import { CodedError } from '../../../src/model/errors.ts';
import { SILENT_LOG } from '../../../sim/world/virtual-federation.ts';
import { metric } from '../planner/support.ts';

const catalog = (domain: string, version: number, metrics: readonly string[]): DomainCatalog => ({
  domain,
  version,
  metrics: metrics.map((name) => metric(name, { v: 'int' })),
});

function world() {
  const offers = new Map<string, DomainCatalog>([['tacc', catalog('tacc', 4, ['Mem'])]]);
  const asked: string[] = [];
  const connected = new Set(['tacc']);
  const catalogs = new Catalogs({
    transport: { members: () => ['tacc', 'uky'], connected: (d) => connected.has(d) },
    log: SILENT_LOG,
    own: () => catalog('renci', 1, ['Cpu']),
    ask: (to, request) => {
      const known = request.kind === 'catalog' ? request.knownVersion : -1;
      asked.push(`${to} ${known}`);
      const offer = offers.get(to);
      if (offer === undefined) return Promise.reject(new CodedError('TIMEOUT', 'no answer'));
      return Promise.resolve({ kind: 'catalog', catalog: offer.version === known ? null : offer });
    },
  });
  return { catalogs, offers, asked, connected };
}

describe('what is known of other domains', () => {
  it('connected ones are asked by version; what is known already is kept', async () => {
    const w = world();
    await w.catalogs.refresh();
    await w.catalogs.refresh();
    expect(w.asked).toEqual(['tacc 0', 'tacc 4']);
    expect(w.catalogs.all.map((c) => c.domain)).toEqual(['renci', 'tacc']);
  });

  it('a domain that went away is known by what it said last', async () => {
    const w = world();
    await w.catalogs.refresh();
    w.offers.delete('tacc');
    const known = await w.catalogs.federated();
    expect(known.domainsOf('Mem')).toEqual(['tacc']);
    expect(known.domainsOf('Cpu')).toEqual(['renci']);
  });

  it('a later version replaces the earlier one whole', async () => {
    const w = world();
    await w.catalogs.refresh();
    w.offers.set('tacc', catalog('tacc', 5, ['Disk']));
    const known = await w.catalogs.federated();
    expect(known.domainsOf('Mem')).toBeNull();
    expect(known.domainsOf('Disk')).toEqual(['tacc']);
  });

  it('figures come with every answer, also where the catalog is known', async () => {
    let rateHz = 5;
    const own = [{ metric: 'Cpu', rateHz: 1, columns: [] }];
    const catalogs = new Catalogs({
      transport: { members: () => ['tacc'], connected: () => true },
      log: SILENT_LOG,
      own: () => catalog('renci', 1, ['Cpu']),
      ownFigures: () => own,
      ask: () => {
        const figures = [{ metric: 'Mem', rateHz, columns: [{ name: 'v', bytes: 6, distinct: 8 }] }];
        return Promise.resolve({ kind: 'catalog', catalog: null, figures });
      },
    });
    expect(catalogs.figures('tacc', 'Mem')).toBeNull();
    await catalogs.refresh();
    expect(catalogs.figures('tacc', 'Mem')).toEqual({ rateHz: 5, columnBytes: { v: 6 }, distinct: { v: 8 } });
    rateHz = 7;
    await catalogs.refresh();
    expect(catalogs.figures('tacc', 'Mem')?.rateHz).toBe(7);
    expect(catalogs.figures('tacc', 'Disk')).toBeNull();
    expect(catalogs.figures('renci', 'Cpu')?.rateHz).toBe(1);
  });

  it('a domain speaks for itself alone', async () => {
    const w = world();
    w.offers.set('tacc', catalog('uky', 9, ['Mem']));
    expect((await w.catalogs.federated()).domainsOf('Mem')).toBeNull();
  });
});
