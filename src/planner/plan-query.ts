/**
 * `planQuery`: checked module → plan of fragments and a residual (DESIGN §5). Pure; never executes.
 *
 * Every reference to a stream of the federation becomes an input of the residual, fed by one fragment per domain. The
 * fallback is always right: ship the events that pass the filter, in the columns that are read, and evaluate all else
 * at the owner. The rules in rules/ do better where that is safe.
 */
import type {
  AstExpressionDeclaration,
  AstFilterSource,
  AstSelect,
  AstSelectItem,
  AstStatement,
  AstStream,
} from '../model/ast.ts';
import type {
  CheckedModule,
  CheckedStatement,
  CheckedStream,
  Column,
  SelectBody,
  SelectStatement,
} from '../model/checked.ts';
import { CodedError } from '../model/errors.ts';
import type { EventType, Property } from '../model/event-type.ts';
import type { DomainName } from '../model/ids.ts';
import type { FragmentKind, Plan, PlannedFragment, PlannedInput, PlannedStatement } from '../model/plan.ts';
import { INT } from '../model/value.ts';
import { printStatement } from '../epl/print.ts';
import type { FederatedCatalog } from './catalog.ts';
import { usedColumns } from './columns.ts';
import { fragmentText } from './fragment-text.ts';
import { conjunction, mentions, propertyExpression, replaceNodes } from './rewrite-ast.ts';
import { splitFilter } from './rules/push-filter.ts';
import { pushableConjuncts } from './rules/push-where.ts';
import { windowCanMove, windowIgnoresOthers } from './rules/push-window.ts';
import { soleDomain } from './rules/ship-whole.ts';
import { walkExpression } from '../model/expression-tree.ts';
import { expressionsOf, meansStream, walkBody } from './walk.ts';
import { familyOf, subtypesAddColumns, wholeInputs } from './whole-stream.ts';

export interface PlanOptions {
  readonly owner: DomainName;
  /** Statements whose content is asked for: they stay at the owner. */
  readonly iterated?: ReadonlySet<string> | undefined;
  /** The content of every statement is asked for. @default false */
  readonly contentWanted?: boolean | undefined;
  /** Number of the first input, so that modules of one group do not collide. @default 0 */
  readonly firstInput?: number | undefined;
  /** Expressions that the module declares beside its statements (`create expression`). */
  readonly declarations?: readonly AstExpressionDeclaration[] | undefined;
  /** Inputs that the group has already under the name of their stream. */
  readonly knownInputs?: ReadonlySet<string> | undefined;
}

/** Most fragments one query may need; a union over n domains counts n per reference. */
export const MAX_FRAGMENTS = 4096;

/** What planning one module has at hand. */
interface Planning {
  readonly catalog: FederatedCatalog;
  readonly options: PlanOptions;
  readonly draft: Draft;
  /**
   * Streams of the federation into which the module itself inserts, or which it updates: they keep their name in the
   * residual, so that what domains send and what the query does to it meet in one stream there.
   */
  readonly open: ReadonlySet<string>;
  /** Variant streams that the module declares: they take events by their type. */
  readonly variants: ReadonlySet<string>;
}

/** Throws `LIMIT_EXCEEDED`; everything else was refused by the analysis before. */
export function planQuery(module: CheckedModule, catalog: FederatedCatalog, options: PlanOptions): Plan {
  const draft = new Draft(options.firstInput ?? 0);
  const open = new Set(
    module.statements.flatMap((s) => {
      const changed = changedStreams(s);
      return changed.filter((t) => catalog.domainsOf(t) !== null).flatMap((t) => familyOf(t, catalog));
    }),
  );
  const variants = new Set(
    module.statements.flatMap((s) => (s.kind === 'createSchema' && s.variantOf !== null ? [s.eventType.name] : [])),
  );
  const planning: Planning = { catalog, options, draft, open, variants };
  const statements = module.statements.map((statement) => planStatement(statement, planning));
  if (draft.fragments.length > MAX_FRAGMENTS) {
    throw new CodedError(
      'LIMIT_EXCEEDED',
      `the query needs ${draft.fragments.length} fragments, the limit is ${MAX_FRAGMENTS}`,
      {
        hint: 'name the domains it should read instead of the union',
      },
    );
  }
  return {
    owner: options.owner,
    clock: 'merged',
    fragments: draft.fragments,
    inputs: draft.inputs,
    statements,
    notes: [],
  };
}

interface DraftInput {
  readonly kind: FragmentKind;
  readonly epl: string;
  readonly domains: readonly DomainName[];
  readonly columns: readonly Column[];
  readonly standsFor: string;
  readonly rules: readonly string[];
}

/** Streams that a statement writes into or alters. */
export function changedStreams(s: CheckedStatement): readonly string[] {
  switch (s.kind) {
    case 'select':
      return s.insertInto === null ? [] : [s.insertInto.typeName];
    case 'onSplit':
      return s.branches.map((b) => b.insertInto.typeName);
    case 'updateIstream':
      return s.stream.source.kind === 'filter' ? [s.stream.source.eventType.name] : [];
    default:
      return [];
  }
}

