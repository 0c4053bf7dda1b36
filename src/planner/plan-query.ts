/**
 * `planQuery`: checked module → plan of fragments and a residual (DESIGN §5). Pure; never executes.
 *
 * Every reference to a stream of the federation becomes an input of the residual, fed by one fragment per domain. The
 * fallback is always right: ship the events that pass the filter, in the columns that are read, and evaluate all else
 * at the owner. The rules in rules/ do better where that is safe.
 */
import type { AstFilterSource, AstSelect, AstStatement, AstStream } from '../model/ast.ts';
import type { CheckedModule, CheckedStatement, CheckedStream, Column, SelectBody, SelectStatement } from '../model/checked.ts';
import { CodedError } from '../model/errors.ts';
import type { EventType, Property } from '../model/event-type.ts';
import type { DomainName } from '../model/ids.ts';
import type { FragmentKind, Plan, PlannedFragment, PlannedInput, PlannedStatement } from '../model/plan.ts';
import { INT } from '../model/value.ts';
import { printStatement } from '../epl/print.ts';
import type { FederatedCatalog } from './catalog.ts';
import { usedColumns } from './columns.ts';
import { fragmentText } from './fragment-text.ts';
import { conjunction, replaceNodes } from './rewrite-ast.ts';
import { splitFilter } from './rules/push-filter.ts';
import { pushableConjuncts } from './rules/push-where.ts';
import { windowCanMove, windowIgnoresOthers } from './rules/push-window.ts';
import { soleDomain } from './rules/ship-whole.ts';
import { expressionsOf, walkExpression } from './walk.ts';

export interface PlanOptions {
  readonly owner: DomainName;
  /** Statements whose content is asked for: they stay at the owner. */
  readonly iterated?: ReadonlySet<string> | undefined;
  /** Number of the first input, so that modules of one group do not collide. @default 0 */
  readonly firstInput?: number | undefined;
}

/** Most fragments one query may need; a union over n domains counts n per reference. */
export const MAX_FRAGMENTS = 4096;

/** Throws `INVALID_STATEMENT` or `LIMIT_EXCEEDED`; everything else was refused by the analysis before. */
export function planQuery(module: CheckedModule, catalog: FederatedCatalog, options: PlanOptions): Plan {
  const draft = new Draft(options.firstInput ?? 0);
  const statements: PlannedStatement[] = [];
  for (const statement of module.statements) {
    statements.push(planStatement(statement, catalog, options, draft));
  }
  if (draft.fragments.length > MAX_FRAGMENTS) {
    throw new CodedError('LIMIT_EXCEEDED', `the query needs ${draft.fragments.length} fragments, the limit is ${MAX_FRAGMENTS}`, {
      hint: 'name the domains it should read instead of the union',
    });
  }
  return { owner: options.owner, clock: 'merged', fragments: draft.fragments, inputs: draft.inputs, statements, notes: draft.notes };
}

/** Fragments and inputs found so far; equal ones occur once. */
class Draft {
  readonly fragments: PlannedFragment[] = [];
  readonly inputs: PlannedInput[] = [];
  readonly notes: string[] = [];
  readonly #byText = new Map<string, PlannedInput>();
  readonly #firstInput: number;

  constructor(firstInput: number) {
    this.#firstInput = firstInput;
  }

  input(kind: FragmentKind, epl: string, domains: readonly DomainName[], columns: readonly Column[], standsFor: string, rules: readonly string[]): PlannedInput {
    const identity = `${kind} ${epl}`;
    const known = this.#byText.get(identity);
    if (known !== undefined) return known;
    const n = this.#firstInput + this.inputs.length;
    const fragments = domains.map((domain, i) => {
      const name = `f${n}.${i}`;
      this.fragments.push({ name, domain, kind, epl, columns, shareable: kind === 'stream', rules });
      return name;
    });
    const input: PlannedInput = { name: `~${n}`, kind, fragments, columns, standsFor };
    this.inputs.push(input);
    this.#byText.set(identity, input);
    return input;
  }
}

