/** Coverage of queries whose residual runs elsewhere: it names the domains behind that one (DESIGN §8). */
import type { DomainCoverage } from '../exchange/merged-inputs.ts';
import { compareDomains, compareKeys, type CauseKey } from '../model/cause-key.ts';
import type { DomainLack } from '../model/delta.ts';
import type { DomainName } from '../model/ids.ts';
import type { PlannedFragment } from '../model/plan.ts';

/** Domains whose causes a fragment carries, in order of their bytes. */
export function domainsBehind({ domain, placed }: PlannedFragment): readonly DomainName[] {
  if (placed === undefined) return [domain];
  return [...new Set(placed.fragments.flatMap(domainsBehind))].sort(compareDomains);
}

/** What is told of an input of a placed residual: nothing of domains of which nothing ever was missing. */
export function lacksOf(coverage: readonly DomainCoverage[], startMs: number): readonly DomainLack[] | undefined {
  const lacks = coverage.flatMap(({ domain, state, completeFromMs }): readonly DomainLack[] => {
    if (state === 'live' && completeFromMs <= startMs) return [];
    return [{ domain, state: state === 'silent' ? 'stale' : state, completeFromMs }];
  });
  return lacks.length === 0 ? undefined : lacks;
}

/** Coverage by the domains behind one: each counts as far as the one that runs the residual, and as that one said. */
export function coverageBehind(
  of: DomainCoverage,
  domains: readonly DomainName[],
  lacks: readonly DomainLack[],
): readonly DomainCoverage[] {
  return domains.map((domain) => {
    const told = lacks.find((l) => l.domain === domain);
    return {
      domain,
      watermarkMs: of.watermarkMs,
      state: of.state === 'live' ? (told?.state ?? 'live') : of.state,
      completeFromMs: Math.max(of.completeFromMs, told?.completeFromMs ?? 0),
    };
  });
}

/** One entry per domain: the worst of what is said of it. */
export function joinCoverage(all: readonly DomainCoverage[]): readonly DomainCoverage[] {
  const byDomain = new Map<DomainName, DomainCoverage>();
  for (const c of all) {
    const seen = byDomain.get(c.domain);
    byDomain.set(c.domain, {
      domain: c.domain,
      watermarkMs: Math.min(seen?.watermarkMs ?? Infinity, c.watermarkMs),
      state: seen === undefined || seen.state === 'live' ? c.state : seen.state,
      completeFromMs: Math.max(seen?.completeFromMs ?? 0, c.completeFromMs),
    });
  }
  return [...byDomain.values()];
}

/**
 * The key under which a placed residual sends what it says at `key`. Keys of a fragment ascend, and what follows a jump comes
 * under the last one: then the least place behind it. `watermarkMs`: what was told already; `least`: of the domains behind.
 */
export function sendingKey(key: CauseKey, last: CauseKey | null, watermarkMs: number, least: DomainName): CauseKey {
  const told: CauseKey = { timestampMs: watermarkMs, phase: 1, domain: least, seq: 0, path: [] };
  const floor = last !== null && compareKeys(last, told) > 0 ? last : told;
  if (compareKeys(key, floor) > 0) return key;
  const { path } = floor;
  return { ...floor, path: [...path.slice(0, -1), (path.at(-1) ?? 0) + 1] };
}
