/** Deltas: what one cause does to one fragment (DESIGN §5). */
import type { CauseKey } from './cause-key.ts';
import type { DomainName } from './ids.ts';
import type { Value } from './value.ts';

/** Names a row of a view on another machine: the source event's id, with the part index of a contained event. */
export interface RowId {
  readonly domain: string;
  readonly seq: number;
  readonly part: number;
}

/** Values in the order of the fragment's columns. */
export type RowValues = readonly Value[];

/** A row that enters. `id` is set in stream and view fragments, null in result fragments. */
export interface InsertedRow {
  readonly id: RowId | null;
  readonly values: RowValues;
}

/** A row that leaves: by id in a view fragment, by values in a result fragment. */
export type RemovedRow = { readonly id: RowId } | { readonly values: RowValues };

/** One call of a data window to its child. May be empty (FORCE_UPDATE); a row may be in both parts. */
export interface Update {
  readonly insert: readonly InsertedRow[];
  readonly remove: readonly RemovedRow[];
}

export interface Delta {
  readonly key: CauseKey;
  readonly updates: readonly Update[];
  /** Set when the receiver's content was replaced by a snapshot: what lay between was not seen. */
  readonly gap?: boolean | undefined;
  /** Of a placed residual: domains of which something was missing when it was made. @default none */
  readonly lacks?: readonly DomainLack[] | undefined;
}

/** How far a domain counts in what is derived from it at another one. */
export interface DomainLack {
  readonly domain: DomainName;
  readonly state: 'live' | 'stale' | 'refilling';
  /** Since when nothing is missing. */
  readonly completeFromMs: number;
}

/** The wire unit of the data plane; see proto/exchange.proto for limits. */
export interface DeltaEnvelope {
  readonly fragmentId: string;
  /** Changes when the fragment loses its numbering (restart without recovery). */
  readonly epoch: number;
  /** Number of the first delta in this envelope; deltas are numbered 1, 2, … per epoch. */
  readonly seq: number;
  /** Which sealing key; empty while payloads are not sealed. */
  readonly keyId: string;
  /** Every delta with timestampMs < watermarkMs, and every phase-0 delta of it, has been numbered up to the last of this envelope. */
  readonly watermarkMs: number;
  readonly deltas: readonly Delta[];
}
