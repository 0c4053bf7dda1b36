/** How many causes of a case tie: with an event of another domain, or with a timer that an earlier event of the case armed. */
import { printCase, type SplitCase } from './random-case.ts';

export interface Ties {
  /** Events. */
  readonly causes: number;
  readonly tied: number;
  /** Of the tied ones, those that share their instant with an event of another domain. */
  readonly betweenDomains: number;
}

export function countTies(c: SplitCase): Ties {
  const sent = c.steps.filter((s) => s.send !== undefined);
  const domainsAt = new Map<number, Set<string>>();
  for (const s of sent) {
    const at = domainsAt.get(s.t ?? 0) ?? new Set();
    at.add(s.domain ?? '');
    domainsAt.set(s.t ?? 0, at);
  }
  const lengthsMs = [...printCase(c).matchAll(/(\d+) sec/g)].map((m) => Number(m[1]) * 1000);
  let betweenDomains = 0;
  let tied = 0;
  for (const { t = 0 } of sent) {
    const shared = (domainsAt.get(t)?.size ?? 0) > 1;
    const timer = lengthsMs.some((ms) => domainsAt.has(t - ms));
    if (shared) betweenDomains++;
    if (shared || timer) tied++;
  }
  return { causes: sent.length, tied, betweenDomains };
}
