/** The from clause: types, filters, contained events, windows, joins and what Esper demands of them (reference §5.4, §5.12). */
import type {
  AstContained,
  AstExpression,
  AstFilterSource,
  AstJoin,
  AstMatchRecognize,
  AstSelect,
  AstStream,
} from '../model/ast.ts';
import type {
  CheckedExpression,
  CheckedStream,
  ContainedStep,
  FilterSource,
  JoinStep,
  PathStep,
  SelectItem,
  WindowSpec,
} from '../model/checked.ts';
import type { EventType, Property } from '../model/event-type.ts';
import type { ValueType } from '../model/value.ts';
import { checkChain } from './check-chain.ts';
import { checkCondition } from './check-expression.ts';
import { checkSelectItems } from './check-items.ts';
import { checkMatchRecognize } from './check-rows.ts';
import { requireChain } from './check-window-chain.ts';
import { checkWindows } from './check-windows.ts';
import { conjuncts } from './conjuncts.ts';
import { didYouMeanHint } from './names.ts';
import {
  type Context,
  type Environment,
  fail,
  newContext,
  newScope,
  notSupported,
  type SelectScope,
  type StreamScope,
  typeNamed,
} from './scope.ts';

const freeze = Object.freeze;

/** Most streams of one select: each is a dimension of the join. */
export const MAX_STREAMS = 32;

export interface CheckedFrom {
  readonly streams: readonly CheckedStream[];
  readonly joins: readonly JoinStep[];
}

/** Fills `scope.streams`. `parent` is the context of the enclosing select for a subquery, else null. */
export function checkFrom(
  select: AstSelect,
  scope: SelectScope,
  environment: Environment,
  subquery: boolean,
): CheckedFrom {
  if (select.from === null)
    fail('INVALID_STATEMENT', 'the from clause is missing', select.position, 'write from and a stream');
  const asts = [select.from, ...select.joins.map((j) => j.stream)];
  if (asts.length > MAX_STREAMS)
    fail('INVALID_STATEMENT', `more than ${MAX_STREAMS} streams are joined`, select.position);
  if (select.matchRecognize !== null && (asts.length > 1 || subquery)) {
    const where = subquery ? 'in a subquery' : 'of a join';
    fail(
      'INVALID_STATEMENT',
      `match_recognize cannot stand ${where}`,
      select.matchRecognize.position,
      'insert its measures into a stream first',
    );
  }
  const nullable = paddedStreams(select.joins);
  const checked = asts.map((ast, index) =>
    checkStream(ast, index, nullable.has(index), scope, environment, select.matchRecognize),
  );
  const joins = select.joins.map((join, i) => checkJoin(join, i + 1, scope, environment, asts));
  checkWindowRules(asts, checked, select, subquery);
  return { streams: freeze(checked), joins: freeze(joins) };
}

/** Streams whose event can be absent in a row of the join. */
function paddedStreams(joins: readonly AstJoin[]): ReadonlySet<number> {
  const padded = new Set<number>();
  joins.forEach((join, i) => {
    if (join.kind === 'left' || join.kind === 'full') padded.add(i + 1);
    if (join.kind === 'right' || join.kind === 'full') for (let s = 0; s <= i; s++) padded.add(s);
  });
  return padded;
}

export function resolveType(source: AstFilterSource, environment: Environment): EventType {
  const type = environment.catalog.eventType(source.typeName);
  if (type !== undefined) return type;
  const hint = didYouMeanHint(source.typeName, environment.catalog.eventTypeNames());
  return fail('UNKNOWN_STREAM', `unknown stream '${source.typeName}'`, source.position, hint);
}

