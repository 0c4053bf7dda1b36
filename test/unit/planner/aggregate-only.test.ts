/** Streams of which only aggregates leave their domain: what is planned over them, and what explain says. */
import { describe, expect, it } from 'vitest';
import { CatalogOfDomains } from '../../../src/agent/federated-catalog.ts';
import { explainPlan } from '../../../src/planner/explain.ts';
import { metric, plan, soleFragment } from './support.ts';

const JOBS = metric('Jobs', { pool: 'string', idle: 'int' });
const CATALOG = new CatalogOfDomains([
  { domain: 'esnet', version: 1, metrics: [JOBS] },
  { domain: 'renci', version: 1, metrics: [{ ...JOBS, aggregateOnly: true }] },
]);
const GROUPS = 'select pool, count(*) as n, avg(idle) as mean from renci.Jobs#time_batch(60 sec) group by pool';

describe('a stream of which only aggregates leave', () => {
  it('is told by its own name and by that of the union', () => {
    expect(CATALOG.aggregateOnly('renci.Jobs')).toEqual(['renci']);
    expect(CATALOG.aggregateOnly('Jobs')).toEqual(['renci']);
    expect(CATALOG.aggregateOnly('esnet.Jobs')).toEqual([]);
  });

  it.each([GROUPS, 'select pool, idle from renci.Jobs', 'select irstream * from renci.Jobs#length(900)'])(
    'runs whole at its domain, whatever that costs: %s',
    (epl) => {
      const p = plan(epl, {}, CATALOG);
      expect(soleFragment(p)).toMatchObject({ kind: 'result', domain: 'renci' });
      expect(p.notes).toEqual([]);
    },
  );

  it.each([
    ['a union', GROUPS.replace('renci.Jobs', 'Jobs')],
    ['insert into', `insert into Loads ${GROUPS}`],
    ['a join', 'select a.idle as x from renci.Jobs#length(1) as a, esnet.Jobs#length(1) as b'],
  ])('%s cannot: explain says who will refuse it', (_, epl) => {
    const p = plan(epl, {}, CATALOG);
    expect(p.notes).toHaveLength(1);
    expect(explainPlan(p)).toContain('note: renci lets ');
    expect(explainPlan(p)).toContain('out in aggregates only and will refuse this');
  });

  it('of the domain where the query is registered says nothing: its own rules do not bind it', () => {
    const p = plan(GROUPS.replace('renci.Jobs', 'Jobs'), { owner: 'renci' }, CATALOG);
    expect(p.notes).toEqual([]);
  });
});
