/**
 * Checked contexts (Esper reference §4): who makes partitions of a statement, when, and when they end.
 *
 * Expressions of filters, keys and conditions see the event as stream 0. What a partition knows of its beginning (tags,
 * aliases, keys, label) reads as a context property, in statements as in the conditions that end it.
 */
import type { CheckedExpression, CheckedStream } from './checked.ts';
import type { EventType } from './event-type.ts';
import type { Position } from './errors.ts';

export interface CheckedContext {
  readonly name: string;
  /** One level, or those of a nested context, outermost first. */
  readonly levels: readonly ContextLevel[];
  /** Type of `context` in statements. */
  readonly propertyType: EventType;
  readonly position: Position;
}

export interface ContextLevel {
  readonly name: string;
  readonly definition: ContextDefinition;
  /** What the level's own partitions know: `context` itself, or `context.<name>` in a nested context. */
  readonly propertyType: EventType;
}

/** A type of events that a context divides. */
export interface ContextItem {
  /** Its type and filter; no windows. */
  readonly stream: CheckedStream;
  /** Under which the event that opened the partition is known to what ends it; null for none. */
  readonly alias: string | null;
  readonly keys: readonly CheckedExpression[];
}

export type HashFunction = 'consistent_hash_crc32' | 'hash_code';

export type ContextDefinition =
  | {
      readonly kind: 'partition';
      readonly items: readonly ContextItem[];
      /** Which events open a partition; empty: any event of the items. */
      readonly initiated: readonly ContextCondition[];
      readonly terminated: ContextCondition | null;
    }
  | {
      readonly kind: 'category';
      readonly stream: CheckedStream;
      readonly groups: readonly { readonly label: string; readonly condition: CheckedExpression }[];
    }
  | {
      readonly kind: 'hash';
      readonly items: readonly (ContextItem & { readonly hash: HashFunction })[];
      readonly granularity: number;
      readonly preallocate: boolean;
    }
  /** One partition at a time. */
  | { readonly kind: 'startEnd'; readonly start: ContextCondition; readonly end: ContextCondition | null }
  /** A partition for each event, pattern match or instant. */
  | {
      readonly kind: 'initiated';
      readonly distinct: readonly CheckedExpression[];
      readonly start: ContextCondition;
      readonly end: ContextCondition | null;
    };

export type ContextCondition =
  | { readonly kind: 'filter'; readonly stream: CheckedStream; readonly alias: string | null }
  | {
      readonly kind: 'pattern';
      readonly stream: CheckedStream;
      readonly alias: string | null;
      readonly inclusive: boolean;
    }
  | { readonly kind: 'crontab'; readonly fields: readonly CheckedExpression[] }
  | { readonly kind: 'after'; readonly period: CheckedExpression }
  | { readonly kind: 'now'; readonly and: ContextCondition | null };
