/**
 * Expressions of patterns → functions. In the filter of an atom stream 0 is the arriving event and stream 1 the tags of the
 * match so far; everywhere else in a pattern stream 0 is the tags.
 *
 * Also the class of tags of one pattern: a match is an object with one field per tag, copied when a tag is added.
 */
import type { CheckedExpression, Column } from '../../model/checked.ts';
import { slotOf } from '../../model/event.ts';
import { isNumeric } from '../../model/value.ts';
import type { Value } from '../../model/value.ts';
import type { AtomPredicate, EvaluationContext, Tags, TagsEvaluator } from '../evaluation.ts';
import type { Event } from '../../model/event.ts';
import type { Span } from '../functions/period.ts';
import type { Key } from '../functions/values.ts';
import type { ResultRow } from '../runtime/output-row.ts';
import { instantiate, sharedResult } from './code-cache.ts';
import { emit } from './emit.ts';
import { isTrue } from './emit-logic.ts';
import { emitPeriod } from './emit-method.ts';
import { emitRow } from './emit-row.ts';
import { quote } from './quote.ts';
import { Scope } from './scope.ts';
import type { StreamAccess } from './scope.ts';

const ATOM: StreamAccess = {
  row: '[event,tags]',
  events: new Map([
    [0, 'event'],
    [1, 'tags'],
  ]),
};
const TAGS: StreamAccess = { row: '[tags]', events: new Map([[0, 'tags']]) };
/** The tag side of a filter, without an event. */
const TAG_SIDE: StreamAccess = { row: '[null,tags]', events: new Map([[1, 'tags']]) };
const EVENT_SIDE: StreamAccess = { row: '[event]', events: new Map([[0, 'event']]) };

/** As in compile.ts: the doors below say, by `as`, what their source takes and yields. */
function generate(access: StreamAccess, parameters: string, body: (scope: Scope) => string): unknown {
  const scope = new Scope(emit, access);
  const js = body(scope);
  return instantiate(
    `${scope.prologue()}return function(${parameters},cx){${scope.declarations()}return ${js};};`,
    scope.constants,
  );
}

/** All conjuncts true of the event and the tags; null counts as false. */
export function compileAtomPredicate(conjuncts: readonly CheckedExpression[]): AtomPredicate {
  return generate(ATOM, 'event,tags', (scope) => conjuncts.map((c) => isTrue(c, scope)).join('&&')) as AtomPredicate;
}

export function compileTagsEvaluator(expression: CheckedExpression): TagsEvaluator {
  return generate(TAGS, 'tags', (scope) => emit(expression, scope).js) as TagsEvaluator;
}

/** All conjuncts true of the tags; null counts as false. */
export function compileTagsConjunction(
  conjuncts: readonly CheckedExpression[],
): (tags: Tags, context: EvaluationContext) => boolean {
  return generate(TAGS, 'tags', (scope) => conjuncts.map((c) => isTrue(c, scope)).join('&&')) as (
    tags: Tags,
    context: EvaluationContext,
  ) => boolean;
}

export type TagsRow = (tags: Tags, context: EvaluationContext) => ResultRow;

/** The output row of the selected expressions. */
export function compileTagsRow(expressions: readonly CheckedExpression[], columns: readonly Column[]): TagsRow {
  return generate(TAGS, 'tags', (scope) => emitRow(expressions, columns, scope)) as TagsRow;
}

/** A period, or a number of seconds as one; null if a part of it is. */
export function compileTagsSpan(
  expression: CheckedExpression,
): (tags: Tags, context: EvaluationContext) => Span | null {
  return generate(TAGS, 'tags', (scope) => {
    if (expression.kind === 'period') return emitPeriod(expression, scope).js;
    const seconds = scope.temporary();
    return `((${seconds}=${emit(expression, scope).js})===null?null:Math.round(${seconds}*1000))`;
  }) as (tags: Tags, context: EvaluationContext) => Span | null;
}

/** One side of the equalities that tie an atom to the tags. `nulls`: `is`, for which null equals null. */
export interface KeyPart {
  readonly expression: CheckedExpression;
  readonly nulls: boolean;
}

