/**
 * The checked statement: what `epl/` makes of a text against a catalog, and what engine and planner read.
 *
 * Every name is resolved and every expression has a static type. Nodes are frozen plain data. `ast` leads back to the
 * text: for printing (fragments are sent as text) and for positions in errors.
 */
import type { AstExpression, AstExpressionDeclaration, AstStatement } from './ast.ts';
import type { CheckedContext } from './checked-context.ts';
import type { RowPatternSpec } from './checked-rows.ts';
import type {
  CreateIndex,
  CreateTable,
  CreateWindow,
  IntoTable,
  OnDelete,
  OnMerge,
  OnSelect,
  OnUpdate,
} from './checked-store.ts';
import type { PatternSource } from './checked-pattern.ts';
import type { Position } from './errors.ts';
import type { EventType } from './event-type.ts';
import type { Value, ValueType } from './value.ts';

// ---------------------------------------------------------------------------------------------- expressions

interface ExprNode {
  readonly type: ValueType;
  /** False only where the value cannot be null: three-valued logic is compiled in only where it can. */
  readonly nullable: boolean;
  readonly ast: AstExpression;
}

export type PathStep =
  | { readonly kind: 'name'; readonly name: string; readonly dynamic: boolean }
  | { readonly kind: 'index'; readonly index: number; readonly dynamic: boolean }
  | { readonly kind: 'key'; readonly key: string; readonly dynamic: boolean };

/** Which event a property or event reference means. `level` 0 is the statement (or subquery) itself, 1 the one around it. */
export interface StreamRef {
  readonly level: number;
  readonly stream: number;
  /** In a pattern stream: which tag; else null. */
  readonly tag: string | null;
}

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%';
export type BitwiseOp = '&' | '|' | '^';
export type CompareOp = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'is' | 'is not';
export type Quantifier = 'any' | 'all';

