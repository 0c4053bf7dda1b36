/** Named windows and tables, checked: what makes them, what reads and changes them (Esper reference §6). */
import type { AstStatement } from './ast.ts';
import type {
  Annotation,
  CheckedExpression,
  CheckedStream,
  CheckedSubquery,
  Column,
  InsertInto,
  SelectItem,
  SelectStatement,
} from './checked.ts';
import type { EventType } from './event-type.ts';

/** `into table T select sum(x) as total …`: which column each aggregation of the statement fills. */
export interface IntoTable {
  readonly table: string;
  /** By index of the statement's aggregations; null for one that fills no column. */
  readonly columns: readonly (string | null)[];
}

interface StatementHead {
  readonly name: string | null;
  readonly annotations: readonly Annotation[];
  readonly context: string | null;
  readonly ast: AstStatement;
}

/** `create window W#… as …`. */
export interface CreateWindow extends StatementHead {
  readonly kind: 'createWindow';
  readonly eventType: EventType;
  /** The window's own type with its data windows. */
  readonly stream: CheckedStream;
  /** `insert [where …]`: the named window whose present rows are copied at the start. */
  readonly insertFrom: { readonly source: string; readonly where: readonly CheckedExpression[] } | null;
}

/** `create table T (…)`. */
export interface CreateTable extends StatementHead {
  readonly kind: 'createTable';
  readonly eventType: EventType;
}

/** `create [unique] index I on W(a, b btree)`. */
export interface CreateIndex extends StatementHead {
  readonly kind: 'createIndex';
  readonly index: string;
  readonly target: EventType;
  readonly unique: boolean;
  readonly columns: readonly { readonly expression: CheckedExpression; readonly sorted: boolean }[];
}

/**
 * What all statements on a named window or table have. In their expressions stream 0 is the window's row, stream 1 the
 * triggering event, stream 2 (`initial`) the row as it was before the statement.
 */
export interface StoreAccess {
  readonly target: CheckedStream;
  /** The trigger; null in fire-and-forget queries. */
  readonly trigger: CheckedStream | null;
  /** Conjuncts. */
  readonly where: readonly CheckedExpression[];
  readonly subqueries: readonly CheckedSubquery[];
}

export type StoreAssignment =
  | { readonly kind: 'set'; readonly property: string; readonly value: CheckedExpression }
  /** `column.reset()`; null for all aggregation columns. */
  | { readonly kind: 'reset'; readonly column: string | null };

/** `on X select [and delete] … from W …`: a select over streams 0 and 1. */
export interface OnSelect extends StatementHead {
  readonly kind: 'onSelect';
  readonly select: SelectStatement;
  readonly delete: boolean;
}

export interface OnDelete extends StatementHead, StoreAccess {
  readonly kind: 'onDelete';
}

export interface OnUpdate extends StatementHead, StoreAccess {
  readonly kind: 'onUpdate';
  readonly assignments: readonly StoreAssignment[];
}

export type MergeAction =
  | {
      readonly kind: 'insert';
      /** Null: into the window itself. */
      readonly insertInto: InsertInto;
      readonly own: boolean;
      readonly select: readonly SelectItem[];
      readonly columns: readonly Column[];
      readonly where: readonly CheckedExpression[];
    }
  | {
      readonly kind: 'update';
      readonly assignments: readonly StoreAssignment[];
      readonly where: readonly CheckedExpression[];
    }
  | { readonly kind: 'delete'; readonly where: readonly CheckedExpression[] };

export interface MergeBranch {
  readonly matched: boolean;
  /** Conjuncts behind `and`. */
  readonly condition: readonly CheckedExpression[];
  readonly actions: readonly MergeAction[];
}

export interface OnMerge extends StatementHead, StoreAccess {
  readonly kind: 'onMerge';
  /** `merge W insert …`: inserts without looking for matches. */
  readonly insertOnly: boolean;
  readonly branches: readonly MergeBranch[];
}

/** A fire-and-forget query: asked once, of named windows and tables. */
export type CheckedQuery =
  | { readonly kind: 'select'; readonly select: SelectStatement }
  | {
      readonly kind: 'insert';
      readonly insertInto: InsertInto;
      readonly columns: readonly Column[];
      /** Per row the selected values; a select without from clause is one row. */
      readonly rows: readonly (readonly CheckedExpression[])[];
      readonly subqueries: readonly CheckedSubquery[];
    }
  | ({ readonly kind: 'update'; readonly assignments: readonly StoreAssignment[] } & StoreAccess)
  | ({ readonly kind: 'delete' } & StoreAccess);
