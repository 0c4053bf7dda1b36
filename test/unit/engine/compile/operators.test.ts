import { describe, expect, test } from 'vitest';
import { BOOLEAN, DOUBLE, FLOAT, INT, LONG, STRING } from '../../../../src/model/value.ts';
import { compileEventPredicate, compilePredicate } from '../../../../src/engine/compile/compile.ts';
import { arith, AST, compare, evaluate, lit, logical, makeContext, makeEvent, not, prop } from './nodes.ts';

const bool = (name: string) => prop(name, BOOLEAN);

describe('three-valued logic', () => {
  const values = [true, false, null];
  test('and, or, not follow the truth tables, as values and as conditions', () => {
    for (const a of values) {
      for (const b of values) {
        const and = a === false || b === false ? false : a === null || b === null ? null : true;
        const or = a === true || b === true ? true : a === null || b === null ? null : false;
        const both = logical('and', bool('a'), bool('b'));
        const any = logical('or', bool('a'), bool('b'));
        expect(evaluate(both, { a, b })).toBe(and);
        expect(evaluate(any, { a, b })).toBe(or);
        const event = makeEvent({ a, b });
        for (const e of [both, any, not(both), not(any), logical('and', not(any), both), not(not(any))]) {
          expect(compilePredicate([e])([event], makeContext())).toBe(evaluate(e, event) === true);
          expect(compileEventPredicate([e])(event, makeContext())).toBe(evaluate(e, event) === true);
        }
      }
    }
  });

  test('comparisons with null are null, is and is not never', () => {
    const p = prop('p', INT);
    const q = prop('q', INT);
    for (const op of ['=', '!=', '<', '<=', '>', '>='] as const)
      expect(evaluate(compare(op, p, q), { p: null, q: 1 })).toBe(null);
    expect(evaluate(compare('is', p, q), { p: null, q: 1 })).toBe(false);
    expect(evaluate(compare('is not', p, q), { p: null, q: 1 })).toBe(true);
    expect(evaluate(compare('is', p, q), { p: null, q: null })).toBe(true);
    expect(evaluate(compare('is', p, lit(null)), { p: null })).toBe(true);
    for (const [a, b] of [
      [null, 1],
      [1, null],
      [null, null],
      [1, 2],
      [2, 2],
    ] as const) {
      for (const op of ['=', '!=', '<', '>='] as const) {
        for (const e of [
          compare(op, p, q),
          not(compare(op, p, q)),
          compare(op, p, lit(2)),
          not(compare(op, p, lit(2))),
        ]) {
          const event = makeEvent({ p: a, q: b });
          expect(compilePredicate([e])([event], makeContext())).toBe(evaluate(e, event) === true);
        }
      }
    }
  });

  test('no conjunct is always true', () => {
    expect(compilePredicate([])([], makeContext())).toBe(true);
  });

  test('an outer join pads with null', () => {
    expect(evaluate(prop('x', INT, 1), { x: 1 }, null)).toBe(null);
  });
});

describe('arithmetic', () => {
  const p = prop('p', INT);
  const q = prop('q', INT);
  test('int wraps at 32 bits', () => {
    expect(evaluate(arith('+', p, lit(1), INT), { p: 2_147_483_647 })).toBe(-2_147_483_648);
    expect(evaluate(arith('*', p, p, INT), { p: 65_537 })).toBe(131_073);
    expect(evaluate({ kind: 'negate', operand: p, type: INT, nullable: true, ast: AST }, { p: -2_147_483_648 })).toBe(
      -2_147_483_648,
    );
  });
  test('division is double, by zero infinite', () => {
    expect(evaluate(arith('/', p, q, DOUBLE), { p: 7, q: 2 })).toBe(3.5);
    expect(evaluate(arith('/', p, q, DOUBLE), { p: -7, q: 0 })).toBe(-Infinity);
    expect(evaluate(arith('/', p, q, DOUBLE), { p: 0, q: 0 })).toBe(Number.NaN);
  });
  test('remainder has the sign of the dividend and integers have no -0', () => {
    expect(evaluate(arith('%', p, lit(3), INT), { p: -7 })).toBe(-1);
    expect(evaluate(arith('%', p, lit(3), INT), { p: -6 })).toBe(0);
    expect(evaluate(arith('*', prop('b', LONG), lit(-5), LONG), { b: 0 })).toBe(0);
  });
  test('float rounds to 32-bit floats; long keeps integers to 2^53', () => {
    expect(evaluate(arith('+', prop('f', FLOAT), lit(1.1, FLOAT), FLOAT), { f: 0 })).toBe(Math.fround(1.1));
    expect(evaluate(arith('+', prop('b', LONG), lit(1), LONG), { b: 9_007_199_254_740_990 })).toBe(
      9_007_199_254_740_991,
    );
  });
  test('null in, null out', () => {
    expect(evaluate(arith('+', p, q, INT), { p: null, q: 1 })).toBe(null);
    expect(evaluate(arith('-', p, q, INT), { p: 1, q: null })).toBe(null);
  });
  test('bit operations: longs beyond 32 bits, booleans', () => {
    const bits = (op: '&' | '|' | '^', a: number, b: number) =>
      evaluate(
        { kind: 'bitwise', op, left: prop('a', LONG), right: prop('b', LONG), type: LONG, nullable: true, ast: AST },
        { a, b },
      );
    expect(bits('&', 9_007_199_254_740_991, 6)).toBe(6);
    expect(bits('|', 2 ** 40, 1)).toBe(2 ** 40 + 1);
    const flag = (op: '&' | '|' | '^', a: boolean | null, b: boolean | null) =>
      evaluate(
        { kind: 'bitwise', op, left: bool('a'), right: bool('b'), type: BOOLEAN, nullable: true, ast: AST },
        { a, b },
      );
    expect([flag('&', true, false), flag('|', true, false), flag('^', true, true), flag('&', false, null)]).toEqual([
      false,
      true,
      false,
      null,
    ]);
  });
});

