/** What a domain lets out of its streams (DESIGN §7): enforced where the stream lives, on the parsed fragment. */
import type { DomainName } from './ids.ts';

/**
 * One rule. The rules of a metric are tried in order; the first whose `domains` hold every reader governs the fragment. A
 * metric without rules of its own goes by those of `*`; without these it is open to every member.
 */
export interface ExportPolicy {
  /** A metric of this domain, or `*`. */
  readonly metric: string;
  /** Who may read; an empty list: nobody. */
  readonly domains: '*' | readonly DomainName[];
  /** Columns that may leave or be asked about; `domain` always may. */
  readonly columns: '*' | readonly string[];
  /** Rows that may leave: a condition in EPL on the event's own properties. */
  readonly where?: string | undefined;
  /** Only groups of tumbling windows leave. */
  readonly aggregateOnly?: AggregateOnly | undefined;
  /** Rows of this metric that leave for one reader, per second; what is more waits, and the watermark with it. */
  readonly maxRowsPerSecond?: number | undefined;
}

export interface AggregateOnly {
  /** Columns that may be group keys. */
  readonly groupBy: readonly string[];
  /** Columns that filters may read. */
  readonly filters: readonly string[];
  /** Groups of fewer rows are suppressed. */
  readonly leastGroup: number;
  /** Windows are whole multiples of it, on a grid from the epoch on, ms. */
  readonly leastWindowMs: number;
}
