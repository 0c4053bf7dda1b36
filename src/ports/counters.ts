/** Counters that every queue, refusal and drop reports to; shown by `pqa peers`, `getStatus` and later `/metrics`. */
export interface Counters {
  /** Adds `by` (default 1) to a counter named as the field does: `exchange_gaps_total`, `gossip_rejected_total`. */
  add(name: string, by?: number, labels?: Readonly<Record<string, string>>): void;
}
