/**
 * Syntax trees of EPL: what `epl/parse` makes of a text and `epl/print` turns back. Owned by epl/.
 *
 * Nodes are frozen plain objects with `kind` and `position`; every child is reachable by a plain field, so a rewrite is a
 * copy with another child. Names keep the case of the text; nothing is resolved here. Optional parts are `null`, lists are
 * empty when nothing was written.
 */
import type { Position } from './errors.ts';

interface AstNode {
  readonly position: Position;
}

// ---------------------------------------------------------------------------------------------- expressions

export type LiteralKind = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'string';

export interface AstLiteral extends AstNode {
  readonly kind: 'literal';
  readonly type: LiteralKind;
  readonly value: null | boolean | number | string;
}

/** A step of a chain. `a.b?.c[0].d('k')` is name a, name b (dynamic), name c, index, call d. */
export type AstStep = AstNameStep | AstCallStep | AstIndexStep;

export interface AstNameStep extends AstNode {
  readonly kind: 'name';
  readonly name: string;
  /** Written with `?`. */
  readonly dynamic: boolean;
}

/** A function, an aggregation, a method, a declared expression or a mapped property: the analysis decides. */
export interface AstCallStep extends AstNode {
  readonly kind: 'call';
  readonly name: string;
  readonly distinct: boolean;
  readonly args: readonly AstExpression[];
  readonly dynamic: boolean;
}

/** `[0]`, or `[key1, key2]` of a table. */
export interface AstIndexStep extends AstNode {
  readonly kind: 'index';
  readonly keys: readonly AstExpression[];
  readonly dynamic: boolean;
}

/** Property, variable, stream, function call or method chain: `target` is null for `a.b(c)`, set for `(select …).x`. */
export interface AstChain extends AstNode {
  readonly kind: 'chain';
  readonly target: AstExpression | null;
  readonly steps: readonly AstStep[];
}

export type AstArithmeticOp = '+' | '-' | '*' | '/' | '%';
export type AstBitwiseOp = '&' | '|' | '^';
/** `<>` reads as `!=`. */
export type AstCompareOp = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'is' | 'is not';
export type AstQuantifier = 'any' | 'all';
export type AstPeriodUnit =
  | 'year'
  | 'month'
  | 'week'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond';

export interface AstPeriodPart {
  readonly unit: AstPeriodUnit;
  readonly amount: AstExpression;
}

export interface AstStructMember extends AstNode {
  readonly name: string;
  readonly value: AstExpression;
}

