/** What the planner knows of the federation: types, and which domains offer which streams. */
import type { Catalog } from '../model/event-type.ts';
import type { DomainName } from '../model/ids.ts';

export interface FederatedCatalog extends Catalog {
  /**
   * Domains whose events a reference to `typeName` reads, in order of their bytes: one for `renci.MemUtil`, all that offer
   * `MemUtil` or a subtype of it for the union. Null if the type is none of the federation's (declared by the query itself).
   */
  domainsOf(typeName: string): readonly DomainName[] | null;
  /** Those of them that let only groups of tumbling windows out (DESIGN §7): a statement over them runs there whole or not at all. */
  aggregateOnly?(typeName: string): readonly DomainName[];
  /** True if no domain enters or leaves a union while queries run (replay of scenarios). @default false */
  readonly unionsFixed?: boolean | undefined;
  /** A better error where the federation itself is the cause (domains that disagree on a schema); else the same. */
  explain?(error: unknown): unknown;
}
