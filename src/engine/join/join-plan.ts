/**
 * Plans of joins, made once per statement: which indexes each stream keeps and, per stream, in which order the others
 * are looked up when one of its events enters or leaves.
 */
import type { CheckedExpression, JoinKind, SelectBody } from '../../model/checked.ts';
import type { RowKey } from '../compile/compile.ts';
import { compileEvaluators, compileEventKey, compileKey, compilePredicate } from '../compile/compile.ts';
import { holdsRows } from '../../model/event-type.ts';
import type { EvaluationContext, EventRow, Predicate } from '../evaluation.ts';
import { onlyStream, streamsOf } from '../runtime/expressions.ts';
import type { HashSpec } from '../store/store.ts';
import { columnsOf, nameOf } from '../store/index-name.ts';

/** The key to look up; `hasNull` tells that one of its parts is null. */
export interface LookupKey {
  readonly of: RowKey;
  readonly hasNull: (row: EventRow, context: EvaluationContext) => boolean;
}

export function compileLookupKey(expressions: readonly CheckedExpression[]): LookupKey {
  const of = compileKey(expressions);
  if (expressions.length === 1) return { of, hasNull: (row, context) => of(row, context) === null };
  const values = compileEvaluators(expressions);
  return { of, hasNull: (row, context) => values(row, context).includes(null) };
}

/** An equality between expressions of one stream each. */
export interface Equality {
  readonly left: { readonly stream: number; readonly expression: CheckedExpression };
  readonly right: { readonly stream: number; readonly expression: CheckedExpression };
}

/** Finds the rows of `stream` for the streams that are bound already. */
export interface Lookup {
  readonly stream: number;
  /** Place among the stream's indexes; -1 scans all rows. */
  readonly index: number;
  readonly key: LookupKey | null;
  /** Null keys meet null keys (the `on` of outer joins). */
  readonly nullMeetsNull: boolean;
  /** Conjuncts that can be decided once the stream is bound; null when there are none. */
  readonly filter: Predicate | null;
}

export interface InnerPlan {
  readonly kind: 'inner';
  /** Per start stream: a filter on the start event, then look-ups. */
  readonly from: readonly { readonly filter: Predicate | null; readonly lookups: readonly Lookup[] }[];
}

export interface OuterStep {
  readonly kind: JoinKind;
  readonly lookup: Lookup;
  /** Backward: which rows of earlier streams can meet an event of this step's stream. */
  readonly back: readonly Lookup[];
}

export interface OuterPlan {
  readonly kind: 'outer';
  readonly steps: readonly OuterStep[];
  readonly where: Predicate | null;
}

export interface JoinPlan {
  readonly streams: number;
  /** Per stream, the expressions of each index. */
  readonly indexes: readonly (readonly HashSpec[])[];
  readonly plan: InnerPlan | OuterPlan;
  readonly unidirectional: readonly boolean[];
  /** Streams whose events are not kept: without a window, joined with tables. */
  readonly passing: readonly boolean[];
}

/** Collects the indexes that the look-ups of all plans need; equal ones once. */
class IndexBook {
  readonly values: HashSpec[][];
  readonly #names: Map<string, number>[];
  constructor(streams: number) {
    this.values = Array.from({ length: streams }, () => []);
    this.#names = Array.from({ length: streams }, () => new Map());
  }
  place(stream: number, expressions: readonly CheckedExpression[]): number {
    const name = JSON.stringify(expressions, (key, value: unknown) => (key === 'ast' ? undefined : value));
    const known = this.#names[stream]?.get(name);
    if (known !== undefined) return known;
    const list = this.values[stream] ?? [];
    list.push({
      name: nameOf(expressions),
      key: compileEventKey(expressions, stream),
      columns: columnsOf(expressions),
    });
    this.#names[stream]?.set(name, list.length - 1);
    return list.length - 1;
  }
}

function equalityOf(left: CheckedExpression, right: CheckedExpression): Equality | null {
  const l = onlyStream(left);
  const r = onlyStream(right);
  if (l === null || r === null || l === r) return null;
  return { left: { stream: l, expression: left }, right: { stream: r, expression: right } };
}

function predicateOf(conjuncts: readonly CheckedExpression[]): Predicate | null {
  return conjuncts.length === 0 ? null : compilePredicate(conjuncts);
}

export function planJoin(body: SelectBody): JoinPlan {
  const book = new IndexBook(body.streams.length);
  const outer = body.joins.some((j) => j.kind !== 'inner');
  const plan = outer ? planOuter(body, book) : planInner(body, book);
  return {
    streams: body.streams.length,
    indexes: book.values,
    plan,
    unidirectional: body.streams.map((s) => s.unidirectional),
    passing: body.streams.map((s) => s.windows.length === 0 && !holdsRows(s.eventType)),
  };
}