/** The key of a side; undefined where an equality with null can never hold. */
export type SideKey<Side> = (side: Side, context: EvaluationContext) => Key | undefined;

/** Scalars are their own key; several values are spelt out one behind the other. Null of `is` is `null`. */
function keySource(parts: readonly KeyPart[], scope: Scope): string {
  const [only, more] = parts;
  if (only !== undefined && more === undefined) {
    const value = scalarSource(only.expression, scope);
    if (only.nulls) return value;
    const name = scope.temporary();
    return `((${name}=${value})===null?void 0:${name})`;
  }
  const checks: string[] = [];
  const spelt = parts.map(({ expression, nulls }) => {
    const name = scope.temporary();
    const value = emit(expression, scope).js;
    checks.push(nulls ? `((${name}=${value}),false)` : `(${name}=${value})===null`);
    return isNumeric(expression.type) && !nulls ? `${name}+";"` : scope.call('keyPart', name);
  });
  return `(${checks.join('||')}?void 0:${spelt.join('+')})`;
}

function scalarSource(e: CheckedExpression, scope: Scope): string {
  const value = emit(e, scope).js;
  const scalar = isNumeric(e.type) || e.type.kind === 'string' || e.type.kind === 'boolean';
  return scalar ? value : scope.call('keyOf', value);
}

export function compileEventSideKey(parts: readonly KeyPart[]): SideKey<Event> {
  return generate(EVENT_SIDE, 'event', (scope) => keySource(parts, scope)) as SideKey<Event>;
}

export function compileTagSideKey(parts: readonly KeyPart[]): SideKey<Tags> {
  return generate(TAG_SIDE, 'tags', (scope) => keySource(parts, scope)) as SideKey<Tags>;
}

/** A number to compare with, of the event. */
export function compileEventBound(expression: CheckedExpression): (event: Event, cx: EvaluationContext) => Value {
  return generate(EVENT_SIDE, 'event', (scope) => emit(expression, scope).js) as (
    event: Event,
    cx: EvaluationContext,
  ) => Value;
}

/** A number to compare with, of the tags. */
export function compileTagBound(expression: CheckedExpression): TagsEvaluator {
  return generate(TAG_SIDE, 'tags', (scope) => emit(expression, scope).js) as TagsEvaluator;
}

/** The key of several values of the tags; null is a key of its own. */
export function compileTagsKey(
  expressions: readonly CheckedExpression[],
): (tags: Tags, context: EvaluationContext) => Key {
  const parts = expressions.map((expression): KeyPart => ({ expression, nulls: true }));
  return generate(TAGS, 'tags', (scope) => keySource(parts, scope)) as (t: Tags, cx: EvaluationContext) => Key;
}

/** What makes the matches of one pattern. */
export interface TagsClass {
  /** Without any tag. */
  readonly none: Tags;
  /** By tag: a copy with that tag set. */
  readonly set: readonly ((tags: Tags, value: Value) => Tags)[];
  /** The tags of both; those of `more` where both have one. */
  readonly merge: (tags: Tags, more: Tags) => Tags;
  /** In order of the tags. */
  readonly values: (tags: Tags) => Value[];
}

/** One class per list of names: equal patterns share it. */
export function compileTagsClass(names: readonly string[]): TagsClass {
  const fields = names.map((name) => quote(slotOf(name)));
  const parameters = names.map((_, i) => `v${i}`).join(',');
  const assign = fields.map((f, i) => `this[${f}]=v${i};`).join('');
  const copy = (at: number): string => fields.map((f, i) => (i === at ? 'v' : `m[${f}]`)).join(',');
  const setters = fields.map((_, i) => `(m,v)=>new M(${copy(i)})`).join(',');
  const merged = fields.map((f) => `n[${f}]===null?m[${f}]:n[${f}]`).join(',');
  return sharedResult(
    `class M{constructor(${parameters}){${assign}}}
return {none:new M(${names.map(() => 'null').join(',')}),set:[${setters}],merge:(m,n)=>new M(${merged}),values:(m)=>[${fields.map((f) => `m[${f}]`).join(',')}]};`,
  ) as TagsClass;
}
