/** The result set of a select, compiled, and made for an instance: the one place that chooses its category. */
import type { SelectStatement } from '../../model/checked.ts';
import type { RowKey } from '../compile/compile.ts';
import { compileKey, compilePredicate } from '../compile/compile.ts';
import type { AggregationProgram } from '../result/aggregation.ts';
import { Aggregation, compileAggregation } from '../result/aggregation.ts';
import type { AggregationState } from '../result/aggregation.ts';
import type { Category } from '../result/category.ts';
import { categorize } from '../result/category.ts';
import type { GroupingLevel } from '../result/grouping-levels.ts';
import { compileLevels } from '../result/grouping-levels.ts';
import { compileProjection } from '../result/projection.ts';
import type { ResultSet, RowProgram } from '../result/result-set.ts';
import { compileSort, RowMaker } from '../result/result-set.ts';
import { RowForAll } from '../result/row-for-all.ts';
import { RowPerEventGrouped } from '../result/row-per-event-grouped.ts';
import { RowPerEvent } from '../result/row-per-event.ts';
import { RowPerGroup } from '../result/row-per-group.ts';
import { RowPerLevel } from '../result/row-per-level.ts';
import type { InstanceContext } from './instance-context.ts';

export interface ResultParts {
  readonly category: Category;
  readonly width: number;
  readonly rows: RowProgram;
  readonly aggregation: AggregationProgram | null;
  readonly groupKey: RowKey | null;
  /** Rollup, cube, grouping sets; null for plain group by. */
  readonly levels: readonly GroupingLevel[] | null;
}

/** `leaves`: rows leave again. `removes`: the remove stream is wanted. */
export function compileResult(
  statement: SelectStatement,
  { leaves, removes }: { readonly leaves: boolean; readonly removes: boolean },
): ResultParts {
  const grouped = statement.groupBy.length > 0;
  const single = statement.streams.length === 1;
  // those of `into table` are kept by the table
  const own = statement.intoTable === undefined ? statement.aggregates : [];
  return {
    category: categorize(statement),
    width: statement.streams.length,
    rows: {
      project: compileProjection(statement),
      having: statement.having === null ? null : compilePredicate([statement.having]),
      sort: compileSort(statement.orderBy),
      removes,
    },
    aggregation:
      statement.aggregates.length > 0 || grouped ? compileAggregation(own, { leaves, oneStream: single }) : null,
    groupKey: grouped && statement.groupingSets === null ? compileKey(statement.groupBy) : null,
    levels: statement.groupingSets === null ? null : compileLevels(statement, statement.groupingSets, removes),
  };
}

/** `state`: aggregations that are kept elsewhere (`into table`); without, they are made here. */
export function makeResultSet(parts: ResultParts, context: InstanceContext, state?: AggregationState): ResultSet {
  const { category, rows, aggregation, groupKey, levels } = parts;
  const maker = new RowMaker(rows, context);
  if (aggregation === null) return new RowPerEvent(maker, null);
  if (levels !== null) return new RowPerLevel(levels, aggregation, context);
  const kept = state ?? new Aggregation(aggregation, context, groupKey !== null);
  if (groupKey === null) {
    return category === 'rowForAll' ? new RowForAll(maker, kept, parts.width) : new RowPerEvent(maker, kept);
  }
  return category === 'rowPerGroup'
    ? new RowPerGroup(maker, kept, groupKey, context, rows.having !== null)
    : new RowPerEventGrouped(maker, kept, groupKey, context);
}
