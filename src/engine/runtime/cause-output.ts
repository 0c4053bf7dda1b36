/** The output of one statement on one cause. The cause's key is made when somebody asks for it: most listeners do not. */
import type { CauseKey } from '../../model/cause-key.ts';
import { eventKey } from '../../model/cause-key.ts';
import type { Column } from '../../model/checked.ts';
import type { Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import type { OutputRow } from './output-row.ts';
import type { StatementOutput, StatementProgram } from './statement.ts';

export class CauseOutput implements StatementOutput {
  readonly #program: StatementProgram;
  /** The key, or the event that is the cause. */
  readonly #cause: CauseKey | Event;
  readonly timeMs: number;
  readonly insert: readonly OutputRow[];
  readonly remove: readonly OutputRow[];
  readonly updates: readonly Update[] | null;

  constructor(
    program: StatementProgram,
    cause: CauseKey | Event,
    timeMs: number,
    insert: readonly OutputRow[],
    remove: readonly OutputRow[],
    updates: readonly Update[] | null,
  ) {
    this.#program = program;
    this.#cause = cause;
    this.timeMs = timeMs;
    this.insert = insert;
    this.remove = remove;
    this.updates = updates;
  }

  get statement(): string | null {
    return this.#program.name;
  }

  get index(): number {
    return this.#program.index;
  }

  get columns(): readonly Column[] {
    return this.#program.columns;
  }

  get key(): CauseKey {
    const cause = this.#cause;
    return 'phase' in cause ? cause : eventKey(cause.timestampMs, cause.domain, cause.seq);
  }
}
