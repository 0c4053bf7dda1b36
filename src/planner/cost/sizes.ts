/**
 * Sizes on the wire (proto/exchange.proto), bytes, and rates of messages: what is measured is checked against the codec in
 * test/unit/planner/cost.test.ts.
 */
import type { FragmentEstimate } from '../../model/plan.ts';

/** An envelope without its deltas: ids, numbers, watermark, nonce and tag of the seal, header of the payload. */
export const ENVELOPE_BYTES = 100;

/** A delta without its rows: key, update, tags. */
export const DELTA_BYTES = 9;

/** An inserted row beside its values: id, tags. */
export const ROW_BYTES = 4;

/** A row that leaves a view: its id. */
export const REMOVED_ROW_BYTES = 5;

/** Least distance of two envelopes of a fragment, s (exchange/limits.ts, FLUSH_SPACING_MS). */
export const ENVELOPE_SPACING_S = 0.005;

/** Heartbeats per second and pair of domains: at most, and where nobody waits (exchange/limits.ts). */
export const HEARTBEATS_HZ = 10;
export const IDLE_HEARTBEATS_HZ = 0.5;

/** A heartbeat without the fragments in it, and what each fragment adds. */
export const HEARTBEAT_BYTES = 12;
export const PROGRESS_BYTES = 43;

export interface RowRates {
  /** Causes that change the fragment's output. */
  readonly deltasHz: number;
  readonly insertsHz: number;
  readonly removesHz: number;
  /** Values of one row, together. */
  readonly valueBytes: number;
  /** Rows leave by their values rather than by id. */
  readonly removesByValue: boolean;
}

/** Bytes of envelopes: one per delta on an idle link, packed under load (exchange/flush-policy.ts). */
export function estimateBytes(rates: RowRates): FragmentEstimate {
  const { deltasHz, insertsHz, removesHz, valueBytes, removesByValue } = rates;
  const envelopesHz = deltasHz / (1 + deltasHz * ENVELOPE_SPACING_S);
  const removed = removesByValue ? ROW_BYTES - 2 + valueBytes : REMOVED_ROW_BYTES;
  return {
    deltasHz,
    insertsHz,
    removesHz,
    bytesHz:
      envelopesHz * ENVELOPE_BYTES +
      deltasHz * DELTA_BYTES +
      insertsHz * (ROW_BYTES + valueBytes) +
      removesHz * removed,
  };
}
