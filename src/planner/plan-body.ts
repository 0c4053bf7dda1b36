/** The streams of one select: each reference to the federation becomes an input; then the subqueries in it, then the rest. */
import type { AstFilterSource, AstSelect, AstSelectItem } from '../model/ast.ts';
import type { SelectBody, SelectStatement } from '../model/checked.ts';
import { CodedError } from '../model/errors.ts';
import type { DomainName } from '../model/ids.ts';
import type { FragmentEstimate } from '../model/plan.ts';
import { estimateReference } from './cost/estimate-reference.ts';
import { orConstant } from './draft.ts';
import { planLocalJoins } from './plan-local-joins.ts';
import { planPattern } from './plan-pattern.ts';
import { planReference } from './plan-reference.ts';
import type { Planning } from './planning.ts';
import { conjunction, mentions, propertyExpression } from './rewrite-ast.ts';
import { isFilterSource, streamNode, subqueriesOf } from './select-ast.ts';
import { memberColumns } from './undeclared.ts';
import { asksForType, isWhole, wholeInputs } from './whole-stream.ts';

/** Streams of one body, then of the subqueries in it. `statement` is null inside a subquery: its where stays where it is. */
export function planBody(
  body: SelectBody,
  ast: AstSelect | null,
  statement: SelectStatement | null,
  planning: Planning,
  replacements: Map<object, unknown>,
  site: string,
): void {
  if (ast === null) return;
  const { catalog } = planning;
  const declared = new Set(statement?.ast.declarations.map((d) => d.name));
  for (const d of planning.options.declarations ?? []) declared.add(d.name);
  const pushed = new Set<object>();
  const joined =
    statement?.ast.kind === 'selectStatement'
      ? planLocalJoins(statement, { ...statement.ast, select: ast }, declared, planning, replacements, site)
      : null;
  for (const stream of body.streams) {
    if (joined?.streams.has(stream.index) === true) continue;
    const node = streamNode(ast, stream.index);
    if (node?.source.kind === 'pattern' && stream.source.kind === 'pattern' && statement?.insertInto === null) {
      planPattern(body, stream.index, stream.source, node.source.pattern, declared, planning, replacements);
    }
    if (node === null || node.source.kind !== 'filter' || stream.source.kind !== 'filter') continue;
    const type = stream.source.eventType;
    const domains = catalog.domainsOf(type.name);
    if (domains === null || isWhole(body, stream.index, type, planning) || asksForType(body, stream.index)) continue;
    const { filter } = stream.source;
    const reference = { body, statement, stream, source: node.source, type, filter, domains, declared, site };
    const { input, windows, kept, taken } = planReference(reference, planning);
    for (const conjunct of taken) pushed.add(conjunct);
    const source: AstFilterSource = { ...node.source, typeName: input.name, nameParts: [input.name], filter: kept };
    const alias = node.alias ?? (namesUnaliased(ast, node.source) ? node.source.typeName : null);
    replacements.set(node, { ...node, source, alias, windows: windows ? node.windows : [] });
    if (alias !== node.alias) nameWildcardColumns(body, ast, replacements);
  }
  if (joined !== null) {
    replacements.set(ast, joined.select(pushed));
  } else if (pushed.size > 0 && ast.where !== null) {
    const rest = body.where.map((c) => c.ast).filter((c) => !pushed.has(c));
    replacements.set(ast.where, conjunction(rest));
  }
  for (const [i, sub] of subqueriesOf(body).entries())
    planBody(sub.body, sub.ast, null, planning, replacements, `${site}.${i}`);
}

/** True if something may read the stream by the name of its type, which the residual knows under another name. */
function namesUnaliased(ast: AstSelect, source: AstFilterSource): boolean {
  const names = new Set([source.typeName, ...source.nameParts.slice(0, 1)]);
  return ast.items.some((i) => i.kind === 'streamWildcard' && i.stream === source.typeName) || mentions(ast, names);
}

/** `select *` of a join calls an unaliased stream `stream_0`: that name stays when the residual gives it an alias. */
function nameWildcardColumns(body: SelectBody, ast: AstSelect, replacements: Map<object, unknown>): void {
  const wildcard = ast.items.find((i) => i.kind === 'wildcard');
  if (wildcard === undefined || body.streams.length < 2 || replacements.has(ast.items)) return;
  const columns = body.streams.map((s): AstSelectItem => {
    const source = streamNode(ast, s.index)?.source;
    const name = s.alias ?? (source?.kind === 'filter' ? source.typeName : '');
    return {
      kind: 'expression',
      expression: propertyExpression(name),
      alias: s.alias ?? `stream_${s.index}`,
      position: wildcard.position,
    };
  });
  replacements.set(
    ast.items,
    ast.items.flatMap((i) => (i === wildcard ? columns : [i])),
  );
}

/** References that no rule takes (some of patterns, on-triggers, contexts …): every event, every column, filter in the residual. */
export function planRest(node: unknown, planning: Planning, replacements: Map<object, unknown>): void {
  if (typeof node !== 'object' || node === null) return;
  if (replacements.has(node)) {
    planRest(replacements.get(node), planning, replacements);
    return;
  }
  if (isFilterSource(node) && addWholeStream(node, planning)) {
    planRest(node.filter, planning, replacements);
    return;
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'position') planRest(child, planning, replacements);
}

/** Inputs that bring all of a stream, each under the name of its own type: the reference stays as it is. */
function addWholeStream(source: AstFilterSource, planning: Planning): boolean {
  const { catalog, draft, options, statistics } = planning;
  const type = catalog.eventType(source.typeName);
  if (catalog.domainsOf(source.typeName) === null || type === undefined) return false;
  for (const { type: whole, epl, domains } of wholeInputs(source, type, planning)) {
    const { name } = whole;
    const members = memberColumns(whole, planning.undeclared);
    if (options.knownInputs?.has(name) === true) {
      if (members.length > 0) throw lacksMembers(source, name);
      continue;
    }
    const columns = orConstant([...whole.properties, ...members]);
    const estimate = (domain: DomainName): FragmentEstimate =>
      estimateReference({ type: whole, filter: [], windows: [], columns }, domain, statistics);
    draft.input({ kind: 'stream', epl, domains, columns, standsFor: name, rules: [], estimate }, name);
  }
  return true;
}

function lacksMembers(source: AstFilterSource, name: string): CodedError {
  return new CodedError('NOT_SUPPORTED', `the query reads stream ${name} already, in its declared properties`, {
    position: source.position,
    hint: 'read undeclared properties (`name?`) in the first module of the query, or in a query of its own',
  });
}
