/**
 * Crontab schedules in UTC (Esper 7.6.3): (minutes, hours, days of month, months, days of week [, seconds]).
 *
 * Where both day fields hold values a day that meets either is permitted; `last`, `15 weekday` and the like decide alone.
 * The milliseconds of the instant that a schedule is asked from stay in its answer, as in Esper.
 */
import type { CheckedExpression } from '../../model/checked.ts';
import { CodedError, unreachable } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { Civil } from '../runtime/calendar.ts';
import { civilOf, daysInMonth } from '../runtime/calendar.ts';
import { constantOf } from '../runtime/parameters.ts';

/** Permitted values of a field; null permits all. */
type Field = ReadonlySet<number> | null;

/** A day of the month that no list of numbers can name. */
type DayRule =
  | { readonly kind: 'lastDay' | 'lastWeekday' | 'weekday' | 'saturday' }
  /** `5 last`: the last Friday of the month. */
  | { readonly kind: 'lastOf'; readonly weekday: number }
  /** `15 weekday`: the weekday nearest to the 15th, in the same month. */
  | { readonly kind: 'nearest'; readonly day: number };

export interface Crontab {
  readonly minutes: Field;
  readonly hours: Field;
  readonly days: Field;
  readonly months: Field;
  /** 0 = Sunday. */
  readonly weekdays: Field;
  /** Permitted seconds; without the field the full minute. */
  readonly seconds: Field;
  /** Decides on days in the place of `days` and `weekdays`; null where they do. */
  readonly dayRule: DayRule | null;
}

const RANGES: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
  [0, 59],
];

const DAY_OF_MONTH = 2;
const DAY_OF_WEEK = 4;
const SECONDS = 5;

/** Reads the fields once, with variables as they are now. Throws `WRONG_ARGUMENTS`, and `NOT_SUPPORTED` for time zones. */
export function readCrontab(fields: readonly CheckedExpression[], context: EvaluationContext): Crontab {
  return crontabOf(fields, (e) => constantOf(e, context));
}

/** The value that a field, or part of one, has now. */
type Reading = (e: CheckedExpression) => Value;

/** As {@link readCrontab}, with fields that `at` reads. */
export function crontabOf(fields: readonly CheckedExpression[], at: Reading): Crontab {
  if (fields.length < DAY_OF_WEEK + 1) {
    throw new CodedError('WRONG_ARGUMENTS', 'a crontab has five to nine fields', { position: fields[0]?.ast.position });
  }
  refuseFiner(fields.slice(SECONDS + 1), at);
  const read = (i: number): Field => {
    const field = fields[i];
    const [low, high] = RANGES[i] ?? [0, 59];
    return field === undefined ? null : valuesOf(field, low, high, at);
  };
  const dayRule = ruleOf(fields[DAY_OF_MONTH], false, at) ?? ruleOf(fields[DAY_OF_WEEK], true, at);
  return {
    minutes: read(0),
    hours: read(1),
    days: dayRule === null ? read(DAY_OF_MONTH) : null,
    months: read(3),
    weekdays: dayRule === null ? read(DAY_OF_WEEK) : null,
    seconds: fields.length > SECONDS ? read(SECONDS) : new Set([0]),
    dayRule,
  };
}

/** Fields behind the seconds: time zone, milliseconds, microseconds. */
function refuseFiner(fields: readonly CheckedExpression[], at: Reading): void {
  for (const field of fields) {
    if (field.kind === 'call' && field.name === 'cron_any') continue;
    const value = at(field);
    if (value === 'UTC' || value === 'GMT') continue;
    throw new CodedError('NOT_SUPPORTED', 'a crontab is in UTC and in full seconds', {
      position: field.ast.position,
      hint: "leave the field out or write 'UTC'",
    });
  }
}

function ruleOf(field: CheckedExpression | undefined, week: boolean, at: Reading): DayRule | null {
  if (field?.kind !== 'call') return null;
  const [arg] = field.args;
  const day = arg === undefined ? null : numberIn(arg, week || field.name === 'cron_last' ? [0, 6] : [1, 31], at);
  switch (field.name) {
    case 'cron_last':
      if (day !== null) return { kind: 'lastOf', weekday: day };
      return { kind: week ? 'saturday' : 'lastDay' };
    case 'cron_lastweekday':
      return { kind: 'lastWeekday' };
    case 'cron_weekday':
      return day === null ? { kind: 'weekday' } : { kind: 'nearest', day };
    default:
      return null;
  }
}

