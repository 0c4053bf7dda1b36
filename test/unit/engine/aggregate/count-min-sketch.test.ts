import { expect, test } from 'vitest';
import { CountMinSketch, MAX_EXACT_VALUES, SketchBudget } from '../../../../src/engine/aggregate/count-min-sketch.ts';
import { randomOf } from '../../../support/epl-run.ts';

const SHAPE = { width: 200, depth: 5, seed: 7, topk: 3 };

/** Adds `many` texts of `kinds`, low numbers far more often; the true counts. */
function fill(sketch: CountMinSketch, kinds: number, many: number, seed: number): ReadonlyMap<string, number> {
  const random = randomOf(seed);
  const truth = new Map<string, number>();
  for (let i = 0; i < many; i++) {
    const text = `v${Math.floor(kinds * random() ** 4)}`;
    sketch.add(text);
    truth.set(text, (truth.get(text) ?? 0) + 1);
  }
  return truth;
}

test('few different values are counted exactly', () => {
  const sketch = new CountMinSketch(SHAPE);
  const truth = fill(sketch, MAX_EXACT_VALUES, 5000, 1);
  for (const [text, count] of truth) expect(sketch.frequency(text)).toBe(count);
  expect(sketch.frequency('never')).toBe(0);
  expect(sketch.total).toBe(5000);
});

test.each([1, 2, 3, 4, 5, 6])('seed %i: never below the truth, seldom above by more than the share of all', (seed) => {
  const sketch = new CountMinSketch({ ...SHAPE, seed });
  const total = 20_000;
  const truth = fill(sketch, 2000, total, seed);
  expect(truth.size).toBeGreaterThan(MAX_EXACT_VALUES);
  let over = 0;
  for (const [text, count] of truth) {
    const estimate = sketch.frequency(text);
    expect(estimate).toBeGreaterThanOrEqual(count);
    if (estimate > count + (2 / SHAPE.width) * total) over++;
  }
  expect(over / truth.size).toBeLessThan(2 ** -SHAPE.depth);
});

test('the most frequent values of a skewed input, most frequent first', () => {
  const sketch = new CountMinSketch({ width: 20_000, depth: 7, seed: 1, topk: 5 });
  const truth = fill(sketch, 3000, 30_000, 11);
  const expected = [...truth].toSorted((a, b) => b[1] - a[1]).slice(0, 5);
  expect(sketch.top().map(({ value, frequency }) => [value, frequency])).toEqual(expected);
});

test('a value that becomes frequent late displaces the least of the most frequent', () => {
  const sketch = new CountMinSketch({ width: 20_000, depth: 7, seed: 1, topk: 2 });
  for (let i = 0; i <= MAX_EXACT_VALUES; i++) sketch.add(`once ${i}`);
  for (let i = 0; i < 5; i++) sketch.add('b');
  for (let i = 0; i < 9; i++) sketch.add('c');
  sketch.add('late');
  expect(sketch.top()).toEqual([
    { value: 'c', frequency: 9 },
    { value: 'b', frequency: 5 },
  ]);
  for (let i = 0; i < 6; i++) sketch.add('late');
  expect(sketch.top().map((f) => f.value)).toEqual(['c', 'late']);
});

test('the same seed gives the same estimates, another one others', () => {
  const [a, b, c] = [7, 7, 8].map((seed) => {
    const sketch = new CountMinSketch({ ...SHAPE, width: 20, seed });
    const truth = fill(sketch, 2000, 20_000, 3);
    return [...truth.keys()].map((text) => sketch.frequency(text));
  });
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
});

test('a bound on the counters of several sketches; what is cleared or released is given back', () => {
  const budget = new SketchBudget(2 * SHAPE.width * SHAPE.depth);
  const [a, b, c] = [1, 2, 3].map(() => new CountMinSketch(SHAPE, budget));
  for (let i = 0; i <= MAX_EXACT_VALUES; i++) {
    a?.add(`v${i}`);
    b?.add(`v${i}`);
    if (i < MAX_EXACT_VALUES) c?.add(`v${i}`);
  }
  expect(() => c?.add('one more')).toThrow(/sketches of one column/);
  expect([c?.total, c?.frequency('one more')]).toEqual([MAX_EXACT_VALUES, 0]);
  a?.clear();
  expect(a?.frequency('v1')).toBe(0);
  c?.add('one more');
  expect(c?.frequency('one more')).toBeGreaterThanOrEqual(1);
  b?.release();
  a?.add('again');
  expect(a?.frequency('again')).toBe(1);
});

test.each([50, 2000])('%i kinds: a restored sketch goes on as the old one', (kinds) => {
  const sketch = new CountMinSketch(SHAPE);
  fill(sketch, kinds, 3000, 5);
  const other = new CountMinSketch(SHAPE);
  other.restore(structuredClone(sketch.snapshot()));
  for (const s of [sketch, other]) fill(s, kinds, 3000, 6);
  expect(other.snapshot()).toEqual(sketch.snapshot());
  expect(other.top()).toEqual(sketch.top());
});
