/**
 * Names: `a.b[0].c('k')?` against streams, variables, lambda parameters and select aliases (Esper reference §2.4, §5.2).
 *
 * Order: lambda parameter or declared-expression argument; stream alias before a dot; property of one stream; stream as
 * a whole; the same of the enclosing selects; variable.
 */
import type { AstChain, AstStep } from '../model/ast.ts';
import type { CheckedExpression, PathStep, StreamRef } from '../model/checked.ts';
import type { Position } from '../model/errors.ts';
import { CodedError } from '../model/errors.ts';
import type { EventType } from '../model/event-type.ts';
import { INT, LONG, OBJECT, type ValueType } from '../model/value.ts';
import { checkCall } from './check-call.ts';
import { checkStatic } from './check-java.ts';
import { checkMethod } from './check-method.ts';
import { isMethod } from './methods.ts';
import { countNodes } from './count-nodes.ts';
import { didYouMeanHint } from './names.ts';
import { tableAccess } from './check-table-access.ts';
import {
  MAX_EXPANDED_NODES,
  type Context,
  eventOf,
  fail,
  refOf,
  type SelectScope,
  type StreamScope,
  typeNamed,
} from './scope.ts';
import { describeType, isIntegral } from './typing.ts';

const freeze = Object.freeze;

export function checkChain(chain: AstChain, context: Context): CheckedExpression {
  const [first, ...rest] = chain.steps;
  if (chain.target !== null) {
    return applySteps(context.environment.check(chain.target, context), chain.steps, chain, context);
  }
  if (first === undefined) return fail('SYNTAX', 'an expression is missing', chain.position);
  if (first.kind === 'call') {
    const mapped = mappedProperty(first, chain, context);
    if (mapped !== null) return applySteps(mapped, rest, chain, context);
    return applySteps(checkCall(first, chain, context), rest, chain, context);
  }
  if (first.kind === 'index') return fail('SYNTAX', 'an index needs something before it', first.position);
  const found = resolveName(chain, context);
  return applySteps(found.expression, chain.steps.slice(found.used), chain, context);
}

interface Found {
  readonly expression: CheckedExpression;
  /** Number of steps used up. */
  readonly used: number;
}

function resolveName(chain: AstChain, context: Context): Found {
  const [first, second] = chain.steps;
  const name = first?.kind === 'name' ? first.name : '';
  const binding = context.bindings.get(name);
  if (binding !== undefined) {
    if (binding.kind === 'value') {
      const { environment } = context;
      environment.expandedNodes += countNodes(binding.value, MAX_EXPANDED_NODES);
      if (environment.expandedNodes > MAX_EXPANDED_NODES) {
        fail(
          'EPL_TOO_DEEP',
          `declared expressions add more than ${MAX_EXPANDED_NODES} nodes to the statement`,
          chain.position,
        );
      }
      return { expression: shifted(binding.value, binding.scope, context), used: 1 };
    }
    return {
      expression: freeze({ kind: 'lambdaParameter', name, type: binding.type, nullable: true, ast: chain }),
      used: 1,
    };
  }
  if (chain.steps.length === 1) {
    const alias = context.aliases.get(name);
    if (alias !== undefined) return { expression: alias, used: 1 };
  }
  const builtin = resolveBuiltin(name, chain, context);
  if (builtin !== null) return { expression: builtin, used: 1 };
  if (name === 'context' && second !== undefined) {
    const { contextType } = context.environment;
    if (contextType !== null) return { expression: contextEvent(contextType, chain), used: 1 };
  }
  let level = 0;
  for (let scope: SelectScope | null = context.scope; scope !== null; scope = scope.parent) {
    const visible = scope.streams.filter((s) => level > 0 || context.only === null || s.index === context.only);
    const found = resolveIn(visible, level, chain, context);
    if (found !== null) {
      if (level > 0) markCorrelated(context.scope, level);
      if (found.expression.kind === 'property') refuseVariable(name, chain, context);
      return found;
    }
    if (!context.outer) break;
    level++;
  }
  const row = tableAccess(chain, context);
  if (row !== null) return row;
  const declared = context.environment.declarations.get(name) ?? context.environment.catalog.expression(name);
  if (declared !== undefined && declared.alias) {
    return {
      expression: checkCall(
        { kind: 'call', name, distinct: false, args: [], dynamic: false, position: chain.position },
        chain,
        context,
      ),
      used: 1,
    };
  }
  const variable = context.environment.catalog.variable(name);
  if (variable !== undefined) {
    const expression: CheckedExpression = freeze({
      kind: 'variable',
      name,
      path: [],
      type: variable.type,
      nullable: true,
      ast: chain,
    });
    return { expression, used: 1 };
  }
  if (name.toLowerCase() === 'current_timestamp') {
    return {
      expression: freeze({
        kind: 'call',
        name: 'current_timestamp',
        args: [],
        type: LONG,
        nullable: false,
        ast: chain,
      }),
      used: 1,
    };
  }
  return checkStatic(chain, context) ?? unknownName(name, chain, context);
}

