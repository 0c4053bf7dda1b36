/**
 * One reference to a stream of the federation: which of its conjuncts, columns and windows run at the domains, and the
 * input that the residual reads in its place. The rules are in rules/push-*.ts.
 */
import type { AstFilterSource } from '../model/ast.ts';
import type { CheckedExpression, CheckedStream, SelectBody, SelectStatement } from '../model/checked.ts';
import type { EventType, Property } from '../model/event-type.ts';
import type { DomainName } from '../model/ids.ts';
import type { FragmentEstimate, PlannedInput } from '../model/plan.ts';
import { usedColumns } from './columns.ts';
import { estimateReference } from './cost/estimate-reference.ts';
import { allOf } from './cost/selectivity.ts';
import { orConstant } from './draft.ts';
import { fragmentText } from './fragment-text.ts';
import type { Planning } from './planning.ts';
import { mentions } from './rewrite-ast.ts';
import { splitFilter } from './rules/push-filter.ts';
import { pushableConjuncts } from './rules/push-where.ts';
import { windowCanMove, windowIgnoresOthers } from './rules/push-window.ts';
import { silentCondition, silentEstimate } from './rules/silent-having.ts';
import { selectOf } from './select-ast.ts';
import { RULE_TITLES } from './rules/rule-names.ts';
import { memberColumns } from './undeclared.ts';

export interface Reference {
  readonly body: SelectBody;
  readonly statement: SelectStatement | null;
  readonly stream: CheckedStream;
  readonly source: AstFilterSource;
  readonly type: EventType;
  readonly filter: readonly SelectStatement['where'][number][];
  readonly domains: readonly DomainName[];
  /** Names of declared expressions: a text that uses one cannot leave its statement. */
  readonly declared: ReadonlySet<string>;
  /** Begins the names of its choices. */
  readonly site: string;
}

export interface PlannedReference {
  readonly input: PlannedInput;
  /** True if the data windows stay in the residual. */
  readonly windows: boolean;
  readonly kept: AstFilterSource['filter'];
  /** Where conjuncts that moved to the domain. */
  readonly taken: readonly object[];
}

export function planReference(ref: Reference, planning: Planning): PlannedReference {
  return planSilent(ref, planning) ?? planLoud(ref, planning);
}

/** The statement's having watched at the domains (rules/silent-having.ts); null where that is unsafe. */
function planSilent(ref: Reference, planning: Planning): PlannedReference | null {
  const { statement, stream, type, domains, source } = ref;
  const { allows } = planning;
  const names = ['push-filter', 'push-where', 'push-columns', 'silent-having'] as const;
  if (
    statement === null ||
    !planning.alone ||
    planning.undeclared.names.length > 0 ||
    domains.length < 2 ||
    !names.every(allows)
  )
    return null;
  const { pushed, kept } = splitOf(ref, planning);
  const own = pushableConjuncts(statement, stream.index, ref.declared);
  const having = selectOf(statement.ast)?.having ?? null;
  if (having === null || kept.length > 0 || own.length < statement.where.length || mentions(having, ref.declared))
    return null;
  const filter = [...pushed, ...own];
  const columns = columnsAbove(ref, { kind: 'stream', filter, windows: [], where: [] });
  const silent = silentCondition(
    statement,
    columns.map((c) => c.name),
  );
  if (silent === null) return null;
  const epl = fragmentText({
    source,
    properties: type.properties,
    alias: stream.alias,
    columns,
    filter: filter.map((c) => c.ast),
    windows: stream.windows,
    where: [],
    silent: { groupBy: statement.groupBy.map((e) => e.ast), having },
  });
  const { statistics, draft } = planning;
  const estimate = (domain: DomainName): FragmentEstimate =>
    silentEstimate(estimateReference({ type, filter, windows: [], columns }, domain, statistics));
  const rules = names.map((name) => RULE_TITLES[name]);
  const made = { kind: 'stream', epl, domains, columns: orConstant(columns), standsFor: type.name } as const;
  const input = draft.input({ ...made, rules, estimate, silent });
  return { input, windows: true, kept: [], taken: own.map((c) => c.ast) };
}

