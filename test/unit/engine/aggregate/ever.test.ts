import { expect, test } from 'vitest';
import { BOOLEAN, DOUBLE, INT } from '../../../../src/model/value.ts';
import type { Value } from '../../../../src/model/value.ts';
import type { AggregateSpec } from '../../../../src/model/checked.ts';
import { accumulatorFor } from '../../../../src/engine/aggregate/accumulator-for.ts';
import { aggregateSpec, AST, lit, makeContext, makeEvent, prop } from '../compile/nodes.ts';

const x = prop('x', INT);

/** Values after each row of a sliding window of `size` rows. */
function slide(spec: AggregateSpec, values: readonly Value[], size: number): Value[] {
  const accumulator = accumulatorFor(spec)();
  const rows = values.map((value, i) => [makeEvent({ x: value, ok: i % 2 === 0 })]);
  return rows.map((row, i) => {
    accumulator.enter(row, makeContext());
    const gone = rows[i - size];
    if (gone !== undefined) accumulator.leave(gone, makeContext());
    return accumulator.value();
  });
}

test('ever forms keep what was; nulls do not count (conformance agg-ever-01)', () => {
  const values = [null, 5, 9, 1, null, 3];
  const ever = (name: string, more: Partial<AggregateSpec> = {}) => slide(aggregateSpec(name, [x], more), values, 2);
  expect(ever('maxever')).toEqual([null, 5, 9, 9, 9, 9]);
  expect(ever('minever')).toEqual([null, 5, 5, 1, 1, 1]);
  expect(ever('firstever')).toEqual([null, 5, 5, 5, 5, 5]);
  expect(ever('lastever')).toEqual([null, 5, 9, 1, 1, 3]);
  expect(ever('countever')).toEqual([0, 1, 2, 3, 3, 4]);
  expect(slide(aggregateSpec('countever', [], { filter: prop('ok', BOOLEAN) }), values, 2)).toEqual([1, 1, 2, 2, 3, 3]);
});

test('without leaving rows, max keeps one value and last the newest, be it null', () => {
  const unwindowed = (name: string) => {
    const accumulator = accumulatorFor(aggregateSpec(name, [x]), { leaves: false })();
    return [3, 7, null].map((value) => {
      accumulator.enter([makeEvent({ x: value })], makeContext());
      return accumulator.value();
    });
  };
  expect(unwindowed('max')).toEqual([3, 7, 7]);
  expect(unwindowed('last')).toEqual([3, 7, null]);
  expect(unwindowed('first')).toEqual([3, 3, 3]);
});

test('rate by period (conformance agg-rate-01)', () => {
  const rate = (spec: AggregateSpec) => {
    const accumulator = accumulatorFor(spec)();
    return [500, 1000, 1500, 2500, 6000, 9000].map((nowMs) => {
      accumulator.enter([makeEvent({})], makeContext({ nowMs }));
      return accumulator.value();
    });
  };
  const period = {
    kind: 'period',
    parts: [{ unit: 'second', amount: lit(4) }],
    type: { kind: 'period' },
    nullable: false,
    ast: AST,
  } as const;
  expect(rate(aggregateSpec('rate', [period]))).toEqual([null, null, null, null, 0.5, 0.5]);
  expect(rate(aggregateSpec('rate', [lit(5)]))).toEqual([null, null, null, null, 0.6, 0.4]);
});

test('stddev sees small deviations of large values', () => {
  const spec = aggregateSpec('stddev', [prop('x', DOUBLE)]);
  expect(slide(spec, [1e9, 1e9 + 1, 1e9 + 2], 3).at(-1)).toBe(1);
  expect(slide(spec, [1e12, 1e9, 1e9 + 1, 1e9 + 2], 3).at(-1)).toBe(1);
});

test('an unknown aggregation is refused with its place', () => {
  expect(() => accumulatorFor(aggregateSpec('frobnicate', [x]))).toThrow(
    expect.objectContaining({ code: 'NOT_SUPPORTED', position: AST.position }),
  );
});