/** The properties of the partition that a statement runs in, as an event. */
function contextEvent(type: EventType, ast: AstChain): CheckedExpression {
  const event: ValueType = { kind: 'event', typeName: type.name };
  return freeze({ kind: 'contextProperty', path: freeze([]), type: event, nullable: false, ast });
}

/** Esper refuses a name that is both: "ambiguous to a property of the same name". */
function refuseVariable(name: string, chain: AstChain, context: Context): void {
  if (context.environment.catalog.variable(name) === undefined) return;
  fail(
    'AMBIGUOUS_PROPERTY',
    `'${name}' is a property and a variable`,
    chain.position,
    'put the alias of the stream before the property',
  );
}

function resolveBuiltin(name: string, chain: AstChain, context: Context): CheckedExpression | null {
  const kind = context.builtins.get(name);
  if (kind === undefined) return null;
  const stream = context.scope.streams[context.only ?? 0];
  const type: ValueType = kind === 'event' ? { kind: 'event', typeName: stream?.type.name ?? '' } : { kind };
  return freeze({ kind: 'call', name, args: [], type, nullable: kind === 'event', ast: chain });
}

function resolveIn(streams: readonly StreamScope[], level: number, chain: AstChain, context: Context): Found | null {
  const [first, second] = chain.steps;
  if (first?.kind !== 'name') return null;
  const aliased = findAlias(streams, chain.steps);
  if (aliased !== null && streams.some((s) => s !== aliased.stream && nameOf(s) === nameOf(aliased.stream))) {
    fail(
      'AMBIGUOUS_PROPERTY',
      `two streams are named '${nameOf(aliased.stream)}'`,
      first.position,
      'give them different aliases',
    );
  }
  if (aliased !== null && second !== undefined) {
    const { stream, used } = aliased;
    const next = chain.steps[used];
    if (next === undefined) return { expression: eventOf(stream, level, chain), used };
    if (next.kind === 'name' && (next.dynamic || isOpen(stream.type) || hasProperty(stream.type, next.name))) {
      return { expression: propertyOf(stream, level, next, chain, context), used: used + 1 };
    }
    if (next.kind === 'call' && !isMethod(next.name)) {
      const mapped = mappedStep(stream.type, next);
      if (mapped !== null)
        return {
          expression: extended(eventOf(stream, level, chain), mapped, next.position, chain, context),
          used: used + 1,
        };
    }
    if (next.kind === 'call') return { expression: eventOf(stream, level, chain), used };
    const nested = streams.filter((s) => s.onlyByName !== true && hasProperty(s.type, first.name));
    if (nested.length === 0) {
      const wanted = next.kind === 'name' ? next.name : '';
      return unknownProperty(wanted, stream.type, next.position);
    }
  }
  const owners = ownersOf(first.name, streams, second !== undefined);
  const [owner, other] = owners;
  if (owner !== undefined) {
    if (other !== undefined) {
      fail(
        'AMBIGUOUS_PROPERTY',
        `property '${first.name}' is in more than one stream`,
        first.position,
        `write ${owners.map((s) => `${s.alias ?? s.typeName}.${first.name}`).join(' or ')}`,
      );
    }
    return { expression: propertyOf(owner, level, first, chain, context), used: 1 };
  }
  if (aliased !== null) return { expression: eventOf(aliased.stream, level, chain), used: aliased.used };
  const [only] = streams;
  if (only !== undefined && (first.dynamic || (isOpen(only.type) && isFree(first.name, chain, context))))
    return { expression: propertyOf(only, level, first, chain, context), used: 1 };
  return null;
}

