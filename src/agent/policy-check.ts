/**
 * Export policies on a parsed fragment (DESIGN §7): readers, columns, rows. What passes comes back as the tree that runs
 * here: the row predicate stands in the parentheses of each stream, before any window, and `*` is spelled out.
 *
 * Fails closed: a place where a stream could be read without being seen here (patterns, match_recognize) is refused as
 * soon as a rule withholds columns or rows.
 */
import { analyzeModule } from '../epl/analyze.ts';
import { parseModule } from '../epl/parse.ts';
import type { AstExpression, AstFilterSource, AstModule, AstSelectItem, AstStatement } from '../model/ast.ts';
import type { CheckedExpression, CheckedModule, SelectStatement } from '../model/checked.ts';
import { CodedError, type Position } from '../model/errors.ts';
import type { Catalog } from '../model/event-type.ts';
import { quoteIdentifier, type DomainName } from '../model/ids.ts';
import type { ExportPolicy } from '../model/policy.ts';
import { propertyExpression, replaceNodes } from '../planner/rewrite-ast.ts';
import { readsOwnEventOnly } from '../planner/walk.ts';
import { enforceAggregateOnly, holdsLeastGroup } from './aggregate-only.ts';
import type { ExportPolicies } from './export-policies.ts';
import { parsePredicate } from './parse-predicate.ts';
import { usesOfStreams, type StreamUse } from './stream-uses.ts';

/** The property that every event has, whoever may read it. */
const ALWAYS = 'domain';

interface Governed {
  readonly node: AstFilterSource;
  readonly metric: string;
  readonly policy: ExportPolicy;
}

export interface PolicedFragment {
  readonly module: CheckedModule;
  readonly statement: SelectStatement;
  /** Size of the tumbling windows, if only such may leave; ms. */
  readonly gridMs: number | null;
  /** Metrics whose rows are capped, with the cap in rows per second. */
  readonly caps: readonly RowCap[];
}

export interface RowCap {
  readonly metric: string;
  readonly rowsPerSecond: number;
}

/** Throws `POLICY_REFUSED`: what, where in the fragment's text, which rule, and what would be admitted. */
export function enforcePolicies(
  checked: { readonly ast: AstModule; readonly module: CheckedModule; readonly statement: SelectStatement },
  policies: ExportPolicies,
  readers: readonly DomainName[],
  catalog: Catalog,
): PolicedFragment {
  const sources = sourcesOf(checked.statement.ast);
  const governed = sources.flatMap((node) => govern(node, policies, readers));
  const caps = capsOf(governed);
  const limiting = governed.filter(
    ({ policy: p }) => p.columns !== '*' || p.where !== undefined || p.aggregateOnly !== undefined,
  );
  const { module: asRead, statement: read } = checked;
  if (limiting.length === 0) return { module: asRead, statement: read, gridMs: null, caps };
  const uses = usesOfStreams(checked.statement);
  if (uses.length !== sources.length || hasMatchRecognize(checked.statement.ast)) {
    const [first] = limiting;
    throw refusal(`metric '${first?.metric ?? ''}' is exported in part only: not in patterns and match_recognize`, {
      position: first?.node.position,
      hint: 'read it as a stream in the from clause or in a subquery',
    });
  }
  const items = new Map<object, unknown>();
  for (const use of uses) checkColumns(use, checked.statement, limiting, policies, items);
  let gridMs: number | null = null;
  for (const { metric, policy } of limiting) {
    if (policy.aggregateOnly === undefined) continue;
    const aggregated = enforceAggregateOnly(read, policy.aggregateOnly, { domain: policies.domain, metric });
    gridMs = aggregated.gridMs;
    for (const [node, replacement] of aggregated.replacements) items.set(node, replacement);
  }
  for (const g of limiting) {
    const rows = predicateOf(g, catalog);
    if (rows !== null) items.set(g.node, { ...g.node, filter: [...g.node.filter, rows.ast] });
  }
  const statement = replaceNodes(checked.statement.ast, items);
  const module = analyzeModule({ ...checked.ast, statements: [statement] }, catalog);
  const [again] = module.statements;
  if (again?.kind !== 'select') throw refusal('the fragment cannot be read with its policy');
  checkPredicates(again, policies, limiting, catalog);
  for (const { metric, policy } of limiting) {
    if (policy.aggregateOnly !== undefined && !holdsLeastGroup(again, policy.aggregateOnly))
      throw refusal(`the groups of metric '${metric}' cannot be counted in this text`, {
        hint: 'give no names to count',
      });
  }
  return { module, statement: again, gridMs, caps };
}

/** Per metric the least cap: a statement may read it more than once. */
function capsOf(governed: readonly Governed[]): readonly RowCap[] {
  const caps = new Map<string, number>();
  for (const { metric, policy } of governed) {
    if (policy.maxRowsPerSecond === undefined) continue;
    caps.set(metric, Math.min(policy.maxRowsPerSecond, caps.get(metric) ?? Infinity));
  }
  return [...caps].map(([metric, rowsPerSecond]) => ({ metric, rowsPerSecond }));
}

function govern(node: AstFilterSource, policies: ExportPolicies, readers: readonly DomainName[]): readonly Governed[] {
  const metric = policies.metricOf(node.typeName);
  const governing = policies.governing(metric, readers);
  if (governing.kind === 'open') return [];
  if (governing.kind === 'rule') return [{ node, metric, policy: governing.policy }];
  const refused = policies.refusedOf(metric, readers);
  const whom = refused.length > 0 ? refused : policies.foreign(readers);
  const together = refused.length > 0 ? '' : ' together';
  throw refusal(
    `the policy of metric '${metric}' does not admit ${whom.map((d) => `'${d}'`).join(', ')}${together} as reader`,
    {
      position: node.position,
      hint: `leave the stream of '${policies.domain}' out, or ask its operator`,
    },
  );
}

