/**
 * Statistics for the planner: figures that the domains told, and beside them the parts that predicates let through, as
 * measured by queries that run here over the same streams.
 *
 * State: what was found, for REFRESH_MS. Bound: MAX_PREDICATES; what comes beyond is assumed as if nothing were known.
 */
import { parseStreamName } from '../model/ids.ts';
import type { Statistics } from '../planner/cost/statistics.ts';
import type { Clock } from '../ports/clock.ts';
import type { Query } from './query.ts';

export const REFRESH_MS = 5_000;
export const MAX_PREDICATES = 10_000;

/** A fragment must have run so long before its rate says something. */
export const MIN_SECONDS = 20;

/** By `domain metric`: selectivities by predicate. */
type Found = ReadonlyMap<string, Readonly<Record<string, number>>>;

export function measuredStatistics(told: Statistics, queries: () => readonly Query[], clock: Clock): Statistics {
  let found: Found = new Map();
  let foundMs = -Infinity;
  return (domain, metric) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - foundMs >= REFRESH_MS) {
      foundMs = nowMs;
      found = measure(told, queries());
    }
    const figures = told(domain, metric);
    const selectivities = found.get(`${domain} ${metric}`);
    return selectivities === undefined ? figures : { ...figures, selectivities };
  };
}

function measure(told: Statistics, queries: readonly Query[]): Found {
  const found = new Map<string, Record<string, number>>();
  let predicates = 0;
  for (const { plan, group } of queries) {
    const measured = new Map(group?.traffic.measured().fragments.map((f) => [f.name, f]));
    for (const { name, domain, selects } of plan.fragments) {
      const rates = measured.get(name);
      if (selects === undefined || rates === undefined || rates.seconds < MIN_SECONDS) continue;
      const { metric } = parseStreamName(selects.stream);
      const rateHz = told(domain, metric)?.rateHz ?? 0;
      if (rateHz <= 0 || predicates++ >= MAX_PREDICATES) continue;
      const key = `${domain} ${metric}`;
      const known = found.get(key) ?? {};
      known[selects.predicate] = Math.min(1, rates.insertsHz / rateHz);
      found.set(key, known);
    }
  }
  return found;
}
