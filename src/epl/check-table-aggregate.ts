/** Aggregation columns of tables, and what `into table` puts into them (Esper reference §6.3.2, §6.3.4). */
import type { AstExpression, AstTableColumn } from '../model/ast.ts';
import type { AggregateSpec, SelectBody } from '../model/checked.ts';
import type { IntoTable } from '../model/checked-store.ts';
import type { Position } from '../model/errors.ts';
import { type EventType, SKETCH_TYPE, type TableAggregate, type TableArgument } from '../model/event-type.ts';
import { BOOLEAN, DOUBLE, isNumeric, LONG, OBJECT, stringifyType, type ValueType } from '../model/value.ts';
import { aggregateInfo } from './functions.ts';
import { didYouMeanHint } from './names.ts';
import { checkSketchColumn, SKETCH_ADD } from './check-sketch.ts';
import { type Environment, fail } from './scope.ts';
import { areEquatable, isAssignable, namedType } from './typing.ts';

const freeze = Object.freeze;

/** Aggregations that keep events or values of a window: they mean nothing over a stream from which nothing leaves. */
const OF_WINDOWS: ReadonlySet<string> = new Set([
  'min',
  'max',
  'fmin',
  'fmax',
  'first',
  'last',
  'window',
  'sorted',
  'maxby',
  'minby',
]);

/** `sum(long)`, `count(*)`, `window(*) @type(X)`, `sorted(bytes desc) @type(X)`. */
export function checkTableAggregate(
  column: AstTableColumn,
  ast: AstExpression,
  environment: Environment,
): TableAggregate {
  const [step, more] = ast.kind === 'chain' ? ast.steps : [];
  const info = step?.kind === 'call' ? aggregateInfo(step.name) : undefined;
  if (step?.kind === 'call' && more === undefined && step.name.toLowerCase() === 'countminsketch')
    return checkSketchColumn(column.name, step);
  if (step?.kind !== 'call' || more !== undefined || info === undefined || info.result === 'sketch') {
    return fail(
      'INVALID_STATEMENT',
      `the column '${column.name}' has neither a type nor an aggregation`,
      ast.position,
      'write a type such as long, or an aggregation of a type such as sum(long)',
    );
  }
  const name = step.name.toLowerCase();
  const held = column.eventType === null ? null : heldType(column.eventType, column.position, environment);
  const wildcard = step.args.some((a) => a.kind === 'wildcard');
  const positional = step.args.filter((a) => a.kind !== 'wildcard');
  if (step.args.length < info.args[0] || step.args.length > info.args[1]) {
    fail('WRONG_ARGUMENTS', `${step.name} does not take ${step.args.length} argument(s)`, step.position);
  }
  const args = positional.map((a) => argumentOf(a, held, environment));
  if (info.result === 'count' && wildcard === false && args.length === 0) {
    fail('WRONG_ARGUMENTS', `${step.name} wants * or a type`, step.position, `write ${step.name}(*)`);
  }
  const [first] = args;
  if (info.numeric && first !== undefined && !isNumeric(first.type)) {
    fail('TYPE_MISMATCH', `${step.name} wants a numeric type, not ${stringifyType(first.type)}`, step.position);
  }
  const type = typeOf(info.result, first, held, wildcard, step.position);
  return freeze({ column: column.name, name, distinct: step.distinct, wildcard, args: freeze(args), type });
}

function heldType(name: string, position: Position, { catalog }: Environment): EventType {
  const type = catalog.eventType(name);
  if (type !== undefined) return type;
  const hint = didYouMeanHint(name, catalog.eventTypeNames());
  return fail('UNKNOWN_STREAM', `unknown event type '${name}'`, position, hint);
}

function argumentOf(ast: AstExpression, held: EventType | null, environment: Environment): TableArgument {
  const descending = ast.kind === 'sortKey' && ast.descending;
  const inner = ast.kind === 'sortKey' ? ast.value : ast;
  const names = inner.kind === 'chain' ? inner.steps.flatMap((s) => (s.kind === 'name' ? [s.name] : [])) : [];
  if (inner.kind === 'literal' && inner.type === 'null') return freeze({ type: OBJECT, property: null, descending });
  if (inner.kind !== 'chain' || names.length !== inner.steps.length) {
    return fail('INVALID_STATEMENT', 'an aggregation of a table names types', inner.position, 'write sum(long)');
  }
  const text = names.join('.');
  const property = held?.properties.find((p) => p.name === text);
  if (property !== undefined) return freeze({ type: property.type, property: text, descending });
  const type = namedType(text);
  if (type.kind === 'event' && environment.catalog.eventType(type.typeName) === undefined) {
    return fail(
      'TYPE_MISMATCH',
      `unknown type '${text}'`,
      inner.position,
      didYouMeanHint(text, ['string', 'int', 'long', 'float', 'double', 'boolean']),
    );
  }
  return freeze({ type, property: null, descending });
}