export type AstExpression =
  | AstLiteral
  | AstChain
  | (AstNode & { readonly kind: 'negate'; readonly operand: AstExpression })
  | (AstNode & { readonly kind: 'not'; readonly operand: AstExpression })
  | (AstNode & {
      readonly kind: 'arithmetic';
      readonly op: AstArithmeticOp;
      readonly left: AstExpression;
      readonly right: AstExpression;
    })
  | (AstNode & {
      readonly kind: 'bitwise';
      readonly op: AstBitwiseOp;
      readonly left: AstExpression;
      readonly right: AstExpression;
    })
  | (AstNode & { readonly kind: 'concat'; readonly operands: readonly AstExpression[] })
  | (AstNode & {
      readonly kind: 'compare';
      readonly op: AstCompareOp;
      readonly left: AstExpression;
      readonly right: AstExpression;
    })
  | (AstNode & { readonly kind: 'logical'; readonly op: 'and' | 'or'; readonly operands: readonly AstExpression[] })
  | (AstNode & {
      readonly kind: 'between';
      readonly not: boolean;
      readonly value: AstExpression;
      readonly low: AstExpression;
      readonly high: AstExpression;
    })
  | (AstNode & {
      readonly kind: 'in';
      readonly not: boolean;
      readonly value: AstExpression;
      readonly list: readonly AstExpression[];
    })
  /** `x in [1:5)`. */
  | (AstNode & {
      readonly kind: 'inRange';
      readonly not: boolean;
      readonly value: AstExpression;
      readonly low: AstExpression;
      readonly high: AstExpression;
      readonly lowInclusive: boolean;
      readonly highInclusive: boolean;
    })
  | (AstNode & {
      readonly kind: 'inSubquery';
      readonly not: boolean;
      readonly value: AstExpression;
      readonly select: AstSelect;
    })
  | (AstNode & {
      readonly kind: 'like';
      readonly not: boolean;
      readonly value: AstExpression;
      readonly pattern: AstExpression;
      readonly escape: AstExpression | null;
    })
  | (AstNode & {
      readonly kind: 'regexp';
      readonly not: boolean;
      readonly value: AstExpression;
      readonly pattern: AstExpression;
    })
  | (AstNode & {
      readonly kind: 'quantified';
      readonly op: AstCompareOp;
      readonly quantifier: AstQuantifier;
      readonly value: AstExpression;
      readonly list: readonly AstExpression[];
    })
  | (AstNode & {
      readonly kind: 'quantifiedSubquery';
      readonly op: AstCompareOp;
      readonly quantifier: AstQuantifier;
      readonly value: AstExpression;
      readonly select: AstSelect;
    })
  | (AstNode & {
      readonly kind: 'case';
      readonly operand: AstExpression | null;
      readonly whens: readonly { readonly when: AstExpression; readonly then: AstExpression }[];
      readonly otherwise: AstExpression | null;
    })
  /** `(select …)` as a value. */
  | (AstNode & { readonly kind: 'subquery'; readonly select: AstSelect })
  | (AstNode & { readonly kind: 'exists'; readonly select: AstSelect })
  /** `{1, 2}`. */
  | (AstNode & { readonly kind: 'array'; readonly items: readonly AstExpression[] })
  /** `new {a = 1, b}`. */
  | (AstNode & { readonly kind: 'struct'; readonly members: readonly AstStructMember[] })
  | (AstNode & { readonly kind: 'period'; readonly parts: readonly AstPeriodPart[] })
  // Below: only as arguments.
  /** `x => …`, `(x, i) => …`. */
  | (AstNode & { readonly kind: 'lambda'; readonly parameters: readonly string[]; readonly body: AstExpression })
  /** `*`, `c.*`. */
  | (AstNode & { readonly kind: 'wildcard'; readonly stream: string | null })
  /** `filter: expr`, `group_by: (a, b)`. */
  | (AstNode & { readonly kind: 'named'; readonly name: string; readonly values: readonly AstExpression[] })
  /** `price desc`: only where asc or desc was written. */
  | (AstNode & { readonly kind: 'sortKey'; readonly value: AstExpression; readonly descending: boolean })
  /** A type's name where the text means one: `cast(x, int)`, `instanceof(x, string)`. */
  | (AstNode & { readonly kind: 'typeName'; readonly name: string })
  /** Crontab: every n-th, `*` + `/5`. */
  | (AstNode & { readonly kind: 'cronStep'; readonly step: AstExpression })
  /** Crontab: `2:5`. */
  | (AstNode & { readonly kind: 'cronRange'; readonly low: AstExpression; readonly high: AstExpression })
  /** Crontab: `[0, 6]`. */
  | (AstNode & { readonly kind: 'cronList'; readonly items: readonly AstExpression[] })
  /** Crontab: `last`, `5 last`, `15 weekday`, `lastweekday`. */
  | (AstNode & {
      readonly kind: 'cronDay';
      readonly form: 'last' | 'weekday' | 'lastweekday';
      readonly day: AstExpression | null;
    });

// ---------------------------------------------------------------------------------------------- streams

/** `#time(5 sec)` (`namespace` null) or `.win:time(5 sec)` (`namespace` win). */
export interface AstWindow extends AstNode {
  readonly namespace: string | null;
  readonly name: string;
  readonly args: readonly AstExpression[];
}

