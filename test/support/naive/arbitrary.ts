/** Random statements of the naive reference, and traces: a coarse grid of times, so that events meet timers often. */
import fc from 'fast-check';
import type { Properties } from '../epl-run.ts';
import type { Aggregate, AggregateName, Item, NaiveStatement, NaiveStream, Predicate, Ref } from './statement.ts';
import { isBatch, type NaiveEvent, type NaiveWindow } from './windows.ts';

export const NAIVE_TYPES: Readonly<Record<string, Properties>> = {
  A: { host: 'string', k: 'int', v: 'double', ts: 'long' },
  B: { host: 'string', k: 'int', v: 'double', ts: 'long' },
};

/** Grid of times: windows and steps are multiples of it. */
const GRID_MS = 500;

const count = fc.integer({ min: 1, max: 4 });
const span = fc.integer({ min: 1, max: 5 }).map((n) => n * GRID_MS);

const SIMPLE = fc.constantFrom<NaiveWindow>(
  { kind: 'keepall' },
  { kind: 'unique' },
  { kind: 'lastevent' },
  { kind: 'firstunique' },
  { kind: 'firstevent' },
);

const counted = fc.record({
  kind: fc.constantFrom(
    'length' as const,
    'length_batch' as const,
    'firstlength' as const,
    'sort' as const,
    'group_length' as const,
    'unique_and_length' as const,
    'unique_or_length' as const,
    'expr_count' as const,
  ),
  n: count,
});

const timed = fc.record({
  kind: fc.constantFrom(
    'time' as const,
    'time_batch' as const,
    'time_accum' as const,
    'firsttime' as const,
    'ext_timed' as const,
  ),
  ms: span,
});

export const arbitraryWindow: fc.Arbitrary<NaiveWindow> = fc.oneof(SIMPLE, counted, timed);

function predicate(stream: number): fc.Arbitrary<Predicate> {
  const atom: fc.Arbitrary<Predicate> = fc.oneof(
    fc.record({
      kind: fc.constant('compare' as const),
      ref: fc.constantFrom<Ref>({ stream, name: 'k' }, { stream, name: 'v' }),
      op: fc.constantFrom('>' as const, '<=' as const, '=' as const, '!=' as const),
      value: fc.integer({ min: 0, max: 3 }),
    }),
    fc.record({
      kind: fc.constant('compare' as const),
      ref: fc.constant<Ref>({ stream, name: 'host' }),
      op: fc.constantFrom('=' as const, '!=' as const),
      value: fc.constantFrom('x', 'y'),
    }),
    fc.record({
      kind: fc.constant('null' as const),
      ref: fc.constantFrom<Ref>({ stream, name: 'k' }, { stream, name: 'host' }),
      not: fc.boolean(),
    }),
  );
  return fc.oneof(
    { weight: 4, arbitrary: atom },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), left: atom, right: atom }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), of: atom }) },
  );
}

/** By how many streams: of a predicate over either. */
export function arbitraryPredicate(streams: number): fc.Arbitrary<Predicate> {
  return streams === 1 ? predicate(0) : fc.oneof(predicate(0), predicate(1));
}

const ALWAYS: readonly AggregateName[] = [
  'count(*)',
  'count',
  'count distinct',
  'sum',
  'sum distinct',
  'avg',
  'min',
  'max',
  'median',
  'stddev',
  'avedev',
];

function aggregate(streams: number, more: readonly AggregateName[]): fc.Arbitrary<Aggregate> {
  return fc.record({
    kind: fc.constant('aggregate' as const),
    name: fc.constantFrom(...ALWAYS, ...more),
    ref: fc.record({ stream: fc.nat({ max: streams - 1 }), name: fc.constantFrom('k' as const, 'v' as const) }),
  });
}

function column(streams: number): fc.Arbitrary<Item> {
  const name = fc.constantFrom('host' as const, 'k' as const, 'v' as const);
  return fc.record({
    kind: fc.constant('column' as const),
    ref: fc.record({ stream: fc.nat({ max: streams - 1 }), name }),
  });
}

function stream(type: string, index: number, window: fc.Arbitrary<NaiveWindow>): fc.Arbitrary<NaiveStream> {
  const filter = fc.option(predicate(index), { freq: 3 });
  return fc.record({ type: fc.constant(type), filter, window });
}

function optional<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { freq: 2 });
}

function having(streams: number): fc.Arbitrary<NaiveStatement['having']> {
  return optional(
    fc.record({
      aggregate: aggregate(streams, []),
      op: fc.constantFrom('>' as const, '<=' as const),
      value: fc.integer({ min: 0, max: 4 }),
    }),
  );
}

/** `first` and `last` where the order of rows is that of arrival; `ever` where no group is forgotten. */
function moreAggregates(window: NaiveWindow, grouped: boolean): readonly AggregateName[] {
  const ordered = ['none', 'keepall', 'length', 'time', 'length_batch', 'time_batch'].includes(window.kind);
  return [...(ordered ? (['first', 'last'] as const) : []), ...(grouped ? [] : (['maxever', 'countever'] as const))];
}

