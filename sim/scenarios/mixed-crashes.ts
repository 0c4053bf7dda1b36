/**
 * The mixed faults with agents that crash and come back, with their disk or without, and partitions longer than a domain is
 * waited for: queries go on (`continue`, `hold`), and what they hand out is the law's wherever no gap is flagged.
 */
import type { DomainName } from '../../src/model/ids.ts';
import { SeededRandom } from '../world/seeded-random.ts';
import { MIXED_METRICS, mixedGenerators, mixedTexts } from './mixed-faults.ts';
import type { ScenarioDeclaration, ScenarioOptions, SimFault, SimQuery, SimScenario } from './scenario.ts';
import { ask, domainsOf, LOOSE, mixFaults, STORM, USUAL } from './usual.ts';

export const MIXED_CRASHES: ScenarioDeclaration = {
  name: 'mixed-crashes',
  title: 'mixed faults with crashes and long partitions',
  declare: (options) => declareCrashes(options, false),
};

export const LOST_DISKS: ScenarioDeclaration = {
  name: 'lost-disks',
  title: 'the same, and who crashes loses the disk',
  declare: (options) => declareCrashes(options, true),
};

function declareCrashes({ seed, domains: count }: ScenarioOptions, lost: boolean): SimScenario {
  const random = new SeededRandom(seed * 37 + 11);
  const domains = domainsOf('d', count ?? 3 + random.below(2));
  const durationMs = 40_000;
  const owners = domains.slice(0, 1);
  const pick = (): DomainName => domains[random.below(domains.length)] ?? '';
  const queries = Array.from({ length: 5 }, (_, i): SimQuery => {
    const texts = mixedTexts(pick(), pick());
    const { epl, memoryMs } = texts[random.below(texts.length)] ?? { epl: '', memoryMs: 0 };
    return ask(`q${i + 1}`, owners[0] ?? '', epl, {
      onSilence: i % 3 === 2 ? 'hold' : 'continue',
      fromMs: 500 + random.below(3_000),
      memoryMs,
    });
  });
  const mix = { domains, fromMs: 5_000, untilMs: durationMs - 6_000 };
  const drawn = mixFaults(random, { ...mix, partitions: 2, slows: 1, crashes: 2, longestMs: 16_000 });
  // The owner's queries are in its store: without its disk nobody remembers them.
  const lose = (f: SimFault): boolean => f.kind === 'crash' && lost && !owners.includes(f.domain);
  const faults = drawn.map((f): SimFault => (f.kind === 'crash' ? { ...f, disk: lose(f) ? 'lost' : 'kept' } : f));
  return {
    ...USUAL,
    domains,
    metrics: MIXED_METRICS,
    generators: mixedGenerators(domains),
    queries,
    network: { ...STORM, lossRate: 0.03 },
    skew: LOOSE,
    gridMs: 50,
    faults,
    durationMs,
  };
}
