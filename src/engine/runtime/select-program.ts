/** A checked select, compiled: everything of it that is the same for all instances. */
import type { CheckedExpression, CheckedStream, LimitValue, SelectStatement } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { RowKey } from '../compile/compile.ts';
import { compileEventPredicate, compileKey, compilePredicate } from '../compile/compile.ts';
import type { EventPredicate, Predicate } from '../evaluation.ts';
import { chooseKey } from '../filter/filter-index.ts';
import type { JoinPlan } from '../join/join-plan.ts';
import { planJoin } from '../join/join-plan.ts';
import type { OutputProgram } from '../output/limited-output.ts';
import { compileOutput } from '../output/limited-output.ts';
import type { AggregationProgram } from '../result/aggregation.ts';
import { compileAggregation } from '../result/aggregation.ts';
import type { Category } from '../result/category.ts';
import { categorize } from '../result/category.ts';
import { compileProjection, typeOfStream } from '../result/projection.ts';
import type { RowProgram } from '../result/result-set.ts';
import { compileSort } from '../result/result-set.ts';
import type { WindowRecipe } from '../window/data-window.ts';
import { compileWindows, rowsLeave } from '../window/window-recipe.ts';
import { walk } from './expressions.ts';
import type { InstanceHost, StatementInstance, StatementProgram, StreamSlot, ViewSlot } from './statement.ts';
import { SelectInstance } from './select-instance.ts';

export type EmitMode = 'rows' | 'updates';

/** One stream reference, compiled. */
export interface StreamProgram {
  readonly typeName: string;
  /** True for remote views and other references whose content is dictated. */
  readonly view: boolean;
  /** All conjuncts of the parentheses, for views. */
  readonly admits: EventPredicate;
  readonly windows: WindowRecipe;
  /** Deepest `prior` of the stream, 0 without; -1 when neither prior nor prev is used. */
  readonly priorDepth: number;
}

export interface SelectParts {
  readonly statement: SelectStatement;
  readonly category: Category;
  readonly streams: readonly StreamProgram[];
  readonly join: JoinPlan | null;
  /** Of a single stream; a join tests its own. */
  readonly where: Predicate | null;
  readonly rows: RowProgram;
  readonly aggregation: AggregationProgram | null;
  readonly groupKey: RowKey | null;
  readonly output: OutputProgram | null;
  readonly emit: EmitMode;
}

export function compileSelect(statement: SelectStatement, index: number, emit: EmitMode): StatementProgram {
  refuseUnsupported(statement, emit);
  const category = categorize(statement);
  const leaves = statement.streams.some((s) => rowsLeave(s) || isView(s)) || statement.streams.length > 1;
  const removes = statement.selector !== 'istream' || (statement.insertInto?.selector ?? 'istream') !== 'istream';
  const parts: SelectParts = {
    statement,
    category,
    streams: statement.streams.map((s) => compileStream(s, statement)),
    join: statement.streams.length > 1 ? planJoin(statement) : null,
    where: statement.streams.length > 1 || statement.where.length === 0 ? null : compilePredicate(statement.where),
    rows: {
      project: compileProjection(statement),
      having: statement.having === null ? null : compilePredicate([statement.having]),
      sort: compileSort(statement.orderBy),
      removes,
    },
    aggregation:
      statement.aggregates.length > 0 || statement.groupBy.length > 0
        ? compileAggregation(statement.aggregates, leaves)
        : null,
    groupKey: statement.groupBy.length > 0 ? compileKey(statement.groupBy) : null,
    output: statement.output === null ? null : compileOutput(statement.output),
    emit,
  };
  return {
    name: statement.name,
    index,
    columns: statement.columns,
    streams: statement.streams.flatMap(slotOfStream),
    views: statement.streams.flatMap((s): ViewSlot[] =>
      isView(s) ? [{ slot: s.index, typeName: sourceOf(s).eventType.name }] : [],
    ),
    instantiate: (host: InstanceHost): StatementInstance => new SelectInstance(parts, host),
  };
}

function refuseUnsupported(statement: SelectStatement, emit: EmitMode): void {
  for (const stream of statement.streams) sourceOf(stream);
  const [subquery] = statement.subqueries;
  if (subquery !== undefined) {
    throw new CodedError('NOT_SUPPORTED', 'subqueries are not supported yet', { position: subquery.position });
  }
  if (statement.groupingSets !== null) {
    throw new CodedError('NOT_SUPPORTED', 'rollup, cube and grouping sets are not supported yet', {
      position: statement.ast.position,
    });
  }
  if (emit === 'updates' && (categorize(statement) !== 'rowPerEvent' || statement.streams.length > 1)) {
    throw new CodedError('NOT_SUPPORTED', 'a view fragment reads one stream and has neither aggregates nor groups', {
      position: statement.ast.position,
    });
  }
}

function sourceOf(stream: CheckedStream): CheckedStream['source'] & { readonly kind: 'filter' } {
  if (stream.source.kind === 'filter') return stream.source;
  throw new CodedError('NOT_SUPPORTED', 'patterns are not supported yet', { position: stream.source.position });
}

function isView(stream: CheckedStream): boolean {
  return sourceOf(stream).eventType.kind === 'view';
}

function compileStream(stream: CheckedStream, statement: SelectStatement): StreamProgram {
  const source = sourceOf(stream);
  const [step] = source.contained;
  if (step !== undefined) {
    throw new CodedError('NOT_SUPPORTED', 'contained-event selection is not supported yet', {
      position: statement.ast.position,
    });
  }
  return {
    typeName: typeOfStream(stream).name,
    view: isView(stream),
    admits: compileEventPredicate(source.filter, stream.index),
    windows: compileWindows(stream),
    priorDepth: priorDepthOf(stream.index, statement),
  };
}

function slotOfStream(stream: CheckedStream): StreamSlot[] {
  if (isView(stream)) return [];
  const source = sourceOf(stream);
  const { key, residual } = chooseKey(source.filter);
  return [
    {
      slot: stream.index,
      typeName: source.eventType.name,
      key,
      residual: residual.length === 0 ? null : compileEventPredicate(residual, stream.index),
    },
  ];
}

/** All expressions of the statement that see rows. */
export function expressionsOf(statement: SelectStatement): readonly CheckedExpression[] {
  return [
    ...statement.where,
    ...statement.select.flatMap((s) => (s.kind === 'expression' ? [s.expression] : [])),
    ...statement.groupBy,
    ...(statement.having === null ? [] : [statement.having]),
    ...statement.orderBy.map((o) => o.expression),
    ...statement.aggregates.flatMap((a) => [...a.args, ...(a.filter === null ? [] : [a.filter]), ...(a.groupBy ?? [])]),
    ...statement.joins.flatMap((j) => j.on.flatMap((q) => [q.left, q.right])),
  ];
}

function priorDepthOf(stream: number, statement: SelectStatement): number {
  let depth = -1;
  for (const expression of expressionsOf(statement)) {
    walk(expression, (e) => {
      if (e.kind === 'prev' && e.stream === stream) depth = Math.max(depth, 0);
      if (e.kind === 'prior' && e.stream === stream) {
        const offset = e.offset.kind === 'literal' && typeof e.offset.value === 'number' ? e.offset.value : 1;
        depth = Math.max(depth, offset);
      }
    });
  }
  return depth;
}

export function limitNumber(value: LimitValue, variable: (name: string) => unknown): number | null {
  if (value.kind === 'number') return value.value;
  const read = variable(value.name);
  return typeof read === 'number' ? read : null;
}
