/** What expressions and aggregates are to the policy `aggregateOnly`: plain columns, groups' own numbers, constant times. Pure. */
import type { AggregateSpec, CheckedExpression } from '../model/checked.ts';

/** Of many values one number: none of these gives an event or a list away. */
export const ADMITTED_AGGREGATES: ReadonlySet<string> = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'median',
  'stddev',
  'avedev',
]);

/** The property that every event has, whoever may read it. */
const ALWAYS = 'domain';

const UNIT_MS: Readonly<Record<string, number>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1_000,
  millisecond: 1,
};

/** True if the aggregate stands for its group alone. */
export function admittedAggregate(a: AggregateSpec): boolean {
  if (!ADMITTED_AGGREGATES.has(a.name) || a.filter !== null || a.groupBy !== null) return false;
  if (a.wildcard) return a.name === 'count';
  return a.args.length === 1 && a.args.every((x) => columnOf(x) !== null);
}

/** The column that the expression is, or null. */
export function columnOf(e: CheckedExpression): string | null {
  if (e.kind !== 'property' || e.path.length !== 1 || e.ref.level !== 0) return null;
  const [step] = e.path;
  return step?.kind === 'name' && !step.dynamic ? step.name : null;
}

export function listed(name: string | null, list: readonly string[]): boolean {
  return name === ALWAYS || (name !== null && list.includes(name));
}

/** Milliseconds of a constant period or number of seconds; null for months, years and what is not constant. */
export function constantMs(e: CheckedExpression): number | null {
  if (e.kind === 'literal') return typeof e.value === 'number' ? e.value * 1_000 : null;
  if (e.kind !== 'period') return null;
  let ms = 0;
  for (const { unit, amount } of e.parts) {
    const unitMs = UNIT_MS[unit];
    if (unitMs === undefined || amount.kind !== 'literal' || typeof amount.value !== 'number') return null;
    ms += amount.value * unitMs;
  }
  return Number.isSafeInteger(ms) && ms > 0 ? ms : null;
}
