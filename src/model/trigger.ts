/** Triggers: results handed out (DESIGN §8). */
import type { CauseKey } from './cause-key.ts';
import type { Column } from './checked.ts';
import type { DomainName, QueryId } from './ids.ts';
import type { Value } from './value.ts';

/** live: up to date. stale: nothing heard for `staleAfter`. silent: proved silent by a bound. refilling: back, content not yet whole. */
export type CoverageState = 'live' | 'stale' | 'silent' | 'refilling';

export interface Coverage {
  readonly domain: DomainName;
  readonly watermarkMs: number;
  readonly state: CoverageState;
  /** Since when this domain's windows hold all they should: later than the query's start after a restart or gap. */
  readonly completeFromMs: number;
}

/** A row as handed out: values in the order of `Trigger.columns`. */
export type TriggerRow = readonly Value[];

export interface Trigger {
  /** Idempotent: hash(query id, S, statement, cause key, content, ordinal among equals). */
  readonly itemId: string;
  readonly queryId: QueryId;
  readonly owner: DomainName;
  /** Name of the statement within the query's module. */
  readonly statement: string;
  readonly key: CauseKey;
  /** Time of the cause on the query's clock. */
  readonly eventTimeMs: number;
  /** Wall clock of the owner when the trigger was made; not part of the item id. */
  readonly createdMs: number;
  readonly columns: readonly Column[];
  readonly insert: readonly TriggerRow[];
  readonly remove: readonly TriggerRow[];
  readonly coverage: readonly Coverage[];
  /** True if the trigger tells of a jump over something not seen. */
  readonly gap: boolean;
}
