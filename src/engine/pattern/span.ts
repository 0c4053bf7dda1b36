/** Periods of guards and observers: read when one starts, from the tags so far and variables. */
import { CodedError } from '../../model/errors.ts';
import type { Position } from '../../model/errors.ts';
import type { EvaluationContext, Tags } from '../evaluation.ts';
import type { Span } from '../functions/period.ts';
import type { PatternRun } from './pattern-run.ts';

export interface TagsSpan {
  readonly evaluate: (tags: Tags, context: EvaluationContext) => Span | null;
  readonly position: Position;
}

/** Throws `EVALUATION` where the period is null. */
export function spanOf({ evaluate, position }: TagsSpan, tags: Tags, run: PatternRun): Span {
  const span = evaluate(tags, run.context);
  if (span !== null) return span;
  throw new CodedError('EVALUATION', 'the time period of a guard or observer is null', { position });
}
