/** The fused group is the accumulators one by one, whatever comes and goes. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BOOLEAN, DOUBLE, FLOAT, INT, LONG } from '../../../../src/model/value.ts';
import type { Value } from '../../../../src/model/value.ts';
import type { Event } from '../../../../src/model/event.ts';
import { accumulatorFor } from '../../../../src/engine/aggregate/accumulator-for.ts';
import { compileGroupState } from '../../../../src/engine/compile/fused.ts';
import { aggregateSpec, makeContext, makeEvent, prop } from './nodes.ts';

const cx = makeContext();
const i = prop('i', INT);
const d = prop('d', DOUBLE);
const ok = prop('ok', BOOLEAN);
const SPECS = [
  aggregateSpec('avg', [d]),
  aggregateSpec('sum', [d]),
  aggregateSpec('count', [d]),
  aggregateSpec('max', [d]),
  aggregateSpec('sum', [i]),
  aggregateSpec('avg', [i]),
  aggregateSpec('sum', [prop('i', LONG)]),
  aggregateSpec('sum', [prop('d', FLOAT)], { filter: ok }),
  aggregateSpec('count', [], { filter: ok }),
  aggregateSpec('count', []),
  aggregateSpec('count', [i], { distinct: true }),
];

const EVENT = fc.record({
  i: fc.option(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(2_147_483_647))),
  d: fc.option(
    fc.oneof(
      fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 100),
      fc.constantFrom(Infinity, -Infinity, Number.NaN),
    ),
  ),
  ok: fc.option(fc.boolean()),
});

for (const oneStream of [true, false]) {
  test(`equal to single accumulators (${oneStream ? 'one stream' : 'rows'})`, () => {
    const make = compileGroupState(SPECS, { oneStream });
    fc.assert(
      fc.property(fc.array(fc.tuple(EVENT, fc.nat()), { maxLength: 80 }), (steps) => {
        let group = make();
        const single = SPECS.map((spec) => accumulatorFor(spec)());
        const rows: Event[] = [];
        for (const [properties, which] of steps) {
          if (which % 3 === 0 && rows.length > 0) {
            const [gone] = rows.splice(which % rows.length, 1);
            if (gone === undefined) continue;
            group.leave([gone], cx);
            for (const accumulator of single) accumulator.leave([gone], cx);
          } else {
            const event = makeEvent(properties);
            rows.push(event);
            group.enter([event], cx);
            for (const accumulator of single) accumulator.enter([event], cx);
          }
          const values: Value[] = [];
          group.read(values);
          expect(values).toEqual(single.map((accumulator) => accumulator.value()));
          const copy = make();
          copy.restore(group.snapshot());
          group = copy;
        }
        group.clear();
        const values: Value[] = [];
        group.read(values);
        expect(values).toEqual(SPECS.map((spec) => accumulatorFor(spec)().value()));
      }),
    );
  });
}

test('aggregations left out keep their places', () => {
  const group = compileGroupState(SPECS, { oneStream: true }, (index) => index !== 9)();
  group.enter([makeEvent({ i: 1, d: 1, ok: true })], cx);
  const values: Value[] = ['untouched'];
  group.read(values);
  expect(values[0]).toBe('untouched');
  expect(values[9]).toBe(1);
});