/** One `[…]` behind a stream. */
export interface AstContained extends AstNode {
  readonly select: readonly AstSelectItem[] | null;
  readonly path: AstExpression;
  /** `@type(X)`. */
  readonly typeName: string | null;
  readonly alias: string | null;
  readonly where: AstExpression | null;
}

export interface AstFilterSource extends AstNode {
  readonly kind: 'filter';
  /** The dotted name with back-quotes removed: `renci.MemUtil`. */
  readonly typeName: string;
  /** The same by identifier: [`net.example.org`, `BW`]. */
  readonly nameParts: readonly string[];
  /** Expressions in the stream's parentheses, separated by commas. */
  readonly filter: readonly AstExpression[];
  readonly contained: readonly AstContained[];
}

export interface AstPatternSource extends AstNode {
  readonly kind: 'pattern';
  readonly annotations: readonly AstAnnotation[];
  readonly pattern: AstPattern;
}

export type AstSource = AstFilterSource | AstPatternSource;

export interface AstStream extends AstNode {
  readonly source: AstSource;
  readonly windows: readonly AstWindow[];
  readonly alias: string | null;
  readonly unidirectional: boolean;
  /** As written; null when not. */
  readonly retain: 'union' | 'intersection' | null;
}

export type AstJoinKind = 'comma' | 'inner' | 'left' | 'right' | 'full';

/** Join of `stream` with everything before it. `on` holds the expression after `on`, null where none was written. */
export interface AstJoin extends AstNode {
  readonly kind: AstJoinKind;
  readonly stream: AstStream;
  readonly on: AstExpression | null;
}

// ---------------------------------------------------------------------------------------------- select

export type AstStreamSelector = 'istream' | 'rstream' | 'irstream';

export type AstSelectItem =
  | (AstNode & { readonly kind: 'wildcard' })
  /** `b.*`, `b.* as x`. */
  | (AstNode & { readonly kind: 'streamWildcard'; readonly stream: string; readonly alias: string | null })
  | (AstNode & { readonly kind: 'expression'; readonly expression: AstExpression; readonly alias: string | null });

export interface AstInsertInto extends AstNode {
  readonly selector: AstStreamSelector | null;
  readonly typeName: string;
  readonly nameParts: readonly string[];
  /** Null when no column list was written. */
  readonly columns: readonly string[] | null;
}

export type AstGroupItem =
  | (AstNode & { readonly kind: 'expression'; readonly expression: AstExpression })
  /** `(a, b)` within grouping sets, rollup or cube; `()` has no items. */
  | (AstNode & { readonly kind: 'combination'; readonly expressions: readonly AstExpression[] })
  | (AstNode & { readonly kind: 'rollup'; readonly items: readonly AstGroupItem[] })
  | (AstNode & { readonly kind: 'cube'; readonly items: readonly AstGroupItem[] })
  | (AstNode & { readonly kind: 'groupingSets'; readonly items: readonly AstGroupItem[] });

export interface AstOrderItem extends AstNode {
  readonly expression: AstExpression;
  readonly direction: 'asc' | 'desc' | null;
}

/** A literal (may be negative) or the name of a variable. */
export type AstCount =
  | (AstNode & { readonly kind: 'number'; readonly value: number })
  | (AstNode & { readonly kind: 'name'; readonly name: string });

export interface AstAssignment extends AstNode {
  /** The left side: `x`, `s.x`, `x[0]`, or a call with side effects as written. */
  readonly target: AstExpression;
  /** Null for a bare call. */
  readonly value: AstExpression | null;
}

export type AstOutputRate =
  | { readonly kind: 'events'; readonly count: AstCount }
  | { readonly kind: 'time'; readonly period: AstExpression }
  | { readonly kind: 'crontab'; readonly fields: readonly AstExpression[] }
  | { readonly kind: 'when'; readonly condition: AstExpression; readonly assignments: readonly AstAssignment[] }
  | {
      readonly kind: 'whenTerminated';
      readonly condition: AstExpression | null;
      readonly assignments: readonly AstAssignment[];
    };

