/** A checked select, compiled: everything of it that is the same for all instances. */
import type { Column, SelectStatement } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { EventType } from '../../model/event-type.ts';
import { compilePredicate } from '../compile/compile.ts';
import type { Predicate } from '../evaluation.ts';
import type { JoinPlan } from '../join/join-plan.ts';
import { planJoin } from '../join/join-plan.ts';
import type { OutputProgram } from '../output/limited-output.ts';
import { compileOutput } from '../output/limited-output.ts';
import { categorize } from '../result/category.ts';
import { compileSubquery, streamsOfSubquery } from '../subquery/subquery-program.ts';
import type { SubqueryProgram } from '../subquery/subquery-program.ts';
import { rowsLeave } from '../window/window-recipe.ts';
import { walkExpression } from '../../model/expression-tree.ts';
import { expressionsOf, holds } from './expressions.ts';
import { compileDirectJoin } from './join-direct.ts';
import { compileDirect } from './select-direct.ts';
import type { ResultParts } from './result-parts.ts';
import { compileResult } from './result-parts.ts';
import { SelectInstance } from './select-instance.ts';
import type { TableWriterProgram } from '../store/table-writer.ts';
import { compileTableWriter } from '../store/table-writer.ts';
import type { StatementProgram } from './statement.ts';
import { compileStream, isView, slotsOf, storeOf } from './stream-input.ts';
import type { StreamProgram } from './stream-input.ts';

export type EmitMode = 'rows' | 'updates';

export interface SelectParts {
  readonly statement: SelectStatement;
  readonly streams: readonly StreamProgram[];
  readonly subqueries: readonly SubqueryProgram[];
  readonly join: JoinPlan | null;
  /** Of a single stream; a join tests its own. */
  readonly where: Predicate | null;
  readonly result: ResultParts;
  /** `into table`: the aggregations live in a table. */
  readonly writer: TableWriterProgram | null;
  readonly output: OutputProgram | null;
  /** Columns of the output: those of the target type with insert into. */
  readonly columns: readonly Column[];
  readonly emit: EmitMode;
}

/** `typeOf` finds declared and inferred types by name. */
export function compileSelect(
  statement: SelectStatement,
  index: number,
  emit: EmitMode,
  typeOf: (name: string) => EventType,
): StatementProgram {
  refuseUnsupported(statement, emit);
  const { insertInto } = statement;
  const leaves =
    statement.streams.some((s) => rowsLeave(s) || isView(s) || storeOf(s) !== null) || statement.streams.length > 1;
  const removes = statement.selector !== 'istream' || (insertInto?.selector ?? 'istream') !== 'istream';
  const moved = movesWhere(statement);
  const streams = statement.streams.map((s) =>
    compileStream(s, priorDepthOf(s.index, statement), moved ? statement.where : []),
  );
  if (emit === 'rows') {
    const direct =
      compileDirect(statement, streams, { leaves, whereMoved: moved }) ?? compileDirectJoin(statement, streams);
    if (direct !== null) {
      return { name: statement.name, index, columns: statement.columns, ...slotsOf(streams), instantiate: direct };
    }
  }
  const subqueries = statement.subqueries.map(compileSubquery);
  const single = statement.streams.length === 1;
  const columns = insertInto === null ? statement.columns : typeOf(insertInto.typeName).properties;
  const parts: SelectParts = {
    statement,
    streams,
    subqueries,
    join: single ? null : planJoin(statement),
    where: !single || moved || statement.where.length === 0 ? null : compilePredicate(statement.where),
    result: compileResult(statement, { leaves, removes }),
    writer: compileTableWriter(statement),
    output: statement.output === null ? null : compileOutput(statement.output),
    columns,
    emit,
  };
  const slots = slotsOf([...subqueries.flatMap(streamsOfSubquery), ...streams]);
  return {
    name: statement.name,
    index,
    columns,
    streams: slots.streams,
    views: slots.views,
    consumers: slots.consumers,
    instantiate: (host) => new SelectInstance(parts, host),
  };
}

/**
 * Without a window nobody can tell `where` from the stream's parentheses: the filter index then answers it, and `prior`
 * counts the events that pass (conformance windows/prior-01).
 * Safe when: one stream, no window, no view, no contained events, and `where` looks at the event and variables alone.
 */
function movesWhere(statement: SelectStatement): boolean {
  const [stream] = statement.streams;
  if (stream === undefined || statement.streams.length > 1 || stream.windows.length > 0 || isView(stream)) return false;
  if (storeOf(stream) !== null) return false;
  if (stream.source.kind !== 'filter' || stream.source.contained.length > 0) return false;
  return statement.where.every((e) => !holds(e, 'subquery') && !holds(e, 'prior') && !holds(e, 'prev'));
}

function refuseUnsupported(statement: SelectStatement, emit: EmitMode): void {
  if (emit === 'updates' && (categorize(statement) !== 'rowPerEvent' || statement.streams.length > 1)) {
    throw new CodedError('NOT_SUPPORTED', 'a view fragment reads one stream and has neither aggregates nor groups', {
      position: statement.ast.position,
    });
  }
}

function priorDepthOf(stream: number, statement: SelectStatement): number {
  let depth = -1;
  for (const expression of expressionsOf(statement)) {
    walkExpression(expression, (e) => {
      if (e.kind === 'prev' && e.stream === stream) depth = Math.max(depth, 0);
      if (e.kind === 'prior' && e.stream === stream) {
        const offset = e.offset.kind === 'literal' && typeof e.offset.value === 'number' ? e.offset.value : 1;
        depth = Math.max(depth, offset);
      }
    });
  }
  return depth;
}
