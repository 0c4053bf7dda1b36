/** A checked subquery, compiled: its stream, how its rows are found for an outer row, and what it selects. */
import type { CheckedExpression, CheckedSubquery } from '../../model/checked.ts';
import { assert, CodedError } from '../../model/errors.ts';
import { holdsRows } from '../../model/event-type.ts';
import type { EventKey, RowKey } from '../compile/compile.ts';
import { compileEventKey, compileKey, compilePredicate } from '../compile/compile.ts';
import type { Predicate } from '../evaluation.ts';
import { compileLookupKey } from '../join/join-plan.ts';
import type { LookupKey } from '../join/join-plan.ts';
import type { AggregationProgram } from '../result/aggregation.ts';
import { compileAggregation } from '../result/aggregation.ts';
import { compileProjection } from '../result/projection.ts';
import type { Projection } from '../result/projection.ts';
import { walkExpression } from '../../model/expression-tree.ts';
import { compileStream } from '../runtime/stream-input.ts';
import type { StreamProgram } from '../runtime/stream-input.ts';
import { columnsOf, nameOf } from '../store/index-name.ts';
import type { HashSpec } from '../store/store.ts';
import { rowsLeave } from '../window/window-recipe.ts';

/** Equalities between an expression of the subquery's stream and one of the enclosing rows: a hash look-up. */
export interface SubqueryLookup {
  readonly own: EventKey;
  /** The same for an index that a table keeps. */
  readonly spec: HashSpec;
  readonly outer: LookupKey;
}

export interface SubqueryProgram {
  readonly stream: StreamProgram;
  readonly lookup: SubqueryLookup | null;
  /** What the look-up does not decide. */
  readonly where: Predicate | null;
  /** True if `where` reads no enclosing row: aggregates are then kept incrementally. */
  readonly ownWhere: boolean;
  readonly project: Projection;
  /** `select *`: the row is the event itself. */
  readonly wildcard: boolean;
  readonly having: Predicate | null;
  readonly aggregation: AggregationProgram | null;
  readonly groupKey: RowKey | null;
  readonly nested: readonly SubqueryProgram[];
}

interface Reach {
  readonly own: boolean;
  readonly outer: boolean;
}

function reachOf(e: CheckedExpression): Reach {
  let own = false;
  let outer = false;
  walkExpression(e, (inner) => {
    if (inner.kind === 'property' || inner.kind === 'event') {
      if (inner.ref.level === 0) own = true;
      else outer = true;
    } else if (inner.kind === 'subquery') {
      own = true;
      outer = true;
    } else if (inner.kind === 'prev' || inner.kind === 'prior') {
      own = true;
    }
  });
  return { own, outer };
}

export function compileSubquery(subquery: CheckedSubquery): SubqueryProgram {
  const [stream] = subquery.streams;
  assert(stream !== undefined, 'a subquery has a stream');
  if (subquery.streams.length > 1 || subquery.groupingSets !== null) {
    throw new CodedError('NOT_SUPPORTED', 'joins and grouping sets in subqueries are not supported yet', {
      position: subquery.position,
    });
  }
  const { lookup, rest } = chooseLookup(subquery.where, stream.index);
  const [item] = subquery.select;
  return {
    stream: compileStream(stream, subqueryPriorDepth(subquery)),
    lookup,
    where: rest.length === 0 ? null : compilePredicate(rest),
    ownWhere: lookup === null && rest.every((e) => !reachOf(e).outer),
    project: compileProjection(subquery),
    wildcard: item?.kind === 'wildcard' && subquery.select.length === 1,
    having: subquery.having === null ? null : compilePredicate([subquery.having]),
    aggregation:
      subquery.aggregates.length > 0 || subquery.groupBy.length > 0
        ? compileAggregation(subquery.aggregates, {
            leaves: rowsLeave(stream) || holdsRows(stream.eventType),
            oneStream: true,
          })
        : null,
    groupKey: subquery.groupBy.length > 0 ? compileKey(subquery.groupBy) : null,
    nested: subquery.subqueries.map(compileSubquery),
  };
}

function subqueryPriorDepth(subquery: CheckedSubquery): number {
  let depth = -1;
  const look = (e: CheckedExpression): void =>
    walkExpression(e, (inner) => {
      if (inner.kind === 'prev') depth = Math.max(depth, 0);
      if (inner.kind === 'prior') {
        depth = Math.max(depth, inner.offset.kind === 'literal' ? Number(inner.offset.value) : 1);
      }
    });
  subquery.where.forEach(look);
  for (const item of subquery.select) if (item.kind === 'expression') look(item.expression);
  return depth;
}

function chooseLookup(
  where: readonly CheckedExpression[],
  stream: number,
): { readonly lookup: SubqueryLookup | null; readonly rest: readonly CheckedExpression[] } {
  const own: CheckedExpression[] = [];
  const outer: CheckedExpression[] = [];
  const rest: CheckedExpression[] = [];
  for (const conjunct of where) {
    const sides = conjunct.kind === 'compare' && conjunct.op === '=' ? [conjunct.left, conjunct.right] : [];
    const [left, right] = sides;
    if (left === undefined || right === undefined) {
      rest.push(conjunct);
      continue;
    }
    const l = reachOf(left);
    const r = reachOf(right);
    if (l.own && !l.outer && r.outer && !r.own) {
      own.push(left);
      outer.push(right);
    } else if (r.own && !r.outer && l.outer && !l.own) {
      own.push(right);
      outer.push(left);
    } else {
      rest.push(conjunct);
    }
  }
  if (own.length === 0) return { lookup: null, rest };
  const key = compileEventKey(own, stream);
  const spec: HashSpec = { name: nameOf(own), key, columns: columnsOf(own) };
  return { lookup: { own: key, spec, outer: compileLookupKey(outer) }, rest };
}

/** In the order of `SubqueryState.inputs`. */
export function streamsOfSubquery(subquery: SubqueryProgram): readonly StreamProgram[] {
  return [subquery.stream, ...subquery.nested.flatMap(streamsOfSubquery)];
}
