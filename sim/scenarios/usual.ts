/** What most scenarios share: a network as between research sites, clocks kept by NTP, faults drawn from a seed. */
import type { DomainName } from '../../src/model/ids.ts';
import type { NetworkFaults } from '../world/virtual-network.ts';
import type { SeededRandom } from '../world/seeded-random.ts';
import type { SimFault, SimQuery, SimScenario } from './scenario.ts';

/** A wide-area network in good order. */
export const WAN: NetworkFaults = { delayMs: [5, 40], lossRate: 0.001, duplicateRate: 0.001, requestLossRate: 0.001 };

/** And in bad order: a tenth lost, delays far apart, so that much is reordered. */
export const STORM: NetworkFaults = { delayMs: [1, 250], lossRate: 0.1, duplicateRate: 0.1, requestLossRate: 0.05 };

export const NTP = { offsetMs: 15, driftPpm: 20 };

/** Clocks that nobody looks after, still within `maxSkew`. */
export const LOOSE = { offsetMs: 400, driftPpm: 300 };

export const USUAL: Pick<SimScenario, 'pool' | 'network' | 'skew' | 'faults' | 'gridMs' | 'durationMs'> = {
  pool: null,
  network: WAN,
  skew: NTP,
  faults: [],
  gridMs: 20,
  durationMs: 30_000,
};

/** When clients register if nothing else is said: agents are up, the load runs. */
export const REGISTER_MS = 1_000;

export function ask(name: string, owner: DomainName, epl: string, more: Partial<SimQuery> = {}): SimQuery {
  return { name, owner, epl, onSilence: 'wait', fromMs: REGISTER_MS, untilMs: null, memoryMs: 10_000, ...more };
}

/** Domains `prefix1` to `prefixN`. */
export function domainsOf(prefix: string, count: number): readonly DomainName[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
}

export interface MixOptions {
  readonly domains: readonly DomainName[];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly partitions: number;
  readonly slows: number;
  readonly crashes: number;
  /** Longest partition: shorter than a lease. */
  readonly longestMs: number;
}

/** Faults of all kinds at times and places that the seed chooses. */
export function mixFaults(random: SeededRandom, mix: MixOptions): readonly SimFault[] {
  const { domains } = mix;
  const pick = (): DomainName => domains[random.below(domains.length)] ?? '';
  const when = (longestMs: number): { readonly atMs: number; readonly forMs: number } => {
    const forMs = 200 + random.below(longestMs);
    return { atMs: mix.fromMs + random.below(Math.max(1, mix.untilMs - mix.fromMs - forMs)), forMs };
  };
  const faults: SimFault[] = [];
  for (let i = 0; i < mix.partitions; i++) {
    const lone = pick();
    const to = domains.filter((d) => d !== lone && random.next() < 0.7);
    faults.push({ kind: 'partition', ...when(mix.longestMs), from: [lone], to, oneWay: random.next() < 0.5 });
  }
  for (let i = 0; i < mix.slows; i++)
    faults.push({ kind: 'slow', ...when(mix.longestMs), domain: pick(), extraMs: 200 + random.below(3_000) });
  for (let i = 0; i < mix.crashes; i++)
    faults.push({ kind: 'crash', ...when(5_000), domain: pick(), disk: random.next() < 0.7 ? 'kept' : 'lost' });
  return faults;
}