export interface AstOutput extends AstNode {
  readonly selector: 'all' | 'first' | 'last' | 'snapshot' | null;
  readonly after:
    | { readonly kind: 'events'; readonly count: AstCount }
    | { readonly kind: 'time'; readonly period: AstExpression }
    | null;
  readonly rate: AstOutputRate | null;
  readonly andWhenTerminated: {
    readonly condition: AstExpression | null;
    readonly assignments: readonly AstAssignment[];
  } | null;
}

export interface AstLimit extends AstNode {
  readonly count: AstCount;
  readonly offset: AstCount | null;
}

/** The body of a select: of a statement, a subquery, an on-select. */
export interface AstSelect extends AstNode {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly selector: AstStreamSelector | null;
  readonly items: readonly AstSelectItem[];
  /** First stream of the from clause; null where there is none (some on-triggers and fire-and-forget inserts). */
  readonly from: AstStream | null;
  readonly joins: readonly AstJoin[];
  readonly matchRecognize: AstMatchRecognize | null;
  readonly where: AstExpression | null;
  readonly groupBy: readonly AstGroupItem[];
  readonly having: AstExpression | null;
  readonly output: AstOutput | null;
  readonly orderBy: readonly AstOrderItem[];
  readonly limit: AstLimit | null;
}

// ---------------------------------------------------------------------------------------------- patterns

export type AstPattern =
  | (AstNode & { readonly kind: 'followedBy'; readonly first: AstPattern; readonly next: readonly AstFollower[] })
  | (AstNode & { readonly kind: 'or'; readonly operands: readonly AstPattern[] })
  | (AstNode & { readonly kind: 'and'; readonly operands: readonly AstPattern[] })
  | (AstNode & { readonly kind: 'not'; readonly operand: AstPattern })
  | (AstNode & { readonly kind: 'every'; readonly operand: AstPattern })
  | (AstNode & {
      readonly kind: 'everyDistinct';
      readonly keys: readonly AstExpression[];
      readonly operand: AstPattern;
    })
  /** `[2:4] a until b`; `until` null for `[3] a`; both bounds null for `a until b`. `exact`: written `[n]`. */
  | (AstNode & {
      readonly kind: 'repeat';
      readonly low: AstExpression | null;
      readonly high: AstExpression | null;
      readonly exact: boolean;
      readonly operand: AstPattern;
      readonly until: AstPattern | null;
    })
  /** `where timer:within(5 sec)`, `while (x)`. */
  | (AstNode & {
      readonly kind: 'guard';
      readonly operand: AstPattern;
      /** Null for `while`. */
      readonly namespace: string | null;
      readonly name: string;
      readonly args: readonly AstExpression[];
    })
  | (AstNode & {
      readonly kind: 'observer';
      readonly namespace: string;
      readonly name: string;
      readonly args: readonly AstExpression[];
    })
  | (AstNode & {
      readonly kind: 'atom';
      readonly tag: string | null;
      readonly source: AstFilterSource;
      /** `@consume(n)`: the level, 1 for the bare form; null without. */
      readonly consume: number | null;
    });

export interface AstFollower {
  /** `-[n]>`. */
  readonly max: AstExpression | null;
  readonly pattern: AstPattern;
}

export interface AstMatchRecognize extends AstNode {
  readonly partitionBy: readonly AstExpression[];
  readonly measures: readonly { readonly expression: AstExpression; readonly name: string }[];
  readonly allMatches: boolean;
  readonly skip: 'past last row' | 'to next row' | 'to current row' | null;
  readonly pattern: AstRowPattern;
  readonly interval: { readonly period: AstExpression; readonly orTerminated: boolean } | null;
  readonly define: readonly { readonly variable: string; readonly condition: AstExpression }[];
}

