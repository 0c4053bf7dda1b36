/**
 * Patterns (Esper reference §7): atoms with filters on the tags before them, operators, guards and observers.
 *
 * Tags come into scope in the order of the text. Inside a repeat a tag of its operand is one event; behind it, and in its
 * `until`, it is an array of events.
 */
import type { AstAnnotation, AstExpression, AstPattern, AstPatternSource } from '../model/ast.ts';
import type { CheckedPattern, PatternAtom, PatternSource } from '../model/checked-pattern.ts';
import type { CheckedExpression } from '../model/checked.ts';
import { unreachable } from '../model/errors.ts';
import type { EventType } from '../model/event-type.ts';
import { arrayOf, isNumeric, type ValueType } from '../model/value.ts';
import { checkGuard, checkObserver } from './check-observer.ts';
import { checkFilterSource, resolveType } from './check-source.ts';
import { didYouMeanHint } from './names.ts';
import { type Context, type Environment, fail, newContext, newScope, type SelectScope } from './scope.ts';
import { describeType, isIntegral } from './typing.ts';

const freeze = Object.freeze;

/** Most atoms of one pattern: each is a place of its own in the filter index. */
export const MAX_ATOMS = 256;

/** Name of a pattern's stream where it has no alias; no text can write it. */
export const PATTERN_NAME = 'the pattern';

interface Tag {
  readonly type: EventType;
  readonly array: boolean;
}

/** What the check of one pattern has come across so far. */
interface Walk {
  readonly environment: Environment;
  /** Subqueries of filters are subqueries of the statement. */
  readonly outer: SelectScope;
  readonly tags: Map<string, Tag>;
  readonly atoms: PatternAtom[];
}

/** `scope`: of the statement; subqueries in filters are added to it. */
export function checkPattern(ast: AstPatternSource, scope: SelectScope, environment: Environment): PatternSource {
  const walk: Walk = { environment, outer: scope, tags: new Map(), atoms: [] };
  const pattern = check(ast.pattern, walk);
  const { suppress, discard } = checkAnnotations(ast.annotations);
  const eventType = tagsType(walk, `pattern@${ast.position.offset}`);
  environment.anonymous.set(eventType.name, eventType);
  return freeze({
    kind: 'pattern',
    pattern,
    atoms: freeze(walk.atoms),
    eventType,
    suppressOverlapping: suppress,
    discardPartials: discard,
    position: ast.position,
  });
}

const ANNOTATIONS = ['SuppressOverlappingMatches', 'DiscardPartialsOnMatch'] as const;

function checkAnnotations(annotations: readonly AstAnnotation[]): { suppress: boolean; discard: boolean } {
  const named = (name: string): boolean => annotations.some((a) => a.name.toLowerCase() === name.toLowerCase());
  for (const { name, position } of annotations) {
    if (ANNOTATIONS.some((a) => a.toLowerCase() === name.toLowerCase())) continue;
    fail(
      'INVALID_STATEMENT',
      `unknown annotation '@${name}' of a pattern`,
      position,
      didYouMeanHint(name, ANNOTATIONS) ?? `there are ${ANNOTATIONS.join(' and ')}`,
    );
  }
  return { suppress: named(ANNOTATIONS[0]), discard: named(ANNOTATIONS[1]) };
}

/** The tags in sight as properties. */
function tagsType({ tags }: Walk, name: string): EventType {
  const properties = [...tags].map(([tag, { type, array }]) => {
    const event: ValueType = { kind: 'event', typeName: type.name };
    return { name: tag, type: array ? arrayOf(event) : event };
  });
  return { name, supertypes: [], properties };
}

/** Where expressions see the tags alone, as stream 0. */
function tagsContext(walk: Walk, what: string): Context {
  const scope = newScope(null);
  const type = tagsType(walk, PATTERN_NAME);
  scope.streams.push({
    index: 0,
    alias: null,
    typeName: PATTERN_NAME,
    type,
    windowed: false,
    nullable: false,
    tags: true,
  });
  return { ...newContext(walk.environment, scope, 'pattern'), outer: false, noAggregates: `in ${what}` };
}