function typeOf(
  result: NonNullable<ReturnType<typeof aggregateInfo>>['result'],
  first: TableArgument | undefined,
  held: EventType | null,
  wildcard: boolean,
  position: Position,
): ValueType {
  const event = (): ValueType => {
    if (held !== null) return { kind: 'event', typeName: held.name };
    return fail('INVALID_STATEMENT', 'the type of the events is not named', position, 'write window(*) @type(X)');
  };
  const whole = wildcard || first?.property !== null;
  switch (result) {
    case 'count':
      return LONG;
    case 'double':
      return DOUBLE;
    case 'boolean':
      return BOOLEAN;
    case 'sketch':
      return SKETCH_TYPE;
    case 'sum':
      return first?.type ?? DOUBLE;
    case 'array':
      return { kind: 'array', of: whole ? event() : (first?.type ?? OBJECT) };
    case 'argument':
      return whole ? event() : (first?.type ?? OBJECT);
  }
}

/** Matches the statement's aggregations to the columns of the table by the names of the select clause. */
export function checkIntoTable(
  name: string,
  body: SelectBody,
  position: Position,
  environment: Environment,
): IntoTable {
  const table = environment.catalog.eventType(name);
  if (table?.table === undefined) {
    const hint = didYouMeanHint(name, environment.catalog.eventTypeNames()) ?? 'create it with create table';
    return fail('UNKNOWN_STREAM', `unknown table '${name}'`, position, hint);
  }
  if (body.groupingSets !== null) {
    fail(
      'NOT_SUPPORTED',
      'into table with rollup, cube or grouping sets cannot be evaluated yet',
      position,
      'write a table, and an into table statement, for each of the groupings',
    );
  }
  requireKeys(table, body, position);
  const columns: (string | null)[] = body.aggregates.map(() => null);
  for (const item of body.select) {
    if (item.kind !== 'expression' || item.expression.kind !== 'aggregate') continue;
    const { index } = item.expression;
    const spec = body.aggregates[index];
    const column = table.table.aggregates.find((a) => a.column === item.name);
    if (spec === undefined) continue;
    if (column === undefined) {
      const names = table.table.aggregates.map((a) => a.column);
      return fail(
        'UNKNOWN_PROPERTY',
        `the table '${table.name}' has no aggregation column '${item.name}'`,
        item.expression.ast.position,
        didYouMeanHint(item.name, names) ?? `it has ${names.join(', ')}`,
      );
    }
    requireSame(table, column, spec, body, environment);
    columns[index] = column.column;
  }
  const missing = body.aggregates.find((_, i) => columns[i] === null);
  if (missing !== undefined || columns.length === 0) {
    return fail(
      'INVALID_STATEMENT',
      'into table takes aggregations, each under the name of its column',
      missing?.ast.position ?? position,
      `write sum(x) as ${table.table.aggregates[0]?.column ?? 'column'}`,
    );
  }
  return freeze({ table: table.name, columns: freeze(columns) });
}

function requireKeys(table: EventType, body: SelectBody, position: Position): void {
  const keys = table.table?.keys ?? [];
  if (keys.length !== body.groupBy.length) {
    fail(
      'INVALID_STATEMENT',
      `the table '${table.name}' has ${keys.length} key column(s) and the statement groups by ${body.groupBy.length}`,
      position,
      keys.length === 0 ? 'leave group by out' : `group by ${keys.join(', ')}`,
    );
  }
  keys.forEach((key, i) => {
    const declared = table.properties.find((p) => p.name === key);
    const given = body.groupBy[i];
    if (declared === undefined || given === undefined || areEquatable(given.type, declared.type)) return;
    fail(
      'TYPE_MISMATCH',
      `the key '${key}' is ${stringifyType(declared.type)}, not ${stringifyType(given.type)}`,
      given.ast.position,
    );
  });
}

function requireSame(
  table: EventType,
  column: TableAggregate,
  spec: AggregateSpec,
  body: SelectBody,
  { catalog }: Environment,
): void {
  const differs =
    column.name !== spec.name ||
    column.distinct !== spec.distinct ||
    column.args.some((a, i) => {
      const given = spec.args[i];
      return given !== undefined && a.property === null && !isAssignable(catalog, given.type, a.type);
    }) ||
    (spec.name !== 'sorted' && column.wildcard !== spec.wildcard && !spec.name.startsWith('m'));
  if (differs) {
    const args = column.wildcard ? '*' : column.args.map((a) => a.property ?? stringifyType(a.type)).join(', ');
    const sketch = column.name === SKETCH_ADD;
    const declared = sketch ? 'countMinSketch()' : `${column.name}(${column.distinct ? 'distinct ' : ''}${args})`;
    fail(
      'TYPE_MISMATCH',
      `the column '${column.column}' of '${table.name}' is ${declared}`,
      spec.ast.position,
      sketch ? 'fill it with countMinSketchAdd(x), x a string' : 'use the aggregation that the table declares',
    );
  }
  const unbound = body.streams.some((s) => s.windows.length === 0 && s.eventType.kind !== 'window');
  if (unbound && OF_WINDOWS.has(spec.name)) {
    fail(
      'MISSING_WINDOW',
      `${spec.name} needs a data window, as rows must leave`,
      spec.ast.position,
      /^f?(min|max)$/.test(spec.name) ? `declare ${spec.name}ever in the table` : 'add one, such as #length(10)',
    );
  }
}
