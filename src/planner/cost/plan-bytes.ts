/** What a whole plan sends across borders, bytes per second. Pure. */
import type { DomainName } from '../../model/ids.ts';
import type { Plan } from '../../model/plan.ts';
import { HEARTBEAT_BYTES, HEARTBEATS_HZ, PROGRESS_BYTES } from './sizes.ts';

/** Envelopes and heartbeats, as if the query were alone: the heartbeats of a pair of domains serve all its queries. */
export function crossingBytesHz(plan: Pick<Plan, 'owner' | 'fragments'>): number {
  return deltaBytesHz(plan) + heartbeatBytesHz(plan);
}

/** Envelopes alone. */
export function deltaBytesHz({ owner, fragments }: Pick<Plan, 'owner' | 'fragments'>): number {
  return fragments.reduce((sum, f) => sum + (f.domain === owner ? 0 : (f.estimate?.bytesHz ?? 0)), 0);
}

export function heartbeatBytesHz({ owner, fragments }: Pick<Plan, 'owner' | 'fragments'>): number {
  const domains = new Map<DomainName, number>();
  for (const f of fragments) if (f.domain !== owner) domains.set(f.domain, (domains.get(f.domain) ?? 0) + 1);
  let bytes = 0;
  for (const n of domains.values()) bytes += HEARTBEATS_HZ * (HEARTBEAT_BYTES + n * PROGRESS_BYTES);
  return bytes;
}
