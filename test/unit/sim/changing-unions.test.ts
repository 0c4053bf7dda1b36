/** Domains that enter and leave unions of running queries, against one engine fed with their events in between. */
import { expect, it } from 'vitest';
import { CHANGING_UNIONS } from '../../../sim/scenarios/changing-unions.ts';
import type { ScenarioDeclaration, SimQuery } from '../../../sim/scenarios/scenario.ts';
import { ask } from '../../../sim/scenarios/usual.ts';
import { simulate } from '../../../sim/simulate.ts';

const SEED = 3;

function shortened(queries: readonly SimQuery[], untilMs: number | null): ScenarioDeclaration {
  return {
    ...CHANGING_UNIONS,
    declare: (options) => ({
      ...CHANGING_UNIONS.declare(options),
      queries,
      offers: [{ domain: 'site3', metric: 'Load', fromMs: 4_000, untilMs }],
      durationMs: 22_000,
    }),
  };
}

it('enters at one instant for all references, leaves at one, and what is handed out is what one engine says', async () => {
  const epl = 'select a.load as a, b.load as b from Load(load > 8)#lastevent as a, Load(load < 2)#lastevent as b';
  const { run, violations } = await simulate(shortened([ask('q', 'site1', epl)], 14_000), { seed: SEED, domains: 3 });
  expect(violations).toEqual([]);
  const [query] = run.queries;
  expect(query?.changes.map((c) => [c.kind, c.domain])).toEqual([
    ['enter', 'site3'],
    ['leave', 'site3'],
    ['leave', 'site3'],
  ]);
  const leaves = new Set(query?.changes.filter((c) => c.kind === 'leave').map((c) => c.atMs));
  expect(leaves.size).toBe(1);
  const [enter] = query?.changes ?? [];
  const from3 = query?.triggers.filter((t) => t.trigger.key.domain === 'site3').map((t) => t.trigger.eventTimeMs) ?? [];
  expect(from3.length).toBeGreaterThan(5);
  expect(from3.every((ms) => ms >= (enter?.atMs ?? Infinity) && ms < Math.min(...leaves))).toBe(true);
});

it('a fragment that nobody reads any more ends at the domain that left', async () => {
  const { run } = await simulate(shortened([ask('q', 'site1', 'select load from Load')], 12_000), {
    seed: SEED,
    domains: 3,
  });
  expect(run.world.agent('site3')?.core.host.describe()).toEqual([]);
  expect(run.world.agent('site2')?.core.host.describe()).toHaveLength(1);
});

it('a query over one named stream is no business of others', async () => {
  const { run, violations } = await simulate(shortened([ask('q', 'site1', 'select load from site2.Load')], null), {
    seed: SEED,
    domains: 3,
  });
  expect([violations, run.queries[0]?.changes]).toEqual([[], []]);
});
