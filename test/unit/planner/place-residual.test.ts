import { describe, expect, it } from 'vitest';
import { domainsOf, type Plan } from '../../../src/model/plan.ts';
import { crossingBytesHz } from '../../../src/planner/cost/plan-bytes.ts';
import type { Statistics } from '../../../src/planner/cost/statistics.ts';
import { disclosuresOf } from '../../../src/planner/disclosure.ts';
import { explainPlan } from '../../../src/planner/explain.ts';
import { ALL_RULES } from '../../../src/planner/rules/rule-names.ts';
import { AT_OWNER, FIXED_FEDERATION, plan } from './support.ts';

const ALWAYS = { rules: ALL_RULES, choose: 'always' } as const;
const JOIN =
  'select m.host as h, d.free as f from renci.Mem#time(3 sec) as m, uky.Disk#lastevent as d where m.host = d.host';

function isPlaced(p: Plan): boolean {
  return p.fragments.some((f) => f.placed !== undefined);
}

describe('place the residual', () => {
  it('the text runs at a domain that it reads, which asks the other', () => {
    const p = plan(JOIN, ALWAYS);
    const [fragment, ...more] = p.fragments;
    expect(more).toEqual([]);
    expect(fragment).toMatchObject({ kind: 'result', columns: [{ name: 'h' }, { name: 'f' }] });
    expect(fragment?.placed?.fragments.map((f) => f.domain).sort()).toEqual(['renci', 'uky']);
    expect(['renci', 'uky']).toContain(fragment?.domain);
    expect(p.statements).toMatchObject([{ epl: null, shippedAs: p.inputs[0]?.name }]);
    expect(domainsOf(p).toSorted()).toEqual(['renci', 'uky']);
    expect(p.clock).toBe('merged');
  });

  it('with the owner as one of the domains, not at the owner', () => {
    expect(plan(JOIN, { ...ALWAYS, owner: 'renci' }).fragments).toMatchObject([{ domain: 'uky' }]);
  });

  it.each([
    ['one domain', 'select host from renci.Mem#length(2)'],
    ['a union, which may grow', 'select m.host as h from Mem#time(3 sec) as m, uky.Disk#lastevent as d'],
    ['insert into', `insert into X ${JOIN}`],
    ['a variable', `create variable double x = 1; ${JOIN} and util > x`],
    ['a second statement', `${JOIN}; select host from renci.Mem`],
    ['events as columns', 'select m as e from renci.Mem#length(2) as m, uky.Disk#lastevent as d'],
  ])('not with %s', (_, epl) => {
    expect(isPlaced(plan(epl, ALWAYS))).toBe(false);
  });

  it('a union that does not change while queries run', () => {
    const epl = 'select m.host as h from Mem#time(3 sec) as m, uky.Disk#lastevent as d';
    expect(isPlaced(plan(epl, ALWAYS, FIXED_FEDERATION))).toBe(true);
  });

  it('not where content is asked for, nor switched off', () => {
    expect(isPlaced(plan(JOIN, { ...ALWAYS, contentWanted: true }))).toBe(false);
    expect(isPlaced(plan(JOIN, { ...ALWAYS, rules: AT_OWNER }))).toBe(false);
  });

  it('the cost decides where rates are known: what few rows come of stays with its rows', () => {
    const rates = (mem: number, disk: number): Statistics => {
      return (_, metric) => ({ rateHz: metric === 'Mem' ? mem : disk });
    };
    const epl = `select count(*) as n from renci.Mem as m unidirectional, uky.Disk#lastevent as d where m.host = d.host
                 output last every 10 sec`;
    const few = plan(epl, { rules: ALL_RULES, statistics: rates(1_000, 0.01) });
    expect(few.fragments).toMatchObject([{ domain: 'renci', kind: 'result' }]);
    const here = plan(epl, { rules: AT_OWNER, statistics: rates(1_000, 0.01) });
    expect(crossingBytesHz(few)).toBeLessThan(crossingBytesHz(here) / 10);
    expect(few.alternatives?.map((a) => a.title)).toContain(
      'without: place the residual where its rows are (at renci)',
    );
    // Each row of either meets many of the other: more would come back than goes.
    const many = 'select m.host as h, d.free as f from renci.Mem#keepall as m, uky.Disk#keepall as d';
    expect(isPlaced(plan(many, { rules: ALL_RULES, statistics: rates(100, 100) }))).toBe(false);
    expect(isPlaced(plan(epl, { rules: ALL_RULES }))).toBe(false);
  });

  it('explain and disclosure tell what is sent to the domain that runs it', () => {
    const p = plan(JOIN, { ...ALWAYS, owner: 'client' });
    const at = p.fragments[0]?.domain ?? '';
    const other = at === 'renci' ? 'uky' : 'renci';
    expect(
      disclosuresOf(p)
        .map((d) => `${d.domain} ${d.to}`)
        .sort(),
    ).toEqual([`${at} client`, `${other} ${at}`].sort());
    const text = explainPlan(p);
    expect(text).toContain('by: place the residual where its rows are');
    expect(text).toContain(`at ${other}: `);
    expect(text).toContain('stays here');
  });
});
