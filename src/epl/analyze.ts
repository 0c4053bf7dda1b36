/** Modules: statements in order, each checked against the catalog plus what the ones before it declared. */
import type {
  AstAnnotation,
  AstAnnotationValue,
  AstCreateVariable,
  AstExpressionDeclaration,
  AstModule,
  AstOnSet,
  AstOnUpdate,
  AstSelectStatement,
  AstStatement,
} from '../model/ast.ts';
import type { CheckedContext } from '../model/checked-context.ts';
import type {
  Annotation,
  CheckedModule,
  CheckedStatement,
  CreateVariable,
  InsertInto,
  OnSet,
  SelectStatement,
} from '../model/checked.ts';
import type { OnUpdate } from '../model/checked-store.ts';
import type { Catalog } from '../model/event-type.ts';
import { unreachable } from '../model/errors.ts';
import { LayeredCatalog } from './catalog.ts';
import { requireAnnotation } from './annotations.ts';
import { checkContext } from './check-context.ts';
import { checkExpression } from './check-expression.ts';
import { checkInsertInto } from './check-insert.ts';
import { checkOnMerge, checkOnSelect, checkStoreAccess, checkStoreAssignments } from './check-on.ts';
import { checkAssignments } from './check-output.ts';
import { checkSchema, requireDeclarable } from './check-schema.ts';
import { checkSelect, checkSubselect } from './check-select.ts';
import { checkSplit, checkUpdate } from './check-split.ts';
import { checkCreateIndex, checkCreateTable, checkCreateWindow } from './check-store.ts';
import { checkStream } from './check-streams.ts';
import { checkIntoTable } from './check-table-aggregate.ts';
import { type Environment, fail, newContext, newScope } from './scope.ts';
import { contextOf, contextTypes, readingKeys, requireItsContext, requireItsStreams } from './statement-context.ts';
import { describeType, isAssignable, namedType } from './typing.ts';

const freeze = Object.freeze;

/** Most statements of one module. */
export const MAX_STATEMENTS = 256;

/** What the statements of a module share while it is checked. */
interface ModuleState {
  readonly catalog: LayeredCatalog;
  readonly declarations: Map<string, AstExpressionDeclaration>;
  /** Types that insert into inferred: a later one must have the same columns. */
  readonly inferred: Set<string>;
}

/**
 * Checks a module. Pure: `catalog` is not changed; what the module declares is in the answer's `eventTypes`.
 * Throws a coded error (1xx) with the position of the text at fault.
 */
export function analyzeModule(module: AstModule, catalog: Catalog): CheckedModule {
  const state: ModuleState = { catalog: new LayeredCatalog(catalog), declarations: new Map(), inferred: new Set() };
  if (module.statements.length > MAX_STATEMENTS) {
    fail('INVALID_STATEMENT', `a module has at most ${MAX_STATEMENTS} statements`, module.position);
  }
  const statements: CheckedStatement[] = [];
  const names = new Set<string>();
  for (const ast of module.statements) {
    const statement = analyzeStatement(ast, state);
    if (statement === null) continue;
    if (statement.name !== null) {
      if (names.has(statement.name))
        fail('DUPLICATE_NAME', `two statements are named '${statement.name}'`, ast.position);
      names.add(statement.name);
    }
    statements.push(statement);
  }
  return freeze({
    statements: freeze(statements),
    eventTypes: new Map(state.catalog.ownTypes()),
    expressions: state.declarations,
  });
}

/** Null for statements that leave nothing to run: `create expression`. */
function analyzeStatement(ast: AstStatement, state: ModuleState): CheckedStatement | null {
  const statement = analyzeKind(ast, state);
  if (statement === null) return null;
  requireItsStreams(statement, state.catalog);
  state.catalog.addDivided(statement);
  requireItsContext(statement, state.catalog);
  return statement;
}