export type AstRowPattern =
  | (AstNode & { readonly kind: 'alternation'; readonly operands: readonly AstRowPattern[] })
  | (AstNode & { readonly kind: 'sequence'; readonly items: readonly AstRowPattern[] })
  | (AstNode & { readonly kind: 'permute'; readonly items: readonly AstRowPattern[] })
  /** `{low,high}`; `high` null is open; `*` is 0.., `+` is 1.., `?` is 0..1. */
  | (AstNode & {
      readonly kind: 'quantified';
      readonly operand: AstRowPattern;
      readonly low: AstExpression | null;
      readonly high: AstExpression | null;
      readonly symbol: '*' | '+' | '?' | 'range' | 'exact';
      readonly reluctant: boolean;
    })
  | (AstNode & { readonly kind: 'variable'; readonly name: string });

// ---------------------------------------------------------------------------------------------- statements

export type AstAnnotationValue =
  | null
  | boolean
  | number
  | string
  | AstAnnotation
  | { readonly kind: 'array'; readonly items: readonly AstAnnotationValue[] };

export interface AstAnnotation extends AstNode {
  readonly kind: 'annotation';
  readonly name: string;
  /** `@Name('x')`; `undefined` never: null when there is none, `{kind: 'array'}` for `{…}`. */
  readonly value: AstAnnotationValue;
  /** `@Tag(name='a', value='b')`, in order. */
  readonly attributes: readonly { readonly name: string; readonly value: AstAnnotationValue }[];
}

/** `expression x {a => …}`, `expression x alias for {…}`. */
export interface AstExpressionDeclaration extends AstNode {
  readonly name: string;
  readonly alias: boolean;
  readonly parameters: readonly string[];
  readonly body: AstExpression;
}

interface AstStatementNode extends AstNode {
  readonly annotations: readonly AstAnnotation[];
  /** `context C` before the statement. */
  readonly context: string | null;
  /** `expression x {…}` before the statement. */
  readonly declarations: readonly AstExpressionDeclaration[];
}

export interface AstSelectStatement extends AstStatementNode {
  readonly kind: 'selectStatement';
  readonly insertInto: AstInsertInto | null;
  /** `into table T`. */
  readonly intoTable: string | null;
  readonly select: AstSelect;
}

export interface AstCreateVariable extends AstStatementNode {
  readonly kind: 'createVariable';
  readonly constant: boolean;
  /** As written: `int`, `string[]`, the name of an event type. */
  readonly typeName: string;
  readonly variable: string;
  readonly initial: AstExpression | null;
}

export interface AstColumnType extends AstNode {
  readonly name: string;
  /** As written: `int`, `string[]`, `Geo`, `Geo[]`. */
  readonly typeName: string;
}

export interface AstCreateSchema extends AstStatementNode {
  readonly kind: 'createSchema';
  /** Null when not written. */
  readonly representation: 'map' | 'objectarray' | 'json' | 'xml' | 'avro' | null;
  readonly variant: boolean;
  readonly typeName: string;
  /** `as A, B`: member types of a variant; otherwise types after `as`. */
  readonly as: readonly string[];
  readonly columns: readonly AstColumnType[];
  readonly inherits: readonly string[];
  readonly copyFrom: readonly string[];
  readonly startTimestamp: string | null;
  readonly endTimestamp: string | null;
}

export interface AstCreateExpression extends AstStatementNode {
  readonly kind: 'createExpression';
  readonly declaration: AstExpressionDeclaration;
}

export interface AstCreateWindow extends AstStatementNode {
  readonly kind: 'createWindow';
  readonly typeName: string;
  readonly windows: readonly AstWindow[];
  readonly retain: 'union' | 'intersection' | null;
  readonly model:
    | { readonly kind: 'columns'; readonly columns: readonly AstColumnType[] }
    | { readonly kind: 'type'; readonly typeName: string }
    | { readonly kind: 'select'; readonly items: readonly AstSelectItem[]; readonly typeName: string };
  readonly insert: boolean;
  readonly insertWhere: AstExpression | null;
}