function check(ast: AstPattern, walk: Walk): CheckedPattern {
  switch (ast.kind) {
    case 'atom':
      return checkAtom(ast, walk);
    case 'followedBy': {
      const first = check(ast.first, walk);
      const next = ast.next.map((follower) => {
        const max = follower.max === null ? null : checkBound(follower.max, 'the bound of -[n]>', walk);
        return freeze({ max, pattern: check(follower.pattern, walk) });
      });
      return freeze({ kind: 'followedBy', first, next: freeze(next) });
    }
    case 'and':
    case 'or':
      return freeze({ kind: ast.kind, operands: freeze(ast.operands.map((o) => check(o, walk))) });
    case 'not':
    case 'every':
      return freeze({ kind: ast.kind, operand: check(ast.operand, walk) });
    case 'everyDistinct':
      return checkDistinct(ast, walk);
    case 'repeat':
      return checkRepeat(ast, walk);
    case 'guard': {
      const operand = check(ast.operand, walk);
      return checkGuard(ast, operand, tagsContext(walk, 'a guard'));
    }
    case 'observer':
      return checkObserver(ast, tagsContext(walk, 'an observer'));
    default:
      return unreachable(ast);
  }
}

// ---------------------------------------------------------------------------------------------- atoms

function checkAtom(ast: AstPattern & { readonly kind: 'atom' }, walk: Walk): CheckedPattern {
  const { environment, outer, atoms } = walk;
  if (atoms.length >= MAX_ATOMS) {
    fail('INVALID_STATEMENT', `a pattern has at most ${MAX_ATOMS} atoms`, ast.position);
  }
  const type = resolveType(ast.source, environment);
  if (type.kind === 'table')
    fail(
      'INVALID_STATEMENT',
      `'${type.name}' is a table and has no events`,
      ast.source.position,
      'take the stream that fills it',
    );
  if (ast.consume !== null && (!Number.isInteger(ast.consume) || ast.consume < 0)) {
    fail('WRONG_ARGUMENTS', '@consume takes a whole number from 0', ast.position, 'write @consume(2)');
  }
  const scope: SelectScope = { ...newScope(null), subqueries: outer.subqueries };
  const common = { windowed: false, nullable: false };
  scope.streams.push({ ...common, index: 0, alias: ast.tag, typeName: ast.source.typeName, type });
  scope.streams.push({
    ...common,
    index: 1,
    alias: null,
    typeName: PATTERN_NAME,
    type: tagsType(walk, PATTERN_NAME),
    tags: true,
  });
  const context: Context = {
    ...newContext(environment, scope, 'filter'),
    outer: false,
    noAggregates: 'in the filter of a pattern',
  };
  const checked = checkFilterSource(ast.source, type, context);
  if (checked.source.contained.length > 0) {
    fail(
      'INVALID_STATEMENT',
      'a contained-event selection cannot stand in a pattern',
      ast.source.position,
      'insert the contained events into a stream of their own',
    );
  }
  const index = atoms.length;
  atoms.push(freeze({ index, tag: ast.tag, source: checked.source, consume: ast.consume ?? 0 }));
  if (ast.tag !== null) declare(ast.tag, type, ast, walk);
  return freeze({ kind: 'atom', index });
}

/** A tag may stand at several atoms of one type: whichever comes true fills it. */
function declare(tag: string, type: EventType, ast: AstPattern, { tags }: Walk): void {
  const known = tags.get(tag);
  if (known !== undefined && (known.array || known.type.name !== type.name)) {
    fail(
      'DUPLICATE_NAME',
      known.array
        ? `tag '${tag}' is an array of events already`
        : `tag '${tag}' is an event of ${known.type.name} already`,
      ast.position,
      'give this one another name',
    );
  }
  tags.set(tag, { type, array: false });
}

// ---------------------------------------------------------------------------------------------- operators

function checkBound(ast: AstExpression, what: string, walk: Walk): CheckedExpression {
  const value = walk.environment.check(ast, tagsContext(walk, what));
  if (!isIntegral(value.type)) {
    fail('TYPE_MISMATCH', `${what} is a whole number, not ${describeType(value.type)}`, ast.position);
  }
  return value;
}