/** In a filter of a pattern a name before a dot means a tag first, and a name alone a property of the event first. */
function ownersOf(name: string, streams: readonly StreamScope[], dotted: boolean): readonly StreamScope[] {
  const owners = streams.filter((s) => s.onlyByName !== true && hasProperty(s.type, name));
  if (owners.length < 2 || !owners.some((s) => s.tags === true)) return owners;
  return owners.filter((s) => (s.tags === true) === dotted);
}

function nameOf(stream: StreamScope): string {
  return stream.alias ?? stream.typeName;
}

/** A stream by alias, or, unaliased, by the dotted name of its type. */
function findAlias(
  streams: readonly StreamScope[],
  steps: readonly AstStep[],
): { stream: StreamScope; used: number } | null {
  let text = '';
  for (const [i, step] of steps.entries()) {
    if (step.kind !== 'name' || step.dynamic) return null;
    text = i === 0 ? step.name : `${text}.${step.name}`;
    const stream = streams.find((s) => s.alias === text || (s.alias === null && s.typeName === text));
    if (stream !== undefined) return { stream, used: i + 1 };
  }
  return null;
}

/** True if a single name means nothing but a property that only run time knows. */
function isFree(name: string, chain: AstChain, { environment }: Context): boolean {
  const { catalog, declarations } = environment;
  if (chain.steps.length > 1 || name.toLowerCase() === 'current_timestamp') return false;
  return catalog.variable(name) === undefined && !declarations.has(name) && catalog.expression(name) === undefined;
}

/** A variant stream of any type: what its events have is known at run time. */
function isOpen(type: EventType): boolean {
  return type.variantOf?.includes('*') === true;
}

function hasProperty(type: EventType, name: string): boolean {
  return type.properties.some((p) => p.name === name);
}

function propertyOf(
  stream: StreamScope,
  level: number,
  step: AstStep,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  const name = step.kind === 'index' ? '' : step.name;
  const tagged = stream.tags === true ? tagOf(stream, level, name, ast) : null;
  if (tagged !== null) return tagged;
  const path: PathStep = freeze({ kind: 'name', name, dynamic: step.dynamic || isOpen(stream.type) });
  const type = stepType(stream.type, path, step.position, context);
  return freeze({ kind: 'property', ref: refOf(stream, level), path: freeze([path]), type, nullable: true, ast });
}

/** A tag as an event; null for one that is an array of events, which is a property like others. */
function tagOf(stream: StreamScope, level: number, name: string, ast: AstChain): CheckedExpression | null {
  const type = stream.type.properties.find((p) => p.name === name)?.type;
  if (type?.kind !== 'event') return null;
  const ref: StreamRef = freeze({ level, stream: stream.index, tag: name });
  return freeze({ kind: 'event', ref, type, nullable: true, ast });
}

function markCorrelated(scope: SelectScope, level: number): void {
  let current: SelectScope | null = scope;
  for (let i = 0; i < level && current !== null; i++) {
    current.correlated = true;
    current = current.parent;
  }
}

// ---------------------------------------------------------------------------------------------- steps

export function applySteps(
  base: CheckedExpression,
  steps: readonly AstStep[],
  ast: AstChain,
  context: Context,
): CheckedExpression {
  let value = base;
  for (const step of steps) {
    if (step.kind === 'call') {
      const type = value.type.kind === 'event' ? typeNamed(context.environment, value.type.typeName) : undefined;
      const mapped = type === undefined || isMethod(step.name) ? null : mappedStep(type, step);
      value =
        mapped === null ? checkMethod(value, step, ast, context) : extended(value, mapped, step.position, ast, context);
    } else {
      const path = pathStep(step);
      if (step.kind === 'name' && step.name === 'length' && value.type.kind === 'array')
        value = freeze({ kind: 'call', name: 'java:array.length', args: [value], type: INT, nullable: true, ast });
      else if (path !== null) value = extended(value, [path], step.position, ast, context);
      else if (step.kind === 'index') value = elementOf(value, step, ast, context);
    }
  }
  return value;
}

/** Indexes that paths hold; greater ones, and those known at run time only, are computed. */
const MAX_PATH_INDEX = 65_535;

