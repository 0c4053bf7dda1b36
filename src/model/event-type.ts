/** Event types: the schema of a stream. `MemUtil` is the union over domains; `renci.MemUtil` is a subtype of it. */
import type { AstExpressionDeclaration } from './ast.ts';
import type { CheckedContext } from './checked-context.ts';
import { LONG, type ValueType } from './value.ts';
import type { XmlMapping } from './xml-mapping.ts';

export interface Property {
  readonly name: string;
  readonly type: ValueType;
}

export interface EventType {
  /** `MemUtil` or `renci.MemUtil`; unique within a catalog. */
  readonly name: string;
  /** Names of direct supertypes, in order of declaration. */
  readonly supertypes: readonly string[];
  /** All properties, inherited ones first (supertypes in order), then own; names are unique. */
  readonly properties: readonly Property[];
  /**
   * What the type stands for. `stream`: events arrive by `send` or `insert into`. `view`: a remote view or named window:
   * its content is dictated from elsewhere and a reference to it takes no data window. `window`, `table`: a named window
   * or table of the engine, likewise without data window.
   * @default 'stream'
   */
  readonly kind?: 'stream' | 'view' | 'window' | 'table' | undefined;
  /** Keys and aggregation columns; tables have it and nobody else. */
  readonly table?: TableShape | undefined;
  /** `starttimestamp` and `endtimestamp` of the schema: the long properties that interval methods read. */
  readonly startTimestamp?: string | undefined;
  readonly endTimestamp?: string | undefined;
  /** Rows of the type bring these columns behind its properties (member-columns.ts). @default none */
  readonly memberColumns?: readonly string[] | undefined;
  /** Variant stream: names of the member types, whose events it takes as they are. */
  readonly variantOf?: readonly string[] | undefined;
  /** `create xml schema`: how documents become events, before they come to the engine. */
  readonly xml?: XmlMapping | undefined;
}

/** An argument of an aggregation column: a type, or a property of the events that the column holds. */
export interface TableArgument {
  readonly type: ValueType;
  readonly property: string | null;
  readonly descending: boolean;
}

/** How large a count-min sketch is, and which hash functions it takes. */
export interface SketchShape {
  readonly width: number;
  readonly depth: number;
  readonly seed: number;
  /** Number of most frequent values that it knows; 0 for none. */
  readonly topk: number;
}

/** The one member of a sketch as a value: the number of values added. It tells a sketch from other structs. */
export const SKETCH_MEMBER = 'countMinSketchTotal';

/** Type of an aggregation column `countMinSketch`. */
export const SKETCH_TYPE: ValueType = Object.freeze({
  kind: 'struct',
  members: Object.freeze([Object.freeze({ name: SKETCH_MEMBER, type: LONG })]),
});

/** A column of a table that an `into table` statement fills, such as `total sum(long)`. */
export interface TableAggregate {
  readonly column: string;
  /** Lower-case name of the aggregation. */
  readonly name: string;
  readonly distinct: boolean;
  readonly wildcard: boolean;
  readonly args: readonly TableArgument[];
  readonly type: ValueType;
  /** Of count-min sketches alone. */
  readonly sketch?: SketchShape | undefined;
}

/** What a table has beside its columns, which are the properties of its type in order of declaration. */
export interface TableShape {
  /** Primary key columns; a table without has one row at most. */
  readonly keys: readonly string[];
  readonly aggregates: readonly TableAggregate[];
}

/** True where a reference finds rows that are there already: views, named windows, tables. */
export function holdsRows(type: EventType): boolean {
  return type.kind === 'view' || type.kind === 'window' || type.kind === 'table';
}

/** What a statement can be checked against: event types by name and variables by name. */
export interface Catalog {
  eventType(name: string): EventType | undefined;
  /** All names, for "did you mean". */
  eventTypeNames(): Iterable<string>;
  variable(name: string): VariableType | undefined;
  /** Expressions of `create expression` in modules deployed earlier; none where the catalog keeps none. */
  expression?(name: string): AstExpressionDeclaration | undefined;
  /** Contexts of modules deployed earlier; none where the catalog keeps none. */
  context?(name: string): CheckedContext | undefined;
}

export interface VariableType {
  readonly name: string;
  readonly type: ValueType;
  readonly constant: boolean;
}

/** True if an event of `type` is also one of `ancestor` (reflexive, transitive). Cycles cannot occur in a catalog. */
export function isSubtype(catalog: Pick<Catalog, 'eventType'>, type: string, ancestor: string): boolean {
  if (type === ancestor) return true;
  const declared = catalog.eventType(type);
  return declared !== undefined && declared.supertypes.some((s) => isSubtype(catalog, s, ancestor));
}
