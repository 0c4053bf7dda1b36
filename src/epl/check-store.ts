/** `create window`, `create table`, `create index` (Esper reference §6.2, §6.3, §6.9). */
import type { AstCreateIndex, AstCreateTable, AstCreateWindow, AstTableColumn } from '../model/ast.ts';
import type { CheckedExpression, CheckedStream } from '../model/checked.ts';
import type { CreateIndex, CreateWindow } from '../model/checked-store.ts';
import type { Position } from '../model/errors.ts';
import type { EventType, Property, TableAggregate } from '../model/event-type.ts';
import type { ValueType } from '../model/value.ts';
import { checkCondition } from './check-expression.ts';
import { checkSelectItems } from './check-items.ts';
import { requireDeclarable } from './check-schema.ts';
import { checkTableAggregate } from './check-table-aggregate.ts';
import { requireChain } from './check-window-chain.ts';
import { checkWindows, isDataWindow, windowName } from './check-windows.ts';
import { conjuncts } from './conjuncts.ts';
import { didYouMeanHint } from './names.ts';
import { type Context, type Environment, fail, newContext, newScope, type StreamScope } from './scope.ts';
import { namedType } from './typing.ts';

const freeze = Object.freeze;

function requireFree(name: string, position: Position, { catalog }: Environment): void {
  const known = catalog.eventType(name);
  if (known === undefined) return;
  const what = known.kind === 'table' ? 'table' : known.kind === 'window' ? 'named window' : 'event type';
  fail('DUPLICATE_NAME', `the ${what} '${name}' exists already`, position, 'choose another name');
}

export function requireType(name: string, position: Position, { catalog }: Environment): EventType {
  const type = catalog.eventType(name);
  if (type !== undefined) return type;
  return fail(
    'UNKNOWN_STREAM',
    `unknown event type '${name}'`,
    position,
    didYouMeanHint(name, catalog.eventTypeNames()),
  );
}

/** The named window or table of that name. */
export function requireStore(name: string, position: Position, environment: Environment): EventType {
  const { catalog } = environment;
  const type = catalog.eventType(name);
  if (type?.kind === 'window' || type?.kind === 'table') return type;
  const stores = [...catalog.eventTypeNames()].filter((n) => {
    const kind = catalog.eventType(n)?.kind;
    return kind === 'window' || kind === 'table';
  });
  const what = type === undefined ? `unknown named window or table '${name}'` : `'${name}' is a stream of events`;
  const hint = didYouMeanHint(name, stores) ?? (stores.length > 0 ? `there is ${stores.join(', ')}` : undefined);
  return fail('UNKNOWN_STREAM', what, position, hint ?? 'create it with create window or create table');
}

function scopeOf(type: EventType, name = type.name): StreamScope {
  return { index: 0, alias: null, typeName: name, type, windowed: false, nullable: false };
}

function contextOver(stream: StreamScope, environment: Environment, clause: Context['clause']): Context {
  const scope = newScope(null);
  scope.streams.push(stream);
  return { ...newContext(environment, scope, clause), outer: false, noAggregates: 'here' };
}

/** Adds the window's type to the catalog. */
export function checkCreateWindow(
  ast: AstCreateWindow,
  environment: Environment,
): Pick<CreateWindow, 'eventType' | 'stream' | 'insertFrom'> {
  requireFree(ast.typeName, ast.position, environment);
  const made = modelOf(ast, environment);
  const bare: EventType = { name: ast.typeName, supertypes: freeze([]), ...made };
  const stream = { ...scopeOf(bare), windowed: true };
  const context = { ...contextOver(stream, environment, 'window'), only: 0 };
  const { windows, type } = checkWindows(ast.windows, stream, context);
  const holding = ast.windows.some((w) => isDataWindow(windowName(w)));
  if (!holding || type !== bare) {
    fail(
      'MISSING_WINDOW',
      `the named window '${ast.typeName}' needs data windows, and nothing else, behind its name`,
      ast.position,
      `write create window ${ast.typeName}#keepall`,
    );
  }
  requireChain(ast.windows, ast.retain ?? 'intersection');
  const eventType: EventType = freeze({ ...bare, kind: 'window' });
  const checked: CheckedStream = freeze({
    index: 0,
    alias: null,
    source: freeze({ kind: 'filter', eventType, filter: freeze([]), contained: freeze([]) }),
    eventType,
    windows,
    retain: ast.retain ?? 'intersection',
    unidirectional: false,
  });
  const insertFrom = ast.insert ? checkInsertFrom(ast, environment) : null;
  environment.catalog.addType(eventType);
  return { eventType, stream: checked, insertFrom };
}

