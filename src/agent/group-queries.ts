/** Fire-and-forget queries of one group that wait for their place among its causes, and their answers as plain rows. */
import { rowValues, type QueryAnswer } from '../engine/engine.ts';
import type { Column } from '../model/checked.ts';
import type { Value } from '../model/value.ts';
import { plainValues } from './rows.ts';

export interface GroupAnswer {
  readonly columns: readonly Column[];
  /** Values in order of the columns. */
  readonly rows: readonly (readonly Value[])[];
}

export function answerOf({ columns, rows }: QueryAnswer): GroupAnswer {
  return { columns, rows: rows.map((r) => plainValues(rowValues(r, columns))) };
}

interface Waiting {
  readonly resolve: (answer: GroupAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Bounded by the control operations that a group lets wait. */
export class GroupQueries {
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  add(): { readonly id: number; readonly answer: Promise<GroupAnswer> } {
    const id = this.#next++;
    const answer = new Promise<GroupAnswer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    return { id, answer };
  }

  answer(id: number, ask: () => GroupAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    try {
      waiting?.resolve(ask());
    } catch (error) {
      waiting?.reject(error);
    }
  }
}
