/**
 * Between result set and listener: output rate limiting (Esper 5.7, appendix A). Without an output clause every update is
 * put out at once.
 */
import type { EventRow } from '../evaluation.ts';
import type { Finish } from '../result/finish.ts';
import { Outcome } from '../result/outcome.ts';
import type { ResultSet } from '../result/result-set.ts';
import type { OutputRow } from '../runtime/output-row.ts';

/** Takes the finished rows of one output; several outputs of one cause make one listener call. */
export type Deliver = (insert: readonly OutputRow[], remove: readonly OutputRow[]) => void;

export interface OutputStage {
  /** `take` for at most one row each way. */
  takeOne(insert: EventRow | null, remove: EventRow | null): void;
  take(insert: readonly EventRow[], remove: readonly EventRow[]): void;
  /** The partition of the statement's context ends. */
  terminate?(): void;
  stop(): void;
}

/** Orders, limits and hands over. */
export function putOut(outcome: Outcome, finish: Finish, deliver: Deliver): void {
  deliver(finish.apply(outcome.insert), finish.apply(outcome.remove));
}

/** No output clause. */
export class DirectOutput implements OutputStage {
  readonly #resultSet: ResultSet;
  readonly #finish: Finish;
  readonly #deliver: Deliver;
  /** Reused from update to update: `deliver` copies. */
  readonly #scratch = new Outcome();
  constructor(resultSet: ResultSet, finish: Finish, deliver: Deliver) {
    this.#resultSet = resultSet;
    this.#finish = finish;
    this.#deliver = deliver;
  }
  take(insert: readonly EventRow[], remove: readonly EventRow[]): void {
    const outcome = new Outcome();
    this.#resultSet.process(insert, remove, outcome);
    putOut(outcome, this.#finish, this.#deliver);
  }
  takeOne(insert: EventRow | null, remove: EventRow | null): void {
    const outcome = this.#scratch;
    this.#resultSet.processOne(insert, remove, outcome);
    if (outcome.insert.rows.length > 0 || outcome.remove.rows.length > 0) {
      putOut(outcome, this.#finish, this.#deliver);
      outcome.insert.clear();
      outcome.remove.clear();
    }
  }
  stop(): void {}
}
