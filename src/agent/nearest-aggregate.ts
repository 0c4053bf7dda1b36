/**
 * The nearest text that an `aggregateOnly` policy admits, for its refusal: the keys, filters and aggregates of the fragment that
 * may stay, the window laid on the grid, means of the numbers that were asked for one by one. Pure.
 */
import { printNameParts, quoteName } from '../epl/print-names.ts';
import { printExpression } from '../epl/print.ts';
import type { CheckedExpression, SelectStatement } from '../model/checked.ts';
import { walkExpression } from '../model/expression-tree.ts';
import { stringifyType, type ValueType } from '../model/value.ts';
import type { AggregateOnly } from '../model/policy.ts';
import { readsOwnEventOnly } from '../planner/walk.ts';
import { admittedAggregate, columnOf, constantMs, listed } from './aggregate-shape.ts';

const NUMBERS: ReadonlySet<string> = new Set(['int', 'long', 'float', 'double']);

/** EPL to paste; `stream`: domain and metric. */
export function nearestAggregate(statement: SelectStatement, rule: AggregateOnly, stream: readonly string[]): string {
  const { source, windows } = statement.streams[0] ?? { source: null, windows: [] };
  if (source?.kind !== 'filter') return 'a select over one stream';
  const asked = columnsAsked(statement);
  const grouped = statement.groupBy.flatMap((g) => columnOf(g) ?? []);
  const keys = [...new Set(grouped.length > 0 ? grouped : asked.map((a) => a.name))].filter((k) =>
    listed(k, rule.groupBy),
  );
  const kept = statement.aggregates.filter(admittedAggregate).map((a) => printExpression(a.ast));
  const means = asked
    .filter((a) => !keys.includes(a.name) && NUMBERS.has(stringifyType(a.type)))
    .map((a) => `avg(${quoteName(a.name)})`);
  const aggregates = [...new Set(['count(*)', ...kept, ...(kept.length > 0 ? [] : means)])];
  const filters = [...source.filter, ...statement.where].filter((c) => mayFilter(c, rule));
  const filter = filters.length === 0 ? '' : `(${filters.map((c) => printExpression(c.ast)).join(', ')})`;
  const [size] = windows[0]?.args ?? [];
  const askedMs = size === undefined ? null : constantMs(size);
  const gridMs = Math.max(1, Math.ceil((askedMs ?? 0) / rule.leastWindowMs)) * rule.leastWindowMs;
  const alias = statement.streams[0]?.alias ?? null;
  const named =
    alias === null || source.eventType.properties.some((p) => p.name === alias) ? '' : ` as ${quoteName(alias)}`;
  return [
    `select ${[...keys.map(quoteName), ...aggregates].join(', ')}`,
    ` from ${printNameParts(stream)}${filter}#time_batch(${periodText(gridMs)})${named}`,
    keys.length === 0 ? '' : ` group by ${keys.map(quoteName).join(', ')}`,
  ].join('');
}

function columnsAsked(statement: SelectStatement): readonly { readonly name: string; readonly type: ValueType }[] {
  const found = new Map<string, ValueType>();
  for (const item of statement.select) {
    if (item.kind !== 'expression') {
      for (const p of statement.streams[0]?.eventType.properties ?? []) found.set(p.name, p.type);
    } else {
      walkExpression(item.expression, (e) => {
        const name = columnOf(e);
        if (name !== null) found.set(name, e.type);
      });
    }
  }
  return [...found].map(([name, type]) => ({ name, type }));
}

function mayFilter(c: CheckedExpression, rule: AggregateOnly): boolean {
  let may = readsOwnEventOnly(c, 0);
  walkExpression(c, (e) => {
    if (e.kind === 'property' && !listed(columnOf(e), rule.filters)) may = false;
  });
  return may;
}

function periodText(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000} sec` : `${ms} msec`;
}
