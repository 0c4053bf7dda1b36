/**
 * `and`, `or`, `not` (Esper reference §7.5.5 to §7.5.7).
 *
 * `and` keeps the matches of each operand, and on a match of one tells its combinations with those of the others. `or`
 * ends with the first operand that ends. `not` is true from the start, and false for good when its operand turns true.
 * State: the operands under way; matches of `and`. Bound: that of the partial matches.
 */
import { CodedError } from '../../model/errors.ts';
import type { Tags } from '../evaluation.ts';
import type { PatternRun } from './pattern-run.ts';
import type { Parent, PatternNode, Shared } from './state.ts';
import { Children, State } from './state.ts';

export class AndNode implements PatternNode {
  readonly operands: readonly PatternNode[];
  constructor(operands: readonly PatternNode[]) {
    this.operands = operands;
  }
  create(run: PatternRun, parent: Parent, place: number): State {
    return new AndState(this, run, parent, place);
  }
}

/** Most matches that one event may make of an `and`: they multiply. Some 100 MB. */
const MAX_COMBINATIONS = 1_000_000;

class AndState extends State implements Parent {
  readonly keepsAtoms = false;
  readonly #node: AndNode;
  readonly #children = new Children();
  #begin: Tags;
  /** Matches by operand; null when the `and` is over. */
  #matches: Tags[][] | null;

  constructor(node: AndNode, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.#node = node;
    this.#begin = run.program.tags.none;
    this.#matches = node.operands.map(() => []);
  }

  start(begin: Tags): void {
    this.#begin = begin;
    const children = this.#node.operands.map((operand, i) => operand.create(this.run, this, i));
    for (const child of children) this.#children.add(child);
    for (const child of children) if (child.linked) child.start(begin);
  }

  childTrue(tags: Tags, child: State, ended: boolean): void {
    if (!child.linked || this.#matches === null) return;
    if (ended) this.#children.drop(child);
    const matches = this.#matches;
    const others = matches.every((list, i) => i === child.place || list.length > 0);
    const goesOn = this.#goesOn();
    if (goesOn || !others) this.#keep(matches, child.place, tags);
    if (!others) return;
    this.#requireFew(matches, child.place);
    let combined: Tags[] = [tags];
    matches.forEach((list, i) => {
      if (i === child.place) return;
      const { merge } = this.run.program.tags;
      combined = combined.flatMap((c) => list.map((other) => merge(other, c)));
    });
    if (!goesOn) this.quit();
    for (const each of combined) this.parent.childTrue(each, this, !goesOn);
  }

  #requireFew(matches: readonly Tags[][], place: number): void {
    let count = 1;
    matches.forEach((list, i) => {
      if (i !== place) count *= list.length;
    });
    if (count <= MAX_COMBINATIONS) return;
    throw new CodedError('LIMIT_EXCEEDED', `an 'and' in a pattern has ${count} combinations for one event`, {
      position: this.run.program.position,
      hint: 'leave out every before its operands, or end them with where timer:within',
      data: { bound: MAX_COMBINATIONS },
    });
  }

  /** An operand that can match again is left; a `not` waits for the others. */
  #goesOn(): boolean {
    for (let child = this.#children.first; child !== null; child = child.next) {
      if (!(child instanceof NotState)) return true;
    }
    return false;
  }

  #keep(matches: readonly Tags[][], place: number, tags: Tags): void {
    if (matches[place]?.length !== 0 && !this.run.admits()) return;
    matches[place]?.push(tags);
    this.run.hold();
  }

  childFalse(child: State): void {
    if (!this.#children.drop(child)) return;
    child.quit();
    this.quit();
    this.parent.childFalse(this, true);
  }

  quit(): void {
    this.#children.quit();
    for (const list of this.#matches ?? []) this.run.hold(-list.length);
    this.#matches = null;
  }

  discard(shared: Shared): void {
    const held = this.#matches?.some((list) => list.some((tags) => shared.holds(tags))) === true;
    if (held || shared.holds(this.#begin)) this.parent.childFalse(this, true);
    else this.#children.discard(shared);
  }
}

export class OrNode implements PatternNode {
  readonly operands: readonly PatternNode[];
  constructor(operands: readonly PatternNode[]) {
    this.operands = operands;
  }
  create(run: PatternRun, parent: Parent, place: number): State {
    return new OrState(this, run, parent, place);
  }
}

class OrState extends State implements Parent {
  readonly keepsAtoms = false;
  readonly #node: OrNode;
  readonly #children = new Children();
  #begin: Tags;

  constructor(node: OrNode, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.#node = node;
    this.#begin = run.program.tags.none;
  }

  start(begin: Tags): void {
    this.#begin = begin;
    const children = this.#node.operands.map((operand, i) => operand.create(this.run, this, i));
    for (const child of children) this.#children.add(child);
    for (const child of children) if (child.linked) child.start(begin);
  }

  childTrue(tags: Tags, child: State, ended: boolean): void {
    if (!child.linked) return;
    if (ended) {
      this.#children.drop(child);
      this.#children.quit();
    }
    this.parent.childTrue(tags, this, ended);
  }

  childFalse(child: State): void {
    if (!this.#children.drop(child)) return;
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

export class NotNode implements PatternNode {
  readonly operand: PatternNode;
  constructor(operand: PatternNode) {
    this.operand = operand;
  }
  create(run: PatternRun, parent: Parent, place: number): State {
    return new NotState(this, run, parent, place);
  }
}

class NotState extends State implements Parent {
  readonly keepsAtoms = false;
  readonly #node: NotNode;
  #child: State | null = null;
  #begin: Tags;

  constructor(node: NotNode, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.#node = node;
    this.#begin = run.program.tags.none;
  }

  start(begin: Tags): void {
    this.#begin = begin;
    this.#child = this.#node.operand.create(this.run, this, 0);
    this.#child.start(begin);
    // Its operand may have been true at once.
    if (this.#child !== null) this.parent.childTrue(begin, this, false);
  }

  /** Only an operand that has ended is true for good. */
  childTrue(_tags: Tags, child: State, ended: boolean): void {
    if (child !== this.#child || !ended) return;
    this.#child = null;
    this.parent.childFalse(this, true);
  }

  childFalse(child: State): void {
    if (child !== this.#child) return;
    child.quit();
  }

  quit(): void {
    this.#child?.quit();
    this.#child = null;
  }

  discard(shared: Shared): void {
    if (shared.holds(this.#begin)) this.parent.childFalse(this, true);
    else this.#child?.discard(shared);
  }
}
