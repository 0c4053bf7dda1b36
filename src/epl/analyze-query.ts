/** Fire-and-forget queries: asked once, of named windows and tables (Esper reference, "Fire-and-forget queries"). */
import type {
  AstDeleteQuery,
  AstInsertInto,
  AstInsertValues,
  AstSelectStatement,
  AstStatement,
  AstUpdateQuery,
} from '../model/ast.ts';
import type { CheckedExpression, Column, SelectItem, SelectStatement } from '../model/checked.ts';
import type { CheckedQuery } from '../model/checked-store.ts';
import { holdsRows, type Catalog } from '../model/event-type.ts';
import { newEnvironment } from './analyze.ts';
import { LayeredCatalog } from './catalog.ts';
import { checkInsertInto } from './check-insert.ts';
import { checkSelectItems } from './check-items.ts';
import { checkStoreAccess, checkStoreAssignments } from './check-on.ts';
import { checkSelect } from './check-select.ts';
import { requireStore } from './check-store.ts';
import { type Context, type Environment, fail, newContext, newScope } from './scope.ts';

const freeze = Object.freeze;

/** Rows of one `values` list: more belong into several queries. */
export const MAX_VALUE_ROWS = 1000;

/** Throws a coded error (1xx) with the position of the text at fault. `catalog` is not changed. */
export function analyzeQuery(ast: AstStatement, catalog: Catalog): CheckedQuery {
  const environment = newEnvironment(new LayeredCatalog(catalog), ast.declarations);
  if (ast.context !== null) fail('NOT_SUPPORTED', 'a context cannot be queried yet', ast.position);
  switch (ast.kind) {
    case 'selectStatement':
      return ast.insertInto === null
        ? checkQuerySelect(ast, environment)
        : checkQueryInsert(ast, ast.insertInto, environment);
    case 'insertValues':
      return checkValues(ast, environment);
    case 'updateQuery':
      return checkUpdateQuery(ast, environment);
    case 'deleteQuery':
      return freeze({ kind: 'delete', ...accessOf(ast, environment, 'in delete').access });
    default:
      return fail(
        'INVALID_STATEMENT',
        'a query is asked once: this is a statement that runs on',
        ast.position,
        'select, insert into, update or delete from a named window or table',
      );
  }
}

function checkQuerySelect(ast: AstSelectStatement, environment: Environment): CheckedQuery {
  const { select } = ast;
  if (ast.intoTable !== null) fail('INVALID_STATEMENT', 'into table is no part of a query', ast.position);
  if (select.output !== null)
    fail('INVALID_STATEMENT', 'a query is answered at once and takes no output clause', select.output.position);
  const { body, columns, orderBy, limit } = checkSelect(select, newScope(null), environment, false);
  for (const stream of body.streams) {
    const [window] = stream.windows;
    if (window !== undefined)
      fail('INVALID_STATEMENT', 'a query is answered at once and takes no windows', window.position, 'leave them out');
    if (stream.source.kind === 'filter' && holdsRows(stream.source.eventType)) continue;
    const position = stream.source.kind === 'filter' ? select.position : stream.source.position;
    fail(
      'INVALID_STATEMENT',
      `a query reads named windows and tables, and '${stream.source.eventType.name}' is a stream of events`,
      position,
      'register a statement for streams',
    );
  }
  const made: SelectStatement = freeze({
    kind: 'select',
    name: null,
    annotations: freeze([]),
    context: null,
    ...body,
    selector: 'istream',
    insertInto: null,
    orderBy,
    limit,
    output: null,
    columns,
    ast,
  });
  return freeze({ kind: 'select', select: made });
}

function valueContext(environment: Environment): Context {
  return { ...newContext(environment, newScope(null), 'select'), noAggregates: 'in an inserted row' };
}

function checkQueryInsert(ast: AstSelectStatement, into: AstInsertInto, environment: Environment): CheckedQuery {
  requireStore(into.typeName, into.position, environment);
  const { select } = ast;
  if (select.from !== null) {
    fail(
      'NOT_SUPPORTED',
      'inserting what another window holds cannot be evaluated yet',
      select.from.position,
      'leave from out, or register an on-select',
    );
  }
  const context = valueContext(environment);
  const { items, columns } = checkSelectItems(select.items, context);
  const inferred = new Set<string>();
  const insertInto = checkInsertInto(into, { select: items, streams: [] }, columns, environment.catalog, inferred);
  const row = items.flatMap((i) => (i.kind === 'expression' ? [i.expression] : []));
  const subqueries = freeze(context.scope.subqueries);
  return freeze({ kind: 'insert', insertInto, columns, rows: freeze([freeze(row)]), subqueries });
}

function checkValues(ast: AstInsertValues, environment: Environment): CheckedQuery {
  const target = requireStore(ast.target, ast.position, environment);
  const filled = new Set(target.table?.aggregates.map((a) => a.column));
  const names = ast.columns ?? target.properties.map((p) => p.name).filter((n) => !filled.has(n));
  if (ast.rows.length > MAX_VALUE_ROWS)
    fail('WRONG_ARGUMENTS', `more than ${MAX_VALUE_ROWS} rows are inserted at once`, ast.position);
  const context = valueContext(environment);
  const into: AstInsertInto = {
    selector: null,
    typeName: ast.target,
    nameParts: [ast.target],
    columns: null,
    position: ast.position,
  };
  const rows: (readonly CheckedExpression[])[] = [];
  let columns: readonly Column[] = [];
  let checked = null;
  for (const written of ast.rows) {
    if (written.length !== names.length) {
      fail(
        'WRONG_ARGUMENTS',
        `${names.length} columns are listed and ${written.length} values given`,
        written[0]?.position ?? ast.position,
        names.join(', '),
      );
    }
    const row = written.map((e) => environment.check(e, context));
    const select = row.map((expression, i): SelectItem => ({ kind: 'expression', expression, name: names[i] ?? '' }));
    columns = row.map((e, i) => ({ name: names[i] ?? '', type: e.type }));
    checked = checkInsertInto(into, { select, streams: [] }, columns, environment.catalog, new Set());
    rows.push(freeze(row));
  }
  if (checked === null) return fail('INVALID_STATEMENT', 'no values are given', ast.position);
  const subqueries = freeze(context.scope.subqueries);
  return freeze({ kind: 'insert', insertInto: checked, columns: freeze(columns), rows: freeze(rows), subqueries });
}

function accessOf(
  { target, alias, where, position }: AstUpdateQuery | AstDeleteQuery,
  environment: Environment,
  noAggregates: string,
): ReturnType<typeof checkStoreAccess> {
  return checkStoreAccess({ trigger: null, target, alias, where, position }, environment, noAggregates);
}

function checkUpdateQuery(ast: AstUpdateQuery, environment: Environment): CheckedQuery {
  const store = accessOf(ast, environment, 'in update');
  const assignments = checkStoreAssignments(ast.assignments, store);
  return freeze({ kind: 'update', ...store.access, assignments });
}
