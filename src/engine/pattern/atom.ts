/** An atom: waits for an event of its stream that meets its filter. State: one entry in the atom's table while it waits. */
import type { Event } from '../../model/event.ts';
import type { Tags } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { AtomLink, Bucket } from './atom-table.ts';
import type { Met, PatternRun } from './pattern-run.ts';
import type { Parent, PatternNode, Shared } from './state.ts';
import { State } from './state.ts';

export class AtomNode implements PatternNode {
  readonly index: number;
  /** Place of its tag among those of the pattern, or -1. */
  readonly tag: number;
  readonly link: AtomLink;
  /** `@consume` level, 0 without. */
  readonly consume: number;
  /** Among atoms that one event meets those with the smaller number come first. */
  readonly turn: number;

  constructor(index: number, tag: number, link: AtomLink, consume: number, turn: number) {
    this.index = index;
    this.tag = tag;
    this.link = link;
    this.consume = consume;
    this.turn = turn;
  }

  create(run: PatternRun, parent: Parent, place: number): State {
    return new AtomState(this, run, parent, place);
  }
}

class AtomState extends State implements Met {
  readonly atom: AtomNode;
  tags: Tags;
  order = 0;
  key: Key | undefined = undefined;
  bucket: Bucket<Met> | null = null;
  at = -1;
  bound = 0;
  #waits = false;

  constructor(atom: AtomNode, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.atom = atom;
    this.tags = run.program.tags.none;
  }

  override get repeats(): boolean {
    return this.#waits;
  }

  start(begin: Tags): void {
    this.tags = begin;
    this.order = this.run.nextOrder();
    this.#waits = true;
    this.run.hold();
    this.run.table(this.atom.index)?.add(this);
  }

  receive(event: Event): void {
    if (!this.#waits) return;
    const set = this.run.program.tags.set[this.atom.tag];
    const tags = set === undefined ? this.tags : set(this.tags, event);
    if (this.parent.keepsAtoms) {
      this.parent.childTrue(tags, this, false);
      return;
    }
    this.#leave();
    this.parent.childTrue(tags, this, true);
  }

  #leave(): void {
    this.#waits = false;
    this.run.table(this.atom.index)?.remove(this);
    this.run.hold(-1);
  }

  quit(): void {
    if (this.#waits) this.#leave();
  }

  discard(shared: Shared): void {
    if (this.#waits && shared.holds(this.tags)) this.parent.childFalse(this, true);
  }
}