export type CheckedExpression =
  | (ExprNode & { readonly kind: 'literal'; readonly value: Value })
  /** `path` has at least one step; the first is a property of the event (after the tag, if any). */
  | (ExprNode & { readonly kind: 'property'; readonly ref: StreamRef; readonly path: readonly PathStep[] })
  /** The event itself: `b`, `b.*`. */
  | (ExprNode & { readonly kind: 'event'; readonly ref: StreamRef })
  | (ExprNode & { readonly kind: 'variable'; readonly name: string; readonly path: readonly PathStep[] })
  | (ExprNode & { readonly kind: 'contextProperty'; readonly path: readonly PathStep[] })
  | (ExprNode & { readonly kind: 'negate'; readonly operand: CheckedExpression })
  | (ExprNode & { readonly kind: 'not'; readonly operand: CheckedExpression })
  /** Numeric result: `type` says in which kind the operation is done (int wraps). `/` is always double. */
  | (ExprNode & {
      readonly kind: 'arithmetic';
      readonly op: ArithmeticOp;
      readonly left: CheckedExpression;
      readonly right: CheckedExpression;
    })
  | (ExprNode & {
      readonly kind: 'bitwise';
      readonly op: BitwiseOp;
      readonly left: CheckedExpression;
      readonly right: CheckedExpression;
    })
  | (ExprNode & { readonly kind: 'concat'; readonly operands: readonly CheckedExpression[] })
  | (ExprNode & {
      readonly kind: 'compare';
      readonly op: CompareOp;
      readonly left: CheckedExpression;
      readonly right: CheckedExpression;
    })
  | (ExprNode & {
      readonly kind: 'logical';
      readonly op: 'and' | 'or';
      readonly operands: readonly CheckedExpression[];
    })
  | (ExprNode & {
      readonly kind: 'between';
      readonly not: boolean;
      readonly value: CheckedExpression;
      readonly low: CheckedExpression;
      readonly high: CheckedExpression;
      readonly lowInclusive: boolean;
      readonly highInclusive: boolean;
    })
  | (ExprNode & {
      readonly kind: 'in';
      readonly not: boolean;
      readonly value: CheckedExpression;
      readonly list: readonly CheckedExpression[];
    })
  | (ExprNode & {
      readonly kind: 'like';
      readonly not: boolean;
      readonly value: CheckedExpression;
      readonly pattern: CheckedExpression;
      readonly escape: CheckedExpression | null;
    })
  | (ExprNode & {
      readonly kind: 'regexp';
      readonly not: boolean;
      readonly value: CheckedExpression;
      readonly pattern: CheckedExpression;
    })
  /** `x > any (a, b)`; with a subquery see `subquery`. */
  | (ExprNode & {
      readonly kind: 'quantified';
      readonly op: CompareOp;
      readonly quantifier: Quantifier;
      readonly value: CheckedExpression;
      readonly list: readonly CheckedExpression[];
    })
  | (ExprNode & {
      readonly kind: 'case';
      readonly operand: CheckedExpression | null;
      readonly whens: readonly { readonly when: CheckedExpression; readonly then: CheckedExpression }[];
      readonly otherwise: CheckedExpression | null;
    })
  /** A built-in single-row function by its lower-case name: coalesce, max, min, current_timestamp, exists, typeof, … */
  | (ExprNode & { readonly kind: 'call'; readonly name: string; readonly args: readonly CheckedExpression[] })
  | (ExprNode & {
      readonly kind: 'cast';
      readonly operand: CheckedExpression;
      readonly to: ValueType;
      readonly format: CheckedExpression | null;
    })
  | (ExprNode & { readonly kind: 'instanceof'; readonly operand: CheckedExpression; readonly types: readonly string[] })
  /** Date-time and enumeration methods: `target.name(args)`. A lambda argument stands in `args` as kind `lambda`. */
  | (ExprNode & {
      readonly kind: 'method';
      readonly target: CheckedExpression;
      readonly name: string;
      readonly args: readonly CheckedExpression[];
    })
  /** A step behind any expression that yields an event, map or array: `firstOf().host`, `(select …).x`. */
  | (ExprNode & { readonly kind: 'access'; readonly target: CheckedExpression; readonly path: readonly PathStep[] })
  | (ExprNode & { readonly kind: 'lambda'; readonly parameters: readonly string[]; readonly body: CheckedExpression })
  | (ExprNode & { readonly kind: 'lambdaParameter'; readonly name: string })
  | (ExprNode & { readonly kind: 'array'; readonly items: readonly CheckedExpression[] })
  | (ExprNode & {
      readonly kind: 'struct';
      readonly members: readonly { readonly name: string; readonly value: CheckedExpression }[];
    })
  /** The value of `aggregates[index]` of the statement or subquery it stands in. */
  | (ExprNode & { readonly kind: 'aggregate'; readonly index: number })
  | (ExprNode & {
      readonly kind: 'prev';
      readonly form: 'prev' | 'prevtail' | 'prevcount' | 'prevwindow';
      readonly stream: number;
      readonly offset: CheckedExpression | null;
      readonly value: CheckedExpression | null;
    })
  | (ExprNode & {
      readonly kind: 'prior';
      readonly stream: number;
      readonly offset: CheckedExpression;
      readonly value: CheckedExpression;
    })
  /** A subquery of `subqueries[index]`; `value`, `op`, `quantifier` by form. */
  | (ExprNode & {
      readonly kind: 'subquery';
      readonly index: number;
      readonly form: SubqueryForm;
      readonly not: boolean;
      readonly value: CheckedExpression | null;
      readonly op: CompareOp | null;
      readonly quantifier: Quantifier | null;
    })
  /** `T[key].column`, `T.column`: the row of a table by its key, null where there is none; `column` null for the row. */
  | (ExprNode & {
      readonly kind: 'tableAccess';
      readonly table: string;
      /** `T.keys()`: the keys of all rows; `keys` is empty and `column` null then. */
      readonly listing?: boolean | undefined;
      readonly keys: readonly CheckedExpression[];
      readonly column: string | null;
    })
  /** `grouping(x)`, `grouping_id(x, y)`: args are positions in groupBy. */
  | (ExprNode & {
      readonly kind: 'grouping';
      readonly form: 'grouping' | 'grouping_id';
      readonly positions: readonly number[];
    })
  | (ExprNode & { readonly kind: 'period'; readonly parts: readonly PeriodPart[] });

