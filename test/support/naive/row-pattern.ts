/**
 * A reference for match_recognize that keeps all rows and, after each, tries by backtracking every way in which a match
 * could end with it. Slow on purpose; shares nothing with the engine.
 */
import type { Arbitrary } from 'fast-check';
import fc from 'fast-check';

export interface PlainRow {
  readonly host: string;
  readonly n: number | null;
}

/** Repetitions are never around what can match nothing. */
export type PlainPattern =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'sequence' | 'either'; readonly items: readonly PlainPattern[] }
  | {
      readonly kind: 'repeat';
      readonly item: PlainPattern;
      readonly low: number;
      readonly high: number;
      readonly reluctant: boolean;
    };

/** `over`: n > k. `rises`, `falls`: against the row before. `beyond`: n > the single variable a's n. */
export type PlainCondition =
  | { readonly kind: 'over' | 'under'; readonly than: number }
  | { readonly kind: 'rises' | 'falls' | 'beyond' };

export type Skip = 'past last row' | 'to next row';

export interface PlainRecognize {
  readonly pattern: PlainPattern;
  readonly conditions: Readonly<Record<string, PlainCondition>>;
  readonly partitioned: boolean;
  readonly allMatches: boolean;
  readonly skip: Skip;
}

/** No upper bound. */
const OPEN = Infinity;
/** `a` begins every pattern, once: conditions may look back at it. */
const VARIABLES = ['b', 'c', 'd'] as const;

export function textOf({ pattern, conditions, partitioned, allMatches, skip }: PlainRecognize): string {
  const define = Object.entries(conditions).map(([v, c]) => `${v} as ${conditionText(v, c)}`);
  return (
    `@name('s') select * from T match_recognize (${partitioned ? 'partition by host ' : ''}` +
    `measures a.n as a, ${VARIABLES.map((v) => `window(${v}.n) as ${v}`).join(', ')}` +
    `${allMatches ? ' all matches' : ''} after match skip ${skip} pattern (${patternText(pattern)})` +
    `${define.length === 0 ? '' : ` define ${define.join(', ')}`})`
  );
}

function conditionText(v: string, c: PlainCondition): string {
  if (c.kind === 'over' || c.kind === 'under') return `${v}.n ${c.kind === 'over' ? '>' : '<'} ${c.than}`;
  if (c.kind === 'beyond') return `${v}.n > a.n`;
  return `${v}.n ${c.kind === 'rises' ? '>' : '<'} prev(${v}.n)`;
}

function patternText(p: PlainPattern): string {
  switch (p.kind) {
    case 'variable':
      return p.name;
    case 'sequence':
      return `(${p.items.map(patternText).join(' ')})`;
    case 'either':
      return `(${p.items.map(patternText).join(' | ')})`;
    default: {
      const { low, high } = p;
      const count =
        high === OPEN
          ? low === 0
            ? '*'
            : low === 1
              ? '+'
              : `{${low},}`
          : low === 0 && high === 1
            ? '?'
            : `{${low},${high}}`;
      return `(${patternText(p.item)})${count}${p.reluctant ? '?' : ''}`;
    }
  }
}

/** Rows by variable, in order. */
type Taken = readonly { readonly variable: string; readonly row: PlainRow }[];

export class NaiveRecognize {
  readonly #spec: PlainRecognize;
  readonly #rows = new Map<string, PlainRow[]>();
  /** By partition: matches begin behind this row. */
  readonly #after = new Map<string, number>();

  constructor(spec: PlainRecognize) {
    this.#spec = spec;
  }

