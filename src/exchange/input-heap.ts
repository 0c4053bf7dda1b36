/**
 * The inputs of a clock group by the least key that each may still give: O(log K) per change, K inputs.
 *
 * An indexed binary heap: every member knows its place, so that a change of its key moves only it.
 */
import { compareKeys, type CauseKey } from '../model/cause-key.ts';
import { assert } from '../model/errors.ts';

export interface HeapMember {
  /** The key of its first pending delta, else a lower bound of all it may still send. */
  nextKey: CauseKey;
  /** True when `nextKey` is only a bound; among equal keys pending deltas come first, since bounds lie behind theirs. */
  bound: boolean;
  /** Place in the heap; -1 when it is not in it. */
  place: number;
}

export class InputHeap<M extends HeapMember> {
  readonly #members: M[] = [];

  get size(): number {
    return this.#members.length;
  }

  top(): M | undefined {
    return this.#members[0];
  }

  /** Enters `member`, or moves it after its key changed. */
  set(member: M): void {
    if (member.place < 0) {
      member.place = this.#members.length;
      this.#members.push(member);
      this.#up(member);
      return;
    }
    this.#up(member);
    this.#down(member);
  }

  delete(member: M): void {
    const { place } = member;
    if (place < 0) return;
    const last = this.#members.pop();
    member.place = -1;
    if (last === undefined || last === member) return;
    last.place = place;
    this.#members[place] = last;
    this.#up(last);
    this.#down(last);
  }

  #up(member: M): void {
    while (member.place > 0) {
      const parent = this.#members[(member.place - 1) >> 1];
      assert(parent !== undefined, 'a place above 0 has a parent');
      if (compare(parent, member) <= 0) return;
      this.#swap(parent, member);
    }
  }

  #down(member: M): void {
    for (;;) {
      const left = this.#members[member.place * 2 + 1];
      if (left === undefined) return;
      const right = this.#members[member.place * 2 + 2];
      const least = right !== undefined && compare(right, left) < 0 ? right : left;
      if (compare(member, least) <= 0) return;
      this.#swap(member, least);
    }
  }

  #swap(a: M, b: M): void {
    const { place } = a;
    a.place = b.place;
    b.place = place;
    this.#members[a.place] = a;
    this.#members[b.place] = b;
  }
}

function compare(a: HeapMember, b: HeapMember): number {
  return compareKeys(a.nextKey, b.nextKey) || Number(a.bound) - Number(b.bound);
}
