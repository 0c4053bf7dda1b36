/**
 * Time periods: calendar months (years are twelve) and milliseconds. Months move along the UTC calendar, a day that the
 * target month lacks becomes its last (Esper doc 5.2.1 "Specifying Time Periods"; conformance timeperiod-month-01).
 */
import type { PeriodUnit } from '../../model/checked.ts';
import { addMonths } from '../runtime/calendar.ts';

export interface Period {
  readonly months: number;
  readonly ms: number;
}

/** Milliseconds per unit; years and months are not of one length. */
const UNIT_MS: Readonly<Record<Exclude<PeriodUnit, 'year' | 'month'>, number>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
  microsecond: 0.001,
};

/** The period of the parts `amounts[i] units[i]`; fractions of a millisecond are rounded. */
export function periodOf(units: readonly PeriodUnit[], amounts: readonly number[]): Period {
  let months = 0;
  let ms = 0;
  units.forEach((unit, i) => {
    const amount = amounts[i] ?? 0;
    if (unit === 'year') months += 12 * amount;
    else if (unit === 'month') months += amount;
    else ms += amount * UNIT_MS[unit];
  });
  return { months: Math.trunc(months), ms: Math.round(ms) };
}

/** A period, or a number of milliseconds. */
export type Span = Period | number;

/** `fromMs` moved by `times` the span: 1 forward, -1 back. */
export function addPeriod(fromMs: number, span: Span, times: 1 | -1 = 1): number {
  if (typeof span === 'number') return fromMs + times * span;
  return addMonths(fromMs, times * span.months) + times * span.ms;
}

/** Length of the span in ms, counted from `fromMs` where months are in it. */
export function periodMs(span: Span, fromMs = 0): number {
  return addPeriod(fromMs, span) - fromMs;
}

const DAY_SECONDS = 86_400;

/** Seconds of a period as a plain number: a year is 365 days, a month 30. */
export function secondsOf({ months, ms }: Period): number {
  const years = Math.trunc(months / 12);
  return years * 365 * DAY_SECONDS + (months - years * 12) * 30 * DAY_SECONDS + ms / 1000;
}