/** Null for an index that is an expression. */
function pathStep(step: Exclude<AstStep, { kind: 'call' }>): PathStep | null {
  if (step.kind === 'name') return freeze({ kind: 'name', name: step.name, dynamic: step.dynamic });
  const [key, more] = step.keys;
  if (key?.kind === 'literal' && more === undefined) {
    const { value } = key;
    if (key.type === 'int' && typeof value === 'number' && value >= 0 && value <= MAX_PATH_INDEX) {
      return freeze({ kind: 'index', index: value, dynamic: step.dynamic });
    }
    if (typeof value === 'string') return freeze({ kind: 'key', key: value, dynamic: step.dynamic });
  }
  return null;
}

/** `tags[n]`: null outside the array and where the index is null (Esper reference §9.9, array element access). */
function elementOf(
  target: CheckedExpression,
  step: Extract<AstStep, { kind: 'index' }>,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  const [key, more] = step.keys;
  if (key === undefined || more !== undefined) {
    return fail('WRONG_ARGUMENTS', `an index is one number, not ${step.keys.length}`, step.position, 'write tags[0]');
  }
  const index = context.environment.check(key, context);
  if (!isIntegral(index.type)) {
    return fail('TYPE_MISMATCH', `an index is a whole number, not ${describeType(index.type)}`, key.position);
  }
  if (target.type.kind !== 'array' && target.type.kind !== 'object') {
    return fail('TYPE_MISMATCH', `${describeType(target.type)} is no array and has no indexes`, step.position);
  }
  const type = target.type.kind === 'array' ? target.type.of : OBJECT;
  return freeze({ kind: 'call', name: 'element', args: freeze([target, index]), type, nullable: true, ast });
}

/** `m('zone')`: the property m and a key, where m is a declared map. */
function mappedStep(type: EventType, step: Extract<AstStep, { kind: 'call' }>): readonly PathStep[] | null {
  const [arg, more] = step.args;
  if (arg?.kind !== 'literal' || typeof arg.value !== 'string' || more !== undefined) return null;
  const property = type.properties.find((p) => p.name === step.name);
  if (property === undefined || (property.type.kind !== 'map' && property.type.kind !== 'object')) return null;
  const name: PathStep = freeze({ kind: 'name', name: step.name, dynamic: false });
  return freeze([name, freeze({ kind: 'key', key: arg.value, dynamic: step.dynamic })]);
}

function mappedProperty(
  step: Extract<AstStep, { kind: 'call' }>,
  ast: AstChain,
  context: Context,
): CheckedExpression | null {
  const streams = context.scope.streams.filter((s) => context.only === null || s.index === context.only);
  for (const stream of streams) {
    const mapped = mappedStep(stream.type, step);
    if (mapped !== null) return extended(eventOf(stream, 0, ast), mapped, step.position, ast, context);
  }
  return null;
}

function extended(
  base: CheckedExpression,
  steps: readonly PathStep[],
  position: Position,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  let value = base;
  for (const step of steps) value = extendedByOne(value, step, position, ast, context);
  return value;
}

function extendedByOne(
  base: CheckedExpression,
  step: PathStep,
  position: Position,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  const type = typeOfStep(base.type, step, position, context);
  switch (base.kind) {
    case 'event':
      return freeze({ kind: 'property', ref: base.ref, path: freeze([step]), type, nullable: true, ast });
    case 'property':
    case 'variable':
    case 'contextProperty':
    case 'access':
      return freeze({ ...base, path: freeze([...base.path, step]), type, nullable: true, ast });
    default:
      return freeze({ kind: 'access', target: base, path: freeze([step]), type, nullable: true, ast });
  }
}

function typeOfStep(base: ValueType, step: PathStep, position: Position, context: Context): ValueType {
  if (base.kind === 'event') {
    const type = typeNamed(context.environment, base.typeName);
    return type === undefined ? OBJECT : stepType(type, step, position, context);
  }
  if (step.kind === 'index' && base.kind === 'array') return base.of;
  if (base.kind === 'object') return OBJECT;
  if (step.kind !== 'index' && base.kind === 'map') return OBJECT;
  if (step.kind === 'name' && base.kind === 'struct') {
    const member = base.members.find((m) => m.name === step.name);
    if (member !== undefined) return member.type;
    const hint = didYouMeanHint(
      step.name,
      base.members.map((m) => m.name),
    );
    return fail('UNKNOWN_PROPERTY', `unknown member '${step.name}'`, position, hint);
  }
  if (step.dynamic) return OBJECT;
  const text = step.kind === 'name' ? `'${step.name}'` : step.kind === 'key' ? `'${step.key}'` : `[${step.index}]`;
  const hint =
    base.kind === 'array' && base.of.kind === 'event' && step.kind === 'name'
      ? `it holds several: write [0].${step.name} for the first`
      : undefined;
  return fail('UNKNOWN_PROPERTY', `${describeType(base)} has no part ${text}`, position, hint);
}

