/**
 * Admission of a fragment: what a peer sent as text is parsed, checked and measured against the rules of its kind here,
 * at the domain that owns the streams. Nothing else of a plan is trusted across a border (DESIGN §5, §7).
 */
import { analyzeModule } from '../epl/analyze.ts';
import { parseModule } from '../epl/parse.ts';
import { printStatement } from '../epl/print.ts';
import type { SelectStatement } from '../model/checked.ts';
import type { PrepareFragment } from '../model/control.ts';
import { CodedError } from '../model/errors.ts';
import type { Catalog } from '../model/event-type.ts';
import type { DomainName } from '../model/ids.ts';
import { walkBody } from '../planner/walk.ts';
import { SILENT } from '../planner/fragment-text.ts';
import type { AdmittedFragment } from './admitted-fragment.ts';
import { checkColumns } from './check-columns.ts';
import type { ExportPolicies } from './export-policies.ts';
import { admitResidual } from './placed-admission.ts';
import { enforcePolicies } from './policy-check.ts';
import { readSilent } from './silent-fragment.ts';

/** Windows in which a row's stay never depends on rows older than the consumer's start. */
const SHAREABLE_WINDOWS: ReadonlySet<string> = new Set([
  'time',
  'length',
  'keepall',
  'lastevent',
  'unique',
  'timetolive',
  'time_order',
]);

/**
 * `policies`: what this domain lets out; none admits every member to everything. Throws `POLICY_REFUSED`,
 * `FRAGMENT_REFUSED`, `SCHEMA_CONFLICT` or the code of the text's own mistake.
 */
export function admitFragment(
  request: PrepareFragment,
  catalog: Catalog,
  policies: ExportPolicies | null = null,
): AdmittedFragment {
  if (request.residual !== undefined) return admitResidual(request, request.residual);
  const text = parseModule(request.epl);
  const whole = analyzeModule(text, catalog);
  const silent = request.fragmentKind === 'stream' ? readSilent(text, whole) : null;
  // Rows leave the domain, not aggregates: they are what the policy is asked about.
  const ast = silent?.rows ?? text;
  const read = silent === null ? whole : analyzeModule(ast, catalog);
  const [only, ...more] = read.statements;
  if (only === undefined || more.length > 0 || only.kind !== 'select') {
    throw refused('a fragment is one select statement');
  }
  const readers: readonly DomainName[] = [request.consumer, ...request.readers];
  const asRead = { ast, module: read, statement: only };
  const { module, statement, gridMs, caps } =
    policies === null ? { ...asRead, gridMs: null, caps: [] } : enforcePolicies(asRead, policies, readers, catalog);
  if (statement.insertInto !== null) throw refused('a fragment inserts into nothing');
  const stateless = statement.streams.every((s) => s.windows.length === 0);
  const joined = request.fragmentKind === 'view' && statement.streams.length > 1;
  const plain = statement.aggregates.length === 0 && statement.groupBy.length === 0;
  if (request.fragmentKind !== 'result') {
    if (
      !plain ||
      (statement.streams.length > 1 && !(joined && isInnerJoin(statement))) ||
      statement.orderBy.length > 0 ||
      statement.output !== null ||
      statement.limit !== null ||
      statement.distinct ||
      statement.having !== null
    ) {
      const what = joined
        ? 'a view of several streams joins them inner'
        : `a ${request.fragmentKind} fragment reads one stream`;
      throw refused(`${what}, and selects plain columns`);
    }
    if (request.fragmentKind === 'stream' && silent === null && !stateless)
      throw refused('a stream fragment has no data window');
    if (request.fragmentKind === 'view' && statement.selector !== 'irstream')
      throw refused('a view fragment selects irstream');
  }
  checkColumns(request.columns, statement.columns);
  const shareable =
    request.fragmentKind !== 'result' &&
    !joined &&
    silent === null &&
    statement.subqueries.length === 0 &&
    !looksBack(statement) &&
    statement.streams.every((s) => s.windows.every((w) => SHAREABLE_WINDOWS.has(w.name)));
  const printed = printStatement(statement.ast);
  const canonical = silent === null ? printed : `@${SILENT} ${printed}${silent.clauses}`;
  return { module, statement, canonical, shareable, joined, gridMs, caps, silent: silent?.condition ?? null };
}

/** `prev` and `prior` reach rows from before the start of a later consumer. */
function looksBack(statement: SelectStatement): boolean {
  let found = false;
  walkBody(statement, (e) => {
    if (e.kind === 'prev' || e.kind === 'prior') found = true;
  });
  return found;
}

function isInnerJoin(statement: SelectStatement): boolean {
  return (
    statement.joins.every((j) => j.kind === 'inner') &&
    statement.subqueries.length === 0 &&
    statement.streams.every((s) => !s.unidirectional)
  );
}

function refused(message: string): CodedError {
  return new CodedError('FRAGMENT_REFUSED', message);
}
