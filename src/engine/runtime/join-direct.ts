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
import type { PairExpansion, PairRows } from '../compile/pair.ts';
import { compilePairExpansion } from '../compile/pair.ts';
import { equalitiesOf } from '../join/join-plan.ts';
import type { PairSideProgram } from '../join/pair-side.ts';
import { IN_ORDER, PairSide } from '../join/pair-side.ts';
import { expressionsOf, holds, onlyStream } from './expressions.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import type { EventTaker, InstanceHost, StatementInstance, Told } from './statement.ts';
import type { StreamProgram } from './stream-input.ts';
import { StreamInput } from './stream-input.ts';
import { windowHost } from './window-host.ts';

const NO_ROWS: readonly OutputRow[] = [];

interface PairParts {
  readonly streams: readonly [StreamProgram, StreamProgram];
  readonly sides: readonly [PairSideProgram, PairSideProgram];
  readonly fromLeft: PairExpansion;
  readonly fromRight: PairExpansion;
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
  const { columns } = statement;
  const parts: PairParts = {
    streams: [left, right],
    sides: [sideOf(leftKey, 0), sideOf(rightKey, 1)],
    fromLeft: compilePairExpansion({ from: 0, own: leftOwn, conjuncts: [...rightOwn, ...both], select, columns }),
    fromRight: compilePairExpansion({ from: 1, own: rightOwn, conjuncts: [...leftOwn, ...both], select, columns }),
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
  readonly #fromLeft: PairExpansion;
  readonly #fromRight: PairExpansion;
  readonly #left: PairSide;
  readonly #right: PairSide;
  readonly #leftInput: StreamInput;
  readonly #rightInput: StreamInput;
  #out: PairRows = null;

  constructor({ streams, sides, fromLeft, fromRight }: PairParts, host: InstanceHost) {
    this.context = host.newContext();
    const place = windowHost(host, this.context);
    this.#fromLeft = fromLeft;
    this.#fromRight = fromRight;
    this.#left = new PairSide(sides[0], this.context);
    this.#right = new PairSide(sides[1], this.context);
    this.#leftInput = new StreamInput(streams[0], host, place, this.#left);
    this.#rightInput = new StreamInput(streams[1], host, place, this.#right);
  }

  accept(slot: number, events: readonly Event[]): void {
    (slot === 0 ? this.#leftInput : this.#rightInput).accept(events);
  }

  acceptOne(slot: number, event: Event): void {
    (slot === 0 ? this.#leftInput : this.#rightInput).acceptOne(event);
  }

  acceptUpdates(): void {}

  meet(event: Event, slot: number): readonly OutputRow[] | null {
    this.acceptOne(slot, event);
    return this.#expand();
  }

  evaluate(): void {
    this.#out = this.#expand();
  }

  finish(): Told | null {
    const rows = this.#out;
    this.#out = null;
    this.#settle();
    return rows === null ? null : { insert: rows, remove: NO_ROWS, updates: null };
  }

  #settle(): void {
    this.#left.settle();
    this.#right.settle();
  }

  /** The rows of what the cause has brought. */
  #expand(): PairRows {
    let rows: PairRows = null;
    const { grown } = this.#left;
    if (grown) rows = this.#expandLeft(rows);
    if (this.#right.grown) rows = this.#expandRight(grown, rows);
    this.#settle();
    return rows;
  }

  #expandLeft(out: PairRows): PairRows {
    const only = this.#left.onlyInsert;
    if (only !== null) return this.#rowsOfLeft(only, out);
    let rows = out;
    for (const event of this.#left.inserts) rows = this.#rowsOfLeft(event, rows);
    return rows;
  }

  #expandRight(both: boolean, out: PairRows): PairRows {
    const only = this.#right.onlyInsert;
    if (only !== null && !both) return this.#rowsOfRight(only, out, null);
    // A row of two arriving events is found from the left one, unless the right one has left again on the same cause.
    const arrived = both ? new Set(this.#left.inserts) : null;
    const gone = new Set(this.#right.removes);
    let rows = out;
    for (const event of this.#right.inserts) rows = this.#rowsOfRight(event, rows, gone.has(event) ? null : arrived);
    return rows;
  }

  #rowsOfLeft(event: Event, out: PairRows): PairRows {
    return this.#fromLeft(event, this.#left.matches(event, this.#right), this.context, out, null);
  }

  #rowsOfRight(event: Event, out: PairRows, except: ReadonlySet<Event> | null): PairRows {
    return this.#fromRight(event, this.#right.matches(event, this.#left), this.context, out, except);
  }

  iterate(): readonly OutputRow[] {
    let rows: PairRows = null;
    for (const event of this.#leftInput.window.content()) rows = this.#rowsOfLeft(event, rows);
    return rows ?? NO_ROWS;
  }

  stop(): void {
    this.#leftInput.window.stop();
    this.#rightInput.window.stop();
  }
}
