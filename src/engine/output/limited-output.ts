/**
 * Output rate limiting: `output [after …] [all | first | last | snapshot] every …` (Esper 5.7, appendix A).
 *
 * default: updates are kept and evaluated when output is due. all, last: the result set absorbs them. first: one output,
 * then none until the condition is met; of grouped statements per group. snapshot: the present rows when due.
 * State: kept updates, counters, one timer. Bound: the updates of one interval.
 */
import type { OutputSpec } from '../../model/checked.ts';
import type { EventRow } from '../evaluation.ts';
import type { Finish } from '../result/finish.ts';
import { Outcome } from '../result/outcome.ts';
import type { ResultSet } from '../result/result-set.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import { durationOf } from '../runtime/parameters.ts';
import type { InstanceHost } from '../runtime/statement.ts';
import { readCrontab } from './crontab.ts';
import { FirstPerGroup } from './first-per-group.ts';
import type { AtEndProgram, OutputCondition, WhenProgram } from './output-condition.ts';
import {
  compileAtEnd,
  compileWhen,
  CountCondition,
  CrontabCondition,
  TimeCondition,
  WhenCondition,
} from './output-condition.ts';
import type { Deliver, OutputStage } from './output-stage.ts';
import { putOut } from './output-stage.ts';

/** Compiled once per statement. */
export interface OutputProgram {
  readonly spec: OutputSpec;
  readonly when: WhenProgram | null;
  /** `when terminated`; null without. */
  readonly atEnd: AtEndProgram | null;
}

export function compileOutput(spec: OutputSpec): OutputProgram {
  const { rate, andWhenTerminated } = spec;
  const atEnd = rate?.kind === 'whenTerminated' ? rate : andWhenTerminated;
  return {
    spec,
    when: rate?.kind === 'when' ? compileWhen(rate.condition, rate.assignments) : null,
    atEnd: atEnd === null ? null : compileAtEnd(atEnd.condition, atEnd.assignments),
  };
}

/** What the stage needs of its statement instance. */
export interface OutputDeps {
  readonly resultSet: ResultSet;
  readonly finish: Finish;
  readonly deliver: Deliver;
  readonly context: InstanceContext;
  readonly host: InstanceHost;
  /** Present rows, for snapshots. */
  readonly rows: () => readonly EventRow[];
}

const NO_ROW: EventRow = [];

/** Nothing before the partition ends. */
const UNTIL_THE_END: OutputCondition = { update: () => {}, stop: () => {} };

interface Taken {
  readonly insert: readonly EventRow[];
  readonly remove: readonly EventRow[];
}

export class LimitedOutput implements OutputStage {
  readonly #program: OutputProgram;
  readonly #deps: OutputDeps;
  readonly #condition: OutputCondition | null;
  readonly #firstPerGroup: FirstPerGroup | null;
  readonly #startMs: number;
  #afterSatisfied: boolean;
  #afterCount = 0;
  #kept: Taken[] = [];
  #firstDone = false;

  constructor(program: OutputProgram, deps: OutputDeps) {
    this.#program = program;
    this.#deps = deps;
    this.#startMs = deps.host.nowMs;
    this.#afterSatisfied = program.spec.after === null;
    const grouped = program.spec.selector === 'first' && deps.resultSet.processFirst !== null;
    this.#firstPerGroup = grouped ? new FirstPerGroup(program, deps) : null;
    this.#condition = grouped ? null : this.#makeCondition();
  }

