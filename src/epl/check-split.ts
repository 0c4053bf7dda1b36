/** Split streams and `update istream` (Esper reference §5.12, §5.13). */
import type { AstAssignment, AstOnSplit, AstSplitBranch, AstUpdateIstream } from '../model/ast.ts';
import type { CheckedStream, OnSplit, SplitBranch, UpdateIstream } from '../model/checked.ts';
import type { EventType } from '../model/event-type.ts';
import { checkCondition } from './check-expression.ts';
import { checkInsertInto } from './check-insert.ts';
import { checkSelectItems } from './check-items.ts';
import { checkContained } from './check-source.ts';
import { checkStream } from './check-streams.ts';
import { conjuncts } from './conjuncts.ts';
import { didYouMeanHint } from './names.ts';
import { type Context, type Environment, fail, newContext, newScope } from './scope.ts';
import { describeType, isAssignable } from './typing.ts';

const freeze = Object.freeze;

export function checkSplit(
  ast: AstOnSplit,
  environment: Environment,
  inferred: Set<string>,
): Pick<OnSplit, 'stream' | 'branches' | 'output' | 'subqueries'> {
  const { source, alias, position } = ast.trigger;
  const scope = newScope(null);
  const stream = checkStream(
    { source, alias, windows: [], unidirectional: false, retain: null, position },
    0,
    false,
    scope,
    environment,
  );
  const context: Context = { ...newContext(environment, scope, 'select'), noAggregates: 'in a split stream' };
  const branches = ast.branches.map((b) => checkBranch(b, stream, context, inferred));
  return { stream, branches: freeze(branches), output: ast.output ?? 'first', subqueries: freeze(scope.subqueries) };
}

function checkBranch(ast: AstSplitBranch, stream: CheckedStream, context: Context, inferred: Set<string>): SplitBranch {
  const { environment, scope } = context;
  const { steps, type: eventType } = checkContained(ast.contained, stream.eventType, environment);
  const inner: Context =
    steps.length === 0 ? context : { ...context, scope: { ...scope, streams: [rowOf(eventType, ast)] } };
  const { items, columns } = checkSelectItems(ast.items, inner);
  const where =
    ast.where === null ? [] : conjuncts(checkCondition(ast.where, { ...inner, clause: 'where' }, "'where'"));
  const inserted = { select: items, streams: [{ eventType }] };
  const insertInto = checkInsertInto(ast.insertInto, inserted, columns, environment.catalog, inferred);
  return freeze({ insertInto, contained: steps, eventType, select: items, columns, where: freeze(where) });
}

function rowOf(type: EventType, ast: AstSplitBranch): Context['scope']['streams'][number] {
  return { index: 0, alias: ast.alias, typeName: type.name, type, windowed: false, nullable: false };
}

export function checkUpdate(
  ast: AstUpdateIstream,
  environment: Environment,
): Pick<UpdateIstream, 'stream' | 'assignments' | 'where' | 'subqueries'> {
  const { typeName, nameParts, alias, position } = ast;
  const scope = newScope(null);
  const source = { kind: 'filter', typeName, nameParts, filter: [], contained: [], position } as const;
  const stream = checkStream(
    { source, alias, windows: [], unidirectional: false, retain: null, position },
    0,
    false,
    scope,
    environment,
  );
  if (stream.eventType.kind === 'table')
    fail('INVALID_STATEMENT', `'${typeName}' is a table`, position, `write on … update ${typeName} set …`);
  const context: Context = { ...newContext(environment, scope, 'set'), noAggregates: 'in update istream' };
  const assignments = ast.assignments.map((a) => checkPropertyAssignment(a, stream.eventType, context));
  const where =
    ast.where === null ? [] : conjuncts(checkCondition(ast.where, { ...context, clause: 'where' }, "'where'"));
  return { stream, assignments: freeze(assignments), where: freeze(where), subqueries: freeze(scope.subqueries) };
}

function checkPropertyAssignment(
  ast: AstAssignment,
  type: EventType,
  context: Context,
): UpdateIstream['assignments'][number] {
  const steps = ast.target.kind === 'chain' ? ast.target.steps : [];
  const [alias, ...behind] = steps;
  const own = behind.length > 0 && alias?.kind === 'name' && alias.name === context.scope.streams[0]?.alias;
  const [step, more] = own ? behind : steps;
  if (step?.kind !== 'name' || more !== undefined || ast.value === null) {
    return fail('INVALID_STATEMENT', 'set wants property = value', ast.position);
  }
  const property = type.properties.find((p) => p.name === step.name);
  if (property === undefined) {
    const names = type.properties.map((p) => p.name);
    return fail(
      'UNKNOWN_PROPERTY',
      `unknown property '${step.name}' of ${type.name}`,
      step.position,
      didYouMeanHint(step.name, names),
    );
  }
  const value = context.environment.check(ast.value, context);
  if (!isAssignable(context.environment.catalog, value.type, property.type)) {
    fail('TYPE_MISMATCH', `cannot put ${describeType(value.type)} into ${describeType(property.type)}`, ast.position);
  }
  return freeze({ property: step.name, value });
}
