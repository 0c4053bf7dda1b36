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
  /** Further entries of an item beyond the first; made when a join needs it. */
  #extra: Map<object, number> | null = null;

  get length(): number {
    return this.#identities.length - this.#head;
  }

  /** `shared`: the item may be in already (rows of a join). */
  enter(identity: object, value: Value, shared: boolean): void {
    if (shared && this.#find(identity) >= 0) {
      this.#extra ??= new Map();
      this.#extra.set(identity, (this.#extra.get(identity) ?? 0) + 1);
      return;
    }
    this.#identities.push(identity);
    this.#values.push(value);
  }

  leave(identity: object): void {
    const extra = this.#extra?.get(identity);
    if (extra !== undefined) {
      if (extra > 1) this.#extra?.set(identity, extra - 1);
      else this.#extra?.delete(identity);
      return;
    }
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
    this.#extra = null;
  }

  snapshot(): SequenceState {
    const identities = this.#identities.slice(this.#head);
    return [identities, this.values(), identities.map((i) => this.#extra?.get(i) ?? 0)];
  }

  restore([identities, values, extra]: SequenceState): void {
    this.clear();
    this.#identities = [...identities];
    this.#values = [...values];
    const shared = identities.flatMap((identity, i): [object, number][] => {
      const count = extra[i] ?? 0;
      return count > 0 ? [[identity, count]] : [];
    });
    if (shared.length > 0) this.#extra = new Map(shared);
  }
}

/** Items, their values, and how often each is in beyond once. */
export type SequenceState = readonly [readonly object[], readonly Value[], readonly number[]];
