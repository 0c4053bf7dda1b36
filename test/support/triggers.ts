/** Triggers for tests. */
import { eventKey } from '../../src/model/cause-key.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import { DOUBLE, STRING, type Value } from '../../src/model/value.ts';
import { itemIdOf } from '../../src/triggers/item-id.ts';

export const QUERY_ID = 'ab'.repeat(32);

/** A trigger with one inserted row (host, value); `n` makes cause and item id differ. */
export function triggerOf(n: number, fields: Partial<Trigger> = {}): Trigger {
  const row: readonly Value[] = ['renci-1', n + 0.5];
  const queryId = fields.queryId ?? QUERY_ID;
  const key = eventKey(1_000 + n, 'renci', n);
  const content = { insert: [row], remove: [] };
  return {
    itemId: itemIdOf({ queryId, startMs: 1_000, statement: 'stmt', key, content, ordinal: 0 }),
    queryId,
    owner: 'sc13',
    statement: 'stmt',
    key,
    eventTimeMs: 1_000 + n,
    createdMs: 1_700_000_000_000 + n,
    columns: [
      { name: 'host', type: STRING },
      { name: 'value', type: DOUBLE },
    ],
    insert: [row],
    remove: [],
    coverage: [
      { domain: 'renci', watermarkMs: 1_000 + n, state: 'live', completeFromMs: 1_000 },
      { domain: 'esnet', watermarkMs: 900, state: 'stale', completeFromMs: 1_000 },
    ],
    gap: false,
    ...fields,
  };
}