/** The conditions of an inner join: equalities of two streams, and the rest. */
export function equalitiesOf(body: SelectBody): {
  readonly equalities: readonly Equality[];
  readonly residual: readonly CheckedExpression[];
} {
  const equalities: Equality[] = [];
  const residual: CheckedExpression[] = [];
  for (const step of body.joins) {
    for (const { left, right } of step.on) {
      const equality = equalityOf(left, right);
      if (equality !== null) equalities.push(equality);
      else residual.push(comparison(left, right));
    }
  }
  for (const conjunct of body.where) {
    const equality =
      conjunct.kind === 'compare' && conjunct.op === '=' ? equalityOf(conjunct.left, conjunct.right) : null;
    if (equality !== null) equalities.push(equality);
    else residual.push(conjunct);
  }
  return { equalities, residual };
}

function planInner(body: SelectBody, book: IndexBook): InnerPlan {
  const { equalities, residual } = equalitiesOf(body);
  const n = body.streams.length;
  return { kind: 'inner', from: body.streams.map((_, start) => innerFrom(start, n, equalities, residual, book)) };
}

/** `left = right` as an expression, for an `on` that is no plain equality of two streams. */
function comparison(left: CheckedExpression, right: CheckedExpression): CheckedExpression {
  return { kind: 'compare', op: '=', left, right, type: { kind: 'boolean' }, nullable: true, ast: left.ast };
}

function innerFrom(
  start: number,
  n: number,
  equalities: readonly Equality[],
  residual: readonly CheckedExpression[],
  book: IndexBook,
): InnerPlan['from'][number] {
  const bound = new Set([start]);
  let open = residual.map((e) => ({ e, reads: streamsOf(e) }));
  const decide = (): Predicate | null => {
    const ready = open.filter(({ reads }) => bound.size === n || (!reads.all && subset(reads.streams, bound)));
    open = open.filter((c) => !ready.includes(c));
    return predicateOf(ready.map((c) => c.e));
  };
  const filter = decide();
  const lookups: Lookup[] = [];
  while (bound.size < n) {
    const stream = nextStream(bound, n, equalities);
    const sides = equalities.flatMap((q) => sidesFor(q, stream, bound));
    bound.add(stream);
    lookups.push({
      stream,
      index:
        sides.length === 0
          ? -1
          : book.place(
              stream,
              sides.map((s) => s.own),
            ),
      key: sides.length === 0 ? null : compileLookupKey(sides.map((s) => s.other)),
      nullMeetsNull: false,
      filter: decide(),
    });
  }
  return { filter, lookups };
}

function subset(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  for (const x of a) if (!b.has(x)) return false;
  return true;
}

/** The equality seen from `stream` when its other side is bound. */
function sidesFor(
  q: Equality,
  stream: number,
  bound: ReadonlySet<number>,
): readonly { readonly own: CheckedExpression; readonly other: CheckedExpression }[] {
  if (q.left.stream === stream && bound.has(q.right.stream))
    return [{ own: q.left.expression, other: q.right.expression }];
  if (q.right.stream === stream && bound.has(q.left.stream))
    return [{ own: q.right.expression, other: q.left.expression }];
  return [];
}

/** The unbound stream with most equalities to bound ones; the first of equals. */
function nextStream(bound: ReadonlySet<number>, n: number, equalities: readonly Equality[]): number {
  let best = -1;
  let most = -1;
  for (let stream = 0; stream < n; stream++) {
    if (bound.has(stream)) continue;
    const count = equalities.reduce((sum, q) => sum + sidesFor(q, stream, bound).length, 0);
    if (count > most) {
      most = count;
      best = stream;
    }
  }
  return best;
}

function planOuter(body: SelectBody, book: IndexBook): OuterPlan {
  const steps = body.joins.map((step): OuterStep => {
    const nullMeetsNull = step.kind !== 'inner';
    const before = new Set<number>();
    for (let i = 0; i < step.right; i++) before.add(i);
    const residual: CheckedExpression[] = [];
    const equalities: Equality[] = [];
    for (const { left, right } of step.on) {
      const equality = equalityOf(left, right);
      if (equality === null) residual.push(comparison(left, right));
      else equalities.push(equality);
    }
    const sides = equalities.flatMap((q) => sidesFor(q, step.right, before));
    const lookup: Lookup = {
      stream: step.right,
      index:
        sides.length === 0
          ? -1
          : book.place(
              step.right,
              sides.map((s) => s.own),
            ),
      key: sides.length === 0 ? null : compileLookupKey(sides.map((s) => s.other)),
      nullMeetsNull,
      filter: predicateOf(residual),
    };
    return { kind: step.kind, lookup, back: backward(step.right, before, equalities, nullMeetsNull, book) };
  });
  return { kind: 'outer', steps, where: predicateOf(body.where) };
}

function backward(
  right: number,
  before: ReadonlySet<number>,
  equalities: readonly Equality[],
  nullMeetsNull: boolean,
  book: IndexBook,
): readonly Lookup[] {
  const lookups: Lookup[] = [];
  for (const stream of before) {
    const sides = equalities.flatMap((q) => sidesFor(q, stream, new Set([right])));
    if (sides.length === 0) continue;
    lookups.push({
      stream,
      index: book.place(
        stream,
        sides.map((s) => s.own),
      ),
      key: compileLookupKey(sides.map((s) => s.other)),
      nullMeetsNull,
      filter: null,
    });
  }
  return lookups;
}
