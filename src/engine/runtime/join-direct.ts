/**
 * Joins of the usual kind run without rows, result set and output stage: two streams with one window each, inner, insert
 * stream only, neither aggregates nor output clause, order, limit, distinct, insert into, subquery, prev or prior.
 *
 * Δ: as {@link Join}: rows of the arriving events with what is there after the cause. State: per side its rows by the key of
 * the equalities.
 */
import type { CheckedExpression, SelectStatement } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import { compileEventKey, compileEventPredicate } from '../compile/compile.ts';
import type { PairPredicate, PairProjection } from '../compile/pair.ts';
import { compilePairPredicate, compilePairProjection } from '../compile/pair.ts';
import type { EventPredicate } from '../evaluation.ts';
import { equalitiesOf } from '../join/join-plan.ts';
import type { Bucket, PairSideProgram } from '../join/pair-side.ts';
import { PairSide } from '../join/pair-side.ts';
import { expressionsOf, holds, onlyStream } from './expressions.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import type { EventTaker, InstanceHost, StatementInstance, Told } from './statement.ts';
import type { StreamProgram } from './stream-input.ts';
import { StreamInput } from './stream-input.ts';
import { windowHost } from './window-host.ts';

/** Windows that hold their events in order of arrival: `iterate` lists the rows of a join in that order. */
const IN_ORDER: ReadonlySet<string> = new Set(['length', 'time', 'keepall', 'lastevent', 'ext_timed']);

const NO_ROWS: readonly OutputRow[] = [];

/** Rows of one cause; null while there are none. */
type Rows = OutputRow[] | null;

interface PairStream {
  readonly stream: StreamProgram;
  readonly side: PairSideProgram;
  /** Conjuncts on this stream's event alone; null when there are none. */
  readonly own: EventPredicate | null;
}

interface PairParts {
  readonly left: PairStream;
  readonly right: PairStream;
  /** What is still to be decided when the row was found from the left, or from the right event. */
  readonly fromLeft: PairPredicate | null;
  readonly fromRight: PairPredicate | null;
  readonly project: PairProjection;
}

/** Makes the instances of the statement; null if it is not of the kind. */
export function compileDirectJoin(
  statement: SelectStatement,
  streams: readonly StreamProgram[],
): ((host: InstanceHost) => StatementInstance) | null {
  const [left, right] = streams;
  const select = statement.select.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []));
  if (left === undefined || right === undefined || select.length < statement.select.length) return null;
  if (!isPlain(statement, streams)) return null;
  const { equalities, residual } = equalitiesOf(statement);
  const keys = [0, 1].map((stream) =>
    equalities.flatMap(({ left: l, right: r }) => (l.stream === stream ? [l.expression] : [r.expression])),
  );
  const own = [0, 1].map((stream) => residual.filter((e) => onlyStream(e) === stream));
  const both = residual.filter((e) => onlyStream(e) === null);
  const [leftOwn = [], rightOwn = []] = own;
  const [leftKey = [], rightKey = []] = keys;
  const parts: PairParts = {
    left: { stream: left, side: sideOf(leftKey, 0), own: ownOf(leftOwn, 0) },
    right: { stream: right, side: sideOf(rightKey, 1), own: ownOf(rightOwn, 1) },
    fromLeft: pairOf([...rightOwn, ...both]),
    fromRight: pairOf([...leftOwn, ...both]),
    project: compilePairProjection(select, statement.columns),
  };
  return (host) => new DirectJoin(parts, host);
}

function sideOf(key: readonly CheckedExpression[], stream: number): PairSideProgram {
  if (key.length === 0) return { key: null, hasNull: null };
  const isNull = key.map((e): CheckedExpression => {
    const nothing: CheckedExpression = { kind: 'literal', value: null, type: e.type, nullable: true, ast: e.ast };
    return {
      kind: 'compare',
      op: 'is',
      left: e,
      right: nothing,
      type: { kind: 'boolean' },
      nullable: false,
      ast: e.ast,
    };
  });
  const [first] = isNull;
  const any: CheckedExpression | undefined =
    first === undefined || isNull.length === 1
      ? first
      : { kind: 'logical', op: 'or', operands: isNull, type: { kind: 'boolean' }, nullable: false, ast: first.ast };
  return {
    key: compileEventKey(key, stream),
    hasNull: any === undefined ? null : compileEventPredicate([any], stream),
  };
}

function ownOf(conjuncts: readonly CheckedExpression[], stream: number): EventPredicate | null {
  return conjuncts.length === 0 ? null : compileEventPredicate(conjuncts, stream);
}

function pairOf(conjuncts: readonly CheckedExpression[]): PairPredicate | null {
  return conjuncts.length === 0 ? null : compilePairPredicate(conjuncts);
}

function isPlain(statement: SelectStatement, streams: readonly StreamProgram[]): boolean {
  const { subqueries, aggregates, groupBy, having, output, insertInto, selector, orderBy, limit, distinct } = statement;
  if (statement.streams.length !== 2 || statement.joins.some((j) => j.kind !== 'inner')) return false;
  if (subqueries.length > 0 || aggregates.length > 0 || groupBy.length > 0 || having !== null) return false;
  if (output !== null || insertInto !== null || selector !== 'istream') return false;
  if (orderBy.length > 0 || limit !== null || distinct) return false;
  if (streams.some((s) => s.view || s.store !== null || s.pattern !== null || s.priorDepth >= 0)) return false;
  const [first, second] = statement.streams.map((s) => s.windows);
  const inOrder = [first, second].every((w) => w?.length === 1 && IN_ORDER.has(w[0]?.name ?? ''));
  if (!inOrder || statement.streams.some((s) => s.unidirectional)) return false;
  return expressionsOf(statement).every((e) => !holds(e, 'subquery') && !holds(e, 'prev') && !holds(e, 'prior'));
}

