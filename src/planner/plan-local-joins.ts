/**
 * Rule "join locally" carried out: the text of the joined fragment, and the residual in which one remote view stands for
 * its streams. When it may be done is in rules/join-locally.ts.
 */
import type { AstExpression, AstJoin, AstSelect, AstSelectItem, AstSelectStatement, AstStream } from '../model/ast.ts';
import type { Column, SelectBody, SelectStatement } from '../model/checked.ts';
import type { DomainName } from '../model/ids.ts';
import type { FragmentEstimate } from '../model/plan.ts';
import { printStatement } from '../epl/print.ts';
import { usedColumns } from './columns.ts';
import { estimateJoin } from './cost/estimate-select.ts';
import { orConstant } from './draft.ts';
import type { Planning } from './planning.ts';
import { conjunction, pathExpression } from './rewrite-ast.ts';
import { conditionsOf, localGroups, type JoinCondition, type LocalGroup } from './rules/join-locally.ts';
import { RULE_TITLES } from './rules/rule-names.ts';
import { streamNode } from './select-ast.ts';
import { walkBody } from './walk.ts';

export interface LocalJoins {
  /** Streams that are joined elsewhere. */
  readonly streams: ReadonlySet<number>;
  /** The residual's select, without the conjuncts in `gone`. */
  select(gone: ReadonlySet<object>): AstSelect;
}

/** A column of a joined fragment: property `property` of stream `alias`. */
interface JoinedColumn extends Column {
  readonly stream: number;
  readonly alias: string;
  readonly property: string;
}

interface Joined {
  readonly group: LocalGroup;
  /** The view in the residual. */
  readonly node: AstStream;
  /** Its alias. */
  readonly alias: string;
  readonly columns: readonly JoinedColumn[];
}

/** Null where nothing is joined locally. Sets replacements for what reads the joined streams. */
export function planLocalJoins(
  statement: SelectStatement,
  ast: AstSelectStatement,
  declared: ReadonlySet<string>,
  planning: Planning,
  replacements: Map<object, unknown>,
  site: string,
): LocalJoins | null {
  const { select } = ast;
  // Joined rows have no place for members that no type declares.
  if (!planning.allows('join-locally') || planning.undeclared.names.length > 0) return null;
  const names = unqualifiedNames(statement);
  // Such a name in `order by` means the column.
  if (select.items.some((i) => i.kind === 'expression' && i.alias !== null && names.has(i.alias))) return null;
  const conditions = conditionsOf(statement);
  const joined: Joined[] = [];
  for (const group of localGroups(statement, select, conditions, declared, planning)) {
    const aliases = group.streams.map((s) => s.alias ?? '');
    const about = `${aliases.join(', ')} at ${group.domain}`;
    if (!planning.chooses('join-locally', `${site}/${aliases.join('/')}`, about)) continue;
    joined.push(joinGroup(group, statement, ast, conditions, planning));
  }
  if (joined.length === 0) return null;
  const taken = new Set(joined.flatMap((j) => j.group.conditions));
  const rest = conditions.filter((c) => !taken.has(c)).map((c) => c.ast);
  const readers = [...select.items, ...select.groupBy, select.having, ...select.orderBy, ...rest];
  for (const part of readers) renameChains(part, joined, names, replacements);
  return {
    streams: new Set(joined.flatMap((j) => j.group.streams.map((s) => s.index))),
    select: (gone) => ({
      ...select,
      ...fromClause(select, statement, joined),
      items: namedItems(select.items, statement),
      where: conjunction(rest.filter((e) => !gone.has(e))),
    }),
  };
}

function joinGroup(
  group: LocalGroup,
  statement: SelectStatement,
  ast: AstSelectStatement,
  conditions: readonly JoinCondition[],
  planning: Planning,
): Joined {
  const { draft, statistics } = planning;
  const columns = columnsAbove(group, statement, conditions);
  const shape = { streams: group.streams, conditions: group.conditions.map((c) => c.parts), columns };
  const input = draft.input({
    kind: 'view',
    epl: textOf(group, columns, ast),
    domains: [group.domain],
    columns: orConstant(columns.map(({ name, type }) => ({ name, type }))),
    standsFor: group.streams.map((s) => s.eventType.name).join(' with '),
    rules: [RULE_TITLES['join-locally'], RULE_TITLES['push-filter'], RULE_TITLES['push-columns']],
    estimate: (domain: DomainName): FragmentEstimate => estimateJoin(shape, domain, statistics),
  });
  const alias = freeName(group.streams.map((s) => s.alias).join('_'), statement);
  const { position } = ast.select;
  const source = { kind: 'filter', typeName: input.name, nameParts: [input.name], filter: [], contained: [] } as const;
  const node: AstStream = {
    source: { ...source, position },
    windows: [],
    alias,
    unidirectional: false,
    retain: null,
    position,
  };
  return { group, node, alias, columns };
}