function planStatement(statement: CheckedStatement, catalog: FederatedCatalog, options: PlanOptions, draft: Draft): PlannedStatement {
  if (statement.kind === 'select') {
    if (statement.insertInto !== null && catalog.domainsOf(statement.insertInto.typeName) !== null) {
      throw new CodedError('INVALID_STATEMENT', `'${statement.insertInto.typeName}' is a stream of the federation; a query cannot insert into it`, {
        position: statement.insertInto.position,
        hint: 'insert into a name of its own',
      });
    }
    const sole = soleDomain(statement, catalog, options.iterated ?? new Set());
    if (sole !== null) return shipWhole(statement, sole, draft);
  }
  const replacements = new Map<object, unknown>();
  if (statement.kind === 'select') planBody(statement, selectOf(statement.ast), statement, catalog, draft, replacements);
  planRest(statement.ast, catalog, draft, replacements);
  const rewritten = replaceNodes(statement.ast, replacements);
  return {
    name: statement.name,
    epl: printStatement(rewritten),
    shippedAs: null,
    columns: statement.kind === 'select' ? statement.columns : [],
  };
}

function shipWhole(statement: SelectStatement, domain: DomainName, draft: Draft): PlannedStatement {
  const bare: AstStatement = { ...statement.ast, annotations: [] };
  const input = draft.input('result', printStatement(bare), [domain], statement.columns, statement.name ?? 'statement', ['ship the whole statement']);
  return { name: statement.name, epl: null, shippedAs: input.name, columns: statement.columns };
}

function selectOf(ast: AstStatement): AstSelect | null {
  return ast.kind === 'selectStatement' ? ast.select : null;
}

/** Streams of one body, then of the subqueries in it. `statement` is null inside a subquery: its where stays where it is. */
function planBody(
  body: SelectBody,
  ast: AstSelect | null,
  statement: SelectStatement | null,
  catalog: FederatedCatalog,
  draft: Draft,
  replacements: Map<object, unknown>,
): void {
  if (ast === null) return;
  const pushed = new Set<object>();
  for (const stream of body.streams) {
    const node = streamNode(ast, stream.index);
    if (node === null || node.source.kind !== 'filter' || stream.source.kind !== 'filter') continue;
    const domains = catalog.domainsOf(stream.source.eventType.name);
    if (domains === null) continue;
    const reference: Reference = { body, statement, stream, source: node.source, type: stream.source.eventType, filter: stream.source.filter, domains };
    const { input, windows, kept, taken } = planReference(reference, draft);
    for (const conjunct of taken) pushed.add(conjunct);
    const source: AstFilterSource = { ...node.source, typeName: input.name, nameParts: [input.name], filter: kept };
    replacements.set(node, { ...node, source, windows: windows ? node.windows : [] });
  }
  if (pushed.size > 0 && ast.where !== null) {
    const rest = body.where.map((c) => c.ast).filter((c) => !pushed.has(c));
    replacements.set(ast.where, conjunction(rest));
  }
  for (const { body: inner, ast: innerAst } of subqueriesOf(body)) planBody(inner, innerAst, null, catalog, draft, replacements);
}

interface Reference {
  readonly body: SelectBody;
  readonly statement: SelectStatement | null;
  readonly stream: CheckedStream;
  readonly source: AstFilterSource;
  readonly type: EventType;
  readonly filter: readonly SelectStatement['where'][number][];
  readonly domains: readonly DomainName[];
}

interface PlannedReference {
  readonly input: PlannedInput;
  /** True if the data windows stay in the residual. */
  readonly windows: boolean;
  readonly kept: AstFilterSource['filter'];
  /** Where conjuncts that moved to the domain. */
  readonly taken: readonly object[];
}

