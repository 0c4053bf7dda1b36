/** The from clause: types, filters, contained events, windows, joins and what Esper demands of them (reference §5.4, §5.12). */
import type {
  AstFilterSource,
  AstJoin,
  AstMatchRecognize,
  AstPatternSource,
  AstSelect,
  AstStream,
} from '../model/ast.ts';
import type { CheckedStream, JoinStep, WindowSpec } from '../model/checked.ts';
import { holdsRows, type EventType } from '../model/event-type.ts';
import { checkCondition } from './check-expression.ts';
import { checkPattern, PATTERN_NAME } from './check-pattern.ts';
import { checkMatchRecognize } from './check-rows.ts';
import { checkFilterSource, resolveType } from './check-source.ts';
import { requireChain } from './check-window-chain.ts';
import { checkWindows } from './check-windows.ts';
import { conjuncts } from './conjuncts.ts';
import {
  type Context,
  type Environment,
  fail,
  newContext,
  newScope,
  notSupported,
  type SelectScope,
  type StreamScope,
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

/** Checks one stream and adds it to the scope with the type that other clauses see. */
export function checkStream(
  ast: AstStream,
  index: number,
  nullable: boolean,
  scope: SelectScope,
  environment: Environment,
  matchRecognize: AstMatchRecognize | null = null,
): CheckedStream {
  const { source, seen, visible } =
    ast.source.kind === 'pattern'
      ? checkPatternSource(ast, ast.source, index, nullable, scope, environment)
      : checkTypeSource(ast, ast.source, index, nullable, scope, environment);
  const windowContext = { ...newContext(environment, visible, 'window'), only: index, outer: false };
  const { windows, type: windowType } = checkWindows(ast.windows, seen, windowContext);
  requireChain(ast.windows, ast.retain ?? 'intersection');
  if (matchRecognize !== null && windowType !== seen.type) {
    notSupported('match_recognize over a derived-value window', matchRecognize.position);
  }
  const recognized =
    matchRecognize === null ? null : recognizedIn(matchRecognize, { ...seen, type: windowType }, windowContext);
  const eventType = recognized?.type ?? windowType;
  scope.streams.push({ ...seen, type: eventType, tags: seen.tags === true && eventType === seen.type });
  return freeze({
    index,
    alias: ast.alias,
    source,
    eventType,
    windows: recognized === null ? windows : freeze([...windows, recognized.window]),
    retain: ast.retain ?? 'intersection',
    unidirectional: ast.unidirectional,
  });
}

/** Esper: "Joins with tables do not allow specifying table filter expressions". */
function requirePlainTable(ast: AstStream, source: AstFilterSource, type: EventType): void {
  const [filter] = source.filter;
  if (filter !== undefined) {
    fail('INVALID_STATEMENT', `the table '${type.name}' takes no filter`, filter.position, 'put it into where');
  }
  if (ast.unidirectional || source.contained.length > 0) {
    fail('INVALID_STATEMENT', `'${type.name}' is a table, which is no stream of events`, ast.position);
  }
}

interface CheckedSource {
  readonly source: CheckedStream['source'];
  /** The stream as its windows see it. */
  readonly seen: StreamScope;
  /** The streams before it, and itself. */
  readonly visible: SelectScope;
}

function checkTypeSource(
  ast: AstStream,
  named: AstFilterSource,
  index: number,
  nullable: boolean,
  scope: SelectScope,
  environment: Environment,
): CheckedSource {
  const type = resolveType(named, environment);
  if (type.kind === 'table') requirePlainTable(ast, named, type);
  const base = { index, alias: ast.alias, typeName: named.typeName, windowed: false, nullable };
  const visible: SelectScope = newScope(null);
  for (let i = 0; i < index; i++) visible.streams.push(scope.streams[i] ?? { ...base, index: i, type });
  visible.streams.push({ ...base, type });
  const { source, type: inner } = checkFilterSource(named, type, {
    ...newContext(environment, scope, 'filter'),
    scope: { ...visible, subqueries: scope.subqueries },
    only: index,
    outer: false,
    noAggregates: 'in the filter of a stream',
  });
  const seen = { ...base, type: inner, windowed: ast.windows.length > 0 || holdsRows(type) };
  visible.streams[index] = seen;
  return { source, seen, visible };
}

function checkPatternSource(
  ast: AstStream,
  pattern: AstPatternSource,
  index: number,
  nullable: boolean,
  scope: SelectScope,
  environment: Environment,
): CheckedSource {
  const source = checkPattern(pattern, scope, environment);
  const seen: StreamScope = {
    index,
    alias: ast.alias,
    typeName: PATTERN_NAME,
    type: source.eventType,
    windowed: ast.windows.length > 0,
    nullable,
    tags: true,
  };
  const visible: SelectScope = newScope(null);
  for (let i = 0; i < index; i++) visible.streams.push(scope.streams[i] ?? { ...seen, index: i });
  visible.streams.push(seen);
  return { source, seen, visible };
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
    const dictated = stream.source.kind === 'filter' && holdsRows(stream.source.eventType);
    // Tables hold still: a stream that is joined with nothing else drives the join and needs no window.
    const alone = streams.every((s, other) => other === i || s.eventType.kind === 'table');
    if (asts.length > 1 && !alone && !ast.unidirectional && ast.windows.length === 0 && !dictated && !subquery) {
      fail(
        'MISSING_WINDOW',
        `the joined stream '${nameOf(ast)}' has no data window`,
        ast.position,
        'add one, such as #length(1) or #time(20 sec)',
      );
    }
  }
}
