/** When limited output is due: after so many events, at points of time, by crontab, or when an expression holds. */
import type { Assignment, CheckedExpression, LimitValue } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import { compileExpression, compilePredicate } from '../compile/compile.ts';
import type { Evaluator, Predicate } from '../evaluation.ts';
import { variablesOf } from '../runtime/expressions.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import { durationOf } from '../runtime/parameters.ts';
import type { InstanceHost } from '../runtime/statement.ts';
import type { Timer } from '../runtime/timer-queue.ts';
import { nextOccurrence } from './crontab.ts';
import type { Crontab } from './crontab.ts';

export interface OutputCondition {
  /** Rows have come; may output at once. */
  update(inserted: number, removed: number): void;
  stop(): void;
}

/** Puts out what is due. */
export type OutputNow = () => void;

/** Reads a number of a limit; throws `EVALUATION` when a variable holds none. */
export function readLimit(value: LimitValue, host: InstanceHost): number {
  if (value.kind === 'number') return value.value;
  const read = host.variable(value.name);
  if (typeof read === 'number') return read;
  throw new CodedError('EVALUATION', `variable '${value.name}' of the output clause holds no number`);
}

/** `every n events`: when n have entered or n have left. */
export class CountCondition implements OutputCondition {
  readonly #count: LimitValue;
  readonly #host: InstanceHost;
  readonly #output: OutputNow;
  #inserted = 0;
  #removed = 0;
  constructor(count: LimitValue, host: InstanceHost, output: OutputNow) {
    this.#count = count;
    this.#host = host;
    this.#output = output;
  }
  update(inserted: number, removed: number): void {
    this.#inserted += inserted;
    this.#removed += removed;
    const count = readLimit(this.#count, this.#host);
    if (this.#inserted < count && this.#removed < count) return;
    this.#inserted = 0;
    this.#removed = 0;
    this.#output();
  }
  stop(): void {}
}

/** `every d`: on a grid that starts with the first rows; then also when there is nothing to say. */
export class TimeCondition implements OutputCondition {
  readonly #period: CheckedExpression;
  readonly #host: InstanceHost;
  readonly #context: InstanceContext;
  readonly #output: OutputNow;
  readonly #timer: Timer;
  #referenceMs: number | null = null;
  constructor(period: CheckedExpression, host: InstanceHost, context: InstanceContext, output: OutputNow) {
    this.#period = period;
    this.#host = host;
    this.#context = context;
    this.#output = output;
    this.#timer = host.newTimer(this, 'output');
  }
  update(): void {
    this.#referenceMs ??= this.#host.nowMs;
    if (!this.#timer.armed) this.#arm();
  }
  fire(): void {
    this.#output();
    this.#arm();
  }
  #arm(): void {
    const { nowMs } = this.#host;
    const duration = durationOf(this.#period, this.#context);
    this.#referenceMs ??= nowMs;
    this.#host.arm(this.#timer, duration.gridAfter(nowMs, this.#referenceMs));
  }
  stop(): void {
    this.#host.disarm(this.#timer);
  }
}

/** `at (minute, hour, …)`: from deployment on. */
export class CrontabCondition implements OutputCondition {
  readonly #crontab: Crontab;
  readonly #host: InstanceHost;
  readonly #output: OutputNow;
  readonly #timer: Timer;
  constructor(crontab: Crontab, host: InstanceHost, output: OutputNow) {
    this.#crontab = crontab;
    this.#host = host;
    this.#output = output;
    this.#timer = host.newTimer(this, 'output');
    this.#arm();
  }
  update(): void {}
  fire(): void {
    this.#output();
    this.#arm();
  }
  #arm(): void {
    const next = nextOccurrence(this.#crontab, this.#host.nowMs);
    if (next !== null) this.#host.arm(this.#timer, next);
  }
  stop(): void {
    this.#host.disarm(this.#timer);
  }
}

/** Compiled once per statement. */
export interface WhenProgram {
  readonly condition: Predicate;
  readonly variables: readonly string[];
  readonly assignments: readonly { readonly variable: string; readonly evaluate: Evaluator }[];
}

export function compileWhen(condition: CheckedExpression, assignments: readonly Assignment[]): WhenProgram {
  return {
    condition: compilePredicate([condition]),
    variables: variablesOf(condition),
    assignments: assignments.map((a) => ({ variable: a.variable, evaluate: compileExpression(a.value) })),
  };
}

/** `when terminated [and e] [then set …]`. */
export type AtEndProgram = Pick<WhenProgram, 'condition' | 'assignments'>;

export function compileAtEnd(condition: CheckedExpression | null, assignments: readonly Assignment[]): AtEndProgram {
  return {
    condition: compilePredicate(condition === null ? [] : [condition]),
    assignments: assignments.map((a) => ({ variable: a.variable, evaluate: compileExpression(a.value) })),
  };
}

const NO_ROW: readonly never[] = [];

/**
 * `when e [then set …]`: tested when rows come; a variable of e that changes has it tested when the clock next moves
 * (a phase-2 timer). `count_*` start anew with each output, `*_total` do not.
 */
export class WhenCondition implements OutputCondition {
  readonly #program: WhenProgram;
  readonly #host: InstanceHost;
  readonly #context: InstanceContext;
  readonly #output: OutputNow;
  readonly #timer: Timer;
  readonly #builtins = new Map<string, Value>();
  #ignoreChanges = false;
  #inserted = 0;
  #removed = 0;
  #insertedTotal = 0;
  #removedTotal = 0;
  #lastOutputMs: number;

  constructor(program: WhenProgram, host: InstanceHost, context: InstanceContext, output: OutputNow) {
    this.#program = program;
    this.#host = host;
    this.#context = context;
    this.#output = output;
    this.#timer = host.newTimer(this, 'output');
    this.#lastOutputMs = host.nowMs;
    host.onVariable(program.variables, () => {
      if (!this.#ignoreChanges && !this.#timer.armed) host.arm(this.#timer, host.nowMs);
    });
  }

  update(inserted: number, removed: number): void {
    this.#inserted += inserted;
    this.#removed += removed;
    this.#insertedTotal += inserted;
    this.#removedTotal += removed;
    // A change that waits for the clock to move is answered then (conformance federated/tie-output-when-01).
    if (!this.#timer.armed) this.#test();
  }

  fire(): void {
    this.#test();
  }

  #test(): void {
    if (!this.#within(() => this.#program.condition(NO_ROW, this.#context))) return;
    this.#ignoreChanges = true;
    try {
      this.#within(() => {
        for (const { variable, evaluate } of this.#program.assignments) {
          this.#host.setVariable(variable, evaluate(NO_ROW, this.#context));
        }
        return true;
      });
      this.#output();
    } finally {
      this.#ignoreChanges = false;
    }
    this.#inserted = 0;
    this.#removed = 0;
    this.#lastOutputMs = this.#host.nowMs;
  }

  /** Evaluates with the counters visible under their names. */
  #within(evaluate: () => boolean): boolean {
    this.#builtins.set('count_insert', this.#inserted);
    this.#builtins.set('count_remove', this.#removed);
    this.#builtins.set('count_insert_total', this.#insertedTotal);
    this.#builtins.set('count_remove_total', this.#removedTotal);
    this.#builtins.set('last_output_timestamp', this.#lastOutputMs);
    const before = this.#context.builtins;
    this.#context.builtins = this.#builtins;
    const result = evaluate();
    this.#context.builtins = before;
    return result;
  }

  stop(): void {
    this.#host.disarm(this.#timer);
  }
}
