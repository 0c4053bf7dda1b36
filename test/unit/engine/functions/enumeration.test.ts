/** Expected values are Esper's: conformance/expressions enum-*. Methods run through the compiler, lambdas included. */
import { describe, expect, test } from 'vitest';
import type { CheckedExpression } from '../../../../src/model/checked.ts';
import { BOOLEAN, DOUBLE, INT, STRING } from '../../../../src/model/value.ts';
import type { Value, ValueType } from '../../../../src/model/value.ts';
import { arith, AST, compare, evaluate, lit, makeEvent, prop } from '../compile/nodes.ts';

const INTS: ValueType = { kind: 'array', of: INT };
const SLOT: ValueType = { kind: 'event', typeName: 'Slot' };
const ports = prop('ports', INTS);
const slots = prop('slots', { kind: 'array', of: SLOT });
const x: CheckedExpression = { kind: 'lambdaParameter', name: 'x', type: INT, nullable: true, ast: AST };
const i: CheckedExpression = { kind: 'lambdaParameter', name: 'i', type: INT, nullable: false, ast: AST };
const size: CheckedExpression = { kind: 'lambdaParameter', name: 'size', type: INT, nullable: false, ast: AST };
const s: CheckedExpression = { kind: 'lambdaParameter', name: 's', type: SLOT, nullable: true, ast: AST };

function of(member: string, type: ValueType): CheckedExpression {
  return {
    kind: 'access',
    target: s,
    path: [{ kind: 'name', name: member, dynamic: false }],
    type,
    nullable: true,
    ast: AST,
  };
}

function lambda(body: CheckedExpression, ...parameters: readonly string[]): CheckedExpression {
  return { kind: 'lambda', parameters, body, type: body.type, nullable: true, ast: AST };
}

function method(
  target: CheckedExpression,
  name: string,
  args: readonly CheckedExpression[] = [],
  type: ValueType = INTS,
): CheckedExpression {
  return { kind: 'method', target, name, args, type, nullable: true, ast: AST };
}

const rack = (list: Value) => makeEvent({ ports: list });
const run = (e: CheckedExpression, list: Value): Value => evaluate(e, rack(list));
const over = (n: number) => lambda(compare('>', x, lit(n)), 'x');

const SLOTS = [
  makeEvent({ id: 'n', watts: null, ok: null }),
  makeEvent({ id: 'x', watts: 50, ok: true }),
  makeEvent({ id: 'y', watts: 5, ok: true }),
];
const runSlots = (e: CheckedExpression): Value => evaluate(e, makeEvent({ slots: SLOTS }));

describe('picking and testing', () => {
  test('a predicate that gives null lets pass, but is no witness', () => {
    const hot = lambda(compare('>', of('watts', INT), lit(10)), 's');
    const ids = method(method(slots, 'where', [hot]), 'selectFrom', [lambda(of('id', STRING), 's')]);
    expect(runSlots(ids)).toEqual(['n', 'x']);
    expect(runSlots(method(slots, 'countOf', [hot]))).toBe(2);
    expect(runSlots(method(slots, 'firstOf', [lambda(of('ok', BOOLEAN), 's')]))).toBe(SLOTS[0]);
    expect(runSlots(method(slots, 'anyOf', [hot]))).toBe(true);
    expect(runSlots(method(slots, 'allOf', [hot]))).toBe(false);
    expect(runSlots(method(slots, 'sumOf', [lambda(of('watts', INT), 's')], INT))).toBe(55);
    expect(runSlots(method(slots, 'average', [lambda(of('watts', INT), 's')], DOUBLE))).toBe(27.5);
    expect(runSlots(method(slots, 'minBy', [lambda(of('watts', INT), 's')]))).toBe(SLOTS[2]);
  });

  test('null source gives null, empty source its neutral', () => {
    for (const name of ['where', 'anyOf', 'allOf', 'countOf', 'firstOf', 'selectFrom', 'takeWhile']) {
      expect(run(method(ports, name, [over(1)]), null)).toBe(null);
    }
    const empty = (name: string) =>
      run(method(ports, name, name.endsWith('Of') && name.length === 5 ? [over(1)] : []), []);
    expect(empty('countOf')).toBe(0);
    expect(empty('allOf')).toBe(true);
    expect(empty('anyOf')).toBe(false);
    for (const name of ['sumOf', 'average', 'min', 'max', 'firstOf', 'mostFrequent']) expect(empty(name)).toBe(null);
  });

  test('index and size', () => {
    const last = lambda(compare('=', i, arith('-', size, lit(1), INT)), 'x', 'i', 'size');
    expect(run(method(ports, 'where', [last]), [80, 443, 22])).toEqual([22]);
    const scaled = lambda(arith('+', arith('*', x, lit(10), INT), i, INT), 'x', 'i');
    expect(run(method(ports, 'selectFrom', [scaled]), [80, 443, 22])).toEqual([800, 4431, 222]);
  });

  test('take', () => {
    const list = [22, 22, 80, 443, 22];
    expect(run(method(ports, 'take', [lit(2)]), list)).toEqual([22, 22]);
    expect(run(method(ports, 'take', [lit(99)]), list)).toEqual(list);
    expect(run(method(ports, 'takeLast', [lit(2)]), list)).toEqual([443, 22]);
    expect(run(method(ports, 'takeLast', [lit(0)]), list)).toEqual([]);
    expect(run(method(ports, 'takeWhile', [over(50)]), [80, 443, 22])).toEqual([80, 443]);
    expect(run(method(ports, 'takeWhileLast', [lambda(compare('<', x, lit(100)), 'x')]), list)).toEqual([22]);
  });
});

