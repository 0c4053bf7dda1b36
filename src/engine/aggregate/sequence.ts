/**
 * Items in order of entering, each under an identity (an event, or any object). enter is O(1); leave is O(1) for the
 * oldest (sliding windows) and O(n) for others. The rows of a join bring an event several times: it stands in the
 * sequence once, until it has left as often. Bound: the items that are in, plus as many freed places.
 */
import type { Value } from '../../model/value.ts';

const SPARE_PLACES = 32;

export class Sequence {
  #identities: object[] = [];
  #values: Value[] = [];
  #head = 0;
  /** How often each item is in; made when a join needs it. */
  #counts: Map<object, number> | null = null;

  get length(): number {
    return this.#identities.length - this.#head;
  }

  /** `shared`: the item may be in already (rows of a join). */
  enter(identity: object, value: Value, shared: boolean): void {
    if (shared) {
      this.#counts ??= new Map();
      const count = this.#counts.get(identity) ?? 0;
      this.#counts.set(identity, count + 1);
      if (count > 0) return;
    }
    this.#identities.push(identity);
    this.#values.push(value);
  }

  leave(identity: object): void {
    const count = this.#counts?.get(identity) ?? 1;
    if (count > 1) {
      this.#counts?.set(identity, count - 1);
      return;
    }
    this.#counts?.delete(identity);
    if (this.#identities[this.#head] === identity) {
      this.#head++;
      this.#compact();
      return;
    }
    const at = this.#find(identity);
    if (at < 0) return;
    this.#identities.splice(at, 1);
    this.#values.splice(at, 1);
  }

  #find(identity: object): number {
    return this.#identities.indexOf(identity, this.#head);
  }

  #compact(): void {
    if (this.#head < SPARE_PLACES || this.#head * 2 < this.#identities.length) return;
    this.#identities = this.#identities.slice(this.#head);
    this.#values = this.#values.slice(this.#head);
    this.#head = 0;
  }

  /** The value `offset` places from the oldest; null beyond. */
  fromOldest(offset: number): Value {
    return offset < 0 ? null : (this.#values[this.#head + offset] ?? null);
  }

  fromNewest(offset: number): Value {
    const at = this.#values.length - 1 - offset;
    return at < this.#head ? null : (this.#values[at] ?? null);
  }

  values(): readonly Value[] {
    return this.#values.slice(this.#head);
  }

  clear(): void {
    this.#identities = [];
    this.#values = [];
    this.#head = 0;
    this.#counts = null;
  }

  snapshot(): SequenceState {
    const identities = this.#identities.slice(this.#head);
    const counts = this.#counts;
    return [identities, this.values(), counts === null ? null : identities.map((item) => counts.get(item) ?? 1)];
  }

  restore([identities, values, counts]: SequenceState): void {
    this.clear();
    this.#identities = [...identities];
    this.#values = [...values];
    if (counts !== null) this.#counts = new Map(identities.map((item, i) => [item, counts[i] ?? 1]));
  }
}

/** Items, their values, and for the rows of a join how often each is in. */
export type SequenceState = readonly [readonly object[], readonly Value[], readonly number[] | null];
