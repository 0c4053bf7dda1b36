/**
 * What an expression sees while it is checked: streams of its select and of those around it, variables, lambda
 * parameters, declared expressions; and where its aggregations and subqueries are collected.
 */
import type { AstExpression, AstExpressionDeclaration, AstSelect } from '../model/ast.ts';
import type { AggregateSpec, CheckedExpression, CheckedSubquery, StreamRef } from '../model/checked.ts';
import { CodedError, type ErrorCode, type Position } from '../model/errors.ts';
import type { EventType } from '../model/event-type.ts';
import type { ValueType } from '../model/value.ts';
import type { LayeredCatalog } from './catalog.ts';

export interface StreamScope {
  readonly index: number;
  readonly alias: string | null;
  /** As written in the from clause; by it an unaliased stream is named. */
  readonly typeName: string;
  readonly type: EventType;
  readonly windowed: boolean;
  /** Group keys of aggregations may not look here, etc.; events of outer-joined streams can be absent. */
  readonly nullable: boolean;
  /** The properties are tags of a pattern. @default false */
  readonly tags?: boolean | undefined;
  /** True for `initial` of update: its properties are reached behind the name alone. */
  readonly onlyByName?: boolean | undefined;
}

/** One select: a statement or a subquery. */
export interface SelectScope {
  readonly parent: SelectScope | null;
  readonly streams: StreamScope[];
  readonly aggregates: AggregateSpec[];
  readonly aggregateIndexes: Map<string, number>;
  readonly subqueries: CheckedSubquery[];
  /** Names of the select clause's columns: only for a hint where they are used out of place. */
  selectAliases: readonly string[];
  /** Set when an expression read a stream of the parent (or of its parents). */
  correlated: boolean;
}

export type Clause =
  | 'select'
  | 'where'
  | 'group by'
  | 'having'
  | 'order by'
  | 'filter'
  | 'on'
  | 'window'
  | 'output'
  | 'set'
  | 'contained'
  | 'pattern';

/** A name bound by a lambda (`type`) or by the call of a declared expression (`value`, seen from `scope`). */
export type Binding =
  | { readonly kind: 'parameter'; readonly type: ValueType }
  | { readonly kind: 'value'; readonly value: CheckedExpression; readonly scope: SelectScope };

export type Bindings = ReadonlyMap<string, Binding>;

/** Names that stand for values without being properties: of `output when` and of expr windows. */
export type Builtins = ReadonlyMap<string, 'int' | 'long' | 'event'>;

export interface Context {
  readonly environment: Environment;
  readonly scope: SelectScope;
  readonly clause: Clause;
  /** The only stream of `scope` that may be seen (filters, windows); null for all. */
  readonly only: number | null;
  /** False where the streams of enclosing selects are out of sight. */
  readonly outer: boolean;
  /** Why no aggregation may stand here; null where it may. */
  readonly noAggregates: string | null;
  readonly bindings: Bindings;
  readonly builtins: Builtins;
  /** Select aliases that order by may use. */
  readonly aliases: ReadonlyMap<string, CheckedExpression>;
  /** Positions of group-by expressions by canonical text, for grouping(). */
  readonly groupKeys: ReadonlyMap<string, number>;
}

/** Most expansions of declared expressions in one statement: they multiply. */
export const MAX_EXPANSIONS = 1000;

/** Most nodes that arguments of declared expressions may add: an argument used twice, nested, doubles at each level. */
export const MAX_EXPANDED_NODES = 10_000;

export interface Environment {
  readonly catalog: LayeredCatalog;
  readonly declarations: ReadonlyMap<string, AstExpressionDeclaration>;
  /** Types without a name in the catalog: derived views, contained selections. */
  readonly anonymous: Map<string, EventType>;
  /** Type of `context`; null where the statement stands in none. */
  readonly contextType: EventType | null;
  /** The statement is an `into table`. */
  readonly intoTable?: boolean | undefined;
  /** Declared expressions under expansion, to refuse recursion. */
  readonly expanding: string[];
  expansions: number;
  /** Nodes that uses of arguments have added so far. */
  expandedNodes: number;
  check(this: void, expression: AstExpression, context: Context): CheckedExpression;
  subselect(this: void, select: AstSelect, context: Context): SubselectResult;
}

export interface SubselectResult {
  readonly subquery: CheckedSubquery;
  readonly index: number;
  /** Type of one row as a value: of its one column, a struct of several, an event for `*`. */
  readonly rowType: ValueType;
}

export function newScope(parent: SelectScope | null): SelectScope {
  return {
    parent,
    streams: [],
    aggregates: [],
    aggregateIndexes: new Map(),
    subqueries: [],
    selectAliases: [],
    correlated: false,
  };
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

export function newContext(environment: Environment, scope: SelectScope, clause: Clause): Context {
  return {
    environment,
    scope,
    clause,
    only: null,
    outer: true,
    noAggregates: null,
    bindings: NONE,
    builtins: NONE,
    aliases: NONE,
    groupKeys: NONE,
  };
}

/** The event type of that name, in the catalog or made for this statement. */
export function typeNamed(environment: Environment, name: string): EventType | undefined {
  return environment.anonymous.get(name) ?? environment.catalog.eventType(name);
}

export function fail(code: ErrorCode, message: string, position: Position, hint?: string): never {
  throw new CodedError(code, message, { position, hint });
}

export function notSupported(what: string, position: Position): never {
  fail('NOT_SUPPORTED', `${what} cannot be evaluated yet`, position);
}

export function refOf(stream: StreamScope, level: number): StreamRef {
  return Object.freeze({ level, stream: stream.index, tag: null });
}

/** The event of a stream as a value. */
export function eventOf(stream: StreamScope, level: number, ast: AstExpression): CheckedExpression {
  const type: ValueType = { kind: 'event', typeName: stream.type.name };
  return Object.freeze({ kind: 'event', ref: refOf(stream, level), type, nullable: stream.nullable, ast });
}
