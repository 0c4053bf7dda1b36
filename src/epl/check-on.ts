/** `on X select | delete | update | merge` over named windows and tables (Esper reference §6.4 to §6.7). */
import type {
  AstAssignment,
  AstExpression,
  AstInsertInto,
  AstMergeAction,
  AstMergeBranch,
  AstOnMerge,
  AstOnSelect,
  AstSelect,
  AstSelectItem,
  AstStream,
  AstTrigger,
} from '../model/ast.ts';
import type { CheckedExpression, CheckedStream } from '../model/checked.ts';
import type { MergeAction, MergeBranch, OnSelect, StoreAccess, StoreAssignment } from '../model/checked-store.ts';
import type { Position } from '../model/errors.ts';
import type { EventType } from '../model/event-type.ts';
import { checkCondition } from './check-expression.ts';
import { checkInsertInto } from './check-insert.ts';
import { checkSelectItems } from './check-items.ts';
import { checkSelect } from './check-select.ts';
import { requireStore } from './check-store.ts';
import { checkStream } from './check-streams.ts';
import { conjuncts } from './conjuncts.ts';
import { didYouMeanHint } from './names.ts';
import { type Context, type Environment, fail, newContext, newScope, type SelectScope } from './scope.ts';
import { describeType, isAssignable } from './typing.ts';

const freeze = Object.freeze;

/** Place of the window's row, the trigger and the row before the statement in the expressions of on-statements. */
const STORE = 0;
const TRIGGER = 1;
const INITIAL = 2;

function triggerStream({ source, alias, position }: AstTrigger): AstStream {
  return { source, alias, windows: [], unidirectional: true, retain: null, position };
}

/** Named windows and tables without filter or data window, as on-statements name them. */
function storeStream(target: string, alias: string | null, position: Position): AstStream {
  const source = {
    kind: 'filter',
    typeName: target,
    nameParts: [target],
    filter: [],
    contained: [],
    position,
  } as const;
  return { source, alias, windows: [], unidirectional: false, retain: null, position };
}

/** A table triggers nothing: it is no stream. */
function refuseTable(trigger: CheckedStream, ast: AstTrigger): void {
  if (trigger.eventType.kind !== 'table') return;
  fail('INVALID_STATEMENT', `the table '${trigger.eventType.name}' is no stream of events`, ast.position);
}

/** A select over streams 0 (window) and 1 (trigger); `*` means the window's row. */
export function checkOnSelect(
  ast: AstOnSelect,
  environment: Environment,
  inferred: Set<string>,
): Omit<OnSelect['select'], 'kind' | 'name' | 'annotations' | 'ast'> {
  const { select, trigger } = ast;
  const [from, name] = targetOf(select);
  requireStore(name, from.position, environment);
  if (select.joins.length > 0)
    fail('INVALID_STATEMENT', 'on select reads one named window or table', select.joins[0]?.position ?? ast.position);
  if (select.output !== null)
    fail('INVALID_STATEMENT', 'on select takes no output clause: it answers its trigger', select.output.position);
  const items = select.items.map((item): AstSelectItem => {
    if (item.kind !== 'wildcard') return item;
    return { kind: 'streamWildcard', stream: from.alias ?? name, alias: null, position: item.position };
  });
  const join = { kind: 'comma', stream: triggerStream(trigger), on: null, position: trigger.position } as const;
  const rewritten: AstSelect = { ...select, items, joins: [join] };
  const { body, columns, orderBy, limit } = checkSelect(rewritten, newScope(null), environment, false);
  const checkedTrigger = body.streams[TRIGGER];
  if (checkedTrigger !== undefined) refuseTable(checkedTrigger, trigger);
  const insertInto =
    ast.insertInto === null ? null : checkInsertInto(ast.insertInto, body, columns, environment.catalog, inferred);
  return { ...body, context: ast.context, selector: 'istream', insertInto, orderBy, limit, output: null, columns };
}

function targetOf(select: AstSelect): readonly [AstStream, string] {
  const { from } = select;
  if (from === null || from.source.kind !== 'filter')
    return fail('INVALID_STATEMENT', 'on select reads a named window or table', select.position, 'write from W');
  const [filter] = from.source.filter;
  if (filter !== undefined)
    fail('INVALID_STATEMENT', 'the window of on select takes no filter', filter.position, 'put it into where');
  if (from.windows[0] !== undefined)
    fail('INVALID_STATEMENT', 'the window of on select takes no data window', from.windows[0].position);
  return [from, from.source.typeName];
}

