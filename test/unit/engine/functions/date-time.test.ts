/** Expected values are Esper's: conformance/expressions dt-*. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyDateTime } from '../../../../src/engine/functions/date-time.ts';
import { formatDate, parseDate } from '../../../../src/engine/functions/date-format.ts';
import { applyInterval } from '../../../../src/engine/functions/interval.ts';
import { addPeriod, periodOf } from '../../../../src/engine/functions/period.ts';
import { weekOfYear } from '../../../../src/engine/functions/calendar-fields.ts';

const LEAP_DAY = 1_709_210_096_789; // 2024-02-29T12:34:56.789Z
const JANUARY_31 = 1_706_659_200_000; // 2024-01-31T00:00:00Z

const at = (ms: number, name: string, ...args: readonly (number | string | null | boolean)[]) =>
  applyDateTime(name, ms, args);

describe('periods', () => {
  test('months follow the calendar and keep within the month', () => {
    expect(addPeriod(LEAP_DAY, periodOf(['month'], [1]))).toBe(1_711_715_696_789);
    expect(addPeriod(LEAP_DAY, periodOf(['year'], [1]), -1)).toBe(1_677_587_696_789);
    expect(addPeriod(JANUARY_31, periodOf(['month'], [1]))).toBe(Date.UTC(2024, 1, 29));
  });
  test('fractions add up', () => {
    expect(periodOf(['minute', 'millisecond'], [1.5, 250])).toEqual({ months: 0, ms: 90_250 });
  });
});

describe('fields', () => {
  test('get', () => {
    const names = [
      'getHourOfDay',
      'getMinuteOfHour',
      'getSecondOfMinute',
      'getMillisOfSecond',
      'getDayOfMonth',
      'getDayOfWeek',
      'getDayOfYear',
      'getMonthOfYear',
      'getYear',
    ];
    expect(names.map((n) => at(LEAP_DAY, n.toLowerCase()))).toEqual([12, 34, 56, 789, 29, 5, 60, 1, 2024]);
  });
  test('set, with…, min, max', () => {
    expect(at(LEAP_DAY, 'set', 'hour', 3)).toBe(1_709_177_696_789);
    expect(at(LEAP_DAY, 'withtime', 1, 2, 3, 4)).toBe(1_709_168_523_004);
    expect(at(LEAP_DAY, 'withdate', 2020, 0, 15)).toBe(1_579_091_696_789);
    expect(at(LEAP_DAY, 'withmin', 'hour')).toBe(1_709_166_896_789);
    expect(at(LEAP_DAY, 'withmax', 'min')).toBe(1_709_211_596_789);
    expect(at(JANUARY_31, 'set', 'month', 1)).toBe(Date.UTC(2024, 2, 2));
    expect(at(Date.UTC(2023, 1, 5), 'withmax', 'day')).toBe(Date.UTC(2023, 1, 28));
  });
  test('rounding: an exact boundary goes up, half goes up', () => {
    expect(at(1_709_208_000_000, 'roundceiling', 'hour')).toBe(1_709_211_600_000);
    expect(at(1_709_209_800_000, 'roundhalf', 'hour')).toBe(1_709_211_600_000);
    expect(at(1_709_208_000_000, 'roundhalf', 'hour')).toBe(1_709_208_000_000);
    expect(at(LEAP_DAY, 'roundfloor', 'month')).toBe(1_706_745_600_000);
    expect(at(LEAP_DAY, 'roundceiling', 'day')).toBe(1_709_251_200_000);
  });
  test('week 1 holds January 1', () => {
    expect(weekOfYear(Date.UTC(2024, 0, 1))).toBe(1);
    expect(weekOfYear(Date.UTC(2024, 0, 7))).toBe(2);
    expect(weekOfYear(Date.UTC(2024, 11, 29))).toBe(1);
    expect(weekOfYear(Date.UTC(2024, 11, 28))).toBe(52);
  });
  test('an unknown field is a coded error', () => {
    expect(() => at(0, 'get', 'fortnight')).toThrow(expect.objectContaining({ code: 'EVALUATION' }));
  });
});

test('between: both ends, either order, flags', () => {
  expect(at(2000, 'between', 1000, 2000)).toBe(true);
  expect(at(2000, 'between', 2000, 1000)).toBe(true);
  expect(at(1000, 'between', 1000, 2000, false, true)).toBe(false);
  expect(at(2000, 'between', 1000, null)).toBe(null);
});

describe('intervals of points', () => {
  const SECOND = { months: 0, ms: 1000 };
  test('before and after with thresholds', () => {
    expect(applyInterval('before', 1000, 2000, [SECOND])).toBe(true);
    expect(applyInterval('before', 999, 1998, [SECOND])).toBe(false);
    expect(applyInterval('after', 4000, 2000, [SECOND, 2000])).toBe(true);
    expect(applyInterval('after', 4001, 2000, [SECOND, 2000])).toBe(false);
    expect(applyInterval('coincides', 2000, 2000, [])).toBe(true);
    expect(applyInterval('before', null, 2000, [])).toBe(null);
  });
});

describe('dates as text', () => {
  test('letters', () => {
    expect(formatDate(LEAP_DAY, "yyyy-MM-dd'T'HH:mm:ss.SSSX")).toBe('2024-02-29T12:34:56.789Z');
    expect(formatDate(LEAP_DAY, 'EEE, d MMM yy h:mm a')).toBe('Thu, 29 Feb 24 12:34 PM');
  });
  test('parse is the inverse of format', () => {
    fc.assert(
      fc.property(fc.integer({ min: -6e13, max: 2e14 }), (ms) => {
        const pattern = 'yyyy-MM-dd HH:mm:ss.SSS Z';
        expect(parseDate(formatDate(ms, pattern), pattern)).toBe(ms);
      }),
    );
  });
  test('a text of another form is a coded error', () => {
    expect(() => parseDate('today', 'yyyy-MM-dd')).toThrow(expect.objectContaining({ code: 'EVALUATION' }));
  });
});