  #makeCondition(): OutputCondition | null {
    const { rate } = this.#program.spec;
    const { host, context } = this.#deps;
    if (rate === null) return this.#program.atEnd === null ? null : UNTIL_THE_END;
    switch (rate.kind) {
      case 'events':
        return new CountCondition(rate.count, host, this.#due);
      case 'time':
        return new TimeCondition(rate.period, host, context, this.#due);
      case 'crontab':
        return new CrontabCondition(readCrontab(rate.fields, context), host, this.#due);
      case 'whenTerminated':
        return UNTIL_THE_END;
      default:
        return this.#program.when === null ? null : new WhenCondition(this.#program.when, host, context, this.#due);
    }
  }

  take(insert: readonly EventRow[], remove: readonly EventRow[]): void {
    const { resultSet } = this.#deps;
    if (!this.#pastAfter(insert.length)) {
      resultSet.process(insert, remove, new Outcome());
      return;
    }
    if (this.#firstPerGroup !== null) {
      this.#firstPerGroup.take(insert, remove);
      return;
    }
    if (this.#condition === null) {
      this.#direct(insert, remove);
      return;
    }
    if (this.#absorb(insert, remove)) this.#condition.update(insert.length, remove.length);
  }

  takeOne(insert: EventRow | null, remove: EventRow | null): void {
    this.take(insert === null ? [] : [insert], remove === null ? [] : [remove]);
  }

  /** Rows before the `after` clause is satisfied change aggregates but are never put out. */
  #pastAfter(inserted: number): boolean {
    const { after } = this.#program.spec;
    if (this.#afterSatisfied || after === null) return true;
    if (after.kind === 'events') {
      this.#afterCount += inserted;
      this.#afterSatisfied = this.#afterCount > after.count;
    } else {
      const duration = durationOf(after.period, this.#deps.context);
      this.#afterSatisfied = this.#deps.host.nowMs >= duration.after(this.#startMs);
    }
    return this.#afterSatisfied;
  }

  #direct(insert: readonly EventRow[], remove: readonly EventRow[]): void {
    const outcome = new Outcome();
    this.#deps.resultSet.process(insert, remove, outcome);
    putOut(outcome, this.#deps.finish, this.#deps.deliver);
  }

  /** False while `first` waits for a row: its interval opens with the first row that passes. */
  #absorb(insert: readonly EventRow[], remove: readonly EventRow[]): boolean {
    const { resultSet, finish, deliver } = this.#deps;
    switch (this.#program.spec.selector) {
      case 'default':
        this.#kept.push({ insert, remove });
        return true;
      case 'last':
        resultSet.absorbLast(insert, remove);
        return true;
      case 'all':
        resultSet.absorbAll(insert, remove);
        return true;
      case 'snapshot':
        resultSet.process(insert, remove, new Outcome());
        return true;
      default: {
        const outcome = new Outcome();
        resultSet.process(insert, remove, outcome);
        if (this.#firstDone) return true;
        if (outcome.empty) return false;
        this.#firstDone = true;
        putOut(outcome, finish, deliver);
        return true;
      }
    }
  }

  readonly #due = (): void => {
    const { resultSet, finish, deliver } = this.#deps;
    const outcome = new Outcome();
    switch (this.#program.spec.selector) {
      case 'default': {
        const kept = this.#kept;
        this.#kept = [];
        if (kept.length === 0) resultSet.emitIdle(outcome);
        for (const { insert, remove } of kept) resultSet.process(insert, remove, outcome);
        break;
      }
      case 'last':
        resultSet.emitLast(outcome);
        break;
      case 'all':
        resultSet.emitAll(outcome);
        break;
      case 'snapshot':
        resultSet.iterate(this.#deps.rows(), outcome.insert);
        break;
      default:
        this.#firstDone = false;
        return;
    }
    putOut(outcome, finish, deliver);
  };

  /** What was kept for the end of the partition is due, if the condition of `and` holds. */
  terminate(): void {
    const { atEnd } = this.#program;
    const { context, host } = this.#deps;
    if (atEnd === null || !atEnd.condition(NO_ROW, context)) return;
    for (const { variable, evaluate } of atEnd.assignments) host.setVariable(variable, evaluate(NO_ROW, context));
    this.#due();
  }

  stop(): void {
    this.#condition?.stop();
  }
}
