/**
 * Rule "ship the whole statement": only result rows travel.
 *
 * Safe when: all its streams live in one domain.
 * Unsafe when: it reads a variable, a context or a stream that the query itself makes (the owner holds those), feeds
 * another statement by insert-into, or is iterated (its content is then wanted at the owner).
 */
import type { SelectStatement } from '../../model/checked.ts';
import type { DomainName } from '../../model/ids.ts';
import type { FederatedCatalog } from '../catalog.ts';
import { walkBody } from '../walk.ts';

/** The one domain that can evaluate the statement whole, or null. */
export function soleDomain(
  statement: SelectStatement,
  catalog: FederatedCatalog,
  iterated: ReadonlySet<string>,
): DomainName | null {
  if (statement.insertInto !== null) return null;
  if (statement.name !== null && iterated.has(statement.name)) return null;
  const domains = new Set<DomainName | null>();
  collectDomains(statement, catalog, domains);
  const [only] = domains;
  if (domains.size !== 1 || only === undefined || only === null) return null;
  return readsOwnerState(statement) ? null : only;
}

type Body = Pick<SelectStatement, 'streams' | 'subqueries'>;

function collectDomains(body: Body, catalog: FederatedCatalog, into: Set<DomainName | null>): void {
  for (const s of body.streams) {
    const domains = s.source.kind === 'filter' ? catalog.domainsOf(s.source.eventType.name) : null;
    if (domains === null || domains.length === 0) into.add(null);
    else for (const d of domains) into.add(d);
  }
  for (const sub of body.subqueries) collectDomains(sub, catalog, into);
}

function readsOwnerState(statement: SelectStatement): boolean {
  let found =
    statement.limit !== null &&
    (statement.limit.count.kind === 'variable' || statement.limit.offset?.kind === 'variable');
  const rate = statement.output?.rate;
  if (rate?.kind === 'events' && rate.count.kind === 'variable') found = true;
  if (rate?.kind === 'when' || rate?.kind === 'whenTerminated') found = true;
  walkBody(statement, (e) => {
    if (e.kind === 'variable' || e.kind === 'contextProperty') found = true;
  });
  return found;
}