export type SubqueryForm = 'scalar' | 'exists' | 'in' | 'quantified' | 'rows';

export type PeriodUnit =
  | 'year'
  | 'month'
  | 'week'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond';

export interface PeriodPart {
  readonly unit: PeriodUnit;
  readonly amount: CheckedExpression;
}

// ---------------------------------------------------------------------------------------------- aggregation

/** One aggregation of a statement. Equal ones (same text, same filter, same group) occur once. */
export interface AggregateSpec {
  /** Lower-case: avg, sum, count, min, max, median, stddev, avedev, first, last, nth, window, sorted, maxby, …, with `ever` forms by their own names. */
  readonly name: string;
  readonly distinct: boolean;
  /** `count(*)`, `window(*)`, `first(*)`: no args and `wildcard`. */
  readonly wildcard: boolean;
  readonly args: readonly CheckedExpression[];
  /** `filter:` parameter or, for `countever`/`avg(x, f)`, the trailing boolean; else null. */
  readonly filter: CheckedExpression | null;
  /** `group_by:` parameter, else null. */
  readonly groupBy: readonly CheckedExpression[] | null;
  readonly type: ValueType;
  readonly ast: AstExpression;
}

// ---------------------------------------------------------------------------------------------- streams

export interface WindowSpec {
  /** Lower-case name without name space: length, time, length_batch, time_batch, unique, groupwin, … */
  readonly name: string;
  readonly args: readonly CheckedExpression[];
  /** Aggregations of the condition of expr and expr_batch, which `aggregate` nodes of its args index; else empty. */
  readonly aggregates: readonly AggregateSpec[];
  /** Of `match_recognize`, which stands last among the windows of a stream and makes rows of measures; else absent. */
  readonly rows?: RowPatternSpec | undefined;
  readonly position: Position;
}

export interface FilterSource {
  readonly kind: 'filter';
  readonly eventType: EventType;
  /** The stream's parentheses, as conjuncts. */
  readonly filter: readonly CheckedExpression[];
  /** Contained-event selection steps behind the filter. */
  readonly contained: readonly ContainedStep[];
}

export interface ContainedStep {
  readonly path: readonly PathStep[];
  readonly eventType: EventType;
  readonly select: readonly SelectItem[] | null;
  readonly where: CheckedExpression | null;
  readonly alias: string | null;
}

export interface CheckedStream {
  readonly index: number;
  /** As written; null when there is none (columns of a wildcard join are then `stream_0`, …). */
  readonly alias: string | null;
  readonly source: FilterSource | PatternSource;
  /** Type of the rows behind contained-event selection and derived-value windows: what all other clauses see. */
  readonly eventType: EventType;
  readonly windows: readonly WindowSpec[];
  readonly retain: 'intersection' | 'union';
  readonly unidirectional: boolean;
}

export type JoinKind = 'inner' | 'left' | 'right' | 'full';

/** Join of stream `right` (index) with everything before it; comma joins are `inner` with `on` empty. */
export interface JoinStep {
  readonly kind: JoinKind;
  readonly right: number;
  /** `on` as equalities joined by `and`. */
  readonly on: readonly { readonly left: CheckedExpression; readonly right: CheckedExpression }[];
}

// ---------------------------------------------------------------------------------------------- select