export const arbitrarySingle: fc.Arbitrary<NaiveStatement> = fc
  .tuple(
    stream(
      'A',
      0,
      fc.oneof(
        { weight: 1, arbitrary: fc.constant<NaiveWindow>({ kind: 'none' }) },
        { weight: 9, arbitrary: arbitraryWindow },
      ),
    ),
    fc.constantFrom<Ref | null>(null, null, { stream: 0, name: 'host' }, { stream: 0, name: 'k' }),
  )
  .chain(([a, groupBy]) => {
    const aggregates = aggregate(1, moreAggregates(a.window, groupBy !== null));
    return fc.record({
      streams: fc.constant([a]),
      join: fc.constant('equi' as const),
      where: optional(predicate(0)),
      items: fc.oneof(
        fc.array(column(1), { minLength: 1, maxLength: 3 }),
        fc.array(aggregates, { minLength: 1, maxLength: 3 }),
        fc.tuple(fc.array(column(1), { minLength: 1, maxLength: 2 }), aggregates).map(([c, x]) => [...c, x]),
        aggregates.map((x): readonly Item[] => (groupBy === null ? [x] : [{ kind: 'column', ref: groupBy }, x])),
      ),
      groupBy: fc.constant(groupBy),
      having: having(1),
      irstream: fc.boolean(),
    });
  })
  // Grouped and nothing aggregated, or having over plain rows: categories of their own that the reference leaves out.
  .filter((s) => s.items.some((i) => i.kind === 'aggregate') || (s.groupBy === null && s.having === null));

export const arbitraryJoin: fc.Arbitrary<NaiveStatement> = fc
  .tuple(
    stream('A', 0, arbitraryWindow),
    fc.constantFrom('A', 'B', 'B', 'B').chain((type) => stream(type, 1, arbitraryWindow)),
    fc.constantFrom<NaiveStatement['join']>('equi', 'equi', 'theta', 'left', 'full'),
  )
  // A newcomer that leaves at once meets itself in a self-join: left out.
  .filter(([a, b]) => a.type !== b.type || (a.window.kind !== 'sort' && b.window.kind !== 'sort'))
  .chain(([a, b, join]) => {
    const outer = join === 'left' || join === 'full';
    const rows = fc.array(column(2), { minLength: 1, maxLength: 3 });
    const aggregates = fc.array(aggregate(2, []), { minLength: 1, maxLength: 2 });
    // Aggregations over an outer join keep rows that its content no longer has (NOTES-joins): left out.
    const shape = outer
      ? fc.tuple(rows, fc.constant(null))
      : fc.oneof(
          fc.tuple(rows, fc.constant(null)),
          fc.tuple(aggregates, fc.constant(null)),
          fc.tuple(
            aggregates.map((x): readonly Item[] => [{ kind: 'column', ref: { stream: 0, name: 'host' } }, ...x]),
            fc.constant<Ref>({ stream: 0, name: 'host' }),
          ),
          fc.tuple(
            fc.tuple(rows, aggregates).map(([c, x]): readonly Item[] => [...c, ...x]),
            fc.constantFrom<Ref | null>(null, { stream: 1, name: 'k' }),
          ),
        );
    return shape.chain(([items, groupBy]) =>
      fc.record({
        streams: fc.constant([a, b]),
        join: fc.constant(join),
        where: optional(arbitraryPredicate(2)),
        items: fc.constant(items),
        groupBy: fc.constant(groupBy),
        having: items.some((i) => i.kind === 'aggregate') ? having(2) : fc.constant(null),
        irstream: fc.boolean(),
      }),
    );
  });

/** True if the statement's content can be read by iterating it in the reference's way. */
export function canIterate(s: NaiveStatement): boolean {
  return (
    s.streams.every((x) => !isBatch(x.window) && x.window.kind !== 'none') && s.join !== 'left' && s.join !== 'full'
  );
}

export interface TraceStep {
  readonly event: NaiveEvent | null;
  readonly t: number;
}

const step = fc.record({
  /** In grid steps; 0 is the same instant. */
  after: fc.constantFrom(0, 0, 1, 1, 2, 3, 7),
  type: fc.constantFrom('A', 'A', 'B', null),
  host: fc.constantFrom('x', 'y', 'z', 'x', 'y', null),
  k: fc.constantFrom(0, 1, 2, 3, null),
  v: fc.constantFrom(0, 0.5, 1, 2, 2.5, 4, null),
});

export const arbitraryTrace: fc.Arbitrary<readonly TraceStep[]> = fc
  .array(step, { minLength: 1, maxLength: 24, size: 'max' })
  .map((steps) => {
    let t = GRID_MS;
    return steps.map(({ after, type, host, k, v }, id) => {
      t += after * GRID_MS;
      return { t, event: type === null ? null : { id, type, t, host, k, v } };
    });
  });
