/**
 * A remote view (DESIGN §5): a data window whose content is dictated by deltas: rows enter with an id and leave by it.
 * Δ: as dictated. State: rows by id. Bound: the content of the sender's window. Removals of unknown ids are counted, not
 * an error: the sender's start may lie before ours.
 */
import type { RowId, Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import type { EventClass } from '../runtime/event-class.ts';
import type { DataWindow, UpdateSink, WindowOrder } from './data-window.ts';
import { ArrayOrder } from './data-window.ts';

function keyOf(id: { readonly domain: string; readonly seq: number; readonly part: number }): string {
  return `${id.seq}/${id.part}/${id.domain}`;
}

export class RemoteView implements DataWindow {
  readonly #sink: UpdateSink;
  readonly #class: EventClass;
  readonly #rows = new Map<string, Event>();
  /** Removals of rows that were not there. */
  unknownRemovals = 0;

  constructor(sink: UpdateSink, eventClass: EventClass) {
    this.#sink = sink;
    this.#class = eventClass;
  }

  /** `nowMs`: time of the cause. `admits`: the reference's own filter. */
  apply(update: Update, nowMs: number, admits: (event: Event) => boolean): void {
    const insert: Event[] = [];
    const remove: Event[] = [];
    for (const row of update.insert) {
      const id: RowId = row.id ?? { domain: '', seq: 0, part: 0 };
      const event = this.#class.fromRow(row.values, nowMs, id);
      if (!admits(event)) continue;
      this.#rows.set(keyOf(id), event);
      insert.push(event);
    }
    for (const row of update.remove) {
      if (!('id' in row)) continue;
      const key = keyOf(row.id);
      const event = this.#rows.get(key);
      if (event === undefined) {
        this.unknownRemovals++;
        continue;
      }
      this.#rows.delete(key);
      remove.push(event);
    }
    this.#sink.update(insert, remove);
  }

  insert(events: readonly Event[]): void {
    for (const event of events) this.#rows.set(keyOf(event), event);
    this.#sink.update(events, []);
  }
  drop(events: readonly Event[]): void {
    for (const event of events) this.#rows.delete(keyOf(event));
  }
  content(): Iterable<Event> {
    return this.#rows.values();
  }
  order(): WindowOrder {
    return new ArrayOrder([...this.#rows.values()]);
  }
  anchor(): number {
    return 0;
  }
  stop(): void {}
}
