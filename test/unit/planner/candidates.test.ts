import { describe, expect, it } from 'vitest';
import { bestPlan, MAX_ALTERNATIVES, MAX_CHOICES } from '../../../src/planner/candidates.ts';
import type { Choice } from '../../../src/planner/draft.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { ALL_RULES, type RuleName } from '../../../src/planner/rules/rule-names.ts';
import { fragments, plan } from './support.ts';

const OPTIONS = { owner: 'client' };

/** A plan of one fragment that sends `bytesHz`, named by `text`. */
function planOf(text: string, bytesHz: number): Plan {
  const estimate = { deltasHz: 1, insertsHz: 1, removesHz: 0, bytesHz };
  const fragment = {
    name: 'f0.0',
    domain: 'renci',
    kind: 'stream',
    epl: text,
    columns: [],
    rules: [],
    estimate,
  } as const;
  return { owner: 'client', clock: 'merged', fragments: [fragment], inputs: [], statements: [], notes: [] };
}

function choices(n: number): readonly Choice[] {
  return Array.from({ length: n }, (_, i) => ({ site: `s${i}`, rule: 'push-window', about: `w${i}` }));
}

/** Bytes: 100 and `weights[i]` more for each rewrite that is done. */
function drafter(weights: readonly number[]): { readonly best: () => Plan; readonly drafted: () => number } {
  let drafted = 0;
  const draft = (decide: (c: Choice) => boolean): { plan: Plan; choices: readonly Choice[] } => {
    drafted++;
    const all = choices(weights.length);
    const done = all.map(decide);
    const bytes = weights.reduce((sum, w, i) => sum + (done[i] === true ? w : 0), 1000);
    return { plan: planOf(done.map((d) => (d ? '1' : '0')).join(''), bytes), choices: all };
  };
  return { best: () => bestPlan(draft, OPTIONS), drafted: () => drafted };
}

describe('the cheapest plan', () => {
  it('does each rewrite that saves and leaves each that costs', () => {
    const { best } = drafter([-5, 7, -1]);
    expect(best().fragments[0]?.epl).toBe('101');
  });

  it('of equals the one with more rewrites', () => {
    expect(drafter([0, 0]).best().fragments[0]?.epl).toBe('11');
  });

  it('tells the alternatives, cheapest first, by what they do otherwise', () => {
    const { alternatives = [] } = drafter([-5, 7]).best();
    expect(alternatives.map((a) => a.title)).toEqual([
      'without: push the data window (w0)',
      'with: push the data window (w1)',
      'without: push the data window (w0); with: push the data window (w1)',
    ]);
    // Heartbeats of one fragment that nobody waits for are 27.5 bytes a second.
    expect(alternatives.map((a) => a.bytesHz - 27.5)).toEqual([1000, 1002, 1007]);
  });

  it(`up to ${MAX_CHOICES} choices every combination is weighed, beyond that far fewer`, () => {
    const all = drafter(Array.from({ length: MAX_CHOICES }, () => -1));
    all.best();
    expect(all.drafted()).toBe(2 ** MAX_CHOICES);
    const weights = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? -3 : 4));
    const many = drafter(weights);
    expect(many.best().fragments[0]?.epl).toBe('101010101010');
    expect(many.drafted()).toBeLessThan(150);
    expect(many.best().alternatives).toHaveLength(MAX_ALTERNATIVES);
  });
});

describe('rules can be switched off', () => {
  const JOIN =
    'select m.host as h from renci.Mem(util > 1)#length(2) as m, tacc.Cpu#time(3 sec) as c where m.host = c.host and m.used > 3 and c.load > 1';
  const without = (...off: readonly RuleName[]): readonly string[] => {
    const rules = new Set([...ALL_RULES].filter((r) => !off.includes(r)));
    return fragments(plan(JOIN, { rules }));
  };

  it.each<[RuleName, readonly string[]]>([
    [
      'push-filter',
      ['renci stream: select host, util, used from renci.Mem', 'tacc stream: select host from tacc.Cpu(load > 1)'],
    ],
    [
      'push-window',
      ['renci stream: select host, used from renci.Mem(util > 1)', 'tacc stream: select host from tacc.Cpu(load > 1)'],
    ],
    [
      'push-where',
      ['renci stream: select host, used from renci.Mem(util > 1)', 'tacc stream: select host, load from tacc.Cpu'],
    ],
  ])('%s', (rule, expected) => {
    expect(without(rule)).toEqual(expected);
  });

  it('push-columns', () => {
    for (const text of without('push-columns')) expect(text).toMatch(/host, (util, used|load, cores), domain from/);
  });

  it('ship-whole', () => {
    expect(plan('select host from renci.Mem', { rules: new Set() }).fragments[0]?.kind).toBe('stream');
  });
});

describe('the cost decides', () => {
  it('rows that enter and leave cost more than events: the statement is not shipped', () => {
    expect(
      plan('select irstream host, host as a, host as b, host as c, host as d from renci.Mem#length(2)').fragments[0]
        ?.kind,
    ).toBe('stream');
    expect(plan('select host from renci.Mem#length(2)').fragments[0]?.kind).toBe('result');
  });

  it('a join of large windows makes more rows than there are events', () => {
    const join = (w: string): string =>
      `select m.host as h, c.load as l from renci.Mem#${w} as m, renci.Cpu#${w} as c where m.host = c.host`;
    expect(fragments(plan(join('keepall'))).map((f) => f.slice(0, 12))).toEqual(['renci stream', 'renci stream']);
    expect(plan(join('length(1)')).fragments[0]?.kind).toBe('result');
  });

  it('a window above which nearly all rows pass is not pushed', () => {
    const statistics = (selectivity: number) => () => ({ selectivities: { 'used > 3': selectivity } });
    const epl = 'select m.used as u from renci.Mem#length(2) as m, tacc.Cpu#lastevent as c where m.used > 3';
    expect(plan(epl, { statistics: statistics(0.05) }).fragments[0]?.kind).toBe('view');
    expect(plan(epl, { statistics: statistics(0.99) }).fragments[0]?.kind).toBe('stream');
    expect(plan(epl, { statistics: statistics(0.99), choose: 'always' }).fragments[0]?.kind).toBe('view');
  });
});
