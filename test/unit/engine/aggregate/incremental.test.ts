/** Incremental = naive: after any sequence of enter and leave the value is that of the rows that are in. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../../src/model/event.ts';
import type { AggregateSpec } from '../../../../src/model/checked.ts';
import { BOOLEAN, DOUBLE, INT, LONG } from '../../../../src/model/value.ts';
import type { Value } from '../../../../src/model/value.ts';
import { accumulatorFor } from '../../../../src/engine/aggregate/accumulator-for.ts';
import { compareValues } from '../../../../src/engine/functions/values.ts';
import { aggregateSpec, lit, makeContext, makeEvent, prop } from '../compile/nodes.ts';

const cx = makeContext();
const STEP = fc.record({
  leave: fc.boolean(),
  which: fc.nat(),
  x: fc.oneof(fc.constant(null), fc.integer({ min: -20, max: 20 })),
  ok: fc.boolean(),
});
/** Measurements: what a pair of doubles holds exactly. */
const DOUBLES = fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1000);

/** Plays random comings and goings; `check` sees the rows that are in, oldest first, after each. */
function play(
  spec: AggregateSpec,
  steps: readonly { leave: boolean; which: number; x: Value; ok: boolean }[],
  check: (rows: readonly Event[], value: Value) => void,
): void {
  const make = accumulatorFor(spec);
  let accumulator = make();
  const rows: Event[] = [];
  for (const step of steps) {
    if (step.leave && rows.length > 0) {
      const [gone] = rows.splice(step.which % rows.length, 1);
      if (gone !== undefined) accumulator.leave([gone], cx);
    } else {
      const event = makeEvent({ x: step.x, ok: step.ok });
      rows.push(event);
      accumulator.enter([event], cx);
    }
    const copy = make();
    copy.restore(structuredClonePlain(accumulator.snapshot()));
    check(rows, accumulator.value());
    expect(copy.value()).toEqual(accumulator.value());
    if (step.which % 5 === 0) accumulator = copy;
  }
}

/** Events stay themselves; everything else is copied, so that a snapshot that shares state is seen. */
function structuredClonePlain(state: unknown): unknown {
  if (Array.isArray(state)) return state.map(structuredClonePlain);
  return state;
}

const xs = (rows: readonly Event[]): number[] => rows.map((r) => r['$x'] ?? null).filter((x) => typeof x === 'number');
const passing = (rows: readonly Event[]): Event[] => rows.filter((r) => r['$ok'] === true);
const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

const NAIVE: readonly (readonly [string, (list: readonly number[]) => Value])[] = [
  ['sum', (list) => (list.length === 0 ? null : total(list))],
  ['avg', (list) => (list.length === 0 ? null : total(list) / list.length)],
  ['count', (list) => list.length],
  ['min', (list) => (list.length === 0 ? null : Math.min(...list))],
  ['max', (list) => (list.length === 0 ? null : Math.max(...list))],
  ['median', median],
];

