/** Ids of triggers (DESIGN §8): equal for equal triggers, so that publishing one again overwrites it. */
import { createHash } from 'node:crypto';
import { stringifyKey, type CauseKey } from '../model/cause-key.ts';
import type { TriggerRow } from '../model/trigger.ts';
import { canonicalJson } from './value-json.ts';

export interface ItemIdParts {
  readonly queryId: string;
  /** Start S of the query, ms. */
  readonly startMs: number;
  readonly statement: string;
  readonly key: CauseKey;
  readonly content: { readonly insert: readonly TriggerRow[]; readonly remove: readonly TriggerRow[] };
  /** Number among triggers that agree in all of the above, from 0. */
  readonly ordinal: number;
}

/** SHA-256 over all parts, each unambiguous, as 43 characters of base64url. */
export function itemIdOf(parts: ItemIdParts): string {
  const text = JSON.stringify([
    parts.queryId,
    parts.startMs,
    parts.statement,
    stringifyKey(parts.key),
    canonicalJson([parts.content.insert, parts.content.remove]),
    parts.ordinal,
  ]);
  return createHash('sha256').update(text).digest('base64url');
}
