/**
 * `a=A(...) where timer:within(...)` in one state: the usual end of a pattern, of which there are many. Behaves as the guard
 * over the atom (guard.ts, atom.ts). State: one entry in the atom's table and one deadline.
 */
import type { Event } from '../../model/event.ts';
import type { Tags } from '../evaluation.ts';
import { addPeriod } from '../functions/period.ts';
import type { Key } from '../functions/values.ts';
import type { AtomNode } from './atom.ts';
import type { Bucket } from './atom-table.ts';
import type { Met, PatternRun } from './pattern-run.ts';
import type { TagsSpan } from './span.ts';
import { spanOf } from './span.ts';
import type { Parent, PatternNode, Shared, State } from './state.ts';
import { TimedState } from './timed-state.ts';

export class AtomWithinNode implements PatternNode {
  readonly atom: AtomNode;
  readonly site: number;
  readonly period: TagsSpan;

  constructor(atom: AtomNode, site: number, period: TagsSpan) {
    this.atom = atom;
    this.site = site;
    this.period = period;
  }

  create(run: PatternRun, parent: Parent, place: number): State {
    return new AtomWithinState(this, run, parent, place);
  }
}

class AtomWithinState extends TimedState implements Met {
  readonly atom: AtomNode;
  tags: Tags;
  order = 0;
  key: Key | undefined = undefined;
  bucket: Bucket<Met> | null = null;
  at = -1;
  bound = 0;
  readonly #node: AtomWithinNode;
  #waits = false;

  constructor(node: AtomWithinNode, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.#node = node;
    this.atom = node.atom;
    this.tags = run.program.tags.none;
  }

  start(begin: Tags): void {
    const { run } = this;
    this.tags = begin;
    const dueMs = addPeriod(run.nowMs, spanOf(this.#node.period, begin, run));
    this.order = run.nextOrder();
    this.#waits = true;
    run.hold();
    run.deadlines.add(this, this.#node.site, dueMs);
    run.table(this.atom.index)?.add(this);
  }

  receive(event: Event): void {
    if (!this.#waits) return;
    const set = this.run.program.tags.set[this.atom.tag];
    const tags = set === undefined ? this.tags : set(this.tags, event);
    this.quit();
    this.parent.childTrue(tags, this, true);
  }

  expire(): void {
    this.quit();
    this.parent.childFalse(this, true);
  }

  quit(): void {
    if (!this.#waits) return;
    this.#waits = false;
    this.run.table(this.atom.index)?.remove(this);
    this.run.deadlines.cancel(this);
    this.run.hold(-1);
  }

  discard(shared: Shared): void {
    if (this.#waits && shared.holds(this.tags)) this.parent.childFalse(this, true);
  }
}
