/** What statements of a clock group hand out: one listener call each, as plain rows. */
import { rowValues, type Deployment, type Engine, type OutputRow, type StatementOutput } from '../engine/engine.ts';
import type { CauseKey } from '../model/cause-key.ts';
import type { CheckedStatement, Column } from '../model/checked.ts';
import type { Update } from '../model/delta.ts';
import type { PlannedStatement } from '../model/plan.ts';
import type { Value } from '../model/value.ts';
import type { HoldableStatement } from './gap-hold.ts';
import { plainValues } from './rows.ts';

/** One listener call of one statement of the group. */
export interface GroupOutput {
  readonly statement: string | null;
  /** Its name in triggers: unnamed statements of a query have one each. @default the statement's name, else `statement` */
  readonly label?: string | undefined;
  readonly key: CauseKey;
  readonly timeMs: number;
  readonly columns: readonly Column[];
  readonly insert: readonly (readonly Value[])[];
  readonly remove: readonly (readonly Value[])[];
  /** True if it follows a jump over something not seen. */
  readonly gap: boolean;
  /** True if the statement's rows go into another stream of the query. */
  readonly feeds: boolean;
  /** The engine's own output; null for a statement that another domain runs. */
  readonly source: StatementOutput | null;
}

export interface ShippedStatement {
  readonly name: string | null;
  readonly label?: string | undefined;
  readonly input: string;
  readonly columns: readonly Column[];
}

/** What a statement of a query without a name is called in triggers. */
export const UNNAMED = 'statement';

/** Names in triggers, by place: `statement`, `statement-2`, … for unnamed ones, none twice. */
export function labelsOf(statements: readonly Pick<PlannedStatement, 'name'>[]): readonly string[] {
  const taken = new Set(statements.flatMap((s) => s.name ?? []));
  let n = 0;
  return statements.map(({ name }) => {
    if (name !== null) return name;
    let label: string;
    do label = ++n === 1 ? UNNAMED : `${UNNAMED}-${n}`;
    while (taken.has(label));
    return label;
  });
}

export function residualOutput(output: StatementOutput, label: string | undefined, feeds: boolean): GroupOutput {
  const columns = widestColumns(output);
  const values = (row: OutputRow) => plainValues(rowValues(row, columns));
  return {
    statement: output.statement,
    label,
    key: output.key,
    timeMs: output.timeMs,
    columns,
    insert: output.insert.map(values),
    remove: output.remove.map(values),
    gap: false,
    feeds,
    source: output,
  };
}

export function shippedOutput(statement: ShippedStatement, key: CauseKey, updates: readonly Update[]): GroupOutput {
  const { name, label, columns } = statement;
  const insert = updates.flatMap((u) => u.insert.map((r) => r.values));
  const remove = updates.flatMap((u) => u.remove.flatMap((r) => ('values' in r ? [r.values] : [])));
  const timeMs = key.timestampMs;
  return { statement: name, label, key, timeMs, columns, insert, remove, gap: false, feeds: false, source: null };
}

/** A statement whose content `hold` compares; null where what it hands out is not its content. */
export function holdableOf(
  engine: Engine,
  deployment: Deployment,
  place: number,
  label: string | undefined,
): HoldableStatement | null {
  const s = deployment.module.statements[place];
  if (s?.kind !== 'select' || s.selector === 'rstream') return null;
  const { columns, name: statement } = s;
  const content = (): readonly (readonly Value[])[] =>
    engine.iterate(deployment, place).map((row) => plainValues(rowValues(row, columns)));
  return { statement, label, columns, removes: s.selector === 'irstream', feeds: s.insertInto !== null, content };
}

/** Columns of a statement's content, as `iterate` answers them. */
export function columnsOf(statement: CheckedStatement): readonly Column[] {
  switch (statement.kind) {
    case 'select':
      return statement.columns;
    case 'createVariable':
      return [{ name: statement.variable, type: statement.type }];
    case 'createWindow':
    case 'createTable':
      return statement.eventType.properties;
    default:
      return [];
  }
}

/** `select *` hands the event on: one of a subtype has more columns than the statement declares. */
function widestColumns(output: StatementOutput): readonly Column[] {
  let widest = output.columns;
  for (const row of [...output.insert, ...output.remove]) {
    if ('type' in row && row.type.properties.length > widest.length) widest = row.type.properties;
  }
  return widest;
}