  send(row: PlainRow): readonly Readonly<Record<string, unknown>>[] {
    const { allMatches, skip, partitioned } = this.#spec;
    const key = partitioned ? row.host : '';
    const rows = this.#rows.get(key) ?? [];
    this.#rows.set(key, rows);
    const last = rows.push(row) - 1;
    const found: Taken[] = [];
    let begun = -1;
    for (let start = (this.#after.get(key) ?? -1) + 1; start <= last; start++) {
      const all = [...ways(this.#spec, this.#spec.pattern, rows, start, last, [])].filter((w) => w.at === last + 1);
      const [best] = all;
      if (best === undefined) continue;
      begun = start;
      found.push(...(allMatches ? all : [best]).map((w) => w.taken));
      if (!allMatches && skip === 'past last row') break;
    }
    if (begun >= 0) this.#after.set(key, skip === 'past last row' ? last : begun);
    return found.map(measured);
  }
}

function measured(taken: Taken): Readonly<Record<string, unknown>> {
  const of = (v: string): readonly (number | null)[] => taken.filter((t) => t.variable === v).map((t) => t.row.n);
  const lists = VARIABLES.map((v) => {
    const values = of(v);
    return [v, values.length === 0 ? null : values] as const;
  });
  return { a: of('a')[0] ?? null, ...Object.fromEntries(lists) };
}

interface Way {
  /** The row behind. */
  readonly at: number;
  readonly taken: Taken;
}

/** Ways to match `pattern` from row `at` on, up to row `last`, most preferred first. */
function* ways(
  spec: PlainRecognize,
  pattern: PlainPattern,
  rows: readonly PlainRow[],
  at: number,
  last: number,
  taken: Taken,
): Iterable<Way> {
  switch (pattern.kind) {
    case 'variable': {
      const row = rows[at];
      if (at > last || row === undefined) return;
      const condition = spec.conditions[pattern.name];
      if (condition !== undefined && !holds(condition, row, rows[at - 1] ?? null, taken)) return;
      yield { at: at + 1, taken: [...taken, { variable: pattern.name, row }] };
      return;
    }
    case 'sequence': {
      const [first, ...rest] = pattern.items;
      if (first === undefined) {
        yield { at, taken };
        return;
      }
      for (const way of ways(spec, first, rows, at, last, taken)) {
        yield* ways(spec, { kind: 'sequence', items: rest }, rows, way.at, last, way.taken);
      }
      return;
    }
    case 'either':
      for (const item of pattern.items) yield* ways(spec, item, rows, at, last, taken);
      return;
    default: {
      const { item, low, high, reluctant } = pattern;
      if (low === 0 && reluctant) yield { at, taken };
      if (high > 0) {
        const rest: PlainPattern = { ...pattern, low: Math.max(0, low - 1), high: high - 1 };
        for (const way of ways(spec, item, rows, at, last, taken)) {
          yield* ways(spec, rest, rows, way.at, last, way.taken);
        }
      }
      if (low === 0 && !reluctant) yield { at, taken };
    }
  }
}

function holds(condition: PlainCondition, { n }: PlainRow, before: PlainRow | null, taken: Taken): boolean {
  if (n === null) return false;
  switch (condition.kind) {
    case 'over':
      return n > condition.than;
    case 'under':
      return n < condition.than;
    case 'rises':
      return before !== null && before.n !== null && n > before.n;
    case 'falls':
      return before !== null && before.n !== null && n < before.n;
    default: {
      const a = taken.find((t) => t.variable === 'a')?.row.n ?? null;
      return a !== null && n > a;
    }
  }
}

// ---------------------------------------------------------------------------------------------- random ones

const arbitraryCondition: Arbitrary<PlainCondition> = fc.oneof(
  fc.record({ kind: fc.constantFrom('over' as const, 'under' as const), than: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ kind: fc.constantFrom('rises' as const, 'falls' as const, 'beyond' as const) }),
);

/** `empty`: it can match nothing, and is not repeated. */
interface Part {
  readonly pattern: PlainPattern;
  readonly empty: boolean;
}

function part(pattern: PlainPattern, empty: boolean): Part {
  return { pattern, empty };
}

function arbitraryPart(depth: number): Arbitrary<Part> {
  const variable = fc.constantFrom(...VARIABLES).map((name) => part({ kind: 'variable', name }, false));
  if (depth === 0) return variable;
  const inner = arbitraryPart(depth - 1);
  const items = fc.array(inner, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    variable,
    items.map((all) =>
      part(
        { kind: 'sequence', items: all.map((i) => i.pattern) },
        all.every((i) => i.empty),
      ),
    ),
    items.map((all) =>
      part(
        { kind: 'either', items: all.map((i) => i.pattern) },
        all.some((i) => i.empty),
      ),
    ),
    fc
      .tuple(inner, fc.integer({ min: 0, max: 2 }), fc.constantFrom(0, 1, 2, OPEN), fc.boolean())
      .map(([item, low, more, reluctant]) => {
        if (item.empty) return item;
        const high = Math.max(low + more, 1);
        return part({ kind: 'repeat', item: item.pattern, low, high, reluctant }, low === 0);
      }),
  );
}

/** The variables that no branch holds are named once more at the end of an alternative that is never taken. */
const NEVER: PlainPattern = {
  kind: 'sequence',
  items: [...VARIABLES, ...VARIABLES].map((name) => ({ kind: 'variable', name })),
};

export const arbitraryRecognize: Arbitrary<PlainRecognize> = fc
  .record({
    part: arbitraryPart(2),
    conditions: fc.record(
      { b: arbitraryCondition, c: arbitraryCondition, d: arbitraryCondition },
      { requiredKeys: [] },
    ),
    first: fc.option(arbitraryCondition, { nil: null }),
    partitioned: fc.boolean(),
    allMatches: fc.boolean(),
    skip: fc.constantFrom<Skip>('past last row', 'to next row'),
  })
  .map(({ part, conditions, first, ...rest }) => ({
    ...rest,
    // Every variable stands twice somewhere: all but `a` are variables of several rows.
    pattern: {
      kind: 'sequence',
      items: [
        { kind: 'variable', name: 'a' },
        { kind: 'either', items: [part.pattern, NEVER] },
      ],
    },
    conditions: first === null || first.kind === 'beyond' ? conditions : { ...conditions, a: first },
  }));

export const arbitraryRows: Arbitrary<readonly PlainRow[]> = fc.array(
  fc.record({
    host: fc.constantFrom('x', 'y'),
    n: fc.option(fc.integer({ min: 0, max: 6 }), { nil: null, freq: 12 }),
  }),
  { minLength: 3, maxLength: 14 },
);
