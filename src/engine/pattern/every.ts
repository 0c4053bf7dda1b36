/**
 * `every` and `every-distinct` (Esper reference §7.5.3, §7.5.4): the operand starts anew whenever it turns true or false.
 *
 * State: the instances of the operand under way; with every-distinct the keys seen so far per instance. A key is forgotten
 * when its period is over, and with all others when the operand turns false. Bound: that of the partial matches.
 */
import type { Tags } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import { addPeriod } from '../functions/period.ts';
import { spanOf } from './span.ts';
import type { TagsSpan } from './span.ts';
import type { PatternRun } from './pattern-run.ts';
import type { Parent, PatternNode, Shared } from './state.ts';
import { Children, State } from './state.ts';

export class EveryNode implements PatternNode {
  readonly operand: PatternNode;
  constructor(operand: PatternNode) {
    this.operand = operand;
  }
  create(run: PatternRun, parent: Parent, place: number): State {
    return new EveryState(this, run, parent, place);
  }
}

class EveryState extends State implements Parent {
  readonly keepsAtoms = true;
  readonly children = new Children();
  protected begin: Tags;
  readonly #node: EveryNode;
  /** The instance that is being started: it may turn true or false at once. */
  #starting: State | null = null;
  #decided: 'no' | 'true' | 'false' = 'no';

  constructor(node: EveryNode, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.#node = node;
    this.begin = run.program.tags.none;
  }

  start(begin: Tags): void {
    this.begin = begin;
    this.spawn();
  }

  /** An operand that is true at once is not started again and again: it stays out (Esper: "not" under every). */
  protected spawn(): State | null {
    if (!this.children.empty && !this.run.admits()) return null;
    const child = this.#node.operand.create(this.run, this, 0);
    this.#starting = child;
    this.#decided = 'no';
    this.children.add(child);
    child.start(this.begin);
    this.#starting = null;
    const decided: string = this.#decided;
    if (decided === 'no') return child;
    this.children.drop(child);
    child.quit();
    return null;
  }

  childTrue(tags: Tags, child: State, ended: boolean): void {
    if (child === this.#starting) {
      this.#decided = 'true';
      return;
    }
    if (!child.linked) return;
    if (ended) this.children.drop(child);
    if (this.accepts(tags, child, ended)) this.parent.childTrue(tags, this, false);
  }

  /** Starts the operand anew, unless it goes on by itself; false if the match is a repetition. */
  protected accepts(_tags: Tags, child: State, _ended: boolean): boolean {
    if (!child.repeats) this.spawn();
    return true;
  }

  childFalse(child: State, restartable: boolean): void {
    if (child === this.#starting) {
      this.#decided = 'false';
      return;
    }
    if (!this.children.drop(child)) return;
    child.quit();
    this.forget(child);
    if (restartable) this.spawn();
    else if (this.children.empty) this.parent.childFalse(this, false);
  }

  protected forget(_child: State): void {}

  quit(): void {
    this.children.quit();
  }

  discard(shared: Shared): void {
    if (shared.holds(this.begin)) this.parent.childFalse(this, true);
    else this.children.discard(shared);
  }
}

export class EveryDistinctNode extends EveryNode {
  readonly key: (tags: Tags, run: PatternRun) => Key;
  readonly expiry: TagsSpan | null;

  constructor(operand: PatternNode, key: (tags: Tags, run: PatternRun) => Key, expiry: TagsSpan | null) {
    super(operand);
    this.key = key;
    this.expiry = expiry;
  }

  override create(run: PatternRun, parent: Parent, place: number): State {
    return new EveryDistinctState(this, run, parent, place);
  }
}

/** Keys with the time at which each is forgotten, in that order where the period is one. */
type Keys = Map<Key, number>;

class EveryDistinctState extends EveryState {
  readonly #distinct: EveryDistinctNode;
  readonly #keys = new Map<State, Keys>();

  constructor(node: EveryDistinctNode, run: PatternRun, parent: Parent, place: number) {
    super(node, run, parent, place);
    this.#distinct = node;
  }

  protected override accepts(tags: Tags, child: State, ended: boolean): boolean {
    const keys = this.#keys.get(child) ?? new Map<Key, number>();
    const isNew = this.#remember(keys, tags);
    if (ended) this.#keys.delete(child);
    else this.#keys.set(child, keys);
    if (!child.repeats) {
      const next = this.spawn();
      // What goes on by itself keeps its own keys.
      if (next !== null) this.#keys.set(next, ended ? keys : this.#copy(keys));
      else if (ended) this.run.hold(-keys.size);
    }
    return isNew;
  }

  #copy(keys: Keys): Keys {
    this.run.hold(keys.size);
    return new Map(keys);
  }

  #remember(keys: Keys, tags: Tags): boolean {
    const { key: keyOf, expiry } = this.#distinct;
    const { nowMs } = this.run;
    if (expiry !== null) {
      for (const [key, untilMs] of keys) {
        if (untilMs > nowMs) break;
        keys.delete(key);
        this.run.hold(-1);
      }
    }
    const key = keyOf(tags, this.run);
    const untilMs = keys.get(key);
    if (untilMs !== undefined && untilMs > nowMs) return false;
    // What cannot be remembered would be told again and again.
    if (untilMs === undefined && !this.run.admits()) return false;
    if (untilMs === undefined) this.run.hold();
    else keys.delete(key);
    keys.set(key, expiry === null ? Infinity : addPeriod(nowMs, spanOf(expiry, tags, this.run)));
    return true;
  }

  protected override forget(child: State): void {
    const keys = this.#keys.get(child);
    if (keys === undefined) return;
    this.run.hold(-keys.size);
    this.#keys.delete(child);
  }

  override quit(): void {
    super.quit();
    for (const keys of this.#keys.values()) this.run.hold(-keys.size);
    this.#keys.clear();
  }
}