export interface AstTableColumn extends AstNode {
  readonly name: string;
  /** A plain column: its type; null for an aggregation. */
  readonly typeName: string | null;
  readonly primaryKey: boolean;
  readonly aggregation: AstExpression | null;
  /** `@type(X)`. */
  readonly eventType: string | null;
}

export interface AstCreateTable extends AstStatementNode {
  readonly kind: 'createTable';
  readonly table: string;
  readonly columns: readonly AstTableColumn[];
}

export interface AstCreateIndex extends AstStatementNode {
  readonly kind: 'createIndex';
  readonly unique: boolean;
  readonly index: string;
  readonly target: string;
  readonly columns: readonly { readonly expression: AstExpression; readonly type: string | null }[];
}

export type AstContextCondition =
  | (AstNode & { readonly kind: 'filter'; readonly source: AstFilterSource; readonly alias: string | null })
  | (AstNode & {
      readonly kind: 'pattern';
      readonly pattern: AstPattern;
      readonly inclusive: boolean;
      readonly alias: string | null;
    })
  | (AstNode & { readonly kind: 'crontab'; readonly fields: readonly AstExpression[] })
  | (AstNode & { readonly kind: 'after'; readonly period: AstExpression })
  /** `@now`, alone or `@now and …`. */
  | (AstNode & { readonly kind: 'now'; readonly and: AstContextCondition | null });

export type AstContextDefinition =
  | (AstNode & {
      readonly kind: 'partition';
      readonly items: readonly (AstNode & {
        readonly keys: readonly AstExpression[];
        readonly source: AstFilterSource;
        readonly alias: string | null;
      })[];
      readonly initiated: readonly AstContextCondition[];
      readonly terminated: AstContextCondition | null;
    })
  | (AstNode & {
      readonly kind: 'category';
      readonly groups: readonly { readonly condition: AstExpression; readonly label: string }[];
      readonly source: AstFilterSource;
    })
  | (AstNode & {
      readonly kind: 'hash';
      readonly items: readonly (AstNode & { readonly call: AstExpression; readonly source: AstFilterSource })[];
      readonly granularity: number;
      readonly preallocate: boolean;
    })
  | (AstNode & {
      readonly kind: 'startEnd';
      readonly start: AstContextCondition;
      readonly end: AstContextCondition | null;
    })
  | (AstNode & {
      readonly kind: 'initiated';
      readonly distinct: readonly AstExpression[];
      readonly start: AstContextCondition;
      readonly end: AstContextCondition | null;
    })
  | (AstNode & {
      readonly kind: 'nested';
      readonly contexts: readonly { readonly name: string; readonly definition: AstContextDefinition }[];
    });

export interface AstCreateContext extends AstStatementNode {
  readonly kind: 'createContext';
  readonly name: string;
  readonly definition: AstContextDefinition;
}

export interface AstUpdateIstream extends AstStatementNode {
  readonly kind: 'updateIstream';
  readonly typeName: string;
  readonly nameParts: readonly string[];
  readonly alias: string | null;
  readonly assignments: readonly AstAssignment[];
  readonly where: AstExpression | null;
}

/** What `on …` listens to. */
export interface AstTrigger extends AstNode {
  readonly source: AstSource;
  readonly alias: string | null;
}

export interface AstOnSet extends AstStatementNode {
  readonly kind: 'onSet';
  readonly trigger: AstTrigger;
  readonly assignments: readonly AstAssignment[];
}

/** `on X [insert into T] select [and delete] … from W as w where …`: `select.from` is the window or table. */
export interface AstOnSelect extends AstStatementNode {
  readonly kind: 'onSelect';
  readonly trigger: AstTrigger;
  readonly insertInto: AstInsertInto | null;
  readonly delete: boolean;
  readonly select: AstSelect;
}

