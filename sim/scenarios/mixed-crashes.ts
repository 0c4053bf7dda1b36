/**
 * The mixed faults with agents that crash and come back, with their disk or without, and partitions longer than a domain is
 * waited for: queries go on (`continue`), and what they hand out is the law's wherever no gap is flagged.
 */
import type { DomainName } from '../../src/model/ids.ts';
import { SeededRandom } from '../world/seeded-random.ts';
import { MIXED_METRICS, mixedGenerators, mixedTexts } from './mixed-faults.ts';
import type { ScenarioDeclaration, SimFault, SimQuery } from './scenario.ts';
import { ask, domainsOf, LOOSE, mixFaults, STORM, USUAL } from './usual.ts';

export const MIXED_CRASHES: ScenarioDeclaration = {
  name: 'mixed-crashes',
  title: 'mixed faults with crashes and long partitions',
  declare: ({ seed, domains: count }) => {
    const random = new SeededRandom(seed * 37 + 11);
    const domains = domainsOf('d', count ?? 3 + random.below(2));
    const durationMs = 40_000;
    const owners = domains.slice(0, 1);
    const pick = (): DomainName => domains[random.below(domains.length)] ?? '';
    const queries = Array.from({ length: 5 }, (_, i): SimQuery => {
      const texts = mixedTexts(pick(), pick());
      const { epl, memoryMs } = texts[random.below(texts.length)] ?? { epl: '', memoryMs: 0 };
      return ask(`q${i + 1}`, owners[0] ?? '', epl, {
        onSilence: 'continue',
        fromMs: 500 + random.below(3_000),
        memoryMs,
      });
    });
    const mix = { domains, fromMs: 5_000, untilMs: durationMs - 6_000 };
    const faults = [...mixFaults(random, { ...mix, partitions: 2, slows: 1, crashes: 2, longestMs: 16_000 })].map(
      (f): SimFault => {
        // The owner's queries are in its store: without its disk nobody remembers them.
        return f.kind === 'crash' && owners.includes(f.domain) ? { ...f, disk: 'kept' } : f;
      },
    );
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
  },
};