function stepType(type: EventType, step: PathStep, position: Position, context: Context): ValueType {
  if (step.kind !== 'name') return fail('UNKNOWN_PROPERTY', `an event of ${type.name} has no indexes`, position);
  if (step.dynamic) return OBJECT;
  const property = type.properties.find((p) => p.name === step.name);
  if (property === undefined) return unknownProperty(step.name, type, position);
  void context;
  return property.type;
}

function unknownProperty(name: string, type: EventType, position: Position): never {
  const hint = didYouMeanHint(
    name,
    type.properties.map((p) => p.name),
  );
  throw new CodedError('UNKNOWN_PROPERTY', `unknown property '${name}' of ${type.name}`, {
    position,
    hint,
    data: { text: name },
  });
}

/** A select alias is seen by order by alone (Esper reference §5.9). */
function aliasHint(name: string, context: Context): string | undefined {
  if (!context.scope.selectAliases.includes(name)) return undefined;
  return `a column of the select clause cannot stand in ${context.clause}: repeat its expression${context.clause === 'where' ? ', an aggregation in having' : ''}`;
}

/** `c.load` where no stream is called c. */
function streamsHint(chain: AstChain, context: Context): string | undefined {
  const streams = context.scope.streams.flatMap((s) =>
    s.tags === true ? s.type.properties.map((p) => p.name) : [s.alias ?? s.typeName],
  );
  if (chain.steps.length < 2 || streams.length === 0) return undefined;
  return streams.length === 1 ? `the stream is named ${streams[0]}` : `the streams are named ${streams.join(', ')}`;
}

function unknownName(name: string, chain: AstChain, context: Context): never {
  const candidates: string[] = [];
  const types: string[] = [];
  for (let scope: SelectScope | null = context.scope; scope !== null; scope = scope.parent) {
    for (const s of scope.streams) {
      if (s.alias !== null) candidates.push(s.alias);
      types.push(s.typeName);
      candidates.push(...s.type.properties.map((p) => p.name));
    }
  }
  candidates.push(...context.environment.catalog.variableNames(), 'null', 'true', 'false', 'current_timestamp');
  const hint = aliasHint(name, context) ?? didYouMeanHint(name, candidates) ?? streamsHint(chain, context);
  const position = chain.steps[0]?.position ?? chain.position;
  const what =
    chain.steps.length > 1 ? `neither a stream nor a property is named '${name}'` : `unknown property '${name}'`;
  const where = types.length === 1 && chain.steps.length === 1 ? ` of ${types[0]}` : '';
  throw new CodedError('UNKNOWN_PROPERTY', `${what}${where}`, { position, hint, data: { text: name } });
}

// ---------------------------------------------------------------------------------------------- arguments of declared expressions

/** The argument as seen from a subquery inside the declared expression: references move outwards by the levels between. */
function shifted(value: CheckedExpression, from: SelectScope, context: Context): CheckedExpression {
  let levels = 0;
  for (let scope: SelectScope | null = context.scope; scope !== null && scope !== from; scope = scope.parent) levels++;
  if (levels === 0) return value;
  markCorrelated(context.scope, levels);
  return shift(value, levels);
}

function shift<T>(node: T, levels: number): T {
  if (Array.isArray(node)) return Object.freeze(node.map((item: unknown) => shift(item, levels))) as T;
  if (typeof node !== 'object' || node === null) return node;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'ast' || key === 'type') copy[key] = value;
    else if (key === 'ref')
      copy[key] = Object.freeze({ ...(value as StreamRef), level: (value as StreamRef).level + levels });
    else copy[key] = shift(value, levels);
  }
  return Object.freeze(copy) as T;
}