/** What delete, update and merge are written over. */
interface StoreAst {
  readonly trigger: AstTrigger | null;
  readonly target: string;
  readonly alias: string | null;
  readonly where: AstExpression | null;
  readonly position: Position;
}

export interface StoreScope {
  readonly access: StoreAccess;
  readonly context: Context;
  readonly type: EventType;
}

/** Streams 0 and 1, `where`, and the context in which actions are checked. */
export function checkStoreAccess(ast: StoreAst, environment: Environment, noAggregates: string): StoreScope {
  const type = requireStore(ast.target, ast.position, environment);
  const scope = newScope(null);
  const target = checkStream(storeStream(ast.target, ast.alias, ast.position), STORE, false, scope, environment);
  let trigger: CheckedStream | null = null;
  if (ast.trigger !== null) {
    trigger = checkStream(triggerStream(ast.trigger), TRIGGER, false, scope, environment);
    refuseTable(trigger, ast.trigger);
  }
  const context: Context = { ...newContext(environment, scope, 'set'), noAggregates };
  const where = conditionOf(ast.where, context, "'where'");
  return { access: { target, trigger, where, subqueries: scope.subqueries }, context, type };
}

function conditionOf(ast: AstExpression | null, context: Context, what: string): readonly CheckedExpression[] {
  if (ast === null) return freeze([]);
  return freeze(conjuncts(checkCondition(ast, { ...context, clause: 'where' }, what)));
}

/** `set`: names of the window's columns, bare or behind its alias; `initial` is the row before the statement. */
export function checkStoreAssignments(
  asts: readonly AstAssignment[],
  { context, type }: Pick<StoreScope, 'context' | 'type'>,
): readonly StoreAssignment[] {
  const { scope } = context;
  const initial = {
    index: INITIAL,
    alias: 'initial',
    typeName: 'initial',
    type,
    windowed: true,
    nullable: false,
    onlyByName: true,
  };
  const inner: Context = { ...context, scope: { ...scope, streams: [...scope.streams, initial] } };
  return freeze(asts.map((a) => checkStoreAssignment(a, type, inner)));
}

function checkStoreAssignment(ast: AstAssignment, type: EventType, context: Context): StoreAssignment {
  const steps = ast.target.kind === 'chain' ? ast.target.steps : [];
  const store = context.scope.streams[STORE];
  const [first] = steps;
  const named = first?.kind === 'name' && (first.name === store?.alias || first.name === type.name);
  const rest = named && steps.length > 1 ? steps.slice(1) : steps;
  if (ast.value === null) return resetOf(ast, rest, type);
  const [step, more] = rest;
  if (step?.kind !== 'name' || more !== undefined) {
    return fail('INVALID_STATEMENT', 'set wants column = value', ast.position, 'nested values are set as a whole');
  }
  const property = columnNamed(step.name, type, step.position);
  if (type.table?.aggregates.some((a) => a.column === step.name) === true) {
    fail('INVALID_STATEMENT', `the aggregation '${step.name}' is filled by into table`, step.position);
  }
  if (type.table?.keys.includes(step.name) === true) {
    fail(
      'INVALID_STATEMENT',
      `'${step.name}' is a key of the table '${type.name}' and cannot be set`,
      step.position,
      'delete the row and insert another',
    );
  }
  const value = context.environment.check(ast.value, context);
  if (!isAssignable(context.environment.catalog, value.type, property.type)) {
    fail('TYPE_MISMATCH', `cannot put ${describeType(value.type)} into ${describeType(property.type)}`, ast.position);
  }
  return freeze({ kind: 'set', property: step.name, value });
}

/** `t.reset()`, `t.total.reset()` (Esper reference §6.3.8). */
function resetOf(
  ast: AstAssignment,
  steps: Extract<AstExpression, { kind: 'chain' }>['steps'],
  type: EventType,
): StoreAssignment {
  const last = steps.at(-1);
  const [column, more] = steps.slice(0, -1);
  if (last?.kind !== 'call' || last.name.toLowerCase() !== 'reset' || last.args.length > 0 || more !== undefined) {
    return fail('INVALID_STATEMENT', 'set wants column = value', ast.position, 'or reset() of a table column');
  }
  if (type.table === undefined)
    return fail('INVALID_STATEMENT', `'${type.name}' is no table: nothing is reset`, ast.position);
  if (column === undefined) return freeze({ kind: 'reset', column: null });
  if (column.kind !== 'name') return fail('INVALID_STATEMENT', 'reset() stands behind a column', ast.position);
  columnNamed(column.name, type, column.position);
  if (!type.table.aggregates.some((a) => a.column === column.name))
    fail('INVALID_STATEMENT', `'${column.name}' is no aggregation`, column.position, 'set it to null');
  return freeze({ kind: 'reset', column: column.name });
}

