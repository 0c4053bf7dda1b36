/**
 * Repeats: `[n] a`, `a until b`, `[low:high] a until b` (Esper reference §7.5.10): the tags of the operand become arrays.
 *
 * `until` is started first, so an event that meets both ends the repeat and is not collected. With `[n]` the n-th match ends
 * it; an upper bound ends only the collecting; fewer matches than the lower bound when `until` comes make it false. Bounds
 * are read when the repeat starts. State: the events collected. Bound: that of the partial matches.
 */
import { CodedError } from '../../model/errors.ts';
import type { Position } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import type { EvaluationContext, Tags } from '../evaluation.ts';
import { isList } from '../functions/values.ts';
import type { PatternRun } from './pattern-run.ts';
import type { Parent, PatternNode, Shared } from './state.ts';
import { State } from './state.ts';

type Bound = ((tags: Tags, context: EvaluationContext) => Value) | null;

export interface RepeatParts {
  readonly operand: PatternNode;
  readonly until: PatternNode | null;
  readonly low: Bound;
  readonly high: Bound;
  /** The tags that are collected, by place among the pattern's tags, and their fields. */
  readonly tags: readonly { readonly place: number; readonly slot: `$${string}` }[];
  readonly position: Position;
}

export class RepeatNode implements PatternNode {
  readonly parts: RepeatParts;
  constructor(parts: RepeatParts) {
    this.parts = parts;
  }
  create(run: PatternRun, parent: Parent, place: number): State {
    return new RepeatState(this.parts, run, parent, place);
  }
}

/** Most matches of an operand that takes no time at all (`[n] timer:interval(0)`): more is a loop without end. */
const MAX_AT_ONCE = 1000;

class RepeatState extends State implements Parent {
  readonly keepsAtoms = true;
  readonly #parts: RepeatParts;
  #begin: Tags;
  #operand: State | null = null;
  #until: State | null = null;
  /** The operand is being started; it has matched at once. */
  #starting = false;
  #atOnce = false;
  #over = false;
  #low: number | null = null;
  #high: number | null = null;
  #count = 0;
  /** By collected tag; null while there is no event. */
  readonly #collected: (Value[] | null)[];
  #held = 0;

  constructor(parts: RepeatParts, run: PatternRun, parent: Parent, place: number) {
    super(run, parent, place);
    this.#parts = parts;
    this.#begin = run.program.tags.none;
    this.#collected = parts.tags.map(() => null);
  }

  start(begin: Tags): void {
    this.#begin = begin;
    const { low, high, until } = this.#parts;
    this.#low = this.#boundOf(low);
    this.#high = this.#boundOf(high);
    if (this.#low !== null && this.#high !== null && this.#low > this.#high) {
      [this.#low, this.#high] = [this.#high, this.#low];
    }
    if (until !== null) {
      this.#until = until.create(this.run, this, 1);
      this.#until.start(begin);
    }
    if (!this.#over) this.#startOperand();
  }

  #boundOf(bound: Bound): number | null {
    if (bound === null) return null;
    const value = bound(this.#begin, this.run.context);
    if (typeof value === 'number') return value;
    throw new CodedError('EVALUATION', 'the bound of a repeat is null', { position: this.#parts.position });
  }

  #startOperand(): void {
    for (let times = 0; times <= MAX_AT_ONCE; times++) {
      this.#atOnce = false;
      this.#starting = true;
      this.#operand = this.#parts.operand.create(this.run, this, 0);
      this.#operand.start(this.#begin);
      this.#starting = false;
      if (!this.#atOnce || this.#over) return;
    }
    throw new CodedError('EVALUATION', 'a repeat in a pattern never comes to an end', {
      position: this.#parts.position,
      hint: 'its operand is true as soon as it starts',
    });
  }

  childTrue(tags: Tags, child: State, ended: boolean): void {
    if (this.#over) return;
    if (child === this.#operand) this.#matched(tags, ended);
    else if (child === this.#until) this.#finished(tags);
  }

  #matched(tags: Tags, ended: boolean): void {
    this.#collect(tags);
    this.#count++;
    if (ended) this.#operand = null;
    if (this.#low !== null && this.#low === this.#high && this.#count === this.#low) {
      this.#finish(tags);
      return;
    }
    const more = this.#high === null || this.#count < this.#high;
    if (this.#operand === null) {
      if (!more) return;
      if (this.#starting) this.#atOnce = true;
      else this.#startOperand();
    } else if (!more) {
      const operand = this.#operand;
      this.#operand = null;
      operand.quit();
    }
  }

  #collect(tags: Tags): void {
    this.#parts.tags.forEach(({ slot }, i) => {
      const value = tags[slot] ?? null;
      if (value === null) return;
      const events = isList(value) ? value : [value];
      if (this.#collected[i] !== null && !this.run.admits()) return;
      const list = this.#collected[i] ?? [];
      for (const event of events) list.push(event);
      this.#collected[i] = list;
      this.#held += events.length;
      this.run.hold(events.length);
    });
  }

  /** `until` has come. */
  #finished(tags: Tags): void {
    if (this.#low !== null && this.#count < this.#low) {
      this.quit();
      this.parent.childFalse(this, true);
    } else {
      this.#finish(tags);
    }
  }

  #finish(tags: Tags): void {
    const { set } = this.run.program.tags;
    let all = tags;
    this.#parts.tags.forEach(({ place }, i) => {
      all = set[place]?.(all, this.#collected[i] ?? null) ?? all;
    });
    this.quit();
    this.parent.childTrue(all, this, true);
  }

  childFalse(child: State): void {
    if (this.#over || (child !== this.#operand && child !== this.#until)) return;
    this.quit();
    this.parent.childFalse(this, true);
  }

  quit(): void {
    this.#over = true;
    const [operand, until] = [this.#operand, this.#until];
    this.#operand = null;
    this.#until = null;
    operand?.quit();
    until?.quit();
    this.run.hold(-this.#held);
    this.#held = 0;
  }

  discard(shared: Shared): void {
    const held = this.#collected.some((list) => list?.some((event) => shared.has(event)) === true);
    if (held || shared.holds(this.#begin)) {
      this.parent.childFalse(this, true);
      return;
    }
    this.#until?.discard(shared);
    if (!this.#over) this.#operand?.discard(shared);
  }
}