function valuesOf(field: CheckedExpression, low: number, high: number, at: Reading): Field {
  if (field.kind !== 'call') return new Set([numberIn(field, [low, high], at)]);
  const numbers = (): readonly number[] => field.args.map((arg) => numberIn(arg, [0, high], at));
  const within = (permitted: (v: number) => boolean): Field => {
    const values = new Set<number>();
    for (let v = low; v <= high; v++) if (permitted(v)) values.add(v);
    return values;
  };
  switch (field.name) {
    case 'cron_any':
      return null;
    case 'cron_step': {
      const [step = 1] = numbers();
      if (step > 0) return within((v) => v % step === 0);
      break;
    }
    case 'cron_range': {
      const [from = low, to = high] = numbers();
      return within((v) => v >= from && v <= to);
    }
    case 'cron_list': {
      const lists = field.args.map((item) => valuesOf(item, low, high, at));
      return within((v) => lists.some((list) => list === null || list.has(v)));
    }
    default:
      break;
  }
  throw new CodedError('WRONG_ARGUMENTS', 'this cannot stand in this field of a crontab', {
    position: field.ast.position,
    hint: 'last, weekday and lastweekday name days',
  });
}

function numberIn(e: CheckedExpression, [low, high]: readonly [number, number], at: Reading): number {
  const value = at(e);
  if (typeof value === 'number' && value >= low && value <= high) return value;
  throw new CodedError('WRONG_ARGUMENTS', `this field of a crontab holds numbers from ${low} to ${high}`, {
    position: e.ast.position,
  });
}

/** Days looked ahead: leap days come at most eight years apart. */
const MAX_DAYS = 366 * 9;
const DAY_MS = 86_400_000;

function permits(field: Field, value: number): boolean {
  return field === null || field.has(value);
}

/** The first permitted second after `ms`, with its milliseconds; null when there is none within nine years. */
export function nextOccurrence(crontab: Crontab, ms: number): number | null {
  const from = (Math.floor(ms / 1000) + 1) * 1000;
  const rest = ms - Math.floor(ms / 1000) * 1000;
  let day = Math.floor(from / DAY_MS);
  let secondOfDay = Math.floor(from / 1000) - day * 86_400;
  for (let i = 0; i < MAX_DAYS; i++) {
    if (permitsDay(crontab, day)) {
      const second = nextSecond(crontab, secondOfDay);
      if (second !== null) return day * DAY_MS + second * 1000 + rest;
    }
    day++;
    secondOfDay = 0;
  }
  return null;
}

function permitsDay({ months, days, weekdays, dayRule }: Crontab, day: number): boolean {
  const civil = civilOf(day * DAY_MS);
  if (!permits(months, civil.month)) return false;
  if (dayRule !== null) return meets(dayRule, civil);
  if (days === null || weekdays === null) return permits(days, civil.day) && permits(weekdays, civil.weekday);
  return days.has(civil.day) || weekdays.has(civil.weekday);
}

const FRIDAY = 5;
const SATURDAY = 6;

function isWeekday(weekday: number): boolean {
  return weekday >= 1 && weekday <= FRIDAY;
}

function meets(rule: DayRule, civil: Civil): boolean {
  const last = daysInMonth(civil.year, civil.month);
  switch (rule.kind) {
    case 'lastDay':
      return civil.day === last;
    case 'saturday':
      return civil.weekday === SATURDAY;
    case 'weekday':
      return isWeekday(civil.weekday);
    case 'lastWeekday':
      return isWeekday(civil.weekday) && (civil.day === last || (civil.day >= last - 2 && civil.weekday === FRIDAY));
    case 'lastOf':
      return civil.weekday === rule.weekday && civil.day > last - 7;
    case 'nearest':
      return civil.day === nearestWeekday(Math.min(rule.day, last), last, civil);
    default:
      return unreachable(rule);
  }
}

/** The weekday nearest to a day of the month in which `civil` lies; never in another month. */
function nearestWeekday(day: number, last: number, civil: Civil): number {
  const weekday = (((civil.weekday + day - civil.day) % 7) + 7) % 7;
  if (isWeekday(weekday)) return day;
  if (weekday === SATURDAY) return day > 1 ? day - 1 : day + 2;
  return day === last ? day - 2 : day + 1;
}

function nextSecond(crontab: Crontab, from: number): number | null {
  let hour = Math.floor(from / 3600);
  let minute = Math.floor(from / 60) % 60;
  let second = from % 60;
  for (; hour < 24; hour++, minute = 0, second = 0) {
    if (!permits(crontab.hours, hour)) continue;
    for (; minute < 60; minute++, second = 0) {
      if (!permits(crontab.minutes, minute)) continue;
      for (; second < 60; second++) {
        if (permits(crontab.seconds, second)) return hour * 3600 + minute * 60 + second;
      }
    }
  }
  return null;
}