describe('orders, sets, folds', () => {
  const list = [22, 22, 80, 443, 22];
  test('order', () => {
    expect(run(method(ports, 'orderByDesc'), list)).toEqual([443, 80, 22, 22, 22]);
    expect(run(method(ports, 'orderBy', [lambda(arith('%', x, lit(10), INT), 'x')]), list)).toEqual([
      80, 22, 22, 22, 443,
    ]);
    expect(run(method(ports, 'reverse'), list)).toEqual([22, 443, 80, 22, 22]);
    expect(run(method(ports, 'distinctOf'), list)).toEqual([22, 80, 443]);
  });
  test('sets', () => {
    const other = (...items: number[]): CheckedExpression => ({
      kind: 'array',
      items: items.map((n) => lit(n)),
      type: INTS,
      nullable: false,
      ast: AST,
    });
    expect(run(method(ports, 'union', [other(22, 1)]), [80, 22])).toEqual([80, 22, 22, 1]);
    expect(run(method(ports, 'except', [other(22)]), list)).toEqual([80, 443]);
    expect(run(method(ports, 'intersect', [other(22, 5)]), list)).toEqual([22, 22, 22]);
    expect(run(method(ports, 'sequenceEqual', [other(80, 22)]), [80, 22])).toBe(true);
  });
  test('folds', () => {
    const sum: CheckedExpression = {
      kind: 'lambda',
      parameters: ['r', 'x'],
      body: arith('+', { ...x, name: 'r' }, x, INT),
      type: INT,
      nullable: true,
      ast: AST,
    };
    expect(run(method(ports, 'aggregate', [lit(0), sum], INT), list)).toBe(589);
    expect(run(method(ports, 'mostFrequent'), list)).toBe(22);
    expect(run(method(ports, 'leastFrequent'), list)).toBe(80);
    expect(
      run(
        method(ports, 'max', [lambda({ kind: 'negate', operand: x, type: INT, nullable: true, ast: AST }, 'x')]),
        list,
      ),
    ).toBe(-22);
    expect(run(method(ports, 'groupBy', [lambda(arith('%', x, lit(2), INT), 'x')]), list)).toEqual({
      0: [22, 22, 80, 22],
      1: [443],
    });
    const map = method(slots, 'toMap', [lambda(of('id', STRING), 's'), lambda(of('watts', INT), 's')], { kind: 'map' });
    expect(runSlots(map)).toEqual({ n: null, x: 50, y: 5 });
  });
  test('a lambda within a lambda sees the outer parameter', () => {
    const inner = lambda(compare('=', { ...x, name: 'y' }, x), 'y');
    const twice = lambda(compare('>', method(ports, 'countOf', [inner], INT), lit(1)), 'x');
    expect(run(method(method(ports, 'where', [twice]), 'distinctOf'), list)).toEqual([22]);
  });
});
