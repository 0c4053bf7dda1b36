/**
 * A reference to a named window or table in a from clause or subquery: what it shows is the store's content that meets
 * the reference's filter; a named window tells it of changes, a table does not.
 * Δ: the window's, filtered. State: none of its own.
 */
import type { Event } from '../../model/event.ts';
import type { EventPredicate } from '../evaluation.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { DataWindow, UpdateSink, WindowOrder } from '../window/data-window.ts';
import { ArrayOrder } from '../window/data-window.ts';
import type { Store } from './store.ts';

export class StoreView implements DataWindow {
  readonly store: Store;
  readonly #sink: UpdateSink;
  readonly #admits: EventPredicate | null;
  readonly #context: InstanceContext;

  constructor(store: Store, sink: UpdateSink, admits: EventPredicate | null, context: InstanceContext) {
    this.store = store;
    this.#sink = sink;
    this.#admits = admits;
    this.#context = context;
  }

  /** What one step did to the named window. */
  apply(insert: readonly Event[], remove: readonly Event[]): void {
    const inserted = this.#admitted(insert);
    const removed = this.#admitted(remove);
    if (inserted.length > 0 || removed.length > 0) this.#sink.update(inserted, removed);
  }

  #admitted(events: readonly Event[]): readonly Event[] {
    const admits = this.#admits;
    return admits === null ? events : events.filter((event) => admits(event, this.#context));
  }

  insert(): void {}
  drop(): void {}
  *content(): Iterable<Event> {
    for (const event of this.store.rows()) {
      if (this.#admits === null || this.#admits(event, this.#context)) yield event;
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
