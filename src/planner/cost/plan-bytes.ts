/** What a whole plan sends across borders, bytes per second. Pure. */
import type { DomainName } from '../../model/ids.ts';
import type { Plan, PlannedFragment } from '../../model/plan.ts';
import { HEARTBEAT_BYTES, HEARTBEATS_HZ, IDLE_HEARTBEATS_HZ, PROGRESS_BYTES } from './sizes.ts';

/** Envelopes and heartbeats, as if the query were alone: the heartbeats of a pair of domains serve all its queries. */
export function crossingBytesHz(plan: Pick<Plan, 'owner' | 'fragments'>): number {
  return deltaBytesHz(plan) + heartbeatBytesHz(plan);
}

/** Envelopes alone. */
export function deltaBytesHz({ owner, fragments }: Pick<Plan, 'owner' | 'fragments'>): number {
  const own = fragments.reduce((sum, f) => sum + (f.domain === owner ? 0 : (f.estimate?.bytesHz ?? 0)), 0);
  return own + below(fragments, deltaBytesHz);
}

/** What residuals that run elsewhere are sent. */
function below(
  fragments: readonly PlannedFragment[],
  bytes: (plan: Pick<Plan, 'owner' | 'fragments'>) => number,
): number {
  return fragments.reduce(
    (sum, { domain, placed }) =>
      sum + (placed === undefined ? 0 : bytes({ owner: domain, fragments: placed.fragments })),
    0,
  );
}

/**
 * A domain that nobody waits for says now and then that it is alive. One whose watermark holds back causes of other domains
 * is asked, at the price of two beats, and tells every beat while it is asked again and again (exchange/heartbeat-pace.ts).
 */
export function heartbeatBytesHz({ owner, fragments }: Pick<Plan, 'owner' | 'fragments'>): number {
  let bytes = below(fragments, heartbeatBytesHz);
  const total = fragments.reduce((sum, f) => sum + deltasHz(f), 0);
  for (const [domain, own] of Map.groupBy(fragments, (f): DomainName => f.domain)) {
    if (domain === owner) continue;
    const othersHz = total - own.reduce((sum, f) => sum + deltasHz(f), 0);
    const beatsHz = Math.min(HEARTBEATS_HZ, IDLE_HEARTBEATS_HZ + 2 * othersHz);
    bytes += beatsHz * (HEARTBEAT_BYTES + own.length * PROGRESS_BYTES);
  }
  return bytes;
}

function deltasHz(f: PlannedFragment): number {
  return f.estimate?.deltasHz ?? 0;
}