function columnNamed(name: string, type: EventType, position: Position): EventType['properties'][number] {
  const property = type.properties.find((p) => p.name === name);
  if (property !== undefined) return property;
  const names = type.properties.map((p) => p.name);
  return fail(
    'UNKNOWN_PROPERTY',
    `'${type.name}' has no column '${name}'`,
    position,
    didYouMeanHint(name, names) ?? `it has ${names.join(', ')}`,
  );
}

// ---------------------------------------------------------------------------------------------- merge

export function checkOnMerge(
  ast: AstOnMerge,
  environment: Environment,
  inferred: Set<string>,
): StoreAccess & { readonly insertOnly: boolean; readonly branches: readonly MergeBranch[] } {
  const store = checkStoreAccess(ast, environment, 'in merge');
  const { access, context } = store;
  if (ast.insert !== null) {
    const actions = [checkAction(ast.insert, false, store, inferred)];
    const branches = freeze([freeze({ matched: false, condition: freeze([]), actions: freeze(actions) })]);
    return { ...access, subqueries: freeze(context.scope.subqueries), insertOnly: true, branches };
  }
  const branches = freeze(ast.branches.map((b) => checkBranch(b, store, inferred)));
  return { ...access, subqueries: freeze(context.scope.subqueries), insertOnly: false, branches };
}

function checkBranch(ast: AstMergeBranch, store: StoreScope, inferred: Set<string>): MergeBranch {
  const context = ast.matched ? store.context : onlyTrigger(store.context);
  const condition = conditionOf(ast.condition, context, "'when'");
  const actions = ast.actions.map((a) => checkAction(a, ast.matched, store, inferred));
  return freeze({ matched: ast.matched, condition, actions: freeze(actions) });
}

/** Where nothing matched there is no row of the window. */
function onlyTrigger(context: Context): Context {
  const { scope } = context;
  const seen: SelectScope = { ...scope, streams: scope.streams.filter((s) => s.index === TRIGGER) };
  return { ...context, scope: seen };
}

function checkAction(ast: AstMergeAction, matched: boolean, store: StoreScope, inferred: Set<string>): MergeAction {
  if (!matched && ast.kind !== 'insert') {
    fail('INVALID_STATEMENT', `when not matched there is nothing to ${ast.kind}`, ast.position, 'insert');
  }
  const { context } = store;
  switch (ast.kind) {
    case 'insert':
      return checkMergeInsert(ast, matched, store, inferred);
    case 'update':
      return freeze({
        kind: 'update',
        assignments: checkStoreAssignments(ast.assignments, store),
        where: conditionOf(ast.where, context, "'where'"),
      });
    case 'delete':
      return freeze({ kind: 'delete', where: conditionOf(ast.where, context, "'where'") });
  }
}

/** `insert [into X] [(columns)] select … [where …]`: `*` means the triggering event. */
function checkMergeInsert(
  ast: Extract<AstMergeAction, { kind: 'insert' }>,
  matched: boolean,
  { context, type }: StoreScope,
  inferred: Set<string>,
): MergeAction {
  const seen = matched ? context : onlyTrigger(context);
  const trigger = context.scope.streams[TRIGGER];
  const items = ast.items.map((item): AstSelectItem => {
    if (item.kind !== 'wildcard') return item;
    const stream = trigger?.alias ?? trigger?.typeName ?? '';
    return { kind: 'streamWildcard', stream, alias: null, position: item.position };
  });
  const { items: select, columns } = checkSelectItems(items, { ...seen, clause: 'select' });
  const streams = context.scope.streams.map((s) => ({ eventType: s.type }));
  const into: AstInsertInto = {
    selector: null,
    typeName: ast.into ?? type.name,
    nameParts: [ast.into ?? type.name],
    columns: ast.columns,
    position: ast.position,
  };
  const { catalog } = context.environment;
  const insertInto = checkInsertInto(into, { select, streams }, columns, catalog, inferred);
  const where = conditionOf(ast.where, seen, "'where'");
  return freeze({ kind: 'insert', insertInto, own: insertInto.typeName === type.name, select, columns, where });
}