/** Every use of a withheld column is refused; a `*` over one stream becomes the columns that may leave. */
function checkColumns(
  use: StreamUse,
  statement: SelectStatement,
  limiting: readonly Governed[],
  policies: ExportPolicies,
  items: Map<object, unknown>,
): void {
  const metric = policies.metricOf(use.sourceType.name);
  const allowed = limiting.find((g) => g.metric === metric)?.policy.columns ?? '*';
  if (allowed === '*') return;
  const withheld = (name: string): boolean => name !== ALWAYS && !allowed.includes(name);
  const open = use.sourceType.properties.map((p) => p.name).filter((name) => !withheld(name));
  const hint = `admitted are ${open.map(quoteIdentifier).join(', ')}`;
  for (const { name, position } of use.columns) {
    if (!withheld(name) || !use.sourceType.properties.some((p) => p.name === name)) continue;
    throw refusal(`column '${name}' of metric '${metric}' is withheld by its policy`, {
      position,
      hint: `leave out '${name}'; ${hint}`,
    });
  }
  if (!use.sourceType.properties.some((p) => withheld(p.name))) return;
  for (const whole of use.wholes) {
    const { item } = whole;
    if (item === null || statement.streams.length !== 1 || !spellable(use)) {
      throw refusal(`all columns of metric '${metric}' are asked for, some are withheld by its policy`, {
        position: whole.position,
        hint: `name the columns; ${hint}`,
      });
    }
    const [first, ...rest] = open.map((name): AstSelectItem => {
      return { kind: 'expression', expression: propertyExpression(name), alias: null, position: item.position };
    });
    if (first === undefined) continue;
    const { select } = selectOf(statement.ast);
    items.set(
      select.items,
      select.items.flatMap((i) => (i === item ? [first, ...rest] : [i])),
    );
  }
}

/** The rows of the select are the events themselves. */
function spellable(use: StreamUse): boolean {
  return use.outermost && use.eventType.name === use.sourceType.name;
}

function selectOf(statement: AstStatement): { readonly select: { readonly items: readonly AstSelectItem[] } } {
  if (statement.kind === 'selectStatement') return statement;
  throw refusal('a fragment is one select statement');
}

/** The rule's condition, read over the metric's type alone. A rule that cannot be read lets nothing out. */
function predicateOf(
  governed: Governed,
  catalog: Catalog,
): { readonly ast: AstExpression; readonly checked: readonly CheckedExpression[] } | null {
  const { where } = governed.policy;
  if (where === undefined) return null;
  const type = governed.node.nameParts.map(quoteIdentifier).join('.');
  try {
    const [statement] = analyzeModule(parseModule(`select * from ${type}(${where})`), catalog).statements;
    const stream = statement?.kind === 'select' ? statement.streams[0] : undefined;
    if (stream?.source.kind === 'filter' && stream.source.filter.every((c) => readsOwnEventOnly(c, 0)))
      return { ast: parsePredicate(where), checked: stream.source.filter };
  } catch (error) {
    throw broken(governed.metric, error);
  }
  throw broken(governed.metric, undefined);
}

function broken(metric: string, cause: unknown): CodedError {
  return refusal(`the row predicate in the policy of metric '${metric}' cannot be applied: nothing of it leaves`, {
    hint: 'its operator has to write a condition on the own properties of the event',
    cause,
  });
}

/** Names in the predicate must mean here what they mean in the policy, whatever aliases the fragment gives. */
function checkPredicates(
  statement: SelectStatement,
  policies: ExportPolicies,
  limiting: readonly Governed[],
  catalog: Catalog,
): void {
  for (const use of usesOfStreams(statement)) {
    const metric = policies.metricOf(use.sourceType.name);
    const governed = limiting.find((g) => g.metric === metric);
    const expected = governed === undefined ? null : predicateOf(governed, catalog);
    if (governed === undefined || expected === null) continue;
    const found = use.filter.slice(-expected.checked.length);
    const same =
      found.every((c) => readsOwnEventOnly(c, use.stream)) &&
      JSON.stringify(found.map(shapeOf)) === JSON.stringify(expected.checked.map(shapeOf));
    if (same) continue;
    throw refusal(`a name in the fragment hides one that the policy of metric '${metric}' uses`, {
      position: governed.node.position,
      hint: 'give the stream another alias',
    });
  }
}

/** An expression without places and stream numbers. */
function shapeOf(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map(shapeOf);
  return Object.entries(node)
    .filter(([key]) => key !== 'ast' && key !== 'position' && key !== 'ref')
    .map(([key, value]) => [key, shapeOf(value)]);
}

/** Every place of the tree where a stream is named, in order. */
function sourcesOf(node: unknown): readonly AstFilterSource[] {
  if (typeof node !== 'object' || node === null) return [];
  if (isFilterSource(node)) return [node, ...Object.values(node).flatMap(sourcesOf)];
  return Object.entries(node).flatMap(([key, child]) => (key === 'position' ? [] : sourcesOf(child)));
}

function hasMatchRecognize(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return Object.entries(node).some(
    ([key, child]) => (key === 'matchRecognize' && child !== null) || hasMatchRecognize(child),
  );
}

function isFilterSource(node: object): node is AstFilterSource {
  return 'kind' in node && node.kind === 'filter' && 'nameParts' in node && 'typeName' in node;
}

function refusal(
  message: string,
  options: { readonly position?: Position | undefined; readonly hint?: string; readonly cause?: unknown } = {},
): CodedError {
  return new CodedError('POLICY_REFUSED', message, options);
}
