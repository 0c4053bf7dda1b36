/**
 * A reference to a named window or table in a from clause or subquery: what it shows is the store's content that meets
 * the reference's filter; a named window tells it of changes, a table does not.
 * Δ: the window's, filtered, each row in place of it the events it contains. State: those of the rows that are held.
 */
import type { Event } from '../../model/event.ts';
import type { EvaluationContext, EventPredicate } from '../evaluation.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { DataWindow, UpdateSink, WindowOrder } from '../window/data-window.ts';
import { ArrayOrder, NONE } from '../window/data-window.ts';
import type { Store } from './store.ts';

/** Makes the events that a row contains; null for none. */
export interface Expander {
  expand(row: Event, context: EvaluationContext): readonly Event[] | null;
}

export interface StoreViewOptions {
  /** The filter of the reference. */
  readonly admits: EventPredicate | null;
  readonly expander: Expander | null;
}

export class StoreView implements DataWindow {
  readonly store: Store;
  readonly #sink: UpdateSink;
  readonly #admits: EventPredicate | null;
  readonly #context: InstanceContext;
  readonly #expander: Expander | null;
  /** Events contained in rows: those that leave with a row are those that came with it. */
  readonly #parts = new WeakMap<Event, readonly Event[]>();

  constructor(store: Store, sink: UpdateSink, context: InstanceContext, { admits, expander }: StoreViewOptions) {
    this.store = store;
    this.#sink = sink;
    this.#admits = admits;
    this.#context = context;
    this.#expander = expander;
  }

  /** What one step did to the named window. */
  apply(insert: readonly Event[], remove: readonly Event[]): void {
    const inserted = this.#admitted(insert);
    const removed = this.#admitted(remove);
    if (inserted.length > 0 || removed.length > 0) this.#sink.update(inserted, removed);
  }

  #admitted(events: readonly Event[]): readonly Event[] {
    const admits = this.#admits;
    const admitted = admits === null ? events : events.filter((event) => admits(event, this.#context));
    return this.#expander === null ? admitted : admitted.flatMap((event) => this.#expanded(event));
  }

  #expanded(row: Event): readonly Event[] {
    const known = this.#parts.get(row);
    if (known !== undefined) return known;
    const parts = this.#expander?.expand(row, this.#context) ?? NONE;
    this.#parts.set(row, parts);
    return parts;
  }

  insert(): void {}
  drop(): void {}
  *content(): Iterable<Event> {
    for (const event of this.store.rows()) {
      if (this.#admits !== null && !this.#admits(event, this.#context)) continue;
      if (this.#expander === null) yield event;
      else yield* this.#expanded(event);
    }
  }
  order(): WindowOrder {
    return new ArrayOrder([...this.content()]);
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
