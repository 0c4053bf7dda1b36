/**
 * How a statement finds the rows of a named window or table that meet its `where`: by hash where equalities tie columns
 * to other streams, by order where a range does, else by looking at all rows; the other conjuncts are tested on what is
 * found. Compiled once; bound to a store by each instance.
 */
import type { CheckedExpression } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import { walkExpression } from '../../model/expression-tree.ts';
import { isNumeric } from '../../model/value.ts';
import { compileEventEvaluator, compileEventKey, compileExpression, compilePredicate } from '../compile/compile.ts';
import type { EvaluationContext, EventRow, Evaluator, Predicate } from '../evaluation.ts';
import { compileLookupKey } from '../join/join-plan.ts';
import type { LookupKey } from '../join/join-plan.ts';
import { columnOf, columnsOf, nameOf } from './index-name.ts';
import type { FindByKey, FindByRange, HashSpec, SortedSpec, Store } from './store.ts';

/** The store's rows stand in this place of a row. */
const STORE = 0;

interface Bound {
  readonly value: Evaluator;
  readonly inclusive: boolean;
}

type Access =
  | { readonly kind: 'hash'; readonly spec: HashSpec; readonly key: LookupKey }
  | {
      readonly kind: 'range';
      readonly spec: SortedSpec;
      readonly low: Bound | null;
      readonly high: Bound | null;
      /** `between` and `in [a:b]` put their bounds in order themselves. */
      readonly loose: boolean;
    }
  | { readonly kind: 'scan' };

export interface LookupProgram {
  readonly access: Access;
  /** What the access does not decide; null when nothing is left. */
  readonly where: Predicate | null;
}

export function planLookup(where: readonly CheckedExpression[]): LookupProgram {
  const own: CheckedExpression[] = [];
  const other: CheckedExpression[] = [];
  const rest: CheckedExpression[] = [];
  for (const conjunct of where) {
    const sides = sidesOf(conjunct);
    if (sides === null || conjunct.kind !== 'compare' || conjunct.op !== '=') rest.push(conjunct);
    else {
      own.push(sides.own);
      other.push(sides.other);
    }
  }
  if (own.length > 0) {
    const access: Access = { kind: 'hash', spec: hashSpec(own), key: compileLookupKey(other) };
    return { access, where: predicateOf(rest) };
  }
  return { access: rangeAccess(where), where: predicateOf(where) };
}

function predicateOf(conjuncts: readonly CheckedExpression[]): Predicate | null {
  return conjuncts.length === 0 ? null : compilePredicate(conjuncts);
}

/** Indexes over the same columns have the same name. */
export function hashSpec(own: readonly CheckedExpression[]): HashSpec {
  return { name: nameOf(own), key: compileEventKey(own, STORE), columns: columnsOf(own) };
}

export function sortedSpec(own: CheckedExpression): SortedSpec {
  return { name: nameOf([own]), value: compileEventEvaluator(own, STORE), columns: columnsOf([own]) };
}

/** Does it read the store's row alone, or everything but that row? A subquery may read anything. */
function reachOf(e: CheckedExpression): 'own' | 'other' | 'both' {
  let own = false;
  let any = false;
  walkExpression(e, (inner) => {
    if ((inner.kind === 'property' || inner.kind === 'event') && inner.ref.level === 0) {
      if (inner.ref.stream === STORE) own = true;
      else any = true;
    } else if (
      inner.kind === 'subquery' ||
      inner.kind === 'prev' ||
      inner.kind === 'prior' ||
      inner.kind === 'aggregate'
    ) {
      own = true;
      any = true;
    }
  });
  if (!own) return 'other';
  return any ? 'both' : 'own';
}

function sidesOf(e: CheckedExpression): { readonly own: CheckedExpression; readonly other: CheckedExpression } | null {
  if (e.kind !== 'compare') return null;
  const left = reachOf(e.left);
  const right = reachOf(e.right);
  if (left === 'own' && right === 'other') return { own: e.left, other: e.right };
  if (right === 'own' && left === 'other') return { own: e.right, other: e.left };
  return null;
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** The first column with a range; several conjuncts on it make one. */
function rangeAccess(where: readonly CheckedExpression[]): Access {
  let own: CheckedExpression | null = null;
  let low: Bound | null = null;
  let high: Bound | null = null;
  let loose = false;
  const take = (column: CheckedExpression): boolean => {
    const name = columnOf(column);
    const ordered = isNumeric(column.type) || column.type.kind === 'string';
    if (name === null || !ordered || (own !== null && columnOf(own) !== name)) return false;
    own = column;
    return true;
  };
  for (const e of where) {
    if (e.kind === 'between' && !e.not && reachOf(e.value) === 'own') {
      if (reachOf(e.low) !== 'other' || reachOf(e.high) !== 'other' || low !== null || high !== null) continue;
      if (!take(e.value)) continue;
      low = { value: compileExpression(e.low), inclusive: true };
      high = { value: compileExpression(e.high), inclusive: true };
      loose = true;
      continue;
    }
    const sides = sidesOf(e);
    if (sides === null || e.kind !== 'compare') continue;
    const op = sides.own === e.left ? e.op : (MIRRORED[e.op] ?? e.op);
    const bound: Bound = { value: compileExpression(sides.other), inclusive: op === '>=' || op === '<=' };
    if ((op === '>' || op === '>=') && low === null && take(sides.own)) low = bound;
    else if ((op === '<' || op === '<=') && high === null && take(sides.own)) high = bound;
  }
  return own === null ? { kind: 'scan' } : { kind: 'range', spec: sortedSpec(own), low, high, loose };
}

/** A lookup over one store. */
export class StoreLookup {
  readonly #program: LookupProgram;
  readonly #store: Store;
  readonly #byKey: FindByKey | null;
  readonly #byRange: FindByRange | null;

  constructor(program: LookupProgram, store: Store) {
    const { access } = program;
    this.#program = program;
    this.#store = store;
    this.#byKey = access.kind === 'hash' ? store.hash(access.spec) : null;
    this.#byRange = access.kind === 'range' ? store.sorted(access.spec) : null;
  }

  /** Rows that meet `where` beside `row` (whose place 0 is not looked at), as a list: the store may change then. */
  find(row: EventRow, context: EvaluationContext): readonly Event[] {
    const { where } = this.#program;
    const candidates = this.#candidates(row, context);
    if (where === null) return [...candidates];
    const found: Event[] = [];
    const rest = row.slice(1);
    for (const event of candidates) if (where([event, ...rest], context)) found.push(event);
    return found;
  }

  #candidates(row: EventRow, context: EvaluationContext): Iterable<Event> {
    const { access } = this.#program;
    if (access.kind === 'hash' && this.#byKey !== null) {
      return access.key.hasNull(row, context) ? [] : this.#byKey(access.key.of(row, context));
    }
    if (access.kind === 'range' && this.#byRange !== null) {
      const low = access.low?.value(row, context) ?? null;
      const high = access.high?.value(row, context) ?? null;
      if ((access.low !== null && low === null) || (access.high !== null && high === null)) return [];
      const swap = access.loose && low !== null && high !== null && high < low;
      return this.#byRange({
        low: swap ? high : low,
        lowInclusive: access.low?.inclusive ?? true,
        high: swap ? low : high,
        highInclusive: access.high?.inclusive ?? true,
      });
    }
    return this.#store.rows();
  }
}
