/**
 * The points in time of `timer:schedule` (Esper reference §7.7.3): a date, a period from now on, or a date and a period from
 * it, perhaps so many times. A date counts as the first time; those that have passed count but are not told. UTC.
 *
 * ISO 8601: `2012-10-01T05:52:00Z`, `PT5S`, `R3/2012-10-01T05:52:00Z/PT5S`, `R2/PT5S`, `R/…/P1D`.
 */
import { CodedError } from '../../model/errors.ts';
import { addPeriod } from '../functions/period.ts';
import type { Period, Span } from '../functions/period.ts';
import { daysOf } from '../runtime/calendar.ts';

export interface ScheduleSpec {
  readonly dateMs: number | null;
  readonly period: Span | null;
  /** Null for without end. */
  readonly repetitions: number | null;
}

/** One schedule that has been started. */
export class Schedule {
  readonly #spec: ScheduleSpec;
  readonly #startMs: number;
  /** Number of the next occurrence. */
  #at = 0;

  constructor(spec: ScheduleSpec, startMs: number) {
    this.#spec = spec;
    this.#startMs = startMs;
  }

  /** The next occurrence after `nowMs`; null when there is none. */
  nextMs(nowMs: number): number | null {
    const { dateMs, period, repetitions } = this.#spec;
    if (period === null) {
      if (dateMs === null || this.#at > 0 || dateMs <= nowMs) return null;
      this.#at = 1;
      return dateMs;
    }
    // Without a date the first time is one period after the start.
    const first = dateMs === null ? 1 : 0;
    const anchorMs = dateMs ?? this.#startMs;
    const times = Math.max(this.#at, stepsBefore(anchorMs, period, nowMs) - first);
    for (let at = times; repetitions === null || at < repetitions; at++) {
      const dueMs = anchored(anchorMs, period, at + first);
      if (dueMs > nowMs) {
        this.#at = at + 1;
        return dueMs;
      }
    }
    return null;
  }
}

/** `anchorMs` and `count` periods; months are counted from the anchor, so that 31 January does not drift. */
function anchored(anchorMs: number, period: Span, count: number): number {
  if (typeof period === 'number') return anchorMs + count * period;
  return addPeriod(anchorMs, { months: period.months * count, ms: period.ms * count });
}

/** The longest month in days: so many periods have passed at least. */
const LONGEST_MONTH_MS = 31 * 86_400_000;

/** A number of periods that lie before `nowMs` for sure, so that the way to the present is short. */
function stepsBefore(anchorMs: number, period: Span, nowMs: number): number {
  const longestMs = typeof period === 'number' ? period : period.months * LONGEST_MONTH_MS + period.ms;
  return longestMs <= 0 ? 0 : Math.max(0, Math.floor((nowMs - anchorMs) / longestMs));
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const PERIOD = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const REPETITIONS = /^R(\d*)$/;

function malformed(text: string): CodedError {
  return new CodedError('WRONG_ARGUMENTS', `'${text}' is not an ISO 8601 date, period or repetition`, {
    hint: "write '2012-10-01T05:52:00Z', 'PT5S' or 'R3/2012-10-01T05:52:00Z/PT5S'",
  });
}

/** Ms since the epoch; without a zone the time is UTC. Throws `WRONG_ARGUMENTS`. */
export function parseIsoDate(text: string): number {
  const found = DATE.exec(text);
  if (found === null) throw malformed(text);
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = found;
  const days = daysOf(Number(year), Number(month), Number(day));
  const ms = (((days * 24 + Number(hour)) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  const part = Number(fraction.padEnd(3, '0').slice(0, 3));
  if (zone === 'Z') return ms + part;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.slice(1).replace(':', '');
  return ms + part - sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}

function parseIsoPeriod(text: string): Period {
  const found = PERIOD.exec(text);
  if (found === null || text === 'P' || text.endsWith('T')) throw malformed(text);
  const [years, months, weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  const wholeDays = (weeks ?? 0) * 7 + (days ?? 0);
  const wholeSeconds = ((wholeDays * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
  return { months: (years ?? 0) * 12 + (months ?? 0), ms: Math.round(wholeSeconds * 1000) };
}

/** Throws `WRONG_ARGUMENTS`. */
export function parseIsoSchedule(text: string): ScheduleSpec {
  const parts = text.trim().split('/');
  let repetitions: number | null = null;
  const repeated = REPETITIONS.exec(parts[0] ?? '');
  if (repeated !== null) {
    parts.shift();
    repetitions = repeated[1] === '' ? null : Number(repeated[1]);
  }
  let dateMs: number | null = null;
  let period: Period | null = null;
  for (const part of parts) {
    if (part.startsWith('P') && period === null) period = parseIsoPeriod(part);
    else if (dateMs === null && period === null) dateMs = parseIsoDate(part);
    else throw malformed(text);
  }
  if (parts.length === 0 || parts.length > 2 || (repeated !== null && period === null)) throw malformed(text);
  return { dateMs, period, repetitions };
}
