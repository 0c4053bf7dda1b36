/**
 * `@OnSilence('hold')`: while something is missing nothing is handed out; afterwards, of each statement whose content is
 * another than before, the present state: all its rows as inserted, and for `irstream` those of before as removed
 * (DESIGN §4). What came and went in between is not told, and a statement without a window has no state to tell.
 *
 * State: the rows that each statement had when the gap began. Bound: those of the statements' windows.
 */
import type { Column } from '../model/checked.ts';
import type { Value } from '../model/value.ts';

type Row = readonly Value[];

export interface HoldableStatement {
  readonly statement: string | null;
  /** Its name in triggers. */
  readonly label?: string | undefined;
  readonly columns: readonly Column[];
  /** True if rows that leave are handed out too. */
  readonly removes: boolean;
  readonly feeds: boolean;
  /** Present rows. */
  readonly content: () => readonly Row[];
}

export interface HeldState {
  readonly of: HoldableStatement;
  readonly insert: readonly Row[];
  readonly remove: readonly Row[];
}

export class GapHold {
  readonly #statements: HoldableStatement[] = [];
  #before: readonly (readonly Row[])[] | null = null;

  /** True from the beginning of a gap until {@link end}. */
  get holding(): boolean {
    return this.#before !== null;
  }

  /** Statements of rstream have no place here: what they hand out is not their content. */
  add(statement: HoldableStatement): void {
    this.#statements.push(statement);
  }

  /** Something is missing from here on. Does nothing while it is so already. */
  begin(): void {
    this.#before ??= this.#statements.map((s) => s.content());
  }

  /** Nothing is missing any more: what is to be told. */
  end(): readonly HeldState[] {
    const before = this.#before ?? [];
    this.#before = null;
    return this.#statements.flatMap((of, i) => {
      const was = before[i] ?? [];
      const now = of.content();
      return sameRows(was, now) ? [] : [{ of, insert: now, remove: of.removes ? was : [] }];
    });
  }
}

/** As multisets. */
function sameRows(a: readonly Row[], b: readonly Row[]): boolean {
  if (a.length !== b.length) return false;
  const counts = new Map<string, number>();
  for (const row of a) counts.set(nameOf(row), (counts.get(nameOf(row)) ?? 0) + 1);
  for (const row of b) {
    const left = counts.get(nameOf(row)) ?? 0;
    if (left === 0) return false;
    counts.set(nameOf(row), left - 1);
  }
  return true;
}

function nameOf(row: Row): string {
  return JSON.stringify(row, (_key, value: unknown) => (typeof value === 'number' ? String(value) : value));
}
