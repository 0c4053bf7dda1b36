/**
 * The points in time that the guards and observers of one pattern wait for, behind one timer of the engine.
 *
 * Due times of one guard mostly come in order (the clock does not go back, and its period is one): those form a list per
 * guard, with constant cost to add, drop and take. What comes out of order is kept in an indexed heap, O(log n). Points of
 * one instant are told in order of their making. State: one entry per waiting guard or observer. Bound: that of the
 * pattern's partial matches.
 */
import type { InstanceHost } from '../runtime/statement.ts';
import type { Timer, TimerTarget } from '../runtime/timer-queue.ts';

/** Something that waits for a point in time, at most one at once. The fields are written by {@link Deadlines} alone. */
export interface Deadline {
  dueMs: number;
  dueOrder: number;
  /** Where it is kept; null while it waits for nothing, and in the heap. */
  dueList: DeadlineList | null;
  earlier: Deadline | null;
  later: Deadline | null;
  /** Place in the heap, or -1. */
  dueAt: number;
  expire(): void;
}

/** Deadlines of one guard or observer, in order of their due times. */
export class DeadlineList {
  first: Deadline | null = null;
  last: Deadline | null = null;
}

function before(a: Deadline, b: Deadline): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.dueOrder < b.dueOrder);
}

export class Deadlines implements TimerTarget {
  readonly #host: InstanceHost;
  readonly #timer: Timer;
  readonly #lists: readonly DeadlineList[];
  readonly #heap: Deadline[] = [];
  readonly #expired: () => void;
  #order = 0;
  /** When the timer is due; Infinity while it is not armed. It may come early: what was first may be gone. */
  #armedMs = Infinity;

  /** `expired` is called when all deadlines of an instant have been told. */
  constructor(host: InstanceHost, lists: number, expired: () => void) {
    this.#host = host;
    this.#lists = Array.from({ length: lists }, () => new DeadlineList());
    this.#expired = expired;
    this.#timer = host.newTimer(this, 'window');
  }

  add(deadline: Deadline, site: number, dueMs: number): void {
    deadline.dueMs = dueMs;
    deadline.dueOrder = this.#order++;
    const list = this.#lists[site];
    if (list !== undefined && (list.last === null || list.last.dueMs <= dueMs)) {
      deadline.dueList = list;
      deadline.earlier = list.last;
      deadline.later = null;
      if (list.last === null) list.first = deadline;
      else list.last.later = deadline;
      list.last = deadline;
    } else {
      deadline.dueAt = this.#heap.length;
      this.#heap.push(deadline);
      this.#up(deadline);
    }
    if (dueMs < this.#armedMs) this.#arm(dueMs);
  }

  drop(deadline: Deadline): void {
    const { dueList: list, dueAt: at } = deadline;
    if (list !== null) {
      if (deadline.earlier === null) list.first = deadline.later;
      else deadline.earlier.later = deadline.later;
      if (deadline.later === null) list.last = deadline.earlier;
      else deadline.later.earlier = deadline.earlier;
      deadline.dueList = null;
      deadline.earlier = null;
      deadline.later = null;
    } else if (at >= 0) {
      deadline.dueAt = -1;
      const last = this.#heap.pop();
      if (last === undefined || last === deadline) return;
      last.dueAt = at;
      this.#heap[at] = last;
      this.#up(last);
      this.#down(last);
    }
  }

  fire(dueMs: number): void {
    this.#armedMs = Infinity;
    const due: Deadline[] = [];
    for (let first = this.#first(); first !== null && first.dueMs <= dueMs; first = this.#first()) {
      this.drop(first);
      due.push(first);
    }
    const failure = this.#tell(due);
    const first = this.#first();
    if (first !== null && first.dueMs < this.#armedMs) this.#arm(first.dueMs);
    if (due.length > 0) this.#expired();
    if (failure !== null) throw failure.error;
  }

  /** Deadlines of the present instant that nobody has dropped, where there are several. */
  #due: Set<Deadline> | null = null;

  /** All of them, whatever one does; the first failure. */
  #tell(due: readonly Deadline[]): { readonly error: unknown } | null {
    let failure: { readonly error: unknown } | null = null;
    this.#due = due.length > 1 ? new Set(due) : null;
    for (const deadline of due) {
      if (this.#due !== null && !this.#due.delete(deadline)) continue;
      try {
        deadline.expire();
      } catch (error) {
        failure ??= { error };
      }
    }
    this.#due = null;
    return failure;
  }

  /** Gives up a deadline, also one of the present instant that has not been told yet. */
  cancel(deadline: Deadline): void {
    this.#due?.delete(deadline);
    this.drop(deadline);
  }

  #arm(dueMs: number): void {
    this.#armedMs = dueMs;
    this.#host.arm(this.#timer, dueMs);
  }

  #first(): Deadline | null {
    let first = this.#heap[0] ?? null;
    for (const list of this.#lists) {
      if (list.first !== null && (first === null || before(list.first, first))) ({ first } = list);
    }
    return first;
  }

  stop(): void {
    this.#host.forget(this.#timer);
  }

  #up(deadline: Deadline): void {
    const heap = this.#heap;
    let { dueAt: at } = deadline;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || before(parent, deadline)) break;
      heap[at] = parent;
      parent.dueAt = at;
      at = parentAt;
    }
    heap[at] = deadline;
    deadline.dueAt = at;
  }

  #down(deadline: Deadline): void {
    const heap = this.#heap;
    let { dueAt: at } = deadline;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = heap[childAt];
      if (child === undefined) break;
      const right = heap[childAt + 1];
      if (right !== undefined && before(right, child)) {
        child = right;
        childAt++;
      }
      if (before(deadline, child)) break;
      heap[at] = child;
      child.dueAt = at;
      at = childAt;
    }
    heap[at] = deadline;
    deadline.dueAt = at;
  }
}
