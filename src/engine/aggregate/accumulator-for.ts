/** From an aggregation of a checked statement to the maker of its accumulators: one per group (and statement instance). */
import type { AggregateSpec } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { Accumulator, AccumulatorConstructor, Evaluator } from '../evaluation.ts';
import { compileExpression, compileSpan } from '../compile/compile.ts';
import { AccessWindow, accessRecipe, edgeEver, EverValue } from './access.ts';
import { argumentOf, filterOf, requiredArgument } from './argument.ts';
import { RowCount } from './count.ts';
import { Distinct } from './distinct.ts';
import { ExtremeEver, WindowExtreme } from './extremes.ts';
import type { Extreme } from './extremes.ts';
import { Leaving, RateEver, WindowRate } from './rate.ts';
import { ByEver, sortedRecipe, SortedWindow } from './sorted.ts';
import { OrderStatistic, StandardDeviation } from './spread.ts';
import { CompensatedSum, IntSum } from './sum.ts';

export interface AccumulatorOptions {
  /**
   * False where no row ever leaves (a stream without data window): min and max then keep one value.
   * @default true
   */
  readonly leaves?: boolean | undefined;
}

/**
 * Compiles the aggregation's expressions once; each call of the result makes an empty accumulator.
 * @throws CodedError NOT_SUPPORTED for an unknown aggregation, WRONG_ARGUMENTS for missing arguments
 */
export function accumulatorFor(spec: AggregateSpec, options: AccumulatorOptions = {}): AccumulatorConstructor {
  const make = plainAccumulator(spec, options.leaves ?? true);
  if (!spec.distinct) return make;
  const argument = argumentOf(spec);
  return () => new Distinct(argument, make());
}

function plainAccumulator(spec: AggregateSpec, leaves: boolean): () => Accumulator {
  switch (spec.name) {
    case 'sum':
      return sumOf(spec);
    case 'avg': {
      const argument = argumentOf(spec);
      return () => new CompensatedSum(argument, 'avg');
    }
    case 'count':
    case 'countever': {
      const filter = filterOf(spec);
      const argument = spec.wildcard || spec.args.length === 0 ? null : argumentOf(spec);
      return () => new RowCount(filter, argument, spec.name === 'count');
    }
    case 'min':
    case 'max':
      return extremeOf(spec, spec.name, leaves);
    case 'minever':
      return extremeOf(spec, 'min', false);
    case 'maxever':
      return extremeOf(spec, 'max', false);
    case 'fmin':
    case 'fmax':
      return extremeOf(spec, spec.name === 'fmin' ? 'min' : 'max', leaves);
    case 'fminever':
    case 'fmaxever':
      return extremeOf(spec, spec.name === 'fminever' ? 'min' : 'max', false);
    case 'stddev': {
      const argument = argumentOf(spec);
      return () => new StandardDeviation(argument);
    }
    case 'median':
    case 'avedev': {
      const { name } = spec;
      const argument = argumentOf(spec);
      return () => new OrderStatistic(argument, name);
    }
    default:
      return eventAccumulator(spec, leaves);
  }
}

const FIRST_EVENT: Evaluator = (row) => row[0] ?? null;

/** Aggregations whose values are events, or that look at when rows come and go. */
function eventAccumulator(spec: AggregateSpec, leaves: boolean): () => Accumulator {
  switch (spec.name) {
    case 'first':
    case 'last':
    case 'nth':
    case 'window': {
      const { name } = spec;
      const recipe = accessRecipe(spec, name);
      if (!leaves && recipe.offset === null && (name === 'first' || name === 'last')) return edgeEver(recipe, name);
      return () => new AccessWindow(recipe);
    }
    case 'firstever':
    case 'lastever': {
      const form = spec.name === 'firstever' ? 'first' : 'last';
      const argument = spec.wildcard ? FIRST_EVENT : compileExpression(requiredArgument(spec, 0));
      const filter = filterOf(spec);
      return () => new EverValue(argument, form, filter, false);
    }
    case 'sorted': {
      const recipe = sortedRecipe(spec, 'sorted');
      return () => new SortedWindow(recipe);
    }
    case 'maxby':
    case 'minby': {
      const recipe = sortedRecipe(spec, spec.name);
      return leaves ? () => new SortedWindow(recipe) : () => new ByEver(recipe);
    }
    case 'maxbyever':
    case 'minbyever': {
      const recipe = sortedRecipe(spec, spec.name === 'maxbyever' ? 'maxby' : 'minby');
      return () => new ByEver(recipe);
    }
    case 'rate':
      return rateOf(spec);
    case 'leaving':
      return () => new Leaving();
    default:
      throw new CodedError('NOT_SUPPORTED', `the aggregation '${spec.name}' is not supported`, {
        position: spec.ast.position,
      });
  }
}

/** A constant or a period is the interval of the ever form; anything else is the timestamp of the window form. */
function rateOf(spec: AggregateSpec): () => Accumulator {
  const first = requiredArgument(spec, 0);
  const filter = filterOf(spec);
  if (first.kind === 'period' || first.kind === 'literal' || first.kind === 'variable') {
    const span = compileSpan(first);
    return () => new RateEver(span, filter);
  }
  const timestamp = compileExpression(first);
  const amount = spec.args[1] === undefined ? null : compileExpression(spec.args[1]);
  return () => new WindowRate(timestamp, amount, filter);
}

function sumOf(spec: AggregateSpec): () => Accumulator {
  const argument = argumentOf(spec);
  const { kind } = requiredArgument(spec, 0).type;
  switch (kind) {
    case 'int':
      return () => new IntSum(argument);
    case 'long':
    case 'float':
      return () => new CompensatedSum(argument, kind);
    default:
      return () => new CompensatedSum(argument, 'double');
  }
}

function extremeOf(spec: AggregateSpec, extreme: Extreme, leaves: boolean): () => Accumulator {
  const argument = argumentOf(spec);
  return leaves ? () => new WindowExtreme(argument, extreme) : () => new ExtremeEver(argument, extreme);
}
