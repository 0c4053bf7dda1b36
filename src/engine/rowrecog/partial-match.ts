/** What match_recognize remembers: rows taken so far, by start row and by partition. Plain data. */
import type { Event } from '../../model/event.ts';
import type { Key } from '../functions/values.ts';
import type { EventRing } from '../window/event-ring.ts';

/** Rows of variables that can have several, newest first; shared by the partial matches that begin alike. */
export interface Taken {
  readonly event: Event;
  readonly variable: number;
  readonly before: Taken | null;
  readonly length: number;
}

/** One way through the automaton. */
export interface PartialMatch {
  /** The state that the last row took. */
  readonly state: number;
  /** By variable: its row, for those that have one at most. */
  readonly singles: readonly (Event | null)[];
  readonly taken: Taken | null;
  /** It is complete and reported unless it grows: what would have it end here is behind it. */
  readonly cut: boolean;
}

/** A complete match. Rows are counted from 0 over all partitions. */
export interface Match {
  readonly begin: number;
  readonly end: number;
  readonly singles: readonly (Event | null)[];
  readonly taken: Taken | null;
}

/** All that began with one row. */
export interface Start {
  readonly row: number;
  readonly first: Event;
  readonly beganMs: number;
  readonly partition: Partition;
  /** Most preferred first. */
  partials: PartialMatch[];
  /** Complete, kept back by `interval`. */
  held: readonly Match[];
  /** Delivered or given up: it is in no list but the queue of the interval. */
  over: boolean;
}

export interface Partition {
  readonly key: Key;
  /** Oldest first. */
  starts: Start[];
  /** The last rows, for `prev`; null where nothing looks back. */
  readonly history: EventRing | null;
  /** Rows in the window. */
  rows: number;
  /** False while nothing of it needs to be kept. */
  known: boolean;
}
