/** Generators of measurements: state of random walks, chance from one seed, nothing else. */
import type { Value } from '../../src/model/value.ts';
import type { FieldGenerator, SimGenerator } from '../scenarios/scenario.ts';
import type { SeededRandom } from '../world/seeded-random.ts';

export class Measurer {
  readonly #generator: SimGenerator;
  readonly #random: SeededRandom;
  readonly #walks = new Map<string, number>();

  constructor(generator: SimGenerator, random: SeededRandom) {
    this.#generator = generator;
    this.#random = random;
  }

  measure(): Readonly<Record<string, Value>> {
    return Object.fromEntries(
      Object.entries(this.#generator.fields).map(([name, field]) => [name, this.#valueOf(name, field)]),
    );
  }

  /** Until the next measurement, ms. */
  pauseMs(): number {
    const { everyMs, jitterMs } = this.#generator;
    return Math.max(1, everyMs + (this.#random.next() * 2 - 1) * jitterMs);
  }

  #valueOf(name: string, field: FieldGenerator): Value {
    switch (field.kind) {
      case 'constant':
        return field.value;
      case 'pick':
        return field.of[this.#random.below(field.of.length)] ?? null;
      case 'uniform':
        return round(field.min + this.#random.next() * (field.max - field.min), field.digits);
      case 'walk': {
        const before = this.#walks.get(name) ?? field.from;
        const next = before + (this.#random.next() * 2 - 1) * field.step;
        const held = round(Math.min(field.max, Math.max(field.min, next)), field.digits);
        this.#walks.set(name, held);
        return held;
      }
      case 'rarely': {
        const level = this.#random.next() < field.share ? field.high : field.low;
        return round(level + (this.#random.next() * 2 - 1) * field.noise, 2);
      }
    }
  }
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
