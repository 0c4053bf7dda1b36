/**
 * `create context` (Esper reference §4): levels, their conditions, and the properties that a partition has.
 *
 * Conditions that end a partition name what began it by its alias or tags: these read as properties of the context.
 */
import type { AstContextCondition, AstContextDefinition, AstCreateContext, AstExpression } from '../model/ast.ts';
import type {
  CheckedContext,
  ContextCondition,
  ContextDefinition,
  ContextItem,
  ContextLevel,
  HashFunction,
} from '../model/checked-context.ts';
import type { CheckedExpression, CheckedStream, PathStep } from '../model/checked.ts';
import type { Position } from '../model/errors.ts';
import { unreachable } from '../model/errors.ts';
import { type EventType, isSubtype, type Property } from '../model/event-type.ts';
import { INT, LONG, STRING } from '../model/value.ts';
import { checkCondition } from './check-expression.ts';
import { checkCrontab, checkPeriod } from './check-output.ts';
import { checkStream } from './check-streams.ts';
import { didYouMeanHint } from './names.ts';
import {
  type Binding,
  type Context,
  type Environment,
  fail,
  newContext,
  newScope,
  notSupported,
  type SelectScope,
} from './scope.ts';
import { describeType, areEquatable } from './typing.ts';

const freeze = Object.freeze;

/** Most levels of a nested context, and most groups of a category context. */
const MAX_LEVELS = 8;
const MAX_GROUPS = 1000;
/** Most partitions of a hash context. */
const MAX_GRANULARITY = 100_000;

const HASHES: readonly HashFunction[] = ['consistent_hash_crc32', 'hash_code'];

type Definition<K extends AstContextDefinition['kind']> = AstContextDefinition & { readonly kind: K };

/** What is known where a level is checked. */
interface Place {
  readonly environment: Environment;
  /** How the properties of this level are reached from `context`. */
  readonly path: readonly PathStep[];
  /** Properties of the level, in order of appearance. */
  readonly properties: Property[];
}

export function checkContext(ast: AstCreateContext, environment: Environment): CheckedContext {
  const { definition } = ast;
  const nested = definition.kind === 'nested';
  const named = nested ? definition.contexts : [{ name: ast.name, definition }];
  if (named.length > MAX_LEVELS)
    fail('INVALID_STATEMENT', `a context has at most ${MAX_LEVELS} levels`, definition.position);
  if (nested && named.length < 2)
    fail(
      'INVALID_STATEMENT',
      'a nested context has at least two levels',
      definition.position,
      'name the level in place of the context',
    );
  const levels: ContextLevel[] = [];
  const outer: Property[] = [];
  for (const level of named) {
    if (levels.some((l) => l.name === level.name))
      fail('DUPLICATE_NAME', `two levels are named '${level.name}'`, level.definition.position);
    const known = typeOf(`context ${ast.name}`, nested ? [...COMMON, ...outer] : COMMON, environment);
    const properties = [...COMMON];
    const path: readonly PathStep[] = nested ? [stepOf(level.name)] : [];
    const place: Place = { environment: { ...environment, contextType: known }, path, properties };
    const checked = checkDefinition(level.definition, place);
    const propertyType = typeOf(
      nested ? `context ${ast.name}.${level.name}` : `context ${ast.name}`,
      properties,
      environment,
    );
    levels.push(freeze({ name: level.name, definition: checked, propertyType }));
    outer.push({ name: level.name, type: { kind: 'event', typeName: propertyType.name } });
  }
  const [only] = levels;
  const propertyType =
    nested || only === undefined
      ? typeOf(`context ${ast.name}`, [...COMMON, ...outer], environment)
      : only.propertyType;
  return freeze({ name: ast.name, levels: freeze(levels), propertyType, position: ast.position });
}

const COMMON: readonly Property[] = [
  { name: 'name', type: STRING },
  { name: 'id', type: INT },
];

