/** From an aggregation of a checked statement to the maker of its accumulators: one per group (and statement instance). */
import type { AggregateSpec } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { Accumulator, AccumulatorConstructor } from '../evaluation.ts';
import { argumentOf, filterOf, requiredArgument } from './argument.ts';
import { RowCount } from './count.ts';
import { Distinct } from './distinct.ts';
import { ExtremeEver, WindowExtreme } from './extremes.ts';
import type { Extreme } from './extremes.ts';
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
    default:
      throw new CodedError('NOT_SUPPORTED', `the aggregation '${spec.name}' is not supported`, {
        position: spec.ast.position,
      });
  }
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