/** Checks one stream and adds it to the scope with the type that other clauses see. */
export function checkStream(
  ast: AstStream,
  index: number,
  nullable: boolean,
  scope: SelectScope,
  environment: Environment,
  matchRecognize: AstMatchRecognize | null = null,
): CheckedStream {
  if (ast.source.kind === 'pattern') return notSupported('a pattern', ast.source.position);
  const type = resolveType(ast.source, environment);
  const alias = ast.alias;
  const typeName = ast.source.typeName;
  const filterScope: SelectScope = newScope(null);
  const base = { index, alias, typeName, windowed: false, nullable };
  for (let i = 0; i < index; i++) filterScope.streams.push(scope.streams[i] ?? { ...base, index: i, type });
  filterScope.streams.push({ ...base, type });
  const source = checkFilterSource(ast.source, type, {
    ...newContext(environment, scope, 'filter'),
    scope: { ...filterScope, subqueries: scope.subqueries },
    only: index,
    outer: false,
    noAggregates: 'in the filter of a stream',
  });
  const inner = source.type;
  const stream = {
    index,
    alias,
    typeName,
    type: inner,
    windowed: ast.windows.length > 0 || type.kind === 'view',
    nullable,
  };
  filterScope.streams[index] = stream;
  const windowContext = { ...newContext(environment, filterScope, 'window'), only: index, outer: false };
  const { windows, type: windowType } = checkWindows(ast.windows, stream, windowContext);
  requireChain(ast.windows, ast.retain ?? 'intersection');
  if (matchRecognize !== null && windowType !== inner) {
    notSupported('match_recognize over a derived-value window', matchRecognize.position);
  }
  const recognized =
    matchRecognize === null ? null : recognizedIn(matchRecognize, { ...stream, type: windowType }, windowContext);
  const eventType = recognized?.type ?? windowType;
  scope.streams.push({ ...stream, type: eventType });
  return freeze({
    index,
    alias,
    source: source.source,
    eventType,
    windows: recognized === null ? windows : freeze([...windows, recognized.window]),
    retain: ast.retain ?? 'intersection',
    unidirectional: ast.unidirectional,
  });
}

/** match_recognize stands behind the windows and makes rows of measures, as a derived-value window does. */
function recognizedIn(
  ast: AstMatchRecognize,
  stream: StreamScope,
  context: Context,
): { readonly window: WindowSpec; readonly type: EventType } {
  const scope: SelectScope = {
    ...context.scope,
    streams: context.scope.streams.map((s) => (s.index === stream.index ? stream : s)),
  };
  const { rows, type } = checkMatchRecognize(ast, stream, { ...context, scope });
  return { window: freeze({ name: 'match_recognize', args: [], aggregates: [], rows, position: ast.position }), type };
}

function checkFilterSource(
  ast: AstFilterSource,
  type: EventType,
  context: Context,
): { source: FilterSource; type: EventType } {
  const filter = ast.filter.flatMap((f) => conjuncts(checkCondition(f, context, 'a filter')));
  const { steps, type: inner } = checkContained(ast.contained, type, context.environment);
  const source: FilterSource = freeze({ kind: 'filter', eventType: type, filter: freeze(filter), contained: steps });
  return { source, type: inner };
}

// ---------------------------------------------------------------------------------------------- contained events

/**
 * `Batch[jobs][select tid from tasks where …]`. In the expressions of a step stream 0 is the contained event, stream 1
 * the event it came out of.
 */
export function checkContained(
  asts: readonly AstContained[],
  from: EventType,
  environment: Environment,
): { steps: readonly ContainedStep[]; type: EventType } {
  const steps: ContainedStep[] = [];
  const properties: Property[] = [];
  let parent = from;
  let selected = false;
  for (const ast of asts) {
    const path = containedPath(ast.path, parent, environment);
    const element = elementType(path.type, ast, environment);
    const scope = newScope(null);
    const common = { windowed: false, nullable: false };
    scope.streams.push({ ...common, index: 0, alias: ast.alias, typeName: element.name, type: element });
    scope.streams.push({ ...common, index: 1, alias: null, typeName: parent.name, type: parent });
    const context: Context = {
      ...newContext(environment, scope, 'contained'),
      outer: false,
      noAggregates: 'in a contained-event selection',
    };
    let select: readonly SelectItem[] | null = null;
    if (ast.select !== null) {
      selected = true;
      const items = checkSelectItems(ast.select, { ...context, scope: onlyFirstForWildcard(scope, ast) }, context);
      select = items.items;
      properties.push(...items.columns);
    }
    const where = ast.where === null ? null : checkCondition(ast.where, context, "'where'");
    steps.push(freeze({ path: path.path, eventType: element, select, where, alias: ast.alias }));
    parent = element;
  }
  if (!selected) return { steps: freeze(steps), type: parent };
  const type: EventType = {
    name: `${from.name}[${steps.length}]@${asts[0]?.position.offset ?? 0}`,
    supertypes: [],
    properties,
  };
  environment.anonymous.set(type.name, type);
  return { steps: freeze(steps), type };
}

/** `*` of a contained select means the contained event alone. */
function onlyFirstForWildcard(scope: SelectScope, ast: AstContained): SelectScope {
  const wild = ast.select?.some((item) => item.kind === 'wildcard') === true;
  return wild ? { ...scope, streams: scope.streams.slice(0, 1) } : scope;
}

