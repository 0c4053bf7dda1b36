/**
 * The contract of pattern state: a tree of states, one per operator that is under way (Esper reference §7).
 *
 * A state is started with the tags that its operator begins from, and tells its parent when it turns true or false, then
 * or later. A state that has told `ended` is gone: the parent drops it and does not quit it. Children form a list of their
 * parent, so that one is dropped in constant time.
 */
import type { Tags } from '../evaluation.ts';
import type { PatternRun } from './pattern-run.ts';

/** What a state tells. */
export interface Parent {
  /** `ended`: the child has no further matches and is gone. */
  childTrue(tags: Tags, child: State, ended: boolean): void;
  /** The child can never turn true (again). `restartable` false: starting it anew would not help either. */
  childFalse(child: State, restartable: boolean): void;
  /** An atom below stays in place when it has matched, as `every` would start it anew at once. */
  readonly keepsAtoms: boolean;
}

/** Makes states of one operator; compiled once. */
export interface PatternNode {
  create(run: PatternRun, parent: Parent, place: number): State;
}

export abstract class State {
  readonly run: PatternRun;
  readonly parent: Parent;
  /** Which operand of the parent it is. */
  readonly place: number;
  /** In the parent's list of children. Written by {@link Children} alone. */
  linked = false;
  previous: State | null = null;
  next: State | null = null;

  constructor(run: PatternRun, parent: Parent, place: number) {
    this.run = run;
    this.parent = parent;
    this.place = place;
  }

  /** True if it matches again by itself after it has told `ended: false`: `every` does not start another. */
  get repeats(): boolean {
    return false;
  }

  abstract start(begin: Tags): void;
  /** Ends it without telling anybody. */
  abstract quit(): void;
  /** `@DiscardPartialsOnMatch`: ends what has begun with an event of `shared`, telling the parents. */
  abstract discard(shared: Shared): void;
}

/** Whether tags hold one of the events of a match. */
export interface Shared {
  holds(tags: Tags): boolean;
  has(event: unknown): boolean;
}

/** Children of one state, in order of their start. */
export class Children {
  first: State | null = null;
  last: State | null = null;

  get empty(): boolean {
    return this.first === null;
  }

  add(child: State): void {
    child.linked = true;
    child.previous = this.last;
    child.next = null;
    if (this.last === null) this.first = child;
    else this.last.next = child;
    this.last = child;
  }

  /** False if it was not in the list. */
  drop(child: State): boolean {
    if (!child.linked) return false;
    child.linked = false;
    if (child.previous === null) this.first = child.next;
    else child.previous.next = child.next;
    if (child.next === null) this.last = child.previous;
    else child.next.previous = child.previous;
    child.previous = null;
    child.next = null;
    return true;
  }

  quit(): void {
    for (let child = this.first; child !== null; child = this.first) {
      this.drop(child);
      child.quit();
    }
  }

  discard(shared: Shared): void {
    const all: State[] = [];
    for (let child = this.first; child !== null; child = child.next) all.push(child);
    for (const child of all) if (child.linked) child.discard(shared);
  }
}