/** Fragments and inputs found so far; equal ones occur once, but each result belongs to one statement. */
class Draft {
  readonly fragments: PlannedFragment[] = [];
  readonly inputs: PlannedInput[] = [];
  readonly #byText = new Map<string, PlannedInput>();
  readonly #firstInput: number;

  constructor(firstInput: number) {
    this.#firstInput = firstInput;
  }

  /** `name`: under which the residual reads it; a number behind `~` when left out. */
  input(wanted: DraftInput, name?: string): PlannedInput {
    const { kind, epl, domains, columns, standsFor, rules } = wanted;
    const identity = `${name ?? ''} ${kind} ${epl}`;
    const known = kind === 'result' ? undefined : this.#byText.get(identity);
    if (known !== undefined) return known;
    const n = this.#firstInput + this.inputs.length;
    const fragments = domains.map((domain, i) => {
      const fragment = `f${n}.${i}`;
      this.fragments.push({ name: fragment, domain, kind, epl, columns, rules });
      return fragment;
    });
    const input: PlannedInput = { name: name ?? `~${n}`, kind, fragments, columns, standsFor };
    this.inputs.push(input);
    this.#byText.set(identity, input);
    return input;
  }
}

function planStatement(statement: CheckedStatement, planning: Planning): PlannedStatement {
  const { catalog, options, draft } = planning;
  const ast = withDeclarations(statement.ast, options.declarations ?? []);
  if (statement.kind === 'select') {
    const sole = options.contentWanted === true ? null : soleDomain(statement, catalog, options.iterated ?? new Set());
    if (sole !== null && !readsWhole(statement, planning)) return shipWhole(statement, ast, sole, draft);
  }
  const replacements = new Map<object, unknown>();
  if (statement.kind === 'select') planBody(statement, selectOf(ast), statement, planning, replacements);
  planRest(ast, planning, replacements);
  return {
    name: statement.name,
    epl: printStatement(replaceNodes(ast, replacements)),
    shippedAs: null,
    columns: statement.kind === 'select' ? statement.columns : [],
    feeds: statement.kind === 'select' && statement.insertInto !== null,
  };
}

/** A statement that stands alone: what the module declares beside it goes with it. */
function withDeclarations(ast: AstStatement, declarations: readonly AstExpressionDeclaration[]): AstStatement {
  if (declarations.length === 0 || ast.kind === 'createSchema') return ast;
  const own = new Set(ast.declarations.map((d) => d.name));
  return { ...ast, declarations: [...declarations.filter((d) => !own.has(d.name)), ...ast.declarations] };
}

/** True if the body reads a stream that has to reach the residual under its own name. */
function readsWhole(body: SelectBody, planning: Planning): boolean {
  return (
    body.streams.some((s) => s.source.kind === 'filter' && isWhole(body, s.index, s.source.eventType, planning)) ||
    body.subqueries.some((sub) => readsWhole(sub, planning))
  );
}

function isWhole(body: SelectBody, stream: number, type: EventType, { catalog, open, variants }: Planning): boolean {
  if (open.has(type.name)) return true;
  if (isSelect(body) && body.insertInto !== null && variants.has(body.insertInto.typeName)) return true;
  return looksAtSubtypes(body, stream, type, catalog);
}

function isSelect(body: SelectBody): body is SelectStatement {
  return 'insertInto' in body;
}