function median(list: readonly number[]): Value {
  const sorted = list.toSorted((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return null;
  return n % 2 === 1 ? (sorted[n >> 1] ?? 0) : ((sorted[n / 2 - 1] ?? 0) + (sorted[n / 2] ?? 0)) / 2;
}

describe('incremental = naive', () => {
  const close = (value: Value, expected: number | null) =>
    expected === null ? expect(value).toBe(null) : expect(value).toBeCloseTo(expected, 9);

  test('stddev', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 120 }), (steps) => {
        play(aggregateSpec('stddev', [prop('x', INT)]), steps, (rows, value) => {
          const list = xs(rows);
          const mean = total(list) / list.length;
          const squares = total(list.map((x) => (x - mean) ** 2));
          close(value, list.length < 2 ? null : Math.sqrt(squares / (list.length - 1)));
        });
      }),
    );
  });

  test('avedev', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 80 }), (steps) => {
        play(aggregateSpec('avedev', [prop('x', INT)]), steps, (rows, value) => {
          const list = xs(rows);
          const mean = total(list) / list.length;
          close(value, list.length === 0 ? null : total(list.map((x) => Math.abs(x - mean))) / list.length);
        });
      }),
    );
  });

  test('first, last, nth, window', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 120 }), fc.nat({ max: 3 }), (steps, n) => {
        const x = prop('x', INT);
        const all = (rows: readonly Event[]) => rows.map((r) => r['$x'] ?? null);
        play(aggregateSpec('first', [x, lit(n)]), steps, (rows, value) => expect(value).toBe(all(rows)[n] ?? null));
        play(aggregateSpec('last', [x, lit(n)]), steps, (rows, value) =>
          expect(value).toBe(all(rows).at(-1 - n) ?? null),
        );
        play(aggregateSpec('nth', [x, lit(n)]), steps, (rows, value) =>
          expect(value).toBe(xs(rows).at(-1 - n) ?? null),
        );
        play(aggregateSpec('window', []), steps, (rows, value) =>
          expect(value).toEqual(rows.length === 0 ? null : rows),
        );
      }),
    );
  });

  test('sorted, maxby, minby: ties go to the earliest', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 120 }), (steps) => {
        const x = prop('x', INT);
        const sorted = (rows: readonly Event[]) =>
          rows.toSorted((a, b) => compareValues(a['$x'] ?? null, b['$x'] ?? null));
        play(aggregateSpec('sorted', [x]), steps, (rows, value) =>
          expect(value).toEqual(rows.length === 0 ? null : sorted(rows)),
        );
        play(aggregateSpec('minby', [x]), steps, (rows, value) => expect(value).toBe(sorted(rows)[0] ?? null));
        play(aggregateSpec('maxby', [x]), steps, (rows, value) => {
          const top = sorted(rows).at(-1)?.['$x'];
          expect(value).toBe(rows.find((r) => r['$x'] === top) ?? null);
        });
      }),
    );
  });

  test('rows of a join bring an event several times; it counts once', () => {
    const accumulator = accumulatorFor(aggregateSpec('window', []))();
    const [a, b] = [makeEvent({ x: 1 }), makeEvent({ x: 2 })];
    for (const row of [
      [a, b],
      [a, a],
      [b, a],
    ])
      accumulator.enter(row, cx);
    expect(accumulator.value()).toEqual([a, b]);
    accumulator.leave([a, b], cx);
    expect(accumulator.value()).toEqual([a, b]);
    accumulator.leave([a, a], cx);
    expect(accumulator.value()).toEqual([b]);
  });

  for (const [name, naive] of NAIVE) {
    test(name, () => {
      fc.assert(
        fc.property(fc.array(STEP, { maxLength: 120 }), (steps) => {
          play(aggregateSpec(name, [prop('x', INT)]), steps, (rows, value) => expect(value).toEqual(naive(xs(rows))));
        }),
      );
    });
    test(`${name} distinct with filter`, () => {
      fc.assert(
        fc.property(fc.array(STEP, { maxLength: 80 }), (steps) => {
          const spec = aggregateSpec(name, [prop('x', INT)], { distinct: true, filter: prop('ok', BOOLEAN) });
          play(spec, steps, (rows, value) => expect(value).toEqual(naive([...new Set(xs(passing(rows)))])));
        }),
      );
    });
  }
  test('min and max of a sliding window, then of leavings in any order', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 200 }), fc.nat({ max: 60 }), (steps, orderly) => {
        const sliding = steps.map((step, n) => ({ ...step, leave: n % 3 === 2, which: n < orderly ? 0 : step.which }));
        play(aggregateSpec('max', [prop('x', INT)]), sliding, (rows, value) => {
          expect(value).toBe(xs(rows).length === 0 ? null : Math.max(...xs(rows)));
        });
        play(aggregateSpec('min', [prop('x', INT)]), sliding, (rows, value) => {
          expect(value).toBe(xs(rows).length === 0 ? null : Math.min(...xs(rows)));
        });
      }),
    );
  });
  test('count(*) counts rows', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 60 }), (steps) => {
        play(aggregateSpec('count', []), steps, (rows, value) => expect(value).toBe(rows.length));
      }),
    );
  });
});

describe('compensated sums', () => {
  const entering = (values: readonly number[]) => {
    const accumulator = accumulatorFor(aggregateSpec('sum', [prop('x', DOUBLE)]))();
    for (const x of values) accumulator.enter([makeEvent({ x })], cx);
    return accumulator;
  };

  test('the value depends on what is in, not on the order of coming and going', () => {
    fc.assert(
      fc.property(
        fc.array(DOUBLES, { minLength: 1, maxLength: 40 }),
        fc.array(DOUBLES, { maxLength: 40 }),
        (stay, go) => {
          const direct = entering(stay);
          const detour = entering([...go, ...stay.toReversed()]);
          for (const x of go) detour.leave([makeEvent({ x })], cx);
          expect(detour.value()).toBe(direct.value());
        },
      ),
    );
  });

  test('an infinity or NaN leaves no trace', () => {
    for (const x of [Infinity, -Infinity, Number.NaN]) {
      const accumulator = entering([1, x, 2]);
      expect(accumulator.value()).toBe(x);
      accumulator.leave([makeEvent({ x })], cx);
      expect(accumulator.value()).toBe(3);
    }
    expect(entering([Infinity, -Infinity]).value()).toBe(Number.NaN);
  });

  test('sum of int wraps, of long does not', () => {
    const sum = (type: typeof INT) => {
      const accumulator = accumulatorFor(aggregateSpec('sum', [prop('x', type)]))();
      for (let i = 0; i < 2; i++) accumulator.enter([makeEvent({ x: 2_147_483_647 })], cx);
      return accumulator.value();
    };
    expect(sum(INT)).toBe(-2);
    expect(sum(LONG)).toBe(4_294_967_294);
  });
});