function typeOf(name: string, properties: readonly Property[], environment: Environment): EventType {
  const type: EventType = { name, supertypes: [], properties: freeze([...properties]) };
  environment.anonymous.set(name, type);
  return type;
}

function stepOf(name: string): PathStep {
  return freeze({ kind: 'name', name, dynamic: false });
}

function checkDefinition(ast: AstContextDefinition, place: Place): ContextDefinition {
  switch (ast.kind) {
    case 'partition':
      return checkPartition(ast, place);
    case 'category':
      return checkCategory(ast, place);
    case 'hash':
      return checkHash(ast, place);
    case 'startEnd': {
      place.properties.push({ name: 'startTime', type: LONG }, { name: 'endTime', type: LONG });
      const start = checkStart(ast.start, place).condition;
      return freeze({ kind: 'startEnd', start, end: ast.end === null ? null : checkEnd(ast.end, place) });
    }
    case 'initiated': {
      place.properties.push({ name: 'startTime', type: LONG }, { name: 'endTime', type: LONG });
      const { condition: start, scope } = checkStart(ast.start, place);
      const distinct = checkDistinct(ast.distinct, scope, place, ast.position);
      return freeze({
        kind: 'initiated',
        distinct,
        start,
        end: ast.end === null ? null : checkEnd(ast.end, place),
      });
    }
    case 'nested':
      return fail(
        'INVALID_STATEMENT',
        'a nested context cannot be a level of another',
        ast.position,
        'list its levels',
      );
    default:
      return unreachable(ast);
  }
}

// ---------------------------------------------------------------------------------------------- kinds

function checkPartition(ast: Definition<'partition'>, place: Place): ContextDefinition {
  const items: ContextItem[] = [];
  for (const item of ast.items) {
    const { stream, scope } = plainStream(item.source, item.alias, item.position, place.environment);
    const keys = item.keys.map((k) => place.environment.check(k, eventContext(place.environment, scope)));
    const [first] = items;
    if (first !== undefined) requireSameKeys(first.keys, keys, item.position);
    items.push(freeze({ stream, alias: item.alias, keys: freeze(keys) }));
  }
  items[0]?.keys.forEach((key, i) => place.properties.push({ name: `key${i + 1}`, type: key.type }));
  for (const { alias, stream } of items) addProperty(alias, stream, place.properties);
  const initiated = ast.initiated.map((c) => checkStart(c, place).condition);
  for (const [i, condition] of initiated.entries()) {
    const position = ast.initiated[i]?.position ?? ast.position;
    if (condition.kind !== 'filter') {
      fail(
        'INVALID_STATEMENT',
        'events initiate the partitions of a partition context',
        position,
        'write initiated by Type(filter)',
      );
    }
    const { eventType } = condition.stream;
    if (items.some((item) => isSubtype(place.environment.catalog, eventType.name, item.stream.eventType.name)))
      continue;
    const listed = items.map((item) => item.stream.eventType.name).join(', ');
    fail(
      'INVALID_STATEMENT',
      `${eventType.name} initiates partitions, but has no key`,
      position,
      `list it: partition by … from ${listed}, … from ${eventType.name}`,
    );
  }
  const terminated = ast.terminated === null ? null : checkEnd(ast.terminated, place);
  return freeze({ kind: 'partition', items: freeze(items), initiated: freeze(initiated), terminated });
}

function requireSameKeys(
  wanted: readonly CheckedExpression[],
  keys: readonly CheckedExpression[],
  position: Position,
): void {
  if (keys.length !== wanted.length) {
    fail('INVALID_STATEMENT', `a partition has ${wanted.length} key(s), here ${keys.length}`, position);
  }
  keys.forEach((key, i) => {
    const first = wanted[i];
    if (first === undefined || areEquatable(first.type, key.type)) return;
    fail(
      'TYPE_MISMATCH',
      `key ${i + 1} is ${describeType(first.type)} before and ${describeType(key.type)} here`,
      key.ast.position,
    );
  });
}

