import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { castTo, isInstance } from '../../../../src/engine/functions/cast.ts';
import { doubleText, likeMatcher, typeName } from '../../../../src/engine/functions/text.ts';
import { quantified } from '../../../../src/engine/functions/scalar.ts';
import { compareValues } from '../../../../src/engine/functions/values.ts';
import { BOOLEAN, DOUBLE, INT, LONG, OBJECT, STRING } from '../../../../src/model/value.ts';

test('doubles are printed as Java prints them', () => {
  const cases: readonly (readonly [number, string])[] = [
    [99, '99.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [12.5, '12.5'],
    [1e7, '1.0E7'],
    [1.25e10, '1.25E10'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [Number.NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ];
  for (const [n, text] of cases) expect(doubleText(n)).toBe(text);
});

describe('cast (conformance fn-cast-01, mapped-01)', () => {
  test('narrowing cuts towards zero and keeps in range', () => {
    expect(castTo(-2.9, 'double', INT)).toBe(-2);
    expect(castTo(1e20, 'double', INT)).toBe(2_147_483_647);
    expect(castTo(2 ** 32 + 5, 'long', INT)).toBe(5);
    expect(castTo(99, 'double', STRING)).toBe('99.0');
    expect(castTo(99, 'int', STRING)).toBe('99');
  });
  test('strings are parsed if their type says so', () => {
    expect(castTo('12', 'string', INT)).toBe(12);
    expect(castTo('1.5f', 'string', DOUBLE)).toBe(1.5);
    expect(castTo('12', 'object', DOUBLE)).toBe(null);
    expect(castTo('TRUE', 'string', BOOLEAN)).toBe(true);
    for (const text of ['x', '', '1.5', '99999999999']) {
      expect(() => castTo(text, 'string', INT)).toThrow(expect.objectContaining({ code: 'EVALUATION' }));
    }
    expect(castTo('Infinity', 'string', DOUBLE)).toBe(Infinity);
  });
});

test('instanceof and typeof of undeclared values go by the value', () => {
  expect(isInstance(5, OBJECT, 'int')).toBe(true);
  expect(isInstance(5, OBJECT, 'double')).toBe(false);
  expect(isInstance(2.5, OBJECT, 'double')).toBe(true);
  expect(isInstance(null, INT, 'int')).toBe(false);
  expect(isInstance(5, LONG, 'java.lang.Long')).toBe(true);
  expect(typeName(5, DOUBLE)).toBe('Double');
  expect(typeName('x', OBJECT)).toBe('String');
  expect(typeName(null, INT)).toBe(null);
});

test('any and all (conformance anyall-01)', () => {
  expect(quantified('>', 'any', 4, [])).toBe(null);
  expect(quantified('>', 'all', 2, [1, null])).toBe(null);
  expect(quantified('>', 'all', 2, [5, null])).toBe(false);
  expect(quantified('>', 'any', 2, [5, null])).toBe(false);
  expect(quantified('=', 'any', 2, [1, null])).toBe(null);
  expect(quantified('!=', 'all', 2, [1, null])).toBe(null);
  expect(quantified('!=', 'all', 4, [1, 2, 3])).toBe(true);
});

test('null is lowest, NaN highest, strings go by code unit', () => {
  expect([3, null, Number.NaN, -1].toSorted(compareValues)).toEqual([null, -1, 3, Number.NaN]);
  expect(['a', 'Z', 'J3', 'alpha'].toSorted(compareValues)).toEqual(['J3', 'Z', 'a', 'alpha']);
});

test('like is what its pattern says as a regular expression', () => {
  const unit = fc.constantFrom('a', 'b', '%', '_');
  fc.assert(
    fc.property(
      fc.string({ unit, maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '%'), maxLength: 8 }),
      (pattern, text) => {
        const regexp = new RegExp(`^${pattern.replaceAll('%', '[^]*').replaceAll('_', '[^]')}$`);
        expect(likeMatcher(pattern, null)(text)).toBe(regexp.test(text));
      },
    ),
    { numRuns: 2000 },
  );
});
