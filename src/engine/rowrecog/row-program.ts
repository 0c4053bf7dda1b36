/** match_recognize of one statement, compiled: automaton, conditions, measures. Nothing here changes after. */
import type { AggregateSpec } from '../../model/checked.ts';
import type { RowPatternSpec } from '../../model/checked-rows.ts';
import type { EventType } from '../../model/event-type.ts';
import { walkExpression } from '../../model/expression-tree.ts';
import type { EventKey } from '../compile/compile.ts';
import { compileEvaluators, compileEventKey, compilePredicate } from '../compile/compile.ts';
import type { RowValues } from '../compile/compile.ts';
import { accumulatorFor } from '../aggregate/accumulator-for.ts';
import type { AccumulatorConstructor, Predicate } from '../evaluation.ts';
import type { Duration } from '../runtime/duration.ts';
import { durationOf } from '../runtime/parameters.ts';
import type { WindowHost } from '../window/data-window.ts';
import type { Automaton } from './automaton.ts';
import { compileAutomaton } from './automaton.ts';

export interface RowCondition {
  /** Null: every row will do. */
  readonly holds: Predicate | null;
  /** True if it reads rows that the partial match has already taken. */
  readonly correlated: boolean;
}

export interface RowAggregate {
  readonly make: AccumulatorConstructor;
  /** Variable whose rows enter. */
  readonly variable: number;
}

export interface RowProgram {
  readonly automaton: Automaton;
  /** By variable. */
  readonly conditions: readonly RowCondition[];
  /** By variable: true if a match can hold several rows of it. */
  readonly multiple: readonly boolean[];
  /** By variable: true if its rows, of those that can be several, are asked for once taken. */
  readonly kept: readonly boolean[];
  /** Null without partition by. */
  readonly key: EventKey | null;
  readonly previous: readonly number[];
  /** Farthest of `previous`; 0 without. */
  readonly farthest: number;
  /** True if a condition reads rows of the partial match at all. */
  readonly correlated: boolean;
  /** True if a condition reads the arrays of stream 0. */
  readonly readsArrays: boolean;
  readonly measures: RowValues;
  /** True if a measure reads the arrays of stream 0. */
  readonly measuresArrays: boolean;
  readonly aggregates: readonly RowAggregate[];
  readonly matchType: EventType;
  readonly resultType: EventType;
  readonly allMatches: boolean;
  readonly skip: RowPatternSpec['skip'];
  readonly interval: ((host: WindowHost) => Duration) | null;
  readonly orTerminated: boolean;
}

export function compileRows(spec: RowPatternSpec, stream: number): RowProgram {
  const { interval, variables } = spec;
  const correlated = variables.some((v) => v.correlated);
  const measured = spec.measures.map((m) => m.expression);
  const conditionArrays = variables.some((v) => v.condition !== null && readsArrays(v.condition));
  const measuresArrays = measured.some(readsArrays);
  const aggregated = new Set(spec.aggregates.map(variableOf));
  return {
    automaton: compileAutomaton(spec.pattern),
    conditions: variables.map((v) => ({
      holds: v.condition === null ? null : compilePredicate([v.condition]),
      correlated: v.correlated,
    })),
    multiple: variables.map((v) => v.multiple),
    kept: variables.map((v, i) => v.multiple && (conditionArrays || measuresArrays || aggregated.has(i))),
    key: spec.partitionBy.length === 0 ? null : compileEventKey(spec.partitionBy, stream),
    previous: spec.previous,
    farthest: Math.max(0, ...spec.previous),
    correlated,
    readsArrays: conditionArrays,
    measures: compileEvaluators(measured),
    measuresArrays,
    aggregates: spec.aggregates.map((a) => ({
      make: accumulatorFor(a, { leaves: false }),
      variable: variableOf(a),
    })),
    matchType: spec.matchType,
    resultType: spec.resultType,
    allMatches: spec.allMatches,
    skip: spec.skip,
    interval: interval === null ? null : (host) => durationOf(interval.period, host.context),
    orTerminated: interval?.orTerminated === true,
  };
}

type Expression = RowPatternSpec['measures'][number]['expression'];

function readsArrays(e: Expression): boolean {
  let reads = false;
  walkExpression(e, (x) => {
    if ((x.kind === 'property' || x.kind === 'event') && x.ref.stream === 0) reads = true;
  });
  return reads;
}

/** The analysis has made sure that there is exactly one. */
function variableOf(spec: AggregateSpec): number {
  let variable = 0;
  for (const e of [...spec.args, ...(spec.filter === null ? [] : [spec.filter])]) {
    walkExpression(e, (x) => {
      if (x.kind === 'property' || x.kind === 'event') variable = x.ref.stream - 1;
    });
  }
  return variable;
}
