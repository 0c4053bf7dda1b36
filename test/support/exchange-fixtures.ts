/** Small makers for deltas and a counting `Counters`, for tests of exchange/ and federation/. */
import { eventKey, timerKey, type CauseKey } from '../../src/model/cause-key.ts';
import type { Delta, InsertedRow, RemovedRow, RowId } from '../../src/model/delta.ts';
import type { Counters } from '../../src/ports/counters.ts';
import { DOUBLE, STRING, type Value } from '../../src/model/value.ts';
import type { Column } from '../../src/model/checked.ts';

export const COLUMNS: readonly Column[] = [
  { name: 'host', type: STRING },
  { name: 'value', type: DOUBLE },
];

export class CountingCounters implements Counters {
  readonly counts = new Map<string, number>();

  add(name: string, by = 1, labels: Readonly<Record<string, string>> = {}): void {
    const reason = labels['reason'] === undefined ? '' : `:${labels['reason']}`;
    this.counts.set(name + reason, (this.counts.get(name + reason) ?? 0) + by);
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }
}

export function rowId(domain: string, seq: number): RowId {
  return { domain, seq, part: 0 };
}

export function row(domain: string, seq: number, values: readonly Value[] = ['h', seq]): InsertedRow {
  return { id: rowId(domain, seq), values };
}

export function delta(key: CauseKey, insert: readonly InsertedRow[], remove: readonly RemovedRow[] = []): Delta {
  return { key, updates: [{ insert, remove }] };
}

/** The delta of event `seq` of `domain`: it enters. */
export function insertion(timestampMs: number, domain: string, seq: number): Delta {
  return delta(eventKey(timestampMs, domain, seq), [row(domain, seq)]);
}

/** A timer of the instant removes rows. */
export function expiry(timestampMs: number, domain: string, seqs: readonly number[]): Delta {
  return delta(
    timerKey(timestampMs),
    [],
    seqs.map((seq) => ({ id: rowId(domain, seq) })),
  );
}