describe('membership and ranges', () => {
  const p = prop('p', INT);
  const between = (not: boolean, low: number | null, high: number | null, lowInclusive = true, highInclusive = true) =>
    ({
      kind: 'between',
      not,
      value: p,
      low: lit(low),
      high: lit(high),
      lowInclusive,
      highInclusive,
      type: BOOLEAN,
      nullable: false,
      ast: AST,
    }) as const;
  test('between: reversed bounds, two-valued', () => {
    expect([2, 3, 5, 6].map((x) => evaluate(between(false, 5, 2), { p: x }))).toEqual([true, true, true, false]);
    expect([2, 3, 5, 6].map((x) => evaluate(between(true, 2, 5), { p: x }))).toEqual([false, false, false, true]);
    expect(evaluate(between(false, null, 5), { p: 3 })).toBe(false);
    expect(evaluate(between(true, null, 5), { p: 3 })).toBe(false);
    expect(evaluate(between(true, 2, 5), { p: null })).toBe(false);
    expect([2, 5].map((x) => evaluate(between(false, 2, 5, true, false), { p: x }))).toEqual([true, false]);
  });
  test('in: three-valued, null array counts as none', () => {
    const within = (not: boolean, list: readonly (number | null)[]) =>
      ({ kind: 'in', not, value: p, list: list.map((x) => lit(x)), type: BOOLEAN, nullable: true, ast: AST }) as const;
    expect(evaluate(within(false, [1, 2]), { p: 2 })).toBe(true);
    expect(evaluate(within(false, [1, 2]), { p: null })).toBe(null);
    expect(evaluate(within(false, [1, null]), { p: 2 })).toBe(null);
    expect(evaluate(within(true, [1, null]), { p: 1 })).toBe(false);
    expect(evaluate(within(true, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), { p: 11 })).toBe(true);
    const ports = prop('ports', { kind: 'array', of: INT });
    const inPorts = {
      kind: 'in',
      not: true,
      value: p,
      list: [ports],
      type: BOOLEAN,
      nullable: true,
      ast: AST,
    } as const;
    expect(evaluate(inPorts, { p: 1, ports: null })).toBe(true);
    expect(evaluate(inPorts, { p: 1, ports: [1, 2] })).toBe(false);
  });
});

describe('text', () => {
  const t = prop('t', STRING);
  const like = (pattern: string, escape: string | null = null, value = t) =>
    ({
      kind: 'like',
      not: false,
      value,
      pattern: lit(pattern),
      escape: escape === null ? null : lit(escape),
      type: BOOLEAN,
      nullable: true,
      ast: AST,
    }) as const;
  test('like matches the whole text', () => {
    expect(evaluate(like('%disk%'), { t: 'a\ndisk\nb' })).toBe(true);
    expect(evaluate(like('disk_'), { t: 'disk' })).toBe(false);
    expect(evaluate(like('100!%', '!'), { t: '100%' })).toBe(true);
    expect(evaluate(like('100!%', '!'), { t: '100x' })).toBe(false);
    expect(evaluate(like(''), { t: '' })).toBe(true);
    expect(evaluate(like('a%b%c'), { t: 'aXbYbc' })).toBe(true);
    expect(evaluate(like('1.0', null, prop('t', DOUBLE)), { t: 1 })).toBe(true);
  });
  test('a hostile like pattern is linear enough', () => {
    expect(evaluate(like(`${'%a'.repeat(30)}%b`), { t: 'a'.repeat(20_000) })).toBe(false);
  });
  test('regexp matches the whole text and refuses back-references', () => {
    const regexp = (pattern: string) =>
      ({
        kind: 'regexp',
        not: false,
        value: t,
        pattern: lit(pattern),
        type: BOOLEAN,
        nullable: true,
        ast: AST,
      }) as const;
    expect(evaluate(regexp('disk'), { t: 'my disk' })).toBe(false);
    expect(evaluate(regexp('.*[0-3]{2}.*'), { t: 'x12y' })).toBe(true);
    expect(evaluate(regexp('(a+)+b'), { t: 'a'.repeat(2000) })).toBe(false);
    expect(() => evaluate(regexp('(a)\\1'), { t: 'aa' })).toThrow(expect.objectContaining({ code: 'WRONG_ARGUMENTS' }));
  });
});