export type SelectItem =
  | { readonly kind: 'wildcard' }
  /** `b.*` flat; `b.* as x` one event-valued column. */
  | {
      readonly kind: 'streamWildcard';
      readonly stream: number;
      readonly as: string | null;
      /** `a.*` of a pattern's tag, and the type of its events. */
      readonly tag?: { readonly name: string; readonly eventType: EventType } | undefined;
    }
  | { readonly kind: 'expression'; readonly expression: CheckedExpression; readonly name: string };

export interface OrderItem {
  readonly expression: CheckedExpression;
  readonly descending: boolean;
}

export type GroupingSets = readonly (readonly number[])[];

/** A number or a variable, re-read at each use. */
export type LimitValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'variable'; readonly name: string };

export interface OutputSpec {
  readonly selector: 'default' | 'all' | 'first' | 'last' | 'snapshot';
  readonly rate:
    | { readonly kind: 'events'; readonly count: LimitValue }
    | { readonly kind: 'time'; readonly period: CheckedExpression }
    | { readonly kind: 'crontab'; readonly fields: readonly CheckedExpression[] }
    | { readonly kind: 'when'; readonly condition: CheckedExpression; readonly assignments: readonly Assignment[] }
    | {
        readonly kind: 'whenTerminated';
        readonly condition: CheckedExpression | null;
        readonly assignments: readonly Assignment[];
      }
    | null;
  readonly after:
    | { readonly kind: 'events'; readonly count: number }
    | { readonly kind: 'time'; readonly period: CheckedExpression }
    | null;
  readonly andWhenTerminated: {
    readonly condition: CheckedExpression | null;
    readonly assignments: readonly Assignment[];
  } | null;
  readonly position: Position;
}

export interface Assignment {
  readonly variable: string;
  readonly value: CheckedExpression;
}

/** Everything a select has, be it a statement or a subquery. */
export interface SelectBody {
  readonly streams: readonly CheckedStream[];
  readonly joins: readonly JoinStep[];
  /** Conjuncts of `where`; empty when there is none. */
  readonly where: readonly CheckedExpression[];
  readonly distinct: boolean;
  readonly select: readonly SelectItem[];
  readonly groupBy: readonly CheckedExpression[];
  /** Non-null for rollup, cube and grouping sets: which of groupBy each level keeps, most detailed first. */
  readonly groupingSets: GroupingSets | null;
  readonly having: CheckedExpression | null;
  readonly aggregates: readonly AggregateSpec[];
  readonly subqueries: readonly CheckedSubquery[];
}

export interface CheckedSubquery extends SelectBody {
  /** True if it reads a stream of the enclosing select. */
  readonly correlated: boolean;
  readonly columns: readonly Column[];
  readonly position: Position;
}

export interface Column {
  readonly name: string;
  readonly type: ValueType;
}

export type StreamSelector = 'istream' | 'rstream' | 'irstream';

export interface InsertInto {
  readonly typeName: string;
  readonly selector: StreamSelector;
  readonly columns: readonly string[] | null;
  readonly position: Position;
}

export interface Annotation {
  readonly name: string;
  readonly value: string | number | boolean | null;
  readonly attributes: Readonly<Record<string, string | number | boolean | null>>;
}

export interface SelectStatement extends SelectBody {
  readonly kind: 'select';
  /** From `@name`; null when unnamed. */
  readonly name: string | null;
  readonly annotations: readonly Annotation[];
  /** Name of the context that divides the statement; null without. */
  readonly context: string | null;
  readonly selector: StreamSelector;
  readonly insertInto: InsertInto | null;
  /** `into table T`: the aggregations are kept in the rows of T. */
  readonly intoTable?: IntoTable | undefined;
  readonly orderBy: readonly OrderItem[];
  readonly limit: { readonly count: LimitValue; readonly offset: LimitValue | null } | null;
  readonly output: OutputSpec | null;
  /** Columns of the output in order. For `select *` on one stream those of the stream's type; the event itself is the row. */
  readonly columns: readonly Column[];
  readonly ast: AstStatement;
}

