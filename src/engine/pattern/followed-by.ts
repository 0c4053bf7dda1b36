/**
 * `a -> b` and `a -[n]> b` (Esper reference §7.5.8, §7.5.9): each match of an operand starts an instance of the next.
 *
 * State: the instances under way, and with `-[n]>` how many there are per operand: beyond `n` a match of the operand before
 * is dropped, not queued.
 */
import type { EvaluationContext, Tags } from '../evaluation.ts';
import type { Value } from '../../model/value.ts';
import type { PatternRun } from './pattern-run.ts';
import type { Parent, PatternNode, Shared } from './state.ts';
import { Children, State } from './state.ts';

/** Most open instances of an operand; null for no such bound. */
export type MaxOpen = ((tags: Tags, context: EvaluationContext) => Value) | null;

export class FollowedByNode implements PatternNode {
  readonly operands: readonly PatternNode[];
  /** By operand; the first has none. */
  readonly max: readonly MaxOpen[];

  constructor(operands: readonly PatternNode[], max: readonly MaxOpen[]) {
    this.operands = operands;
    this.max = max;
  }

  create(run: PatternRun, parent: Parent, place: number): State {
    return new FollowedByState(this, run, parent, place);
  }
}

class FollowedByState extends State implements Parent {
  readonly keepsAtoms = false;
  readonly #node: FollowedByNode;
  readonly #children = new Children();
  #begin: Tags;
  /** Open instances by operand; null where no operand has a bound. */
  readonly #open: number[] | null;

  constructor(node: FollowedByNode, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.#node = node;
    this.#begin = run.program.tags.none;
    this.#open = node.max.some((m) => m !== null) ? node.operands.map(() => 0) : null;
  }

  start(begin: Tags): void {
    this.#begin = begin;
    this.#spawn(0, begin);
  }

  #spawn(place: number, tags: Tags): void {
    const child = this.#node.operands[place]?.create(this.run, this, place);
    if (child === undefined) return;
    if (this.#open !== null) this.#open[place] = (this.#open[place] ?? 0) + 1;
    this.#children.add(child);
    child.start(tags);
  }

  #drop(child: State): boolean {
    if (!this.#children.drop(child)) return false;
    if (this.#open !== null) this.#open[child.place] = (this.#open[child.place] ?? 0) - 1;
    return true;
  }

  childTrue(tags: Tags, child: State, ended: boolean): void {
    if (!child.linked) return;
    if (ended) this.#drop(child);
    const place = child.place + 1;
    if (place === this.#node.operands.length) {
      this.parent.childTrue(tags, this, this.#children.empty);
      return;
    }
    if (this.#isFull(place, tags)) return;
    if (this.run.admits()) this.#spawn(place, tags);
    else if (this.#children.empty) this.parent.childFalse(this, true);
  }

  #isFull(place: number, tags: Tags): boolean {
    const max = this.#node.max[place] ?? null;
    if (max === null || this.#open === null) return false;
    const limit = max(tags, this.run.context);
    return typeof limit === 'number' && (this.#open[place] ?? 0) >= limit;
  }

  childFalse(child: State): void {
    if (!this.#drop(child)) return;
    child.quit();
    if (this.#children.empty) this.parent.childFalse(this, true);
  }

  quit(): void {
    this.#children.quit();
  }

  discard(shared: Shared): void {
    if (shared.holds(this.#begin)) this.parent.childFalse(this, true);
    else this.#children.discard(shared);
  }
}
