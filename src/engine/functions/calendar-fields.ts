/**
 * Calendar fields of a time in UTC as java.util.Calendar counts them: months from 0, days of the week from 1 = Sunday,
 * weeks as in the US (from Sunday, week 1 holds January 1). Setting is lenient: what overflows moves on.
 */
import { CodedError } from '../../model/errors.ts';
import { addMonths, civilOf, daysInMonth, daysOf } from '../runtime/calendar.ts';

export type CalendarField = 'msec' | 'sec' | 'min' | 'hour' | 'day' | 'month' | 'week' | 'year';

const DAY_MS = 86_400_000;
/** Greatest year of java.util.GregorianCalendar. */
const LAST_YEAR = 292_278_994;

const FIELDS: ReadonlyMap<string, CalendarField> = new Map<string, CalendarField>([
  ['msec', 'msec'],
  ['millisecond', 'msec'],
  ['milliseconds', 'msec'],
  ['sec', 'sec'],
  ['second', 'sec'],
  ['seconds', 'sec'],
  ['min', 'min'],
  ['minute', 'min'],
  ['minutes', 'min'],
  ['hour', 'hour'],
  ['hours', 'hour'],
  ['day', 'day'],
  ['days', 'day'],
  ['month', 'month'],
  ['months', 'month'],
  ['week', 'week'],
  ['weeks', 'week'],
  ['year', 'year'],
  ['years', 'year'],
]);

/** Undefined for what is no name of a field. */
export function parseField(name: string): CalendarField | undefined {
  return FIELDS.get(name.toLowerCase());
}

export const FIELD_NAMES = 'msec, sec, min, hour, day, month, week, year';

function timeOfDay(ms: number): number {
  return ms - Math.floor(ms / DAY_MS) * DAY_MS;
}

export function dayOfWeek(ms: number): number {
  return civilOf(ms).weekday + 1;
}

export function dayOfYear(ms: number): number {
  return Math.floor(ms / DAY_MS) - daysOf(civilOf(ms).year, 1, 1) + 1;
}

export function weekOfYear(ms: number): number {
  const { year } = civilOf(ms);
  const day = Math.floor(ms / DAY_MS);
  const saturday = day + (7 - dayOfWeek(ms));
  if (saturday >= daysOf(year + 1, 1, 1)) return 1;
  return Math.floor((saturday - daysOf(year, 1, 1)) / 7) + 1;
}

export function getField(ms: number, field: CalendarField): number {
  const civil = civilOf(ms);
  switch (field) {
    case 'msec':
      return civil.millisecond;
    case 'sec':
      return civil.second;
    case 'min':
      return civil.minute;
    case 'hour':
      return civil.hour;
    case 'day':
      return civil.day;
    case 'month':
      return civil.month - 1;
    case 'week':
      return weekOfYear(ms);
    case 'year':
      return civil.year;
  }
}

/** Midnight of day `day` of month `month` (from 0), both lenient. */
function midnight(year: number, month: number, day: number): number {
  const whole = year + Math.floor(month / 12);
  return (daysOf(whole, (((month % 12) + 12) % 12) + 1, 1) + day - 1) * DAY_MS;
}

export function setDate(ms: number, year: number | null, month: number | null, day: number | null): number {
  const civil = civilOf(ms);
  return midnight(year ?? civil.year, month ?? civil.month - 1, day ?? civil.day) + timeOfDay(ms);
}

/** Null leaves a part as it is. */
export function setTime(ms: number, parts: readonly (number | null)[]): number {
  const civil = civilOf(ms);
  const [hour, minute, second, millisecond] = parts;
  return (
    ms -
    timeOfDay(ms) +
    (hour ?? civil.hour) * 3_600_000 +
    (minute ?? civil.minute) * 60_000 +
    (second ?? civil.second) * 1000 +
    (millisecond ?? civil.millisecond)
  );
}

export function setField(ms: number, field: CalendarField, value: number): number {
  switch (field) {
    case 'msec':
      return setTime(ms, [null, null, null, value]);
    case 'sec':
      return setTime(ms, [null, null, value, null]);
    case 'min':
      return setTime(ms, [null, value, null, null]);
    case 'hour':
      return setTime(ms, [value, null, null, null]);
    case 'day':
      return setDate(ms, null, null, value);
    case 'month':
      return setDate(ms, null, value, null);
    case 'week':
      return ms + (value - weekOfYear(ms)) * 7 * DAY_MS;
    case 'year':
      return setDate(ms, value, null, null);
  }
}

export function leastOf(field: CalendarField): number {
  return field === 'day' || field === 'week' || field === 'year' ? 1 : 0;
}

export function greatestOf(ms: number, field: CalendarField): number {
  switch (field) {
    case 'msec':
      return 999;
    case 'sec':
    case 'min':
      return 59;
    case 'hour':
      return 23;
    case 'day': {
      const civil = civilOf(ms);
      return daysInMonth(civil.year, civil.month);
    }
    case 'month':
      return 11;
    case 'week': {
      const { year } = civilOf(ms);
      const last = (daysOf(year + 1, 1, 1) - 1) * DAY_MS;
      const week = weekOfYear(last);
      return week === 1 ? weekOfYear(last - 7 * DAY_MS) : week;
    }
    case 'year':
      return LAST_YEAR;
  }
}

/** The start of the unit that `ms` lies in. */
export function floorTo(ms: number, field: CalendarField): number {
  const civil = civilOf(ms);
  switch (field) {
    case 'msec':
      return ms;
    case 'sec':
      return ms - civil.millisecond;
    case 'min':
      return Math.floor(ms / 60_000) * 60_000;
    case 'hour':
      return Math.floor(ms / 3_600_000) * 3_600_000;
    case 'day':
      return Math.floor(ms / DAY_MS) * DAY_MS;
    case 'month':
      return midnight(civil.year, civil.month - 1, 1);
    case 'year':
      return midnight(civil.year, 0, 1);
    case 'week':
      throw new CodedError('EVALUATION', 'a time cannot be rounded to weeks', {
        hint: 'msec, sec, min, hour, day, month, year',
      });
  }
}

/** Start of the unit after the one that begins at `floor`. */
export function nextUnit(floor: number, field: CalendarField): number {
  switch (field) {
    case 'sec':
      return floor + 1000;
    case 'min':
      return floor + 60_000;
    case 'hour':
      return floor + 3_600_000;
    case 'day':
      return floor + DAY_MS;
    case 'month':
      return addMonths(floor, 1);
    case 'year':
      return addMonths(floor, 12);
    case 'msec':
    case 'week':
      return floor;
  }
}

/** Whether the next lower field is past its half, which is all that rounding looks at (Apache DateUtils, which Esper uses). */
export function pastHalf(ms: number, field: CalendarField): boolean {
  const civil = civilOf(ms);
  switch (field) {
    case 'sec':
      return civil.millisecond >= 500;
    case 'min':
      return civil.second >= 30;
    case 'hour':
      return civil.minute >= 30;
    case 'day':
      return civil.hour >= 12;
    case 'month':
      return civil.day - 1 > Math.floor((daysInMonth(civil.year, civil.month) - 1) / 2);
    case 'year':
      return civil.month - 1 > 5;
    case 'msec':
    case 'week':
      return false;
  }
}
