/**
 * Fragments that keep silent (planner/rules/silent-having.ts), at the domain that runs them: what their text says, and the
 * statement that is evaluated for them.
 */
import { PartialGroups } from '../engine/aggregate/partial-groups.ts';
import { SilenceSender } from '../exchange/silence-sender.ts';
import { parseModule } from '../epl/parse.ts';
import { printStatement } from '../epl/print.ts';
import type { AstModule, AstSelectStatement } from '../model/ast.ts';
import type { CheckedModule } from '../model/checked.ts';
import { CodedError } from '../model/errors.ts';
import type { SilentCondition } from '../model/silence.ts';
import { SILENT } from '../planner/fragment-text.ts';
import { silentCondition } from '../planner/rules/silent-having.ts';

export interface SilentText {
  /** The statement without `@Silent`, `group by` and `having`: the rows that enter and leave its window. */
  readonly rows: AstModule;
  readonly condition: SilentCondition;
  /** The clauses that were taken off, as text. */
  readonly clauses: string;
}

/** Null for a text that is not marked `@Silent`. Throws `FRAGMENT_REFUSED` for one that is and cannot be watched. */
export function readSilent(ast: AstModule, read: CheckedModule): SilentText | null {
  const [statement, ...more] = ast.statements;
  const [checked] = read.statements;
  if (statement?.kind !== 'selectStatement' || checked?.kind !== 'select' || more.length > 0) return null;
  if (!statement.annotations.some((a) => a.name === SILENT)) return null;
  const condition = silentCondition(
    checked,
    checked.columns.map((c) => c.name),
  );
  if (condition === null) {
    throw new CodedError(
      'FRAGMENT_REFUSED',
      'the having of a silent fragment compares no aggregate that can be watched',
      {
        hint: 'see the rule "silent having" for what can',
      },
    );
  }
  const bare: AstSelectStatement = {
    ...statement,
    annotations: [],
    select: { ...statement.select, groupBy: [], having: null },
  };
  const whole = printStatement({ ...statement, annotations: [] });
  return { rows: parseModule(printStatement(bare)), condition, clauses: whole.slice(printStatement(bare).length) };
}

export function silenceSender(condition: SilentCondition, leaves: boolean): SilenceSender {
  return new SilenceSender({ partials: new PartialGroups(condition, leaves) }, { condition });
}
