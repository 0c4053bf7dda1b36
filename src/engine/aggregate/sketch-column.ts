/**
 * The aggregation column `countMinSketch` of a table and the methods behind it. As a value the sketch is a map of the
 * number of texts added; the methods find the sketch behind it and read it as it is when they are called.
 *
 * Rows that leave a window do not leave the sketch (Esper reference: countMinSketchAdd adds only); nulls do not count.
 */
import type { SketchShape } from '../../model/event-type.ts';
import { SKETCH_MEMBER } from '../../model/event-type.ts';
import type { MapValue, Value } from '../../model/value.ts';
import type { Accumulator, AccumulatorConstructor, EvaluationContext, EventRow, Evaluator } from '../evaluation.ts';
import { CountMinSketch, SketchBudget } from './count-min-sketch.ts';

const SKETCHES = new WeakMap<object, CountMinSketch>();

function sketchOf(value: Value): CountMinSketch | undefined {
  return typeof value === 'object' && value !== null ? SKETCHES.get(value) : undefined;
}

/** A map as EPL has them: without prototype. */
function mapOf(members: readonly (readonly [string, Value])[]): MapValue {
  const map: Record<string, Value> = Object.create(null);
  for (const [name, value] of members) map[name] = value;
  return Object.freeze(map);
}

class SketchColumn implements Accumulator {
  readonly #argument: Evaluator;
  readonly #sketch: CountMinSketch;

  constructor(argument: Evaluator, shape: SketchShape, budget: SketchBudget) {
    this.#argument = argument;
    this.#sketch = new CountMinSketch(shape, budget);
  }

  enter(row: EventRow, context: EvaluationContext): void {
    const value = this.#argument(row, context);
    if (typeof value === 'string') this.#sketch.add(value);
  }

  leave(): void {
    // what was added once counts for ever
  }

  value(): Value {
    const seen = mapOf([[SKETCH_MEMBER, this.#sketch.total]]);
    SKETCHES.set(seen, this.#sketch);
    return seen;
  }

  clear(): void {
    this.#sketch.clear();
  }

  release(): void {
    this.#sketch.release();
  }

  snapshot(): unknown {
    return this.#sketch.snapshot();
  }

  restore(state: unknown): void {
    this.#sketch.restore(state as ReturnType<CountMinSketch['snapshot']>);
  }
}

/** Makes the sketches of one column, which share a bound. */
export function sketchColumn(argument: Evaluator, shape: SketchShape): AccumulatorConstructor {
  const budget = new SketchBudget();
  return () => new SketchColumn(argument, shape, budget);
}

/** `T.words.countMinSketchFrequency(x)`: null without a row or without a text. */
export function sketchFrequency(column: Value, text: Value): Value {
  const sketch = sketchOf(column);
  return sketch === undefined || typeof text !== 'string' ? null : sketch.frequency(text);
}

/** `T.words.countMinSketchTopk()`: rows of frequency and value, the most frequent first; null without a row. */
export function sketchTopk(column: Value): Value {
  const sketch = sketchOf(column);
  return sketch === undefined
    ? null
    : sketch.top().map(({ value, frequency }) =>
        mapOf([
          ['frequency', frequency],
          ['value', value],
        ]),
      );
}