function checkCategory(ast: Definition<'category'>, place: Place): ContextDefinition {
  if (ast.groups.length > MAX_GROUPS)
    fail('INVALID_STATEMENT', `a context has at most ${MAX_GROUPS} groups`, ast.position);
  const { stream, scope } = plainStream(ast.source, null, ast.position, place.environment);
  const context = eventContext(place.environment, scope);
  const groups = ast.groups.map(({ label, condition }) =>
    freeze({ label, condition: checkCondition(condition, context, 'a group') }),
  );
  place.properties.push({ name: 'label', type: STRING });
  return freeze({ kind: 'category', stream, groups: freeze(groups) });
}

function checkHash(ast: Definition<'hash'>, place: Place): ContextDefinition {
  if (!Number.isInteger(ast.granularity) || ast.granularity < 1 || ast.granularity > MAX_GRANULARITY) {
    fail('INVALID_STATEMENT', 'the granularity is a whole number', ast.position, `1 to ${MAX_GRANULARITY}`);
  }
  const items = ast.items.map((item) => {
    const { stream, scope } = plainStream(item.source, null, item.position, place.environment);
    const step = item.call.kind === 'chain' && item.call.steps.length === 1 ? item.call.steps[0] : undefined;
    const name = step?.kind === 'call' ? step.name.toLowerCase() : '';
    const hash = HASHES.find((h) => h === name);
    if (hash === undefined || step?.kind !== 'call') {
      return fail(
        'UNKNOWN_FUNCTION',
        `'${name}' is no hash function of contexts`,
        item.position,
        didYouMeanHint(name, HASHES) ?? `there are ${HASHES.join(' and ')}`,
      );
    }
    if (step.args.length === 0) fail('WRONG_ARGUMENTS', `${name} needs a property`, item.position, `${name}(host)`);
    const keys = step.args.map((arg) => place.environment.check(arg, eventContext(place.environment, scope)));
    return freeze({ stream, alias: null, keys: freeze(keys), hash });
  });
  return freeze({
    kind: 'hash',
    items: freeze(items),
    granularity: ast.granularity,
    preallocate: ast.preallocate,
  });
}

function checkDistinct(
  asts: readonly AstExpression[],
  scope: SelectScope | null,
  place: Place,
  position: Position,
): readonly CheckedExpression[] {
  if (asts.length === 0) return freeze([]);
  if (scope === null) return fail('INVALID_STATEMENT', 'distinct needs an event that initiates', position);
  const context = eventContext(place.environment, scope);
  return freeze(asts.map((e) => place.environment.check(e, context)));
}

// ---------------------------------------------------------------------------------------------- conditions

/** A condition that begins partitions; its alias and tags become properties of them. */
function checkStart(
  ast: AstContextCondition,
  place: Place,
): { readonly condition: ContextCondition; readonly scope: SelectScope | null } {
  const { condition, scope } = checkAnyCondition(ast, place.environment);
  addProperties(condition, place.properties);
  return { condition, scope };
}

function addProperties(condition: ContextCondition, properties: Property[]): void {
  if (condition.kind === 'now' && condition.and !== null) addProperties(condition.and, properties);
  if (condition.kind !== 'filter' && condition.kind !== 'pattern') return;
  const { alias, stream } = condition;
  addProperty(alias, stream, properties);
  const tags = condition.kind === 'pattern' ? stream.eventType.properties : [];
  for (const tag of tags) if (!properties.some((p) => p.name === tag.name)) properties.push(tag);
}

/** The event that begins a partition, under its alias. */
function addProperty(alias: string | null, { eventType }: CheckedStream, properties: Property[]): void {
  if (alias === null || properties.some((p) => p.name === alias)) return;
  properties.push({ name: alias, type: { kind: 'event', typeName: eventType.name } });
}

