import { describe, expect, it } from 'vitest';
import { CatalogOfDomains } from '../../../src/agent/federated-catalog.ts';
import { bytesHz, explainPlan } from '../../../src/planner/explain.ts';
import { disclosuresOf } from '../../../src/planner/disclosure.ts';
import { metric, plan } from './support.ts';

describe('explain', () => {
  it('says what runs where, what stands for what, the cost, what was weighed, and what each domain discloses to whom', () => {
    const p = plan(
      "@name('hot') select m.host as h from renci.Mem#length(2) as m, tacc.Cpu#time(3 sec) as c where m.host = c.host and m.util > 3",
    );
    const size = expect.stringMatching(/^.*about [\d.]+ k?B\/s: .* per second$/);
    const weight = (title: string): unknown => expect.stringMatching(new RegExp(`^ +[\\d.]+ k?B/s  ${title}`));
    expect(explainPlan(p).split('\n')).toEqual([
      expect.stringMatching(/^plan for client: about .* across borders \(envelopes .*, heartbeats .*\)$/),
      '',
      'client evaluates on the merged clock',
      "│ @name('hot') select m.host as h from `~0` as m, `~1`#time(3 sec) as c where m.host = c.host",
      '├─ `~0` renci.Mem: rows that enter and leave a window',
      '│  └─ at renci: select irstream host from renci.Mem#length(2) where util > 3',
      '│     by: push the stream filter; push used columns only; push the data window; push a where conjunct above its pushed window',
      size,
      '└─ `~1` tacc.Cpu: events',
      '   └─ at tacc: select host from tacc.Cpu',
      '      by: push the stream filter; push used columns only',
      size,
      '',
      'weighed',
      weight('this plan'),
      weight('without: push the data window \\(renci.Mem as m\\)'),
      weight('no rewrite: every event of the streams, in all columns'),
      '',
      'disclosed',
      '  renci → client: host of renci.Mem (rows that enter and leave a window)',
      '  tacc → client: host of tacc.Cpu (events)',
    ]);
  });

  it('says so when a statement is shipped, when no column is disclosed, and when nothing crosses', () => {
    expect(explainPlan(plan("@name('d') select host from uky.Disk"))).toContain('│ d: rows of `~0` as they come');
    expect(explainPlan(plan('select count(*) from Mem'))).toContain(
      'renci, tacc, uky → client: that an event of Mem came, no column',
    );
    expect(explainPlan(plan('select host from uky.Disk', { owner: 'uky' }))).toMatch(
      /^plan for uky: nothing crosses a border/,
    );
  });

  it('tells a union of many domains in one line', () => {
    const many = new CatalogOfDomains(
      Array.from({ length: 50 }, (_, i) => ({ domain: `d${i}`, version: 1, metrics: [metric('M', { v: 'int' })] })),
    );
    const text = explainPlan(plan('select v from M', {}, many));
    expect(text).toContain('at d0, d1, d10, d11, d12, d13, d14, d15 and 42 others: select v from M');
    expect(text.split('\n').length).toBeLessThan(20);
  });

  it('disclosures name the domain, the reader, the stream, the columns and the text', () => {
    expect(disclosuresOf(plan('select host from Mem(util > 3)#length(2)', { owner: 'tacc' }))).toEqual(
      ['renci', 'uky'].map((domain) => ({
        domain,
        to: 'tacc',
        of: 'Mem',
        columns: ['host'],
        kind: 'stream',
        epl: 'select host from Mem(util > 3)',
      })),
    );
  });

  it.each([
    [0, '0 B/s'],
    [999, '999 B/s'],
    [1000, '1.00 kB/s'],
    [56_789, '56.8 kB/s'],
    [1.5e6, '1.50 MB/s'],
    [2e9, '2.00 GB/s'],
  ])('%d bytes per second read %s', (value, text) => {
    expect(bytesHz(value)).toBe(text);
  });
});
