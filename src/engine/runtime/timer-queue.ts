/**
 * One queue of timers: an indexed binary heap by (due, creation), O(log n) to arm, re-arm and disarm; looking whether
 * anything is due is one comparison (ENGINE rule 5).
 */

/** What a timer does when it is due. Window timers of a statement fire before its output timers of the same instant. */
export interface TimerTarget {
  fire(dueMs: number): void;
}

/** Armed at most once at a time; owned by one part of a statement instance and reused. */
export class Timer {
  readonly target: TimerTarget;
  /** Number of the statement instance, then of the timer within it: the order among timers of one instant. */
  readonly owner: number;
  readonly ordinal: number;
  readonly kind: 'window' | 'output';
  /** ms; meaningful while armed. */
  dueMs = 0;
  /** Place in the heap, -1 while not armed. Written by {@link TimerQueue} alone. */
  place = -1;

  constructor(target: TimerTarget, owner: number, ordinal: number, kind: 'window' | 'output') {
    this.target = target;
    this.owner = owner;
    this.ordinal = ordinal;
    this.kind = kind;
  }

  get armed(): boolean {
    return this.place >= 0;
  }
}

function before(a: Timer, b: Timer): boolean {
  if (a.dueMs !== b.dueMs) return a.dueMs < b.dueMs;
  if (a.owner !== b.owner) return a.owner < b.owner;
  return a.ordinal < b.ordinal;
}

export class TimerQueue {
  readonly #heap: Timer[] = [];
  /** Due time of the first timer, Infinity when there is none. */
  nextDueMs = Infinity;

  get size(): number {
    return this.#heap.length;
  }

  arm(timer: Timer, dueMs: number): void {
    if (timer.place >= 0) this.disarm(timer);
    timer.dueMs = dueMs;
    timer.place = this.#heap.length;
    this.#heap.push(timer);
    this.#up(timer.place);
    this.nextDueMs = this.#heap[0]?.dueMs ?? Infinity;
  }

  disarm(timer: Timer): void {
    const place = timer.place;
    if (place < 0) return;
    timer.place = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== timer) {
      last.place = place;
      this.#heap[place] = last;
      this.#up(place);
      this.#down(last.place);
    }
    this.nextDueMs = this.#heap[0]?.dueMs ?? Infinity;
  }

  /** Takes out every timer due at or before `nowMs`, in order. */
  takeDue(nowMs: number): Timer[] {
    const due: Timer[] = [];
    for (;;) {
      const first = this.takeFirst(nowMs);
      if (first === null) return due;
      due.push(first);
    }
  }

  /** Takes out the first timer if it is due at or before `nowMs`. */
  takeFirst(nowMs: number): Timer | null {
    const first = this.#heap[0];
    if (first === undefined || first.dueMs > nowMs) return null;
    this.disarm(first);
    return first;
  }

  #up(from: number): void {
    const heap = this.#heap;
    const timer = heap[from];
    if (timer === undefined) return;
    let place = from;
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = heap[parentPlace];
      if (parent === undefined || !before(timer, parent)) break;
      heap[place] = parent;
      parent.place = place;
      place = parentPlace;
    }
    heap[place] = timer;
    timer.place = place;
  }

  #down(from: number): void {
    const heap = this.#heap;
    const timer = heap[from];
    if (timer === undefined) return;
    let place = from;
    for (;;) {
      let childPlace = 2 * place + 1;
      let child = heap[childPlace];
      if (child === undefined) break;
      const right = heap[childPlace + 1];
      if (right !== undefined && before(right, child)) {
        child = right;
        childPlace++;
      }
      if (!before(child, timer)) break;
      heap[place] = child;
      child.place = place;
      place = childPlace;
    }
    heap[place] = timer;
    timer.place = place;
  }
}
