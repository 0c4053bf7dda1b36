/** Subqueries by form (conformance joins/sub-*). */
import { expect, test } from 'vitest';
import { inRows, listOf, quantifiedRows, scalarOf, structOf } from '../../../../src/engine/functions/rows.ts';

test('scalar: one row or null', () => {
  expect(scalarOf([[5]])).toBe(5);
  expect(scalarOf([])).toBe(null);
  expect(scalarOf([[5], [6]])).toBe(null);
  expect(structOf([], ['a', 'b'])).toEqual({ a: null, b: null });
  expect(structOf([[1, 2]], ['a', 'b'])).toEqual({ a: 1, b: 2 });
});

test('rows are null, not empty, when there are none', () => {
  expect(listOf([], null)).toBe(null);
  expect(listOf([[1], [2]], null)).toEqual([1, 2]);
  expect(listOf([[1, 2]], ['__proto__', 'b'])).toEqual([
    Object.defineProperty(Object.assign(Object.create(null), { b: 2 }), '__proto__', {
      value: 1,
      enumerable: true,
      writable: true,
      configurable: true,
    }),
  ]);
});

test('in', () => {
  expect(inRows(null, [])).toBe(false);
  expect(inRows(null, [[1]])).toBe(null);
  expect(inRows(2, [[1], [null]])).toBe(null);
  expect(inRows(1, [[1], [null]])).toBe(true);
});

test('any and all', () => {
  expect(quantifiedRows('>', 'all', null, [])).toBe(true);
  expect(quantifiedRows('>', 'any', null, [])).toBe(false);
  expect(quantifiedRows('>', 'any', 1, [[5], [null]])).toBe(false);
  expect(quantifiedRows('>', 'any', 1, [[null]])).toBe(null);
  expect(quantifiedRows('<=', 'all', 5, [[5], [null]])).toBe(null);
  expect(quantifiedRows('<=', 'all', 6, [[null], [5]])).toBe(false);
  expect(quantifiedRows('!=', 'all', 6, [[5], [null]])).toBe(null);
  expect(quantifiedRows('=', 'any', 5, [[5], [null]])).toBe(true);
});