function containedPath(
  ast: AstExpression,
  parent: EventType,
  environment: Environment,
): { path: readonly PathStep[]; type: ValueType } {
  if (ast.kind !== 'chain' || ast.target !== null)
    return notSupported('a contained-event expression that is not a property', ast.position);
  const scope = newScope(null);
  scope.streams.push({ index: 0, alias: null, typeName: parent.name, type: parent, windowed: false, nullable: false });
  const value: CheckedExpression = checkChain(ast, { ...newContext(environment, scope, 'contained'), outer: false });
  if (value.kind !== 'property')
    return notSupported('a contained-event expression that is not a property', ast.position);
  return { path: value.path, type: value.type };
}

function elementType(type: ValueType, ast: AstContained, environment: Environment): EventType {
  if (ast.typeName !== null) {
    const declared = environment.catalog.eventType(ast.typeName);
    if (declared !== undefined) return declared;
    return fail(
      'UNKNOWN_STREAM',
      `unknown event type '${ast.typeName}'`,
      ast.position,
      didYouMeanHint(ast.typeName, environment.catalog.eventTypeNames()),
    );
  }
  const element = type.kind === 'array' ? type.of : type;
  const found = element.kind === 'event' ? typeNamed(environment, element.typeName) : undefined;
  if (found !== undefined) return found;
  return fail('TYPE_MISMATCH', 'the property holds no events', ast.path.position, 'name their type: [values@type(X)]');
}

// ---------------------------------------------------------------------------------------------- joins

function checkJoin(
  join: AstJoin,
  right: number,
  scope: SelectScope,
  environment: Environment,
  streams: readonly AstStream[],
): JoinStep {
  const kind = join.kind === 'comma' ? 'inner' : join.kind;
  if (join.on === null) {
    const loose = kind === 'inner' || (kind === 'full' && streams.every((s) => s.unidirectional));
    if (!loose) fail('INVALID_STATEMENT', 'an outer join needs an on clause', join.position, 'write on a.x = b.y');
    return freeze({ kind, right, on: freeze([]) });
  }
  // A join sees the streams up to its own.
  const visible: SelectScope = { ...scope, streams: scope.streams.slice(0, right + 1) };
  const context: Context = {
    ...newContext(environment, visible, 'on'),
    outer: false,
    noAggregates: 'in the on clause',
  };
  const on = conjuncts(checkCondition(join.on, context, "'on'")).map((c) => {
    if (c.kind !== 'compare' || c.op !== '=' || c.left.kind !== 'property' || c.right.kind !== 'property') {
      return fail(
        'INVALID_STATEMENT',
        'on takes equalities of properties joined by and',
        c.ast.position,
        'put other conditions into where',
      );
    }
    if (c.left.ref.stream === c.right.ref.stream) {
      fail('INVALID_STATEMENT', 'on compares two streams, and both sides are of one', c.ast.position);
    }
    return freeze({ left: c.left, right: c.right });
  });
  return freeze({ kind, right, on: freeze(on) });
}

function nameOf(ast: AstStream): string {
  return ast.alias ?? (ast.source.kind === 'filter' ? ast.source.typeName : 'pattern');
}

function checkWindowRules(
  asts: readonly AstStream[],
  streams: readonly CheckedStream[],
  select: AstSelect,
  subquery: boolean,
): void {
  const unidirectional = asts.filter((a) => a.unidirectional);
  const [first] = unidirectional;
  if (first !== undefined) {
    if (asts.length === 1) fail('INVALID_STATEMENT', 'unidirectional is for joins', first.position);
    const fullOuter = select.joins.every((j) => j.kind === 'full') && unidirectional.length === asts.length;
    if (unidirectional.length > 1 && !fullOuter) {
      fail(
        'INVALID_STATEMENT',
        'only one stream of a join can be unidirectional',
        first.position,
        'a full outer join takes all or one',
      );
    }
  }
  for (const [i, ast] of asts.entries()) {
    const stream = streams[i];
    if (stream === undefined) continue;
    if (ast.unidirectional && ast.windows.length > 0) {
      fail(
        'INVALID_STATEMENT',
        `the unidirectional stream '${nameOf(ast)}' takes no data window`,
        ast.windows[0]?.position ?? ast.position,
      );
    }
    const dictated = stream.source.kind === 'filter' && stream.source.eventType.kind === 'view';
    if (asts.length > 1 && !ast.unidirectional && ast.windows.length === 0 && !dictated && !subquery) {
      fail(
        'MISSING_WINDOW',
        `the joined stream '${nameOf(ast)}' has no data window`,
        ast.position,
        'add one, such as #length(1) or #time(20 sec)',
      );
    }
  }
}
