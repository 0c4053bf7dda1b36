/**
 * Checked patterns (Esper reference §7): the part of the checked statement behind `from pattern [...]`.
 *
 * Expressions of an atom's filter see the arriving event as stream 0 and the tags of the match so far as stream 1; all
 * other expressions of a pattern see the tags as stream 0. A reference to a tag has `ref.tag`; a tag that a repeat has
 * collected is a property of the tags, an array of events.
 */
import type { CheckedExpression, FilterSource } from './checked.ts';
import type { EventType } from './event-type.ts';
import type { Position } from './errors.ts';

export interface PatternSource {
  readonly kind: 'pattern';
  readonly pattern: CheckedPattern;
  /** Atoms in order of the text; `CheckedPattern` names them by index. */
  readonly atoms: readonly PatternAtom[];
  /** What a match is to the other clauses: one property per tag. */
  readonly eventType: EventType;
  /** `@SuppressOverlappingMatches`: of several matches of one cause that share an event only the first is told. */
  readonly suppressOverlapping: boolean;
  /** `@DiscardPartialsOnMatch`: a match ends every open partial match that shares an event with it. */
  readonly discardPartials: boolean;
  readonly position: Position;
}

export interface PatternAtom {
  readonly index: number;
  readonly tag: string | null;
  readonly source: FilterSource;
  /** `@consume(n)`; 0 without. */
  readonly consume: number;
}

/** `schedule`: a date, a period, or both, and how often; `iso` says all of it in one text. */
export interface ScheduleParameters {
  readonly iso: CheckedExpression | null;
  readonly date: CheckedExpression | null;
  readonly period: CheckedExpression | null;
  readonly repetitions: CheckedExpression | null;
}

export type CheckedPattern =
  | { readonly kind: 'atom'; readonly index: number }
  | {
      readonly kind: 'followedBy';
      readonly first: CheckedPattern;
      /** `max`: most open instances of `pattern`; null for `->`. */
      readonly next: readonly { readonly max: CheckedExpression | null; readonly pattern: CheckedPattern }[];
    }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly CheckedPattern[] }
  | { readonly kind: 'not' | 'every'; readonly operand: CheckedPattern }
  | {
      readonly kind: 'everyDistinct';
      readonly keys: readonly CheckedExpression[];
      /** After which a key is forgotten; null for never. */
      readonly expiry: CheckedExpression | null;
      readonly operand: CheckedPattern;
    }
  /** `exact`: `[n]`, both bounds are the one number. */
  | {
      readonly kind: 'repeat';
      readonly low: CheckedExpression | null;
      readonly high: CheckedExpression | null;
      readonly exact: boolean;
      /** Tags of `operand`, which are arrays outside. */
      readonly tags: readonly string[];
      readonly operand: CheckedPattern;
      readonly until: CheckedPattern | null;
    }
  /** `timer:within`, `timer:withinmax`. */
  | {
      readonly kind: 'within';
      readonly period: CheckedExpression;
      readonly max: CheckedExpression | null;
      readonly operand: CheckedPattern;
    }
  | { readonly kind: 'while'; readonly condition: CheckedExpression; readonly operand: CheckedPattern }
  | { readonly kind: 'interval'; readonly period: CheckedExpression }
  | { readonly kind: 'at'; readonly fields: readonly CheckedExpression[] }
  | ({ readonly kind: 'schedule' } & ScheduleParameters);
