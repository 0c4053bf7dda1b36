/**
 * Guards: `where timer:within`, `timer:withinmax`, `while` (Esper reference §7.6): the operand's matches pass as long as
 * the guard holds; then the operand is quit and the guarded expression is false.
 *
 * State: the operand; of `within` one deadline, of `withinmax` a count.
 */
import type { EvaluationContext, Tags } from '../evaluation.ts';
import { addPeriod } from '../functions/period.ts';
import type { Value } from '../../model/value.ts';
import type { PatternRun } from './pattern-run.ts';
import type { TagsSpan } from './span.ts';
import { spanOf } from './span.ts';
import type { Parent, PatternNode, Shared } from './state.ts';
import { State } from './state.ts';
import { TimedState } from './timed-state.ts';

export class WithinNode implements PatternNode {
  readonly operand: PatternNode;
  readonly site: number;
  readonly period: TagsSpan;
  /** Of withinmax: how many matches pass. */
  readonly max: ((tags: Tags, context: EvaluationContext) => Value) | null;

  constructor(operand: PatternNode, site: number, period: TagsSpan, max: WithinNode['max']) {
    this.operand = operand;
    this.site = site;
    this.period = period;
    this.max = max;
  }

  create(run: PatternRun, parent: Parent, place: number): State {
    return new WithinState(this, run, parent, place);
  }
}

class WithinState extends TimedState implements Parent {
  readonly keepsAtoms = false;
  readonly #node: WithinNode;
  #child: State | null = null;
  #begin: Tags;
  /** Matches that may still pass. */
  #left = Infinity;

  constructor(node: WithinNode, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.#node = node;
    this.#begin = run.program.tags.none;
  }

  start(begin: Tags): void {
    this.#begin = begin;
    const { operand, site, period, max } = this.#node;
    if (max !== null) {
      const most = max(begin, this.run.context);
      this.#left = typeof most === 'number' ? most : Infinity;
    }
    this.run.deadlines.add(this, site, addPeriod(this.run.nowMs, spanOf(period, begin, this.run)));
    this.#child = operand.create(this.run, this, 0);
    this.#child.start(begin);
  }

  childTrue(tags: Tags, child: State, ended: boolean): void {
    if (child !== this.#child) return;
    if (ended) {
      this.#child = null;
      this.run.deadlines.cancel(this);
    }
    if (this.#left-- > 0) {
      this.parent.childTrue(tags, this, ended);
    } else {
      this.quit();
      this.parent.childFalse(this, true);
    }
  }

  childFalse(child: State, restartable: boolean): void {
    if (child !== this.#child) return;
    this.quit();
    this.parent.childFalse(this, restartable);
  }

  expire(): void {
    this.quit();
    this.parent.childFalse(this, true);
  }

  quit(): void {
    this.run.deadlines.cancel(this);
    const child = this.#child;
    this.#child = null;
    child?.quit();
  }

  discard(shared: Shared): void {
    if (shared.holds(this.#begin)) this.parent.childFalse(this, true);
    else this.#child?.discard(shared);
  }
}

export class WhileNode implements PatternNode {
  readonly operand: PatternNode;
  readonly condition: (tags: Tags, context: EvaluationContext) => boolean;

  constructor(operand: PatternNode, condition: WhileNode['condition']) {
    this.operand = operand;
    this.condition = condition;
  }

  create(run: PatternRun, parent: Parent, place: number): State {
    return new WhileState(this, run, parent, place);
  }
}

class WhileState extends State implements Parent {
  readonly keepsAtoms = false;
  readonly #node: WhileNode;
  #child: State | null = null;
  #begin: Tags;

  constructor(node: WhileNode, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.#node = node;
    this.#begin = run.program.tags.none;
  }

  start(begin: Tags): void {
    this.#begin = begin;
    this.#child = this.#node.operand.create(this.run, this, 0);
    this.#child.start(begin);
  }

  childTrue(tags: Tags, child: State, ended: boolean): void {
    if (child !== this.#child) return;
    if (ended) this.#child = null;
    if (this.#node.condition(tags, this.run.context)) {
      this.parent.childTrue(tags, this, ended);
      return;
    }
    this.quit();
    this.parent.childFalse(this, true);
  }

  childFalse(child: State, restartable: boolean): void {
    if (child !== this.#child) return;
    this.quit();
    this.parent.childFalse(this, restartable);
  }

  quit(): void {
    const child = this.#child;
    this.#child = null;
    child?.quit();
  }

  discard(shared: Shared): void {
    if (shared.holds(this.#begin)) this.parent.childFalse(this, true);
    else this.#child?.discard(shared);
  }
}
