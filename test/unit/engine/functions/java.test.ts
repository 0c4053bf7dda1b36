/** Java's library as EPL texts call it: same tables in epl and engine, Java's results, null where Java throws. */
import { describe, expect, it } from 'vitest';
import { javaNames } from '../../../../src/epl/java-functions.ts';
import { isJavaFunction } from '../../../../src/engine/functions/java.ts';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const TYPE = eventType('E', {
  s: 'string',
  i: 'int',
  l: 'long',
  f: 'float',
  d: 'double',
  b: 'boolean',
  xs: 'int[]',
  ss: 'string[]',
  m: 'map',
});
const EVENT = { s: 'Ab c', i: -7, l: 12, f: 2.5, d: -3.5, b: true, xs: [5, 6], ss: ['x', 'y'], m: { k: 1 } };

function value(expression: string, event: Readonly<Record<string, unknown>> = EVENT): unknown {
  const run = new EplRun([TYPE]);
  run.deploy(`select ${expression} as x from E`);
  run.send('E', event);
  return run.take()[0]?.insert[0]?.['x'];
}

const refusal = (expression: string) => expect(() => value(expression), expression);

describe('Java methods', () => {
  it('whatever can be named can be called', () => {
    expect(javaNames().filter((name) => !isJavaFunction(name))).toEqual([]);
  });

  it.each<readonly [string, unknown]>([
    ['Math.abs(i)', 7],
    ['Math.abs(d)', 3.5],
    ['java.lang.Math.max(i, d)', -3.5],
    ['Math.round(d)', -3],
    ['Math.round(2.5)', 3],
    ['Math.rint(2.5)', 2],
    ['Math.rint(3.5)', 4],
    ['Math.rint(0.49999999999999994)', 0],
    ['Math.floorDiv(i, 2)', -4],
    ['Math.floorMod(i, 2)', 1],
    ['Math.floorMod(i, 0)', null],
    ['Math.sqrt(-1)', Number.NaN],
    ['Math.pow(i, 2)', 49],
    ["Integer.parseInt('12') + 1", 13],
    ["Integer.parseInt('ff', 16)", 255],
    ["Integer.parseInt('2147483648')", null],
    ["Integer.parseInt('x')", null],
    ["Double.parseDouble('1e3')", 1000],
    ["Double.parseDouble('abc')", null],
    ['Integer.toHexString(i)', 'fffffff9'],
    ['Long.toHexString(i)', 'fffffffffffffff9'],
    ['Integer.MAX_VALUE + 1', -2_147_483_648],
    ['String.valueOf(d)', '-3.5'],
    ['String.valueOf(2.0)', '2.0'],
    ["String.format('%s|%5d|%-4s|%08.3f|%,d|%x', s, i, 'q', d, 1234567, 255)", 'Ab c|   -7|q   |-003.500|1,234,567|ff'],
    ["String.format('%d', d)", null],
    ["String.join('-', ss)", 'x-y'],
    ["String.join('-', 'a', s)", 'a-Ab c'],
    ['s.length()', 4],
    ['s.toUpperCase().substring(0, 2)', 'AB'],
    ['s.substring(3, 99)', null],
    ["s.indexOf('c')", 3],
    ["s.contains('b c')", true],
    ["s.matches('A.*')", true],
    ["s.matches('b')", false],
    ["('b').compareTo('a')", 1],
    ['s.hashCode()', null],
    ["('a,b,,').split(',').size()", 2],
    ["('a.b').split('\\\\.')[1]", 'b'],
    ['i.doubleValue() / 2', -3.5],
    ['d.intValue()', -3],
    ['i.equals(-7)', true],
    ['i.equals(-7L)', false],
    ['xs.size() + xs.length', 4],
    ['xs.get(1)', 6],
    ['xs.get(9)', null],
    ["m.get('k')", 1],
    ["m.containsKey('z')", false],
    ["cast('2020-01-02', date, dateformat: 'yyyy-MM-dd')", 1_577_923_200_000],
    ["cast('2020-01-02T03:04:05.6+01:00', long, dateformat: 'iso')", 1_577_930_645_600],
    ["cast('2020-01-02', calendar, dateformat: 'iso').getDayOfMonth()", 2],
  ])('%s is %j', (expression, expected) => {
    if (expression === 's.hashCode()') expect(value(expression)).toBe(javaHash('Ab c'));
    else expect(value(expression)).toEqual(expected);
  });

  it('a null argument makes null, but where any object does', () => {
    const none = { ...EVENT, s: null, d: null };
    expect(value('Math.sqrt(d)', none)).toBeNull();
    expect(value('s.length()', none)).toBeNull();
    expect(value("('a').equals(s)", none)).toBe(false);
    expect(value('String.valueOf(s)', none)).toBe('null');
  });

  it('what differs from call to call, and classes that are not there, are refused', () => {
    const code = (c: string) => expect.objectContaining({ code: c });
    refusal('Math.random()').toThrow(code('NOT_SUPPORTED'));
    refusal('System.currentTimeMillis()').toThrow(
      expect.objectContaining({ hint: expect.stringContaining('current_timestamp') }),
    );
    refusal('java.util.UUID.randomUUID()').toThrow(code('NOT_SUPPORTED'));
    refusal('java.io.File.createTempFile(s, s)').toThrow(code('NOT_SUPPORTED'));
    refusal('Math.squareRoot(d)').toThrow(code('UNKNOWN_FUNCTION'));
    refusal('Math.sqrt(s)').toThrow(code('WRONG_ARGUMENTS'));
    refusal('Math.SQRT2').toThrow(code('UNKNOWN_PROPERTY'));
    refusal('s.lenght()').toThrow(expect.objectContaining({ hint: "did you mean 'length'?" }));
    refusal("cast(i, long, dateformat: 'yyyy')").toThrow(code('TYPE_MISMATCH'));
    refusal("cast(s, int, dateformat: 'yyyy')").toThrow(code('TYPE_MISMATCH'));
    refusal("cast(s, long, format: 'yyyy')").toThrow(code('WRONG_ARGUMENTS'));
    refusal('cast(s, localdate)').toThrow(code('NOT_SUPPORTED'));
    refusal('cast(i, short)').toThrow(code('NOT_SUPPORTED'));
  });

  it('a text that would fill the memory ends in an error', () => {
    expect(() => value('s.repeat(1000000)')).toThrow(expect.objectContaining({ code: 'EVALUATION' }));
  });
});

function javaHash(text: string): number {
  return [...text].reduce((h, c) => (Math.imul(31, h) + c.charCodeAt(0)) | 0, 0);
}
