/** Identical registrations are one query (DESIGN §8). */
import { createHash } from 'node:crypto';
import type { QueryId } from '../model/ids.ts';
import type { QueryOptions } from './query.ts';

/** SHA-256 of client identity, canonical EPL and canonical options (DESIGN §8); on loopback the identity is the JID. */
export function queryIdOf(canonical: string, options: QueryOptions): QueryId {
  const parts = [
    options.jid,
    canonical,
    options.onSilence,
    options.name,
    sortedJson(options.listener),
    [...options.subscribers].sort(),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function sortedJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sortedJson(v)]),
  );
}