function planLoud(ref: Reference, planning: Planning): PlannedReference {
  const { stream, domains } = ref;
  const { allows } = planning;
  const { pushed, kept } = splitOf(ref, planning);
  const rules = [
    ...(allows('push-filter') ? [RULE_TITLES['push-filter']] : []),
    ...(allows('push-columns') ? [RULE_TITLES['push-columns']] : []),
  ];
  const own =
    ref.statement === null || !allows('push-where') ? [] : pushableConjuncts(ref.statement, stream.index, ref.declared);
  if (own.length > 0 && domains.length === 1 && kept.length === 0 && stream.retain === 'intersection') {
    const about = `${ref.type.name}${stream.alias === null ? '' : ` as ${stream.alias}`}`;
    if (
      windowCanMove(stream) &&
      allows('push-window') &&
      planning.chooses('push-window', `${ref.site}/${stream.index}`, about)
    ) {
      const named = [...rules, RULE_TITLES['push-window'], `${RULE_TITLES['push-where']} above its pushed window`];
      return pushInput(ref, planning, { kind: 'view', filter: pushed, windows: stream.windows, where: own }, named);
    }
  }
  if (own.length > 0 && windowIgnoresOthers(stream)) {
    const named = [...rules, RULE_TITLES['push-where'], 'leave expiry of #time to the receiver'];
    const parts = { kind: 'stream', filter: [...pushed, ...own], windows: [], where: [] } as const;
    return { ...pushInput(ref, planning, parts, named), taken: own.map((c) => c.ast), kept: kept.map((c) => c.ast) };
  }
  const parts = { kind: 'stream', filter: pushed, windows: [], where: [] } as const;
  return { ...pushInput(ref, planning, parts, rules), kept: kept.map((c) => c.ast) };
}

/** What runs at the domain. */
interface PushedParts {
  readonly kind: 'stream' | 'view';
  readonly filter: readonly CheckedExpression[];
  readonly windows: CheckedStream['windows'];
  readonly where: readonly CheckedExpression[];
}

function pushInput(
  ref: Reference,
  { draft, statistics, allows, undeclared }: Planning,
  parts: PushedParts,
  rules: readonly string[],
): PlannedReference {
  const { type, domains, stream, source } = ref;
  const { kind, filter, windows, where } = parts;
  const read = allows('push-columns') ? columnsAbove(ref, parts) : type.properties;
  const columns = [...read, ...memberColumns(type, undeclared)];
  const epl = fragmentText({
    source,
    properties: type.properties,
    alias: stream.alias,
    columns,
    filter: filter.map((c) => c.ast),
    windows,
    where: where.map((c) => c.ast),
  });
  const estimate = (domain: DomainName): FragmentEstimate =>
    estimateReference({ type, filter: [...filter, ...where], windows, columns }, domain, statistics);
  const input = draft.input({
    kind,
    epl,
    domains,
    columns: orConstant(columns),
    standsFor: type.name,
    rules,
    selects: kind === 'view' || filter.length === 0 ? undefined : { stream: type.name, predicate: allOf(filter) },
    estimate,
  });
  return { input, windows: windows.length === 0, kept: [], taken: where.map((c) => c.ast) };
}

function splitOf(
  ref: Reference,
  { allows }: Pick<Planning, 'allows'>,
): { readonly pushed: readonly CheckedExpression[]; readonly kept: readonly CheckedExpression[] } {
  if (!allows('push-filter')) return { pushed: [], kept: ref.filter };
  const split = new Set<object>(splitFilter(ref.filter, ref.stream.index, ref.declared).pushed);
  return { pushed: ref.filter.filter((c) => split.has(c.ast)), kept: ref.filter.filter((c) => !split.has(c.ast)) };
}

/** The columns that are still read once `parts` run at the domain. */
function columnsAbove(ref: Reference, parts: PushedParts): readonly Property[] {
  const used = usedColumns(ref.body, ref.stream.index, ref.type);
  const gone = new Set<object>([...parts.filter, ...parts.where]);
  const body: SelectBody = {
    ...ref.body,
    where: ref.body.where.filter((c) => !gone.has(c)),
    streams: ref.body.streams.map((s) => {
      if (s.index !== ref.stream.index || s.source.kind !== 'filter') return s;
      const filter = s.source.filter.filter((c) => !gone.has(c));
      return { ...s, source: { ...s.source, filter }, windows: parts.windows.length > 0 ? [] : s.windows };
    }),
  };
  const needed = new Set(usedColumns(body, ref.stream.index, ref.type));
  return used.filter((c) => needed.has(c));
}