class DirectJoin implements StatementInstance, EventTaker {
  readonly context: InstanceContext;
  readonly taker = this;
  readonly #parts: PairParts;
  readonly #left: PairSide;
  readonly #right: PairSide;
  readonly #leftInput: StreamInput;
  readonly #rightInput: StreamInput;
  #out: Rows = null;

  constructor(parts: PairParts, host: InstanceHost) {
    this.#parts = parts;
    this.context = host.newContext();
    const place = windowHost(host, this.context);
    this.#left = new PairSide(parts.left.side, this.context);
    this.#right = new PairSide(parts.right.side, this.context);
    this.#leftInput = new StreamInput(parts.left.stream, host, place, this.#left);
    this.#rightInput = new StreamInput(parts.right.stream, host, place, this.#right);
  }

  accept(slot: number, events: readonly Event[]): void {
    (slot === 0 ? this.#leftInput : this.#rightInput).accept(events);
  }

  acceptOne(slot: number, event: Event): void {
    (slot === 0 ? this.#leftInput : this.#rightInput).acceptOne(event);
  }

  acceptUpdates(): void {}

  evaluate(): void {
    this.#out = this.#evaluate(this.#out);
  }

  meet(event: Event, slot: number): readonly OutputRow[] | null {
    this.acceptOne(slot, event);
    return this.#evaluate(null);
  }

  finish(): Told | null {
    const rows = this.#out;
    this.#out = null;
    return rows === null ? null : { insert: rows, remove: NO_ROWS, updates: null };
  }

  /** Appends the rows of the cause to `out`; the list is made with the first row. */
  #evaluate(out: Rows): Rows {
    const left = this.#left;
    const right = this.#right;
    const leftChanged = left.changed;
    const rightChanged = right.changed;
    if (leftChanged) left.apply();
    if (rightChanged) right.apply();
    let rows = out;
    if (leftChanged) rows = this.#expandLeft(rows);
    if (rightChanged) rows = leftChanged ? this.#expandRightToo(rows) : this.#expandRight(rows);
    if (leftChanged) left.settle();
    if (rightChanged) right.settle();
    return rows;
  }

  #expandLeft(out: Rows): Rows {
    const only = this.#left.onlyInsert;
    if (only !== null) return this.#fromLeft(only, out);
    let rows = out;
    for (const event of this.#left.inserts) rows = this.#fromLeft(event, rows);
    return rows;
  }

  #expandRight(out: Rows): Rows {
    const only = this.#right.onlyInsert;
    if (only !== null) return this.#fromRight(only, null, out);
    let rows = out;
    for (const event of this.#right.inserts) rows = this.#fromRight(event, null, rows);
    return rows;
  }

  /** A row of two arriving events is found from the left one, unless the right one has left again on the same cause. */
  #expandRightToo(out: Rows): Rows {
    const arrived = new Set(this.#left.inserts);
    const gone = new Set(this.#right.removes);
    let rows = out;
    for (const event of this.#right.inserts) rows = this.#fromRight(event, gone.has(event) ? null : arrived, rows);
    return rows;
  }

  #fromLeft(event: Event, out: Rows): Rows {
    const { left, fromLeft, project } = this.#parts;
    if (left.own !== null && !left.own(event, this.context)) return out;
    const bucket: Bucket = this.#left.matches(event, this.#right);
    const { events } = bucket;
    let rows = out;
    for (let i = bucket.head; i < events.length; i++) {
      const other = events[i];
      if (other === undefined) break;
      if (fromLeft !== null && !fromLeft(event, other, this.context)) continue;
      const row = project(event, other, this.context);
      if (rows === null) rows = [row];
      else rows.push(row);
    }
    return rows;
  }

  /** `except`: left events whose rows have been found already. */
  #fromRight(event: Event, except: ReadonlySet<Event> | null, out: Rows): Rows {
    const { right, fromRight, project } = this.#parts;
    if (right.own !== null && !right.own(event, this.context)) return out;
    const bucket: Bucket = this.#right.matches(event, this.#left);
    const { events } = bucket;
    let rows = out;
    for (let i = bucket.head; i < events.length; i++) {
      const other = events[i];
      if (other === undefined) break;
      if (except !== null && except.has(other)) continue;
      if (fromRight !== null && !fromRight(other, event, this.context)) continue;
      const row = project(other, event, this.context);
      if (rows === null) rows = [row];
      else rows.push(row);
    }
    return rows;
  }

  iterate(): readonly OutputRow[] {
    let rows: Rows = null;
    for (const event of this.#leftInput.window.content()) rows = this.#fromLeft(event, rows);
    return rows ?? NO_ROWS;
  }

  stop(): void {
    this.#leftInput.window.stop();
    this.#rightInput.window.stop();
  }
}
