/**
 * Checked expressions → functions. The only door of this folder for the rest of the engine.
 *
 * Per call one function is generated: the expression as one JavaScript expression over the events of a row (or one
 * event) and the {@link EvaluationContext}. Equal shapes share their code (code-cache.ts).
 */
import type { CheckedExpression, Column } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import { isNumeric } from '../../model/value.ts';
import type {
  EvaluationContext,
  EventEvaluator,
  EventPredicate,
  EventRow,
  Evaluator,
  Predicate,
  Residual,
} from '../evaluation.ts';
import type { Span } from '../functions/period.ts';
import type { Key } from '../functions/values.ts';
import type { ResultRow } from '../runtime/output-row.ts';
import { instantiate, sharedResult } from './code-cache.ts';
import { emit } from './emit.ts';
import { isTrue } from './emit-logic.ts';
import { emitPeriod } from './emit-method.ts';
import { emitRow } from './emit-row.ts';
import { index, Scope } from './scope.ts';
import type { StreamAccess } from './scope.ts';

export type RowValues = (row: EventRow, context: EvaluationContext) => Value[];
export type EventValues = (event: Event, context: EvaluationContext) => Value[];
export type RowMaker = (row: EventRow, context: EvaluationContext) => ResultRow;
export type RowSpan = (row: EventRow, context: EvaluationContext) => Span;
export type RowKey = (row: EventRow, context: EvaluationContext) => Key;
export type EventKey = (event: Event, context: EvaluationContext) => Key;

const ROW: StreamAccess = { row: 'row', events: new Map() };

/** Reads `stream` from the argument `event`; the row, where a subquery wants one, holds that event alone. */
function eventAccess(stream: number): StreamAccess {
  return { row: `[${'null,'.repeat(Number(index(stream)))}event]`, events: new Map([[stream, 'event']]) };
}

/**
 * Generated code has no static type: each door below says, by `as`, which parameters its source takes and what it
 * yields. These are the only assertions of this folder.
 */
function generate(access: StreamAccess, body: (scope: Scope) => string): unknown {
  const scope = new Scope(emit, access);
  const js = body(scope);
  const parameter = access === ROW ? 'row' : 'event';
  return instantiate(
    `${scope.prologue()}return function(${parameter},cx){${scope.declarations()}return ${js};};`,
    scope.constants,
  );
}

/** @throws CodedError NOT_SUPPORTED, WRONG_ARGUMENTS (regular expressions, formats) with the position in the text. */
export function compileExpression(expression: CheckedExpression): Evaluator {
  return generate(ROW, (scope) => emit(expression, scope).js) as Evaluator;
}

function conjunction(conjuncts: readonly CheckedExpression[], scope: Scope): string {
  return conjuncts.length === 0 ? 'true' : conjuncts.map((c) => isTrue(c, scope)).join('&&');
}

/** All conjuncts true; null counts as false; none is always true. */
export function compilePredicate(conjuncts: readonly CheckedExpression[]): Predicate {
  return generate(ROW, (scope) => conjunction(conjuncts, scope)) as Predicate;
}

/** Level-0 references may name `stream` alone. */
export function compileEventEvaluator(expression: CheckedExpression, stream = 0): EventEvaluator {
  return generate(eventAccess(stream), (scope) => emit(expression, scope).js) as EventEvaluator;
}

export function compileEventPredicate(conjuncts: readonly CheckedExpression[], stream = 0): EventPredicate {
  return generate(eventAccess(stream), (scope) => conjunction(conjuncts, scope)) as EventPredicate;
}

/** Constants of a {@link Residual} that its code reads from their owner; the others are in `more`. */
const OWN_CONSTANTS = 2;

/** All conjuncts true, as one function for all statements of a shape; whoever holds it holds the constants of its own. */
export function compileResidual(conjuncts: readonly CheckedExpression[], stream = 0): Residual {
  const scope = new Scope(emit, eventAccess(stream));
  const js = conjunction(conjuncts, scope);
  const constants = scope.constants.map((_, i) =>
    i < OWN_CONSTANTS ? `k${i}=of.k${i}` : `k${i}=of.more[${i - OWN_CONSTANTS}]`,
  );
  const locals = constants.length === 0 ? '' : `const ${constants.join(',')};`;
  const source = `${scope.helpers()}return function(event,cx,of){${locals}${scope.declarations()}return ${js};};`;
  return {
    test: sharedResult(source) as Residual['test'],
    k0: scope.constants[0],
    k1: scope.constants[1],
    more: scope.constants.slice(OWN_CONSTANTS),
  };
}

/** A period, or a number of seconds as one (Esper doc 5.2.1): the length of an interval. */
export function compileSpan(expression: CheckedExpression): RowSpan {
  return generate(ROW, (scope) => {
    if (expression.kind === 'period') return emitPeriod(expression, scope).js;
    return `Math.round(${emit(expression, scope).js}*1000)`;
  }) as RowSpan;
}

/** The values of several expressions for a row, as a fresh array. */
export function compileEvaluators(expressions: readonly CheckedExpression[]): RowValues {
  return generate(ROW, (scope) => `[${expressions.map((e) => emit(e, scope).js).join(',')}]`) as RowValues;
}

/** The output row of the selected expressions. */
export function compileRow(expressions: readonly CheckedExpression[], columns: readonly Column[]): RowMaker {
  return generate(ROW, (scope) => emitRow(expressions, columns, scope)) as RowMaker;
}

export function compileEventEvaluators(expressions: readonly CheckedExpression[], stream = 0): EventValues {
  return generate(
    eventAccess(stream),
    (scope) => `[${expressions.map((e) => emit(e, scope).js).join(',')}]`,
  ) as EventValues;
}

/** Scalars are their own key; several values are spelt out one behind the other. */
export function keySource(expressions: readonly CheckedExpression[], scope: Scope): string {
  const [only] = expressions;
  if (only === undefined) return '""';
  if (expressions.length === 1) {
    const value = emit(only, scope).js;
    const scalar = isNumeric(only.type) || only.type.kind === 'string' || only.type.kind === 'boolean';
    return scalar ? value : scope.call('keyOf', value);
  }
  return expressions.map((e) => keyPartSource(e, scope)).join('+');
}

function keyPartSource(e: CheckedExpression, scope: Scope): string {
  const value = emit(e, scope);
  if (isNumeric(e.type)) return `(${value.js}+";")`;
  return scope.call('keyPart', value.js);
}

/**
 * A key of the values by EPL equality: ints and doubles by value, null a key of its own, arrays by content. Keys of the
 * same expressions are comparable with each other, and with keys of expressions of the same kinds (both sides of an
 * equi-join), as Map keys.
 */
export function compileKey(expressions: readonly CheckedExpression[]): RowKey {
  return generate(ROW, (scope) => keySource(expressions, scope)) as RowKey;
}

export function compileEventKey(expressions: readonly CheckedExpression[], stream = 0): EventKey {
  return generate(eventAccess(stream), (scope) => keySource(expressions, scope)) as EventKey;
}
