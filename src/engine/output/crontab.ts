/** Crontab schedules in UTC (Esper 7.6.3): (minutes, hours, days of month, months, days of week [, seconds]). */
import type { AstExpression } from '../../model/ast.ts';
import type { CheckedExpression } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { EvaluationContext } from '../evaluation.ts';
import { civilOf, daysInMonth, daysOf } from '../runtime/calendar.ts';
import { constantOf } from '../runtime/parameters.ts';

/** Permitted values of a field; null permits all. */
type Field = ReadonlySet<number> | null;

export interface Crontab {
  readonly minutes: Field;
  readonly hours: Field;
  readonly days: Field;
  /** The last day of the month is permitted. */
  readonly lastDay: boolean;
  readonly months: Field;
  /** 0 = Sunday. */
  readonly weekdays: Field;
  /** Permitted seconds; without the field the full minute. */
  readonly seconds: Field;
}

const RANGES: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
  [0, 59],
];

/** Reads the fields once, with variables as they are now. Throws `WRONG_ARGUMENTS`. */
export function readCrontab(fields: readonly CheckedExpression[], context: EvaluationContext): Crontab {
  if (fields.length < 5) {
    throw new CodedError('WRONG_ARGUMENTS', 'a crontab has five to nine fields', { position: fields[0]?.ast.position });
  }
  const read = (i: number): Field => {
    const field = fields[i];
    const [low, high] = RANGES[i] ?? [0, 59];
    return field === undefined ? null : valuesOf(field.ast, field, low, high, context);
  };
  return {
    minutes: read(0),
    hours: read(1),
    days: read(2),
    lastDay: fields[2]?.ast.kind === 'cronDay' && fields[2].ast.form === 'last' && fields[2].ast.day === null,
    months: read(3),
    weekdays: read(4),
    seconds: fields.length > 5 ? read(5) : new Set([0]),
  };
}

function valuesOf(
  ast: AstExpression,
  whole: CheckedExpression | null,
  low: number,
  high: number,
  context: EvaluationContext,
): Field {
  switch (ast.kind) {
    case 'wildcard':
      return null;
    case 'cronStep': {
      const step = literal(ast.step);
      const values = new Set<number>();
      for (let v = low; v <= high; v++) if (v % step === 0) values.add(v);
      return values;
    }
    case 'cronRange': {
      const values = new Set<number>();
      for (let v = literal(ast.low); v <= literal(ast.high); v++) values.add(v);
      return values;
    }
    case 'cronList': {
      const values = new Set<number>();
      for (const item of ast.items) for (const v of valuesOf(item, null, low, high, context) ?? []) values.add(v);
      return values;
    }
    case 'cronDay':
      if (ast.form === 'last' && ast.day === null) return new Set();
      throw new CodedError('NOT_SUPPORTED', 'this crontab field is not supported yet', { position: ast.position });
    case 'literal':
      return new Set([literal(ast)]);
    default: {
      const value = whole === null ? null : constantOf(whole, context);
      if (typeof value === 'number') return new Set([value]);
      throw new CodedError('WRONG_ARGUMENTS', 'a crontab field holds numbers', { position: ast.position });
    }
  }
}

function literal(ast: AstExpression): number {
  if (ast.kind === 'literal' && typeof ast.value === 'number') return ast.value;
  throw new CodedError('WRONG_ARGUMENTS', 'a crontab field holds numbers', { position: ast.position });
}

/** Days looked ahead: leap days come at most eight years apart. */
const MAX_DAYS = 366 * 9;
const DAY_MS = 86_400_000;

function permits(field: Field, value: number): boolean {
  return field === null || field.has(value);
}

/** The first permitted second after `ms`; null when there is none within nine years. */
export function nextOccurrence(crontab: Crontab, ms: number): number | null {
  const from = (Math.floor(ms / 1000) + 1) * 1000;
  let day = Math.floor(from / DAY_MS);
  let secondOfDay = Math.floor(from / 1000) - day * 86_400;
  for (let i = 0; i < MAX_DAYS; i++) {
    if (permitsDay(crontab, day)) {
      const second = nextSecond(crontab, secondOfDay);
      if (second !== null) return day * DAY_MS + second * 1000;
    }
    day++;
    secondOfDay = 0;
  }
  return null;
}

function permitsDay(crontab: Crontab, day: number): boolean {
  const civil = civilOf(day * DAY_MS);
  if (!permits(crontab.months, civil.month) || !permits(crontab.weekdays, civil.weekday)) return false;
  if (crontab.lastDay) return civil.day === daysInMonth(civil.year, civil.month);
  return permits(crontab.days, civil.day) && daysOf(civil.year, civil.month, civil.day) === day;
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