function analyzeKind(ast: AstStatement, state: ModuleState): CheckedStatement | null {
  switch (ast.kind) {
    case 'selectStatement':
      return analyzeSelect(ast, state);
    case 'createVariable':
      return analyzeVariable(ast, state);
    case 'createSchema': {
      const schema = checkSchema(ast, state.catalog);
      state.catalog.addType(schema.eventType);
      return freeze({ kind: 'createSchema', ...headOf(ast), ...schema, ast });
    }
    case 'createExpression':
      if (state.catalog.expression(ast.declaration.name) !== undefined) {
        fail('DUPLICATE_NAME', `the expression '${ast.declaration.name}' exists already`, ast.declaration.position);
      }
      state.declarations.set(ast.declaration.name, ast.declaration);
      state.catalog.addExpression(ast.declaration);
      return null;
    case 'onSet':
      return analyzeOnSet(ast, state);
    case 'createWindow':
      return freeze({
        kind: 'createWindow',
        ...headOf(ast),
        ...checkCreateWindow(ast, environmentOf(ast, state)),
        ast,
      });
    case 'createTable': {
      const eventType = checkCreateTable(ast, environmentOf(ast, state));
      return freeze({ kind: 'createTable', ...headOf(ast), eventType, ast });
    }
    case 'createIndex':
      if (!state.catalog.addIndex(ast.target, ast.index))
        fail(
          'DUPLICATE_NAME',
          `'${ast.target}' has an index '${ast.index}' already`,
          ast.position,
          'choose another name',
        );
      return freeze({ kind: 'createIndex', ...headOf(ast), ...checkCreateIndex(ast, environmentOf(ast, state)), ast });
    case 'createContext': {
      if (ast.context !== null) fail('INVALID_STATEMENT', 'a context stands in no other', ast.position, 'nest it');
      if (state.catalog.context(ast.name) !== undefined)
        fail('DUPLICATE_NAME', `the context '${ast.name}' exists already`, ast.position);
      const definition = checkContext(ast, environmentOf(ast, state));
      state.catalog.addContext(definition);
      return freeze({ kind: 'createContext', ...headOf(ast), context: null, definition, ast });
    }
    case 'updateIstream':
      return freeze({ kind: 'updateIstream', ...headOf(ast), ...checkUpdate(ast, environmentOf(ast, state)), ast });
    case 'onSplit':
      return freeze({
        kind: 'onSplit',
        ...headOf(ast),
        ...checkSplit(ast, environmentOf(ast, state), state.inferred),
        ast,
      });
    case 'onSelect': {
      const head = headOf(ast);
      const select = checkOnSelect(ast, environmentOf(ast, state), state.inferred);
      return freeze({
        kind: 'onSelect',
        ...head,
        select: freeze({ kind: 'select', ...head, ...select, ast }),
        delete: ast.delete,
        ast,
      });
    }
    case 'onDelete':
      return freeze({
        kind: 'onDelete',
        ...headOf(ast),
        ...checkStoreAccess(ast, environmentOf(ast, state), 'in delete').access,
        ast,
      });
    case 'onUpdate':
      return analyzeOnUpdate(ast, state);
    case 'onMerge':
      return freeze({
        kind: 'onMerge',
        ...headOf(ast),
        ...checkOnMerge(ast, environmentOf(ast, state), state.inferred),
        ast,
      });
    case 'insertValues':
    case 'updateQuery':
    case 'deleteQuery':
      return fail(
        'INVALID_STATEMENT',
        'this is a fire-and-forget query, not a statement',
        ast.position,
        'use insert into … select',
      );
    default:
      return unreachable(ast);
  }
}

function environmentOf(ast: AstStatement, state: ModuleState): Environment {
  return newEnvironment(state.catalog, ast.declarations, state.declarations, contextOf(ast, state.catalog));
}

/** What a statement is checked in; `own` stands before it, over what its module declares. */
export function newEnvironment(
  catalog: LayeredCatalog,
  own: readonly AstExpressionDeclaration[],
  declared: ReadonlyMap<string, AstExpressionDeclaration> = new Map(),
  context: CheckedContext | null = null,
): Environment {
  let declarations = declared;
  if (own.length > 0) {
    const all = new Map(declared);
    for (const d of own) all.set(d.name, d);
    declarations = all;
  }
  return {
    catalog,
    declarations,
    anonymous: new Map(contextTypes(context).map((type) => [type.name, type])),
    contextType: context?.propertyType ?? null,
    expanding: [],
    expansions: 0,
    expandedNodes: 0,
    check: checkExpression,
    subselect: checkSubselect,
  };
}

