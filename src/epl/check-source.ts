/** What a stream reference names: its type, the filter in its parentheses, contained-event selection (Esper reference §5.4, §5.19). */
import type { AstContained, AstExpression, AstFilterSource } from '../model/ast.ts';
import type { CheckedExpression, ContainedStep, FilterSource, PathStep, SelectItem } from '../model/checked.ts';
import type { EventType, Property } from '../model/event-type.ts';
import type { ValueType } from '../model/value.ts';
import { checkChain } from './check-chain.ts';
import { checkCondition } from './check-expression.ts';
import { checkSelectItems } from './check-items.ts';
import { conjuncts } from './conjuncts.ts';
import { didYouMeanHint } from './names.ts';
import {
  type Context,
  type Environment,
  fail,
  newContext,
  newScope,
  notSupported,
  type SelectScope,
  typeNamed,
} from './scope.ts';

const freeze = Object.freeze;

export function resolveType(source: AstFilterSource, environment: Environment): EventType {
  const type = environment.catalog.eventType(source.typeName);
  if (type !== undefined) return type;
  const hint = didYouMeanHint(source.typeName, environment.catalog.eventTypeNames());
  return fail('UNKNOWN_STREAM', `unknown stream '${source.typeName}'`, source.position, hint);
}

export function checkFilterSource(
  ast: AstFilterSource,
  type: EventType,
  context: Context,
): { source: FilterSource; type: EventType } {
  const filter = ast.filter.flatMap((f) => conjuncts(checkCondition(f, context, 'a filter')));
  const { steps, type: inner } = checkContained(ast.contained, type, context.environment);
  const source: FilterSource = freeze({ kind: 'filter', eventType: type, filter: freeze(filter), contained: steps });
  return { source, type: inner };
}

// ---------------------------------------------------------------------------------------------- contained events

/**
 * `Batch[jobs][select tid from tasks where …]`. In the expressions of a step stream 0 is the contained event, stream 1
 * the event it came out of.
 */
export function checkContained(
  asts: readonly AstContained[],
  from: EventType,
  environment: Environment,
): { steps: readonly ContainedStep[]; type: EventType } {
  const steps: ContainedStep[] = [];
  const properties: Property[] = [];
  let parent = from;
  let selected = false;
  for (const ast of asts) {
    const path = containedPath(ast.path, parent, environment);
    const element = elementType(path.type, ast, environment);
    const scope = newScope(null);
    const common = { windowed: false, nullable: false };
    scope.streams.push({ ...common, index: 0, alias: ast.alias, typeName: element.name, type: element });
    scope.streams.push({ ...common, index: 1, alias: null, typeName: parent.name, type: parent });
    const context: Context = {
      ...newContext(environment, scope, 'contained'),
      outer: false,
      noAggregates: 'in a contained-event selection',
    };
    let select: readonly SelectItem[] | null = null;
    if (ast.select !== null) {
      selected = true;
      const items = checkSelectItems(ast.select, { ...context, scope: onlyFirstForWildcard(scope, ast) }, context);
      select = items.items;
      properties.push(...items.columns);
    }
    const where = ast.where === null ? null : checkCondition(ast.where, context, "'where'");
    steps.push(freeze({ path: path.path, eventType: element, select, where, alias: ast.alias }));
    parent = element;
  }
  if (!selected) return { steps: freeze(steps), type: parent };
  const type: EventType = {
    name: `${from.name}[${steps.length}]@${asts[0]?.position.offset ?? 0}`,
    supertypes: [],
    properties,
  };
  environment.anonymous.set(type.name, type);
  return { steps: freeze(steps), type };
}

/** `*` of a contained select means the contained event alone. */
function onlyFirstForWildcard(scope: SelectScope, ast: AstContained): SelectScope {
  const wild = ast.select?.some((item) => item.kind === 'wildcard') === true;
  return wild ? { ...scope, streams: scope.streams.slice(0, 1) } : scope;
}

function containedPath(
  ast: AstExpression,
  parent: EventType,
  environment: Environment,
): { path: readonly PathStep[]; type: ValueType } {
  if (ast.kind !== 'chain' || ast.target !== null)
    return notSupported('a contained-event expression that is not a property', ast.position);
  const scope = newScope(null);
  scope.streams.push({ index: 0, alias: null, typeName: parent.name, type: parent, windowed: false, nullable: false });
  const value: CheckedExpression = checkChain(ast, { ...newContext(environment, scope, 'contained'), outer: false });
  if (value.kind !== 'property')
    return notSupported('a contained-event expression that is not a property', ast.position);
  return { path: value.path, type: value.type };
}

function elementType(type: ValueType, ast: AstContained, environment: Environment): EventType {
  if (ast.typeName !== null) {
    const declared = environment.catalog.eventType(ast.typeName);
    if (declared !== undefined) return declared;
    return fail(
      'UNKNOWN_STREAM',
      `unknown event type '${ast.typeName}'`,
      ast.position,
      didYouMeanHint(ast.typeName, environment.catalog.eventTypeNames()),
    );
  }
  const element = type.kind === 'array' ? type.of : type;
  const found = element.kind === 'event' ? typeNamed(environment, element.typeName) : undefined;
  if (found !== undefined) return found;
  return fail('TYPE_MISMATCH', 'the property holds no events', ast.path.position, 'name their type: [values@type(X)]');
}
