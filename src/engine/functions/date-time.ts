/**
 * Date-time methods of a long (ms since the epoch, UTC) or of an event with a start timestamp (Esper doc chapter 11).
 * Each function takes the time first; null times and arguments do not come here.
 */
import { CodedError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import {
  dayOfWeek,
  dayOfYear,
  FIELD_NAMES,
  floorTo,
  getField,
  greatestOf,
  leastOf,
  nextUnit,
  parseField,
  pastHalf,
  setDate,
  setField,
  setTime,
} from './calendar-fields.ts';
import type { CalendarField } from './calendar-fields.ts';
import { formatDate } from './date-format.ts';
import { isEvent, isMap, propertyOf } from './values.ts';
import { addPeriod } from './period.ts';
import type { Period, Span } from './period.ts';

type Argument = Value | Period;

function fieldOf(name: Argument | undefined): CalendarField {
  const field = typeof name === 'string' ? parseField(name) : undefined;
  if (field !== undefined) return field;
  throw new CodedError('EVALUATION', `${JSON.stringify(name)} is not a calendar field`, { hint: FIELD_NAMES });
}

function numberOr(value: Argument | undefined): number | null {
  return typeof value === 'number' ? Math.trunc(value) : null;
}

function spanOf(value: Argument | undefined): Span {
  if (typeof value === 'number') return value;
  if (isPeriod(value)) return value;
  throw new CodedError('EVALUATION', 'a time period or a number of milliseconds is needed');
}

function isPeriod(value: Argument | undefined): value is Period {
  return typeof value === 'object' && value !== null && 'months' in value && 'ms' in value;
}

type Method = (ms: number, args: readonly Argument[]) => Value;

/** By lower-case name. */
const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['get', (ms, [field]) => getField(ms, fieldOf(field))],
  ['getmillisofsecond', (ms) => getField(ms, 'msec')],
  ['getsecondofminute', (ms) => getField(ms, 'sec')],
  ['getminuteofhour', (ms) => getField(ms, 'min')],
  ['gethourofday', (ms) => getField(ms, 'hour')],
  ['getdayofweek', dayOfWeek],
  ['getdayofmonth', (ms) => getField(ms, 'day')],
  ['getdayofyear', dayOfYear],
  ['getmonthofyear', (ms) => getField(ms, 'month')],
  ['getweekyear', (ms) => getField(ms, 'week')],
  ['getyear', (ms) => getField(ms, 'year')],
  ['getera', (ms) => (getField(ms, 'year') > 0 ? 1 : 0)],
  ['set', (ms, [field, value]) => setField(ms, fieldOf(field), numberOr(value) ?? 0)],
  ['withdate', (ms, [year, month, day]) => setDate(ms, numberOr(year), numberOr(month), numberOr(day))],
  ['withtime', (ms, parts) => setTime(ms, parts.map(numberOr))],
  ['withmin', (ms, [field]) => setField(ms, fieldOf(field), leastOf(fieldOf(field)))],
  ['withmax', (ms, [field]) => setField(ms, fieldOf(field), greatestOf(ms, fieldOf(field)))],
  ['plus', (ms, [span]) => addPeriod(ms, spanOf(span))],
  ['minus', (ms, [span]) => addPeriod(ms, spanOf(span), -1)],
  ['roundfloor', (ms, [field]) => floorTo(ms, fieldOf(field))],
  // an exact boundary goes on to the next unit (conformance dt-round-01)
  ['roundceiling', (ms, [field]) => nextUnit(floorTo(ms, fieldOf(field)), fieldOf(field))],
  ['roundhalf', (ms, [name]) => roundHalf(ms, fieldOf(name))],
  ['tomillisec', (ms) => ms],
  ['todate', (ms) => ms],
  ['tocalendar', (ms) => ms],
  ['format', (ms, [pattern]) => formatDate(ms, typeof pattern === 'string' ? pattern : 'yyyy-MM-dd HH:mm:ss.SSS')],
  ['between', (ms, args) => isBetween(ms, args)],
]);

function roundHalf(ms: number, field: CalendarField): number {
  const floor = floorTo(ms, field);
  return pastHalf(ms, field) ? nextUnit(floor, field) : floor;
}

/** Both ends count unless flagged otherwise; the ends may stand in either order. */
function isBetween(ms: number, [a, b, lowIn, highIn]: readonly Argument[]): boolean | null {
  if (typeof a !== 'number' || typeof b !== 'number') return null;
  const low = Math.min(a, b);
  const high = Math.max(a, b);
  return (lowIn === false ? ms > low : ms >= low) && (highIn === false ? ms < high : ms <= high);
}

export function isDateTimeMethod(name: string): boolean {
  return METHODS.has(name);
}

/** Point in time of a long or an event (its start timestamp); null if there is none. */
export function startOf(value: Value): number | null {
  if (typeof value === 'number') return value;
  if (isEvent(value)) {
    const name = value.type.startTimestamp;
    const start = name === undefined ? null : propertyOf(value, name);
    return typeof start === 'number' ? start : null;
  }
  return null;
}

/** End of the interval that an event is; its start if it has no end, the time itself for a long. */
export function endOf(value: Value): number | null {
  if (isEvent(value) && value.type.endTimestamp !== undefined) {
    const end = propertyOf(value, value.type.endTimestamp);
    return typeof end === 'number' ? end : null;
  }
  return startOf(value);
}

/** Applies the method `name` (lower case). Null where the target has no time. */
export function applyDateTime(name: string, target: Value, args: readonly Argument[]): Value {
  const ms = startOf(target);
  const method = METHODS.get(name);
  if (ms === null || method === undefined || isMap(target)) return null;
  return method(ms, name === 'between' ? args.map((a) => pointOf(a)) : args);
}

/** Ends of `between` may be events too. */
function pointOf(argument: Argument): Argument {
  if (typeof argument === 'boolean' || isPeriod(argument)) return argument;
  return startOf(argument);
}