function checkEnd(ast: AstContextCondition, place: Place): ContextCondition {
  if (ast.kind === 'now') fail('INVALID_STATEMENT', '@now begins contexts and does not end them', ast.position);
  const bindings = new Map<string, Binding>();
  const scope = newScope(null);
  for (const { name, type } of place.properties) {
    if (type.kind !== 'event' && type.kind !== 'array') continue;
    const path = freeze([...place.path, stepOf(name)]);
    const ast: AstExpression = {
      kind: 'chain',
      target: null,
      steps: [{ kind: 'name', name, dynamic: false, position: NOWHERE }],
      position: NOWHERE,
    };
    bindings.set(name, {
      kind: 'value',
      scope,
      value: freeze({ kind: 'contextProperty', path, type, nullable: true, ast }),
    });
  }
  const { environment } = place;
  return checkAnyCondition(ast, {
    ...environment,
    check: (e, c) => environment.check(e, c.bindings.size === 0 ? { ...c, bindings } : c),
  }).condition;
}

const NOWHERE: Position = { offset: 0, length: 0, line: 1, column: 1 };

function checkAnyCondition(
  ast: AstContextCondition,
  environment: Environment,
): { readonly condition: ContextCondition; readonly scope: SelectScope | null } {
  switch (ast.kind) {
    case 'filter': {
      const { stream, scope } = plainStream(ast.source, ast.alias, ast.position, environment);
      return { condition: freeze({ kind: 'filter', stream, alias: ast.alias }), scope };
    }
    case 'pattern': {
      const scope = newScope(null);
      const source = { kind: 'pattern', pattern: ast.pattern, annotations: [], position: ast.position } as const;
      const stream = streamOf(source, null, ast.position, scope, environment);
      return { condition: freeze({ kind: 'pattern', stream, alias: ast.alias, inclusive: ast.inclusive }), scope };
    }
    case 'crontab': {
      const context = eventContext(environment, newScope(null));
      return { condition: freeze({ kind: 'crontab', fields: checkCrontab(ast.fields, context) }), scope: null };
    }
    case 'after': {
      const period = checkPeriod(ast.period, eventContext(environment, newScope(null)));
      if (period.type.kind !== 'period')
        fail('TYPE_MISMATCH', "'after' wants a time period with its unit", ast.period.position, 'write after 10 sec');
      return { condition: freeze({ kind: 'after', period }), scope: null };
    }
    case 'now': {
      const and = ast.and === null ? null : checkAnyCondition(ast.and, environment);
      return { condition: freeze({ kind: 'now', and: and?.condition ?? null }), scope: and?.scope ?? null };
    }
    default:
      return unreachable(ast);
  }
}

type Source = Parameters<typeof checkStream>[0]['source'];

function plainStream(
  source: Source,
  alias: string | null,
  position: Position,
  environment: Environment,
): { readonly stream: CheckedStream; readonly scope: SelectScope } {
  const scope = newScope(null);
  const stream = streamOf(source, alias, position, scope, environment);
  if (stream.source.kind === 'filter' && stream.source.contained.length > 0)
    notSupported('a contained-event selection in a context', position);
  return { stream, scope };
}

function streamOf(
  source: Source,
  alias: string | null,
  position: Position,
  scope: SelectScope,
  environment: Environment,
): CheckedStream {
  const ast = { source, alias, windows: [], unidirectional: false, retain: null, position };
  const stream = checkStream(ast, 0, false, scope, environment);
  if (scope.subqueries.length > 0) notSupported('a subquery in a context', position);
  if (stream.source.kind === 'filter' && stream.source.eventType.kind === 'view')
    fail('INVALID_STATEMENT', 'a context is made by events, not by the content of a window', position);
  return stream;
}

function eventContext(environment: Environment, scope: SelectScope): Context {
  return { ...newContext(environment, scope, 'filter'), outer: false, noAggregates: 'in a context' };
}
