/**
 * Rollup, cube and grouping sets (Esper 5.6.2): per level the key, and the select, having and order by in which the
 * expressions that the level rolls up are null.
 */
import type { CheckedExpression, GroupingSets, SelectStatement } from '../../model/checked.ts';
import type { RowKey } from '../compile/compile.ts';
import { compileKey, compilePredicate } from '../compile/compile.ts';
import { compileProjection } from './projection.ts';
import type { RowProgram } from './result-set.ts';
import { compileSort } from './result-set.ts';

export interface GroupingLevel {
  readonly key: RowKey;
  readonly rows: RowProgram;
  /** Bit i set: groupBy[i] is rolled up. */
  readonly rolledUp: number;
}

function canonical(e: CheckedExpression): string {
  return JSON.stringify(e, (key, value: unknown) => (key === 'ast' || key === 'nullable' ? undefined : value));
}

function isExpression(value: unknown): value is CheckedExpression {
  return typeof value === 'object' && value !== null && 'kind' in value && 'type' in value && 'ast' in value;
}

/** The expression with every occurrence of a rolled-up one replaced by null. */
function withNulls(e: CheckedExpression, rolledUp: ReadonlySet<string>): CheckedExpression {
  if (rolledUp.has(canonical(e))) return { kind: 'literal', value: null, type: e.type, nullable: true, ast: e.ast };
  const copy = mapValues(e, rolledUp);
  return isExpression(copy) ? copy : e;
}

function mapValues(node: object, rolledUp: ReadonlySet<string>): unknown {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(node))
    copy[name] = name === 'ast' || name === 'type' ? value : mapValue(value, rolledUp);
  // A replaced operand can be null although it could not before.
  if ('nullable' in copy) copy['nullable'] = true;
  return copy;
}

function mapValue(value: unknown, rolledUp: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => mapValue(item, rolledUp));
  if (isExpression(value)) return withNulls(value, rolledUp);
  if (typeof value === 'object' && value !== null) return mapValues(value, rolledUp);
  return value;
}

export function compileLevels(
  statement: SelectStatement,
  sets: GroupingSets,
  removes: boolean,
): readonly GroupingLevel[] {
  return sets.map((kept) => {
    let bits = 0;
    const gone = new Set<string>();
    const keptNames = new Set(kept.map((i) => nameAt(statement, i)));
    statement.groupBy.forEach((e, i) => {
      if (kept.includes(i)) return;
      bits |= 1 << i;
      if (!keptNames.has(canonical(e))) gone.add(canonical(e));
    });
    const select = statement.select.map((item) =>
      item.kind === 'expression' ? { ...item, expression: withNulls(item.expression, gone) } : item,
    );
    const having = statement.having === null ? null : withNulls(statement.having, gone);
    const orderBy = statement.orderBy.map((o) => ({ ...o, expression: withNulls(o.expression, gone) }));
    return {
      key: compileKey(kept.flatMap((i) => statement.groupBy[i] ?? [])),
      rolledUp: bits,
      rows: {
        project: compileProjection({ ...statement, select }),
        having: having === null ? null : compilePredicate([having]),
        sort: compileSort(orderBy),
        removes,
      },
    };
  });
}

function nameAt(statement: SelectStatement, i: number): string {
  const e = statement.groupBy[i];
  return e === undefined ? '' : canonical(e);
}