/** A last argument that is a period, or a plain number, says how long a key is remembered. */
function checkDistinct(ast: AstPattern & { readonly kind: 'everyDistinct' }, walk: Walk): CheckedPattern {
  const operand = check(ast.operand, walk);
  const context = tagsContext(walk, 'every-distinct');
  const all = ast.keys.map((k) => walk.environment.check(k, context));
  const last = all.at(-1);
  const timed =
    last !== undefined && (last.type.kind === 'period' || (last.kind === 'literal' && isNumeric(last.type)));
  const keys = timed ? all.slice(0, -1) : all;
  if (keys.length === 0) {
    fail(
      'WRONG_ARGUMENTS',
      'every-distinct needs a key besides the period',
      ast.position,
      'write every-distinct(a.host, 10 sec) a=…',
    );
  }
  for (const key of keys) {
    if (key.type.kind === 'period')
      fail('TYPE_MISMATCH', 'a time period is no key', key.ast.position, 'the period stands last');
  }
  return freeze({ kind: 'everyDistinct', keys: freeze(keys), expiry: timed ? last : null, operand });
}

function checkRepeat(ast: AstPattern & { readonly kind: 'repeat' }, walk: Walk): CheckedPattern {
  const what = 'the bound of a repeat';
  const low = ast.low === null ? null : checkBound(ast.low, what, walk);
  const high = ast.high === null ? null : checkBound(ast.high, what, walk);
  refuseBounds(ast, low, high);
  const before = new Map(walk.tags);
  const operand = check(ast.operand, walk);
  const tags: string[] = [];
  for (const [tag, { type, array }] of walk.tags) {
    if (before.get(tag)?.array === array) {
      if (!namesTag(ast.operand, tag)) continue;
      fail(
        'DUPLICATE_NAME',
        `tag '${tag}' stands inside a repeat and outside of it`,
        ast.position,
        'give the one inside another name',
      );
    }
    tags.push(tag);
    walk.tags.set(tag, { type, array: true });
  }
  const until = ast.until === null ? null : check(ast.until, walk);
  return freeze({ kind: 'repeat', low, high, exact: ast.exact, tags: freeze(tags), operand, until });
}

function refuseBounds(
  ast: AstPattern & { readonly kind: 'repeat' },
  low: CheckedExpression | null,
  high: CheckedExpression | null,
): void {
  const number = (e: CheckedExpression | null): number | null =>
    e?.kind === 'literal' && typeof e.value === 'number' ? e.value : null;
  for (const bound of [low, high]) {
    const value = number(bound);
    if (bound !== null && value !== null && value <= 0)
      fail('WRONG_ARGUMENTS', 'the bound of a repeat is a number from 1', bound.ast.position);
  }
  const [least, most] = [number(low), number(high)];
  if (least !== null && most !== null && least > most) {
    fail('WRONG_ARGUMENTS', `the lower bound ${least} is above the upper bound ${most}`, ast.position);
  }
  if (ast.until === null && !ast.exact && (low !== null || high !== null)) {
    fail('INVALID_STATEMENT', 'a repeat with a range needs until', ast.position, 'write [2:4] a until b, or [3] a');
  }
}

/** Does an atom below `ast` have the tag? */
function namesTag(ast: AstPattern, tag: string): boolean {
  switch (ast.kind) {
    case 'atom':
      return ast.tag === tag;
    case 'observer':
      return false;
    case 'followedBy':
      return namesTag(ast.first, tag) || ast.next.some((n) => namesTag(n.pattern, tag));
    case 'and':
    case 'or':
      return ast.operands.some((o) => namesTag(o, tag));
    case 'repeat':
      return namesTag(ast.operand, tag) || (ast.until !== null && namesTag(ast.until, tag));
    case 'not':
    case 'every':
    case 'everyDistinct':
    case 'guard':
      return namesTag(ast.operand, tag);
    default:
      return unreachable(ast);
  }
}
