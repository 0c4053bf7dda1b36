/**
 * Patterns: over random patterns and traces the engine's matches are those of a reference that keeps all history.
 *
 *   PATTERN_RUNS=20000 PATTERN_SEED=1 vitest run --config test/vitest.config.ts --project property test/property/patterns
 *
 * Every third is under a window: rows are then made the general way.
 *
 * Where the order of two operands at one point would matter (`or`, `not`, `until`, `-[n]>`), they listen to different events; guards
 * and observers of one pattern have periods that do not meet.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EplRun, eventType, randomOf } from '../support/epl-run.ts';
import { NaiveMatcher, patternText, TooMany } from '../support/naive/pattern.ts';
import type { Link, NaiveEvent, NaivePattern, NaiveTags } from '../support/naive/pattern.ts';

const RUNS = Number(process.env['PATTERN_RUNS'] ?? 3000);
const SEED = Number(process.env['PATTERN_SEED'] ?? 20_261_122);
const E = eventType('E', { n: 'int', host: 'string', k: 'int', v: 'double' });
const KINDS = 4;

/** Draws a pattern: tags in order of the text, links to those in sight that are no arrays. */
class Draw {
  readonly #random: () => number;
  readonly arrays = new Map<string, boolean>();
  #tags = 0;
  #periods = [500, 1301, 2003, 2903, 3701];

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  #int(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #period(): number {
    return this.#periods.splice(this.#int(this.#periods.length), 1)[0] ?? 4999;
  }

  atom(kinds: readonly number[], seen: readonly string[]): NaivePattern {
    const tag = `t${this.#tags++}`;
    this.arrays.set(tag, false);
    const links: Link[] = [];
    for (const other of seen) {
      if (this.arrays.get(other) === true || this.#random() < 0.5) continue;
      const kind = (['host', 'host', 'above', 'below', 'near'] as const)[this.#int(5)] ?? 'host';
      links.push(kind === 'host' ? { kind, tag: other, is: this.#random() < 0.3 } : { kind, tag: other });
    }
    return { kind: 'atom', tag, k: kinds[this.#int(kinds.length)] ?? 0, links };
  }

  /** Halves of the kinds: their events do not meet. */
  #split(kinds: readonly number[]): readonly [readonly number[], readonly number[]] | null {
    if (kinds.length < 2) return null;
    const at = 1 + this.#int(kinds.length - 1);
    return [kinds.slice(0, at), kinds.slice(at)];
  }

  pattern(depth: number, kinds: readonly number[], seen: readonly string[]): NaivePattern {
    const halves = this.#split(kinds);
    const choice = depth === 0 ? 0 : this.#int(14);
    const inner = (more: readonly string[] = [], of = kinds): NaivePattern =>
      this.pattern(depth - 1, of, [...seen, ...more]);
    switch (choice) {
      case 1:
      case 2:
        return { kind: 'every', of: inner() };
      case 3:
      case 4:
      case 5: {
        // What one event frees and what it fills would meet.
        if (halves !== null && this.#random() < 0.25) {
          const first = inner([], halves[0]);
          const of = [first, inner(tagsOf(first), halves[1])];
          return { kind: 'then', of, max: [null, 1 + this.#int(2)] };
        }
        const of = [inner()];
        const max: null[] = [null];
        for (let i = 0; i <= this.#int(2); i++) {
          of.push(inner(of.flatMap(tagsOf)));
          max.push(null);
        }
        if (this.#random() < 0.15) {
          of.push({ kind: 'interval', ms: this.#period() });
          max.push(null);
        }
        return { kind: 'then', of, max };
      }
      case 6: {
        const first = inner();
        return { kind: 'and', of: [first, inner(tagsOf(first))] };
      }
      case 7:
      case 8: {
        if (halves === null) return inner();
        const timed = this.#random() < 0.4;
        const first: NaivePattern = timed ? { kind: 'interval', ms: this.#period() } : inner([], halves[0]);
        return { kind: 'and', of: [first, { kind: 'not', of: this.atom(halves[1], seen) }] };
      }
      case 9: {
        if (halves === null) return inner();
        return { kind: 'or', of: [inner([], halves[0]), inner([], halves[1])] };
      }
      case 10: {
        const of = inner();
        const n = 1 + this.#int(3);
        return this.#arrayed({ kind: 'repeat', low: n, high: n, tags: tagsOf(of), of, until: null });
      }
      case 11: {
        if (halves === null) return inner();
        const of = inner([], halves[0]);
        const low = this.#random() < 0.4 ? 1 + this.#int(2) : null;
        const high = this.#random() < 0.4 ? (low ?? 1) + 1 + this.#int(2) : null;
        const until = this.atom(halves[1], seen);
        return this.#arrayed({ kind: 'repeat', low, high, tags: tagsOf(of), of, until });
      }
      case 12: {
        const max = this.#random() < 0.3 ? 1 + this.#int(2) : null;
        return { kind: 'within', ms: this.#period(), max, of: inner() };
      }
      case 13: {
        const of = this.atom(kinds, seen);
        if (of.kind !== 'atom') return of;
        if (this.#random() < 0.5) return { kind: 'while', tag: of.tag, limit: 1 + this.#int(4), of };
        return { kind: 'distinct', tag: of.tag, ms: this.#random() < 0.5 ? null : this.#period(), of };
      }
      default:
        return this.atom(kinds, seen);
    }
  }

  #arrayed(p: NaivePattern): NaivePattern {
    if (p.kind === 'repeat') for (const tag of p.tags) this.arrays.set(tag, true);
    return p;
  }
}

function tagsOf(p: NaivePattern): readonly string[] {
  switch (p.kind) {
    case 'atom':
      return [p.tag];
    case 'interval':
      return [];
    case 'then':
    case 'and':
    case 'or':
      return p.of.flatMap(tagsOf);
    case 'repeat':
      return [...tagsOf(p.of), ...(p.until === null ? [] : tagsOf(p.until))];
    default:
      return tagsOf(p.of);
  }
}

function drawTrace(seed: number): readonly NaiveEvent[] {
  const random = randomOf(seed);
  const events: NaiveEvent[] = [];
  let t = 500;
  for (let n = 1; n <= 6 + random() * 18; n++) {
    t += Math.floor(random() * 3) * 500;
    const host = random() < 0.1 ? null : `h${Math.floor(random() * 2)}`;
    events.push({ t, n, host, k: Math.floor(random() * KINDS), v: Math.floor(random() * 6) });
  }
  return events;
}

/** The first events of an array tag that are shown. */
const SHOWN = 3;

function columns(tags: ReadonlyMap<string, boolean>): string {
  const parts = [...tags].flatMap(([tag, array]) =>
    array
      ? [
          ...Array.from({ length: SHOWN }, (_, i) => `${tag}[${i}].n as ${tag}_${i}`),
          `coalesce(${tag}.countOf(), 0) as ${tag}_n`,
        ]
      : [`${tag}.n as ${tag}_0`],
  );
  return parts.join(', ');
}

function shown(tags: NaiveTags, all: ReadonlyMap<string, boolean>): string {
  const parts = [...all].flatMap(([tag, array]): (number | null)[] => {
    const value = tags[tag];
    const events = value === undefined ? [] : 'n' in value ? [value] : value;
    if (!array) return [events[0]?.n ?? null];
    return [...Array.from({ length: SHOWN }, (_, i) => events[i]?.n ?? null), events.length];
  });
  return JSON.stringify(parts);
}

function agree(seed: number): void {
  const draw = new Draw(seed);
  const kinds = Array.from({ length: KINDS }, (_, i) => i);
  const body = draw.pattern(3, kinds, []);
  const pattern: NaivePattern = seed % 4 === 0 ? body : { kind: 'every', of: body };
  const events = drawTrace(seed + 1);
  const endMs = (events.at(-1)?.t ?? 0) + 6000;
  const expected = new NaiveMatcher(events, endMs).matches(pattern);
  const text = `select ${columns(draw.arrays)} from pattern [${patternText(pattern)}]${seed % 3 === 0 ? '#keepall' : ''}`;
  const run = new EplRun([E]);
  run.deploy(text);
  const found: string[] = [];
  const take = (t: number): void => {
    for (const call of run.take()) {
      expect(call.timeMs).toBeLessThanOrEqual(t);
      for (const row of call.insert) found.push(`${call.timeMs} ${JSON.stringify(Object.values(row))}`);
    }
  };
  for (const { t, ...values } of events) {
    run.engine.advanceTime(t);
    take(t);
    run.send('E', values, t);
    take(t);
  }
  run.engine.advanceTime(endMs);
  take(endMs);
  const trace = events.map((e) => JSON.stringify(e)).join('\n');
  const wanted = expected.map(({ t, tags }) => `${t} ${shown(tags, draw.arrays)}`);
  expect(found.toSorted(), `PATTERN ${seed}: ${text}\n${trace}`).toEqual(wanted.toSorted());
}

test(`patterns: engine = reference over all history (PATTERN_SEED=${SEED} PATTERN_RUNS=${RUNS})`, () => {
  let matched = 0;
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      try {
        agree(seed);
        matched++;
      } catch (error) {
        if (!(error instanceof TooMany)) throw error;
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
  expect(matched).toBeGreaterThan(RUNS * 0.9);
});