function modelOf(
  { model, position }: AstCreateWindow,
  environment: Environment,
): Pick<EventType, 'properties' | 'startTimestamp' | 'endTimestamp'> {
  switch (model.kind) {
    case 'columns': {
      const properties: Property[] = [];
      for (const column of model.columns) {
        const type = namedType(column.typeName);
        requireDeclarable(type, column.typeName, column.position, environment.catalog);
        if (properties.some((p) => p.name === column.name))
          fail('DUPLICATE_NAME', `column '${column.name}' is declared twice`, column.position);
        properties.push(freeze({ name: column.name, type }));
      }
      return { properties: freeze(properties) };
    }
    case 'type': {
      const { properties, startTimestamp, endTimestamp } = requireType(model.typeName, position, environment);
      return { properties, startTimestamp, endTimestamp };
    }
    case 'select': {
      const source = scopeOf(requireType(model.typeName, position, environment));
      const { columns } = checkSelectItems(model.items, contextOver(source, environment, 'select'));
      return { properties: columns };
    }
  }
}

function checkInsertFrom(ast: AstCreateWindow, environment: Environment): CreateWindow['insertFrom'] {
  const source = ast.model.kind === 'columns' ? null : ast.model.typeName;
  const type = source === null ? undefined : environment.catalog.eventType(source);
  if (source === null || type?.kind !== 'window') {
    return fail(
      'INVALID_STATEMENT',
      'insert copies the rows of a named window, and none is named behind as',
      ast.position,
      'write create window B#keepall as A insert where …',
    );
  }
  if (ast.insertWhere === null) return freeze({ source, where: freeze([]) });
  const condition = checkCondition(ast.insertWhere, contextOver(scopeOf(type), environment, 'where'), "'where'");
  return freeze({ source, where: freeze(conjuncts(condition)) });
}

/** Adds the table's type to the catalog. */
export function checkCreateTable(ast: AstCreateTable, environment: Environment): EventType {
  requireFree(ast.table, ast.position, environment);
  const properties: Property[] = [];
  const keys: string[] = [];
  const aggregates: TableAggregate[] = [];
  for (const column of ast.columns) {
    if (properties.some((p) => p.name === column.name))
      fail('DUPLICATE_NAME', `column '${column.name}' is declared twice`, column.position);
    const type = columnType(column, environment, aggregates);
    properties.push(freeze({ name: column.name, type }));
    if (!column.primaryKey) continue;
    if (column.aggregation !== null)
      fail('INVALID_STATEMENT', `the aggregation '${column.name}' cannot be part of the key`, column.position);
    keys.push(column.name);
  }
  const eventType: EventType = freeze({
    name: ast.table,
    supertypes: freeze([]),
    properties: freeze(properties),
    kind: 'table',
    table: freeze({ keys: freeze(keys), aggregates: freeze(aggregates) }),
  });
  environment.catalog.addType(eventType);
  return eventType;
}

function columnType(column: AstTableColumn, environment: Environment, aggregates: TableAggregate[]): ValueType {
  if (column.aggregation !== null) {
    const made = checkTableAggregate(column, column.aggregation, environment);
    aggregates.push(made);
    return made.type;
  }
  const written = column.typeName ?? '';
  const type = namedType(written);
  requireDeclarable(type, written, column.position, environment.catalog);
  return type;
}

/** Kinds of index by the word behind the column. */
const INDEX_KINDS: ReadonlySet<string> = new Set(['hash', 'btree']);

export function checkCreateIndex(
  ast: AstCreateIndex,
  environment: Environment,
): Pick<CreateIndex, 'index' | 'target' | 'unique' | 'columns'> {
  const target = requireStore(ast.target, ast.position, environment);
  const context = contextOver(scopeOf(target), environment, 'where');
  const names = new Set<string>();
  const aggregates = new Set(target.table?.aggregates.map((a) => a.column));
  const columns = ast.columns.map(({ expression: written, type }) => {
    const expression: CheckedExpression = environment.check(written, context);
    if (type !== null && !INDEX_KINDS.has(type.toLowerCase())) {
      const hint = didYouMeanHint(type.toLowerCase(), INDEX_KINDS) ?? 'write hash or btree';
      fail('INVALID_STATEMENT', `'${type}' is no kind of index`, written.position, hint);
    }
    const [step, more] = expression.kind === 'property' ? expression.path : [];
    if (step?.kind !== 'name' || more !== undefined) {
      return fail('INVALID_STATEMENT', 'an index is made of plain columns', written.position);
    }
    if (aggregates.has(step.name))
      fail('INVALID_STATEMENT', `the aggregation '${step.name}' cannot be indexed`, written.position);
    if (names.has(step.name)) fail('DUPLICATE_NAME', `column '${step.name}' is indexed twice`, written.position);
    names.add(step.name);
    return freeze({ expression, sorted: type?.toLowerCase() === 'btree' });
  });
  return { index: ast.index, target, unique: ast.unique, columns: freeze(columns) };
}
