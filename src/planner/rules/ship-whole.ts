/**
 * Rule "ship the whole statement": only result rows travel.
 *
 * Safe when: all its streams live in one domain.
 * Unsafe when: it reads a variable, a table, a context or a stream that the query itself makes (the owner holds those), feeds
 * another statement by insert-into, or is iterated (its content is then wanted at the owner).
 *
 * Not always better: rows may outnumber events (irstream, joins of large windows). A statement that looks at more of an
 * event than its declared properties is shipped whatever it costs: undeclared members travel in columns of their own, types do not travel. So is one over
 * a stream of which only aggregates leave the domain: nothing else is admitted there.
 */
import type { CheckedExpression, SelectBody, SelectStatement } from '../../model/checked.ts';
import { walkExpression } from '../../model/expression-tree.ts';
import type { DomainName } from '../../model/ids.ts';
import { printStatement } from '../../epl/print.ts';
import type { FederatedCatalog } from '../catalog.ts';
import { holdsEvents } from '../columns.ts';
import { estimateStatement } from '../cost/estimate-select.ts';
import type { StatementRule } from '../planning.ts';
import { expressionsOfRows, walkBody } from '../walk.ts';
import { readsWhole } from '../whole-stream.ts';
import { RULE_TITLES } from './rule-names.ts';

export const shipWhole: StatementRule = {
  name: 'ship-whole',
  apply({ statement, ast, planning, index }) {
    const { catalog, options, draft, statistics } = planning;
    if (!planning.allows('ship-whole') || options.contentWanted === true) return null;
    const sole = soleDomain(statement, catalog, options.iterated ?? new Set());
    if (sole === null || readsWhole(statement, planning)) return null;
    const standsFor = statement.name ?? 'statement';
    // Nothing else would be admitted there.
    const must = readsMoreThanColumns(statement) || readsAggregatesOnly(statement, catalog);
    if (!must && !planning.chooses('ship-whole', `${index}`, statement.name ?? `statement ${index + 1}`)) return null;
    const input = draft.input({
      kind: 'result',
      epl: printStatement({ ...ast, annotations: [] }),
      domains: [sole],
      columns: statement.columns,
      standsFor,
      rules: [RULE_TITLES['ship-whole']],
      estimate: (domain) => estimateStatement(statement, () => domain, statistics),
    });
    return { name: statement.name, epl: null, shippedAs: input.name, columns: statement.columns };
  },
};

/** The one domain that can evaluate the statement whole, or null. */
export function soleDomain(
  statement: SelectStatement,
  catalog: FederatedCatalog,
  iterated: ReadonlySet<string>,
): DomainName | null {
  if (statement.insertInto !== null || statement.intoTable !== undefined) return null;
  if (statement.name !== null && iterated.has(statement.name)) return null;
  const domains = new Set<DomainName | null>();
  collectDomains(statement, catalog, domains);
  const [only] = domains;
  if (domains.size !== 1 || only === undefined || only === null) return null;
  return readsOwnerState(statement) ? null : only;
}

function readsAggregatesOnly(statement: SelectStatement, catalog: FederatedCatalog): boolean {
  const of = (name: string): boolean => (catalog.aggregateOnly?.(name) ?? []).length > 0;
  return statement.streams.some((s) => s.source.kind === 'filter' && of(s.source.eventType.name));
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

/** True if it reads what only the owner of the query holds: variables, tables, contexts. */
export function readsOwnerState(statement: SelectStatement): boolean {
  let found =
    statement.limit !== null &&
    (statement.limit.count.kind === 'variable' || statement.limit.offset?.kind === 'variable');
  const rate = statement.output?.rate;
  if (rate?.kind === 'events' && rate.count.kind === 'variable') found = true;
  if (rate?.kind === 'when' || rate?.kind === 'whenTerminated') found = true;
  const look = (e: CheckedExpression): void => {
    if (e.kind === 'variable' || e.kind === 'contextProperty' || e.kind === 'tableAccess') found = true;
  };
  walkBody(statement, look);
  for (const top of expressionsOfRows(statement)) walkExpression(top, look);
  return found;
}

/** Functions that ask for the type or for members of an event. */
const ASKING: ReadonlySet<string> = new Set(['typeof', 'exists']);

/** True if the body looks at undeclared members, at types, or at events as values. */
function readsMoreThanColumns(body: SelectBody): boolean {
  let more = body.aggregates.some((a) => holdsEvents(a.type));
  walkBody(body, (e) => {
    if (e.kind === 'instanceof' || (e.kind === 'call' && ASKING.has(e.name)) || holdsEvents(e.type)) more = true;
    if (e.kind === 'property' && e.path.some((step) => step.dynamic)) more = true;
  });
  return more;
}
