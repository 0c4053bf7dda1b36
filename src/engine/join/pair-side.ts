/**
 * One side of a join of two streams: its rows by key, and what the cause did to it.
 *
 * Its window lets the oldest go first ({@link IN_ORDER}), so rows leave a key in the order they came in. State: per key a
 * queue of events; a queue of the keys' queues in order of arrival, so that an event that leaves is neither looked at nor
 * looked up. Events whose key has a null are not kept: in an inner join they meet nothing.
 */
import type { Event } from '../../model/event.ts';
import type { EventKey } from '../compile/compile.ts';
import type { EvaluationContext, EventPredicate } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import type { UpdateSink } from '../window/data-window.ts';
import { Ring } from './ring.ts';

/** Windows that let the oldest arrival go first. */
export const IN_ORDER: ReadonlySet<string> = new Set(['length', 'time', 'keepall', 'lastevent', 'ext_timed']);

class Bucket extends Ring<Event> {
  readonly key: Key;
  constructor(key: Key) {
    super();
    this.key = key;
  }
}

const EMPTY = new Ring<Event>();

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
  /** Where each event is, in order of arrival; null for one that is not kept. */
  readonly #places = new Ring<Bucket | null>();
  /** Without equality all rows are of one bucket. */
  readonly #all = new Ring<Event>();
  /** What the cause brought so far: the usual single event, then what came on top of it. */
  #insert: Event | null = null;
  readonly #inserts: Event[] = [];
  /** What came and went on the cause: asked for where both sides have changed. */
  readonly #removes: Event[] = [];

  constructor(program: PairSideProgram, context: EvaluationContext) {
    this.#program = program;
    this.#context = context;
  }

  updateOne(insert: Event, remove: Event | null): void {
    this.#arrived(insert);
    if (remove !== null) this.#left(remove);
  }

  update(insert: readonly Event[], remove: readonly Event[]): void {
    for (const event of insert) this.#arrived(event);
    for (const event of remove) this.#left(event);
  }

  #arrived(event: Event): void {
    if (this.#insert === null) this.#insert = event;
    else this.#inserts.push(event);
    this.#add(event);
  }

  #left(event: Event): void {
    // Only what came on the same cause makes a difference.
    if (this.#insert !== null) this.#removes.push(event);
    this.#dropOldest();
  }

  /** The only arrival of the cause; null if there are none or several. */
  get onlyInsert(): Event | null {
    return this.#inserts.length === 0 ? this.#insert : null;
  }

  get inserts(): readonly Event[] {
    return this.#insert === null ? [] : [this.#insert, ...this.#inserts];
  }

  get removes(): readonly Event[] {
    return this.#removes;
  }

  /** True if the cause brought anything. */
  get grown(): boolean {
    return this.#insert !== null;
  }

  /** Forgets what the cause did. */
  settle(): void {
    this.#insert = null;
    while (this.#inserts.length > 0) this.#inserts.pop();
    while (this.#removes.length > 0) this.#removes.pop();
  }

  /** Rows of the other side that meet `event` of this one. */
  matches(event: Event, other: PairSide): Ring<Event> {
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
      this.#all.push(event);
      return;
    }
    // First the place, so that an event whose key fails has one.
    this.#places.push(null);
    if (this.#isNull(event)) return;
    const value = key(event, this.#context);
    let bucket = this.#byKey.get(value);
    if (bucket === undefined) {
      bucket = new Bucket(value);
      this.#byKey.set(value, bucket);
    }
    bucket.push(event);
    this.#places.replaceNewest(bucket);
  }

  #dropOldest(): void {
    if (this.#program.key === null) {
      this.#all.shift();
      return;
    }
    const bucket = this.#places.shift();
    if (bucket === null) return;
    bucket.shift();
    if (bucket.size === 0) this.#byKey.delete(bucket.key);
  }
}
