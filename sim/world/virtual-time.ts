/**
 * Virtual time with two hands (conformance/README.md, modes).
 *
 * The wall clock is set by whoever drives the world: it is what agents stamp events with. The network clock moves from
 * one scheduled task to the next: delays, heartbeats and time limits run on it. It never moves stamps.
 */
import type { Cancel, Clock } from '../../src/ports/clock.ts';

interface Task {
  readonly dueMs: number;
  readonly order: number;
  readonly work: () => void;
  cancelled: boolean;
}

export class VirtualTime implements Clock {
  #wallMs: number;
  #networkMs = 0;
  #order = 0;
  readonly #heap: Task[] = [];

  constructor(wallMs = 0) {
    this.#wallMs = wallMs;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#networkMs;
  }

  setWall(ms: number): void {
    this.#wallMs = ms;
  }

  after(delayMs: number, work: () => void): Cancel {
    const task: Task = { dueMs: this.#networkMs + Math.max(0, delayMs), order: this.#order++, work, cancelled: false };
    push(this.#heap, task);
    return () => {
      task.cancelled = true;
    };
  }

  /** Runs the next task on the network clock; false if there is none, or none due by `untilMs`. */
  step(untilMs = Infinity): boolean {
    for (;;) {
      if ((this.#heap[0]?.dueMs ?? Infinity) > untilMs) {
        if (Number.isFinite(untilMs)) this.#networkMs = Math.max(this.#networkMs, untilMs);
        return false;
      }
      const task = pop(this.#heap);
      if (task === undefined) return false;
      if (task.cancelled) continue;
      this.#networkMs = Math.max(this.#networkMs, task.dueMs);
      task.work();
      return true;
    }
  }
}

function before(a: Task, b: Task): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

function push(heap: Task[], task: Task): void {
  let i = heap.push(task) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !before(task, above)) break;
    heap[i] = above;
    i = parent;
  }
  heap[i] = task;
}

function pop(heap: Task[]): Task | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    let smaller = heap[child];
    if (smaller === undefined) break;
    const right = heap[child + 1];
    if (right !== undefined && before(right, smaller)) {
      child++;
      smaller = right;
    }
    if (!before(smaller, last)) break;
    heap[i] = smaller;
    i = child;
  }
  heap[i] = last;
  return top;
}
