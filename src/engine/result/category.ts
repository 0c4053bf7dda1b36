/** Which result-set category a select has (Esper: ResultSetProcessorFactory), decided once per statement. */
import type { CheckedExpression, SelectStatement } from '../../model/checked.ts';
import { walkExpression } from '../../model/expression-tree.ts';

export type Category =
  | 'rowPerEvent'
  | 'rowPerEventAggregated'
  | 'rowForAll'
  | 'rowPerGroup'
  | 'rowPerEventGrouped'
  | 'rollup';

export interface Categorized {
  readonly select: SelectStatement['select'];
  readonly aggregates: SelectStatement['aggregates'];
  readonly groupBy: SelectStatement['groupBy'];
  readonly groupingSets: SelectStatement['groupingSets'];
  readonly orderBy: SelectStatement['orderBy'];
}

/** Canonical names of the properties that stand outside aggregations; `*` for a whole event. */
function propertiesOf(expressions: readonly CheckedExpression[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const e of expressions) {
    walkExpression(e, (inner) => {
      if (inner.kind === 'property' && inner.ref.level === 0) {
        names.add(`${inner.ref.stream}/${JSON.stringify(inner.path)}`);
      } else if (inner.kind === 'event' && inner.ref.level === 0) {
        names.add(`${inner.ref.stream}/*`);
      }
    });
  }
  return names;
}

/** Aggregations with `group_by:` other than the statement's groups have a value per row, not per group (Esper 5.6.6). */
function hasLocalGroups(body: Categorized): boolean {
  const groups = JSON.stringify(body.groupBy.map(canonical).toSorted());
  return body.aggregates.some(
    ({ groupBy }) => groupBy !== null && JSON.stringify(groupBy.map(canonical).toSorted()) !== groups,
  );
}

function canonical(e: CheckedExpression): string {
  return JSON.stringify(e, (key, value: unknown) => (key === 'ast' ? undefined : value));
}

export function categorize(body: Categorized): Category {
  const selected = body.select.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []));
  const wildcard = selected.length < body.select.length;
  const plain = propertiesOf(selected);
  if (body.groupBy.length === 0) {
    if (body.aggregates.length === 0) return 'rowPerEvent';
    const previous = selected.some((e) => {
      let found = false;
      walkExpression(e, (inner) => {
        if (inner.kind === 'prev' || inner.kind === 'prior') found = true;
      });
      return found;
    });
    const forAll = plain.size === 0 && !wildcard && !previous && !hasLocalGroups(body);
    return forAll ? 'rowForAll' : 'rowPerEventAggregated';
  }
  if (body.groupingSets !== null) return 'rollup';
  if (wildcard || hasLocalGroups(body)) return 'rowPerEventGrouped';
  const grouped = propertiesOf(body.groupBy);
  for (const name of plain) if (!grouped.has(name)) return 'rowPerEventGrouped';
  for (const name of propertiesOf(body.orderBy.map((o) => o.expression))) {
    if (!plain.has(name) && !grouped.has(name)) return 'rowPerEventGrouped';
  }
  return 'rowPerGroup';
}