export interface CreateVariable {
  readonly kind: 'createVariable';
  readonly name: string | null;
  readonly annotations: readonly Annotation[];
  /** Name of the context that divides the statement; null without. */
  readonly context: string | null;
  readonly variable: string;
  readonly type: ValueType;
  readonly constant: boolean;
  readonly initial: CheckedExpression | null;
  readonly ast: AstStatement;
}

export interface CreateSchema {
  readonly kind: 'createSchema';
  readonly name: string | null;
  readonly annotations: readonly Annotation[];
  /** Name of the context that divides the statement; null without. */
  readonly context: string | null;
  readonly eventType: EventType;
  /** Variant streams: member types; null for ordinary schemas. */
  readonly variantOf: readonly string[] | null;
  readonly ast: AstStatement;
}

/** `on Type(filter) [as a] set x = 1, y = a.v`. */
export interface OnSet {
  readonly kind: 'onSet';
  readonly name: string | null;
  readonly annotations: readonly Annotation[];
  /** Name of the context that divides the statement; null without. */
  readonly context: string | null;
  readonly stream: CheckedStream;
  readonly assignments: readonly Assignment[];
  readonly subqueries: readonly CheckedSubquery[];
  readonly ast: AstStatement;
}

/** `insert into T select … [from [contained]] [where …]` of a split stream. */
export interface SplitBranch {
  readonly insertInto: InsertInto;
  /** Steps out of the triggering event; stream 0 of the branch's expressions is then each contained row, else the event. */
  readonly contained: readonly ContainedStep[];
  /** Type of stream 0. */
  readonly eventType: EventType;
  readonly select: readonly SelectItem[];
  readonly columns: readonly Column[];
  /** Conjuncts; empty when there is no where. */
  readonly where: readonly CheckedExpression[];
}

/** `on Type(filter) [as a] insert into … insert into … [output first|all]`. */
export interface OnSplit {
  readonly kind: 'onSplit';
  readonly name: string | null;
  readonly annotations: readonly Annotation[];
  /** Name of the context that divides the statement; null without. */
  readonly context: string | null;
  readonly stream: CheckedStream;
  readonly branches: readonly SplitBranch[];
  /** first: the first branch whose where holds takes the event. */
  readonly output: 'first' | 'all';
  readonly subqueries: readonly CheckedSubquery[];
  readonly ast: AstStatement;
}

/** `update istream Type [as a] set x = … where …`: values are computed of the event as it came. */
export interface UpdateIstream {
  readonly kind: 'updateIstream';
  readonly name: string | null;
  readonly annotations: readonly Annotation[];
  /** Name of the context that divides the statement; null without. */
  readonly context: string | null;
  readonly stream: CheckedStream;
  readonly assignments: readonly { readonly property: string; readonly value: CheckedExpression }[];
  readonly where: readonly CheckedExpression[];
  readonly subqueries: readonly CheckedSubquery[];
  readonly ast: AstStatement;
}

/** `create context`. Its own `context` is null. */
export interface CreateContext {
  readonly kind: 'createContext';
  readonly name: string | null;
  readonly annotations: readonly Annotation[];
  readonly context: null;
  readonly definition: CheckedContext;
  readonly ast: AstStatement;
}

export type CheckedStatement =
  | SelectStatement
  | CreateVariable
  | CreateSchema
  | OnSet
  | OnSplit
  | UpdateIstream
  | CreateWindow
  | CreateTable
  | CreateIndex
  | OnSelect
  | OnDelete
  | OnUpdate
  | OnMerge
  | CreateContext;

/** One deployment unit: statements in order, each checked against the catalog plus what the ones before it declared. */
export interface CheckedModule {
  readonly statements: readonly CheckedStatement[];
  /** Types that the module declares or infers (create schema, insert into), by name. */
  readonly eventTypes: ReadonlyMap<string, EventType>;
  /** What `create expression` declares, by name: for the catalog of later modules. */
  readonly expressions?: ReadonlyMap<string, AstExpressionDeclaration> | undefined;
}
