/**
 * Several deltas of one view as one: what is left of them when rows that came and went in between cancel out.
 * Used where a view jumps to the present (DESIGN §4 `continue`).
 */
import type { CauseKey } from '../model/cause-key.ts';
import type { Delta, InsertedRow, RemovedRow, RowId } from '../model/delta.ts';

/**
 * One delta marked `gap` with at most one update; `key` becomes its key. Two where an id that left comes again for another
 * row (the domain lost its disk): removals first.
 */
export function netDeltas(key: CauseKey, deltas: readonly Delta[]): Delta {
  const inserted = new Map<string, InsertedRow>();
  const removed = new Map<string, RemovedRow>();
  for (const delta of deltas) {
    for (const update of delta.updates) {
      for (const row of update.insert) if (row.id !== null) inserted.set(nameOf(row.id), row);
      for (const row of update.remove) {
        if (!('id' in row)) continue;
        const name = nameOf(row.id);
        if (!inserted.delete(name)) removed.set(name, row);
      }
    }
  }
  const insert = [...inserted.values()];
  const remove = [...removed.values()];
  if (insert.length + remove.length === 0) return { key, updates: [], gap: true };
  const updates = insert.some((row) => row.id !== null && removed.has(nameOf(row.id)))
    ? [
        { insert: [], remove },
        { insert, remove: [] },
      ]
    : [{ insert, remove }];
  return { key, updates, gap: true };
}

function nameOf(id: RowId): string {
  return `${id.seq}/${id.part}/${id.domain}`;
}
