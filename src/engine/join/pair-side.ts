/**
 * One side of a join of two streams: what the cause did to it, and its rows by key.
 *
 * State: per key a queue of events in order of arrival; windows mostly let the oldest go first, which is O(1). Events
 * whose key has a null are not kept: in an inner join they meet nothing.
 */
import type { Event } from '../../model/event.ts';
import type { EventKey } from '../compile/compile.ts';
import type { EvaluationContext, EventPredicate } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { UpdateSink } from '../window/data-window.ts';

/** Places of events that have left are given back in lots of this size at least. */
const SPARE_PLACES = 32;

/** Events of one key, oldest first, from `head` on. */
export class Bucket {
  events: Event[] = [];
  head = 0;

  get size(): number {
    return this.events.length - this.head;
  }

  remove(event: Event): void {
    const { events, head } = this;
    const at = events[head] === event ? head : events.indexOf(event, head);
    if (at < 0) return;
    if (at > head) {
      events.splice(at, 1);
    } else if (events.length === head + 1) {
      events.pop();
    } else {
      this.head++;
      if (this.head >= SPARE_PLACES && this.head * 2 > events.length) {
        this.events = events.slice(this.head);
        this.head = 0;
      }
    }
  }
}

const EMPTY = new Bucket();

export interface PairSideProgram {
  /** Key of the side's events in the equalities of the join; null where there is none. */
  readonly key: EventKey | null;
  /** One of the parts of the key is null; null where the key alone tells. */
  readonly hasNull: EventPredicate | null;
}

export class PairSide implements UpdateSink {
  readonly #program: PairSideProgram;
  readonly #context: EvaluationContext;
  readonly #byKey = new Map<Key, Bucket>();
  /** Without equality all rows are of one bucket. */
  readonly #all = new Bucket();
  /** What the cause did so far: the usual single event each way, then what came on top of it. */
  #insert: Event | null = null;
  #remove: Event | null = null;
  #inserts: Event[] = [];
  #removes: Event[] = [];

  constructor(program: PairSideProgram, context: EvaluationContext) {
    this.#program = program;
    this.#context = context;
  }

  updateOne(insert: Event, remove: Event | null): void {
    if (this.#insert === null) this.#insert = insert;
    else this.#inserts.push(insert);
    if (remove === null) return;
    if (this.#remove === null) this.#remove = remove;
    else this.#removes.push(remove);
  }

  update(insert: readonly Event[], remove: readonly Event[]): void {
    for (const event of insert) this.updateOne(event, null);
    for (const event of remove) {
      if (this.#remove === null) this.#remove = event;
      else this.#removes.push(event);
    }
  }

  get changed(): boolean {
    return this.#insert !== null || this.#remove !== null;
  }

  /** The only arrival of the cause; null if there are none or several. */
  get onlyInsert(): Event | null {
    return this.#inserts.length === 0 ? this.#insert : null;
  }

  get inserts(): readonly Event[] {
    return this.#insert === null ? [] : [this.#insert, ...this.#inserts];
  }

  get removes(): readonly Event[] {
    return this.#remove === null ? [] : [this.#remove, ...this.#removes];
  }

  /** Brings the rows up to date. */
  apply(): void {
    if (this.#insert !== null) this.#add(this.#insert);
    for (const event of this.#inserts) this.#add(event);
    if (this.#remove !== null) this.#drop(this.#remove);
    for (const event of this.#removes) this.#drop(event);
  }

  /** Forgets the change. */
  settle(): void {
    this.#insert = null;
    this.#remove = null;
    if (this.#inserts.length > 0) this.#inserts = [];
    if (this.#removes.length > 0) this.#removes = [];
  }

  /** Rows of the other side that meet `event` of this one. */
  matches(event: Event, other: PairSide): Bucket {
    const { key } = this.#program;
    if (key === null) return other.#all;
    if (this.#isNull(event)) return EMPTY;
    return other.#byKey.get(key(event, this.#context)) ?? EMPTY;
  }

  #isNull(event: Event): boolean {
    const { hasNull } = this.#program;
    return hasNull !== null && hasNull(event, this.#context);
  }

  #add(event: Event): void {
    const { key } = this.#program;
    if (key === null) {
      this.#all.events.push(event);
      return;
    }
    if (this.#isNull(event)) return;
    const value = key(event, this.#context);
    let bucket = this.#byKey.get(value);
    if (bucket === undefined) {
      bucket = new Bucket();
      this.#byKey.set(value, bucket);
    }
    bucket.events.push(event);
  }

  #drop(event: Event): void {
    const { key } = this.#program;
    if (key === null) {
      this.#all.remove(event);
      return;
    }
    const value = key(event, this.#context);
    const bucket = this.#byKey.get(value);
    if (bucket === undefined) return;
    bucket.remove(event);
    if (bucket.size === 0) this.#byKey.delete(value);
  }
}