/** What is read of the joined streams once their windows and conditions run at the domain. */
function columnsAbove(
  { streams, conditions: taken }: LocalGroup,
  statement: SelectStatement,
  conditions: readonly JoinCondition[],
): readonly JoinedColumn[] {
  const indexes = new Set(streams.map((s) => s.index));
  const rest = conditions.filter((c) => !taken.includes(c)).flatMap((c) => c.parts);
  const body: SelectBody = {
    ...statement,
    joins: [],
    where: rest,
    streams: statement.streams.map((s) =>
      indexes.has(s.index) && s.source.kind === 'filter'
        ? { ...s, windows: [], source: { ...s.source, filter: [] } }
        : s,
    ),
  };
  const names = new Set<string>();
  return streams.flatMap((s) =>
    usedColumns(body, s.index, s.eventType).map(({ name: property, type }): JoinedColumn => {
      const alias = s.alias ?? '';
      let name = `${alias}_${property}`;
      while (names.has(name)) name = `${name}_`;
      names.add(name);
      return { name, type, stream: s.index, alias, property };
    }),
  );
}

/** `select irstream a.x as a_x, … from A(…)#w as a, B(…)#w as b where …`. */
function textOf(group: LocalGroup, columns: readonly JoinedColumn[], ast: AstSelectStatement): string {
  const { position } = ast.select;
  const one: AstExpression = { kind: 'literal', value: 1, type: 'int', position };
  const items: readonly AstSelectItem[] =
    columns.length === 0
      ? [{ kind: 'expression', expression: one, alias: '~', position }]
      : columns.map(({ alias, property, name }): AstSelectItem => {
          return { kind: 'expression', expression: pathExpression([alias, property]), alias: name, position };
        });
  const nodes = group.streams.flatMap((s) => streamNode(ast.select, s.index) ?? []);
  const select: AstSelect = {
    kind: 'select',
    distinct: false,
    selector: 'irstream',
    items,
    ...commaJoin(nodes),
    matchRecognize: null,
    where: conjunction(group.conditions.map((c) => c.ast)),
    groupBy: [],
    having: null,
    output: null,
    orderBy: [],
    limit: null,
    position,
  };
  return printStatement({ ...ast, annotations: [], declarations: [], insertInto: null, intoTable: null, select });
}

function commaJoin(nodes: readonly AstStream[]): Pick<AstSelect, 'from' | 'joins'> {
  const [from = null, ...others] = nodes;
  const joins = others.map((stream): AstJoin => ({ kind: 'comma', stream, on: null, position: stream.position }));
  return { from, joins };
}

/** Each view stands where the first of its streams stood. */
function fromClause(
  select: AstSelect,
  statement: SelectStatement,
  joined: readonly Joined[],
): Pick<AstSelect, 'from' | 'joins'> {
  const nodes = statement.streams.flatMap((s): readonly AstStream[] => {
    const view = joined.find((j) => j.group.streams.includes(s));
    if (view !== undefined) return view.group.streams[0] === s ? [view.node] : [];
    return [streamNode(select, s.index) ?? []].flat();
  });
  return commaJoin(nodes);
}

/** Columns keep the names that their texts gave them. */
function namedItems(items: readonly AstSelectItem[], statement: SelectStatement): readonly AstSelectItem[] {
  return items.map((item, i) => {
    const checked = statement.select[i];
    if (item.kind !== 'expression' || item.alias !== null || checked?.kind !== 'expression') return item;
    return { ...item, alias: checked.name };
  });
}

/** Properties that the statement reads without naming the stream, with the stream they are of. */
function unqualifiedNames(statement: SelectStatement): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  walkBody(statement, (e, depth) => {
    if (e.kind !== 'property' || e.ref.level !== depth || e.ast.kind !== 'chain') return;
    const [step] = e.path;
    const [written] = e.ast.steps;
    if (step?.kind !== 'name' || written?.kind !== 'name' || written.name !== step.name) return;
    if (e.ast.steps.length === e.path.length) names.set(step.name, e.ref.stream);
  });
  return names;
}

/** `a.x.y` becomes `a_b.a_x.y`. */
function renameChains(
  node: unknown,
  joined: readonly Joined[],
  names: ReadonlyMap<string, number>,
  into: Map<object, unknown>,
): void {
  if (typeof node !== 'object' || node === null) return;
  if (isExpression(node) && node.kind === 'chain' && node.target === null) {
    const [first, second] = node.steps;
    for (const { alias, columns } of joined) {
      const qualified = columns.find(
        (c) =>
          first?.kind === 'name' && c.alias === first.name && second?.kind === 'name' && c.property === second.name,
      );
      const bare = columns.find(
        (c) => first?.kind === 'name' && c.property === first.name && names.get(first.name) === c.stream,
      );
      const column = qualified ?? bare;
      if (column === undefined) continue;
      const { steps } = pathExpression([alias, column.name]);
      into.set(node.steps, [...steps, ...node.steps.slice(qualified === undefined ? 1 : 2)]);
      break;
    }
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'position') renameChains(child, joined, names, into);
}

function isExpression(node: object): node is AstExpression {
  return 'kind' in node && 'position' in node && (node.kind !== 'chain' || 'steps' in node);
}

/** A name that means neither a stream nor a property of the statement. */
function freeName(wanted: string, statement: SelectStatement): string {
  const used = new Set(statement.streams.flatMap((s) => [s.alias ?? '', ...s.eventType.properties.map((p) => p.name)]));
  let name = wanted;
  while (used.has(name)) name = `${name}_`;
  return name;
}