function planReference(ref: Reference, draft: Draft): PlannedReference {
  const { stream, domains, type } = ref;
  const rules = ['push the stream filter', 'push used columns only'];
  const { pushed, kept } = splitFilter(ref.filter, stream.index);
  const used = usedColumns(ref.body, stream.index, type);
  const own = ref.statement === null ? [] : pushableConjuncts(ref.statement, stream.index).map((c) => c.ast);
  const base = { source: ref.source, filter: pushed, alias: stream.alias };
  // What stays in the parentheses of the residual must find its columns; `used` counts those too.
  if (own.length > 0 && domains.length === 1 && kept.length === 0 && windowCanMove(stream) && stream.retain === 'intersection') {
    rules.push('push the data window', 'push a where conjunct above its pushed window');
    const columns = columnsAbove(ref, used, own);
    const epl = fragmentText({ ...base, columns, windows: stream.windows, where: own });
    return { input: draft.input('view', epl, domains, orConstant(columns), type.name, rules), windows: false, kept: [], taken: own };
  }
  if (own.length > 0 && windowIgnoresOthers(stream)) {
    rules.push('push a where conjunct', 'leave expiry of #time to the receiver');
    const columns = columnsAbove(ref, used, own);
    const epl = fragmentText({ ...base, columns, filter: [...pushed, ...own], windows: [], where: [] });
    return { input: draft.input('stream', epl, domains, orConstant(columns), type.name, rules), windows: true, kept, taken: own };
  }
  const columns = columnsAbove(ref, used, []);
  const epl = fragmentText({ ...base, columns, windows: [], where: [] });
  return { input: draft.input('stream', epl, domains, orConstant(columns), type.name, rules), windows: true, kept, taken: [] };
}

/** The columns that are still read once the filter and `taken` run at the domain. */
function columnsAbove(ref: Reference, used: readonly Property[], taken: readonly object[]): readonly Property[] {
  const { pushed } = splitFilter(ref.filter, ref.stream.index);
  const gone = new Set<object>([...pushed, ...taken]);
  const body: SelectBody = {
    ...ref.body,
    where: ref.body.where.filter((c) => !gone.has(c.ast)),
    streams: ref.body.streams.map((s) => {
      if (s.index !== ref.stream.index || s.source.kind !== 'filter') return s;
      return { ...s, source: { ...s.source, filter: s.source.filter.filter((c) => !gone.has(c.ast)) } };
    }),
  };
  const needed = new Set(usedColumns(body, ref.stream.index, ref.type));
  return used.filter((c) => needed.has(c));
}

function orConstant(columns: readonly Property[]): readonly Column[] {
  return columns.length === 0 ? [{ name: '~', type: INT }] : columns;
}

function streamNode(ast: AstSelect, index: number): AstStream | null {
  return index === 0 ? ast.from : (ast.joins[index - 1]?.stream ?? null);
}

/** Subqueries with the syntax they were made of. */
function subqueriesOf(body: SelectBody): readonly { readonly body: SelectBody; readonly ast: AstSelect }[] {
  const out = new Map<number, AstSelect>();
  for (const top of expressionsOf(body)) {
    walkExpression(top, (e) => {
      if (e.kind === 'subquery' && 'select' in e.ast) out.set(e.index, e.ast.select);
    });
  }
  return [...out].flatMap(([index, ast]) => {
    const inner = body.subqueries[index];
    return inner === undefined ? [] : [{ body: inner, ast }];
  });
}

/** References that no rule knows (patterns, on-triggers, contexts …): every event, every column, filter in the residual. */
function planRest(node: unknown, catalog: FederatedCatalog, draft: Draft, replacements: Map<object, unknown>): void {
  if (typeof node !== 'object' || node === null) return;
  if (replacements.has(node)) {
    planRest(replacements.get(node), catalog, draft, replacements);
    return;
  }
  if (isFilterSource(node)) {
    const domains = catalog.domainsOf(node.typeName);
    const type = catalog.eventType(node.typeName);
    if (domains !== null && type !== undefined) {
      const epl = fragmentText({ source: node, columns: type.properties, filter: [], windows: [], alias: null, where: [] });
      const input = draft.input('stream', epl, domains, orConstant(type.properties), type.name, []);
      replacements.set(node, { ...node, typeName: input.name, nameParts: [input.name] });
      return;
    }
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'position') planRest(child, catalog, draft, replacements);
}

function isFilterSource(node: object): node is AstFilterSource {
  return 'kind' in node && node.kind === 'filter' && 'typeName' in node && 'nameParts' in node && 'contained' in node;
}