interface Head {
  readonly name: string | null;
  readonly annotations: readonly Annotation[];
  readonly context: string | null;
}

function headOf(ast: AstStatement): Head {
  for (const { name, position } of ast.annotations) requireAnnotation(name, position);
  const annotations = ast.annotations.map(annotationOf);
  const named = annotations.find((a) => a.name.toLowerCase() === 'name');
  const name = typeof named?.value === 'string' ? named.value : null;
  return { name, annotations: freeze(annotations), context: ast.context };
}

function annotationOf(ast: AstAnnotation): Annotation {
  const attributes: Record<string, string | number | boolean | null> = Object.create(null);
  for (const { name, value } of ast.attributes) attributes[name] = scalar(value);
  const value = ast.value === null ? (attributes['value'] ?? null) : scalar(ast.value);
  return freeze({ name: ast.name, value, attributes: freeze(attributes) });
}

/** Arrays and nested annotations say nothing that is read here. */
function scalar(value: AstAnnotationValue): string | number | boolean | null {
  return typeof value === 'object' ? null : value;
}

function analyzeSelect(ast: AstSelectStatement, state: ModuleState): SelectStatement {
  const scope = newScope(null);
  const environment = { ...environmentOf(ast, state), intoTable: ast.intoTable !== null };
  const { body: checked, columns, orderBy, limit, output } = checkSelect(ast.select, scope, environment, false);
  let insertInto: InsertInto | null = null;
  if (ast.insertInto !== null)
    insertInto = checkInsertInto(ast.insertInto, checked, columns, state.catalog, state.inferred);
  const body = readingKeys(checked, contextOf(ast, state.catalog));
  const intoTable = ast.intoTable === null ? undefined : checkIntoTable(ast.intoTable, body, ast.position, environment);
  return freeze({
    kind: 'select',
    ...headOf(ast),
    ...body,
    selector: ast.select.selector ?? 'istream',
    insertInto,
    intoTable,
    orderBy,
    limit,
    output,
    columns,
    ast,
  });
}

function analyzeVariable(ast: AstCreateVariable, state: ModuleState): CreateVariable {
  const { variable, constant } = ast;
  if (state.catalog.variable(variable) !== undefined)
    fail('DUPLICATE_NAME', `the variable '${variable}' exists already`, ast.position);
  const type = namedType(ast.typeName);
  requireDeclarable(type, ast.typeName, ast.position, state.catalog);
  const context = { ...newContext(environmentOf(ast, state), newScope(null), 'set'), noAggregates: 'in a variable' };
  const initial = ast.initial === null ? null : context.environment.check(ast.initial, context);
  if (initial === null && constant) fail('INVALID_STATEMENT', `the constant '${variable}' needs a value`, ast.position);
  if (initial !== null && !isAssignable(state.catalog, initial.type, type)) {
    fail('TYPE_MISMATCH', `cannot put ${describeType(initial.type)} into ${describeType(type)}`, initial.ast.position);
  }
  state.catalog.addVariable({ name: variable, type, constant });
  return freeze({ kind: 'createVariable', ...headOf(ast), variable, type, constant, initial, ast });
}

function analyzeOnUpdate(ast: AstOnUpdate, state: ModuleState): OnUpdate {
  const store = checkStoreAccess(ast, environmentOf(ast, state), 'in update');
  const assignments = checkStoreAssignments(ast.assignments, store);
  return freeze({ kind: 'onUpdate', ...headOf(ast), ...store.access, assignments, ast });
}

function analyzeOnSet(ast: AstOnSet, state: ModuleState): OnSet {
  const { source, alias, position } = ast.trigger;
  const environment = environmentOf(ast, state);
  const scope = newScope(null);
  const stream = checkStream(
    { source, alias, windows: [], unidirectional: false, retain: null, position },
    0,
    false,
    scope,
    environment,
  );
  const context = { ...newContext(environment, scope, 'set'), noAggregates: 'in set' };
  const assignments = checkAssignments(ast.assignments, context);
  return freeze({ kind: 'onSet', ...headOf(ast), stream, assignments, subqueries: freeze(scope.subqueries), ast });
}