export interface AstOnDelete extends AstStatementNode {
  readonly kind: 'onDelete';
  readonly trigger: AstTrigger;
  readonly target: string;
  readonly alias: string | null;
  readonly where: AstExpression | null;
}

export interface AstOnUpdate extends AstStatementNode {
  readonly kind: 'onUpdate';
  readonly trigger: AstTrigger;
  readonly target: string;
  readonly alias: string | null;
  readonly assignments: readonly AstAssignment[];
  readonly where: AstExpression | null;
}

export type AstMergeAction =
  | (AstNode & {
      readonly kind: 'insert';
      readonly into: string | null;
      readonly columns: readonly string[] | null;
      readonly items: readonly AstSelectItem[];
      readonly where: AstExpression | null;
    })
  | (AstNode & {
      readonly kind: 'update';
      readonly assignments: readonly AstAssignment[];
      readonly where: AstExpression | null;
    })
  | (AstNode & { readonly kind: 'delete'; readonly where: AstExpression | null });

export interface AstMergeBranch extends AstNode {
  readonly matched: boolean;
  readonly condition: AstExpression | null;
  readonly actions: readonly AstMergeAction[];
}

export interface AstOnMerge extends AstStatementNode {
  readonly kind: 'onMerge';
  readonly trigger: AstTrigger;
  readonly target: string;
  readonly alias: string | null;
  readonly where: AstExpression | null;
  /** `merge W insert …` without `when`. */
  readonly insert: AstMergeAction | null;
  readonly branches: readonly AstMergeBranch[];
}

export interface AstSplitBranch extends AstNode {
  readonly insertInto: AstInsertInto;
  readonly items: readonly AstSelectItem[];
  /** `from [contained steps]`. */
  readonly contained: readonly AstContained[];
  readonly alias: string | null;
  readonly where: AstExpression | null;
}

/** `on X insert into A select … where … insert into B … [output first|all]`. */
export interface AstOnSplit extends AstStatementNode {
  readonly kind: 'onSplit';
  readonly trigger: AstTrigger;
  readonly branches: readonly AstSplitBranch[];
  readonly output: 'first' | 'all' | null;
}

/** Fire-and-forget: `insert into W(a, b) values (1, 2)`. */
export interface AstInsertValues extends AstStatementNode {
  readonly kind: 'insertValues';
  readonly target: string;
  readonly columns: readonly string[] | null;
  readonly rows: readonly (readonly AstExpression[])[];
}

/** Fire-and-forget: `update W set …`. */
export interface AstUpdateQuery extends AstStatementNode {
  readonly kind: 'updateQuery';
  readonly target: string;
  readonly alias: string | null;
  readonly assignments: readonly AstAssignment[];
  readonly where: AstExpression | null;
}

/** Fire-and-forget: `delete from W`. */
export interface AstDeleteQuery extends AstStatementNode {
  readonly kind: 'deleteQuery';
  readonly target: string;
  readonly alias: string | null;
  readonly where: AstExpression | null;
}

export type AstStatement =
  | AstSelectStatement
  | AstCreateVariable
  | AstCreateSchema
  | AstCreateExpression
  | AstCreateWindow
  | AstCreateTable
  | AstCreateIndex
  | AstCreateContext
  | AstUpdateIstream
  | AstOnSet
  | AstOnSelect
  | AstOnDelete
  | AstOnUpdate
  | AstOnMerge
  | AstOnSplit
  | AstInsertValues
  | AstUpdateQuery
  | AstDeleteQuery;

/** One deployment unit: statements separated by `;`, behind optional `module x; uses y; import z;`. */
export interface AstModule extends AstNode {
  readonly kind: 'module';
  readonly name: string | null;
  readonly uses: readonly string[];
  readonly imports: readonly string[];
  readonly statements: readonly AstStatement[];
}
