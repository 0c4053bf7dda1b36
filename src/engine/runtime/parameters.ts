/** Values of parameters that are read once when a window or output clause is made: numbers, durations, flags. */
import type { CheckedExpression, PeriodUnit } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import { compileExpression } from '../compile/compile.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { Duration } from './duration.ts';
import { CalendarDuration, FixedDuration } from './duration.ts';

const UNIT_MS: Readonly<Record<Exclude<PeriodUnit, 'year' | 'month'>, number>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
  microsecond: 0.001,
};

const NO_ROW: readonly never[] = [];

export function constantOf(e: CheckedExpression, context: EvaluationContext): Value {
  return e.kind === 'literal' ? e.value : compileExpression(e)(NO_ROW, context);
}

/** Throws `WRONG_ARGUMENTS` unless the parameter is a number now. */
export function numberOf(e: CheckedExpression, context: EvaluationContext): number {
  const value = constantOf(e, context);
  if (typeof value === 'number') return value;
  throw new CodedError('WRONG_ARGUMENTS', `expected a number but the parameter is ${String(value)}`, {
    position: e.ast.position,
  });
}

/** A time period, or a number of seconds (Esper 5.2.1). */
export function durationOf(e: CheckedExpression, context: EvaluationContext): Duration {
  if (e.kind !== 'period') return new FixedDuration(Math.round(numberOf(e, context) * 1000));
  let months = 0;
  let ms = 0;
  for (const part of e.parts) {
    const amount = numberOf(part.amount, context);
    if (part.unit === 'year') months += 12 * amount;
    else if (part.unit === 'month') months += amount;
    else ms += amount * UNIT_MS[part.unit];
  }
  const whole = Math.round(ms);
  return months === 0 ? new FixedDuration(whole) : new CalendarDuration(Math.trunc(months), whole);
}
