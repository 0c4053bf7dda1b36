/**
 * The owner of a query goes down and comes back with its disk: windows over a union, which it held itself, begin empty, and
 * the coverage says since when they are whole (DESIGN §9, until journals bring more).
 */
import { expect, it } from 'vitest';
import { CHANGING_UNIONS } from '../../../sim/scenarios/changing-unions.ts';
import type { ScenarioDeclaration } from '../../../sim/scenarios/scenario.ts';
import { ask } from '../../../sim/scenarios/usual.ts';
import { simulate } from '../../../sim/simulate.ts';
import { WORLD_START_MS } from '../../../sim/world/domain-clock.ts';

const DOWN_MS = 9_000;

const RESTART: ScenarioDeclaration = {
  ...CHANGING_UNIONS,
  declare: (options) => ({
    ...CHANGING_UNIONS.declare(options),
    offers: [],
    queries: [
      ask('counted', 'site1', 'select count(*) as n from Load#length(40)', { onSilence: 'continue', memoryMs: 6_000 }),
      ask('timed', 'site1', 'select domain, max(load) as load from Load#time(2 sec) group by domain', {
        onSilence: 'continue',
        memoryMs: 2_000,
      }),
    ],
    faults: [{ kind: 'crash', atMs: DOWN_MS, forMs: 2_000, domain: 'site1', disk: 'kept' }],
    durationMs: 25_000,
  }),
};

it('residual windows over a union begin anew after a restart of the owner, and every trigger says so', async () => {
  const { run, violations } = await simulate(RESTART, { seed: 2, domains: 3 });
  expect(violations).toEqual([]);
  const counted = run.queries.find((q) => q.spec.name === 'counted');
  const triggers = counted?.triggers ?? [];
  const downMs = WORLD_START_MS + DOWN_MS;
  const before = triggers.filter((t) => t.trigger.eventTimeMs < downMs);
  const after = triggers.filter((t) => t.trigger.eventTimeMs > downMs + 1_000).map((t) => t.trigger);
  expect(before.at(-1)?.trigger.insert).toEqual([[40]]);
  // What it takes in before all fragments are filled in is not told; from then on each event is one more.
  const counts = after.map((t) => Number(t.insert[0]?.[0]));
  expect(counts[0]).toBeLessThan(20);
  expect(counts.at(-1)).toBe(40);
  expect(counts.slice(1).every((n, i) => n === Math.min(40, (counts[i] ?? 0) + 1))).toBe(true);
  for (const { coverage } of before.map((t) => t.trigger))
    expect(coverage.every((c) => c.completeFromMs === counted?.startMs)).toBe(true);
  for (const { coverage } of after) expect(coverage.every((c) => c.completeFromMs > downMs)).toBe(true);
});