function shipWhole(statement: SelectStatement, ast: AstStatement, domain: DomainName, draft: Draft): PlannedStatement {
  const input = draft.input({
    kind: 'result',
    epl: printStatement({ ...ast, annotations: [] }),
    domains: [domain],
    columns: statement.columns,
    standsFor: statement.name ?? 'statement',
    rules: ['ship the whole statement'],
  });
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
  planning: Planning,
  replacements: Map<object, unknown>,
): void {
  if (ast === null) return;
  const { catalog, draft } = planning;
  const declared = new Set(statement?.ast.declarations.map((d) => d.name));
  for (const d of planning.options.declarations ?? []) declared.add(d.name);
  const pushed = new Set<object>();
  for (const stream of body.streams) {
    const node = streamNode(ast, stream.index);
    if (node === null || node.source.kind !== 'filter' || stream.source.kind !== 'filter') continue;
    const type = stream.source.eventType;
    const domains = catalog.domainsOf(type.name);
    if (domains === null || isWhole(body, stream.index, type, planning) || asksForType(body, stream.index)) continue;
    const { filter } = stream.source;
    const reference: Reference = { body, statement, stream, source: node.source, type, filter, domains, declared };
    const { input, windows, kept, taken } = planReference(reference, draft);
    for (const conjunct of taken) pushed.add(conjunct);
    const source: AstFilterSource = { ...node.source, typeName: input.name, nameParts: [input.name], filter: kept };
    const alias = node.alias ?? (namesUnaliased(ast, node.source) ? node.source.typeName : null);
    replacements.set(node, { ...node, source, alias, windows: windows ? node.windows : [] });
    if (alias !== node.alias) nameWildcardColumns(body, ast, replacements);
  }
  if (pushed.size > 0 && ast.where !== null) {
    const rest = body.where.map((c) => c.ast).filter((c) => !pushed.has(c));
    replacements.set(ast.where, conjunction(rest));
  }
  for (const sub of subqueriesOf(body)) planBody(sub.body, sub.ast, null, planning, replacements);
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

interface Reference {
  readonly body: SelectBody;
  readonly statement: SelectStatement | null;
  readonly stream: CheckedStream;
  readonly source: AstFilterSource;
  readonly type: EventType;
  readonly filter: readonly SelectStatement['where'][number][];
  readonly domains: readonly DomainName[];
  /** Names of declared expressions: a text that uses one cannot leave its statement. */
  readonly declared: ReadonlySet<string>;
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
  const { pushed, kept } = splitFilter(ref.filter, stream.index, ref.declared);
  const used = usedColumns(ref.body, stream.index, type);
  const own =
    ref.statement === null ? [] : pushableConjuncts(ref.statement, stream.index, ref.declared).map((c) => c.ast);
  const base = { source: ref.source, filter: pushed, alias: stream.alias, properties: type.properties };
  // What stays in the parentheses of the residual must find its columns; `used` counts those too.
  if (
    own.length > 0 &&
    domains.length === 1 &&
    kept.length === 0 &&
    windowCanMove(stream) &&
    stream.retain === 'intersection'
  ) {
    rules.push('push the data window', 'push a where conjunct above its pushed window');
    const columns = columnsAbove(ref, used, own, true);
    const epl = fragmentText({ ...base, columns, windows: stream.windows, where: own });
    return {
      input: draft.input({ kind: 'view', epl, domains, columns: orConstant(columns), standsFor: type.name, rules }),
      windows: false,
      kept: [],
      taken: own,
    };
  }
  if (own.length > 0 && windowIgnoresOthers(stream)) {
    rules.push('push a where conjunct', 'leave expiry of #time to the receiver');
    const columns = columnsAbove(ref, used, own);
    const epl = fragmentText({ ...base, columns, filter: [...pushed, ...own], windows: [], where: [] });
    return {
      input: draft.input({ kind: 'stream', epl, domains, columns: orConstant(columns), standsFor: type.name, rules }),
      windows: true,
      kept,
      taken: own,
    };
  }
  const columns = columnsAbove(ref, used, []);
  const epl = fragmentText({ ...base, columns, windows: [], where: [] });
  return {
    input: draft.input({ kind: 'stream', epl, domains, columns: orConstant(columns), standsFor: type.name, rules }),
    windows: true,
    kept,
    taken: [],
  };
}

/** The columns that are still read once the filter, `taken` and perhaps the windows run at the domain. */
function columnsAbove(
  ref: Reference,
  used: readonly Property[],
  taken: readonly object[],
  windowsMove = false,
): readonly Property[] {
  const { pushed } = splitFilter(ref.filter, ref.stream.index, ref.declared);
  const gone = new Set<object>([...pushed, ...taken]);
  const body: SelectBody = {
    ...ref.body,
    where: ref.body.where.filter((c) => !gone.has(c.ast)),
    streams: ref.body.streams.map((s) => {
      if (s.index !== ref.stream.index || s.source.kind !== 'filter') return s;
      const filter = s.source.filter.filter((c) => !gone.has(c.ast));
      return { ...s, source: { ...s.source, filter }, windows: windowsMove ? [] : s.windows };
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
function planRest(node: unknown, planning: Planning, replacements: Map<object, unknown>): void {
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
  const { catalog, draft, options } = planning;
  const type = catalog.eventType(source.typeName);
  if (catalog.domainsOf(source.typeName) === null || type === undefined) return false;
  for (const { type: whole, epl, domains } of wholeInputs(source, type, catalog)) {
    const { name } = whole;
    if (options.knownInputs?.has(name) === true) continue;
    const columns = orConstant(whole.properties);
    draft.input({ kind: 'stream', epl, domains, columns, standsFor: name, rules: [] }, name);
  }
  return true;
}

/** True if the body takes events whole of a stream whose subtypes hold more than it declares. */
function looksAtSubtypes(body: SelectBody, stream: number, type: EventType, catalog: FederatedCatalog): boolean {
  return usedColumns(body, stream, type) === type.properties && subtypesAddColumns(type, catalog);
}

/** True if the body asks for the type of an event of the stream: a row under a made-up name would not tell it. */
function asksForType(body: SelectBody, stream: number): boolean {
  let asks = false;
  walkBody(body, (e, depth) => {
    const operand =
      e.kind === 'instanceof' ? e.operand : e.kind === 'call' && e.name === 'typeof' ? e.args[0] : undefined;
    if (operand?.kind === 'event' && meansStream(operand.ref, depth, stream)) asks = true;
  });
  return asks;
}

function isFilterSource(node: object): node is AstFilterSource {
  return 'kind' in node && node.kind === 'filter' && 'typeName' in node && 'nameParts' in node && 'contained' in node;
}
